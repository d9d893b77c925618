import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { foreignBinary } from '../../src/elf/foreign-format.js';

const BIN = new URL('../../fixtures/foreign/bin/', import.meta.url);
const read = (name: string): Uint8Array => readFileSync(new URL(name, BIN));

describe('what another system loads', () => {
  it.each([
    ['probe-arm64.bundle', 'macOS', ['arm64']],
    ['probe-x86_64.bundle', 'macOS', ['x86_64']],
    ['libprobe-arm64.dylib', 'macOS', ['arm64']],
    ['probe-universal.bundle', 'macOS', ['x86_64', 'arm64']],
    ['probe-x64.so', 'Windows', ['x64']],
    ['probe-arm64.dll', 'Windows', ['arm64']],
    ['probe-x64.exe', 'Windows', ['x64']],
  ])('%s is for %s on %j', (name, system, cpus) => {
    expect(foreignBinary(read(name))).toEqual({ system, cpus });
    expect(foreignBinary(read(name).subarray(0, 512))).toEqual({ system, cpus });
  });

  it.each([
    ['an object file', read('object-arm64.o')],
    ['an EFI program', read('probe-x64.efi')],
    // JVMS 4.1: a class of Java 8, 52.0, with the constants of its first entries.
    ['a class of Java', Buffer.from(`cafebabe00000034001d0a0006000f09${'00'.repeat(64)}`, 'hex')],
    ['text that begins with MZ', Buffer.from(`MZ is a text. ${'It goes on. '.repeat(60)}`)],
    ['an ELF file', Buffer.concat([Buffer.from('7f454c46', 'hex'), Buffer.alloc(600)])],
    ['nothing', Buffer.alloc(0)],
  ])('%s is none', (_, bytes) => {
    expect(foreignBinary(bytes)).toBeUndefined();
  });

  it('is no .NET assembly, which runs wherever .NET does', () => {
    const assembly = Buffer.from(read('probe-x64.exe'));
    const optional = assembly.readUInt32LE(0x3c) + 24;
    // The CLR header's place, PE Format, "Optional Header Data Directories".
    assembly.writeUInt32LE(0x2008, optional + 112 + 14 * 8);
    expect(foreignBinary(assembly)).toBeUndefined();
  });

  it('is no debug data that was put apart, which has all headers and no code', () => {
    const debug = Buffer.from(read('probe-x64.exe'));
    const coff = debug.readUInt32LE(0x3c) + 4;
    const code = coff + 20 + debug.readUInt16LE(coff + 16);
    expect(debug.toString('latin1', code, code + 5)).toBe('.text');
    // SizeOfRawData and PointerToRawData, as objcopy --only-keep-debug leaves them.
    debug.writeBigUInt64LE(0n, code + 16);
    expect(foreignBinary(debug)).toBeUndefined();
    expect(foreignBinary(debug.subarray(0, 512))).toBeUndefined();
  });

  it('is none, or the same, where its head is cut short', () => {
    for (const name of ['probe-universal.bundle', 'probe-x64.so', 'probe-arm64.bundle']) {
      const whole = foreignBinary(read(name));
      for (let length = 0; length <= 520; length += 1) {
        expect([undefined, JSON.stringify(whole)]).toContain(
          JSON.stringify(foreignBinary(read(name).subarray(0, length))),
        );
      }
    }
  });
});
