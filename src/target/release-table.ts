import { compareDotted } from '../version/symbol-version.js';

/** A name, and the first release in which its library defines it. */
interface Entry {
  readonly name: string;
  readonly since: string;
}

/**
 * The version names that one library defines, release by release. Written as words: `2.34` is defined since release
 * 2.34, `2.31@2.34` is 2.31 and defined since 2.34, and a word below the table's first release is as old as the table.
 * A leading `@2.22` says that the library itself came with release 2.22.
 */
export interface ReleaseTable {
  /** First release that the table holds; nothing is known of earlier ones. */
  readonly first: string;
  readonly entries: readonly Entry[];
}

const DOTTED = /^\d+(?:\.\d+)*$/;

function later(a: string, b: string): string {
  return compareDotted(a, b) >= 0 ? a : b;
}

/**
 * Reads the words of a table. `prefix` is put before words that are bare numbers or `ABI_…` markers.
 * @throws Error on a word that has no place in a table.
 */
export function readReleaseTable(text: string, first: string, prefix = ''): ReleaseTable {
  let start = first;
  const entries: Entry[] = [];
  const seen = new Set<string>();
  for (const word of text.split(' ')) {
    const match = /^([A-Z0-9][\w.]*)?(?:@(\d[\d.]*))?$/.exec(word);
    const name = match?.[1];
    const since = match?.[2];
    if (match === null || (name === undefined && (since === undefined || entries.length > 0))) {
      throw new Error(`"${word}" is not a word of a release table`);
    }
    if (name === undefined) {
      start = later(start, since ?? start);
      continue;
    }
    const full = prefix !== '' && /^(?:\d|ABI_)/.test(name) ? prefix + name : name;
    if (seen.has(full)) throw new Error(`${full} stands twice in a release table`);
    seen.add(full);
    const natural = prefix !== '' && DOTTED.test(name) ? name : start;
    entries.push({ name: full, since: later(since ?? natural, start) });
  }
  return { first: start, entries };
}

/** The tables share few releases and ask of each pair many times. */
const reached = new Map<string, Map<string, boolean>>();

function isReached(since: string, release: string): boolean {
  let known = reached.get(release);
  if (known === undefined) {
    known = new Map();
    reached.set(release, known);
  }
  let answer = known.get(since);
  if (answer === undefined) {
    answer = compareDotted(since, release) <= 0;
    known.set(since, answer);
  }
  return answer;
}

/** The names that are defined in `release`; undefined where the table does not reach back to it. */
export function namesIn(table: ReleaseTable, release: string): readonly string[] | undefined {
  if (compareDotted(release, table.first) < 0) return undefined;
  return table.entries.filter(({ since }) => isReached(since, release)).map(({ name }) => name);
}
