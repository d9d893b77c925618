import { splitRequirementList } from '../version/requirement.js';
import { parseChecksum } from './checksum.js';
import { quote } from './refusal.js';
import type { RefusalCode } from './refusal.js';

/** A row of a section that lists digests. */
export interface DigestRow {
  readonly name: string;
  /** Algorithm → digest. */
  readonly digests: Record<string, string>;
  /** 1-based line of its first mention. */
  readonly line: number;
}

/** Makes the error for the line that is read. */
type Refuse = (code: RefusalCode, what: string) => Error;

function addDigest(row: DigestRow, text: string, refuse: Refuse): void {
  const checksum = parseChecksum(text);
  if (!checksum.ok) {
    throw refuse('LOCKFILE_CHECKSUM_MALFORMED', `the checksum ${quote(text)} ${checksum.reason}`);
  }
  const { algorithm, digest } = checksum;
  const known = Object.hasOwn(row.digests, algorithm) ? row.digests[algorithm] : undefined;
  if (known !== undefined && known !== digest) {
    throw refuse(
      'LOCKFILE_CHECKSUM_CONFLICT',
      `${row.name} has two different ${algorithm} checksums, the first on line ${row.line}`,
    );
  }
  Object.defineProperty(row.digests, algorithm, { value: digest, enumerable: true, configurable: true });
}

/** What Bundler 2.5.0.dev wrote; later ones take it for the name of an algorithm, and check nothing by it. */
const OLD_FORM = /^sha256-[0-9a-f]{64}$/i;

/**
 * Adds what a row's checksums say, `sha256=…,sha512=…`, to what is known of it.
 * @returns those in a form that Bundler reads and checks nothing by, which are left out
 */
export function addDigests(row: DigestRow, checksums: string | undefined, refuse: Refuse): string[] {
  const all = splitRequirementList(checksums ?? '');
  for (const text of all) if (!OLD_FORM.test(text)) addDigest(row, text, refuse);
  return all.filter((text) => OLD_FORM.test(text));
}
