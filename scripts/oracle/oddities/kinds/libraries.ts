/** Needed libraries, where they are looked for, and versions of them. */
import type { Kind } from '../kind.js';
import { between, EXTENSION, FLAVOURS, ownLibrary, shared, sharedOf } from '../kind.js';
import { NOTHING } from '../workshop.js';

/** Libraries of glibc and of musl, of neither, and one of a suite's that no package of ours has. */
const NAMES = [
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
    'ld-linux-x86-64.so.2',
    'libgcc_s.so.1',
    'libnsl.so.1',
    'libanl.so.1',
  ],
  ...['libmvec.so.1', 'libBrokenLocale.so.1', 'libnss_compat.so.2', 'libnss_dns.so.2'],
  ...[
    'libc.so',
    'libc.musl-x86_64.so.1',
    'libgemcompat-nowhere.so.1',
    '/opt/build/libgemcompat-nowhere.so.1',
  ],
];
const NEEDED: readonly Kind[] = NAMES.map((name) => ({
  ...shared(`needs ${name}`, {
    flavour: 'bare',
    source: NOTHING,
    linked: async (shop) => [await shop.stub(name.replaceAll('/', '_'), { versions: {} }), `-Wl,-soname,x`],
  }),
}));

/** Versions as they are needed by real files: library, version, a symbol of it. */
const VERSIONS = [
  ['libc.so.6', 'GLIBC_2.34', 'dlopen'],
  ['libc.so.6', 'GLIBC_2.36', 'arc4random'],
  ['libc.so.6', 'GLIBC_2.38', '__isoc23_strtol'],
  ['libc.so.6', 'GLIBC_2.99', 'puts'],
  ['libpthread.so.0', 'GLIBC_2.31', 'pthread_clockjoin_np'],
  ['libpthread.so.0', 'GLIBC_2.2.5', 'pthread_create'],
  ['libm.so.6', 'GLIBC_2.29', 'exp'],
  ['libgcc_s.so.1', 'GCC_3.0', '_Unwind_Resume'],
  ['libgcc_s.so.1', 'GCC_14.0.0', '__hardcfr_check'],
  ['libstdc++.so.6', 'GLIBCXX_3.4.11', '_ZNSt6chrono12system_clock3nowEv'],
  ['libstdc++.so.6', 'GLIBCXX_3.4.30', '_ZSt21__glibcxx_assert_failPKciS0_S0_'],
  ['libstdc++.so.6', 'CXXABI_1.3', '__cxa_begin_catch'],
] as const;

const VERSIONED: readonly Kind[] = VERSIONS.map(([library, version, symbol]) =>
  shared(`needs ${version} of ${library}`, {
    flavour: 'bare',
    flags: ['-fno-builtin'],
    source: `void ${symbol}(void);\nint answer(void) { ${symbol}(); return 42; }\nvoid Init_x(void) {}\n`,
    linked: async (shop) => [await shop.stub(library, { versions: { [version]: [symbol] } })],
  }),
);

/** Versions without a symbol of their own: a need that is left when its only symbol lost its version. */
const MARKERS = [
  ['libc.so.6', 'GLIBC_ABI_DT_RELR'],
  ['libc.so.6', 'GLIBC_ABI_GNU2_TLS'],
  ['libc.so.6', 'GLIBC_ABI_GNU_TLS'],
  ['libc.so.6', 'GLIBC_ABI_DT_X86_64_PLT'],
  ['libc.so.6', 'GLIBC_PRIVATE'],
  ['libpthread.so.0', 'GLIBC_PRIVATE'],
  ['ld-linux-x86-64.so.2', 'GLIBC_PRIVATE'],
  ['libm.so.6', 'GLIBC_PRIVATE'],
] as const;

const MARKED: readonly Kind[] = MARKERS.map(([library, version]) =>
  shared(`needs ${version} of ${library}`, {
    flavour: 'bare',
    tools: ['patchelf'],
    source: 'int puts(const char *);\nint answer(void) { puts(""); return 42; }\nvoid Init_x(void) {}\n',
    flags: ['-fno-builtin'],
    linked: async (shop) => [await shop.stub(library, { versions: { [version]: ['puts'] } })],
    after: (shop) => shop.run('patchelf', ['--clear-symbol-version', 'puts', `${shop.gem}/${EXTENSION}`]),
  }),
);

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

export const LIBRARIES: readonly Kind[] = [
  ...NEEDED,
  ...VERSIONED,
  ...MARKED,
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
