import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { history } from '../../src/api/history.js';
import type { HistoryOptions } from '../../src/api/history.js';
import type { GemcompatError } from '../../src/errors.js';
import type { Cpu } from '../../src/elf/types.js';
import type { HistoryReport, HistoryVariant, Move } from '../../src/history/types.js';
import { historyExitCodeOf } from '../../src/report/history-exit-code.js';
import { historyReportSchema } from '../../src/report/history-schema.js';
import { compareDotted } from '../../src/version/symbol-version.js';
import { buildGem } from '../helpers/gems.js';
import { indexedGems, mirrorDirectory, recordedBinaries, trimmedMirror } from '../helpers/mirror.js';
import { startServer } from '../helpers/server.js';
import type { Fault, TestServer } from '../helpers/server.js';
import { releases, writeMirror } from '../helpers/universe.js';

const ELF = path.join(import.meta.dirname, '../../fixtures/elf/bin');

let scratch: string;
let env: Record<string, string>;

beforeAll(async () => {
  scratch = await mkdtemp(path.join(tmpdir(), 'gemcompat-history-'));
  env = { GEMCOMPAT_CACHE_DIR: path.join(scratch, 'cache'), HOME: scratch };
});

afterAll(async () => {
  await rm(scratch, { recursive: true, force: true });
});

async function tell(gem: string, options: Partial<HistoryOptions> = {}): Promise<HistoryReport> {
  const report = await history({ gem, sources: [mirrorDirectory], cwd: scratch, env, ...options });
  historyReportSchema.parse(JSON.parse(JSON.stringify(report)));
  return report;
}

async function serve(mirror: string, faults: Readonly<Record<string, Fault>> = {}): Promise<TestServer> {
  const server = await startServer({ mirror, faults });
  onTestFinished(() => server.close());
  return server;
}

function variantOf(
  report: HistoryReport,
  version: string,
  platform: string,
  address?: string,
): HistoryVariant {
  const found = report.versions
    .find((one) => one.version === version)
    ?.variants.find((variant) => variant.platform === platform && variant.address === address);
  if (found === undefined) throw new Error(`${version} ${platform} is not told`);
  return found;
}

function moves(report: HistoryReport): [version: string, platform: string, since: string, moved: string][] {
  return report.versions.flatMap(({ version, variants }) =>
    variants.flatMap(({ platform, since = '', moves: own }) =>
      own.map((move): [string, string, string, string] => [version, platform, since, words(move)]),
    ),
  );
}

function words(move: Move): string {
  switch (move.kind) {
    case 'floor':
      return `${move.floor} ${move.from ?? '-'} ${move.direction} ${move.to ?? '-'}`;
    case 'libc':
      return `${move.from} to ${move.to}`;
    case 'marker':
      return `${move.symbolVersion} ${move.direction}`;
    case 'library':
      return `${move.library} ${move.direction}`;
  }
}

/** readelf's `Machine` of the CPUs that the mirror has gems for. */
const MACHINES: readonly (readonly [RegExp, Cpu])[] = [
  [/X86-64/, 'x86_64'],
  [/AArch64/, 'aarch64'],
  [/^ARM/, 'arm'],
];

