/** Where "unknown" is the right answer, and where a named system is another one than the root that was asked. */
import { libcOf } from '../../../src/compat/libc-of.js';
import type { Finding } from '../../../src/compat/types.js';
import type { ElfFile } from '../../../src/elf/types.js';
import type { Target } from '../../../src/target/types.js';
import type { Answer, Loader } from './loaders.js';

/** Libraries that glibc itself brings: of these every target knows whether it has them. */
const OF_GLIBC = /^(?:lib(?:c|m|pthread|dl|rt|util|resolv|anl|mvec|nss_(?:dns|files))\.so\.\d|ld-linux)/;

/** Those that distributions put into packages of their own, or leave out. */
const OF_DEBIAN = /^lib(?:nsl|nss_compat|BrokenLocale)\.so\.\d/;

export interface Unknown {
  readonly loader: Loader;
  readonly target: Target;
  readonly answer: Answer;
  readonly findings: readonly Finding[];
}

/** @param elfs the files that are judged together */
export function mayBeUnknown(
  elfs: readonly ElfFile[],
  { loader, target, answer, findings }: Unknown,
): boolean {
  // Built against glibc, and every name is there: only a run can tell.
  if (answer.loaded && loader.libc === 'musl' && elfs.some((elf) => libcOf(elf)?.libc === 'gnu')) return true;
  // Of a named system it is not known what else is installed.
  return (
    !target.librariesComplete &&
    findings.every(
      (finding) =>
        finding.kind === 'other-libc' ||
        ((finding.kind === 'unchecked-library' || finding.kind === 'unchecked-symbol-version') &&
          !OF_GLIBC.test(finding.library) &&
          !(target.name.startsWith('debian-') && OF_DEBIAN.test(finding.library))),
    ) &&
    findings.some(({ kind }) => kind !== 'other-libc')
  );
}

/** Files need a library that the named system has, and the bare root that speaks for it has not. */
export function lacksWhatIsNamed({
  elfs,
  loader,
  target,
}: {
  readonly elfs: readonly ElfFile[];
  readonly loader: Loader;
  readonly target: Target;
}): boolean {
  const [root] = loader.targets;
  return (
    root !== undefined &&
    target !== root &&
    elfs.some(({ needed }) =>
      needed.some(
        (name) => target.libraries.includes(name) && !root.libraries.includes(name) && !OF_LOADER.test(name),
      ),
    )
  );
}

/** musl answers to these itself. */
const OF_LOADER = /^(?:libc\.|ld-)/;
