import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { projectRubies } from '../../src/api/project-rubies.js';
import type { RubyStatement } from '../../src/audit/ruby-sources.js';
import { chooseRuby } from '../../src/audit/ruby-sources.js';
import type { AuditWarning } from '../../src/audit/types.js';
import { parseLockfile } from '../../src/lockfile/parse.js';

let scratch: string;
let projects = 0;

beforeAll(async () => {
  scratch = await mkdtemp(path.join(tmpdir(), 'gemcompat-rubies-'));
});
afterAll(async () => {
  await rm(scratch, { recursive: true, force: true });
});

/** What a project of these files says; `Gemfile.lock` is an empty bundle by default. */
async function rubiesOf(files: Readonly<Record<string, string>>): Promise<RubyStatement[]> {
  const root = path.join(scratch, String((projects += 1)));
  await mkdir(root);
  for (const [name, text] of Object.entries(files)) await writeFile(path.join(root, name), text);
  const lockfile = parseLockfile(files['Gemfile.lock'] ?? 'GEM\n  specs:\n    a (1.0)\n', {
    path: 'Gemfile.lock',
  });
  return projectRubies({ lockfile, path: 'Gemfile.lock', cwd: root, root });
}

const LOCKED = 'GEM\n  specs:\n    a (1.0)\n\nRUBY VERSION\n   ruby 3.3.6p108\n';

/** Each as `source version`, with the place behind what is not named for it. */
async function told(files: Readonly<Record<string, string>>): Promise<string[]> {
  const statements = await rubiesOf(files);
  return statements.map(({ from, version, engine }) => `${from.place} ${version ?? engine ?? ''}`);
}

it('is told in order: RUBY VERSION, the Gemfile, .ruby-version, .tool-versions, mise.toml', async () => {
  expect(
    await told({
      'mise.toml': '[tools]\nruby = "3.0"\n',
      '.tool-versions': 'ruby 3.1.4\n',
      '.ruby-version': '3.2.1\n',
      Gemfile: 'source "https://rubygems.org"\n\nruby "3.4.1"\n',
      'Gemfile.lock': LOCKED,
    }),
  ).toEqual([
    'Gemfile.lock 3.3.6',
    'Gemfile:3 3.4.1',
    '.ruby-version 3.2.1',
    '.tool-versions 3.1.4',
    'mise.toml 3.0',
  ]);
});

describe('the ruby line of a Gemfile', () => {
  it.each([
    ['ruby "3.3.6"', ['Gemfile:1 3.3.6']],
    ["ruby '~> 3.3.0'", ['Gemfile:1 3.3']],
    ['ruby(">= 3.2.0", "< 3.3")', ['Gemfile:1 3.2']],
    ['RUBY = 1\nruby file: ".ruby-named"', ['Gemfile:2 3.1.4']],
    ['ruby file: "#{__dir__}/.ruby-named"', ['Gemfile:1 3.1.4']],
    ['ruby "3.1.4", engine: "jruby", engine_version: "9.4.5.0"', ['Gemfile:1 jruby 9.4.5.0']],
    ['ruby "3.1.4", :engine => :jruby, :engine_version => "9.4"', ['Gemfile:1 jruby 9.4']],
    ['ruby "3.3.6", engine: "ruby", engine_version: "3.3.6"', ['Gemfile:1 3.3.6']],
    ['ruby "3.2.1"\nruby "3.3.6"', ['Gemfile:2 3.3.6']],
    // What only Ruby can tell names none.
    ['ruby ">= 3.1"', []],
    ['ruby ENV.fetch("RUBY")', []],
    ['ruby "3.3.6" if ENV["CI"]', []],
    ['return\nruby "3.3.6"', []],
    ['ruby file: "absent"', []],
    ['ruby "3.3.6', []],
    ['=begin\nruby "3.3.6"\n=end', []],
    ['# ruby "3.3.6"', []],
  ])('%j', async (text, expected) => {
    expect(await told({ Gemfile: `${text}\n`, '.ruby-named': 'ruby-3.1.4\n' })).toEqual(expected);
  });

  it.each([
    ['.tool-versions', 'nodejs 20.1.0\nruby 3.1.4\n'],
    ['mise.toml', '[tools]\nruby = "3.1.4"\n'],
  ])('names %s, which is read as what it is', async (name, text) => {
    expect((await told({ Gemfile: `ruby file: "${name}"\n`, [name]: text }))[0]).toBe('Gemfile:1 3.1.4');
  });

  it('need not be parsed where it names the branch of RUBY VERSION', async () => {
    expect(await told({ Gemfile: 'ruby "3.3.1"\n', 'Gemfile.lock': LOCKED })).toEqual(['Gemfile.lock 3.3.6']);
  });
});

it('is not read from the directories above', async () => {
  await writeFile(path.join(scratch, '.ruby-version'), '3.2.1\n');
  expect(await told({})).toEqual([]);
});

describe('of several', () => {
  const of = (
    ...statements: readonly (readonly [place: string, said: { version?: string; engine?: string }])[]
  ): { chosen: ReturnType<typeof chooseRuby>; warnings: AuditWarning[] } => {
    const warnings: AuditWarning[] = [];
    const all = statements.map(([place, said]): RubyStatement => ({
      ...said,
      from: { source: 'ruby-version', place },
    }));
    return { chosen: chooseRuby(all, (warning) => void warnings.push(warning)), warnings };
  };

  it('the first is taken, and one of another branch is a warning that names both', () => {
    const { chosen, warnings } = of(['a', { version: '3.3.6' }], ['b', { version: '3.2' }]);
    expect(chosen).toMatchObject({ ruby: '3.3.6', rubyFrom: { place: 'a' } });
    expect(warnings).toEqual([
      {
        code: 'RUBY_DIFFERS',
        message: 'a says Ruby 3.3.6, b says Ruby 3.2: judged for 3.3.6; --ruby decides otherwise',
      },
    ]);
  });

  it('one that says the release goes before the branch alone', () => {
    const { chosen, warnings } = of(['a', { version: '3.3' }], ['b', { version: '3.3.6' }]);
    expect(chosen).toMatchObject({ ruby: '3.3.6', rubyFrom: { place: 'b' } });
    expect(warnings).toEqual([]);
  });

  it('another engine than MRI leaves the Ruby open, and is a warning', () => {
    const { chosen, warnings } = of(['a', { engine: 'jruby 9.4.5.0' }], ['b', { version: '3.2' }]);
    expect(chosen).toEqual({});
    expect(warnings.map(({ code }) => code)).toEqual(['RUBY_ENGINE']);
  });
});
