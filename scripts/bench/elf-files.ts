import { execFile } from 'node:child_process';
import { open, opendir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ELF_MAGIC_LENGTH, isElf } from '../../src/elf/magic.js';

const run = promisify(execFile);

/** `e_type` of executables and shared objects (gABI, ELF header), at this offset in the file. */
const TYPE_OFFSET = 16;
const LOADED_TYPES: readonly number[] = [2, 3];

/** The executables and shared objects below a directory, by path; those of the other byte order are left out. */
export async function elfFiles(directory: string): Promise<string[]> {
  const found: string[] = [];
  for await (const entry of await opendir(directory)) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) found.push(...(await elfFiles(path).catch(() => [])));
    else if (entry.isFile() && (await isLoaded(path).catch(() => false))) found.push(path);
  }
  return found.sort();
}

async function isLoaded(path: string): Promise<boolean> {
  const file = await open(path, 'r');
  try {
    const head = Buffer.alloc(TYPE_OFFSET + 2);
    const { bytesRead } = await file.read(head, 0, head.length, 0);
    return (
      bytesRead === head.length &&
      isElf(head.subarray(0, ELF_MAGIC_LENGTH)) &&
      LOADED_TYPES.includes(head.readUInt16LE(TYPE_OFFSET))
    );
  } finally {
    await file.close();
  }
}

/**
 * How many versions readelf finds to be needed, over all files: the lines of the version needs sections that have one,
 * `0x0030:   Name: GLIBC_2.34  Flags: none  Version: 5`.
 */
export async function versionsByReadelf(command: readonly [string, ...string[]]): Promise<number> {
  const [program, ...args] = command;
  // readelf exits with 1 where it warns of one of the files.
  const { stdout } = await run(program, args, {
    maxBuffer: 2 ** 30,
    env: { ...process.env, LC_ALL: 'C' },
  }).catch((error: unknown) => error as { stdout: string });
  return stdout
    .split('\n')
    .filter((line) => /^\s+(?:0x)?[0-9a-f]+:\s+Name: \S+\s+Flags: .*\s+Version: \d+$/.test(line)).length;
}
