import { readAppended } from './appended.js';
import { readArchive, unreadable } from './archive-walk.js';
import type { WalkPorts } from './archive-walk.js';
import type { FoundArchive } from './directory-walk.js';
import { isSystemError } from './directory-walk.js';
import { FileSource } from '../archive/source.js';
import type { FileResult } from './tree.js';

/** Reads an archive that lies in a directory, or in a program there: what is wrong with it is a finding, as of any other file. */
export async function readFoundArchive(
  { path, file, format }: FoundArchive,
  ports: WalkPorts,
): Promise<void> {
  let source: FileSource | undefined;
  try {
    source = FileSource.open(file);
    if (typeof format !== 'string') await readAppended(source, path, format, ports);
    else await readArchive({ source, format, name: path, prefix: `${path}!/` }, ports);
  } catch (error) {
    const result = unreadable(error) ?? systemResult(error);
    if (result === undefined) throw error;
    // Of an ELF file there is a result already.
    ports.tree.report(path, result, `${path}\0archive`);
  } finally {
    source?.close();
  }
}

function systemResult(error: unknown): FileResult | undefined {
  if (!isSystemError(error)) return undefined;
  return {
    kind: 'unreadable',
    code: 'FILE_UNREADABLE',
    reason: `the system says ${error.code ?? error.message}`,
  };
}
