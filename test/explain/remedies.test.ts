import { describe, expect, it } from 'vitest';
import { systemsThatRunGem } from '../../src/api/systems-that-run.js';
import { requiresOf } from '../../src/compat/requires.js';
import type { Finding } from '../../src/compat/types.js';
import type { ElfFile } from '../../src/elf/types.js';
import { imageOf, olderSystems } from '../../src/explain/build-systems.js';
import type { RemedyQuestion } from '../../src/explain/remedies.js';
import { remediesFor } from '../../src/explain/remedies.js';
import type { Toolchain, ToolchainKind } from '../../src/explain/toolchain.js';
import { toolchainRemedyWords } from '../../src/report/toolchain-words.js';
import { findNamed, namedTargets } from '../../src/target/catalog.js';
import { resolveImage } from '../../src/target/image-target.js';
import type { NamedTarget, Target } from '../../src/target/types.js';
import { compareDotted } from '../../src/version/symbol-version.js';
import { contents, elf } from '../helpers/contents.js';

function named(name: string): NamedTarget {
  const target = findNamed(name);
  if (target === undefined) throw new Error(`no target ${name}`);
  return target;
}

const tooNew = (version: string, library = 'libc.so.6'): Finding => ({
  kind: 'symbol-version',
  file: 'bootstrap',
  library,
  symbolVersion: version,
  symbols: [],
});
const wrongLibc: Finding = { kind: 'wrong-libc', file: 'x', builtFor: 'gnu', evidence: 'libc.so.6' };
const missing = (library: string): Finding => ({ kind: 'missing-library', file: 'x', library });

const PROGRAM = elf({ interpreter: '/lib64/ld-linux-x86-64.so.2', pie: true });
const LIBRARY = elf({ soname: 'x.so' });
const TODAY = '2026-11-21';

/** The known systems that run a file. */
function systemsOf(file: ElfFile): string[] {
  const gem = contents({ x: file });
  const on = { target: named('debian-12'), cpu: 'x86_64' } as const;
  return systemsThatRunGem(
    gem,
    requiresOf(gem.binaries, () => false),
    on,
    TODAY,
  );
}

function ask(
  kind: ToolchainKind,
  findings: readonly Finding[],
  target: Target,
  more: Partial<RemedyQuestion> & { readonly toolchain?: Partial<Toolchain> } = {},
) {
  const { toolchain, ...question } = more;
  const runsOn = (): readonly string[] => systemsOf(question.elf ?? PROGRAM);
  return remediesFor(
    { elf: PROGRAM, findings, target, cpu: 'x86_64', inGem: false, today: TODAY, runsOn, ...question },
    { kind, compilers: [], evidence: 'test', ...toolchain },
  );
}

const kinds = (...args: Parameters<typeof ask>): string[] => ask(...args).map(({ kind }) => kind);

function words(...args: Parameters<typeof ask>): string[] {
  return ask(...args).map((remedy) => toolchainRemedyWords(remedy, args[2]));
}

describe('a Rust executable on Amazon Linux 2023', () => {
  const al2023 = named('al2023');

  it('has the target’s own number in it', () => {
    expect(words('rust', [tooNew('GLIBC_2.39')], al2023)).toMatchInlineSnapshot(`
      [
        "cargo zigbuild --release --target x86_64-unknown-linux-gnu.2.34: links to glibc 2.34 wherever it is built; al2023 has glibc 2.34",
        "build in amazonlinux:2023, where it runs (glibc 2.34)",
        "cargo build --release --target x86_64-unknown-linux-musl: links musl in, so nothing is asked of the C library of al2023",
        "RUSTFLAGS="-C target-feature=+crt-static" cargo build --release --target x86_64-unknown-linux-gnu: links glibc in, so nothing is asked of al2023; name look-ups that need NSS still load the system's glibc",
      ]
    `);
    expect(ask('rust', [tooNew('GLIBC_2.39')], al2023)[0]).toEqual({
      kind: 'cargo-zigbuild',
      triple: 'x86_64-unknown-linux-gnu.2.34',
      glibc: '2.34',
    });
  });

  it('has the target’s CPU in it', () => {
    const [first] = ask('rust', [tooNew('GLIBC_2.39')], al2023, { cpu: 'aarch64' });
    expect(first).toMatchObject({ triple: 'aarch64-unknown-linux-gnu.2.34' });
  });

  it('is not linked statically where it is a library', () => {
    expect(kinds('rust', [tooNew('GLIBC_2.39')], al2023, { elf: LIBRARY })).toEqual([
      'cargo-zigbuild',
      'build-on',
    ]);
  });

  it('is built for the other C library where that is what is wrong', () => {
    const alpine = named('alpine-3.20');
    expect(ask('rust', [wrongLibc], alpine)[0]).toEqual({
      kind: 'rust-target',
      triple: 'x86_64-unknown-linux-musl',
      libc: 'musl',
    });
    expect(kinds('rust', [wrongLibc], alpine)).not.toContain('cargo-zigbuild');
  });
});

