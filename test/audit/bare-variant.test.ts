import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bareVariant } from '../../src/audit/bare-variant.js';
import type { AuditReport, GemReport } from '../../src/index.js';
import { audit } from '../../src/index.js';
import { contents, elf } from '../helpers/contents.js';
import { mirrorDirectory } from '../helpers/mirror.js';
import { lockfileText } from './in-memory.js';

let project: string;
beforeEach(async () => {
  project = await mkdtemp(path.join(tmpdir(), 'gemcompat-bare-'));
});
afterEach(() => rm(project, { recursive: true, force: true }));

interface Case {
  readonly specs: readonly string[];
  readonly platforms: readonly string[];
  readonly gemfile?: string;
}

async function run({ specs, platforms, gemfile }: Case): Promise<AuditReport> {
  const names = [...new Set(specs.map((spec) => spec.split(' ')[0] ?? ''))];
  await writeFile(
    path.join(project, 'Gemfile.lock'),
    lockfileText({ specs, platforms, dependencies: names, bundler: '2.6.2' }),
  );
  if (gemfile !== undefined) await writeFile(path.join(project, 'Gemfile'), gemfile);
  const env = { GEMCOMPAT_CACHE_DIR: path.join(project, 'cache'), HOME: project };
  return audit({ path: project, target: 'debian-12', arches: ['aarch64'], env, sources: [mirrorDirectory] });
}

function gemOf({ gems }: AuditReport, name: string): GemReport {
  const gem = gems.find((each) => each.name === name);
  if (gem === undefined) throw new Error(`${name} is not in the report`);
  return gem;
}

describe('a ruby variant in place of one with files for the machine', () => {
  it('fails where its launcher looks for an executable that it does not bring', async () => {
    const report = await run({
      specs: ['thruster (0.1.10)', 'thruster (0.1.10-x86_64-linux)'],
      platforms: ['ruby', 'x86_64-linux'],
    });
    expect(gemOf(report, 'thruster')).toMatchObject({
      platform: 'ruby',
      verdict: 'incompatible',
      findings: [
        {
          kind: 'shim-alone',
          file: 'thruster-0.1.10.gem',
          platform: 'aarch64-linux',
          lacks: ['exe/aarch64-linux/thrust'],
        },
      ],
      suggestion: { method: 'add-platform', version: '0.1.10' },
    });
  });

  it('fails where the Gemfile has it compiled, and names the line', async () => {
    const report = await run({
      specs: ['thruster (0.1.10)', 'thruster (0.1.10-aarch64-linux)'],
      platforms: ['aarch64-linux', 'ruby'],
      gemfile: `source 'https://rubygems.org'\n\ngem 'thruster', force_ruby_platform: true\n`,
    });
    const { verdict, findings } = gemOf(report, 'thruster');
    expect(verdict).toBe('incompatible');
    expect(findings).toMatchObject([
      { kind: 'shim-alone', forced: { file: path.join(project, 'Gemfile'), line: 3 } },
    ]);
  });

  it('is compiled where it has an extension', async () => {
    const report = await run({
      specs: ['nokogiri (1.18.1)', '  racc (~> 1.4)', 'nokogiri (1.18.1-x86_64-linux-gnu)', 'racc (1.8.1)'],
      platforms: ['ruby', 'x86_64-linux-gnu'],
    });
    expect(gemOf(report, 'nokogiri')).toMatchObject({ platform: 'ruby', verdict: 'source', findings: [] });
  });
});

describe('bareVariant', () => {
  const library = contents({ 'vendor/x86_64-linux/libfoo.so': elf() });
  const judge = (ruby: ReturnType<typeof contents>, precompiled = library) =>
    bareVariant({ file: 'foo-1.0.gem', ruby, platform: 'x86_64-linux', precompiled });

  it('cannot know what Ruby code does without a library', () => {
    expect(judge(contents({}))).toEqual({
      kind: 'nothing-compiled',
      file: 'foo-1.0.gem',
      platform: 'x86_64-linux',
      lacks: ['vendor/x86_64-linux/libfoo.so'],
    });
  });

  it('an executable without a launcher of its name is no proof', () => {
    const ruby = contents({}, { metadata: { ...contents({}).metadata, executables: ['foo'] } });
    const other = contents({ 'exe/bar': elf({ type: 'exec' }) });
    expect(judge(ruby, other)?.kind).toBe('nothing-compiled');
    const same = contents({ 'exe/x86_64-linux/foo': elf({ type: 'exec' }) });
    expect(judge(ruby, same)?.kind).toBe('shim-alone');
  });

  it('a variant for another machine shows what a launcher would start, and nothing else', () => {
    const ruby = contents({}, { metadata: { ...contents({}).metadata, executables: ['foo'] } });
    const other = { file: 'foo-1.0.gem', ruby, platform: 'x86_64-linux', isForMachine: false };
    const program = contents({ 'exe/x86_64-linux/foo': elf({ type: 'exec' }) });
    expect(bareVariant({ ...other, precompiled: program })?.kind).toBe('shim-alone');
    expect(bareVariant({ ...other, precompiled: library })).toBeUndefined();
  });

  it('finds nothing where it brings files, compiles, or the other has none', () => {
    const compiled = { metadata: { ...contents({}).metadata, extensions: ['ext/extconf.rb'] } };
    expect(judge(library)).toBeUndefined();
    expect(judge(contents({}, compiled))).toBeUndefined();
    expect(judge(contents({}), contents({}))).toBeUndefined();
  });
});
