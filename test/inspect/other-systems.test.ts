import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { inspect } from '../../src/api/inspect.js';
import { inspectExitCode } from '../../src/inspect/report.js';
import type { InspectReport } from '../../src/inspect/types.js';
import { inspectReportSchema } from '../../src/report/inspect-schema.js';
import { renderInspectText } from '../../src/report/inspect-text.js';
import { buildGem } from '../helpers/gems.js';
import { directory, elf, inspectBytes, zipArchive } from './trees.js';

const BIN = new URL('../../fixtures/foreign/bin/', import.meta.url);
const foreign = (name: string): Buffer => readFileSync(new URL(name, BIN));

const HOME = 'vendor/bundle/ruby/3.3.0';

/** A gem of a bundle, with the stub line of its specification. */
function specification(name: string, platform = 'ruby', extensions = ''): Record<string, string> {
  const full = platform === 'ruby' ? name : `${name}-${platform}`;
  const [, gem = '', version = ''] = /^(.*)-([\d.]+)$/.exec(name) ?? [];
  const stub = `# -*- encoding: utf-8 -*-\n# stub: ${gem} ${version} ${platform} lib\n`;
  return {
    [`${HOME}/specifications/${full}.gemspec`]: `${stub}${extensions === '' ? '' : `# stub: ${extensions}\n`}`,
    [`${HOME}/gems/${full}/lib/${gem}.rb`]: '',
  };
}

/** A bundle that `bundle install` made on a Mac: one gem compiled there, one precompiled for it, one of Ruby alone. */
const ON_A_MAC = {
  ...specification('pg-1.6.0', 'ruby', 'ext/extconf.rb'),
  [`${HOME}/extensions/arm64-darwin-23/3.3.0/pg-1.6.0/pg_ext.bundle`]: foreign('probe-arm64.bundle'),
  [`${HOME}/extensions/arm64-darwin-23/3.3.0/pg-1.6.0/gem.build_complete`]: '',
  [`${HOME}/gems/pg-1.6.0/lib/pg_ext.bundle`]: foreign('probe-arm64.bundle'),
  ...specification('ffi-1.17.2', 'arm64-darwin'),
  [`${HOME}/gems/ffi-1.17.2-arm64-darwin/lib/3.3/ffi_c.bundle`]: foreign('probe-universal.bundle'),
  ...specification('rake-13.2.1'),
};

function verdicts({ subjects }: InspectReport): string[] {
  return subjects.flatMap(({ groups }) => groups.map(({ name, verdict }) => `${name} ${verdict ?? ''}`));
}

