import { execFileSync } from 'node:child_process';
import { closeSync, openSync, readdirSync, readSync } from 'node:fs';
import { join } from 'node:path';

/** Files of these folders are loaded by glibc itself, never needed by name. */
const PRIVATE_FOLDERS = new Set(['gconv', 'audit']);

/** EI_MAG0 to EI_MAG3. */
const MAGIC = Buffer.from([0x7f, 0x45, 0x4c, 0x46]);

function isElf(path: string): boolean {
  const file = openSync(path, 'r');
  try {
    const head = Buffer.alloc(MAGIC.length);
    return readSync(file, head, 0, MAGIC.length, 0) === MAGIC.length && head.equals(MAGIC);
  } finally {
    closeSync(file);
  }
}

function sharedObjects(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return PRIVATE_FOLDERS.has(entry.name) ? [] : sharedObjects(path);
    return entry.isFile() && /\.so(?:\.|$)/.test(entry.name) && isElf(path) ? [path] : [];
  });
}

/**
 * The version names that each library below a folder defines, by soname, as `readelf` prints them; without the base
 * definition (the soname itself) and without GLIBC_PRIVATE, which stands for another thing in each build.
 */
export function readVerdefs(folder: string): Map<string, Set<string>> {
  const sets = new Map<string, Set<string>>();
  for (const path of sharedObjects(folder)) {
    const text = execFileSync('readelf', ['-W', '-d', '-V', path], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      env: { ...process.env, LC_ALL: 'C' },
    });
    const soname = /\(SONAME\)\s+Library soname: \[(.*)\]/.exec(text)?.[1];
    const definitions =
      /^Version definition section .*\n(?:.*\n)*?(?=^Version needs section|^Version symbols section|(?![\s\S]))/m.exec(
        text,
      )?.[0];
    if (soname === undefined) continue;
    const names = new Set<string>();
    for (const [, flags = '', name = ''] of (definitions ?? '').matchAll(/Flags: (\S+).*?Name: (\S+)$/gm)) {
      if (flags !== 'BASE' && name !== 'GLIBC_PRIVATE') names.add(name);
    }
    sets.set(soname, names);
  }
  return sets;
}
