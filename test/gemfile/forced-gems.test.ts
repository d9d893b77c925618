import { mkdtemp, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { forcedGems } from '../../src/gemfile/forced-gems.js';
import { readProjectGemfiles } from '../../src/gemfile/project-gemfiles.js';
import type { RubyParser } from '../../src/gemfile/ruby-parser.js';
import { loadRubyParser } from '../../src/gemfile/ruby-parser.js';
import type { BundlerDsl } from './bundler-dsl.js';
import { startBundlerDsl } from './bundler-dsl.js';

let parser: RubyParser;
let bundler: BundlerDsl;

beforeAll(async () => {
  [parser, bundler] = await Promise.all([loadRubyParser(), startBundlerDsl()]);
});

afterAll(() => bundler.close());

const SOURCE = 'source "https://rubygems.org"\n';

/** Gems of the bundle that other gems ask for. */
const NEEDED = new Set(['needed']);

async function forcedIn(
  gemfile: string,
  files: Readonly<Record<string, string>> = {},
): Promise<{ readonly path: string; readonly forced: ReturnType<typeof forcedGems> }> {
  const root = await mkdtemp(path.join(bundler.directory, 'forced-'));
  for (const [name, text] of Object.entries({ Gemfile: SOURCE + gemfile, ...files }))
    await writeFile(path.join(root, name), text);
  const file = path.join(root, 'Gemfile');
  const project = await readProjectGemfiles(file, { cwd: root, parser });
  return { path: file, forced: forcedGems(project, (name) => NEEDED.has(name)) };
}

describe('force_ruby_platform of a Gemfile', () => {
  it.each([
    ['alone', 'gem "pg", force_ruby_platform: true\n'],
    ['beside a requirement, in single quotes', "gem 'pg', '~> 1.5', force_ruby_platform: true\n"],
    ['with a rocket', 'gem "pg", :require => false, :force_ruby_platform => true\n'],
    ['with a string as key', 'gem "pg", "force_ruby_platform" => true\n'],
    ['in braces, in a call over lines', 'gem(\n  "pg",\n  { force_ruby_platform: true },\n)\n'],
    [
      'in a group, where no other gem asks for it',
      'group :test do\n  gem "pg", force_ruby_platform: true\nend\n',
    ],
    [
      'in a source block',
      'source "https://gems.example.com" do\n  gem "pg", force_ruby_platform: true\nend\n',
    ],
    [
      'beside jumps that leave nothing of it out',
      'def at(x)\n  return x\nend\n[1].each { |x| next if x }\ngroup(:test) { next if ENV["CI"] }\ngem "pg", force_ruby_platform: true\n',
    ],
    ['on both of two lines', 'gem "pg", force_ruby_platform: true\n'.repeat(2)],
    [
      'in a file that is evaluated',
      'eval_gemfile "more.rb"\n',
      { 'more.rb': 'gem "pg", force_ruby_platform: true\n' },
    ],
  ] as const)(
    'is certain %s, and Bundler reads it',
    async (_, gemfile, files: Readonly<Record<string, string>> = {}) => {
      const { path: file, forced } = await forcedIn(gemfile, files);
      expect([...forced].map(([name, { certain }]) => [name, certain])).toEqual([['pg', true]]);
      expect(bundler.read(file)).toContainEqual(expect.objectContaining({ name: 'pg', force: true }));
    },
  );

  it.each([
    ['under a condition', 'gem "pg", force_ruby_platform: true if ENV["PG"]\n'],
    ['with a value that is computed', 'gem "pg", force_ruby_platform: ENV["PG"] == "1"\n'],
    ['with options that may say otherwise', 'gem "pg", force_ruby_platform: true, **OPTIONS\nOPTIONS = {}\n'],
    ['said twice', 'gem "pg", force_ruby_platform: true, "force_ruby_platform" => false\n'],
    ['on one of two lines', 'gem "pg"\ngem "pg", force_ruby_platform: true\n'],
    [
      'beside lines that only Ruby can follow',
      'gem "pg", force_ruby_platform: true\n%w[pg].each { |name| gem name }\n',
    ],
    [
      'beside a file that cannot be followed',
      'eval_gemfile ENV["MORE"]\ngem "pg", force_ruby_platform: true\n',
    ],
    ['where gem is another method', 'def gem(name, **) = super(name)\ngem "pg", force_ruby_platform: true\n'],
    ['behind a return', 'return unless ENV["PG"]\ngem "pg", force_ruby_platform: true\n'],
    [
      'behind a next of a block of Bundler',
      'group :default do\n  next unless ENV["PG"]\n  gem "pg", force_ruby_platform: true\nend\n',
    ],
    [
      'behind what may fail and is rescued',
      'begin\n  Integer("x")\n  gem "pg", force_ruby_platform: true\nrescue ArgumentError\nend\n',
    ],
    ['behind an or', 'ready = 1\nready ||= gem("pg", force_ruby_platform: true)\n'],
    ['in defined?', 'defined?(gem("pg", force_ruby_platform: true))\n'],
    ['in an argument that nil leaves out', 'nil&.tap(gem("pg", force_ruby_platform: true))\n'],
    ['beside a line that is sent', 'send("gem", "pg")\ngem "pg", force_ruby_platform: true\n'],
    ['beside a text that is evaluated', 'eval "gem(%(pg))"\ngem "pg", force_ruby_platform: true\n'],
    [
      'beside a file that another object evaluates',
      'tap { |dsl| dsl.eval_gemfile "more.rb" }\ngem "pg", force_ruby_platform: true\n',
      { 'more.rb': 'gem "pg"\n' },
    ],
    [
      'where gem is defined anew',
      'define_singleton_method(:gem) { |name, **| super(name) }\ngem "pg", force_ruby_platform: true\n',
    ],
    [
      'in a file that may not be evaluated',
      'eval_gemfile "more.rb" if ENV["MORE"]\n',
      { 'more.rb': 'gem "pg", force_ruby_platform: true\n' },
    ],
  ] as const)('is not certain %s', async (_, gemfile, files: Readonly<Record<string, string>> = {}) => {
    const { forced } = await forcedIn(gemfile, files);
    expect([...forced].map(([name, { certain }]) => [name, certain])).toEqual([['pg', false]]);
  });

  it('is not certain in a group that may be left out, where another gem asks for it', async () => {
    const inGroup = await forcedIn('group :test do\n  gem "needed", force_ruby_platform: true\nend\n');
    expect(inGroup.forced.get('needed')?.certain).toBe(false);
    const aroundFile = await forcedIn('group :test do\n  eval_gemfile "more.rb"\nend\n', {
      'more.rb': 'gem "needed", force_ruby_platform: true\n',
    });
    expect(aroundFile.forced.get('needed')?.certain).toBe(false);
    expect(bundler.read(aroundFile.path)).toContainEqual(
      expect.objectContaining({ name: 'needed', groups: ['test'], force: true }),
    );
    const always = await forcedIn('gem "needed", force_ruby_platform: true\n');
    expect(always.forced.get('needed')).toEqual({ file: 'Gemfile', line: 2, certain: true });
  });

  it('is none where no line speaks of it, or all say no', async () => {
    const { forced } = await forcedIn('gem "pg", force_ruby_platform: false\ngem "puma"\n');
    expect(forced.size).toBe(0);
  });
});
