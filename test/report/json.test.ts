import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { format } from 'prettier';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { AuditReport, MultiTargetReport } from '../../src/audit/types.js';
import { renderJson } from '../../src/report/json.js';
import { jsonOutputSchema } from '../../src/report/schema.js';
import { FINDINGS, NOTES, SUGGESTIONS, addPlatform, gem, report, thruster } from './reports.js';

const everything: AuditReport = report(
  [
    thruster,
    gem({ findings: Object.values(FINDINGS), notes: Object.values(NOTES), verdict: 'unknown' }),
    ...[...Object.values(SUGGESTIONS), addPlatform()].map((suggestion) =>
      gem({ verdict: 'incompatible', suggestion }),
    ),
  ],
  {
    floor: {
      glibc: '2.34',
      glibcxx: '3.4.30',
      cxxabi: '1.3.13',
      gcc: '7.0.0',
      markers: ['GLIBC_ABI_DT_RELR'],
    },
    warnings: [{ code: 'TARGET', message: 'a guess' }],
  },
);
const both: MultiTargetReport = {
  schemaVersion: 1,
  lockfile: 'Gemfile.lock',
  targets: [everything, report([])],
  pins: everything.pins,
  warnings: [],
};

// eslint-disable-next-line no-control-regex -- control characters are what this is about
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/;

describe('the JSON', () => {
  it.each([
    ['of one target', everything],
    ['of several', both],
    ['of nothing', report([])],
  ])('%s keeps every value, ends with a newline, and is as its schema says', (_, value) => {
    const text = renderJson(value);
    expect(text.endsWith('}\n')).toBe(true);
    expect(JSON.parse(text)).toEqual(value);
    expect(jsonOutputSchema.parse(JSON.parse(text))).toEqual(value);
  });

  it('has no control character, and gives back the text that had them', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (name) => {
        const text = renderJson(report([gem({ name })]));
        expect(text.replaceAll('\n', '')).not.toMatch(CONTROL);
        expect((JSON.parse(text) as AuditReport).gems[0]?.name).toBe(name);
      }),
      { seed: 3 },
    );
  });
});

describe('the schema', () => {
  it.each([
    ['a key that it does not know', { ...everything, extra: 1 }],
    ['a report without gems', { ...everything, gems: undefined }],
    ['another version', { ...everything, schemaVersion: 2 }],
    ['a verdict that it does not know', { ...everything, gems: [{ ...thruster, verdict: 'fine' }] }],
    [
      'a finding without its facts',
      { ...everything, gems: [gem({ findings: [{ kind: 'symbol-version', file: 'a' } as never] })] },
    ],
    [
      'a finding of a kind that it does not know',
      { ...everything, gems: [gem({ findings: [{ kind: 'odd', file: 'a' } as never] })] },
    ],
  ])('refuses %s', (_, value) => {
    expect(jsonOutputSchema.safeParse(value).success).toBe(false);
  });

  it('is the one that is published: npm run schema', async () => {
    const published = await readFile(new URL('../../schema/audit-report.json', import.meta.url), 'utf8');
    const fresh = await format(JSON.stringify(z.toJSONSchema(jsonOutputSchema)), {
      parser: 'json',
      printWidth: 110,
    });
    expect(published).toBe(fresh);
  });
});
