import { describe, expect, it } from 'vitest';
import { isOfBionic } from '../../src/elf/foreign-system.js';
import { parseElf } from '../../src/elf/parse.js';
import { fixture } from './fixture.js';

const PT_INTERP = 3;
const PT_NOTE = 4;
const PT_GNU_STACK = 0x6474e551;
const E_PHOFF = 32;
const E_PHNUM = 56;
const PHDR_SIZE = 56;

/** Puts content at the file's end, and makes the program header of that type, 64-bit little-endian, one for it. */
function withSegment(bytes: Buffer, from: number, type: number, content: Buffer): Buffer {
  const table = Number(bytes.readBigUInt64LE(E_PHOFF));
  for (let index = 0; index < bytes.readUInt16LE(E_PHNUM); index += 1) {
    const at = table + index * PHDR_SIZE;
    if (bytes.readUInt32LE(at) !== from) continue;
    bytes.writeUInt32LE(type, at);
    bytes.writeBigUInt64LE(BigInt(bytes.length), at + 8);
    bytes.writeBigUInt64LE(BigInt(content.length), at + 32);
    bytes.writeBigUInt64LE(4n, at + 48);
    return Buffer.concat([bytes, content]);
  }
  throw new Error(`the fixture has no segment of type ${from}`);
}

function note(owner: string, type: number, words: readonly number[]): Buffer {
  const name = Buffer.from(`${owner}\0`);
  const padded = Buffer.alloc(Math.ceil(name.length / 4) * 4);
  name.copy(padded);
  const head = Buffer.alloc(12);
  head.writeUInt32LE(name.length, 0);
  head.writeUInt32LE(words.length * 4, 4);
  head.writeUInt32LE(type, 8);
  return Buffer.concat([head, padded, Buffer.from(new Uint32Array(words).buffer)]);
}

const noted = (...notes: Buffer[]): Buffer =>
  withSegment(Buffer.from(fixture('exe-musl-static')), PT_GNU_STACK, PT_NOTE, Buffer.concat(notes));

describe('a static executable that says nothing of its system in e_ident', () => {
  it.each([
    ['OpenBSD', 1, [0], 'OpenBSD'],
    ['NetBSD', 1, [1_000_000_000], 'NetBSD'],
    ['FreeBSD', 1, [1_400_000], 'FreeBSD'],
    ['DragonFly', 1, [600_400], 'DragonFly BSD'],
    ['GNU', 1, [3, 9, 0, 0], 'GNU/kFreeBSD'],
    ['GNU', 1, [1, 0, 0, 0], 'GNU/Hurd'],
  ])('is for what its note of %s of type %i with %j says', (owner, type, words, system) => {
    const elf = parseElf(noted(note('Go', 4, [1, 2]), note(owner, type, words)));
    expect(elf).toMatchObject({ system, loadable: true, needed: [] });
    expect(elf.cpu).toBeUndefined();
  });

  it.each([
    ['Linux by its own note', [note('GNU', 1, [0, 3, 2, 0])]],
    ['Android, whose static executables run anywhere', [note('Android', 1, [29])]],
    ['another type of note', [note('NetBSD', 3, [1])]],
    ['a note that is cut off', [note('OpenBSD', 1, [0]).subarray(0, 16)]],
    ['a note whose name never ends', [Buffer.from('ffffffff0400000001000000', 'hex')]],
    ['no note', []],
  ])('stays what it was with %s', (_, notes) => {
    const { abiTag: _tag, ...read } = parseElf(noted(...notes));
    expect(read).toEqual(parseElf(noted()));
    expect(read).toMatchObject({ cpu: 'x86_64' });
  });

  it.each([
    [0x65a3dbe6, 'OpenBSD'],
    [0x65a3dbe9, 'OpenBSD'],
    [0x6ffffffb, 'Solaris or illumos'],
  ])('is for the system that has segments of type 0x%s', (type, system) => {
    const bytes = withSegment(Buffer.from(fixture('exe-musl-static')), PT_GNU_STACK, type, Buffer.alloc(0));
    expect(parseElf(bytes).system).toBe(system);
  });
});

describe('the interpreter', () => {
  it.each([
    ['/libexec/ld-elf.so.1', 'FreeBSD'],
    ['/usr/libexec/ld-elf.so.1', 'FreeBSD'],
    ['/libexec/ld-elf.so.2', 'DragonFly BSD'],
    ['/usr/libexec/ld-elf.so.2', 'DragonFly BSD'],
    ['/usr/libexec/ld.elf_so', 'NetBSD'],
    ['/usr/libexec/ld.so', 'OpenBSD'],
    ['/usr/lib/ld.so.1', 'Solaris or illumos'],
    ['/usr/lib/amd64/ld.so.1', 'Solaris or illumos'],
    ['/lib/amd64/ld.so.1', 'Solaris or illumos'],
    ['/lib/64/ld.so.1', 'Solaris or illumos'],
    ['/system/bin/linker64', 'Android'],
    ['/lib/ld.so.1', undefined],
    ['/lib64/ld-linux-x86-64.so.2', undefined],
    ['/nix/store/abc-glibc-2.40/lib/ld-linux-x86-64.so.2', undefined],
    ['/opt/libexec/ld-elf.so.1', undefined],
  ])('%s is that of %s', (path, system) => {
    const bytes = withSegment(
      Buffer.from(fixture('exe-pie')),
      PT_INTERP,
      PT_INTERP,
      Buffer.from(`${path}\0`),
    );
    const elf = parseElf(bytes);
    expect(elf.system).toBe(system);
    expect(elf.cpu).toBe(system === undefined ? 'x86_64' : undefined);
    expect(elf.interpreter).toBe(path);
  });
});

describe('a library of Android, whose libc.so is named like musl’s', () => {
  it('is known by the note of the NDK', () => {
    const musl = fixture('exe-musl');
    const android = withSegment(
      Buffer.from(musl),
      PT_GNU_STACK,
      PT_NOTE,
      note('Android', 1, [21, 0x35326b, 0]),
    );
    expect(parseElf(android).system).toBe('Android');
    expect(parseElf(musl).system).toBeUndefined();
  });

  it.each([
    ['LIBC', true],
    ['LIBC_N', true],
    ['LIBC_PRIVATE', true],
    ['LIBC_36', true],
    ['LIBCXX_1', false],
    ['GLIBC_2.34', false],
  ])('is known by the version %s of libc.so: %s', (name, expected) => {
    const needs = (library: string): Parameters<typeof isOfBionic>[1] => [
      { library, versions: [{ name, hash: 0, flags: 0, index: 2, weak: false, symbols: [] }] },
    ];
    expect(isOfBionic(['libc.so'], needs('libc.so'), () => [])).toBe(expected);
    expect(isOfBionic(['libc.so'], needs('libfoo.so'), () => [])).toBe(false);
  });
});
