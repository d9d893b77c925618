import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { requiredRuby } from '../../src/api/project-rubies.js';
import { rubyMayDiffer, rubyRefusal } from '../../src/audit/ruby-refusal.js';
import { parseLockfile } from '../../src/lockfile/parse.js';
import { findNamed } from '../../src/target/catalog.js';
import type { Ruby } from '../helpers/ruby.js';
import { startRuby } from '../helpers/ruby.js';

const refused = (ruby: string, requirement: readonly string[]): readonly string[] | undefined =>
  rubyRefusal({ targetRuby: ruby }, { requirement, place: 'Gemfile:3' })[0]?.requirement;

describe('the Ruby of a target and the Gemfile’s', () => {
  const REQUIREMENTS = [
    ...[['3.4.9'], ['3.4.7'], ['~> 3.4'], ['~> 3.4.0'], ['~> 3.4.8'], ['>= 3.2', '< 3.5']],
    ...[
      ['3.4'],
      ['= 3.4.7'],
      ['!= 3.4.7'],
      ['> 3'],
      ['4.0.0-preview2'],
      ['>= 4.0.0.preview1'],
      ['<= 3.4.7', '!= 3.3.0'],
    ],
  ];
  const RUBIES = ['3.4.7', '3.4.9', '3.3.0', '4.0.0', '4.0.0.preview2', '3.2.0'];

  describe.each(['3.4', '4.0'] as const)('as Bundler of Ruby %s has it', (version) => {
    let ruby: Ruby;
    beforeAll(async () => {
      ruby = await startRuby(version);
    });

    it.each(REQUIREMENTS.map((requirement) => [requirement]))('%j', (requirement) => {
      const theirs = ruby.evalJson<(string | null)[]>(
        String.raw`asked = Bundler::RubyVersion.new(input["requirement"], nil, nil, nil)
        input["rubies"].map do |version|
          problem, expected, = asked.diff(Bundler::RubyVersion.new(version, "-1", "ruby", version))
          raise problem.to_s unless [nil, :version].include?(problem)
          expected
        end`,
        { requirement, rubies: RUBIES },
      );
      expect(RUBIES.map((each) => refused(each, requirement)?.join(', ') ?? null)).toEqual(theirs);
    });
  });

  it.each([
    ['3.4', ['3.4.9'], undefined],
    ['3.4', ['~> 3.4'], undefined],
    ['3.4', ['3.3.6'], ['3.3.6']],
    ['3.4', ['~> 3.3.0'], ['~> 3.3.0']],
    ['3.4', ['>= 3.4.25'], ['>= 3.4.25']],
  ])('of the branch %s alone, %j: what no release of it is', (ruby, requirement, wanted) => {
    expect(refused(ruby, requirement)).toEqual(wanted);
  });

  it('are not compared if the target brings none, nor where nothing is asked for', () => {
    const asked = { requirement: ['3.4.9'], place: 'Gemfile:3' };
    expect(rubyRefusal({}, asked)).toEqual([]);
    expect(rubyRefusal({ targetRuby: '3.4.7' }, undefined)).toEqual([]);
    expect(rubyRefusal({ targetRuby: '3.4.7' }, { ...asked, requirement: ['what'] })).toEqual([]);
  });

  it.each([
    ['3.4', ['3.4.9'], true],
    ['3.4', ['>= 3.4.2'], true],
    ['3.4', ['~> 3.4'], false],
    ['3.4', ['3.3.6'], false],
    ['3.4.9', ['3.4.9'], false],
    ['3.4.9', ['3.4.8'], false],
  ])('of the branch %s alone, %j may be another release: %s', (targetRuby, requirement, may) => {
    const target = findNamed('debian-12');
    if (target === undefined) throw new Error('debian-12 is not known');
    const told = rubyMayDiffer({ target, targetRuby }, { requirement, place: 'Gemfile:3' });
    expect(told.map(({ code }) => code)).toEqual(may ? ['RUBY_RELEASE'] : []);
    for (const { message } of told) expect(message).toContain('Gemfile:3');
  });
});

describe('what the Gemfile asks of the Ruby', () => {
  it.each([
    ['ruby "3.4.9"', {}, ['3.4.9']],
    ['ruby "~> 3.4", ">= 3.4.2"', {}, ['~> 3.4', '>= 3.4.2']],
    ['ruby file: ".ruby-version"', { '.ruby-version': '3.4.9\n' }, ['3.4.9']],
    ['ruby file: ".ruby-version"', { '.ruby-version': 'ruby-3.4.9 # here\n' }, ['3.4.9']],
    ['ruby file: ".tool-versions"', { '.tool-versions': 'nodejs 22.1.0\nruby   3.4.9# here\n' }, ['3.4.9']],
    ['ruby file: "mise.toml"', { 'mise.toml': '[tools]\nruby = "3.4.9"\n' }, ['3.4.9']],
    ['ruby file: ".ruby-version"', {}, undefined],
    ['ruby ENV["RUBY"]', {}, undefined],
    ['ruby "3.1.4", engine: "jruby", engine_version: "9.4.5.0"', {}, undefined],
    ['gem "rack"', {}, undefined],
  ] as const)('%s %j', async (line, files, requirement) => {
    const root = await mkdtemp(path.join(tmpdir(), 'gemcompat-'));
    try {
      await writeFile(path.join(root, 'Gemfile'), `source "https://rubygems.org"\n\n${line}\n`);
      for (const [name, text] of Object.entries(files)) await writeFile(path.join(root, name), text);
      const lockfile = parseLockfile('GEM\n  specs:\n    a (1.0)\n\nRUBY VERSION\n   ruby 3.4.9p1\n', {
        path: 'Gemfile.lock',
      });
      const asked = await requiredRuby({ lockfile, path: 'Gemfile.lock', cwd: root, root });
      expect(asked).toEqual(requirement === undefined ? undefined : { requirement, place: 'Gemfile:3' });
    } finally {
      await rm(root, { recursive: true });
    }
  });
});
