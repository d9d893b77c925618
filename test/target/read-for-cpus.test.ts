import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Cpu } from '../../src/elf/types.js';
import { resolveTarget } from '../../src/target/parse.js';
import { forCpu } from '../../src/target/for-cpu.js';
import { mergeCpus } from '../../src/target/merge-cpus.js';
import type { CpuReading } from '../../src/target/merge-cpus.js';
import type { ReadForCpusOptions } from '../../src/target/read-for-cpus.js';
import { readForCpus } from '../../src/target/read-for-cpus.js';
import type { Target } from '../../src/target/types.js';
import { DEBIAN, systemOf } from './system-files.js';

function options(cpus: readonly Cpu[], facts: Partial<ReadForCpusOptions> = {}): ReadForCpusOptions {
  return {
    ...{ cwd: '/', cpus, chosen: false, env: {}, home: '/', cacheDirectory: '/nonexistent' },
    ...{ offline: true, userAgent: 'gemcompat/test' },
    ...facts,
  };
}

function dockerfile(text: string): string {
  const directory = systemOf({ 'x/': '' });
  writeFileSync(join(directory, 'Dockerfile'), text);
  return `dockerfile:${directory}/Dockerfile`;
}

const shown = (readings: readonly CpuReading[]): unknown[] =>
  readings.map(({ target, cpus }) => [target.name, cpus]);

const BOTH = ['x86_64', 'aarch64'] as const;

describe('a Dockerfile', () => {
  it.each([
    ['the same on every CPU', 'FROM debian:12\n', [['debian-12', undefined]]],
    [
      'named by the CPU',
      'FROM debian:12 AS base-amd64\nFROM ubuntu:22.04 AS base-arm64\nFROM base-${TARGETARCH}\n',
      [
        ['debian-12', ['x86_64']],
        ['ubuntu-22.04', ['aarch64']],
      ],
    ],
    [
      'the same under the name of each CPU',
      'FROM debian:12 AS base-amd64\nFROM debian:12 AS base-arm64\nFROM base-${TARGETARCH}\n',
      [['debian-12', ['x86_64', 'aarch64']]],
    ],
    [
      'of its target platform',
      'FROM --platform=$TARGETPLATFORM debian:12\n',
      [['debian-12', ['x86_64', 'aarch64']]],
    ],
    ['of one platform', 'FROM --platform=linux/arm64 debian:12\n', [['debian-12', ['aarch64']]]],
  ])('%s is that of each', async (_, text, expected) => {
    expect(shown(await readForCpus(dockerfile(text), options(BOTH)))).toEqual(expected);
  });

  it('without a base for a CPU that nobody named is read for the others, and says so', async () => {
    const text = dockerfile('FROM debian:12 AS base-amd64\nFROM base-${TARGETARCH}\n');
    const [reading] = await readForCpus(text, options(BOTH));
    expect(reading).toMatchObject({ cpus: ['x86_64'], target: { name: 'debian-12' } });
    expect(reading?.warnings.join()).toMatch(/aarch64 is left out: .*base-arm64/);
    await expect(readForCpus(text, options(BOTH, { chosen: true }))).rejects.toMatchObject({
      code: 'DOCKERFILE_BASE_UNKNOWN',
    });
    await expect(readForCpus(text, options(['aarch64']))).rejects.toMatchObject({
      code: 'DOCKERFILE_BASE_UNKNOWN',
    });
  });

  it('of one platform is judged for another where that is asked, with a warning', async () => {
    const text = dockerfile('FROM --platform=linux/arm64 debian:12\n');
    const [reading] = await readForCpus(text, options(['x86_64'], { chosen: true }));
    expect(reading?.cpus).toBeUndefined();
    expect(reading?.warnings.join()).toMatch(/the image is for aarch64 .* judged for x86_64/);
  });

  it('has the stage that is named', async () => {
    const text = dockerfile('FROM debian:11 AS web\nFROM alpine:3.20 AS worker\n');
    expect(shown(await readForCpus(text, options(['x86_64'], { stage: 'web' })))).toEqual([
      ['debian-11', undefined],
    ]);
  });

  it('asks for its base where it is pulled', async () => {
    const text = dockerfile('FROM registry.invalid/base:1\n');
    await expect(readForCpus(text, options(BOTH, { pull: true }))).rejects.toMatchObject({
      code: 'TARGET_OFFLINE',
    });
  });
});

