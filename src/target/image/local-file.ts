import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { imageError } from './image-error.js';

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : String(error);
}

/** The error for a file or directory of this machine that cannot be read. */
function unreadableFile(path: string, error: unknown): Error {
  const code = codeOf(error);
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return imageError('TARGET_NOT_FOUND', `There is no ${path}.`, {
      cause: error,
      suggestions: [
        'Write the image with `docker save -o FILE IMAGE` or `skopeo copy docker://IMAGE oci:DIR`.',
      ],
    });
  }
  return imageError('TARGET_UNREADABLE', `${path} cannot be read: ${code}.`, {
    cause: error,
    suggestions: [code === 'EISDIR' ? 'Name a file.' : 'Check that you may read it.'],
  });
}

/** What the file at a path is. @throws TargetError `TARGET_NOT_FOUND`, `TARGET_UNREADABLE` */
export async function kindOf(path: string): Promise<'file' | 'directory'> {
  try {
    return (await stat(path)).isDirectory() ? 'directory' : 'file';
  } catch (error) {
    throw unreadableFile(path, error);
  }
}

/** A file's bytes, or a range of them, in pieces. @throws TargetError as `kindOf` */
export async function* fileBytes(
  path: string,
  range?: { readonly offset: number; readonly length: number },
): AsyncGenerator<Uint8Array, void, undefined> {
  if (range?.length === 0) return;
  const stream = createReadStream(path, {
    highWaterMark: 256 << 10,
    ...(range === undefined ? {} : { start: range.offset, end: range.offset + range.length - 1 }),
  });
  try {
    yield* stream as AsyncIterable<Buffer>;
  } catch (error) {
    throw unreadableFile(path, error);
  } finally {
    stream.destroy();
  }
}
