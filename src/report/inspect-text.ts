import { Ansis } from 'ansis';
import type { TargetSummary } from '../target/summary.js';
import type { Finding, Verdict } from '../compat/types.js';
import type { Explanation } from '../explain/types.js';
import { verdictOf } from '../compat/verdict.js';
import type { InspectedFile, InspectedGroup, InspectedSubject, InspectReport } from '../inspect/types.js';
import { compareDotted } from '../version/symbol-version.js';
import { explanationsOf } from '../inspect/explanations.js';
import { groupFindings } from './grouped-findings.js';
import { findingSections } from './inspect-findings.js';
import { treeSections } from './inspect-trees.js';
import { machineName } from './machine-words.js';
import { symbolLines } from './symbol-lines.js';
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
} from './inspect-words.js';
import { printable } from './printable.js';
import { renderTable } from './table.js';
import type { TextOptions } from './text.js';
import { wrapped } from './wrapped.js';
import { MARKS, paintVerdict } from './verdict-mark.js';
import { listWords } from './lists.js';
import { VERDICT_WORDS, needsWords, targetWords } from './words.js';

/** Rows of one table, findings of one group, lines of one tree that are shown; the JSON has them all. */
const MOST_FILES = 24;
const MOST_FINDINGS = 8;
const MOST_PLACES = 2;
const MOST_LIBRARIES = 12;

/** The report for people. Ends with a newline. */
export function renderInspectText(report: InspectReport, options: TextOptions): string {
  const paint = new Ansis(options.color ? 3 : 0);
  const targets = report.targets ?? [];
  const sections = report.subjects.flatMap((subject) => [
    wrapped(paint.bold(subjectWords(subject)), options.width),
    ...(targets.length === 0
      ? needsSections(subject, report, options, paint)
      : targets.flatMap((target) =>
          subject.groups.length === 0 ? [] : targetSections(subject, target, report, options, paint),
        )),
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

function archWords({ arch, machine, system }: InspectedFile): string {
  return arch ?? system ?? machineName(machine) ?? `machine ${machine}`;
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
    needs: file.system === undefined ? needsWords(file.requires) : '–',
    glibc: file.requires.glibc ?? '0',
  };
}

function rowsOn(subject: InspectedSubject, target: TargetSummary): Row[] {
  const said = new Set<InspectedFile>();
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
          .filter((file) => file.arch === result.arch || (byFile.has(file.path) && !said.has(file)))
          .map((file) => {
            said.add(file);
            const row = fileRow(file, group);
            if (result.passedOver?.includes(file.path) === true) return row;
            return { ...row, verdict: verdictOf(byFile.get(file.path) ?? []) };
          });
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

/** In place of a verdict. */
const PASSED_OVER = '– not loaded';

function verdictCell(verdict: Verdict): string {
  return `${MARKS[verdict]} ${VERDICT_WORDS[verdict]}`;
}

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
    ...(judged ? [row.verdict === undefined ? PASSED_OVER : verdictCell(row.verdict)] : []),
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
  // Of a single file the lines below say all, unless it is for a CPU of which nothing is known, or for another system.
  const rows = subject.kind === 'elf' && subject.needs.length > 0 ? [] : rowsWithoutTarget(subject);
  const table = tableSection(rows, false, options, paint);
  const lines = subject.needs.flatMap((needs) => {
    const { arch, requires } = needs;
    const libraries = otherLibraries(requires);
    const also = needs.runsOn === undefined || needs.runsOn.length === 0 ? 'it' : 'and';
    return [
      `${arch}: needs ${allNeedsWords(requires)}`,
      `  ${runsOnWords(needs)}`,
      ...(libraries.length === 0
        ? []
        : [`  ${also} has to find there: ${listWords(libraries, MOST_LIBRARIES)}`]),
    ];
  });
  const unread = subject.groups.flatMap((group) => unreadLines(group.findings, paint));
  return [
    table,
    wrapped(lines.join('\n'), options.width),
    ...(report.explanations === undefined
      ? []
      : symbolSections(subject).map((section) => wrapped(section, options.width))),
    wrapped(unread.join('\n'), options.width),
  ];
}

/** Without a target: the highest version of each kind, who asks for it, and what the symbols are. */
function symbolSections(subject: InspectedSubject): string[] {
  const byVersion = new Map<string, Explanation[]>();
  for (const each of explanationsOf([subject])) {
    const key = JSON.stringify([each.cpu, each.library, each.symbolVersion]);
    byVersion.set(key, [...(byVersion.get(key) ?? []), each]);
  }
  const files = subject.groups.flatMap((group) => group.files);
  return [...byVersion.values()].map((explanations) => {
    const [{ cpu, library, symbolVersion } = { cpu: '', library: '', symbolVersion: '' }] = explanations;
    const asking = files.filter(
      ({ arch, verneed = [] }) =>
        arch === cpu &&
        verneed.some(
          (need) => need.library === library && need.versions.some(({ name }) => name === symbolVersion),
        ),
    );
    const places = listWords(
      asking.map(({ path }) => path),
      MOST_PLACES,
    );
    const on = subject.needs.length > 1 ? ` on ${cpu}` : '';
    const head = `${printable(symbolVersion)} of ${printable(library)}${on} is needed by ${places}`;
    return [head, ...symbolLines(explanations)].join('\n');
  });
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
  return [
    wrapped(heading, options.width),
    tableSection(rows, true, options, paint),
    ...findingSections(subject, target, report, options, paint),
  ];
}
