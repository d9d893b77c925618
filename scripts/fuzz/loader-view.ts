/**
 * What glibc's loader would read of a file: a second reading of the same bytes, written after `elf/dl-load.c`,
 * `elf/get-dynamic-info.h` and `elf/dl-version.c` and not after src/elf, which it is there to check. It follows
 * addresses through the mapped pages and links until they are zero; it looks at no count and no section header, and
 * refuses little, because a loader refuses little.
 */
export interface LoaderView {
  readonly needed: readonly string[];
  /** `library version`, with ` weak` behind a weak one. */
  readonly versions: readonly string[];
  /** Of those: strong needs whose `vna_hash` is not the hash of their name, which no library can meet. */
  readonly unmeetable: readonly string[];
  readonly interpreter: string | undefined;
}

/** Why the loader or the kernel would not load the file at all: refused, or killed by a signal on the way. */
export class LoaderGivesUp extends Error {}

const PT = { LOAD: 1, DYNAMIC: 2, INTERP: 3 };
const DT = { NULL: 0n, NEEDED: 1n, STRTAB: 5n, VERNEED: 0x6ffffffen };
const PAGE = 4096n;
const WEAK = 2;
/** Longer chains than the bytes of a file can have: the loader would follow them for ever. */
const MOST_STEPS = 1 << 13;

interface Segment {
  readonly type: number;
  readonly offset: bigint;
  readonly vaddr: bigint;
  readonly filesz: bigint;
  readonly memsz: bigint;
}

class Process {
  private readonly file: DataView;
  readonly wide: boolean;
  readonly little: boolean;
  readonly segments: readonly Segment[];

  constructor(bytes: Uint8Array) {
    this.file = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (bytes.length < 52 || this.file.getUint32(0) !== 0x7f454c46) throw new LoaderGivesUp('no ELF header');
    this.wide = bytes[4] === 2;
    this.little = bytes[5] === 1;
    const type = this.inFile(16n, 2);
    if (type !== 2n && type !== 3n) throw new LoaderGivesUp('neither ET_EXEC nor ET_DYN');
    const table = this.wide ? this.inFile(32n, 8) : this.inFile(28n, 4);
    const count = Number(this.inFile(this.wide ? 56n : 44n, 2));
    const size = this.wide ? 56n : 32n;
    if (this.inFile(this.wide ? 54n : 42n, 2) !== size) throw new LoaderGivesUp('e_phentsize');
    this.segments = Array.from({ length: count }, (_, index) => this.segment(table + BigInt(index) * size));
  }

  private segment(at: bigint): Segment {
    const word = this.wide ? 8 : 4;
    const field = (wide: bigint, narrow: bigint): bigint =>
      this.inFile(at + (this.wide ? wide : narrow), word);
    return {
      type: Number(this.inFile(at, 4)),
      offset: field(8n, 4n),
      vaddr: field(16n, 8n),
      filesz: field(32n, 16n),
      memsz: field(40n, 20n),
    };
  }

  /** @throws LoaderGivesUp past the end of the file. */
  inFile(offset: bigint, width: number): bigint {
    if (offset < 0n || offset + BigInt(width) > BigInt(this.file.byteLength))
      throw new LoaderGivesUp('file too short');
    const at = Number(offset);
    if (width === 1) return BigInt(this.file.getUint8(at));
    if (width === 2) return BigInt(this.file.getUint16(at, this.little));
    if (width === 4) return BigInt(this.file.getUint32(at, this.little));
    return this.file.getBigUint64(at, this.little);
  }

  /** A byte of the process's memory: the last mapping of its page counts. */
  private byteAt(address: bigint): number {
    for (let index = this.segments.length - 1; index >= 0; index -= 1) {
      const segment = this.segments[index];
      if (segment?.type !== PT.LOAD) continue;
      const { vaddr, filesz, memsz, offset } = segment;
      const start = vaddr - (vaddr % PAGE);
      const fileEnd = filesz === 0n ? start : roundUp(vaddr + filesz);
      const end = memsz > filesz ? roundUp(vaddr + memsz) : fileEnd;
      if (address < start || address >= end) continue;
      if (address >= fileEnd || (memsz > filesz && address >= vaddr + filesz)) return 0;
      const at = offset + (address - vaddr);
      if (at < 0n) throw new LoaderGivesUp('mapped before the start of the file');
      // Past its end a file's last page reads as zeroes; a page behind that is SIGBUS.
      if (at < BigInt(this.file.byteLength)) return this.file.getUint8(Number(at));
      if (at < roundUp(BigInt(this.file.byteLength))) return 0;
      throw new LoaderGivesUp('SIGBUS');
    }
    throw new LoaderGivesUp('SIGSEGV');
  }

