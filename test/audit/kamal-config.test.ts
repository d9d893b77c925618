import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../src/audit/config-error.js';
import { readProjectFiles } from '../../src/audit/project-files.js';
import { readKamalConfig, withDestination } from '../../src/audit/kamal-config.js';

function refusal(text: string): ConfigError {
  try {
    readKamalConfig(text);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error(`was read: ${text}`);
}

describe('readKamalConfig', () => {
  it('reads what a real one says', () => {
    const file = new URL('../../fixtures/apps/shop/config/deploy.yml', import.meta.url);
    expect(readKamalConfig(readFileSync(file, 'utf8'))).toEqual({
      path: 'config/deploy.yml',
      arches: ['x86_64'],
      image: 'example/shop',
      buildArgs: {},
      unknownArgs: {},
      warnings: [],
    });
  });

  it.each<[string, string, object]>([
    ['nothing', '', { arches: [], buildArgs: {} }],
    ['no builder', 'service: a\nimage: b/c\n', { arches: [], image: 'b/c' }],
    ['one arch', 'builder:\n  arch: arm64\n', { arches: ['aarch64'] }],
    ['several', 'builder:\n  arch:\n    - amd64\n    - arm64\n', { arches: ['x86_64', 'aarch64'] }],
    ['one twice', 'builder: { arch: [amd64, amd64] }', { arches: ['x86_64'] }],
    [
      'a file',
      'builder: { arch: amd64, dockerfile: docker/Dockerfile.prod, target: app }',
      { dockerfile: 'docker/Dockerfile.prod', target: 'app' },
    ],
    [
      'arguments',
      'builder:\n  args:\n    RUBY_VERSION: 3.3.6\n    B: "x y"\n',
      { buildArgs: { RUBY_VERSION: '3.3.6', B: 'x y' } },
    ],
    [
      'Kamal 1: both',
      'builder:\n  local: { arch: arm64, host: "unix:///x" }\n  remote: { arch: amd64, host: "ssh://x" }\n',
      { arches: ['aarch64', 'x86_64'] },
    ],
    ['Kamal 1: remote', 'builder:\n  multiarch: false\n  remote:\n    arch: amd64\n', { arches: ['x86_64'] }],
    ['Kamal 1: multiarch', 'builder:\n  multiarch: true\n', { arches: ['x86_64', 'aarch64'] }],
    ['Kamal 1: neither', 'builder:\n  multiarch: false\n', { arches: [] }],
    [
      'Kamal 2: remote is a text',
      'builder:\n  arch: amd64\n  remote: ssh://x\n  local: false\n',
      { arches: ['x86_64'] },
    ],
    ['Kamal 2: remote and no arch', 'builder:\n  remote: ssh://x\n  local: false\n', { arches: [] }],
    [
      'buildpacks',
      'builder: { arch: amd64, pack: { builder: "heroku/builder:24", buildpacks: [heroku/ruby] } }',
      { buildpackBuilder: 'heroku/builder:24' },
    ],
    [
      'anchors',
      'x: &b { arch: amd64 }\nbuilder:\n  <<: *b\n  target: app\n',
      { arches: ['x86_64'], target: 'app' },
    ],
    [
      'ERB that does not matter',
      'env:\n  clear:\n    HOST: <%= ENV["HOST"] %>\n    <%# a comment %>\nbuilder:\n  arch: amd64\n',
      { arches: ['x86_64'], warnings: [] },
    ],
    ['ERB over several lines', 'a: "<%=\n  1\n%>"\nbuilder:\n  arch: amd64\n', { arches: ['x86_64'] }],
    [
      'ERB with YAML in it',
      'a: <%= { "b: [" => 1 }.to_json -%>\nbuilder:\n  arch: amd64\n',
      { arches: ['x86_64'] },
    ],
    ['a key twice', 'builder: { arch: amd64 }\nbuilder: { arch: arm64 }\n', { arches: ['aarch64'] }],
    [
      'a symbol of an object',
      'builder: { args: { __proto__: x, constructor: y } }',
      { buildArgs: expect.objectContaining({ constructor: 'y' }) as object },
    ],
  ])('reads %s', (_, text, expected) => {
    expect(readKamalConfig(text)).toMatchObject(expected);
  });

  it('does not know an argument that Ruby computes, and says so', () => {
    const { buildArgs, unknownArgs } = readKamalConfig(
      'builder:\n  arch: amd64\n  args:\n    RUBY_VERSION: <%= File.read(".ruby-version").strip %>\n    TOKEN:\n    A: b\n',
    );
    expect(buildArgs).toEqual({ A: 'b' });
    expect(unknownArgs).toEqual({
      RUBY_VERSION: expect.stringMatching(
        /^config\/deploy\.yml:4: .*RUBY_VERSION is computed by Ruby/,
      ) as string,
      TOKEN: expect.stringMatching(/^config\/deploy\.yml:5: .*TOKEN is taken from the environment/) as string,
    });
  });

  it('says that Ruby decides where it does', () => {
    const { warnings, arches } = readKamalConfig('<% if true %>\nbuilder:\n  arch: amd64\n<% end %>\n');
    expect(arches).toEqual(['x86_64']);
    expect(warnings).toEqual([expect.stringContaining('decides')]);
  });

  it.each([
    ['3.10', '3.1', 1],
    ['3.0', '3.0', 0],
    ['3.30', '3.3', 1],
    ['3.3', '3.3', 0],
    ['"3.10"', '3.10', 0],
    ["'3.10'", '3.10', 0],
    ['3.3.10', '3.3.10', 0],
  ])('passes %s on as Ruby would: %s', (written, passed, count) => {
    const { buildArgs, warnings } = readKamalConfig(`builder:\n  args:\n    V: ${written}\n`);
    expect(buildArgs).toEqual({ V: passed });
    expect(warnings).toHaveLength(count);
  });

  it.each([
    ['an arch', 'service: a\nbuilder:\n  arch: sparc\n', 3, 'amd64'],
    ['an arch in a list', 'builder:\n  arch:\n    - amd64\n    - vax\n', 4, 'amd64'],
    ['an arch that is a mapping', 'builder:\n  arch: { a: b }\n', 2, ''],
    ['an arch below ERB of several lines', 'a: "<%=\n  1\n%>" # b\nbuilder:\n  arch: vax\n', 5, 'amd64'],
    ['a builder that is a text', 'a: b\nbuilder: docker\n', 2, ''],
    ['arguments that are a list', 'builder:\n  args:\n    - A=b\n', 2, ''],
    ['an argument that is a list', 'builder:\n  args:\n    A: b\n    C: [d]\n', 4, ''],
    ['a list', '- a\n', 1, ''],
    ['no YAML', 'a: [b\nc: d\n', 2, ''],
  ])('refuses %s', (_, text, line, remedy) => {
    const error = refusal(text);
    expect(error).toMatchObject({ line, path: 'config/deploy.yml' });
    expect(error.suggestions.join('\n')).toContain(remedy);
  });

  it.each([
    ['alone', 'builder:\n  arch: <%= ENV["ARCH"] %>\n', 2],
    ['in a list', 'builder:\n  arch:\n    - amd64\n    - <%= arch %>\n', 4],
    ['of a remote builder', 'builder:\n  local: { arch: amd64 }\n  remote:\n    arch: linux/<%= a %>\n', 4],
  ])('leaves it to the caller whether an arch that Ruby computes matters: %s', (_, text, line) => {
    const { arches, archesError } = readKamalConfig(text);
    expect(arches).toEqual([]);
    expect(archesError).toBeInstanceOf(ConfigError);
    expect(archesError).toMatchObject({
      code: 'CONFIG_VALUE',
      line,
      path: 'config/deploy.yml',
      suggestions: [expect.stringContaining('--arch')],
    });
  });

  it('of a destination says what Ruby computes below it, and the other way round', () => {
    const computed = readKamalConfig('builder: { arch: <%= a %>, args: { V: <%= v %>, W: <%= w %> } }');
    const said = readKamalConfig('builder: { arch: arm64, args: { V: 3.3.6 } }');
    expect(withDestination(computed, said)).toMatchObject({ arches: ['aarch64'], buildArgs: { V: '3.3.6' } });
    expect(Object.keys(withDestination(computed, said).unknownArgs)).toEqual(['W']);
    expect(withDestination(computed, said)).not.toHaveProperty('archesError');
    const other = withDestination(said, computed);
    expect(other).toMatchObject({ arches: [], buildArgs: {}, archesError: { code: 'CONFIG_VALUE' } });
    expect(Object.keys(other.unknownArgs)).toEqual(['V', 'W']);
  });

  it('puts the configuration of a destination over it', () => {
    const base = readKamalConfig('image: a/b\nbuilder: { arch: amd64, dockerfile: D, args: { A: 1, B: 2 } }');
    const staging = readKamalConfig('builder: { arch: arm64, args: { B: 3 } }', {
      path: 'config/deploy.staging.yml',
    });
    expect(withDestination(base, staging)).toMatchObject({
      path: 'config/deploy.staging.yml',
      image: 'a/b',
      dockerfile: 'D',
      arches: ['aarch64'],
      buildArgs: { A: '1', B: '3' },
    });
    const empty = readKamalConfig('servers: [a]', { path: 'config/deploy.x.yml' });
    expect(withDestination(base, empty)).toMatchObject({ arches: ['x86_64'], dockerfile: 'D' });
  });
});

describe('a file that ERB puts in', () => {
  const files = new Map([
    ['.ruby-version', '3.4.9\n'],
    ['ruby', 'ruby-3.4.9\n'],
    ['lines', 'a\nb\n'],
  ]);

  it.each([
    ['File.read(".ruby-version").strip', '3.4.9'],
    ["File.read('.ruby-version').chomp", '3.4.9'],
    ['IO.read(".ruby-version").rstrip.to_s', '3.4.9'],
    ['File.read(".ruby-version")', '3.4.9'],
    ['File.read("ruby").strip.delete_prefix("ruby-")', '3.4.9'],
    ['File.read "ruby"', 'ruby-3.4.9'],
    ['File.read(".ruby-version").strip.sub("3", "4")', undefined],
    ['File.read(".ruby-version").upcase(1)', undefined],
    ['File.read("#{dir}/.ruby-version").strip', undefined],
    ['File.read("missing").strip', undefined],
    ['File.read("lines").strip', undefined],
    ['ENV["RUBY_VERSION"]', undefined],
  ])('<%%= %s %%>', (code, value) => {
    const text = `builder:\n  arch: amd64\n  args:\n    RUBY_VERSION: <%= ${code} %>\n    B: c\n`;
    const { buildArgs, unknownArgs } = readKamalConfig(text, { files });
    expect(buildArgs).toEqual(value === undefined ? { B: 'c' } : { RUBY_VERSION: value, B: 'c' });
    expect(Object.keys(unknownArgs)).toEqual(value === undefined ? ['RUBY_VERSION'] : []);
  });

  it('is one of the project, at its root', async () => {
    const root = await mkdtemp(path.join(tmpdir(), 'gemcompat-'));
    try {
      await mkdir(path.join(root, 'app/config'), { recursive: true });
      await writeFile(path.join(root, 'app/.ruby-version'), '3.4.9\n');
      await writeFile(path.join(root, '.ruby-version'), '3.1.0\n');
      const args = [
        'A: <%= File.read(".ruby-version").strip %>',
        'B: <%= File.read("../.ruby-version").strip %>',
      ];
      await writeFile(
        path.join(root, 'app/config/deploy.yml'),
        `builder:\n  arch: amd64\n  args:\n${args.map((arg) => `    ${arg}\n`).join('')}`,
      );
      const { kamal } = await readProjectFiles(path.join(root, 'app'), { today: '2026-01-01' });
      expect(kamal?.buildArgs).toEqual({ A: '3.4.9' });
      expect(Object.keys(kamal?.unknownArgs ?? {})).toEqual(['B']);
    } finally {
      await rm(root, { recursive: true });
    }
  });
});
