import type { AuditReport, GemReport } from '../audit/types.js';
import type { Cpu } from '../elf/types.js';
import { isUnaskedOffline } from './gem-section.js';
import { compareText, isShown } from './shown-gems.js';

/** What a gem is with one Ruby. */
export type MatrixCell = GemReport;

/** One gem on one CPU of a target, with each Ruby. */
export interface MatrixRow {
  readonly name: string;
  readonly version: string;
  readonly arch: Cpu;
  /** In the order of the Rubies. */
  readonly cells: readonly (MatrixCell | undefined)[];
}

/** The gems that something is precompiled of with any of the Rubies, what wants attention first. */
export function matrixRows(reports: readonly AuditReport[]): MatrixRow[] {
  const rows = new Map<string, MatrixRow>();
  const byReport = reports.map(({ gems }) => new Map(gems.map((gem) => [keyOf(gem), gem])));
  for (const gem of reports.flatMap(({ gems }) => gems)) {
    const key = keyOf(gem);
    const { name, version, arch } = gem;
    rows.set(key, { name, version, arch, cells: byReport.map((gems) => gems.get(key)) });
  }
  return [...rows.values()]
    .filter(({ cells }) =>
      cells.some((cell) => cell !== undefined && isShown(cell) && !isUnaskedOffline(cell)),
    )
    .sort((a, b) => weightOf(a) - weightOf(b) || compareText(a.name, b.name) || compareText(a.arch, b.arch));
}

function keyOf({ name, version, arch }: GemReport): string {
  return `${name} ${version} ${arch}`;
}

/** Is it compiled with this Ruby, and precompiled with another of them? */
export function isCompiledHere(cell: MatrixCell, { cells }: MatrixRow): boolean {
  return cell.verdict === 'source' && cells.some((other) => other !== undefined && isPrecompiled(other));
}

export function isPrecompiled({ verdict, findings }: MatrixCell): boolean {
  return verdict !== 'source' && !findings.some(({ kind }) => kind === 'no-variant');
}

function weightOf(row: MatrixRow): number {
  const cells = row.cells.flatMap((cell) => cell ?? []);
  const counted = cells.filter(({ ignored }) => ignored === undefined);
  if (counted.some(({ verdict }) => verdict === 'incompatible')) return 0;
  if (counted.some(({ verdict }) => verdict === 'unknown')) return 1;
  if (counted.some((cell) => isCompiledHere(cell, row))) return 2;
  return counted.length < cells.length ? 4 : 3;
}
