/** Needed libraries, where they are looked for, and versions of them. */
import { basename } from 'node:path';
import type { Kind } from '../kind.js';
import { between, EXTENSION, FLAVOURS, ownLibrary, shared, sharedOf } from '../kind.js';
import type { Machine } from '../machine.js';
import { NOTHING } from '../workshop.js';

/** Libraries of glibc and of musl, of neither, and one of a suite's that no package of ours has. */
const names = ({ cpu, interpreters }: Machine): string[] => [
  ...[
    'libc.so.6',
    'libm.so.6',
    'libpthread.so.0',
    'libdl.so.2',
    'librt.so.1',
    'libutil.so.1',
    'libxnet.so.1',
  ],
  ...[
    'libresolv.so.2',
    'libcrypt.so.1',
    basename(interpreters.gnu),
    'libgcc_s.so.1',
    'libnsl.so.1',
    'libanl.so.1',
  ],
  ...['libmvec.so.1', 'libBrokenLocale.so.1', 'libnss_compat.so.2', 'libnss_dns.so.2'],
  ...[
    'libc.so',
    `libc.musl-${cpu}.so.1`,
    'libgemcompat-nowhere.so.1',
    '/opt/build/libgemcompat-nowhere.so.1',
  ],
];
const needed = (name: string): Kind => ({
  ...shared(`needs ${name}`, {
    flavour: 'bare',
    source: NOTHING,
    linked: async (shop) => [await shop.stub(name.replaceAll('/', '_'), { versions: {} }), `-Wl,-soname,x`],
  }),
});

type Versioned = readonly [library: string, version: string, symbol: string];

/** Versions as they are needed by real files: library, version, a symbol of it. */
const versions = ({ oldest, cpu }: Machine): readonly Versioned[] => [
  ['libc.so.6', 'GLIBC_2.34', 'dlopen'],
  ['libc.so.6', 'GLIBC_2.36', 'arc4random'],
  ['libc.so.6', 'GLIBC_2.38', '__isoc23_strtol'],
  ['libc.so.6', 'GLIBC_2.99', 'puts'],
  ['libpthread.so.0', 'GLIBC_2.31', 'pthread_clockjoin_np'],
  ['libpthread.so.0', oldest, 'pthread_create'],
  // Of riscv64 the first is the only one.
  cpu === 'riscv64' ? ['libm.so.6', oldest, 'exp'] : ['libm.so.6', 'GLIBC_2.29', 'exp'],
  ['libgcc_s.so.1', 'GCC_3.0', '_Unwind_Resume'],
  ['libgcc_s.so.1', 'GCC_14.0.0', '__hardcfr_check'],
  ['libstdc++.so.6', 'GLIBCXX_3.4.11', '_ZNSt6chrono12system_clock3nowEv'],
  ['libstdc++.so.6', 'GLIBCXX_3.4.30', '_ZSt21__glibcxx_assert_failPKciS0_S0_'],
  ['libstdc++.so.6', 'CXXABI_1.3', '__cxa_begin_catch'],
];

const versioned = ([library, version, symbol]: Versioned): Kind =>
  shared(`needs ${version} of ${library}`, {
    flavour: 'bare',
    flags: ['-fno-builtin'],
    source: `void ${symbol}(void);\nint answer(void) { ${symbol}(); return 42; }\nvoid Init_x(void) {}\n`,
    linked: async (shop) => [await shop.stub(library, { versions: { [version]: [symbol] } })],
  });

/** Versions without a symbol of their own: a need that is left when its only symbol lost its version. */
const markers = ({ interpreters }: Machine): readonly (readonly [library: string, version: string])[] => [
  ['libc.so.6', 'GLIBC_ABI_DT_RELR'],
  ['libc.so.6', 'GLIBC_ABI_GNU2_TLS'],
  ['libc.so.6', 'GLIBC_ABI_GNU_TLS'],
  ['libc.so.6', 'GLIBC_ABI_DT_X86_64_PLT'],
  ['libc.so.6', 'GLIBC_PRIVATE'],
  ['libpthread.so.0', 'GLIBC_PRIVATE'],
  [basename(interpreters.gnu), 'GLIBC_PRIVATE'],
  ['libm.so.6', 'GLIBC_PRIVATE'],
];

const marked = ([library, version]: readonly [library: string, version: string]): Kind =>
  shared(`needs ${version} of ${library}`, {
    flavour: 'bare',
    tools: ['patchelf'],
    source: 'int puts(const char *);\nint answer(void) { puts(""); return 42; }\nvoid Init_x(void) {}\n',
    flags: ['-fno-builtin'],
    linked: async (shop) => [await shop.stub(library, { versions: { [version]: ['puts'] } })],
    after: (shop) => shop.run('patchelf', ['--clear-symbol-version', 'puts', `${shop.gem}/${EXTENSION}`]),
  });

const OTHER = 'int other(void) { return 1; }\n';

/** The extension needs `libx.so`, which is in `sub`, and says where to look. */
function searched(
  name: string,
  path: readonly string[],
  more: Partial<{ soname: string; at: string; unknown: Kind['unknown'] }> = {},
): Kind[] {
  const { soname = 'libx.so', at = 'sub/libx.so', unknown } = more;
  return sharedOf(FLAVOURS, name, {
    ...(unknown === undefined ? {} : { unknown }),
    linked: async (shop) => [
      await shop.compile(at, ownLibrary({ flavour: 'bare', source: OTHER }, soname)),
      ...path,
    ],
  });
}

/** The gem carries the library where musl does not look: what else is said to its loader, LD_LIBRARY_PATH, is not in the gem. */
const carried = between('musl', '0', '99');

const rpath = (path: string): string => `-Wl,-rpath,${path}`;

/** @param machine whose loader and versions are named */
export const libraries = (machine: Machine): readonly Kind[] => [
  ...names(machine).map(needed),
  ...versions(machine).map(versioned),
  ...markers(machine).map(marked),
  ...searched('RUNPATH with $ORIGIN', [rpath('$ORIGIN/../sub')]),
  ...searched('RUNPATH with ${ORIGIN}', [rpath('${ORIGIN}/../sub')]),
  ...searched('RPATH with $ORIGIN', ['-Wl,--disable-new-dtags', rpath('$ORIGIN/../sub')]),
  ...searched('RUNPATH with $LIB before $ORIGIN', [rpath('/opt/$LIB:$ORIGIN/../sub')], { unknown: carried }),
  ...searched('RUNPATH with $PLATFORM before $ORIGIN', [rpath('/opt/$PLATFORM:$ORIGIN/../sub')], {
    unknown: carried,
  }),
  ...searched('RUNPATH with an empty entry', [rpath(':$ORIGIN/../sub')]),
  ...searched('needs a name with $ORIGIN', [], { soname: '$ORIGIN/../sub/libx.so' }),
  ...searched('RUNPATH and -z nodefaultlib', [rpath('$ORIGIN/../sub'), '-Wl,-z,nodefaultlib']),
  ...sharedOf(FLAVOURS, 'a filter of nothing that is there', {
    flags: ['-Wl,--filter,libgemcompat-nowhere.so.1'],
  }),
  ...sharedOf(FLAVOURS, 'an auxiliary filter of nothing that is there', {
    flags: ['-Wl,--auxiliary,libgemcompat-nowhere.so.1'],
  }),
];
