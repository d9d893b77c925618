import type { BuildPathFinding, UncheckedLibraryFinding } from '../compat/types.js';
import { printable } from './printable.js';
import { shellWord } from './shell-command.js';

/** A DT_NEEDED that is a path: the loader looks at no other place. */
type PathFinding =
  BuildPathFinding | (UncheckedLibraryFinding & Required<Pick<UncheckedLibraryFinding, 'path'>>);

/** What is wrong. @param whole what the file lies in */
export function neededPathWords(finding: PathFinding, target: string, whole: string): string {
  const library = printable(finding.library);
  if (finding.kind === 'build-path')
    return `needs ${library}, a path on the machine that built it; ${target} has nothing there`;
  if (finding.path === 'relative')
    return `needs ${library}, which is looked for in the directory that the process is started in`;
  const carried = finding.carried ? `; ${whole} carries a file of that name elsewhere` : '';
  return `needs ${library} at exactly that path, and it is not known whether ${target} has it there${carried}`;
}

/** What to do: the name alone, so that the loader looks for it where it looks for every other library. */
export function neededPathRemedies({ file, library }: PathFinding): string[] {
  const name = library.slice(library.lastIndexOf('/') + 1);
  const words = [library, name, file].map((word) => shellWord(printable(word)));
  return [
    `name the library without its path: patchelf --replace-needed ${words.join(' ')}; or link it again, to a library that has a soname (-Wl,-soname,${shellWord(printable(name))})`,
  ];
}
