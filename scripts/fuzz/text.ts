import { mutateBytes, mutateText } from './bytes.js';
import type { Random } from './random.js';

const encoder = new TextEncoder();

/** UTF-8 of a text as a file has it. */
export function encoded(text: string): Uint8Array {
  return encoder.encode(text);
}

/** A file's bytes as text; what is not UTF-8 is replaced, as by every reader here that is handed text. */
export function decoded(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
}

/** One of the seeds, changed as text by the words of its language, or now and then as bytes. */
export function mutatedText(seeds: readonly string[], words: readonly string[], random: Random): Uint8Array {
  const seed = random.pick(seeds);
  if (random.chance(0.1)) return mutateBytes(encoded(seed), random);
  return encoded(mutateText(seed, random, words));
}

/** What no mutation comes upon: a text that is long in each way that a text can be. */
export function longTexts(
  line: string,
  separator: string,
  million = 1_000_000,
): { title: string; bytes: () => Uint8Array }[] {
  const of = (title: string, text: () => string): { title: string; bytes: () => Uint8Array } => ({
    title,
    bytes: () => encoded(text()),
  });
  return [
    of('empty', () => ''),
    of('many-line-ends', () => '\n'.repeat(million)),
    of('many-spaces', () => ' '.repeat(million)),
    of('one-long-line', () => line.repeat(Math.ceil(million / line.length))),
    of('a-line-repeated', () => `${line}${separator}`.repeat(million / 20)),
    of('many-digits', () => line + '1'.repeat(million)),
    of('many-dots', () => line + '1.'.repeat(million / 2)),
    of('many-dashes', () => line + '-a'.repeat(million / 2)),
    of('many-brackets', () => '('.repeat(million / 2) + ')'.repeat(million / 2)),
  ];
}
