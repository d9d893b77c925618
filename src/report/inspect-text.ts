import { Ansis } from 'ansis';
import type { TargetSummary } from '../audit/types.js';
import type { Finding, Verdict } from '../compat/types.js';
import { verdictOf } from '../compat/verdict.js';
import type { Explanation } from '../explain/types.js';
import type { InspectedFile, InspectedGroup, InspectedSubject, InspectReport } from '../inspect/types.js';
import { compareDotted } from '../version/symbol-version.js';
import { dependencyTreeLines } from './dependency-tree.js';
import { explanationWords, rebuildWords } from './explain-words.js';
import { groupFindings } from './grouped-findings.js';
import {
  allNeedsWords,
  forWords,
  givenWords,
  groupWords,
  inspectSummaryWords,
  otherLibraries,
  runsOnWords,
  subjectWords,
  unreadWords,
  wholeWords,
} from './inspect-words.js';
import { printable } from './printable.js';
import { renderTable } from './table.js';
import type { TextOptions } from './text.js';
import { wrapped } from './text.js';
import type { SpokenTarget } from './toolchain-words.js';
import { toolchainRemedyWords, toolchainWords } from './toolchain-words.js';
import { MARKS, paintVerdict } from './verdict-mark.js';
import { VERDICT_WORDS, findingRemedies, findingWords, listWords, needsWords, targetWords } from './words.js';

/** Rows of one table, findings of one group, lines of one tree that are shown; the JSON has them all. */
const MOST_FILES = 24;
const MOST_FINDINGS = 8;
const MOST_PLACES = 2;
const MOST_TREES = 20;
const MOST_TREE_LINES = 60;
const MOST_SECTIONS = 40;
const MOST_LIBRARIES = 12;
const MOST_SYMBOLS = 12;

/** The report for people. Ends with a newline. */
export function renderInspectText(report: InspectReport, options: TextOptions): string {
  const paint = new Ansis(options.color ? 3 : 0);
  const targets = report.targets ?? [];
  const sections = report.subjects.flatMap((subject) => [
    wrapped(paint.bold(subjectWords(subject)), options.width),
    ...(targets.length === 0
      ? needsSections(subject, report, options, paint)
      : targets.flatMap((target) => targetSections(subject, target, report, options, paint))),
    ...treeSections(subject, options, paint),
  ]);
  const { incompatible, unknown, unreadable } = report.summary;
  const verdict: Verdict =
    incompatible > 0 ? 'incompatible' : unknown + unreadable > 0 ? 'unknown' : 'compatible';
  const closing = paintVerdict(verdict, inspectSummaryWords(report), paint);
  return `${[...sections, wrapped(closing, options.width)].filter((section) => section !== '').join('\n\n')}\n`;
}

/** Something in one line of a table: a gem on one CPU, or one file of those that belong to none. */
interface Row {
  readonly what: string;
  readonly group: InspectedGroup;
  readonly file?: InspectedFile;
  readonly arch: string;
  readonly needs: string;
  readonly glibc: string;
  readonly verdict?: Verdict;
}

function archWords({ arch, machine }: InspectedFile): string {
  return arch ?? `machine ${machine}`;
}

function rowsWithoutTarget(subject: InspectedSubject): Row[] {
  return subject.groups.flatMap((group): Row[] => {
    if (group.kind === 'gem') {
      const rows = group.needs.map(({ arch, requires }) => ({
        what: groupWords(group),
        group,
        arch,
        needs: needsWords(requires),
        glibc: requires.glibc ?? '0',
      }));
      return rows.length > 0 ? rows : [{ what: groupWords(group), group, arch: '–', needs: '–', glibc: '0' }];
    }
    return group.files.map((file) => ({ ...fileRow(file, group) }));
  });
}

function fileRow(file: InspectedFile, group: InspectedGroup): Row {
  return {
    what: printable(file.path),
    group,
    file,
    arch: archWords(file),
    needs: needsWords(file.requires),
    glibc: file.requires.glibc ?? '0',
  };
}

function rowsOn(subject: InspectedSubject, target: TargetSummary): Row[] {
  return subject.groups.flatMap((group) =>
    (group.results ?? [])
      .filter((result) => result.target === target.name)
      .flatMap((result): Row[] => {
        if (group.kind === 'gem') {
          return [
            {
              what: groupWords(group),
              group,
              arch: result.arch,
              needs: needsWords(result.requires),
              glibc: result.requires?.glibc ?? '0',
              verdict: result.verdict,
            },
          ];
        }
        const byFile = new Map<string, Finding[]>();
        for (const finding of result.findings)
          byFile.set(finding.file, [...(byFile.get(finding.file) ?? []), finding]);
        return group.files
          .filter((file) => file.arch === result.arch || byFile.has(file.path))
          .map((file) => ({ ...fileRow(file, group), verdict: verdictOf(byFile.get(file.path) ?? []) }));
      }),
  );
}

