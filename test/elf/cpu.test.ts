import { describe, expect, it } from 'vitest';
import { cpuOf } from '../../src/elf/cpu.js';

describe('cpuOf', () => {
  it.each([
    [62, 64, 'little', 'x86_64'],
    [62, 32, 'little', undefined], // x32
    [3, 32, 'little', 'x86'],
    [183, 64, 'little', 'aarch64'],
    [183, 64, 'big', undefined],
    [183, 32, 'little', undefined], // ILP32
    [40, 32, 'little', 'arm'],
    [40, 32, 'big', undefined],
    [21, 64, 'little', 'ppc64le'],
    [21, 64, 'big', undefined],
    [22, 64, 'big', 's390x'],
    [22, 32, 'big', undefined],
    [243, 64, 'little', 'riscv64'],
    [243, 32, 'little', undefined],
    [8, 64, 'little', undefined],
  ] as const)('machine %d, %d bit, %s: %s', (machine, bits, byteOrder, cpu) => {
    expect(cpuOf({ machine, class: bits, byteOrder })).toBe(cpu);
  });
});