describe('a bundle that was installed on a Mac', () => {
  it('fails on Linux, gem by gem, with what to do', async () => {
    const cwd = directory(ON_A_MAC);
    const report = await inspect({ paths: ['vendor/bundle'], cwd, env: {}, target: 'debian-12' });
    expect(inspectReportSchema.parse(report)).toEqual(report);
    expect(verdicts(report)).toEqual(['ffi incompatible', 'pg incompatible']);
    expect(report.subjects[0]?.gemsWithoutBinaries).toBe(1);
    expect(inspectExitCode(report)).toBe(1);
    const text = renderInspectText(report, { color: false });
    expect(text).toContain('is built for macOS (arm64), not for Linux');
    expect(text).toContain('bundle lock --add-platform x86_64-linux');
    expect(text).not.toContain('nothing to check');
  });

  it('is told without a target too', async () => {
    const cwd = directory(ON_A_MAC);
    const report = await inspect({ paths: ['vendor/bundle'], cwd, env: {} });
    expect(inspectReportSchema.parse(report)).toEqual(report);
    expect(report.warnings.map(({ code, message }) => `${code} ${message}`)).toEqual([
      'OTHER_SYSTEM vendor/bundle: has what is built for macOS (arm64), and nothing for Linux in its place',
    ]);
  });

  it('fails in an archive as in a directory', async () => {
    const entries = Object.entries(ON_A_MAC).map(([name, content]) => ({ name, data: Buffer.from(content) }));
    const report = await inspectBytes(zipArchive(entries), { target: 'debian-12' });
    expect(verdicts(report)).toEqual(['ffi incompatible', 'pg incompatible']);
  });

  it('is known by the names of its directories alone', async () => {
    const cwd = directory({
      ...specification('json-2.9.0', 'ruby', 'ext/extconf.rb'),
      [`${HOME}/extensions/x64-mingw-ucrt/3.3.0/json-2.9.0/gem.build_complete`]: '',
      ...specification('nokogiri-1.18.1', 'x86_64-darwin'),
    });
    const report = await inspect({ paths: ['.'], cwd, env: {}, target: 'debian-12' });
    expect(verdicts(report)).toEqual(['json incompatible', 'nokogiri incompatible']);
    expect(report.subjects[0]?.groups.map(({ systems }) => systems)).toEqual([
      ['Windows (x64)'],
      ['macOS (x86_64)'],
    ]);
  });

  it('does not fail for a gem that was compiled for Linux beside it', async () => {
    const cwd = directory({
      ...ON_A_MAC,
      [`${HOME}/gems/ffi-1.17.2-arm64-darwin/lib/3.3/ffi_c.bundle`]: '',
      [`${HOME}/extensions/x86_64-linux/3.3.0/pg-1.6.0/pg_ext.so`]: elf('exe-musl-static'),
    });
    const report = await inspect({ paths: ['.'], cwd, env: {}, target: 'debian-12' });
    expect(verdicts(report)).toEqual(['ffi incompatible', 'pg compatible']);
  });
});

describe('a packed gem', () => {
  it.each([
    ['arm64-darwin', 'incompatible'],
    ['x64-mingw-ucrt', 'incompatible'],
    ['java', 'unknown'],
  ])('for %s is %s, and not called pure Ruby', async (platform, verdict) => {
    const gem = buildGem({
      name: 'probe',
      version: '1.0',
      platform,
      files: [{ name: 'lib/probe.rb', data: '' }],
    });
    const report = await inspectBytes(gem, { target: 'debian-12' });
    expect(inspectReportSchema.parse(report)).toEqual(report);
    expect(verdicts(report)).toEqual([`probe ${verdict}`]);
    expect(report.warnings).toEqual([]);
  });

  it('for Linux with files for a Mac alone was packed wrongly', async () => {
    const data = foreign('probe-arm64.bundle');
    const files = [{ name: 'lib/probe.bundle', data }];
    const gem = buildGem({ name: 'probe', version: '1.0', platform: 'x86_64-linux', files });
    const report = await inspectBytes(gem, { target: 'debian-12' });
    expect(report.subjects[0]?.groups[0]?.results?.[0]?.findings).toEqual([
      { kind: 'wrong-system', file: 'lib/probe.bundle', system: 'macOS', cpus: ['arm64'] },
    ]);
  });
});

describe('files that belong to no gem', () => {
  it('of another system fail where a loader would come upon them', async () => {
    const report = await inspectBytes(
      zipArchive([{ name: 'bootstrap', data: foreign('probe-arm64.bundle') }]),
      {
        target: 'al2023',
      },
    );
    expect(verdicts(report)).toEqual(['subject incompatible']);
    expect(renderInspectText(report, { color: false })).toContain('bootstrap');
  });

  it('are of no concern in directories that are named for their system', async () => {
    const cwd = directory({
      'prebuilds/linux-x64/a.node': elf('exe-musl-static'),
      'prebuilds/darwin-arm64/a.node': foreign('probe-arm64.bundle'),
      'prebuilds/win32-x64/a.node': foreign('probe-x64.so'),
    });
    const report = await inspect({ paths: ['.'], cwd, env: {}, target: 'al2023' });
    expect(report.summary).toMatchObject({ compatible: 1, incompatible: 0, unknown: 0 });
  });
});
