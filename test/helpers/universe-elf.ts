/** What an ELF stand-in asks of its system. */
export interface ElfNeeds {
  readonly cpu: 'x86_64' | 'aarch64';
  /**
   * `2.29`: it is linked to glibc and binds a symbol of `GLIBC_2.29`, or of the first version that the CPU has where that
   * is higher; `musl`: it is linked to musl's libc.so.
   */
  readonly libc: string;
}

/** Versions that every object linked to glibc there needs: the first that glibc had on that CPU. */
const FIRST_GLIBC = { x86_64: '2.2.5', aarch64: '2.17' } as const;

/** `e_machine` (ELF gABI, chapter 4). */
const MACHINES = { x86_64: 62, aarch64: 183 } as const;

/** `p_align` of a PT_LOAD: glibc before 2.35 takes none that is no multiple of the page. */
const PAGE = 0x1000;

const HEADER = 64;
const PROGRAM_HEADER = 56;
const SYMBOL = 24;
const DYNAMIC = 16;
const RELOCATION = 24;

/** `R_*_JUMP_SLOT`: a function that is looked up when it is first called. */
const JUMP_SLOT = { x86_64: 7, aarch64: 1026 } as const;

/** `VER_NDX_GLOBAL`: a symbol without a version. */
const UNVERSIONED = 1;

/**
 * A Ruby extension as the loader sees it: PT_LOAD and PT_DYNAMIC, a hash table, undefined symbols, one of them of Ruby's
 * API, and on glibc their versions and the verneed of libc.so.6. No section headers, no code. Laid out after the gABI and,
 * for the version tables, the LSB core specification 10.7.
 */
