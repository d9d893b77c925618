import { basename, dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import { audit } from '../../src/api/audit.js';
import type { ReadTargetOptions } from '../../src/target/read-target.js';
import { readTarget } from '../../src/target/read-target.js';
import { resolveTarget } from '../../src/target/parse.js';
import { ALPINE, DEBIAN, systemOf } from './system-files.js';

function options(cwd: string): ReadTargetOptions {
  return {
    cwd,
    cpu: 'x86_64',
    env: {},
    home: cwd,
    cacheDirectory: '/nonexistent',
    offline: true,
    userAgent: 'gemcompat/test',
  };
}

describe('readTarget', () => {
  it('reads a directory, a relative one from where it is told', async () => {
    const root = systemOf(DEBIAN);
    const { target } = await readTarget(`rootfs:${basename(root)}/`, options(dirname(root)));
    expect(target).toMatchObject({
      name: `rootfs:${basename(root)}`,
      libcVersion: '2.37',
      librariesComplete: true,
    });
  });

  it('knows everything else by name', async () => {
    expect(await readTarget('focal', options('/'))).toEqual(resolveTarget('focal'));
  });

  it.each([
    ['rootfs:', 'TARGET_PLACE_MISSING'],
    ['rootfs:/does/not/exist', 'TARGET_NOT_FOUND'],
    ['image:ruby:3.3', 'TARGET_OFFLINE'],
    ['dockerfile:/does/not/exist', 'DOCKERFILE_NOT_FOUND'],
    ['no such name', 'TARGET_UNKNOWN'],
  ])('%j is an error', async (text, code) => {
    await expect(readTarget(text, options('/'))).rejects.toMatchObject({ code, exitCode: 2 });
  });
});

describe('an audit', () => {
  const app = 'fixtures/apps/shop';
  const offline = { sources: ['fixtures/mirror'], offline: true, arches: ['x86_64'] as const };

  it('of a system in a directory says what it has not got, and for whom', async () => {
    const report = await audit({ ...offline, path: app, target: `rootfs:${systemOf(DEBIAN)}` });
    expect(report.target).toMatchObject({ libc: 'gnu', glibc: '2.37' });
    const found = report.gems.flatMap(({ name, findings }) =>
      findings.map((finding) =>
        finding.kind === 'symbol-version'
          ? `${name} ${finding.symbolVersion}`
          : finding.kind === 'missing-library'
            ? `${name} ${finding.library}`
            : `${name} ${finding.kind}`,
      ),
    );
    // Its libc.so.6 stands alone: what a whole system has besides is missing, and nothing is left unchecked.
    expect(found).toContain('karafka-rdkafka GLIBC_2.38');
    expect(found).toContain('nokogiri libm.so.6');
    expect(found.filter((text) => text.endsWith('unchecked-library'))).toEqual([]);
  });

  it('of a system with musl says that files are built for glibc', async () => {
    const report = await audit({ ...offline, path: app, target: `rootfs:${systemOf(ALPINE)}` });
    expect(report.target).toMatchObject({ libc: 'musl' });
    const thruster = report.gems.find(({ name }) => name === 'thruster');
    expect(thruster).toMatchObject({
      verdict: 'incompatible',
      findings: [{ kind: 'wrong-libc', builtFor: 'gnu' }],
    });
  });
});
