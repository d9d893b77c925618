import { copyFile, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AuditOptions, AuditReport, GemReport } from '../../src/index.js';
import { audit } from '../../src/index.js';
import { startBundler } from '../helpers/bundler-lock.js';
import { appsDirectory, mirrorDirectory } from '../helpers/mirror.js';
import { startServer } from '../helpers/server.js';

/** `glossary` was locked by Bundler 4.1 on Ruby 4.0, `thesaurus` by 4.0: the same Gemfile. */
type App = 'glossary' | 'thesaurus';

let project: string;
beforeEach(async () => {
  project = await mkdtemp(path.join(tmpdir(), 'gemcompat-addressed-'));
});
afterEach(() => rm(project, { recursive: true, force: true }));

const lockfileOf = (app: App): Promise<string> =>
  readFile(path.join(appsDirectory, app, 'Gemfile.lock'), 'utf8');
const lockedBy = (bundler: string, lockfile: string): string =>
  lockfile.replace(/(?<=BUNDLED WITH\n +)\S+/, bundler);

async function auditApp(
  app: App,
  bundler: string,
  options: Partial<AuditOptions> & { readonly target: string },
): Promise<AuditReport> {
  await writeFile(path.join(project, 'Gemfile.lock'), lockedBy(bundler, await lockfileOf(app)));
  const env = { GEMCOMPAT_CACHE_DIR: path.join(project, 'cache'), HOME: project };
  const rubygems = bundler.startsWith('4.1') ? { rubygems: bundler } : {};
  return audit({
    ...{ path: project, arches: ['x86_64'], env, sources: [mirrorDirectory], ...rubygems },
    ...options,
  });
}

function gemOf(report: AuditReport, name: string): GemReport {
  const gem = report.gems.find((each) => each.name === name);
  if (gem === undefined) throw new Error(`${name} is not in the report`);
  return gem;
}

/** `x86_64-linux e0fb09cd compatible`. */
const shown = ({ platform, address, verdict }: GemReport): string =>
  [platform, ...(address === undefined ? [] : [address]), verdict].join(' ');

/** What the lockfile of Bundler 4.1 comes to: for each system and Ruby the file of `lexidex` and of `avroscript`. */
const addressed: readonly (readonly [target: string, ruby: string, lexidex: string, avroscript: string])[] = [
  ['debian-12', '3.3', 'x86_64-linux ad89824c compatible', 'ruby source'],
  ['debian-12', '3.4', 'x86_64-linux 50914f11 compatible', 'x86_64-linux 897ef59d compatible'],
  ['debian-12', '4.0', 'x86_64-linux e0fb09cd compatible', 'x86_64-linux 128758c9 compatible'],
  // The one for Ruby 4.0 was built on a newer system.
  ['ubuntu-20.04', '3.3', 'x86_64-linux ad89824c compatible', 'ruby source'],
  ['ubuntu-20.04', '4.0', 'x86_64-linux e0fb09cd incompatible', 'x86_64-linux 128758c9 compatible'],
  // A fat gem for musl lies beside the one that is taken.
  ['alpine-3.23', '3.3', 'x86_64-linux ad89824c incompatible', 'ruby source'],
  ['alpine-3.23', '4.0', 'x86_64-linux e0fb09cd incompatible', 'x86_64-linux 128758c9 unknown'],
  // Ruby 3.4 has one of its own for musl.
  ['alpine-3.23', '3.4', 'x86_64-linux-musl da2d3599 compatible', 'x86_64-linux 897ef59d unknown'],
];

describe('Bundler 4.1', () => {
  it.each(addressed)('on %s with Ruby %s: %s, %s', async (target, ruby, lexidex, avroscript) => {
    const report = await auditApp('glossary', '4.1.1', { target, ruby });
    expect(shown(gemOf(report, 'lexidex'))).toBe(lexidex);
    expect(shown(gemOf(report, 'avroscript'))).toBe(avroscript);
  });

  it.each(['3.3', '4.0'])(
    'says on Alpine with Ruby %s that a nearer variant lies beside it',
    async (ruby) => {
      const report = await auditApp('glossary', '4.1.1', { target: 'alpine-3.23', ruby });
      expect(gemOf(report, 'lexidex').notes).toContainEqual({
        ...{ kind: 'nearer-variant', platform: 'x86_64-linux-musl', because: 'address' },
      });
      expect(gemOf(report, 'avroscript').notes ?? []).not.toContainEqual(
        expect.objectContaining({ kind: 'nearer-variant' }),
      );
    },
  );

  it('installs one file for each Ruby, so that without a Ruby nothing is known', async () => {
    const report = await auditApp('glossary', '4.1.1', { target: 'debian-12' });
    const { verdict, findings } = gemOf(report, 'lexidex');
    expect({ verdict, findings }).toMatchObject({ verdict: 'unknown', findings: [{ code: 'RUBY_NEEDED' }] });
    for (const file of ['3.3: lexidex-0.4.4-ad89824c.gem', '4.0: lexidex-0.4.4-e0fb09cd.gem'])
      expect(findings).toMatchObject([{ reason: expect.stringContaining(file) as string }]);
  });

  it('keeps to what an older one has locked', async () => {
    for (const [target, platform] of [
      ['debian-12', 'x86_64-linux-gnu'],
      ['alpine-3.23', 'x86_64-linux-musl'],
    ] as const) {
      const report = await auditApp('thesaurus', '4.1.1', { target, ruby: '4.0' });
      expect(shown(gemOf(report, 'lexidex'))).toBe(`${platform} compatible`);
      expect(shown(gemOf(report, 'avroscript'))).toBe('ruby source');
    }
  });
});