describe('what each variant needs', () => {
  it('is what readelf says of its files, for every precompiled gem of the mirror', async () => {
    const recorded = await recordedBinaries();
    const precompiled = (await indexedGems()).filter(({ platform }) => platform.includes('linux'));
    const names = [...new Set(precompiled.map(({ name }) => name))];
    let compared = 0;
    for (const name of names) {
      const report = await tell(name, {
        arches: ['x86_64', 'aarch64', 'arm'],
        limit: 'all',
        prereleases: true,
      });
      const own = precompiled.filter((gem) => gem.name === name);
      expect(report.versions.flatMap(({ variants }) => variants)).toHaveLength(own.length);
      for (const { version, platform, address, fullName, sha256 } of own) {
        const variant = variantOf(report, version, platform, address);
        expect(variant).toMatchObject({ sha256, state: 'read', verified: true });
        const files = Object.values(recorded[fullName] ?? {}).filter(({ machine }) =>
          MACHINES.some(([pattern, cpu]) => cpu === variant.arch && pattern.test(machine)),
        );
        for (const [prefix, floor] of [
          ['GLIBC', 'glibc'],
          ['GLIBCXX', 'glibcxx'],
          ['CXXABI', 'cxxabi'],
          ['GCC', 'gcc'],
        ] as const) {
          const numbers = files.flatMap(({ highest }) => highest[prefix] ?? []).sort(compareDotted);
          expect([fullName, floor, variant.requires?.[floor]]).toEqual([fullName, floor, numbers.at(-1)]);
        }
        compared += 1;
      }
    }
    expect(compared).toBeGreaterThan(70);
  });

  it('names the Rubies of a fat gem, and those that its specification asks for', async () => {
    const report = await tell('nokogiri');
    expect(variantOf(report, '1.18.1', 'x86_64-linux-gnu')).toMatchObject({
      rubies: ['3.1', '3.2', '3.3', '3.4'],
      requiredRuby: ['< 3.5.dev', '>= 3.1'],
      requiredRubygems: ['>= 3.3.22'],
    });
  });

  it('is that of one Ruby where one is named, and says where it has no build', async () => {
    const report = await tell('nokogiri', { ruby: '3.0.6', limit: 3 });
    const newest = variantOf(report, '1.18.1', 'x86_64-linux-gnu');
    expect(newest.findings).toContainEqual(
      expect.objectContaining({
        kind: 'missing-ruby-abi',
        ruby: '3.0',
        available: ['3.1', '3.2', '3.3', '3.4'],
      }),
    );
  });
});

describe('where the floor moved', () => {
  it('is found up and down, with the files and the symbols', async () => {
    const report = await tell('thruster');
    expect(moves(report)).toEqual([
      ['0.1.10', 'x86_64-linux', '0.1.9', 'gnu to static'],
      ['0.1.10', 'x86_64-linux', '0.1.9', 'glibc 2.34 down -'],
      ['0.1.9', 'x86_64-linux', '0.1.8', 'glibc 2.3.2 up 2.34'],
    ]);
    expect(variantOf(report, '0.1.9', 'x86_64-linux').moves).toEqual([
      expect.objectContaining({
        asks: [
          {
            file: 'exe/x86_64-linux/thrust',
            library: 'libc.so.6',
            symbolVersion: 'GLIBC_2.34',
            symbols: expect.arrayContaining(['__libc_start_main', 'pthread_create']) as string[],
          },
          {
            file: 'exe/x86_64-linux/thrust',
            library: 'libc.so.6',
            symbolVersion: 'GLIBC_2.32',
            symbols: ['pthread_sigmask'],
          },
        ],
      }),
    ]);
  });

  it('follows one machine over a change of platform names', async () => {
    expect(moves(await tell('nokogiri'))).toEqual([
      ['1.18.0', 'x86_64-linux-gnu', '1.17.2', 'glibc 2.17 up 2.29'],
    ]);
    expect(moves(await tell('nokogiri', { arches: ['aarch64'] }))).toEqual([]);
    expect(moves(await tell('grpc')).map(([, , , moved]) => moved)).toEqual([
      'glibc 2.14 up 2.29',
      'glibcxx 3.4.21 up 3.4.29',
    ]);
  });

  it('passes over a version that could not be read, and says so', async () => {
    const server = await serve(mirrorDirectory, {
      '/gems/nokogiri-1.18.0-x86_64-linux-gnu.gem': 'wrong-bytes',
      '/gems/nokogiri-1.17.2-x86_64-linux.gem': 'not-found',
    });
    const report = await tell('nokogiri', {
      sources: [server.url],
      env: { ...env, GEMCOMPAT_CACHE_DIR: path.join(scratch, 'apart') },
    });
    expect(variantOf(report, '1.18.0', 'x86_64-linux-gnu')).toMatchObject({
      state: 'unread',
      findings: [{ kind: 'unavailable', code: 'GEM_NOT_TAR' }],
      moves: [],
    });
    expect(variantOf(report, '1.18.0', 'x86_64-linux-gnu').requires).toBeUndefined();
    expect(variantOf(report, '1.17.2', 'x86_64-linux').findings[0]).toMatchObject({
      code: 'REGISTRY_GEM_NOT_FOUND',
    });
    expect(variantOf(report, '1.18.1', 'x86_64-linux-gnu')).toMatchObject({
      since: '1.17.1',
      across: ['1.18.0', '1.17.2'],
      moves: [{ kind: 'floor', from: '2.17', to: '2.29' }],
    });
    expect(report.highest.find(({ target }) => target === 'rhel-8')).toMatchObject({
      version: '1.17.1',
      unchecked: ['1.18.0', '1.17.2'],
    });
    expect(historyExitCodeOf(report)).toBe(3);
  });

  it('counts markers and libraries too', async () => {
    const directory = await mkdtemp(path.join(scratch, 'relr-'));
    for (const [version, binary] of [
      ['1.0', 'exe-pie'],
      ['2.0', 'exe-relr'],
      ['3.0', 'exe-patchelf'],
    ] as const) {
      const data = await readFile(path.join(ELF, binary));
      const gem = buildGem({ name: 'probe', version, files: [{ name: 'lib/probe', data }] });
      await writeFile(path.join(directory, `probe-${version}-x86_64-linux.gem`), gem);
    }
    const report = await tell('probe', { sources: [directory] });
    const moved = moves(report).map(([version, , , what]) => `${version}: ${what}`);
    expect(moved).toContain('2.0: GLIBC_ABI_DT_RELR up');
    expect(moved).toContain('3.0: GLIBC_ABI_DT_RELR down');
    expect(moved).toContain('3.0: libadded.so.9 up');
  });
});

