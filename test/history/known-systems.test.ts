import { expect, it } from 'vitest';
import { supportedSystems } from '../../src/history/known-systems.js';

function names(today: string, ...arches: Parameters<typeof supportedSystems>[1]): string[] {
  return supportedSystems(today, arches).map(({ name }) => name);
}

it('are those in support, long-term support counted in', () => {
  const today = names('2026-06-01', 'x86_64');
  expect(today).toEqual(
    expect.arrayContaining(['ubuntu-20.04', 'rhel-8', 'debian-12', 'al2023', 'alpine-3.22']),
  );
  expect(today).not.toContain('ubuntu-16.04');
  expect(names('2099-01-01', 'x86_64')).not.toContain('debian-12');
});

it('are for the CPU, and no policies', () => {
  const riscv = supportedSystems('2026-06-01', ['riscv64']);
  expect(riscv.every(({ cpus }) => cpus.includes('riscv64'))).toBe(true);
  expect(names('2026-06-01', 'x86_64').some((name) => name.startsWith('manylinux'))).toBe(false);
});
