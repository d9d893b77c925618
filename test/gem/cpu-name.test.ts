import { describe, expect, it } from 'vitest';
import { cpusOf } from '../../src/common-flags.js';
import { UsageError } from '../../src/errors.js';
import { CPUS, parseCpu } from '../../src/gem/cpu-name.js';
import { localPlatform } from '../../src/gem/platform.js';

describe('a CPU by name', () => {
  it.each(CPUS)('%s, as the list of CPUs has it', (cpu) => {
    expect(parseCpu(cpu)).toBe(cpu);
    expect(cpusOf([cpu])).toEqual([cpu]);
  });

  it.each(CPUS)('%s, by the name that RubyGems gives it', (cpu) => {
    const { cpu: name } = localPlatform(cpu, 'gnu');
    expect(parseCpu(name ?? '')).toBe(cpu);
  });

  it.each([
    ['amd64', 'x86_64'],
    ['x86-64', 'x86_64'],
    ['X64', 'x86_64'],
    ['arm64', 'aarch64'],
    ['armhf', 'arm'],
    ['armv7l', 'arm'],
    ['armv6l', 'arm'],
    ['i386', 'x86'],
    ['i486', 'x86'],
    ['i686', 'x86'],
    ['386', 'x86'],
    ['powerpc64le', 'ppc64le'],
    ['ppc64el', 'ppc64le'],
    [' s390x ', 's390x'],
  ])('%s is %s', (name, cpu) => {
    expect(parseCpu(name)).toBe(cpu);
  });

  it.each(['', 'mips64el', 'ppc64', 's390', 'riscv32', 'linux', 'x86_64-linux', 'ruby', 'constructor'])(
    '%j is none',
    (name) => {
      expect(parseCpu(name)).toBeUndefined();
    },
  );

  it('is named with those that are known where it is none', () => {
    expect(() => cpusOf(['amd64,sparc'])).toThrow(UsageError);
    expect(() => cpusOf(['amd64,sparc'])).toThrow('--arch sparc');
  });
});
