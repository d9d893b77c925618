/** Names that a file imports and somebody has, nobody has, or has in another version. */
import type { Kind } from '../kind.js';
import { between, EXTENSION, FLAVOURS, ownLibrary, shared, sharedOf } from '../kind.js';
import type { Flavour } from '../toolchain.js';
import type { Workshop } from '../workshop.js';

/** The ways to reach a function: on its first call, or when the file is loaded. */
const calls = (name: string): string =>
  `void ${name}(void);\nint answer(void) { ${name}(); return 42; }\nvoid Init_x(void) {}\n`;
const pointer = (name: string): string =>
  `void ${name}(void);\nvoid (*pointer)(void) = ${name};\nint answer(void) { return 42; }\nvoid Init_x(void) {}\n`;
const data = (name: string): string =>
  `extern int ${name};\nint answer(void) { return ${name}; }\nvoid Init_x(void) {}\n`;
const weak = (name: string): string =>
  `void ${name}(void) __attribute__((weak));\nint answer(void) { if (${name}) ${name}(); return 42; }\nvoid Init_x(void) {}\n`;

const NOBODY = 'gemcompat_nobody_has_this';

/** Names that came to musl after 1.1.24, and names that it has had for long or never will have. Debian's 1.2.5 has renameat2 before its time. */
const MUSL_NAMES = [
  ...['aligned_alloc', 'gettid', 'reallocarray', 'qsort_r', 'pthread_getname_np', 'preadv2', 'pwritev2'],
  ...[
    'statx',
    '__getauxval',
    'posix_getdents',
    'open64',
    'memmem',
    'explicit_bzero',
    'strlcpy',
    'secure_getenv',
  ],
  ...['arc4random', '__libc_single_threaded', '__isoc23_strtol', '__memcpy_chk', '__vsnprintf_chk'],
];

/** Names that came to glibc's libc.so.6 between 2.28 and 2.43, and older ones; none that Ruby has itself where glibc lacks it (strlcpy). */
const GLIBC_NAMES = [
  ...['malloc', 'qsort_r', 'statx', 'gettid', 'epoll_pwait2', 'closefrom', 'arc4random', 'pidfd_open'],
  ...['__isoc23_strtol', 'posix_getdents', 'open_tree', 'pidfd_spawn', 'sched_setattr', 'reallocarray'],
];

const GLIBC_DATA = ['environ', '__libc_single_threaded'];

/** Lets a file link to a library of the gem, and finds it there. */
async function linkTo(shop: Workshop, flavour: Flavour, source: string, map?: string): Promise<string[]> {
  const script = map === undefined ? [] : [`-Wl,--version-script=${await shop.write('own.map', map)}`];
  const library = ownLibrary({ flavour, source, flags: script });
  return [await shop.compile('lib/libx.so', library), '-Wl,-rpath,$ORIGIN'];
}

interface Own {
  readonly source: string;
  readonly map?: string;
}

const BAR = calls('bar');
const HAS_BAR = 'void bar(void) {}\n';
const V1 = 'V1 { global: bar; };';

/** The extension is linked to one library of the gem, and another one of that name is shipped. */
function exchanged(
  name: string,
  linked: Own,
  shipped: Own,
  source = BAR,
  flags: readonly string[] = [],
): Kind[] {
  return FLAVOURS.map((flavour) =>
    shared(name, {
      flavour,
      source,
      flags,
      linked: (shop) => linkTo(shop, flavour, linked.source, linked.map),
      after: (shop) => linkTo(shop, flavour, shipped.source, shipped.map),
    }),
  );
}

const HIDDEN_V1 = `${HAS_BAR}void old(void) {}\n__asm__(".symver old, bar@V1");\n`;