  number(address: bigint, width: number): bigint {
    let value = 0n;
    for (let index = 0; index < width; index += 1) {
      const from = this.little ? width - 1 - index : index;
      value = (value << 8n) | BigInt(this.byteAt(address + BigInt(from)));
    }
    return value;
  }

  string(address: bigint): Uint8Array {
    const bytes: number[] = [];
    for (let at = address; ; at += 1n) {
      const byte = this.byteAt(at);
      if (byte === 0) return Uint8Array.from(bytes);
      bytes.push(byte);
      if (bytes.length > 1 << 16) throw new LoaderGivesUp('a string without an end');
    }
  }

  interpreter(): string | undefined {
    const segment = this.segments.find(({ type }) => type === PT.INTERP);
    if (segment === undefined) return undefined;
    const bytes: number[] = [];
    for (let at = 0n; at < segment.filesz && at < 4096n; at += 1n) {
      const byte = Number(this.inFile(segment.offset + at, 1));
      if (byte === 0) break;
      bytes.push(byte);
    }
    return textOf(Uint8Array.from(bytes));
  }
}

function roundUp(address: bigint): bigint {
  return ((address + PAGE - 1n) / PAGE) * PAGE;
}

/** One character for each byte, so that two names are equal where their bytes are. */
export function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1');
}

/** gABI, "Hash Table", over bytes. */
function sysvHash(name: Uint8Array): number {
  let hash = 0n;
  for (const byte of name) {
    hash = ((hash << 4n) + BigInt(byte)) & 0xffff_ffffn;
    const high = hash & 0xf000_0000n;
    hash = (hash ^ (high >> 24n)) & ~high;
  }
  return Number(hash);
}

/** @throws LoaderGivesUp where it would not load the file, whatever else is on the system. */
export function loaderView(bytes: Uint8Array): LoaderView {
  const memory = new Process(bytes);
  const interpreter = memory.interpreter();
  if (!memory.segments.some(({ type, filesz }) => type === PT.LOAD && filesz > 0n))
    throw new LoaderGivesUp('nothing to map');
  const segment = memory.segments.findLast(({ type }) => type === PT.DYNAMIC);
  if (segment === undefined) return { needed: [], versions: [], unmeetable: [], interpreter };
  const word = memory.wide ? 8 : 4;
  const last = new Map<bigint, bigint>();
  const neededAt: bigint[] = [];
  for (let step = 0; ; step += 1) {
    if (step > MOST_STEPS) throw new LoaderGivesUp('a dynamic table without an end');
    const at = segment.vaddr + BigInt(step * 2 * word);
    const tag = memory.number(at, word);
    if (tag === DT.NULL) break;
    const value = memory.number(at + BigInt(word), word);
    last.set(tag, value);
    if (tag === DT.NEEDED) neededAt.push(value);
  }
  const strings = last.get(DT.STRTAB);
  const name = (index: bigint): Uint8Array => {
    if (strings === undefined) throw new LoaderGivesUp('no DT_STRTAB');
    return memory.string(strings + index);
  };
  const versions: string[] = [];
  const unmeetable: string[] = [];
  const table = last.get(DT.VERNEED);
  let steps = 0;
  for (let need = table ?? 0n, more = table !== undefined; more;) {
    if (memory.number(need, 2) !== 1n) throw new LoaderGivesUp('vn_version');
    const library = textOf(name(memory.number(need + 4n, 4)));
    for (let aux = need + memory.number(need + 8n, 4); ;) {
      if (++steps > MOST_STEPS) throw new LoaderGivesUp('a chain without an end');
      const bytesOfName = name(memory.number(aux + 8n, 4));
      const weak = (Number(memory.number(aux + 4n, 2)) & WEAK) !== 0;
      const text = `${library} ${textOf(bytesOfName)}${weak ? ' weak' : ''}`;
      versions.push(text);
      if (!weak && Number(memory.number(aux, 4)) !== sysvHash(bytesOfName)) unmeetable.push(text);
      const next = memory.number(aux + 12n, 4);
      if (next === 0n) break;
      aux += next;
    }
    const next = memory.number(need + 12n, 4);
    need += next;
    more = next !== 0n;
    if (++steps > MOST_STEPS) throw new LoaderGivesUp('a chain without an end');
  }
  return { needed: neededAt.map((index) => textOf(name(index))), versions, unmeetable, interpreter };
}
