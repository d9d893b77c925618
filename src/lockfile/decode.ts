import type { LockfileError } from '../errors.js';
import { refusal, shellWord, defaultName } from './refusal.js';

/** Byte order marks (Unicode 16, section 23.8), the longer before the one that begins it. */
const foreignMarks: readonly (readonly [encoding: string, bytes: readonly number[]])[] = [
  ['UTF-32LE', [0xff, 0xfe, 0x00, 0x00]],
  ['UTF-32BE', [0x00, 0x00, 0xfe, 0xff]],
  ['UTF-16LE', [0xff, 0xfe]],
  ['UTF-16BE', [0xfe, 0xff]],
];

/** UTF-16 without a mark: text that is ASCII has a NUL in every second byte. */
function unmarkedUtf16(bytes: Uint8Array): string | undefined {
  const head = bytes.subarray(0, 64);
  if (head.length < 4) return undefined;
  const zeros = [0, 0];
  for (const [i, byte] of head.entries()) {
    if (byte === 0) zeros[i % 2] = (zeros[i % 2] ?? 0) + 1;
  }
  const half = Math.floor(head.length / 2);
  if (zeros[0] === 0 && zeros[1] === half) return 'UTF-16LE';
  return zeros[1] === 0 && (zeros[0] ?? 0) >= half ? 'UTF-16BE' : undefined;
}

function foreignEncoding(bytes: Uint8Array): string | undefined {
  const marked = foreignMarks.find(([, mark]) => mark.every((byte, i) => bytes[i] === byte));
  return marked?.[0] ?? unmarkedUtf16(bytes);
}

/** The first line that is not UTF-8: a line feed is never part of a longer character, so lines can be tried alone. */
function invalidUtf8(bytes: Uint8Array, path: string | undefined): LockfileError {
  const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let line = 1;
  let start = 0;
  for (;;) {
    const feed = bytes.indexOf(0x0a, start);
    const text = bytes.subarray(start, feed < 0 ? undefined : feed);
    try {
      strict.decode(text);
    } catch {
      const column = new TextDecoder('utf-8', { ignoreBOM: true }).decode(text).indexOf('\ufffd') + 1;
      const file = shellWord(path ?? defaultName);
      return refusal('LOCKFILE_ENCODING', 'the line is not valid UTF-8', path, { line, column }, [
        `Save the file as UTF-8: where it is ISO 8859-1, \`iconv -f ISO-8859-1 -t UTF-8 ${file}\` converts it.`,
      ]);
    }
    if (feed < 0) return refusal('LOCKFILE_ENCODING', 'the file is not valid UTF-8', path);
    line += 1;
    start = feed + 1;
  }
}

/**
 * Bytes of a lockfile to text. Bundler reads UTF-8 and refuses anything else; so does this, naming the encoding. A UTF-8
 * byte order mark stays in the text, for `parseLockfile` to warn of. Throws `LockfileError` with the code
 * `LOCKFILE_ENCODING`.
 */
export function decodeLockfile(bytes: Uint8Array, options: { readonly path?: string } = {}): string {
  const encoding = foreignEncoding(bytes);
  if (encoding !== undefined) {
    const file = shellWord(options.path ?? defaultName);
    throw refusal(
      'LOCKFILE_ENCODING',
      `the file is ${encoding}, which Bundler cannot read`,
      options.path,
      { line: 1, column: 1 },
      [`Save it as UTF-8: \`iconv -f ${encoding} -t UTF-8 ${file}\`; PowerShell's \`>\` writes UTF-16.`],
    );
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw invalidUtf8(bytes, options.path);
  }
}