describe('the highest version that fits', () => {
  it.each([
    ['nokogiri', 'rhel-8', '1.17.2'],
    ['sqlite3', 'rhel-8', '2.4.1'],
    ['thruster', 'ubuntu-20.04', '0.1.12'],
    ['ffi', 'al2', '1.17.0'],
    ['ffi', 'alpine-3.20', '1.17.2'],
    ['sorbet-static', 'alpine-3.20', undefined],
  ])('of %s on %s is %s', async (gem, target, version) => {
    const report = await tell(gem, { target: [target] });
    expect(report.together?.version).toBe(version);
    expect(report.highest).toHaveLength(1);
    expect(historyExitCodeOf(report)).toBe(version === undefined ? 1 : 0);
  });

  it('fits all targets at once', async () => {
    const report = await tell('nokogiri', {
      target: ['rhel-8', 'debian-12'],
      arches: ['x86_64', 'aarch64'],
    });
    expect(report.highest.map(({ target, arch, version }) => [target, arch, version])).toEqual([
      ['rhel-8', 'x86_64', '1.17.2'],
      ['rhel-8', 'aarch64', undefined],
      ['debian-12', 'x86_64', '1.18.1'],
      ['debian-12', 'aarch64', '1.18.1'],
    ]);
    expect(report.together?.version).toBeUndefined();
    expect(historyExitCodeOf(report)).toBe(1);
  });

  it('tells apart what is compiled there', async () => {
    const report = await tell('pg', { target: ['rhel-8'] });
    expect(report.together).toEqual({ compiled: '1.5.9', unchecked: [] });
    expect(report.versions.map(({ version, verdicts }) => [version, verdicts[0]?.verdict])).toEqual([
      ['1.6.1', 'incompatible'],
      ['1.6.0', 'incompatible'],
      ['1.5.9', 'source'],
      ['1.5.8', 'source'],
    ]);
    expect(historyExitCodeOf(report)).toBe(0);
  });

  it('is looked for below the usual limit, and only as far as it takes', async () => {
    const lines = Array.from({ length: 60 }, (_, i) => `1.${i} ${i < 10 ? 'fits' : 'breaks'}`);
    const mirror = await writeMirror(scratch, releases('deep', ...lines));
    const report = await tell('deep', { sources: [mirror], target: ['ubuntu-20.04'] });
    expect(report.together?.version).toBe('1.9');
    expect(report.versions.length).toBeLessThan(60);
    expect(report.versions.length + report.omitted.older).toBe(60);

    const limited = await tell('deep', { sources: [mirror], target: ['ubuntu-20.04'], limit: 5 });
    expect(limited.versions).toHaveLength(5);
    expect(limited.omitted).toEqual({ older: 55, olderPrecompiled: 55, prereleases: 0 });
    expect(historyExitCodeOf(limited)).toBe(1);

    const usual = await tell('deep', { sources: [mirror] });
    expect(usual.versions).toHaveLength(20);
  });

  it('says of each version which known systems run it, for each CPU', async () => {
    const report = await tell('nokogiri', { arches: ['x86_64', 'aarch64'], limit: 6 });
    const { runsOn } = report.versions.find(({ version }) => version === '1.17.2') ?? {};
    expect(runsOn?.x86_64).toContain('rhel-8');
    expect(runsOn?.aarch64).not.toContain('rhel-8');
    expect(runsOn?.aarch64).toContain('debian-12');
    expect(report.targets).toEqual([]);
    expect(report.together).toBeUndefined();
  });
});