/** The name of a library that the shipped one of the gem lost, or has in another way. */
const EXCHANGED: readonly Kind[] = [
  ...exchanged("the gem's own library has the symbol", { source: HAS_BAR }, { source: HAS_BAR }),
  ...exchanged(
    "the gem's own library has the version and the symbol",
    { source: HAS_BAR, map: V1 },
    { source: HAS_BAR, map: V1 },
  ),
  ...exchanged(
    "the gem's own library lost the symbol",
    { source: HAS_BAR },
    { source: 'void baz(void) {}\n' },
  ),
  ...exchanged(
    "the gem's own library has the version and lost the symbol",
    { source: HAS_BAR, map: V1 },
    { source: 'void baz(void) {}\n', map: 'V1 { global: baz; };' },
  ),
  ...exchanged(
    "the gem's own library has another version of the symbol",
    { source: HAS_BAR, map: 'V9 { global: bar; };' },
    { source: HAS_BAR, map: V1 },
  ),
  ...exchanged(
    "the gem's own library has the symbol in a hidden version alone",
    { source: HAS_BAR, map: V1 },
    { source: 'void old(void) {}\n__asm__(".symver old, bar@V1");\n', map: 'V1 { };' },
  ),
  ...exchanged(
    "the gem's own library has a hidden version and a default one",
    { source: HAS_BAR, map: V1 },
    {
      source: HIDDEN_V1.replace('void bar', 'void new').concat('__asm__(".symver new, bar@@V2");\n'),
      map: 'V1 { };\nV2 { } V1;',
    },
  ),
];

export const SYMBOLS: readonly Kind[] = [
  ...sharedOf(FLAVOURS, 'a name that nobody has, called', { source: calls(NOBODY) }),
  ...sharedOf(FLAVOURS, 'a name that nobody has, called, bound at once', {
    source: calls(NOBODY),
    flags: ['-Wl,-z,now'],
  }),
  ...sharedOf(FLAVOURS, 'a name that nobody has, called without a PLT', {
    source: calls(NOBODY),
    flags: ['-fno-plt'],
  }),
  ...sharedOf(FLAVOURS, 'a pointer to what nobody has', { source: pointer(NOBODY) }),
  ...sharedOf(FLAVOURS, 'data that nobody has', { source: data(NOBODY) }),
  ...sharedOf(FLAVOURS, 'a weak name that nobody has', { source: weak(NOBODY) }),
  ...MUSL_NAMES.map((name) => shared(`imports ${name}`, { flavour: 'musl', source: calls(name) })),
  shared('imports qsort_r by a pointer', { flavour: 'musl', source: pointer('qsort_r') }),
  ...GLIBC_NAMES.map((name) =>
    shared(`imports ${name} without a version`, { flavour: 'bare', source: calls(name) }),
  ),
  ...GLIBC_DATA.map((name) =>
    shared(`imports ${name} without a version`, { flavour: 'bare', source: data(name) }),
  ),
  ...EXCHANGED,
  ...FLAVOURS.map((flavour) => ({
    ...shared("a name of the gem's other library, which is not needed", {
      flavour,
      source: BAR,
      after: (shop) => linkTo(shop, flavour, HAS_BAR),
    }),
    // Whatever opened that library before, for all to see, would make it load.
    unknown: () => true,
  })),
  ...FLAVOURS.map((flavour) =>
    shared('a name of what a needed library needs', {
      flavour,
      source: BAR,
      linked: async (shop) => {
        const inner = await shop.compile(
          'lib/libinner.so',
          ownLibrary({ flavour, source: HAS_BAR }, 'libinner.so'),
        );
        const outer = ownLibrary({
          flavour,
          source: calls('bar').replaceAll('Init_x', 'other').replaceAll('answer', 'outer'),
          flags: [inner, '-Wl,-rpath,$ORIGIN'],
        });
        return [await shop.compile('lib/libx.so', outer), '-Wl,-rpath,$ORIGIN'];
      },
    }),
  ),
  ...FLAVOURS.map((flavour) =>
    shared('a name of the library that is filtered', {
      flavour,
      // It ends with an assertion about filters that are opened (elf/dl-deps.c).
      notFor: between('gnu', '0', '2.31'),
      source: BAR,
      linked: async (shop) => {
        await shop.compile('lib/libx.so', ownLibrary({ flavour, source: HAS_BAR }));
        return ['-Wl,--filter,libx.so', '-Wl,-rpath,$ORIGIN'];
      },
    }),
  ),
  {
    ...shared('a version of a symbol taken out by patchelf', {
      linked: async (shop) => [await shop.stub('libc.so.6', { versions: { 'GLIBC_2.34': ['puts'] } })],
      flags: ['-nostdlib'],
      tools: ['patchelf'],
      after: (shop) => shop.run('patchelf', ['--clear-symbol-version', 'puts', `${shop.gem}/${EXTENSION}`]),
    }),
  },
];
