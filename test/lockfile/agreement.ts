import { isDeepStrictEqual } from 'node:util';
import { ourReading } from './bundler.js';
import type { Reading } from './bundler.js';

/**
 * How our reading of one text stands to a Bundler's.
 * - `agreed`: the same, or both refuse.
 * - `stricter`: Bundler reads it and we refuse it, for a reason of the table in README.md that its reading bears out.
 * - `differed`: anything else. A bug of ours.
 */
export type Agreement = 'agreed' | 'stricter' | 'differed';

export interface Judgement {
  readonly agreement: Agreement;
  /** Code of our refusal, where we refuse. */
  readonly code?: string;
  /** For people: what differs. */
  readonly detail: string;
}

const withoutDigest = (reading: Reading): boolean =>
  reading.ok &&
  (reading.checksums ?? []).some(([, digests]) => Object.values(digests).some((digest) => !digest));

/** An option given twice is a list to Bundler, printed as one: `["main", "main"]`. */
const hasListOption = (reading: Reading): boolean =>
  reading.ok &&
  reading.sources.some(({ options, remotes }) =>
    [...Object.values(options), ...remotes].some((value) => value.startsWith('[')),
  );

/** Refusals that no Bundler makes, each with the proof that it is about what it says. */
const stricterRules: Readonly<Record<string, (bundler: Reading) => boolean>> = {
  LOCKFILE_EMPTY: (bundler) => bundler.ok && bundler.specs.length === 0,
  LOCKFILE_NOT_A_LOCKFILE: (bundler) => bundler.ok && bundler.specs.length === 0,
  LOCKFILE_NO_SOURCES: (bundler) => bundler.ok && bundler.specs.length === 0,
  LOCKFILE_NO_SPECS: (bundler) => bundler.ok && bundler.specs.length === 0,
  LOCKFILE_CHECKSUM_MALFORMED: (bundler) => withoutDigest(bundler),
  LOCKFILE_OPTION_REPEATED: hasListOption,
};

/**
 * The line belongs to something that Bundler 4.1 reads and the Bundlers that are asked pass over: what is wrong with it they
 * cannot see.
 */
function isOf41(text: string, line: number): boolean {
  const lines = text.split('\n').map((one) => one.replace(/\r$/, ''));
  const heading = lines.slice(0, line).findLast((one) => /^\S/.test(one));
  const row = lines[line - 1] ?? '';
  return (
    heading === 'CONTENT ADDRESSES' ||
    (heading === 'CHECKSUMS' && row.startsWith('  bundler')) ||
    // In a section of another kind too, where a mutation has put it: the option is unknown to them.
    row.startsWith('  override: ')
  );
}

function describe(ours: Reading, theirs: Reading): string {
  if (!ours.ok || !theirs.ok) {
    return `ours: ${ours.ok ? 'read' : ours.error}; Bundler: ${theirs.ok ? 'read' : theirs.error}`;
  }
  const parts = Object.keys(theirs).filter((key) => {
    const part = key as keyof typeof theirs;
    return !isDeepStrictEqual(ours[part], theirs[part]);
  });
  const part = parts[0] as keyof typeof theirs;
  return `${parts.join(', ')} differ: ours ${JSON.stringify(ours[part])}; Bundler ${JSON.stringify(theirs[part])}`;
}

function same(a: Reading, b: Reading): boolean {
  return a.ok && b.ok ? isDeepStrictEqual(a, b) : a.ok === b.ok;
}

/** Compares our reading with that of the Bundler that comes with this RubyGems. */
export function judge(text: string, bundler: Reading, dialect: '3.6' | '4.0'): Judgement {
  const { code, line, ...ours } = ourReading(text, dialect);
  if (same(ours, bundler)) return { agreement: 'agreed', detail: '' };
  const of41 = bundler.ok && line !== undefined && isOf41(text, line);
  const stricter = of41 || (code !== undefined && stricterRules[code]?.(bundler) === true);
  const agreement = stricter ? 'stricter' : 'differed';
  return { agreement, ...(code === undefined ? {} : { code }), detail: describe(ours, bundler) };
}
