/** The header, the program headers and the flags of the dynamic section. */
import type { ElfEdit } from '../elf-edit.js';
import { EI_ABIVERSION, EI_OSABI, EI_PAD, PT_LOAD } from '../elf-edit.js';
import type { Kind } from '../kind.js';
import { EXTENSION, FLAVOURS, ownLibrary, shared, sharedOf } from '../kind.js';
import type { Flavour } from '../toolchain.js';
import { HELLO, NOTHING } from '../workshop.js';

const LIBCS: readonly Flavour[] = ['glibc', 'musl'];

function edited(flavours: readonly Flavour[], name: string, change: (elf: ElfEdit) => void): Kind[] {
  return sharedOf(flavours, name, { after: (shop) => shop.edit(EXTENSION, change) });
}

/** EI_OSABI and EI_ABIVERSION: System V, GNU, and what is for other systems. */
const IDENTITIES = [
  [0, 0],
  [0, 1],
  [0, 4],
  [3, 0],
  [3, 1],
  [3, 4],
  [6, 0],
  [9, 0],
  [64, 0],
  [97, 0],
  [255, 0],
] as const;

const ALIGNMENTS = [0, 1, 8, 0x800, 0x3000, 0x10000, 0x200000];

/** NT_GNU_ABI_TAG: system (0 is Linux, 2 is Solaris) and the oldest kernel. */
const abiTag = (system: number, major: number): string => `
__asm__(".section .note.ABI-tag, \\"a\\", %note\\n.p2align 2\\n.long 4, 16, 1\\n.asciz \\"GNU\\"\\n.long ${system}, ${major}, 0, 0\\n.previous");
`;

const TAGS = [
  ['Linux 2.6', 0, 2],
  ['Linux 99', 0, 99],
  ['Solaris', 2, 2],
] as const;

/** Options of the linker that set flags in the dynamic section. */
const FLAGS = [
  'now',
  'nodelete',
  'initfirst',
  'global',
  'interpose',
  'origin',
  'nodump',
  'loadfltr',
  'nodlopen',
  'lazy',
  'nodefaultlib',
];

const MAIN = `${HELLO}int main(void) { return 0; }\n`;
const INTERPRETER =
  'const char interpreter[] __attribute__((section(".interp"))) = "/nix/store/none/ld.so";\n';

export const HEADER: readonly Kind[] = [
  ...IDENTITIES.flatMap(([osAbi, version]) =>
    edited(FLAVOURS, `EI_OSABI ${osAbi}, EI_ABIVERSION ${version}`, ({ bytes }) => {
      bytes[EI_OSABI] = osAbi;
      bytes[EI_ABIVERSION] = version;
    }),
  ),
  ...edited(FLAVOURS, 'padding of e_ident', ({ bytes }) => {
    bytes[EI_PAD] = 0x41;
  }),
  ...edited(LIBCS, 'e_flags 1', (elf) => {
    elf.flags = 1;
  }),
  ...edited(FLAVOURS, 'no section headers', (elf) => {
    elf.dropSectionHeaders();
  }),
  ...ALIGNMENTS.flatMap((align) =>
    edited(LIBCS, `p_align 0x${align.toString(16)}`, (elf) => {
      for (const header of elf.headers(PT_LOAD)) header.align = align;
    }),
  ),
  ...sharedOf(LIBCS, 'linked for pages of 64 KiB', { flags: ['-Wl,-z,max-page-size=65536'] }),
  ...sharedOf(LIBCS, 'linked for pages of 2 MiB', { flags: ['-Wl,-z,max-page-size=0x200000'] }),
  ...TAGS.flatMap(([name, system, major]) =>
    sharedOf(FLAVOURS, `ABI note of ${name}`, { source: `${NOTHING}${abiTag(system, major)}` }),
  ),
  ...FLAGS.flatMap((flag) => sharedOf(LIBCS, `-z ${flag}`, { flags: [`-Wl,-z,${flag}`] })),
  ...sharedOf(LIBCS, "-z nodlopen of the gem's own library", {
    linked: async (shop) => {
      const source = 'int other(void) { return 1; }\n';
      const library = ownLibrary({ flavour: 'bare', source, flags: ['-Wl,-z,nodlopen'] });
      return [await shop.compile('lib/libx.so', library), '-Wl,-rpath,$ORIGIN'];
    },
  }),
  ...LIBCS.flatMap((flavour) => [
    shared('a position-independent executable', {
      flavour,
      program: true,
      source: MAIN,
      flags: ['-fPIE', '-pie', '-rdynamic', '-nostartfiles'],
    }),
    shared('a position-independent executable without a program interpreter', {
      flavour,
      program: true,
      source: MAIN,
      flags: ['-fPIE', '-pie', '-rdynamic', '-nostartfiles', '-Wl,--no-dynamic-linker'],
    }),
    shared('an executable of a fixed address', {
      flavour,
      program: true,
      source: MAIN,
      flags: ['-fno-PIE', '-no-pie', '-rdynamic', '-nostartfiles'],
    }),
  ]),
  ...sharedOf(LIBCS, 'names a program interpreter that is not there', { source: `${HELLO}${INTERPRETER}` }),
];
