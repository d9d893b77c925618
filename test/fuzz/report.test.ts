import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mergeRequires } from '../../src/compat/requires.js';
import type { AuditReport, GemReport } from '../../src/audit/types.js';
import { judgeGem } from '../../src/compat/judge.js';
import type { ElfFile } from '../../src/elf/types.js';
import type { GemContents } from '../../src/gem/types.js';
import { renderJson } from '../../src/report/json.js';
import { auditReportSchema, jsonOutputSchema } from '../../src/report/schema.js';
import { renderText } from '../../src/report/text.js';
import { forCpu } from '../../src/target/for-cpu.js';
import { resolveTarget } from '../../src/target/parse.js';
import { contents, elf } from '../helpers/contents.js';

/** Names as they may stand in a file that somebody made to deceive: any code point, and those that move a cursor. */
const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.string({
    unit: fc.constantFrom('\u001b', '[', '2', 'J', '\r', '\n', '\0', '\u009b', '\u202e', '\u2066', '\t'),
    maxLength: 8,
  }),
  fc.constantFrom(
    '__proto__',
    'constructor',
    '$ORIGIN',
    '..',
    '',
    '\u001b]8;;http://x\u0007',
    "'; system('x') #",
  ),
);

const library = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      'libc.so.6',
      'libm.so.6',
      'libstdc++.so.6',
      'libc.so',
      'libz.so.1',
      'libssl.so.3',
      'ld-linux-x86-64.so.2',
    ),
  },
  { weight: 1, arbitrary: hostile },
);
const version = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      'GLIBC_2.2.5',
      'GLIBC_2.34',
      'GLIBC_PRIVATE',
      'GLIBC_ABI_DT_RELR',
      'GLIBCXX_3.4.32',
      'CXXABI_1.3.15',
      'GCC_14.0.0',
      'OPENSSL_3.0.0',
    ),
  },
  { weight: 1, arbitrary: hostile },
  { weight: 1, arbitrary: fc.bigInt({ min: 0n, max: 10n ** 40n }).map((number) => `GLIBC_2.${number}`) },
);

const file: fc.Arbitrary<ElfFile> = fc
  .record({
    cpu: fc.constantFrom('x86_64', 'aarch64', undefined),
    type: fc.constantFrom('dyn', 'exec'),
    loadable: fc.oneof(
      { weight: 9, arbitrary: fc.constant(true) },
      { weight: 1, arbitrary: fc.constant(false) },
    ),
    interpreter: fc.option(
      fc.oneof(fc.constantFrom('/lib64/ld-linux-x86-64.so.2', '/lib/ld-musl-x86_64.so.1'), hostile),
      {
        nil: undefined,
      },
    ),
    soname: fc.option(hostile, { nil: undefined }),
    needed: fc.array(library, { maxLength: 4 }),
    runpath: fc.array(fc.oneof(fc.constantFrom('$ORIGIN', '$ORIGIN/..', '/usr/lib'), hostile), {
      maxLength: 2,
    }),
    verneed: fc.array(
      fc.tuple(
        library,
        fc.array(fc.tuple(version, fc.boolean(), fc.array(hostile, { maxLength: 6 })), { maxLength: 3 }),
      ),
      {
        maxLength: 3,
      },
    ),
    unversionedImports: fc.array(fc.oneof(fc.constant('rb_define_class'), hostile), { maxLength: 2 }),
    isaNeeded: fc.subarray(['x86-64-baseline', 'x86-64-v2', 'x86-64-v3', 'x86-64-v4'] as const),
  })
  .map(({ cpu, interpreter, soname, verneed, ...facts }) => {
    const made = elf({
      ...facts,
      machine: { x86_64: 62, aarch64: 183, none: 8 }[cpu ?? 'none'],
      verneed: verneed.map(([name, versions]) => ({
        library: name,
        versions: versions.map(([wanted, weak, symbols], index) => ({
          name: wanted,
          hash: 0,
          flags: weak ? 2 : 0,
          weak,
          index: index + 2,
          symbols,
        })),
      })),
    });
    delete (made as { cpu?: ElfFile['cpu'] }).cpu;
    return {
      ...made,
      ...(cpu === undefined ? {} : { cpu }),
      ...(interpreter === undefined ? {} : { interpreter }),
      ...(soname === undefined ? {} : { soname }),
    };
  });

const path = fc.oneof(
  fc.constantFrom(
    'lib/a.so',
    'lib/3.3/a.so',
    'lib/3.2/a.so',
    'lib/native/x86_64-linux-musl/a.so',
    'bin/a_ubuntu_20.04_amd64',
    'bin/a_debian_12_amd64',
  ),
  hostile,
);

const gem: fc.Arbitrary<GemContents> = fc
  .record({
    files: fc.array(fc.tuple(path, file), { maxLength: 5 }),
    unreadable: fc.array(fc.record({ path, code: fc.constant('ELF_TRUNCATED'), reason: hostile }), {
      maxLength: 2,
    }),
    staticArchives: fc.array(path, { maxLength: 2 }),
    links: fc.dictionary(path, fc.oneof(path, hostile), { maxKeys: 3 }),
  })
  .map(({ files, ...more }) => ({
    ...contents({}, more),
    binaries: files.map(([at, one]) => ({ path: at, gzipped: false, elf: one })),
  }));

