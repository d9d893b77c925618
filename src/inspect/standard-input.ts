import { closeSync, constants, fstatSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { subjectError } from './inspect-error.js';
import { FileSource } from '../archive/source.js';

/**
 * What comes on standard input as a source that can be read at any place: the file itself where one was redirected, else a
 * temporary file without a name, of which nothing is left behind however the process ends.
 * @param limit in bytes
 * @throws UsageError `INSPECT_STDIN_TERMINAL`, `INSPECT_STDIN_LIMIT`, `INSPECT_STDIN_UNREADABLE`
 */
export async function readStandardInput(
  input: Readable & { readonly fd?: number; readonly isTTY?: boolean },
  limit: number,
): Promise<FileSource> {
  if (input.isTTY === true) {
    throw subjectError('INSPECT_STDIN_TERMINAL', 'nothing is piped into standard input', [
      'pipe a file into it: gemcompat inspect - < function.zip',
    ]);
  }
  if (input.fd !== undefined && isFile(input.fd)) return new FileSource(input.fd);
  const directory = mkdtempSync(join(tmpdir(), 'gemcompat-'));
  let fd: number | undefined;
  try {
    fd = openSync(join(directory, 'input'), constants.O_RDWR | constants.O_CREAT | constants.O_EXCL, 0o600);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
  try {
    let size = 0;
    for await (const chunk of input as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > limit) {
        throw subjectError('INSPECT_STDIN_LIMIT', `standard input has more than ${limit} bytes`, [
          'put it into a file, and name that',
        ]);
      }
      for (let written = 0; written < chunk.length;) written += writeSync(fd, chunk, written);
    }
    return new FileSource(fd, size);
  } catch (error) {
    closeSync(fd);
    if (!(error instanceof Error && 'syscall' in error)) throw error;
    throw subjectError(
      'INSPECT_STDIN_UNREADABLE',
      `standard input could not be put aside: ${error.message}`,
      ['make room in the directory for temporary files, or set TMPDIR to another one'],
      error,
    );
  }
}

function isFile(fd: number): boolean {
  try {
    return fstatSync(fd).isFile();
  } catch {
    return false;
  }
}
