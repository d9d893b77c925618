import type { AppendedArchive } from '../gem/appended.js';
import { APPENDED_CODE, appendedReason } from '../gem/appended.js';
import { readArchive, unreadable } from './archive-walk.js';
import type { WalkPorts } from './archive-walk.js';
import type { ArchiveFormat } from '../archive/formats.js';
import { MAGIC_LENGTH, magicOf, unsupportedFormat } from '../archive/formats.js';
import type { ByteSource } from '../archive/source.js';
import { RangeSource } from '../archive/source.js';
import type { FileResult } from './tree.js';

/**
 * Reads the archive in an ELF file into the tree, as one that lies beside it: its files are `program!/lib/inner.so`. What cannot
 * be read is a finding of the program, which has been judged by itself.
 * @param path of the ELF file in the subject
 * @returns the archive's format; undefined where none of it was read
 */
export async function readAppended(
  source: ByteSource,
  path: string,
  appended: AppendedArchive,
  ports: WalkPorts,
): Promise<ArchiveFormat | undefined> {
  const report = (result: FileResult): void => {
    ports.tree.report(path, result, appendedKey(path));
  };
  const range = new RangeSource(source, appended.offset, appended.end);
  const format = appended.kind === 'zip' ? 'zip' : magicOf(range.read(0, MAGIC_LENGTH));
  if (appended.kind === 'pyinstaller' || !isOpened(format)) {
    const known =
      format === 'unsupported-archive' ? unsupportedFormat(range.read(0, MAGIC_LENGTH)).name : undefined;
    const named = known === undefined ? '' : ` (${known})`;
    report({ kind: 'unreadable', code: APPENDED_CODE, reason: `${appendedReason(appended)}${named}` });
    return undefined;
  }
  try {
    // A single file that is compressed has no name of its own.
    await readArchive({ source: range, format, name: `${path}!/${format}`, prefix: `${path}!/` }, ports);
    return format;
  } catch (error) {
    const result = unreadable(error);
    if (result === undefined) throw error;
    report(result);
    return undefined;
  }
}

/** Tells the archive in a file apart from the file. */
function appendedKey(path: string): string {
  return `${path}\0appended`;
}

function isOpened(format: ReturnType<typeof magicOf>): format is ArchiveFormat {
  return (
    format !== undefined &&
    format !== 'elf' &&
    format !== 'script' &&
    format !== 'static-archive' &&
    format !== 'unsupported-archive'
  );
}
