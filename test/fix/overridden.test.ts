import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { rewrite } from '../../src/fix/rewrite.js';
import type { Rewritten } from '../../src/fix/rewrite.js';
import type { ReasonedPin } from '../../src/fix/types.js';
import { readProjectGemfiles } from '../../src/gemfile/project-gemfiles.js';
import { loadRubyParser } from '../../src/gemfile/ruby-parser.js';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'gemcompat-overridden-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

async function written(gemfile: string, bounds: readonly string[]): Promise<Rewritten & { source: string }> {
  const file = path.join(directory, 'Gemfile');
  await writeFile(file, gemfile);
  const project = await readProjectGemfiles(file, { cwd: directory, parser: await loadRubyParser() });
  const pin: ReasonedPin = {
    ...{ name: 'nokogiri', version: '1.17.2', bounds, replaces: false, forceRuby: false, direct: true },
    reason: '1.18.1 → 1.17.2',
  };
  const rewritten = rewrite(project, {
    pins: [pin],
    liftable: new Set(),
    locked: () => ({ requirement: ['>= 0'], remote: 'https://rubygems.org/', needed: false }),
  });
  return { ...rewritten, source: project.files[0].editor.source };
}

const GEMFILE = `source 'https://rubygems.org'\ngem 'nokogiri'\noverride 'nokogiri', version: '>= 1.18'\n`;

it.each([
  [['< 1.18.0'], "override 'nokogiri', version: '< 1.18.0'"],
  [['~> 1.16', '< 1.18.0'], "override 'nokogiri', version: '= 1.17.2'"],
])('a pin beside an override of the version is named to be written there: %s', async (bounds, line) => {
  const { changes, byHand, source } = await written(GEMFILE, bounds);
  expect(source).toBe(GEMFILE);
  expect(changes).toEqual([]);
  expect(byHand).toEqual([
    { name: 'nokogiri', reason: 'overridden', places: [{ file: 'Gemfile', line: 3 }], pin: line },
  ]);
});

it.each(["override 'nokogiri', required_ruby_version: '>= 3.0'", "override 'racc', version: '>= 1'"])(
  'another override keeps no pin from being written: %s',
  async (override) => {
    const { byHand, changes } = await written(
      `source 'https://rubygems.org'\ngem 'nokogiri'\n${override}\n`,
      ['< 1.18.0'],
    );
    expect(byHand).toEqual([]);
    expect(changes.map(({ kind }) => kind)).toEqual(['added']);
  },
);
