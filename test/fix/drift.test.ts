import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Drift } from '../../src/fix/drift.js';
import { driftOf } from '../../src/fix/drift.js';
import { withoutOwnPins } from '../../src/fix/own-requirements.js';
import type { ProjectGemfiles } from '../../src/gemfile/project-gemfiles.js';
import { readProjectGemfiles } from '../../src/gemfile/project-gemfiles.js';
import type { RubyParser } from '../../src/gemfile/ruby-parser.js';
import { loadRubyParser } from '../../src/gemfile/ruby-parser.js';
import { parseLockfile } from '../../src/lockfile/parse.js';
import { driftWords } from '../../src/report/drift-words.js';

const LOCK = `PATH
  remote: engines/shop
  specs:
    shop (1.0)

GEM
  remote: https://rubygems.org/
  specs:
    ffi (1.17.2)
    nokogiri (1.18.1-aarch64-linux-gnu)
      racc (~> 1.4)
    nokogiri (1.18.1-x86_64-linux-gnu)
      racc (~> 1.4)
    pg (1.6.0.rc1)
    racc (1.8.1)

PLATFORMS
  aarch64-linux
  x86_64-linux

DEPENDENCIES
  ffi
  nokogiri (~> 1.16)
  pg (>= 1.6.0.rc1)
  racc
  shop!
  tzinfo-data

BUNDLED WITH
   2.6.2
`;

const lockfile = parseLockfile(LOCK);
let scratch: string;
let parser: RubyParser;

beforeAll(async () => {
  scratch = await mkdtemp(path.join(tmpdir(), 'gemcompat-drift-'));
  parser = await loadRubyParser();
});

afterAll(() => rm(scratch, { recursive: true, force: true }));

let count = 0;

async function project(
  gemfile: string,
  files: Readonly<Record<string, string>> = {},
): Promise<ProjectGemfiles> {
  const root = path.join(scratch, `${(count += 1)}`);
  await mkdir(root);
  for (const [name, text] of Object.entries({ Gemfile: gemfile, ...files }))
    await writeFile(path.join(root, name), text);
  return readProjectGemfiles(path.join(root, 'Gemfile'), { cwd: root, parser });
}

async function drifts(gemfile: string, files: Readonly<Record<string, string>> = {}): Promise<Drift[]> {
  return driftOf(await project(gemfile, files), lockfile, parser, 'Gemfile.lock');
}

/** What the lockfile was made from. */
const LINES = {
  nokogiri: 'gem "nokogiri", "~> 1.16"\n',
  pg: 'gem "pg", ">= 1.6.0.rc1"\n',
  ffi: 'gem "ffi"\n',
  racc: 'gem "racc"\n',
  shop: 'gem "shop", path: "engines/shop"\n',
  windows: 'gem "tzinfo-data", platforms: :windows\n',
};

function withLine(changed: Partial<typeof LINES> = {}, more = ''): string {
  return `source "https://rubygems.org"\n${Object.values({ ...LINES, ...changed }).join('')}${more}`;
}

const OWN = '# gemcompat: glibc 2.28 (rhel-8): 1.18.0+ needs 2.29';

describe('what is no drift', () => {
  it.each([
    ['the Gemfile of the lockfile', withLine()],
    [
      'another requirement that the locked version meets',
      withLine({ nokogiri: 'gem "nokogiri", ">= 1.17"\n' }),
    ],
    ['no requirement any more', withLine({ nokogiri: 'gem "nokogiri"\n', pg: 'gem "pg"\n' })],
    [
      'a gem that others brought in, named now',
      withLine({}, 'gem "racc", ">= 1.8"\n').replace(LINES.racc, ''),
    ],
    ['a gem that others bring in, named no longer', withLine({ racc: '' })],
    ['a line that may not run', withLine({}, 'gem "redis" if ENV["REDIS"]\n')],
    [
      'a file that may not be evaluated',
      withLine({}, 'eval_gemfile "local.rb" if File.exist?("local.rb")\n'),
      { 'local.rb': 'gem "redis"\n' },
    ],
    ['a requirement that shows only when it runs', withLine({ nokogiri: 'gem "nokogiri", ENV["XML"]\n' })],
    [
      'branches of which one is what is locked',
      withLine({
        nokogiri: 'if ENV["OLD"] then gem "nokogiri", "< 1.16" else gem "nokogiri", "~> 1.16" end\n',
      }),
    ],
    [
      'lines that only Ruby can follow',
      withLine({ ffi: '', pg: '' }, '%w[ffi pg].each { |name| gem name }\n'),
    ],
    ['a file that cannot be followed', withLine({ ffi: '' }, 'eval_gemfile ENV["MORE"]\n')],
    ['a gemspec that may ask for it', withLine({ ffi: '' }, 'gemspec\n')],
    ['Bundler itself', withLine({}, 'gem "bundler", ">= 99"\n')],
    [
      'a pin of an earlier run that is not locked yet',
      withLine({ nokogiri: `gem "nokogiri", "~> 1.16", "< 1.18.0" ${OWN} [adds < 1.18.0]\n` }),
    ],
    [
      'a pin of an earlier run in place of a requirement, not locked yet',
      withLine({ nokogiri: `gem "nokogiri", "< 1.18.0" ${OWN} [adds < 1.18.0; was "~> 1.18"]\n` }),
    ],
    [
      'a pin of an earlier run in place of a requirement, locked since',
      withLine({ nokogiri: `gem "nokogiri", ">= 1.18.1" ${OWN} [adds >= 1.18.1; was "< 1.17"]\n` }),
    ],
    [
      'a new line of an earlier run that is not locked yet',
      withLine({ racc: '' }, `gem "racc", "< 1.8" ${OWN} [new line < 1.8]\n`),
    ],
  ] as const)('%s', async (_, gemfile, files: Readonly<Record<string, string>> = {}) => {
    expect(await drifts(gemfile, files)).toEqual([]);
  });
});