describe('a system that is read', () => {
  it('is an error for a CPU that is named and not there, and not for one of the lockfile', async () => {
    const root = `rootfs:${systemOf(DEBIAN)}`;
    await expect(readForCpus(root, options(BOTH, { chosen: true }))).rejects.toMatchObject({
      code: 'TARGET_NOT_FOR_CPU',
      exitCode: 2,
    });
    const [reading] = await readForCpus(root, options(BOTH));
    expect(reading?.target.cpus).toEqual(['x86_64']);
  });

  it('by name is there for every CPU that is asked for', async () => {
    expect(shown(await readForCpus('focal', options(['s390x'], { chosen: true })))).toEqual([
      ['ubuntu-20.04', undefined],
    ]);
  });
});

describe('readings for one CPU each', () => {
  const target = (facts: Partial<Target>): Target => ({
    ...{ name: 'image:app:1', title: 'Debian 12', libc: 'gnu', libcVersion: '2.36' },
    ...{ ceilings: { GLIBC: '2.36' }, libraries: ['libc.so.6'], librariesComplete: true, source: 'one' },
    ...facts,
  });

  it('are one system with facts by CPU, where they are of one', () => {
    const [merged, ...others] = mergeCpus([
      {
        cpu: 'x86_64',
        target: target({ versions: { 'libc.so.6': ['GLIBC_2.2.5'] } }),
        warnings: ['a'],
        ruby: '3.3.6',
      },
      {
        cpu: 'aarch64',
        target: target({
          ceilings: { GLIBC: '2.36', GCC: '12.0.0' },
          libraries: ['libc.so.6', 'libz.so.1'],
          versions: { 'libc.so.6': ['GLIBC_2.17'] },
          source: 'two',
        }),
        warnings: ['a', 'b'],
        ruby: '3.3.6',
      },
    ]);
    expect(others).toEqual([]);
    expect(merged).toMatchObject({ cpus: ['x86_64', 'aarch64'], warnings: ['a', 'b'], ruby: '3.3.6' });
    const found = merged?.target;
    expect(found).toMatchObject({ librariesComplete: true, source: 'one; two', cpus: ['x86_64', 'aarch64'] });
    if (found === undefined) return;
    expect(forCpu(found, 'x86_64')).toMatchObject({
      libraries: ['libc.so.6'],
      versions: { 'libc.so.6': ['GLIBC_2.2.5'] },
    });
    expect(forCpu(found, 'aarch64')).toMatchObject({
      libraries: ['libc.so.6', 'libz.so.1'],
      ceilings: { GCC: '12.0.0' },
    });
  });

  it('are complete only where each is', () => {
    const [merged] = mergeCpus([
      { cpu: 'x86_64', target: target({}), warnings: [] },
      { cpu: 'aarch64', target: target({ librariesComplete: false }), warnings: [] },
    ]);
    expect(merged?.target.librariesComplete).toBe(false);
  });

  it.each([
    ['libc', { libc: 'musl', libcVersion: '1.2.5' }],
    ['release', { libcVersion: '2.41' }],
    ['name', { title: 'Debian 13' }],
  ] as const)('are several systems where their %s differs', (_, other) => {
    const merged = mergeCpus([
      { cpu: 'x86_64', target: target({}), warnings: [] },
      { cpu: 'aarch64', target: target(other), warnings: [] },
    ]);
    expect(merged.map(({ cpus }) => cpus)).toEqual([['x86_64'], ['aarch64']]);
  });

  it('by name stay the target of the table', () => {
    const { target: named } = resolveTarget('debian-12');
    const [merged] = mergeCpus(BOTH.map((cpu) => ({ cpu, target: named, warnings: [] })));
    expect(merged?.target).toBe(named);
  });
});
