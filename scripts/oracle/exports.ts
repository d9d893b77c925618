/** What a library exports, as binutils' nm says. */
import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface Export {
  readonly name: string;
  /** `GLIBC_2.34`; absent if it has none. */
  readonly version?: string;
  /** Whether it is the version that a linker takes: `name@@version`. */
  readonly isDefault: boolean;
}

/**
 * The exported symbols of a file for any CPU, without the absolute ones that stand for versions.
 * @throws if nm is not installed, or cannot read the file.
 */
export async function exportsOf(path: string): Promise<Export[]> {
  const { stdout } = await run('nm', ['-D', '--defined-only', '--with-symbol-versions', path], {
    maxBuffer: 1 << 26,
  });
  return stdout.split('\n').flatMap((line): Export[] => {
    const [kind, text] = line.trim().split(/\s+/).slice(-2);
    const [, name, at, version] = /^(.+?)(?:(@@?)(.+))?$/.exec(text ?? '') ?? [];
    if (name === undefined || kind === undefined || kind === 'A') return [];
    return [{ name, isDefault: at !== '@', ...(version === undefined ? {} : { version }) }];
  });
}

/** The regular files and links below a root whose name `matches`, by path. */
export async function filesNamed(root: string, matches: (name: string) => boolean): Promise<string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => !entry.isDirectory() && matches(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

/** The message of a failed command, in one line. */
export function firstLine(error: unknown): string {
  const { stderr, message } = error as { stderr?: string; message?: string };
  return (stderr === undefined || stderr === '' ? (message ?? '') : stderr).split('\n')[0] ?? '';
}