describe('a Go executable', () => {
  const focal = named('ubuntu-20.04');

  it('with cgo can do without', () => {
    expect(words('go', [tooNew('GLIBC_2.34')], focal, { toolchain: { cgo: true } })).toMatchInlineSnapshot(`
      [
        "CGO_ENABLED=0 go build: static, so nothing is asked of the C library of ubuntu-20.04; packages with C code do not compile then, and net and os/user use Go's own resolvers",
        "build in ubuntu:20.04, where it runs (glibc 2.31, out of standard support)",
        "CGO_ENABLED=1 CC="zig cc -target x86_64-linux-gnu.2.31" go build: C code is linked to glibc 2.31 wherever it is built; ubuntu-20.04 has glibc 2.31",
        "go build -ldflags '-linkmode external -extldflags "-static"': keeps the C code and links the C library in; with glibc, name look-ups still load the system's own",
      ]
    `);
  });

  it('is not told to leave cgo out where there is none', () => {
    expect(kinds('go', [tooNew('GLIBC_2.34')], focal, { toolchain: { cgo: false } })).not.toContain(
      'cgo-off',
    );
  });

  it('of a library for C cannot do without', () => {
    expect(
      kinds('go', [tooNew('GLIBC_2.34')], focal, { elf: LIBRARY, toolchain: { cgo: true } }),
    ).not.toContain('cgo-off');
  });

  it('says where it is not known whether cgo was on', () => {
    expect(ask('go', [tooNew('GLIBC_2.34')], focal)[0]).toEqual({ kind: 'cgo-off', known: false });
  });
});

describe('a C extension', () => {
  it('of a gem is built where it runs, or in rake-compiler-dock', () => {
    expect(words('c', [tooNew('GLIBC_2.34')], named('debian-11'), { elf: LIBRARY, inGem: true }))
      .toMatchInlineSnapshot(`
      [
        "build in debian:11, where it runs (glibc 2.31, out of standard support)",
        "rake-compiler-dock 1.12.0: its images have glibc 2.31, and what is built in them asks for 2.29 as a rule; debian-11 has glibc 2.31",
        "CC="zig cc -target x86_64-linux-gnu.2.31": links to glibc 2.31 wherever it is built; debian-11 has glibc 2.31",
      ]
    `);
  });

  it.each([
    ['debian-11', true],
    ['ubuntu-22.04', true],
    ['glibc-2.30', false],
    ['rhel-8', undefined],
    ['al2', undefined],
  ])('rake-compiler-dock helps on %s for certain: %s', (name, certain) => {
    const target: Target =
      name === 'glibc-2.30' ? { ...named('debian-11'), name, libcVersion: '2.30' } : named(name);
    const dock = ask('c', [tooNew('GLIBC_2.38')], target, { elf: LIBRARY, inGem: true }).find(
      ({ kind }) => kind === 'rake-compiler-dock',
    );
    expect(dock?.kind === 'rake-compiler-dock' ? dock.certain : undefined).toBe(certain);
  });

  it('that is no gem’s has no use for rake-compiler-dock', () => {
    expect(kinds('c', [tooNew('GLIBC_2.34')], named('debian-11'))).not.toContain('rake-compiler-dock');
  });

  it('with a newer libstdc++ can bring it along', () => {
    const remedies = ask('c', [tooNew('GLIBCXX_3.4.32', 'libstdc++.so.6')], named('ubuntu-22.04'));
    expect(remedies.map(({ kind }) => kind)).toEqual(['build-on', 'static-libstdcxx']);
  });

  it('leaves out what its linker put in', () => {
    const [first] = ask('c', [tooNew('GLIBC_ABI_DT_RELR')], named('debian-11'));
    expect(first).toEqual({
      kind: 'linker-flag',
      flag: '-Wl,-z,nopack-relative-relocs',
      leavesOut: 'DT_RELR',
    });
  });
});