describe('what is no variant', () => {
  it('is said to be compiled or pure, once it is opened', async () => {
    const closed = await tell('karafka-rdkafka');
    expect(
      closed.versions.map(({ version, source, variants }) => [version, source, variants.length]),
    ).toEqual([
      ['0.20.0', 'unopened', 1],
      ['0.19.5', 'unopened', 0],
      ['0.19.4', 'unopened', 0],
    ]);
    const opened = await tell('karafka-rdkafka', { all: true });
    expect(opened.versions.map(({ source }) => source)).toEqual(['compiled', 'compiled', 'compiled']);
    const rack = await tell('rack', { all: true });
    expect(rack.versions.map(({ source }) => source)).toEqual(['pure']);
  });

  it('may carry executables all the same', async () => {
    const report = await tell('wkhtmltopdf-binary', { all: true, target: ['ubuntu-20.04', 'alpine-3.20'] });
    expect(
      report.versions[0]?.variants.map(({ platform, libc, picksAtRunTime }) => [
        platform,
        libc,
        picksAtRunTime,
      ]),
    ).toEqual([
      ['ruby', 'gnu', true],
      ['ruby', 'musl', true],
    ]);
    expect(report.highest.map(({ version }) => version)).toEqual([report.versions[0]?.version, undefined]);
  });

  it('is nothing to install where there is no variant without a platform either', async () => {
    const report = await tell('sorbet-static', { target: ['ubuntu-24.04'], arches: ['riscv64'] });
    expect(report.versions[0]).toMatchObject({
      variants: [],
      platforms: ['aarch64-linux', 'x86_64-linux'],
      verdicts: [{ verdict: 'incompatible', findings: [{ kind: 'no-variant' }] }],
    });
    expect(report.versions[0]?.source).toBeUndefined();
  });
});