const WEIGHT: readonly (Verdict | undefined)[] = [
  'incompatible',
  'unknown',
  'compatible',
  'source',
  undefined,
];

/** The worst first, then what needs the most. */
function byWeight(a: Row, b: Row): number {
  return (
    WEIGHT.indexOf(a.verdict) - WEIGHT.indexOf(b.verdict) ||
    Number(b.group.kind === 'gem') - Number(a.group.kind === 'gem') ||
    (a.group.kind === 'gem' ? 0 : compareDotted(b.glibc, a.glibc)) ||
    (a.what < b.what ? -1 : a.what > b.what ? 1 : 0)
  );
}

function tableSection(rows: readonly Row[], judged: boolean, options: TextOptions, paint: Ansis): string {
  if (rows.length === 0) return '';
  const sorted = [...rows].sort(byWeight);
  const files = sorted.filter(({ file }) => file !== undefined);
  const shown = sorted.filter((row) => row.file === undefined || files.indexOf(row) < MOST_FILES);
  const gems = shown.some(({ group }) => group.kind === 'gem');
  const columns = [
    { title: gems ? 'GEM OR FILE' : 'FILE', narrowest: 24 },
    ...(gems ? [{ title: 'FOR', narrowest: 10 }] : []),
    { title: 'CPU' },
    { title: 'NEEDS', narrowest: 12 },
    ...(judged ? [{ title: 'VERDICT' }] : []),
  ];
  const cells = shown.map((row) => [
    row.what,
    ...(gems ? [row.file === undefined ? forWords(row.group) : '–'] : []),
    row.arch,
    row.needs,
    ...(judged && row.verdict !== undefined ? [`${MARKS[row.verdict]} ${VERDICT_WORDS[row.verdict]}`] : []),
  ]);
  const table = renderTable(columns, cells, options.width, (cell, row, column) => {
    if (row === 'head') return paint.dim(cell);
    const verdict = shown[row]?.verdict;
    return judged && column === columns.length - 1 && verdict !== undefined
      ? paintVerdict(verdict, cell, paint)
      : cell;
  });
  const left = sorted.length - shown.length;
  if (left === 0) return table;
  return `${table}\nand ${left.toLocaleString('en')} more files${judged ? '' : ', which need no more than these'}; --format json lists them all`;
}

function needsSections(
  subject: InspectedSubject,
  report: InspectReport,
  options: TextOptions,
  paint: Ansis,
): string[] {
  const table = subject.kind === 'elf' ? '' : tableSection(rowsWithoutTarget(subject), false, options, paint);
  const lines = subject.needs.flatMap((needs) => {
    const { arch, requires } = needs;
    const libraries = otherLibraries(requires);
    return [
      `${arch}: needs ${allNeedsWords(requires)}`,
      `  ${runsOnWords(needs)}`,
      ...(libraries.length === 0 ? [] : [`  and has to find there: ${listWords(libraries, MOST_LIBRARIES)}`]),
    ];
  });
  const unread = subject.groups.flatMap((group) => unreadLines(group.findings, paint));
  return [
    table,
    wrapped(lines.join('\n'), options.width),
    wrapped(explanationLines(report.explanations ?? []).join('\n'), options.width),
    wrapped(unread.join('\n'), options.width),
  ];
}

function unreadLines(findings: readonly Finding[], paint: Ansis): string[] {
  const groups = groupFindings(findings);
  const lines = groups
    .slice(0, MOST_FINDINGS)
    .flatMap(({ finding, files }) => [
      paintVerdict('unknown', `${MARKS.unknown} ${listWords(files, MOST_PLACES)}`, paint),
      `  ${unreadWords(finding)}`,
    ]);
  if (groups.length > MOST_FINDINGS)
    lines.push(`and ${groups.length - MOST_FINDINGS} more; --format json lists them all`);
  return lines;
}

/** One line for each symbol: what it is, and whether a build on an older system does without it. */
function explanationLines(explanations: readonly Explanation[]): string[] {
  const bySentence = new Map<string, Explanation[]>();
  for (const each of explanations) {
    const sentence = `${explanationWords(each)}; ${rebuildWords({ ...each, symbol: undefined } as unknown as Explanation)}`;
    bySentence.set(sentence, [...(bySentence.get(sentence) ?? []), each]);
  }
  return [...bySentence].flatMap(([sentence, all]) => {
    const names = all.map(({ symbol, symbolVersion }) =>
      symbol === undefined ? symbolVersion : `${symbol}@${symbolVersion}`,
    );
    return [`  ${listWords([...new Set(names)], MOST_SYMBOLS)}`, `    ${sentence}`];
  });
}