export function sharedObject({ cpu, libc }: ElfNeeds): Buffer {
  const strings = new Strings();
  const library = strings.add(libc === 'musl' ? 'libc.so' : 'libc.so.6');
  const first = FIRST_GLIBC[cpu];
  const floors = libc === 'musl' ? [] : minor(libc) > minor(first) ? [first, libc] : [first];
  const versions = floors.map((number) => `GLIBC_${number}`);
  // A name that musl has too would let its loader take the stand-in of glibc.
  const wanted = libc === 'musl' ? 'free' : 'wanted_by_the_stand_in';
  const symbols = ['malloc', wanted, 'rb_define_method'].map((name) => strings.add(name));
  const versionNames = versions.map((name) => strings.add(name));

  const symtab = Buffer.alloc(SYMBOL * (symbols.length + 1));
  symbols.forEach((name, index) => {
    symtab.writeUInt32LE(name, SYMBOL * (index + 1));
    symtab.writeUInt8(0x12, SYMBOL * (index + 1) + 4); // STB_GLOBAL, STT_FUNC
  });
  const relocations = Buffer.alloc(RELOCATION * symbols.length);
  symbols.forEach((_, index) => {
    relocations.writeUInt32LE(JUMP_SLOT[cpu], RELOCATION * index + 8);
    relocations.writeUInt32LE(index + 1, RELOCATION * index + 12);
  });
  const hash = Buffer.alloc(4 * (2 + 1 + symbols.length + 1));
  hash.writeUInt32LE(1, 0);
  hash.writeUInt32LE(symbols.length + 1, 4);

  const versym = Buffer.alloc(versions.length === 0 ? 0 : 2 * (symbols.length + 1));
  const verneed = Buffer.alloc(versions.length === 0 ? 0 : 16 * (1 + versions.length));
  if (versions.length > 0) {
    verneed.writeUInt16LE(1, 0);
    verneed.writeUInt16LE(versions.length, 2);
    verneed.writeUInt32LE(library, 4);
    verneed.writeUInt32LE(16, 8);
  }
  versions.forEach((name, index) => {
    const at = 16 * (index + 1);
    verneed.writeUInt32LE(elfHash(name), at);
    verneed.writeUInt16LE(index + 2, at + 6);
    verneed.writeUInt32LE(versionNames[index] ?? 0, at + 8);
    verneed.writeUInt32LE(index + 1 < versions.length ? 16 : 0, at + 12);
  });
  if (versions.length > 0) {
    const highest = versions.length + 1;
    [2, highest, UNVERSIONED].forEach((index, at) => versym.writeUInt16LE(index, 2 * (at + 1)));
  }

  const strtab = strings.bytes();
  let end = HEADER + 2 * PROGRAM_HEADER;
  const place = (size: number): number => {
    const at = Math.ceil(end / 8) * 8;
    end = at + size;
    return at;
  };
  const at = {
    hash: place(hash.length),
    symtab: place(symtab.length),
    strtab: place(strtab.length),
    versym: place(versym.length),
    verneed: place(verneed.length),
    relocations: place(relocations.length),
  };
  const dynamic: (readonly [tag: number, value: number])[] = [
    [1, library], // DT_NEEDED
    [4, at.hash], // DT_HASH
    [5, at.strtab], // DT_STRTAB
    [6, at.symtab], // DT_SYMTAB
    [10, strtab.length], // DT_STRSZ
    [11, SYMBOL], // DT_SYMENT
    [2, relocations.length], // DT_PLTRELSZ
    [20, 7], // DT_PLTREL: DT_RELA
    [23, at.relocations], // DT_JMPREL
  ];
  if (versions.length > 0) {
    dynamic.push([0x6fff_fff0, at.versym], [0x6fff_fffe, at.verneed], [0x6fff_ffff, 1]); // DT_VERSYM, DT_VERNEED, DT_VERNEEDNUM
  }
  dynamic.push([0, 0]);
  const dynamicAt = place(dynamic.length * DYNAMIC);

  const out = Buffer.alloc(end);
  out.write('\x7fELF\x02\x01\x01', 0, 'latin1');
  out.writeUInt16LE(3, 16); // ET_DYN
  out.writeUInt16LE(MACHINES[cpu], 18);
  out.writeUInt32LE(1, 20);
  out.writeBigUInt64LE(BigInt(HEADER), 32);
  out.writeUInt16LE(HEADER, 52);
  out.writeUInt16LE(PROGRAM_HEADER, 54);
  out.writeUInt16LE(2, 56);
  out.writeUInt16LE(64, 58);
  const segment = (index: number, type: number, start: number, size: number): void => {
    const header = HEADER + index * PROGRAM_HEADER;
    out.writeUInt32LE(type, header);
    out.writeUInt32LE(6, header + 4);
    [start, start, start, size, size, type === 1 ? PAGE : 8].forEach((value, field) => {
      out.writeBigUInt64LE(BigInt(value), header + 8 + 8 * field);
    });
  };
  segment(0, 1, 0, end); // PT_LOAD
  segment(1, 2, dynamicAt, dynamic.length * DYNAMIC); // PT_DYNAMIC
  hash.copy(out, at.hash);
  symtab.copy(out, at.symtab);
  strtab.copy(out, at.strtab);
  versym.copy(out, at.versym);
  verneed.copy(out, at.verneed);
  relocations.copy(out, at.relocations);
  dynamic.forEach(([tag, value], index) => {
    out.writeBigUInt64LE(BigInt(tag), dynamicAt + index * DYNAMIC);
    out.writeBigUInt64LE(BigInt(value), dynamicAt + index * DYNAMIC + 8);
  });
  return out;
}

const minor = (version: string): number => Number(version.split('.')[1]);

class Strings {
  readonly #parts: string[] = [''];
  #length = 1;

  /** The offset of the string in the table. */
  add(text: string): number {
    const at = this.#length;
    this.#parts.push(text);
    this.#length += text.length + 1;
    return at;
  }

  bytes(): Buffer {
    return Buffer.from(`${this.#parts.join('\0')}\0`, 'latin1');
  }
}

/** The hash of System V (gABI, "Hash Table"), which `vna_hash` holds. */
function elfHash(name: string): number {
  let hash = 0;
  for (const byte of Buffer.from(name, 'latin1')) {
    hash = ((hash << 4) + byte) >>> 0;
    const high = hash & 0xf000_0000;
    if (high !== 0) hash ^= high >>> 24;
    hash &= ~high;
  }
  return hash >>> 0;
}
