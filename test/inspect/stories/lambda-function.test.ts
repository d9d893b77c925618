/**
 * What happens to functions on AWS Lambda: a custom runtime in Rust, built on a distribution with glibc 2.41, asks for
 * GLIBC_2.39 (the standard library's `pidfd_spawnp`, weakly, which the loader refuses all the same), and Amazon Linux 2023
 * has 2.34. The function carries libraries in lib/, which Lambda has in LD_LIBRARY_PATH, and gems compiled beside it.
 */
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { gemcompat } from '../../helpers/cli.js';
import type { InspectReport } from '../../../src/index.js';
import { built, findingsOf, groupOf, inspect, scratch, tooNew, unzip } from './fixtures.js';

const FUNCTION = built('function.zip');

/** What each gem asks for that Amazon Linux 2023 does not have. */
const GEMS = [
  ['floor_arc4random', ['GLIBC_2.36 arc4random']],
  ['floor_relr', ['GLIBC_ABI_DT_RELR']],
  ['floor_strtol', ['GLIBC_2.38 __isoc23_strtol']],
  ['floor_exp', []],
  ['floor_iostream', []],
  ['floor_plain', []],
  ['floor_pthread', []],
  ['floor_stat', []],
] as const;

function ofBootstrap(report: InspectReport): string[] {
  const groups = report.subjects.flatMap((subject) => subject.groups);
  return tooNew(groups.flatMap(findingsOf).filter(({ file }) => /(?:^|\/)bootstrap$/.test(file)));
}

describe.each(['al2023', 'lambda-ruby3.3'])('a function with a runtime in Rust on %s', (target) => {
  let code: number;
  let report: InspectReport;
  beforeAll(async () => {
    ({ code, report } = await inspect(FUNCTION, target));
  });

  it('does not fit', () => {
    expect(code).toBe(1);
    expect(report.subjects[0]?.kind).toBe('zip');
  });

  it('names the symbols of the executable', () => {
    expect(ofBootstrap(report)).toEqual(['GLIBC_2.39 pidfd_getpid,pidfd_spawnp']);
  });

  it.each(GEMS)('says of %s what breaks: %j', (gem, expected) => {
    const group = groupOf(report, gem);
    expect(group).toMatchObject({ kind: 'gem', version: '1.0.0', rubyAbi: '3.3.0' });
    expect(tooNew(findingsOf(group))).toEqual(expected);
    if (expected.length > 0) expect(group.verdict).toBe('incompatible');
    else expect(group.verdict).not.toBe('incompatible');
  });

  it('misses none of the libraries that the function brings', () => {
    const libraries = report.subjects
      .flatMap((subject) => subject.groups)
      .flatMap(findingsOf)
      .filter((finding) => 'library' in finding && /greeting|phrase/.test(finding.library));
    // That lib/ is in LD_LIBRARY_PATH is known of Lambda's runtimes alone.
    const ofAny = [
      { kind: 'unchecked-library', file: 'bootstrap', library: 'libgreeting.so', carried: true },
    ];
    if (target.startsWith('lambda-')) expect(libraries).toEqual([]);
    else expect([[], ofAny]).toContainEqual(libraries);
  });
});

it('says the same of the function unpacked', async () => {
  const directory = await scratch();
  await unzip(FUNCTION, directory);
  const { code, report } = await inspect(directory, 'al2023');
  expect(code).toBe(1);
  expect(ofBootstrap(report)).toEqual(['GLIBC_2.39 pidfd_getpid,pidfd_spawnp']);
  for (const [gem, expected] of GEMS) expect(tooNew(findingsOf(groupOf(report, gem)))).toEqual(expected);

  const bundle = await inspect(join(directory, 'vendor/bundle'), 'al2023');
  expect(bundle.code).toBe(1);
  expect(bundle.report.subjects[0]?.kind).toBe('bundle');
  for (const [gem, expected] of GEMS) {
    const group = groupOf(bundle.report, gem);
    expect(group).toMatchObject({ kind: 'gem', version: '1.0.0', rubyAbi: '3.3.0' });
    expect(tooNew(findingsOf(group))).toEqual(expected);
  }
});

it('says what the symbols are, how Rust is built for an older glibc, and what is found inside by whom', async () => {
  const args = ['inspect', FUNCTION, '--target', 'al2023', '--symbols', '--tree'];
  const { code, stdout } = await gemcompat(args);
  expect(code).toBe(1);
  for (const words of ['pidfd_spawnp', '__isoc23_strtol', 'arc4random', 'GLIBC_ABI_DT_RELR', 'C23']) {
    expect(stdout).toContain(words);
  }
  expect(stdout).toMatch(/zigbuild.*gnu\.2\.34|crt-static|musl/);
  expect(stdout).toMatch(/libgreeting\.so.*lib\/libgreeting\.so/);
  expect(stdout).toMatch(/libphrase\.so.*lib\/private\/libphrase\.so/);
});

describe('the runtime built otherwise', () => {
  it.each([
    ['function-musl.zip', 'al2023', 0],
    ['function-musl.zip', 'al2', 0],
    ['function-musl.zip', 'alpine-3.20', 0],
    ['function-musl-dynamic.zip', 'alpine-3.20', 0],
    ['function-musl-dynamic.zip', 'al2023', 1],
  ])('%s on %s ends with %i', async (zip, target, expected) => {
    const { code } = await inspect(built(zip), target);
    expect(code).toBe(expected);
  });

  it('says that a musl executable is for another C library', async () => {
    const { report } = await inspect(built('function-musl-dynamic.zip'), 'al2023');
    const found = report.subjects.flatMap(({ groups }) => groups.flatMap(findingsOf));
    expect(found).toEqual([
      expect.objectContaining({ kind: 'wrong-libc', builtFor: 'musl', file: 'bootstrap' }),
    ]);
  });
});