const deployment = fc.record({
  name: fc.constantFrom('ubuntu-20.04', 'ubuntu-24.04', 'al2023', 'alpine-3.20', 'glibc-2.17', 'musl-1.2.5'),
  cpu: fc.constantFrom('x86_64' as const, 'aarch64' as const),
  ruby: fc.constantFrom('3.3.5', '3.3', undefined),
});

/** A report as the audit makes it of these gems, with the names that a lockfile may have. */
const report: fc.Arbitrary<AuditReport> = fc
  .record({
    deployment,
    gems: fc.array(fc.tuple(gem, hostile, hostile, hostile), { maxLength: 3 }),
    lockfile: hostile,
    notes: fc.array(hostile, { maxLength: 1 }),
  })
  .map(({ deployment: { name, cpu, ruby }, gems, lockfile, notes }) => {
    const { target } = resolveTarget(name);
    const option = ruby === undefined ? {} : { ruby };
    const reports: GemReport[] = gems.map(([facts, gemName, gemVersion, platform]) => ({
      name: gemName,
      version: gemVersion,
      platform,
      arch: cpu,
      ...judgeGem(facts, { target: forCpu(target, cpu), cpu, ...option }),
      notes: notes.map((reason) => ({ kind: 'search-incomplete', reason })),
    }));
    const count = (verdict: string): number => reports.filter((one) => one.verdict === verdict).length;
    return {
      schemaVersion: 1,
      lockfile,
      target: {
        name: target.name,
        title: target.title,
        libc: target.libc,
        ...(target.libc === 'gnu' ? { glibc: target.libcVersion } : { musl: target.libcVersion }),
        source: target.source,
      },
      arches: [cpu],
      ...option,
      all: false,
      gems: reports,
      pins: [],
      floor: mergeRequires(reports.flatMap(({ requires }) => requires ?? [])),
      summary: {
        compatible: count('compatible'),
        incompatible: count('incompatible'),
        source: 0,
        unknown: count('unknown'),
      },
      warnings: [],
    };
  });

/** All but the line feed: C0, DEL, C1, and what turns the direction of text. */
// eslint-disable-next-line no-control-regex -- control characters are what this is about
const CONTROL = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/;

describe('whatever a gem says of itself', () => {
  it('the text has no control character, in any width', () => {
    fc.assert(
      fc.property(report, fc.constantFrom(undefined, 30, 80, 200), (made, width) => {
        const text = renderText(made, { color: false, ...(width === undefined ? {} : { width }) });
        expect(text).not.toMatch(CONTROL);
        expect(text.endsWith('\n')).toBe(true);
      }),
      { seed: 7, numRuns: 400 },
    );
  });

  it('in colour, it has those that set the colour and no others', () => {
    fc.assert(
      fc.property(report, (made) => {
        const text = renderText(made, { color: true });
        // eslint-disable-next-line no-control-regex -- SGR sequences as ansis writes them
        expect(text.replaceAll(/\u001b\[[\d;]*m/g, '')).not.toMatch(CONTROL);
      }),
      { seed: 8, numRuns: 200 },
    );
  });

  it('the JSON has none either, keeps every value and follows its schema', () => {
    fc.assert(
      fc.property(report, (made) => {
        const json = renderJson(made);
        expect(json).not.toMatch(CONTROL);
        const parsed: unknown = JSON.parse(json);
        expect(parsed).toEqual(JSON.parse(JSON.stringify(made)));
        expect(auditReportSchema.parse(parsed)).toEqual(parsed);
        expect(() => jsonOutputSchema.parse(parsed)).not.toThrow();
      }),
      { seed: 9, numRuns: 300 },
    );
  });

  it.each([
    ['U+009B, a control sequence in one character', 'lib/\u009b2J.so', String.raw`lib/\u009b2J.so`],
    ['U+202E, which turns the rest of the line', 'lib/\u202eos.so', String.raw`lib/\u202eos.so`],
  ])('the JSON escapes %s', (_, name, written) => {
    const unreadable = [{ path: name, code: 'ELF_TRUNCATED', reason: '' }];
    const [sample] = fc.sample(report, { seed: 1, numRuns: 1 });
    if (sample === undefined) throw new Error('no sample');
    const { target } = resolveTarget('ubuntu-20.04');
    const { findings, verdict } = judgeGem(contents({}, { unreadable }), { target, cpu: 'x86_64' });
    const one: GemReport = {
      name: 'probe',
      version: '1',
      platform: 'x86_64-linux',
      arch: 'x86_64',
      verdict,
      findings,
    };
    expect(renderJson({ ...sample, gems: [one] })).toContain(`"file": "${written}"`);
  });

  it('a part that cannot be read never leaves the verdict compatible', () => {
    fc.assert(
      fc.property(gem, deployment, (facts, { name, cpu }) => {
        const { verdict } = judgeGem(facts, { target: forCpu(resolveTarget(name).target, cpu), cpu });
        if (facts.unreadable.length > 0) expect(verdict).not.toBe('compatible');
      }),
      { seed: 10, numRuns: 300 },
    );
  });
});
