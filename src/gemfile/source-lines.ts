import type { ByteText } from './ruby-parser.js';

/** 1-based line of an offset. */
export function lineOf(source: ByteText, offset: number): number {
  return lineCounter(source)(offset);
}

/** `lineOf` for many offsets of one source. */
export function lineCounter(source: ByteText): (offset: number) => number {
  const breaks: number[] = [];
  for (let at = source.indexOf('\n'); at >= 0; at = source.indexOf('\n', at + 1)) breaks.push(at);
  return (offset) => {
    let low = 0;
    let high = breaks.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((breaks[middle] ?? 0) < offset) low = middle + 1;
      else high = middle;
    }
    return low + 1;
  };
}

/** 1-based column of an offset, in bytes. */
export function columnOf(source: ByteText, offset: number): number {
  return offset - lineStart(source, offset) + 1;
}

/** U+FEFF in UTF-8, a character a byte. */
const BYTE_ORDER_MARK = '\u00ef\u00bb\u00bf';

/** Where the line begins that an offset lies in; of the first line behind a byte order mark, which has to stay the first. */
export function lineStart(source: ByteText, offset: number): number {
  const start = offset === 0 ? 0 : source.lastIndexOf('\n', offset - 1) + 1;
  return start === 0 && source.startsWith(BYTE_ORDER_MARK) ? BYTE_ORDER_MARK.length : start;
}

/** Where the line ends that an offset lies in, its line break (`\n` or `\r\n`) left out. */
export function lineEnd(source: ByteText, offset: number): number {
  const at = source.indexOf('\n', offset);
  if (at < 0) return source.length;
  return at > offset && source[at - 1] === '\r' ? at - 1 : at;
}

/** Where the next line begins; the end of the source for the last. */
export function nextLine(source: ByteText, offset: number): number {
  const at = source.indexOf('\n', offset);
  return at < 0 ? source.length : at + 1;
}

/** The text of the line that an offset lies in, for people. */
export function lineText(source: ByteText, offset: number): string {
  return decodeText(source.slice(lineStart(source, offset), lineEnd(source, offset)));
}

/** The line break that the source is written with. */
export function lineBreak(source: ByteText): '\r\n' | '\n' {
  return source.includes('\r\n') ? '\r\n' : '\n';
}

/** Bytes as text for people: UTF-8, and what is none of it as Latin-1. */
export function decodeText(bytes: ByteText): string {
  const buffer = Buffer.from(bytes, 'latin1');
  const text = buffer.toString('utf8');
  return text.includes('\ufffd') ? bytes : text;
}