function targetSections(
  subject: InspectedSubject,
  target: TargetSummary,
  report: InspectReport,
  options: TextOptions,
  paint: Ansis,
): string[] {
  const rows = rowsOn(subject, target);
  const ruby = report.ruby === undefined ? '' : `, Ruby ${report.ruby}`;
  const given = givenWords(
    subject.groups.flatMap(({ results = [] }) =>
      results.flatMap((result) => (result.target === target.name ? (result.given ?? []) : [])),
    ),
  );
  const heading = [
    paint.bold(`on ${targetWords(target)}${ruby}`),
    ...(given === '' ? [] : [`  ${given}`]),
  ].join('\n');
  const sections = subject.groups.flatMap((group) =>
    (group.results ?? [])
      .filter((result) => result.target === target.name && result.findings.length > 0)
      .map((result) => groupSection(subject, group, result, target, report, paint)),
  );
  const left = sections.length - MOST_SECTIONS;
  return [
    wrapped(heading, options.width),
    tableSection(rows, true, options, paint),
    ...sections.slice(0, MOST_SECTIONS).map((section) => wrapped(section, options.width)),
    ...(left > 0 ? [`and ${left} more that something was found of; --format json lists them all`] : []),
  ];
}

/** What another system than the target makes good. */
const ABOUT_THE_SYSTEM: ReadonlySet<Finding['kind']> = new Set([
  'symbol-version',
  'wrong-libc',
  'missing-interpreter',
]);

type Result = NonNullable<InspectedGroup['results']>[number];

/** Why a group does not fit on one CPU of a target. */
function groupSection(
  subject: InspectedSubject,
  group: InspectedGroup,
  result: Result,
  target: TargetSummary,
  report: InspectReport,
  paint: Ansis,
): string {
  const whole = wholeWords(subject.kind, group);
  const head =
    group.kind === 'gem'
      ? `${groupWords(group)} (${forWords(group)}), ${result.arch}`
      : `${printable(group.name)}, ${result.arch}`;
  const lines = [paintVerdict(result.verdict, `${MARKS[result.verdict]} ${head}`, paint)];
  const groups = groupFindings(result.findings);
  const said = new Set<string>();
  let above = '';
  for (const { finding, files } of groups.slice(0, MOST_FINDINGS)) {
    const place = `  ${listWords(files, MOST_PLACES)}`;
    if (place !== above) lines.push(place);
    above = place;
    lines.push(`    ${findingWords(finding, target, whole)}`);
    for (const remedy of findingRemedies(finding, target, group.kind === 'gem')) {
      if (!said.has(remedy)) lines.push(`    → ${remedy}`);
      said.add(remedy);
    }
    if (finding.kind === 'symbol-version') {
      const { library, symbolVersion } = finding;
      const explained = (report.explanations ?? []).filter(
        (each) =>
          each.cpu === result.arch && each.library === library && each.symbolVersion === symbolVersion,
      );
      lines.push(...explanationLines(explained).map((line) => `    ${line}`));
    }
  }
  if (groups.length > MOST_FINDINGS)
    lines.push(`  and ${groups.length - MOST_FINDINGS} more; --format json lists them all`);
  const runsOn = group.needs.find(({ arch }) => arch === result.arch);
  if (runsOn !== undefined && result.findings.some(({ kind }) => ABOUT_THE_SYSTEM.has(kind)))
    lines.push(`  as it is, it ${runsOnWords(runsOn)}`);
  lines.push(...remedyLines(result, target));
  return lines.join('\n');
}

/** What words say of a target. */
function spokenOf({ name, libc, glibc, musl }: TargetSummary): SpokenTarget {
  return { name, libc, libcVersion: glibc ?? musl ?? '' };
}

/** The remedies of all files of one group; those of one toolchain are said once. */
function remedyLines({ remedies = [] }: Result, target: TargetSummary): string[] {
  const lines: string[] = [];
  for (const { toolchain, remedies: own } of remedies) {
    const words = own.map((remedy) => `  → ${toolchainRemedyWords(remedy, spokenOf(target))}`);
    const built =
      toolchain === undefined || words.length === 0 ? [] : [`  built by ${toolchainWords(toolchain)}:`];
    for (const line of [...built, ...words]) if (!lines.includes(line)) lines.push(line);
  }
  return lines;
}

function treeSections({ trees = [] }: InspectedSubject, { width }: TextOptions, paint: Ansis): string[] {
  const spread = trees.filter(({ nodes }) => nodes.some(({ needs }) => needs.length > 0));
  const sections = spread.slice(0, MOST_TREES).map((tree) => {
    const on = tree.target === undefined ? '' : ` on ${tree.target}`;
    const [first = '', ...lines] = dependencyTreeLines(tree, {
      ...(width === undefined ? {} : { width }),
      most: MOST_TREE_LINES,
    });
    return [paint.bold(`${first} (${tree.arch}${on})`), ...lines].join('\n');
  });
  const left = spread.length - sections.length;
  return [...sections, ...(left > 0 ? [`and ${left} more trees; --format json has them all`] : [])];
}
