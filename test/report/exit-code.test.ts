import { expect, it } from 'vitest';
import type { Verdict } from '../../src/compat/types.js';
import { exitCodeOf } from '../../src/report/exit-code.js';
import { gem, report } from './reports.js';

const of = (...verdicts: Verdict[]): ReturnType<typeof report> =>
  report(verdicts.map((verdict) => gem({ verdict })));

it.each<[Verdict[], 0 | 1 | 3]>([
  [[], 0],
  [['compatible', 'source'], 0],
  [['compatible', 'incompatible'], 1],
  [['compatible', 'unknown'], 3],
  [['unknown', 'incompatible'], 1],
])('%j end with %i', (verdicts, code) => {
  expect(exitCodeOf(of(...verdicts))).toBe(code);
});

it.each<[Verdict[][], 0 | 1 | 3]>([
  [[['compatible'], ['compatible']], 0],
  [[['compatible'], ['unknown']], 3],
  [[['unknown'], ['incompatible']], 1],
  [[['incompatible'], ['compatible']], 1],
])('targets with %j end with %i', (targets, code) => {
  const reports = targets.map((verdicts) => of(...verdicts));
  expect(exitCodeOf({ schemaVersion: 1, lockfile: '', targets: reports, pins: [], warnings: [] })).toBe(code);
});
