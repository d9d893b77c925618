import type { FileRange } from '../elf/retained-range.js';

/** Each pass adds a range that an ELF file's tables were found to need; real files need none, odd ones one. */
const MAX_PASSES = 8;

/** What a file is whose tables the last pass did not find either. */
export const SPREAD_OUT = {
  kind: 'unreadable',
  code: 'ELF_LIMIT',
  reason: `its tables are spread over more than ${MAX_PASSES} places`,
} as const;

/** Ranges that were missed, by what tells a file of the archive from the others. */
export type Ranges<Key> = ReadonlyMap<Key, readonly FileRange[]>;

/** One reading of the whole archive. */
export interface Pass<Key> {
  /** The ranges that the passes before this one missed; undefined in the first pass. */
  readonly again: Ranges<Key> | undefined;
  /** There is no further one: what is missing now is `SPREAD_OUT`. */
  readonly last: boolean;
}

/**
 * Reads once, and again as long as ranges are missing, with those that all passes before have missed.
 * @param read reads the archive from its beginning; its answer is what it missed, which is not looked at of the last pass
 */
export async function inPasses<Key>(read: (pass: Pass<Key>) => Promise<Ranges<Key>>): Promise<void> {
  let again: Ranges<Key> | undefined;
  for (let pass = 1; pass <= MAX_PASSES; pass += 1) {
    const missed = await read({ again, last: pass === MAX_PASSES });
    if (missed.size === 0) return;
    const before = again;
    again = new Map([...missed].map(([key, ranges]) => [key, [...(before?.get(key) ?? []), ...ranges]]));
  }
}
