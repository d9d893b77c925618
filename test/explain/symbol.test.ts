import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseElf } from '../../src/elf/parse.js';
import type { Cpu, ElfFile } from '../../src/elf/types.js';
import { GCC_SYMBOLS, LIBGCC_RELEASES, LIBSTDCXX_RELEASES } from '../../src/explain/gcc-symbols.js';
import { changeOf, isNewerThanPort } from '../../src/explain/glibc-changes.js';
import { GLIBC_SYMBOLS } from '../../src/explain/glibc-symbols.js';
import { CHECKED_CPUS, indexSymbols, wordsOf } from '../../src/explain/known-symbols.js';
import { explainSymbol } from '../../src/explain/symbol.js';
import type { KnownSymbols } from '../../src/explain/types.js';
import { explanationWords, rebuildWords } from '../../src/report/explain-words.js';
import { oldestGlibc } from '../../src/target/glibc-symbols.js';
import { CPUS, gccVersions, glibcVersions, newestGlibc } from '../../src/target/symbol-versions.js';
import { parseSymbolVersion } from '../../src/version/symbol-version.js';

function explain(library: string, symbolVersion: string, symbol?: string, cpu: Cpu = 'x86_64') {
  return explainSymbol({ library, symbolVersion, cpu, ...(symbol === undefined ? {} : { symbol }) });
}

