import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { inspect } from '../../src/api/inspect.js';
import { inspectReportSchema } from '../../src/report/inspect-schema.js';
import { renderInspectText } from '../../src/report/inspect-text.js';
import { inspectExitCode } from '../../src/inspect/report.js';
import { directory, elf, inspectBytes } from './trees.js';

/** Offsets in a 64-bit file: of e_ident, e_type, e_machine and e_phnum; and the size of its file header and a program header. */
const EI_OSABI = 7;
const E_TYPE = 16;
const E_MACHINE = 18;
const E_PHNUM = 56;
const EHDR_SIZE = 64;
const PHDR_SIZE = 56;
const EM_MIPS = 8;
const EM_RISCV = 243;

function changed(change: (bytes: Buffer) => void, name = 'exe-musl-static'): Buffer {
  const bytes = elf(name);
  change(bytes);
  return bytes;
}

const mips = (): Buffer => changed((bytes) => bytes.writeUInt16LE(EM_MIPS, E_MACHINE));

describe('a file for another machine', () => {
  it.each([
    ['that nobody names', EM_MIPS, 'x86_64', '8'],
    ['that the target is not made for', EM_RISCV, 'riscv64', 'riscv64'],
  ])('%s does not fit, static though it is', async (_, machine, arch, called) => {
    const bytes = changed((file) => file.writeUInt16LE(machine, E_MACHINE));
    const report = await inspectBytes(bytes, { target: 'al2023' });
    expect(report.subjects[0]?.groups[0]?.results).toEqual([
      expect.objectContaining({
        arch,
        verdict: 'incompatible',
        findings: [{ kind: 'wrong-machine', file: 'subject', machine: called, wanted: 'x86_64' }],
      }),
    ]);
  });

  it.each([
    [EM_MIPS, 'MIPS'],
    [258, 'LoongArch'],
    [EM_MIPS + 1000, undefined],
  ])('with e_machine %i is called %s', async (machine, name) => {
    const bytes = changed((file) => file.writeUInt16LE(machine, E_MACHINE));
    const text = renderInspectText(await inspectBytes(bytes, { target: 'al2023' }), { color: false });
    expect(text).toContain(
      `is built for another CPU (${name === undefined ? '' : `${name}, `}e_machine ${machine}), not for x86_64`,
    );
    expect(text).toMatch(new RegExp(`^subject +${name ?? `machine ${machine}`} `, 'm'));
  });

  it('is told beside files that fit', async () => {
    const cwd = directory({ run: elf('exe-musl-static'), other: mips() });
    const report = await inspect({ paths: ['.'], cwd, env: {}, target: 'al2023' });
    expect(inspectExitCode(report)).toBe(3);
    expect(report.subjects[0]?.groups[0]?.results?.[0]?.findings).toEqual([
      { kind: 'other-machine', file: 'other', machine: '8' },
    ]);
  });

  it('is named where --arch leaves it out', async () => {
    const cwd = directory({ run: elf('exe-musl-static'), other: elf('exe-aarch64') });
    const report = await inspect({ paths: ['.'], cwd, env: {}, target: 'al2023', arches: ['x86_64'] });
    expect(report.warnings).toEqual([
      { code: 'OTHER_CPU', message: '.: 1 of its files is for aarch64, and not judged' },
    ]);
  });

  it.each([
    [9, 'FreeBSD'],
    [2, 'NetBSD'],
  ])('of EI_OSABI %i is for %s', async (osAbi, machine) => {
    const bytes = changed((file) => file.writeUInt8(osAbi, EI_OSABI));
    const report = await inspectBytes(bytes, { target: 'debian-12' });
    expect(inspectExitCode(report)).toBe(1);
    expect(report.subjects[0]?.groups[0]?.results?.[0]?.findings).toEqual([
      { kind: 'wrong-machine', file: 'subject', machine, wanted: 'x86_64' },
    ]);
  });
});

describe('an executable that unpacks another', () => {
  it.each([
    ['UPX', (bytes: Buffer) => bytes.write('UPX!', EHDR_SIZE + bytes.readUInt16LE(E_PHNUM) * PHDR_SIZE + 4)],
    ['AppImage', (bytes: Buffer) => bytes.write('AI\u0002', 8, 'latin1')],
  ])('by %s is never judged by its unpacker', async (words, pack) => {
    const bytes = changed((file) => void pack(file));
    const report = await inspectBytes(bytes, { target: 'debian-12' });
    expect(inspectExitCode(report)).toBe(3);
    expect(report.unreadable).toEqual([
      expect.objectContaining({ code: 'ELF_PACKED', reason: expect.stringContaining(words) as string }),
    ]);
  });
});

it.each([
  [1, 'an object file or a kernel module'],
  [4, 'a core dump'],
])('a file of e_type %i is refused as %s', async (type, words) => {
  const bytes = changed((file) => file.writeUInt16LE(type, E_TYPE));
  await expect(inspectBytes(bytes, { target: 'debian-12' })).rejects.toMatchObject({
    code: 'INSPECT_UNSUPPORTED',
    message: expect.stringContaining(words) as string,
  });
});

it('says of a saved image that its layers are judged each by itself', async () => {
  const cwd = directory({ run: elf() });
  execFileSync('tar', ['-cf', 'layer', 'run'], { cwd });
  const layer = readFileSync(join(cwd, 'layer'));
  const saved = directory({ [`blobs/sha256/${'a'.repeat(64)}`]: layer });
  execFileSync('tar', ['-cf', 'saved.tar', 'blobs'], { cwd: saved });
  const report = await inspect({ paths: ['saved.tar'], cwd: saved, env: {}, target: 'debian-12' });
  expect(report.warnings).toEqual([expect.objectContaining({ code: 'IMAGE_ARCHIVE' })]);
});

describe('a file that lies there for each C library', () => {
  const files = {
    'prebuilds/linux-x64/addon.glibc.node': elf('exe-pie'),
    'prebuilds/linux-x64/addon.musl.node': elf('exe-musl'),
  };

  it.each([
    ['debian-12', 'addon.musl.node', 'addon.glibc.node'],
    ['alpine-3.20', 'addon.glibc.node', 'addon.musl.node'],
  ])('is not told to fit on %s where it is not loaded', async (target, passedOver, loaded) => {
    const report = await inspect({ paths: ['.'], cwd: directory(files), env: {}, target });
    expect(inspectExitCode(report)).toBe(0);
    expect(report.subjects[0]?.groups[0]?.results).toEqual([
      expect.objectContaining({ verdict: 'compatible', passedOver: [`prebuilds/linux-x64/${passedOver}`] }),
    ]);
    expect(() => inspectReportSchema.parse(report)).not.toThrow();
    const text = renderInspectText(report, { color: false });
    expect(text).toMatch(new RegExp(`${passedOver} .* – not loaded$`, 'm'));
    expect(text).toMatch(new RegExp(`${loaded} .* ✓ fits$`, 'm'));
    expect(text).toContain('1 file: 1 fits.');
  });
});
