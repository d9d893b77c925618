import type { Ansis } from 'ansis';
import type { AuditReport, GemReport } from '../audit/types.js';
import type { TargetSummary } from '../target/summary.js';
import type { Finding, FindingKind } from '../compat/types.js';
import { groupFindings } from './grouped-findings.js';
import { printable } from './printable.js';
import { MARKS, paintVerdict } from './verdict-mark.js';
import { findingRemedies } from './finding-remedies.js';
import { findingWords } from './finding-words.js';
import { listWords } from './lists.js';
import { clashWords, noteWords, suggestionCaveats, variantWords } from './words.js';

/** Findings that are shown of one gem; the JSON has them all. */
const MOST_FINDINGS = 6;
const MOST_FILES = 2;
const MOST_SYSTEMS = 4;
const MOST_GEMS = 8;
const MOST_REASONS = 8;

/** What the gems were judged for. */
type Judged = Pick<AuditReport, 'target' | 'plan'>;

/**
 * A section for each gem that there is something to say of; gems that could not be had for the same reason share one.
 * What to do is said once, though it mends several gems.
 */
export function gemSections(gems: readonly GemReport[], report: Judged, paint: Ansis): string[] {
  const said = new Set<string>();
  const sections: string[] = [];
  const shared = new Set<string>();
  for (const gem of gems.filter(({ ignored }) => ignored === undefined)) {
    const reason = unavailableFor(gem);
    const alike = reason === undefined ? [] : gems.filter((other) => unavailableFor(other) === reason);
    if (reason === undefined || alike.length === 1) sections.push(gemSection(gem, report, paint, said));
    else if (!shared.has(reason)) sections.push(sharedSection(alike, report, paint, said));
    if (reason !== undefined) shared.add(reason);
  }
  return sections;
}

/** The one reason for which a gem could not be had at all. */
function unavailableFor(gem: GemReport): string | undefined {
  const { findings, notes = [] } = gem;
  const [finding, ...others] = findings;
  if (finding?.kind !== 'unavailable' || others.length > 0 || notes.length > 0) return undefined;
  return isUnaskedOffline(gem) ? finding.code : `${finding.code} ${finding.reason}`;
}

/**
 * The lockfile has the gem without a platform, and nothing at hand says whether there is a variant of it. Without a network that is
 * nearly every pure Ruby gem of a bundle, and they would bury the few that matter.
 */
export function isUnaskedOffline({ verdict, platform, findings, ignored }: GemReport): boolean {
  const [finding, ...others] = findings;
  return (
    verdict === 'unknown' &&
    platform === 'ruby' &&
    ignored === undefined &&
    others.length === 0 &&
    finding?.kind === 'unavailable' &&
    finding.code === 'REGISTRY_OFFLINE'
  );
}

const UNASKED_OFFLINE =
  'the lockfile has them without a platform; whether they are pure Ruby, compiled or have a precompiled variant cannot be asked offline';

function sharedSection(gems: readonly GemReport[], report: Judged, paint: Ansis, said: Set<string>): string {
  const [first] = gems;
  const finding = first?.findings[0];
  if (first === undefined || finding === undefined) return '';
  const names = [...new Set(gems.map(({ name, version }) => `${name} ${version}`))];
  return [
    paintVerdict(first.verdict, `${MARKS[first.verdict]} ${listWords(names, MOST_GEMS)}`, paint),
    `  ${isUnaskedOffline(first) ? UNASKED_OFFLINE : findingWords(finding, report.target)}`,
    ...remedyLines(finding, report.target, '  ', said),
  ].join('\n');
}

/** What another version of the gem mends for certain, and nothing that is done to the system. */
const OF_THE_GEM: ReadonlySet<string> = new Set([
  'wrong-libc',
  'wrong-machine',
  'wrong-system',
  'missing-ruby-abi',
  'no-variant',
] satisfies FindingKind[]);

/** What a variant for the other C library mends. */
const OF_THE_LIBC: ReadonlySet<string> = new Set([
  'wrong-libc',
  'other-libc',
  'missing-interpreter',
] satisfies FindingKind[]);

function remedyLines(finding: Finding, target: TargetSummary, indent: string, said: Set<string>): string[] {
  const lines = findingRemedies(finding, target).filter((remedy) => !said.has(remedy));
  for (const remedy of lines) said.add(remedy);
  return lines.map((remedy) => `${indent}→ ${remedy}`);
}

/** Why a gem does not fit, and what is worth knowing of one that does; empty where there is nothing to say. */
function gemSection(gem: GemReport, report: Judged, paint: Ansis, said: Set<string>): string {
  const usable = gem.suggestion !== undefined && !gem.suggestion.conflicts.some(({ kind }) => kind === 'gem');
  // To lock another variant helps nothing where Bundler has it and takes this one: the note says what does.
  const passesOver =
    gem.notes?.some((note) => note.kind === 'nearer-variant' && note.because === 'address') === true;
  const lines: string[] = [];
  const groups = groupFindings(gem.findings);
  let above = '';
  for (const { finding, files } of groups.slice(0, MOST_FINDINGS)) {
    const place = `  ${listWords(files, MOST_FILES)}`;
    if (place !== above) lines.push(place);
    above = place;
    lines.push(`    ${findingWords(finding, report.target)}`);
    if ((!usable || !OF_THE_GEM.has(finding.kind)) && !(passesOver && OF_THE_LIBC.has(finding.kind))) {
      lines.push(...remedyLines(finding, report.target, '    ', said));
    }
  }
  if (groups.length > MOST_FINDINGS) {
    lines.push(`  and ${groups.length - MOST_FINDINGS} more; --format json lists them all`);
  }
  for (const note of gem.notes ?? [])
    if (note.kind !== 'unverified') lines.push(`  note: ${noteWords(note)}`);
  if (gem.verdict === 'incompatible' && !usable && gem.runsOn !== undefined) {
    lines.push(
      gem.runsOn.length === 0
        ? '  no known system runs it as it is'
        : `  runs as it is on ${listWords(gem.runsOn, MOST_SYSTEMS)}`,
    );
  }
  const unanswered =
    gem.ignored === undefined ? report.plan?.unanswered.find(({ name }) => name === gem.name) : undefined;
  if (gem.verdict === 'incompatible' && unanswered !== undefined && unanswered.because.length > 0) {
    const searched = gem.notes?.some(({ kind }) => kind === 'search-incomplete') !== true;
    lines.push(searched ? '  why no other version will do:' : '  why no other version can be named:');
    const reasons = unanswered.because.slice(0, MOST_REASONS);
    for (const reason of reasons) lines.push(`    ${clashWords(reason)}`);
    const left = unanswered.because.length - reasons.length;
    if (left > 0) lines.push(`    and ${left} more; --format json lists them all`);
  }
  for (const caveat of suggestionCaveats(gem)) lines.push(`  → ${caveat}`);
  if (lines.length === 0) return '';
  const heading = `${MARKS[gem.verdict]} ${printable(gem.name)} ${printable(gem.version)} (${variantWords(gem)})`;
  return [paintVerdict(gem.verdict, heading, paint), ...lines].join('\n');
}
