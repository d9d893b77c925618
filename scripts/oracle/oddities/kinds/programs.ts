/** Programs: what starts them, and what does not matter once it is the kernel that loads. */
import type { ElfEdit } from '../elf-edit.js';
import { EI_ABIVERSION, EI_OSABI } from '../elf-edit.js';
import type { Kind, StartedOptions } from '../kind.js';
import { PROGRAM, started } from '../kind.js';
import type { Machine } from '../machine.js';
import type { Workshop } from '../workshop.js';

const LIBCS = ['glibc', 'musl'] as const;

function startedOf(name: string, options: StartedOptions = {}): Kind[] {
  return LIBCS.map((flavour) => started(name, { ...options, flavour }));
}

const edit =
  (change: (elf: ElfEdit) => void) =>
  (shop: Workshop): Promise<void> =>
    shop.edit(PROGRAM, change);

const interpreter = (path: string): string => `-Wl,--dynamic-linker=${path}`;

/** @param machine whose program interpreters are named */
export const programs = ({ interpreters }: Machine): readonly Kind[] => [
  ...startedOf('nothing odd'),
  ...startedOf('of a fixed address', { flags: ['-fno-PIE', '-no-pie'] }),
  ...startedOf('with a library of its own', { library: {} }),
  ...startedOf('static', { flags: ['-static'] }),
  ...startedOf('static and position-independent', { flags: ['-static-pie'] }),
  ...startedOf('a program interpreter of a build machine', {
    flags: [interpreter('/nix/store/none/ld.so')],
  }),
  ...startedOf("glibc's program interpreter", { flags: [interpreter(interpreters.gnu)] }),
  ...startedOf("musl's program interpreter", { flags: [interpreter(interpreters.musl)] }),
  ...startedOf('EI_OSABI 255, EI_ABIVERSION 9', {
    after: edit(({ bytes }) => {
      bytes[EI_OSABI] = 255;
      bytes[EI_ABIVERSION] = 9;
    }),
  }),
  ...startedOf('needs a library that may not be opened', { library: { flags: ['-Wl,-z,nodlopen'] } }),
  ...startedOf('needs a library of another EI_OSABI', {
    library: {},
    after: (shop) =>
      shop.edit('lib/libx.so', ({ bytes }) => {
        bytes[EI_OSABI] = 97;
      }),
  }),
];
