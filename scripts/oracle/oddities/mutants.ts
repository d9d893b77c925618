/** Single fields of made files changed, of which no loader takes harm. */
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { random } from '../../../test/lockfile/mutate.js';
import { DT_FLAGS_1, EI_ABIVERSION, EI_OSABI, EI_PAD, ElfEdit, PT_GNU_STACK, PT_LOAD } from './elf-edit.js';
import type { Kind } from './kind.js';
import { EXTENSION } from './kind.js';
import type { Specimen } from './specimen.js';
import { readSpecimen } from './specimen.js';

/** ELFOSABI_GNU, and ELFOSABI_OPENVOS, the last of those that stand for a system: gABI. */
const OS_ABI_GNU = 3;
const LAST_SYSTEM = 18;

type Next = () => number;

const below = (next: Next, limit: number): number => Math.floor(next() * limit);

/** Each says what it changed, or nothing if the file has no such field. */
const CHANGES: readonly ((elf: ElfEdit, next: Next) => string | undefined)[] = [
  (elf, next) => {
    elf.flags = below(next, 2) === 0 ? 2 ** below(next, 32) : below(next, 2 ** 32);
    return `e_flags 0x${elf.flags.toString(16)}`;
  },
  ({ bytes }, next) => {
    bytes[EI_OSABI] = below(next, 2) === 0 ? below(next, 18) : below(next, 256);
    return `EI_OSABI ${bytes[EI_OSABI]}`;
  },
  ({ bytes }, next) => {
    bytes[EI_OSABI] = below(next, 2) * 3;
    bytes[EI_ABIVERSION] = below(next, 6);
    return `EI_OSABI ${bytes[EI_OSABI]}, EI_ABIVERSION ${bytes[EI_ABIVERSION]}`;
  },
  ({ bytes }, next) => {
    const at = EI_PAD + below(next, 7);
    bytes[at] = 1 + below(next, 255);
    return `e_ident[${at}] ${bytes[at]}`;
  },
  (elf, next) => {
    const flags = below(next, 8);
    const headers = elf.headers(PT_GNU_STACK);
    for (const header of headers) header.flags = flags;
    return headers.length === 0 ? undefined : `PT_GNU_STACK's flags ${flags}`;
  },
  (elf, next) => {
    const [entry] = elf.dynamic(DT_FLAGS_1);
    if (entry === undefined) return undefined;
    const bit = 2 ** below(next, 32);
    entry.value = (entry.value ^ bit) >>> 0;
    return `DT_FLAGS_1 0x${entry.value.toString(16)}`;
  },
  (elf, next) => {
    const align = 2 ** below(next, 22);
    // Congruent modulo the alignment: only that it is no page's size is odd then.
    const headers = elf.headers(PT_LOAD).filter(({ address, offset }) => (address - offset) % align === 0);
    for (const header of headers) header.align = align;
    return `p_align 0x${align.toString(16)}`;
  },
  (elf, next) => {
    const kernel = [below(next, 8), below(next, 32), below(next, 256)];
    return elf.setKernel(kernel) ? `a kernel of ${kernel.join('.')}` : undefined;
  },
];

export interface MutantOptions {
  /** The directory that is given to loaders. */
  readonly directory: string;
  readonly count: number;
  readonly seed: number;
}

/** Makes mutants of what is opened by itself. */
export async function mutantsOf(
  specimens: readonly Specimen[],
  { directory, count, seed }: MutantOptions,
): Promise<Specimen[]> {
  const next = random(seed);
  const whole = specimens
    .filter(({ kind }) => kind.unmutated === undefined && kind.start === undefined && kind.open === undefined)
    // Of several files it is not known which of them are for the system, if one is for another.
    .filter(({ files }) => Object.keys(files).length === 1)
    .sort((one, other) => (one.name < other.name ? -1 : 1));
  const mutants: Specimen[] = [];
  for (let index = 0; index < count && whole.length > 0; index += 1) {
    const of = whole[below(next, whole.length)];
    const change = CHANGES[below(next, CHANGES.length)];
    if (of === undefined || change === undefined) continue;
    const bytes = new Uint8Array(await readFile(join(directory, of.place, EXTENSION)));
    const what = change(new ElfEdit(bytes), next);
    if (what === undefined) continue;
    const place = `mutants/${index}`;
    const gem = join(directory, place);
    await mkdir(join(directory, 'mutants'), { recursive: true });
    await cp(join(directory, of.place), gem, { recursive: true });
    await writeFile(join(gem, EXTENSION), bytes);
    mutants.push(await readSpecimen(`${of.name}, with ${what}`, kindOf(of.kind, bytes), gem, place));
  }
  return mutants;
}

/** A file that says that it is for another system is for that one, although musl's loader does not look at the byte. */
function kindOf(kind: Kind, { [EI_OSABI]: osAbi = 0 }: Uint8Array): Kind {
  const elsewhere = osAbi !== 0 && osAbi !== OS_ABI_GNU && osAbi <= LAST_SYSTEM;
  if (!elsewhere) return kind;
  return { ...kind, notFor: (loader) => loader.libc === 'musl' || kind.notFor?.(loader) === true };
}