describe('one bad gem', () => {
  it('in a directory is a finding of its version', async () => {
    const directory = await mkdtemp(path.join(scratch, 'cache-'));
    for (const version of ['1.0', '3.0']) {
      const data = await readFile(path.join(ELF, 'exe-pie'));
      const gem = buildGem({ name: 'probe', version, files: [{ name: 'exe/probe', data }] });
      await writeFile(path.join(directory, `probe-${version}-x86_64-linux.gem`), gem);
    }
    await writeFile(path.join(directory, 'probe-2.0-x86_64-linux.gem'), 'no gem at all');
    const report = await tell('probe', { sources: [directory], target: ['debian-12'] });
    expect(report.versions.map(({ version, verdicts }) => [version, verdicts[0]?.verdict])).toEqual([
      ['3.0', 'compatible'],
      ['2.0', 'unknown'],
      ['1.0', 'compatible'],
    ]);
    expect(variantOf(report, '2.0', 'x86_64-linux')).toMatchObject({
      state: 'unread',
      findings: [{ kind: 'unavailable', code: 'REGISTRY_DIRECTORY' }],
    });
    expect(report.together?.version).toBe('3.0');
    expect(historyExitCodeOf(report)).toBe(3);
  });

  it('with a file that cannot be read has the least that it needs, and is compared with nothing', async () => {
    const directory = await mkdtemp(path.join(scratch, 'partly-'));
    const whole = await readFile(path.join(ELF, 'exe-pie'));
    for (const [version, files] of [
      ['1.0', [{ name: 'exe/probe', data: whole }]],
      [
        '2.0',
        [
          { name: 'exe/probe', data: whole },
          { name: 'exe/cut', data: whole.subarray(0, 200) },
        ],
      ],
      ['3.0', [{ name: 'exe/probe', data: whole }]],
    ] as const) {
      const gem = buildGem({ name: 'probe', version, files });
      await writeFile(path.join(directory, `probe-${version}-x86_64-linux.gem`), gem);
    }
    const report = await tell('probe', { sources: [directory] });
    expect(variantOf(report, '2.0', 'x86_64-linux')).toMatchObject({
      state: 'partly',
      findings: [{ kind: 'unreadable', file: 'exe/cut' }],
      moves: [],
    });
    expect(variantOf(report, '3.0', 'x86_64-linux')).toMatchObject({
      since: '1.0',
      across: ['2.0'],
      moves: [],
    });
    expect(report.versions[1]?.runsOn).toEqual({});
    expect(historyExitCodeOf(report)).toBe(3);
  });
});

describe('where the gem is looked for', () => {
  const LOCKFILE = (remote: string): string =>
    `GEM\n  remote: ${remote}/\n  specs:\n    nokogiri (1.17.2-aarch64-linux)\n\nPLATFORMS\n  aarch64-linux\n\nDEPENDENCIES\n  nokogiri\n\nRUBY VERSION\n   ruby 3.3.6p108\n\nBUNDLED WITH\n   2.6.9\n`;

  it("is the lockfile's remotes, and its CPUs and Ruby with them", async () => {
    const server = await serve(mirrorDirectory);
    const cwd = await mkdtemp(path.join(scratch, 'app-'));
    await writeFile(path.join(cwd, 'Gemfile.lock'), LOCKFILE(server.url));
    const report = await history({ gem: 'nokogiri', cwd, env, target: ['debian-12'], limit: 1 });
    expect(report).toMatchObject({
      source: `${server.url}/`,
      lockfile: { path: 'Gemfile.lock', version: '1.17.2' },
      arches: ['aarch64'],
      ruby: '3.3.6',
      together: { version: '1.18.1' },
    });
    expect(server.asked()).toContain('GET /info/nokogiri');
  });

  it('is never another place because the lockfile cannot be read', async () => {
    const cwd = await mkdtemp(path.join(scratch, 'broken-'));
    await writeFile(path.join(cwd, 'Gemfile.lock'), '<<<<<<< HEAD\nGEM\n');
    await expect(history({ gem: 'nokogiri', cwd, env })).rejects.toMatchObject({ name: 'LockfileError' });
    const report = await tell('nokogiri', { cwd, limit: 1 });
    expect(report.warnings.map(({ code }) => code)).toEqual(['LOCKFILE']);
    expect(report.lockfile).toBeUndefined();
  });

  it('is asked once for each gem, and not at all for what was read before', async () => {
    const server = await serve(mirrorDirectory);
    const own = { ...env, GEMCOMPAT_CACHE_DIR: path.join(scratch, 'once') };
    await tell('sqlite3', { sources: [server.url], env: own });
    const asked = server.asked();
    expect(new Set(asked).size).toBe(asked.length);
    expect(asked.filter((line) => line.includes('-musl'))).toHaveLength(4);
    const again = await tell('sqlite3', { sources: [server.url], env: own, offline: true });
    expect(server.asked()).toEqual(asked);
    expect(again.versions.every(({ variants }) => variants.every(({ state }) => state === 'read'))).toBe(
      true,
    );
  });

  it('does not have to have the digests', async () => {
    const report = await tell('probe', {
      sources: [await directoryOfOne()],
    });
    expect(report.versions[0]?.variants[0]).toMatchObject({ state: 'read', verified: false });
  });

  async function directoryOfOne(): Promise<string> {
    const directory = await mkdtemp(path.join(scratch, 'one-'));
    const data = await readFile(path.join(ELF, 'exe-musl-static'));
    const gem = buildGem({ name: 'probe', version: '1.0', files: [{ name: 'exe/probe', data }] });
    await writeFile(path.join(directory, 'probe-1.0-x86_64-linux.gem'), gem);
    return directory;
  }
});