describe('explainSymbol', () => {
  it.each([
    ['libc.so.6', 'GLIBC_2.34', 'pthread_create', 'moved', 'avoids'],
    ['libc.so.6', 'GLIBC_2.34', 'dlopen', 'moved', 'avoids'],
    ['libc.so.6', 'GLIBC_2.34', 'sem_wait', 'moved', 'avoids'],
    ['libc.so.6', 'GLIBC_2.34', 'shm_open', 'moved', 'avoids'],
    ['libc.so.6', 'GLIBC_2.34', 'timer_create', 'moved', 'avoids'],
    ['libc.so.6', 'GLIBC_2.34', 'openpty', 'moved', 'avoids'],
    ['libc.so.6', 'GLIBC_2.34', 'getaddrinfo_a', 'moved', 'avoids'],
    ['libc.so.6', 'GLIBC_2.34', '__libc_start_main', 'start-code', 'avoids'],
    ['libc.so.6', 'GLIBC_2.33', 'stat', 'renamed', 'avoids'],
    ['libc.so.6', 'GLIBC_2.33', 'fstatat64', 'renamed', 'avoids'],
    ['libc.so.6', 'GLIBC_2.33', 'mknod', 'renamed', 'avoids'],
    ['libm.so.6', 'GLIBC_2.29', 'exp', 'revised', 'avoids'],
    ['libm.so.6', 'GLIBC_2.29', 'pow', 'revised', 'avoids'],
    ['libm.so.6', 'GLIBC_2.27', 'expf', 'revised', 'avoids'],
    ['libm.so.6', 'GLIBC_2.38', 'fmod', 'revised', 'avoids'],
    ['libc.so.6', 'GLIBC_2.38', '__isoc23_strtol', 'redirected', 'avoids'],
    ['libc.so.6', 'GLIBC_2.38', '__isoc23_sscanf', 'redirected', 'avoids'],
    ['libc.so.6', 'GLIBC_2.36', 'arc4random', 'added', 'avoids-unless-used'],
    ['libc.so.6', 'GLIBC_2.38', 'strlcpy', 'added', 'avoids-unless-used'],
    ['libc.so.6', 'GLIBC_2.25', 'getrandom', 'added', 'avoids-unless-used'],
    ['libc.so.6', 'GLIBC_2.25', '__explicit_bzero_chk', 'redirected', 'avoids-unless-used'],
    ['libc.so.6', 'GLIBC_2.28', 'fcntl64', 'redirected', 'avoids'],
    ['libc.so.6', 'GLIBC_2.28', 'statx', 'added', 'avoids-unless-used'],
    ['libc.so.6', 'GLIBC_2.30', 'gettid', 'added', 'avoids-unless-used'],
    ['libpthread.so.0', 'GLIBC_2.30', 'pthread_cond_clockwait', 'added', 'avoids'],
    ['libc.so.6', 'GLIBC_2.34', 'pthread_cond_clockwait', 'moved', 'avoids'],
    ['libc.so.6', 'GLIBC_2.32', '__libc_single_threaded', 'compiler', 'avoids'],
    ['libc.so.6', 'GLIBC_2.35', '_dl_find_object', 'compiler', 'avoids'],
    ['libc.so.6', 'GLIBC_2.14', 'memcpy', 'revised', 'avoids'],
    ['ld-linux-x86-64.so.2', 'GLIBC_2.35', '__rseq_offset', 'added', 'avoids-unless-used'],
    ['libc.so.6', 'GLIBC_PRIVATE', '__libc_dlopen_mode', 'private', 'avoids-unless-used'],
    ['libstdc++.so.6', 'GLIBCXX_3.4.32', '_ZSt21ios_base_library_initv', 'compiler', 'avoids'],
    ['libstdc++.so.6', 'GLIBCXX_3.4.30', '_ZSt21__glibcxx_assert_failPKciS0_S0_', 'compiler', 'avoids'],
    ['libstdc++.so.6', 'CXXABI_1.3.15', '__cxa_call_terminate', 'compiler', 'avoids'],
    ['libgcc_s.so.1', 'GCC_14.0.0', '__hardcfr_check', 'compiler', 'avoids-unless-used'],
  ])('%s %s %s: %s, a rebuild %s', (library, version, symbol, kind, rebuild) => {
    const found = explain(library, version, symbol);
    expect(found).toMatchObject({ kind, rebuild });
    if (found?.kind !== 'private') expect(found?.what).toBeTruthy();
  });

  it('says where a symbol was before, and which version an older system gives', () => {
    expect(explain('libc.so.6', 'GLIBC_2.34', 'pthread_create')).toMatchObject({
      from: 'libpthread.so.0',
      before: 'GLIBC_2.2.5',
      since: '2.34',
      project: 'glibc',
    });
    expect(explain('libc.so.6', 'GLIBC_2.34', 'pthread_create', 'aarch64')).toMatchObject({
      from: 'libpthread.so.0',
      before: 'GLIBC_2.17',
    });
    expect(explain('libc.so.6', 'GLIBC_2.34', 'timer_create', 'x86_64')?.before).toBe('GLIBC_2.3.3');
    expect(explain('libm.so.6', 'GLIBC_2.29', 'pow', 'riscv64')?.kind).toBe('versioned');
  });

  it('says of a version without symbols what it stands for', () => {
    expect(explain('libc.so.6', 'GLIBC_ABI_DT_RELR')).toMatchObject({
      kind: 'marker',
      rebuild: 'needs-flag',
      since: '2.36',
    });
    expect(explain('libc.so.6', 'GLIBC_ABI_GNU2_TLS', undefined, 'aarch64')).toBeUndefined();
    expect(explain('libc.so.6', 'GLIBC_ABI_SOMETHING_ELSE')).toBeUndefined();
  });

  it('knows no more than the class of what is not explained singly', () => {
    const found = explain('libm.so.6', 'GLIBC_2.27', 'sinf32');
    expect(found).toMatchObject({ kind: 'added', since: '2.27' });
    expect(found?.what).toBeUndefined();
    expect(explanationWords(found ?? fail())).toBe('new in glibc 2.27');
    // Nothing of this name is in any of glibc's lists: only what its version says is true of it.
    expect(explain('libc.so.6', 'GLIBC_2.36', 'no_such_function')?.kind).toBe('versioned');
    expect(explain('libc.so.6', 'GLIBC_2.99', 'tomorrow')).toMatchObject({
      kind: 'versioned',
      since: '2.99',
    });
  });

  it('takes the first version of a port for as old as the port', () => {
    expect(explain('libc.so.6', 'GLIBC_2.17', 'memcpy', 'aarch64')?.kind).toBe('base');
    expect(explain('libc.so.6', 'GLIBC_2.2.5', 'printf')?.kind).toBe('base');
    expect(explain('libc.so.6', 'GLIBC_2.17', 'clock_gettime')).toMatchObject({
      kind: 'moved',
      from: 'librt.so.1',
    });
    expect(explain('libc.so.6', 'GLIBC_2.27', 'memfd_create', 'riscv64')?.kind).toBe('base');
  });

  it.each([
    ['libssl.so.3', 'OPENSSL_3.0.0', 'SSL_new'],
    ['libmine.so.1', 'GLIBC_2.34', 'pthread_create'],
    ['libstdc++.so.6', 'GLIBCXX_3.4', '_ZNSsC1Ev'],
    ['libgcc_s.so.1', 'GCC_3.0', '_Unwind_Resume'],
  ])('says nothing of %s %s', (library, version, symbol) => {
    expect(explain(library, version, symbol)).toBeUndefined();
  });
});

function fail(): never {
  throw new Error('unreachable');
}

