import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import * as built from 'gemcompat';

const FIXTURES = path.join(import.meta.dirname, '../fixtures');

it('is imported by the name of the package', () => {
  expect(Object.keys(built)).toEqual(expect.arrayContaining(['audit', 'parseElf', 'parseLockfile']));
});

it('parses a lockfile', async () => {
  const text = await readFile(path.join(FIXTURES, 'apps/shop/Gemfile.lock'), 'utf8');
  const lockfile = built.parseLockfile(text);
  expect(lockfile.rubyVersion).toMatch(/^ruby 3\.3/);
  expect(lockfile.bundlerVersion).toMatch(/^2\./);
  expect(lockfile.platforms).toContain('x86_64-linux');
  const thruster = lockfile.specs.filter(({ name }) => name === 'thruster');
  expect(thruster.map(({ platform }) => platform)).toEqual(['aarch64-linux', 'x86_64-linux']);
  for (const { line, version } of thruster)
    expect(text.split('\n')[line - 1]).toContain(`thruster (${version}-`);
  expect(lockfile.specs.find(({ name }) => name === 'bootsnap')?.dependencies).toEqual([
    { name: 'msgpack', requirement: ['~> 1.2'] },
  ]);
});

it('parses an ELF file', async () => {
  const elf = built.parseElf(await readFile(path.join(FIXTURES, 'elf/bin/exe-pie')));
  expect(elf).toMatchObject({ class: 64, cpu: 'x86_64', interpreter: '/lib64/ld-linux-x86-64.so.2' });
  expect(elf.verneed.map(({ library }) => library)).toContain('libc.so.6');
  expect(() => built.parseElf(new Uint8Array(4))).toThrow(built.ElfError);
});

it('audits a project', async () => {
  const cache = await mkdtemp(path.join(tmpdir(), 'gemcompat-api-'));
  const report = await built.audit({
    path: path.join(FIXTURES, 'apps/ledger'),
    target: 'rhel-8',
    sources: [path.join(FIXTURES, 'mirror')],
    env: { GEMCOMPAT_CACHE_DIR: cache },
  });
  await rm(cache, { recursive: true, force: true });
  expect(report.pins).toEqual([
    "gem 'nokogiri', '~> 1.16', '< 1.18.0'",
    "gem 'pg', '~> 1.5', force_ruby_platform: true",
    "gem 'sqlite3', '~> 2.0', '< 2.5.0'",
  ]);
  expect(built.exitCodeOf(report)).toBe(1);
  await expect(
    built.audit({ path: path.join(FIXTURES, 'apps/ledger'), target: 'no-such-system' }),
  ).rejects.toThrow(built.TargetError);
});