describe('what stops it', () => {
  async function refused(gem: string, options: Partial<HistoryOptions> = {}): Promise<GemcompatError> {
    const error = await tell(gem, options).then(
      () => undefined,
      (reason: unknown) => reason as GemcompatError,
    );
    if (error === undefined) throw new Error('nothing was refused');
    return error;
  }

  it('is a name that no source has, with the nearest of those that it has', async () => {
    const server = await serve(mirrorDirectory);
    const directory = path.join(mirrorDirectory, 'gems');
    for (const source of [mirrorDirectory, server.url, directory]) {
      const { code, suggestions } = await refused('nokogri', { sources: [source] });
      expect(code).toBe('GEM_UNKNOWN');
      expect(suggestions[0]).toContain('nokogiri');
    }
  });

  it('is said though the names cannot be had', async () => {
    const server = await serve(mirrorDirectory, { '/names': 'failing' });
    const { code, suggestions } = await refused('nokogri', { sources: [server.url] });
    expect(code).toBe('GEM_UNKNOWN');
    expect(suggestions).toEqual(['name the source that has it: --source URL|DIR']);
  }, 30_000);

  it.each([
    ['nokogiri@1.17', {}, 'GEM_NAME_MALFORMED'],
    ['../nokogiri', {}, 'GEM_NAME_MALFORMED'],
    ['nokogiri', { since: 'new' }, 'VERSION_MALFORMED'],
    ['nokogiri', { since: '9' }, 'HISTORY_EMPTY'],
    ['nokogiri', { ruby: 'three' }, 'RUBY_MALFORMED'],
    ['nokogiri', { target: ['ubunto-20.04'] }, 'TARGET_UNKNOWN'],
    ['nokogiri', { sources: ['no-such-directory'] }, 'REGISTRY_DIRECTORY'],
  ] as const)('is %s with %j', async (gem, options, code) => {
    expect((await refused(gem, options)).code).toBe(code);
  });
});

it('tells prereleases where there is nothing else, and says so', async () => {
  const mirror = await trimmedMirror({ pg: (version) => version === '1.6.0.rc1' });
  const report = await tell('pg', { sources: [mirror] });
  expect(report.versions.map(({ version, prerelease }) => [version, prerelease])).toEqual([
    ['1.6.0.rc1', true],
  ]);
  expect(report.warnings.map(({ code }) => code)).toEqual(['ONLY_PRERELEASES']);
});

it('reads no more gems at once than it may, and counts them', async () => {
  const counts: string[] = [];
  const report = await tell('ffi', {
    jobs: 1,
    onProgress: ({ done, total }) => counts.push(`${done}/${total}`),
  });
  const read = report.versions.flatMap(({ variants }) => variants).length;
  expect(counts.at(-1)).toBe(`${read}/${read}`);
});