describe('the tables', () => {
  const entries = [...GLIBC_SYMBOLS, ...GCC_SYMBOLS];

  it('have their sources, and words that end in no full stop', () => {
    expect(entries.length).toBeGreaterThan(100);
    for (const { source, what, why } of entries) {
      expect(source).toMatch(/glibc|GCC|libstdc\+\+/);
      for (const words of [what, why ?? '']) expect(words).not.toMatch(/\.$/);
    }
  });

  it('name only what glibc has at that version, on x86_64 and aarch64', () => {
    const asked = entries.flatMap((entry) => {
      const { prefix, number } = parseSymbolVersion(entry.version);
      if (prefix !== 'GLIBC' || number === undefined) return [];
      return CHECKED_CPUS.flatMap((cpu) =>
        entry.cpus?.includes(cpu) === false || !isNewerThanPort(number, cpu)
          ? []
          : wordsOf(entry)
              .filter((word) => !word.endsWith('*'))
              .map((word) => ({ word, change: changeOf(entry.library, word, number, cpu) })),
      );
    });
    expect(asked.length).toBeGreaterThan(400);
    expect(asked.filter(({ change }) => change === undefined)).toEqual([]);
  });

  it.each([
    [{ names: 'pthread_create', version: 'GLIBC_2.33' }, /no pthread_create@GLIBC_2\.33/],
    [{ names: 'pthread_nothing_*', version: 'GLIBC_2.34' }, /no pthread_nothing_\*@GLIBC_2\.34/],
    [{ names: 'dlopen dlopen', version: 'GLIBC_2.34' }, /explained twice/],
  ])('refuse %j when they are loaded', (wrong, message) => {
    const entry: KnownSymbols = { library: 'libc.so.6', what: 'x', source: 'x', ...wrong };
    expect(() => indexSymbols([entry])).toThrow(message);
  });

  it('have the versions of GCC that the table of targets has, from the same releases', () => {
    for (const [soname, releases] of [
      ['libstdc++.so.6', LIBSTDCXX_RELEASES],
      ['libgcc_s.so.1', LIBGCC_RELEASES],
    ] as const) {
      for (const { version, release } of releases) {
        const known = CPUS.filter((cpu) => gccVersions(cpu, '16')?.[soname]?.includes(version));
        expect(known, `${version} of ${soname}`).not.toEqual([]);
        const major = release.split('.')[0] ?? '';
        const cpu = known[0] ?? 'x86_64';
        // Present at the end of that series, absent in the one before.
        expect(gccVersions(cpu, `${major}.9`)?.[soname], `${version} in GCC ${major}`).toContain(version);
        if (Number(major) > 5) {
          expect(gccVersions(cpu, `${Number(major) - 1}.0`)?.[soname]).not.toContain(version);
        }
      }
    }
  });

  it('have the releases that the table of targets has, each CPU from its port on', () => {
    for (const cpu of CPUS) {
      const names = glibcVersions(cpu, newestGlibc())?.['libc.so.6'];
      expect(names).toContain(`GLIBC_${oldestGlibc(cpu)}`);
    }
  });
});

/** Real libraries of this machine, where it has any: what they define is what the history has to say. */
const HERE: readonly (readonly [Cpu, string])[] = [
  ['x86_64', '/lib/x86_64-linux-gnu'],
  ['x86_64', '/lib64'],
  ['aarch64', '/lib/aarch64-linux-gnu'],
  ['aarch64', '/usr/aarch64-linux-gnu/lib'],
  ['arm', '/usr/arm-linux-gnueabihf/lib'],
  ['s390x', '/usr/s390x-linux-gnu/lib'],
];

describe.each(HERE.filter(([, directory]) => existsSync(`${directory}/libc.so.6`)))(
  'against the real libraries: %s in %s',
  (cpu, directory) => {
    function definitions(file: string): ElfFile['verdef'] {
      return parseElf(readFileSync(`${directory}/${file}`)).verdef;
    }

    it.each(['libc.so.6', 'libm.so.6'])(
      'what %s defines is in the history, and the other way round',
      (soname) => {
        const verdef = definitions(soname);
        const newer = verdef.flatMap(({ name, symbols }) => {
          const { prefix, number } = parseSymbolVersion(name);
          if (prefix !== 'GLIBC' || number === undefined || !isNewerThanPort(number, cpu)) return [];
          if (Number(number.split('.')[1]) < 18) return [];
          return symbols.map((symbol) => ({ symbol, number }));
        });
        expect(newer.length).toBeGreaterThan(50);
        expect(
          newer.filter(({ symbol, number }) => changeOf(soname, symbol, number, cpu) === undefined),
        ).toEqual([]);
        const names = new Set(verdef.map(({ name }) => name));
        const defined = new Set(newer.map(({ symbol, number }) => `${symbol}@GLIBC_${number}`));
        for (const { library, version, ...entry } of GLIBC_SYMBOLS) {
          const number = parseSymbolVersion(version).number;
          if (library !== soname || number === undefined || !names.has(version) || entry.cpus !== undefined)
            continue;
          if (!isNewerThanPort(number, cpu) || Number(number.split('.')[1]) < 18) continue;
          for (const word of entry.names.split(' ')) {
            if (word.endsWith('*') || changeOf(soname, word, number, cpu) === undefined) continue;
            expect(defined, `${word}@${version}`).toContain(`${word}@${version}`);
          }
        }
      },
    );
  },
);