describe('drift', () => {
  it.each([
    [
      'a version that the line does not allow',
      withLine({ nokogiri: 'gem "nokogiri", "< 1.18", "!= 1.17.1"\n' }),
      'Gemfile:2 asks for nokogiri < 1.18, != 1.17.1, and Gemfile.lock has 1.18.1',
    ],
    [
      'of a gem that others bring in too',
      withLine({ racc: 'gem "racc", "~> 1.9"\n' }),
      'Gemfile:5 asks for racc ~> 1.9, and Gemfile.lock has 1.8.1',
    ],
    [
      'of a path gem',
      withLine({ shop: 'gem "shop", "~> 2.0", path: "engines/shop"\n' }),
      'Gemfile:6 asks for shop ~> 2.0, and Gemfile.lock has 1.0',
    ],
    [
      'against a pin of an earlier run too',
      withLine({ nokogiri: `gem "nokogiri", "~> 1.15.0", "< 1.18.0" ${OWN} [adds < 1.18.0]\n` }),
      'Gemfile:2 asks for nokogiri ~> 1.15.0, and Gemfile.lock has 1.18.1',
    ],
    [
      'a gem that is not locked',
      withLine({}, 'group :test do\n  gem "redis"\nend\n'),
      'Gemfile:9 names redis, and Gemfile.lock does not have it',
    ],
    [
      'a gem that no line names',
      withLine({ ffi: '' }),
      'Gemfile.lock:22 names ffi, and no line of the Gemfile does',
    ],
    [
      'a gem from git now',
      withLine({ pg: 'gem "pg", github: "ged/ruby-pg"\n' }),
      'Gemfile:3 takes pg from git, and Gemfile.lock from a gem server',
    ],
    [
      'a gem from a path now, by its block',
      withLine({ pg: 'path "engines" do\n  gem "pg"\nend\n' }),
      'Gemfile:4 takes pg from a path, and Gemfile.lock from a gem server',
    ],
    [
      'in a file that is evaluated',
      withLine({}, 'eval_gemfile "more.rb"\n'),
      'more.rb:2 names redis, and Gemfile.lock does not have it',
      { 'more.rb': '# more\ngem "redis"\n' },
    ],
  ] as const)('%s', async (_, gemfile, words, files: Readonly<Record<string, string>> = {}) => {
    const found = await drifts(gemfile, files);
    expect(driftWords(found, 'Gemfile.lock')).toBe(`the lockfile does not belong to this Gemfile: ${words}`);
  });

  it('tells three, and how many more there are', async () => {
    const found = await drifts(
      withLine({}, ['a', 'b', 'c', 'd', 'a'].map((name) => `gem "${name}"\n`).join('')),
    );
    expect(found).toHaveLength(4);
    expect(driftWords(found, 'Gemfile.lock')).toMatch(
      /Gemfile:8 .*Gemfile:9 .*Gemfile:10 .*, and 1 more of the kind$/,
    );
  });
});

describe('what the Gemfile asks for by itself', () => {
  it.each([
    ['as its line says now', withLine({ nokogiri: 'gem "nokogiri", ">= 1.17"\n' }), 'nokogiri', ['>= 1.17']],
    [
      'without what an earlier run added',
      withLine({ nokogiri: `gem "nokogiri", "< 1.18.0" ${OWN} [adds < 1.18.0; was "~> 1.18"]\n` }),
      'nokogiri',
      ['~> 1.18'],
    ],
    [
      'as the lockfile says where only Ruby can tell',
      withLine({ nokogiri: 'gem "nokogiri", ENV["XML"]\n' }),
      'nokogiri',
      ['~> 1.16'],
    ],
    ['nothing of a gem that no line names any more', withLine({ racc: '' }), 'racc', undefined],
    [
      'nothing of a gem that an earlier run gave a line',
      withLine({ racc: '' }, `gem "racc", "< 1.8" ${OWN} [new line < 1.8]\n`),
      'racc',
      undefined,
    ],
  ])('%s', async (_, gemfile, name, wanted) => {
    const { gemfile: asked } = withoutOwnPins(await project(gemfile), lockfile, parser);
    expect(asked.get(name)).toEqual(wanted);
  });
});

describe('a requirement that RubyGems would refuse', () => {
  it('is told with its line', async () => {
    await expect(project(withLine({ nokogiri: 'gem "nokogiri", "~> abc"\n' }))).rejects.toMatchObject({
      code: 'GEMFILE_REQUIREMENT',
      message: 'Gemfile:2: gem "nokogiri": malformed requirement "~> abc"',
      line: 2,
    });
  });

  it('is told with the file that is evaluated', async () => {
    await expect(
      project('eval_gemfile "more.rb"\n', { 'more.rb': '\ngem "pg", [">= 1", "x.1"]\n' }),
    ).rejects.toMatchObject({ code: 'GEMFILE_REQUIREMENT', path: 'more.rb', line: 2 });
  });

  it('stops nothing where the line may not run', async () => {
    const read = await project('gem "pg", "x.1" if ENV["PG"]\n');
    expect(read.files[0].editor.syntax.calls).toHaveLength(1);
  });
});