describe('other toolchains', () => {
  it('GraalVM', () => {
    const debian = named('debian-11');
    expect(ask('graalvm', [tooNew('GLIBC_2.34')], debian).at(-1)).toEqual({
      kind: 'native-image',
      flag: '--static --libc=musl',
    });
    expect(kinds('graalvm', [tooNew('GLIBC_2.34')], debian, { cpu: 'aarch64' })).not.toContain(
      'native-image',
    );
    expect(ask('graalvm', [missing('libz.so.1')], debian).at(-1)).toEqual({
      kind: 'native-image',
      flag: '--static-nolibc',
    });
  });

  it('Bun', () => {
    expect(ask('bun', [wrongLibc], named('alpine-3.20'))).toEqual([
      { kind: 'bun-target', target: 'bun-linux-x64-musl', libc: 'musl' },
    ]);
    const needy = elf({ interpreter: '/lib64/ld-linux-x86-64.so.2', needs: { 'libc.so.6': ['GLIBC_2.29'] } });
    expect(ask('bun', [tooNew('GLIBC_2.29')], named('al2'), { elf: needy })[0]).toMatchObject({
      kind: 'run-on',
    });
    const elsewhere = { ...needy, interpreter: '/nix/store/abc/ld-linux-x86-64.so.2' };
    expect(ask('bun', [tooNew('GLIBC_2.29')], named('al2'), { elf: elsewhere })).toEqual([]);
  });

  it('Dart', () => {
    const needy = elf({
      interpreter: '/lib64/ld-linux-x86-64.so.2',
      needs: { 'libc.so.6': ['GLIBC_2.34', 'GLIBC_2.2.5'] },
    });
    const [remedy] = ask('dart', [tooNew('GLIBC_2.34')], named('debian-11'), { elf: needy });
    if (remedy?.kind !== 'run-on') throw new Error('nothing to run on');
    expect(compareDotted(remedy.libcVersion, '2.34')).toBeGreaterThanOrEqual(0);
    expect(ask('dart', [wrongLibc], named('alpine-3.20'), { elf: needy })).toEqual([]);
  });

  it('one that is not recognised is taken for a C compiler', () => {
    const question = {
      elf: PROGRAM,
      findings: [tooNew('GLIBC_2.34')],
      target: named('debian-11'),
      cpu: 'x86_64',
      inGem: false,
      today: TODAY,
      runsOn: () => [],
    } as const;
    expect(remediesFor(question, undefined).map(({ kind }) => kind)).toEqual(['build-on', 'zig-cc']);
  });
});

it.each<[string, Finding]>([
  ['a CPU level', { kind: 'isa-level', file: 'x', level: 'x86-64-v3', provided: 'x86-64-baseline' }],
  ['another CPU', { kind: 'wrong-machine', file: 'x', machine: 'aarch64', wanted: 'x86_64' }],
  ['an unreadable file', { kind: 'unreadable', file: 'x', code: 'ELF_TRUNCATED', reason: 'cut' }],
  ['a library that is carried', { kind: 'unchecked-library', file: 'x', library: 'libx.so', carried: true }],
])('nothing is offered for %s', (_, finding) => {
  for (const kind of ['rust', 'go', 'c', 'graalvm', 'bun', 'dart', 'zig'] as const) {
    expect(ask(kind, [finding], named('debian-11'))).toEqual([]);
  }
});

it('no remedy is for another C library, a newer one, or another CPU than the target’s', () => {
  for (const target of namedTargets()) {
    for (const cpu of target.cpus) {
      for (const kind of ['rust', 'go', 'c'] as const) {
        for (const remedy of ask(kind, [tooNew('GLIBC_2.99')], target, { cpu, inGem: true })) {
          const text = toolchainRemedyWords(remedy, target);
          expect(text).not.toMatch(/undefined|\.$|\[object/);
          if (remedy.kind === 'build-on') {
            const system = named(remedy.system);
            expect(system.libc).toBe(target.libc);
            expect(system.cpus).toContain(cpu);
            const number = (version: string): string => version.replace(/_git\d+$/, '');
            expect(compareDotted(number(system.libcVersion), number(target.libcVersion))).toBeLessThanOrEqual(
              0,
            );
          }
          if (remedy.kind === 'cargo-zigbuild' || remedy.kind === 'zig-cc') {
            expect(target.libcVersion.startsWith(remedy.glibc)).toBe(true);
          }
        }
      }
    }
  }
});

describe('systems to build on', () => {
  it('are images that stand for the target', () => {
    let asked = 0;
    for (const target of namedTargets()) {
      const image = target.base === undefined ? imageOf(target) : undefined;
      if (image === undefined) continue;
      asked += 1;
      expect(resolveImage(image)?.target.name, image).toBe(target.name);
    }
    expect(asked).toBeGreaterThan(40);
  });

  it('are in support first, and the newest of those first', () => {
    const systems = olderSystems(named('al2023'), 'x86_64', TODAY);
    expect(systems[0]).toMatchObject({ libcVersion: '2.34', ended: false, image: 'almalinux:9' });
    const ended = systems.map((system) => system.ended);
    expect(ended).toEqual([...ended].sort());
  });

  it('are runners with no newer glibc', () => {
    expect(olderSystems(named('debian-12'), 'x86_64', TODAY, true).map(({ runner }) => runner)).toEqual([
      'ubuntu-22.04',
    ]);
    expect(olderSystems(named('debian-12'), 'aarch64', TODAY, true).map(({ runner }) => runner)).toEqual([
      'ubuntu-22.04-arm',
    ]);
    expect(olderSystems(named('al2023'), 'x86_64', TODAY, true)).toEqual([]);
  });
});