const LIBSTDCXX = '/usr/lib/x86_64-linux-gnu/libstdc++.so.6';

it.skipIf(!existsSync(LIBSTDCXX))('what libstdc++ of this machine has, it has at that version', () => {
  const { verdef } = parseElf(readFileSync(LIBSTDCXX));
  const byVersion = new Map(verdef.map(({ name, symbols }) => [name, symbols]));
  let asked = 0;
  for (const entry of GCC_SYMBOLS) {
    const symbols = byVersion.get(entry.version);
    if (entry.library !== 'libstdc++.so.6' || symbols === undefined) continue;
    for (const word of wordsOf(entry)) {
      asked += 1;
      const there = word.endsWith('*')
        ? symbols.some((symbol) => symbol.startsWith(word.slice(0, -1)))
        : symbols.includes(word);
      expect(there, `${word}@${entry.version}`).toBe(true);
    }
  }
  expect(asked).toBeGreaterThan(20);
});

describe('explanationWords', () => {
  it('reads', () => {
    const words = (library: string, version: string, symbol?: string): string => {
      const found = explain(library, version, symbol) ?? fail();
      return `${explanationWords(found)}. ${rebuildWords(found)}.`;
    };
    expect([
      words('libc.so.6', 'GLIBC_2.34', 'pthread_create'),
      words('libc.so.6', 'GLIBC_2.34', '__libc_start_main'),
      words('libc.so.6', 'GLIBC_2.38', '__isoc23_strtol'),
      words('libc.so.6', 'GLIBC_2.33', 'stat'),
      words('libm.so.6', 'GLIBC_2.29', 'exp'),
      words('libc.so.6', 'GLIBC_2.36', 'arc4random'),
      words('libc.so.6', 'GLIBC_ABI_DT_RELR'),
      words('libstdc++.so.6', 'GLIBCXX_3.4.32', '_ZSt21ios_base_library_initv'),
      words('libc.so.6', 'GLIBC_PRIVATE', '__libc_thing'),
      words('libc.so.6', 'GLIBC_2.17', 'clock_gettime'),
    ]).toMatchInlineSnapshot(`
      [
        "starts a thread; moved from libpthread.so.0 into libc.so.6 in glibc 2.34, so linking on a newer system is enough to need it. built with glibc older than 2.34, the same source gets pthread_create@GLIBC_2.2.5.",
        "starts main(); since 2.34 libc.so.6 runs the constructors itself, so every program that is linked there asks for it. built with glibc older than 2.34, the same source gets __libc_start_main@GLIBC_2.2.5.",
        "strtol and the like, which read binary numbers (0b101) too; headers of glibc 2.38 and later make it out of the plain name where _GNU_SOURCE is defined (as g++ always does) or C23 is asked for. built with glibc older than 2.38, the same source does without it.",
        "asks for the size, owner and times of a file; before 2.33 every program brought it along, as a call of __xstat, __fxstat or __lxstat. built with glibc older than 2.33, the same source does without it.",
        "exponentials, powers and logarithms; glibc 2.29 has a newer version of it, which linking on a newer system picks; this version leaves out the error handling of SVID (_LIB_VERSION, matherr). built with glibc older than 2.29, the same source gets exp@GLIBC_2.2.5.",
        "random numbers from the kernel; new in glibc 2.36. built with glibc older than 2.36, it is left out where the source can do without it; where not, that does not compile.",
        "relative relocations are packed (DT_RELR); ld asks for it with -z pack-relative-relocs, which some distributions have made the default. link without the feature, or where the linker does not turn it on.",
        "std::ios_base_library_init(): sets up std::cout and the like; every file that includes <iostream> and is compiled with GCC 13 or later asks for it; older headers brought a static object along. built with GCC older than 13.2, the same source does without it.",
        "an inner part of glibc, which fits the very release that the file was built with and perhaps no other. built on the target itself it fits.",
        "clocks; moved from librt.so.1 into libc.so.6 in glibc 2.17, so linking on a newer system is enough to need it. built with glibc older than 2.17, the same source gets clock_gettime@GLIBC_2.2.5.",
      ]
    `);
  });
});
