import type { Ansis } from 'ansis';
import type { TargetSummary } from '../target/summary.js';
import type { Finding, Verdict } from '../compat/types.js';
import type { GroupResult, InspectedGroup, InspectedSubject, InspectReport } from '../inspect/types.js';
import { groupFindings } from './grouped-findings.js';
import { forWords, groupWords, runsOnWords, wholeWords } from './inspect-words.js';
import { printable } from './printable.js';
import { symbolLines } from './symbol-lines.js';
import type { TextOptions } from './text.js';
import { wrapped } from './wrapped.js';
import type { SpokenTarget } from './toolchain-words.js';
import { toolchainRemedyWords, toolchainWords } from './toolchain-words.js';
import { MARKS, paintVerdict } from './verdict-mark.js';
import { findingRemedies } from './finding-remedies.js';
import { findingWords } from './finding-words.js';
import { listWords } from './lists.js';

const MOST_FINDINGS = 8;
const MOST_PLACES = 2;
const MOST_SECTIONS = 40;
const MOST_NAMES = 6;
const MOST_TOOLCHAINS = 3;

/** What another system than the target makes good. */
const ABOUT_THE_SYSTEM: ReadonlySet<Finding['kind']> = new Set([
  'symbol-version',
  'wrong-libc',
  'missing-interpreter',
]);

const UNREAD: ReadonlySet<Finding['kind']> = new Set(['unreadable', 'nested-archive', 'static-archive']);

/** What was found of a group on one CPU of a target; of several groups where it is word for word the same. */
interface Section {
  readonly verdict: Verdict;
  readonly names: string[];
  /** What stands behind the names. */
  readonly of: string;
  readonly blocks: readonly { readonly places: string[]; readonly lines: readonly string[] }[];
  readonly tail: readonly string[];
}

/** Why groups do not fit on a target, or could not be checked. */
export function findingSections(
  subject: InspectedSubject,
  target: TargetSummary,
  report: InspectReport,
  options: TextOptions,
  paint: Ansis,
): string[] {
  const sections = new Map<string, Section>();
  for (const group of subject.groups) {
    // What could not be read counts on every CPU, and is said once.
    const unread = new Set<string>();
    for (const all of group.results ?? []) {
      if (all.target !== target.name) continue;
      const findings = all.findings.filter((finding) => {
        if (!UNREAD.has(finding.kind)) return true;
        const key = JSON.stringify(finding);
        return !unread.has(key) && unread.add(key);
      });
      if (findings.length === 0) continue;
      const result = { ...all, findings };
      const section = sectionOf(subject, group, result, target, report);
      const { verdict, of, blocks, tail } = section;
      const key = JSON.stringify([verdict, of, blocks.map(({ lines }) => lines), tail]);
      const known = sections.get(key);
      if (known === undefined) sections.set(key, section);
      else {
        known.names.push(...section.names);
        for (const [index, { places }] of blocks.entries()) known.blocks[index]?.places.push(...places);
      }
    }
  }
  const shown = [...sections.values()].slice(0, MOST_SECTIONS).map((section) => {
    return wrapped(sectionLines(section, paint).join('\n'), options.width);
  });
  const left = sections.size - shown.length;
  return [
    ...shown,
    ...(left > 0 ? [`and ${left} more that something was found of; --format json lists them all`] : []),
  ];
}

function sectionLines({ verdict, names, of, blocks, tail }: Section, paint: Ansis): string[] {
  const lines = [paintVerdict(verdict, `${MARKS[verdict]} ${listWords(names, MOST_NAMES)}${of}`, paint)];
  let above = '';
  for (const { places, lines: own } of blocks) {
    const place = `  ${listWords(places, MOST_PLACES)}`;
    // A file that is a subject by itself has its name in the line above.
    if (place !== above && !(places.length === 1 && places[0] === names.join())) lines.push(place);
    above = place;
    lines.push(...own);
  }
  return [...lines, ...tail];
}

function sectionOf(
  subject: InspectedSubject,
  group: InspectedGroup,
  result: GroupResult,
  target: TargetSummary,
  report: InspectReport,
): Section {
  const gem = group.kind === 'gem';
  const whole = wholeWords(subject.kind, group);
  const findings = groupFindings(result.findings);
  const said = new Set<string>();
  const blocks = findings.slice(0, MOST_FINDINGS).map(({ finding, files }) => {
    const lines = [`    ${findingWords(finding, target, whole)}`];
    for (const remedy of findingRemedies(finding, target, gem)) {
      if (!said.has(remedy)) lines.push(`    → ${remedy}`);
      said.add(remedy);
    }
    if (finding.kind === 'symbol-version') {
      const { library, symbolVersion, symbols } = finding;
      const explained = (report.explanations ?? []).filter(
        (each) =>
          each.cpu === result.arch &&
          each.library === library &&
          each.symbolVersion === symbolVersion &&
          (each.symbol === undefined || symbols.includes(each.symbol)),
      );
      lines.push(...symbolLines(explained).map((line) => `    ${line}`));
    }
    return { places: [...files], lines };
  });
  const more = findings.length - blocks.length;
  const needs = group.needs.find(({ arch }) => arch === result.arch);
  const elsewhere = needs !== undefined && result.findings.some(({ kind }) => ABOUT_THE_SYSTEM.has(kind));
  return {
    verdict: result.verdict,
    names: [gem ? groupWords(group) : printable(group.name)],
    of: gem
      ? `${forWords(group) === '–' ? '' : ` (${forWords(group)})`}, ${result.arch}`
      : `, ${result.arch}`,
    blocks,
    tail: [
      ...(more > 0 ? [`  and ${more} more; --format json lists them all`] : []),
      ...(elsewhere ? [`  as it is: ${runsOnWords(needs)}`] : []),
      ...remedyLines(result, target),
    ],
  };
}

/** What words say of a target. */
function spokenOf({ name, libc, glibc, musl }: TargetSummary): SpokenTarget {
  return { name, libc, libcVersion: glibc ?? musl ?? '' };
}

/** The remedies of all files of one group: each once, under the toolchains that it is for. */
function remedyLines({ remedies = [] }: GroupResult, target: TargetSummary): string[] {
  const byToolchain = new Map<string, Set<string>>();
  for (const { toolchain, remedies: own } of remedies) {
    const built = toolchain === undefined ? '' : toolchainWords(toolchain);
    const lines = byToolchain.get(built) ?? new Set();
    byToolchain.set(built, lines);
    for (const remedy of own) lines.add(`  → ${toolchainRemedyWords(remedy, spokenOf(target))}`);
  }
  const alike = new Map<string, { readonly lines: ReadonlySet<string>; readonly toolchains: string[] }>();
  for (const [built, lines] of byToolchain) {
    const key = [...lines].sort().join('\n');
    const known = alike.get(key) ?? { lines, toolchains: [] };
    alike.set(key, known);
    if (built !== '') known.toolchains.push(built);
  }
  const said = new Set<string>();
  return [...alike.values()].flatMap(({ lines, toolchains }) => {
    const fresh = [...lines].filter((line) => !said.has(line));
    for (const line of fresh) said.add(line);
    if (fresh.length === 0) return [];
    return [
      ...(toolchains.length === 0 ? [] : [`  built by ${listWords(toolchains, MOST_TOOLCHAINS)}:`]),
      ...fresh,
    ];
  });
}
