import { looksInOwnDirectories } from '../../src/compat/judge-file.js';
import { judgeGem } from '../../src/compat/judge.js';
import type { Judgement } from '../../src/compat/types.js';
import { parseElf } from '../../src/elf/parse.js';
import type { ElfFile } from '../../src/elf/types.js';
import { ElfError } from '../../src/errors.js';
import type { Target } from '../../src/target/types.js';
import { contents } from '../../test/helpers/contents.js';
import type { LoaderAnswer } from './loader-judge.js';

/** How often each kind of answer came up, so that agreement about nothing is seen. */
export class Tally {
  readonly #counts = new Map<string, number>();

  add(kind: string): void {
    this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + 1);
  }

  toString(): string {
    return [...this.#counts].map(([kind, count]) => `${count} ${kind}`).join(', ');
  }
}

/** What `parseElf` makes of the bytes; any other error than its own escapes. */
export function readElf(bytes: Uint8Array): ElfFile | ElfError {
  try {
    return parseElf(bytes);
  } catch (error) {
    if (error instanceof ElfError) return error;
    throw error;
  }
}

/** In what we and the loader differ about a file. */
export function differenceOf(
  elf: ElfFile | ElfError,
  answer: LoaderAnswer,
  target: Target,
  tally: Tally,
): string | undefined {
  if (elf instanceof ElfError) {
    tally.add('unreadable');
    if (answer.notForLoader || answer.refusal !== undefined) return undefined;
    return `we cannot read it (${elf.message}), the loader can`;
  }
  const judgement = judgeGem(contents({ file: elf }), { target, cpu: 'x86_64' });
  const ours = elf.loadable && elf.dynamic && elf.cpu === 'x86_64';
  if (ours === answer.notForLoader) {
    return ours ? 'we judge it, it is not for the loader' : 'the loader takes it, we do not judge it';
  }
  if (!ours) {
    tally.add(elf.loadable && elf.cpu === 'x86_64' ? 'static' : 'not for this loader');
    const expected = elf.loadable ? (elf.cpu === 'x86_64' ? 'compatible' : 'incompatible') : 'compatible';
    return judgement.verdict === expected ? undefined : `we say ${judgement.verdict}`;
  }
  if (answer.refusal !== undefined) {
    tally.add('that the loader gives up on');
    if (judgement.verdict === 'incompatible') return undefined;
    return `the loader refuses it: ${answer.refusal}; we say ${judgement.verdict}`;
  }
  const foreign = judgement.findings.find(({ kind }) => kind === 'wrong-libc');
  if (foreign !== undefined) {
    tally.add('of another libc');
    return answer.missingLibraries.size > 0
      ? undefined
      : 'we say that it is for another libc, the loader takes it';
  }
  const { versions, libraries, unchecked } = foundBy(judgement);
  for (const weak of answer.weakVersions) {
    tally.add('weak versions not found');
    if (versions.has(weak)) return `${weak} is a weak need for the loader`;
  }
  const refused = answer.missingVersions.size + answer.missingLibraries.size > 0;
  if (answer.missingVersions.size > 0) tally.add('with versions not found');
  if (answer.missingLibraries.size > 0) tally.add('with libraries not found');
  if (!refused)
    tally.add(judgement.verdict === 'compatible' ? 'that load' : `that load and we say ${judgement.verdict}`);
  // What a system has in a directory that the file names itself is not known to us, and such a library is not called missing.
  const open = new Set(looksInOwnDirectories(elf) ? unchecked : []);
  const missing = new Set([...answer.missingLibraries].filter((library) => !open.has(library)));
  if (missing.size < answer.missingLibraries.size)
    tally.add('with libraries that may lie in its own directories');
  const text =
    setDifference('version', versions, answer.missingVersions) ??
    setDifference('library', libraries, missing);
  if (text !== undefined) return text;
  const expected =
    answer.missingVersions.size + missing.size > 0 ? ['incompatible'] : ['incompatible', 'unknown'];
  return refused && !expected.includes(judgement.verdict) ? `we say ${judgement.verdict}` : undefined;
}

function foundBy({ findings }: Judgement): Record<'versions' | 'libraries' | 'unchecked', Set<string>> {
  const versions = new Set<string>();
  const libraries = new Set<string>();
  const unchecked = new Set<string>();
  for (const finding of findings) {
    if (finding.kind === 'symbol-version') versions.add(`${finding.library} ${finding.symbolVersion}`);
    if (finding.kind === 'missing-library') libraries.add(finding.library);
    if (finding.kind === 'unchecked-library') unchecked.add(finding.library);
  }
  return { versions, libraries, unchecked };
}

function setDifference(
  what: string,
  ours: ReadonlySet<string>,
  theirs: ReadonlySet<string>,
): string | undefined {
  const extra = [...ours].filter((name) => !theirs.has(name));
  const lacking = [...theirs].filter((name) => !ours.has(name));
  if (extra.length + lacking.length === 0) return undefined;
  return `${what} not found: only we say ${JSON.stringify(extra)}, only the loader says ${JSON.stringify(lacking)}`;
}

/** A mutant is taken for compatible, and the loader finds that something is missing. Stricter than the loader we may be. */
export function mutantDifference(
  bytes: Uint8Array,
  answer: LoaderAnswer,
  target: Target,
  tally: Tally,
): string | undefined {
  const missing = answer.missingVersions.size + answer.missingLibraries.size;
  const elf = readElf(bytes);
  const refused = answer.notForLoader || answer.refusal !== undefined;
  if (elf instanceof ElfError) {
    tally.add(missing > 0 || refused ? 'refused by both' : 'refused by us alone');
    return undefined;
  }
  const { verdict } = judgeGem(contents({ file: elf }), { target, cpu: 'x86_64' });
  if (missing > 0) {
    tally.add('with something not found');
    return verdict === 'compatible' ? `the loader finds ${missing} missing, we say compatible` : undefined;
  }
  tally.add(refused ? `that the loader refuses and we call ${verdict}` : 'that load');
  return undefined;
}
