/** Relocations, and the tables by which names are found. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseElf } from '../../../../src/elf/parse.js';
import type { Kind } from '../kind.js';
import { between, EXTENSION, FLAVOURS, shared, sharedOf, started } from '../kind.js';
import type { Workshop } from '../workshop.js';
import { HELLO } from '../workshop.js';

/** Pointers, which are what DT_RELR packs. */
const TABLE = `
int puts(const char *);
static int one, two, three;
int *table[] = {&one, &two, &three};
int answer(void) { return *table[1]; }
void Init_x(void) { puts(""); }
`;

const PACKED = ['-Wl,-z,pack-relative-relocs'];
const MARKER = 'GLIBC_ABI_DT_RELR';

/** musl relocates by DT_RELR from 1.2.4 on; what happens before is no answer. */
const beforeRelr = between('musl', '0', '1.2.3');

/** A linker that packs without the marker makes a file that is not for a loader without DT_RELR. */
async function hasMarker(shop: Workshop, file = EXTENSION): Promise<void> {
  const { verneed } = parseElf(new Uint8Array(await readFile(join(shop.gem, file))));
  if (!verneed.some(({ versions }) => versions.some(({ name }) => name === MARKER))) {
    throw new Error(`the linker packs without ${MARKER}`);
  }
}

const IFUNC = `
static int forty_two(void) { return 42; }
static void *choose(void) { return forty_two; }
LINKAGE int chosen(void) __attribute__((ifunc("choose")));
int answer(void) { return chosen(); }
void Init_x(void) {}
`;

/** An address in the middle of what would be code. */
const ABSOLUTE = `
.globl Init_x
.type Init_x, STT_FUNC
.balign 8
Init_x: .dc.a value
.data
.globl value
.balign 8
value: .dc.a 1
.section .note.GNU-stack,"",%progbits
`;

const OPTIONS = [
  '-Wl,--hash-style=sysv',
  '-Wl,--hash-style=gnu',
  '-Wl,--hash-style=both',
  '-Wl,-Bsymbolic',
  '-Wl,-z,norelro',
  '-Wl,-z,noseparate-code',
  '-Wl,-z,separate-code',
  '-Wl,-z,nocombreloc',
  '-Wl,--emit-relocs',
  '-Wl,-z,ibt,-z,shstk',
  '-Wl,--build-id',
  '-s',
];

export const RELOCATION: readonly Kind[] = [
  shared('packed relocations', {
    source: TABLE,
    flags: PACKED,
    after: hasMarker,
    notFor: beforeRelr,
    unmutated: true,
  }),
  shared('packed relocations by mold', {
    cc: ['gcc', '-fuse-ld=mold'],
    tools: ['mold'],
    source: TABLE,
    flags: PACKED,
    after: hasMarker,
    notFor: beforeRelr,
    unmutated: true,
  }),
  shared('packed relocations by lld', {
    cc: ['clang', '-fuse-ld=lld'],
    tools: ['ld.lld'],
    source: TABLE,
    flags: PACKED,
    after: hasMarker,
    notFor: beforeRelr,
    unmutated: true,
  }),
  started('a library with packed relocations', {
    library: { source: TABLE, flags: PACKED },
    after: (shop) => hasMarker(shop, 'lib/libx.so'),
  }),
  ...sharedOf(FLAVOURS, 'an indirect function of its own', { source: IFUNC.replace('LINKAGE', 'static') }),
  ...sharedOf(FLAVOURS, 'an indirect function for all to see', { source: IFUNC.replace('LINKAGE', '') }),
  ...sharedOf(FLAVOURS, 'relocations in the code', {
    language: 'S',
    source: ABSOLUTE,
    flags: ['-Wl,-z,notext'],
  }),
  ...OPTIONS.flatMap((flag) =>
    sharedOf(['glibc', 'musl'], `linked with ${flag}`, { source: HELLO, flags: [flag] }),
  ),
];