describe('Bundler 4.0', () => {
  it.each([
    ['debian-12', '3.3', 'x86_64-linux-gnu compatible'],
    ['debian-12', '4.0', 'x86_64-linux-gnu compatible'],
    ['alpine-3.23', '3.3', 'x86_64-linux-musl compatible'],
    ['alpine-3.23', '4.0', 'x86_64-linux-musl compatible'],
  ])('on %s with Ruby %s: %s', async (target, ruby, lexidex) => {
    const report = await auditApp('thesaurus', '4.0.3', { target, ruby });
    expect(shown(gemOf(report, 'lexidex'))).toBe(lexidex);
    expect(shown(gemOf(report, 'avroscript'))).toBe('ruby source');
  });

  it.each(['debian-12', 'alpine-3.23'])('finds on %s nothing that Bundler 4.1 has locked', async (target) => {
    const report = await auditApp('glossary', '4.0.3', { target, ruby: '4.0' });
    for (const name of ['lexidex', 'avroscript']) {
      const gem = gemOf(report, name);
      expect(['unknown', 'incompatible']).toContain(gem.verdict);
      expect(gem).not.toHaveProperty('address');
    }
  });
});

it('an older Bundler installs the same, and refuses the same lockfile', async () => {
  const bundler = await startBundler();
  try {
    const mirror = path.join(bundler.directory, 'mirror');
    await mkdir(mirror);
    for (const part of ['versions', 'names', 'info'])
      await cp(path.join(mirrorDirectory, part), path.join(mirror, part), { recursive: true });
    const gemfile = await readFile(path.join(appsDirectory, 'glossary', 'Gemfile'), 'utf8');
    for (const [platform, installed] of [
      ['x86_64-linux', 'lexidex-0.4.4-x86_64-linux-gnu'],
      ['x86_64-linux-musl', 'lexidex-0.4.4-x86_64-linux-musl'],
    ] as const) {
      const asked = { mirror, gemfile, machine: { platform, ruby: '4.0.1' } };
      const older = bundler.lock({ ...asked, lockfile: lockedBy('2.6.2', await lockfileOf('thesaurus')) });
      expect(older).toMatchObject({ installed: ['avroscript-0.0.2', installed, 'rack-3.2.0'] });
      const newer = bundler.lock({ ...asked, lockfile: lockedBy('2.6.2', await lockfileOf('glossary')) });
      expect(newer).toMatchObject({
        error: expect.stringContaining('locked to lexidex (0.4.4-x86_64-linux)') as string,
      });
    }
  } finally {
    await bundler.close();
  }
});

describe('a file whose bytes do not have the address in its name', () => {
  const MISMATCH = { kind: 'unavailable', code: 'GEM_CHECKSUM_MISMATCH' } as const;
  const FILE = 'lexidex-0.4.4-e0fb09cd.gem';
  const ANOTHER = path.join(mirrorDirectory, 'gems', 'lexidex-0.4.4-ad89824c.gem');

  it('gets no verdict in a directory of .gem files, with or without a digest in the lockfile', async () => {
    const gems = path.join(project, 'gems');
    await mkdir(gems);
    for (const file of ['rack-3.2.0.gem', 'avroscript-0.0.2-128758c9.gem'])
      await copyFile(path.join(mirrorDirectory, 'gems', file), path.join(gems, file));
    // Of the same platform; what is built for Ruby 3.3 lies under the name of the one for 4.0.
    const other = Buffer.from(await readFile(path.join(mirrorDirectory, 'gems', FILE)));
    await writeFile(path.join(gems, FILE), Buffer.concat([other, Buffer.alloc(512)]));
    const report = await auditApp('glossary', '4.1.1', { target: 'debian-12', ruby: '4.0', sources: [gems] });
    expect(gemOf(report, 'lexidex')).toMatchObject({ verdict: 'unknown', findings: [MISMATCH] });
    expect(gemOf(report, 'avroscript').verdict).toBe('compatible');

    const lockfile = lockedBy('4.1.1', await lockfileOf('glossary')).replace(
      / sha256=\S+|CHECKSUMS\n[^\n]*\n\n/g,
      '',
    );
    await writeFile(path.join(project, 'Gemfile.lock'), lockfile);
    const env = { GEMCOMPAT_CACHE_DIR: path.join(project, 'cache'), HOME: project };
    const again = await audit({
      ...{ path: project, arches: ['x86_64'], env, sources: [gems] },
      ...{ target: 'debian-12', ruby: '4.0', rubygems: '4.1.1' },
    });
    expect(gemOf(again, 'lexidex')).toMatchObject({
      verdict: 'unknown',
      findings: [{ ...MISMATCH, reason: expect.stringContaining('does not begin with e0fb09cd') as string }],
    });
  });

  it('gets none from a mirror or a server either', async () => {
    const mirror = path.join(project, 'mirror');
    await cp(mirrorDirectory, mirror, { recursive: true });
    await copyFile(ANOTHER, path.join(mirror, 'gems', FILE));
    const server = await startServer({ mirror });
    try {
      for (const source of [mirror, server.url]) {
        const report = await auditApp('glossary', '4.1.1', {
          ...{ target: 'debian-12', ruby: '4.0', sources: [source] },
        });
        expect(gemOf(report, 'lexidex')).toMatchObject({ verdict: 'unknown', findings: [MISMATCH] });
      }
    } finally {
      await server.close();
    }
  });
});
