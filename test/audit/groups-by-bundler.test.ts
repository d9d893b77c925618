import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { notInstalledOn } from '../../src/audit/installed-gems.js';
import { gemfileGroups } from '../../src/gemfile/gem-groups.js';
import { readProjectGemfiles } from '../../src/gemfile/project-gemfiles.js';
import type { RubyParser } from '../../src/gemfile/ruby-parser.js';
import { loadRubyParser } from '../../src/gemfile/ruby-parser.js';
import { parseLockfile } from '../../src/lockfile/parse.js';
import type { GroupSettings } from '../../src/search/types.js';
import { groupsInSetting } from '../../src/target/bundle-settings.js';
import { resolveTarget } from '../../src/target/parse.js';
import type { BundlerGroups } from '../helpers/bundler-groups.js';
import { startBundlerGroups } from '../helpers/bundler-groups.js';

let bundlers: BundlerGroups[];
let parser: RubyParser;
let directory: string;
beforeAll(async () => {
  parser = await loadRubyParser();
  directory = await mkdtemp(path.join(tmpdir(), 'gemcompat-groups-'));
  bundlers = [await startBundlerGroups('3.4'), await startBundlerGroups('4.0')];
});
afterAll(async () => {
  for (const bundler of bundlers) await bundler.close();
  await rm(directory, { recursive: true });
});

/** A lockfile of these gems, each with what it needs: `{ web: ['rack'], rack: [] }`. */
function locked(
  gems: Readonly<Record<string, readonly string[]>>,
  direct: readonly string[],
  { before = '', pinned = [] as readonly string[] } = {},
): string {
  const specs = Object.entries(gems)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, needs]) => `    ${name} (1.0)\n${needs.map((need) => `      ${need}\n`).join('')}`)
    .join('');
  const dependencies = [...direct, ...pinned.map((name) => `${name}!`)].sort();
  return `${before}GEM\n  remote: https://rubygems.org/\n  specs:\n${specs}\nPLATFORMS\n  ruby\n  x86_64-linux\n\nDEPENDENCIES\n${dependencies.map((name) => `  ${name}\n`).join('')}\nBUNDLED WITH\n   2.6.2\n`;
}

interface Case {
  readonly title: string;
  readonly gemfile: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly lockfile?: string;
  readonly files?: Readonly<Record<string, string>>;
  /** The gems that are not installed. */
  readonly out: readonly string[];
}

/** web → rack; tool → rack, lint; spec → mock; docs → mark; prod → rack */
const GEMS = {
  ...{ web: ['rack'], rack: [], tool: ['rack', 'lint'], lint: [], spec: ['mock'], mock: [] },
  ...{ docs: ['mark'], mark: [], prod: ['rack'] },
};
const LOCKFILE = locked(GEMS, ['web', 'tool', 'spec', 'docs', 'prod']);

const USUAL = `source "https://rubygems.org"
gem "web"
gem "prod", group: :production
group :development, :test do
  gem "tool"
end
group :test do
  gem "spec"
end
group :docs, optional: true do
  gem "docs"
end
`;

const cases: Case[] = [
  { title: 'an optional group', gemfile: USUAL, out: ['docs', 'mark'] },
  {
    title: 'without development',
    gemfile: USUAL,
    env: { BUNDLE_WITHOUT: 'development' },
    out: ['docs', 'mark'],
  },
  {
    title: 'without development and test, with a colon',
    gemfile: USUAL,
    env: { BUNDLE_WITHOUT: 'development:test' },
    out: ['docs', 'lint', 'mark', 'mock', 'spec', 'tool'],
  },
  {
    title: 'without development and test, with a space',
    gemfile: USUAL,
    env: { BUNDLE_WITHOUT: 'development test' },
    out: ['docs', 'lint', 'mark', 'mock', 'spec', 'tool'],
  },
  { title: 'with an optional group', gemfile: USUAL, env: { BUNDLE_WITH: 'docs' }, out: [] },
  {
    title: 'without test, with docs',
    gemfile: USUAL,
    env: { BUNDLE_WITHOUT: 'test', BUNDLE_WITH: 'docs' },
    out: ['mock', 'spec'],
  },
  {
    title: 'only production',
    gemfile: USUAL,
    env: { BUNDLE_ONLY: 'production' },
    out: ['docs', 'lint', 'mark', 'mock', 'spec', 'tool', 'web'],
  },
  {
    title: 'only default and docs, which is optional',
    gemfile: USUAL,
    env: { BUNDLE_ONLY: 'default:docs' },
    out: ['docs', 'lint', 'mark', 'mock', 'prod', 'spec', 'tool'],
  },
  {
    title: 'without default',
    gemfile: USUAL,
    env: { BUNDLE_WITHOUT: 'default' },
    out: ['docs', 'mark', 'web'],
  },
  {
    title: 'a group that there is not',
    gemfile: USUAL,
    env: { BUNDLE_WITHOUT: 'staging' },
    out: ['docs', 'mark'],
  },
  {
    title: 'options of a line, in every form',
    gemfile: `source "https://rubygems.org"
gem "web", groups: [:default, :test]
gem "tool", :group => "development"
gem "spec", group: %i[test ci], require: false
gem "docs", "~> 1.0", groups: ["docs"]
gem "prod", { group: [:production] }
`,
    env: { BUNDLE_WITHOUT: 'development:test:docs' },
    out: ['docs', 'lint', 'mark', 'tool'],
    lockfile: LOCKFILE.replace('  docs\n', '  docs (~> 1.0)\n'),
  },
  {
    title: 'a line in a block has the groups of both',
    gemfile: USUAL.replace('  gem "spec"', '  gem "spec", group: :ci').replace(
      '  gem "docs"',
      '  gem "docs", group: :test',
    ),
    env: { BUNDLE_WITHOUT: 'test:development' },
    out: ['docs', 'lint', 'mark', 'tool'],
  },
  {
    title: 'blocks in blocks, and a group that is optional elsewhere',
    gemfile: `source "https://rubygems.org"
gem "web", group: :docs
group :development do
  group :ci do
    gem "tool"
  end
  gem "spec"
end
group :docs, optional: true do
  gem "docs"
end
gem "prod"
`,
    env: { BUNDLE_WITHOUT: 'development' },
    out: ['docs', 'mark', 'mock', 'spec', 'web'],
  },
  {
    title: 'blocks of other kinds around it',
    gemfile: `source "https://rubygems.org"
gem "web"
group :development do
  source "https://rubygems.org" do
    gem "tool"
  end
  install_if -> { true } do
    gem "spec"
  end
end
platforms :ruby do
  gem "docs", group: :docs
end
gem "prod"
`,
    lockfile: locked(GEMS, ['web', 'spec', 'docs', 'prod'], { pinned: ['tool'] }),
    env: { BUNDLE_WITHOUT: 'development docs' },
    out: ['docs', 'lint', 'mark', 'mock', 'spec', 'tool'],
  },
  {
    title: 'a gem on two lines',
    gemfile: `${USUAL}gem "tool"\n`,
    env: { BUNDLE_WITHOUT: 'development:test' },
    out: ['docs', 'mark', 'mock', 'spec'],
  },
  {
    title: 'a file that is evaluated in a group',
    gemfile: `source "https://rubygems.org"
gem "web"
gem "prod"
group :development do
  eval_gemfile "gemfiles/tools.rb"
end
`,
    files: {
      'gemfiles/tools.rb':
        'gem "tool"\ngem "spec", group: :test\ngroup :docs, optional: true do\n  gem "docs"\nend\n',
    },
    env: { BUNDLE_WITHOUT: 'development' },
    out: ['docs', 'lint', 'mark', 'tool'],
  },
  {
    title: 'a gem that one of production needs',
    gemfile: `source "https://rubygems.org"\ngem "tool"\ngem "lint", group: :development\ngem "rack", group: :test\n`,
    lockfile: locked({ tool: ['rack', 'lint'], rack: [], lint: [] }, ['tool', 'lint', 'rack']),
    env: { BUNDLE_WITHOUT: 'development:test' },
    out: [],
  },
  {
    title: 'a gemspec, with its group development',
    gemfile: `source "https://rubygems.org"\ngemspec\ngem "web", group: :test\n`,
    files: {
      'app.gemspec': `Gem::Specification.new do |s|\n  s.name = "app"\n  s.version = "1.0"\n  s.summary = s.author = "x"\n  s.add_dependency "rack"\n  s.add_development_dependency "tool"\nend\n`,
    },
    lockfile: locked({ rack: [], tool: ['lint'], lint: [], web: ['rack'] }, ['tool', 'web'], {
      before: 'PATH\n  remote: .\n  specs:\n    app (1.0)\n      rack\n\n',
      pinned: ['app'],
    }),
    env: { BUNDLE_WITHOUT: 'development:test' },
    out: ['lint', 'tool', 'web'],
  },
  {
    title: 'a gemspec with a group of its own, and a line that goes before it',
    gemfile: `source "https://rubygems.org"\ngem "tool", group: :test\ngemspec development_group: :dev\n`,
    files: {
      'app.gemspec': `Gem::Specification.new do |s|\n  s.name = "app"\n  s.version = "1.0"\n  s.summary = s.author = "x"\n  s.add_development_dependency "tool"\n  s.add_development_dependency "spec"\nend\n`,
    },
    lockfile: locked({ tool: ['lint'], lint: [], spec: ['mock'], mock: [] }, ['tool', 'spec'], {
      before: 'PATH\n  remote: .\n  specs:\n    app (1.0)\n\n',
      pinned: ['app'],
    }),
    env: { BUNDLE_WITHOUT: 'test:dev' },
    out: ['lint', 'mock', 'spec', 'tool'],
  },
  {
    title: 'the config of the project before the environment',
    gemfile: USUAL,
    files: { '.bundle/config': '---\nBUNDLE_WITHOUT: "development:test"\n' },
    env: { BUNDLE_WITHOUT: 'production' },
    out: ['docs', 'lint', 'mark', 'mock', 'spec', 'tool'],
  },
];

const GROUPS = ['default', 'development', 'test', 'production', 'docs'];
const groupNames = fc.subarray(GROUPS.slice(1), { minLength: 1, maxLength: 2 });

/** A line for a gem, in one of the forms that Gemfiles have. */
const anyLine = (name: string): fc.Arbitrary<string> =>
  fc.oneof(
    fc.constant(`gem "${name}"`),
    groupNames.map((own) => `gem "${name}", group: %i[${own.join(' ')}]`),
    groupNames.map(([first = '']) => `gem "${name}", require: false, :group => "${first}"`),
    fc
      .tuple(groupNames, fc.boolean(), fc.option(groupNames))
      .map(
        ([around, optional, own]) =>
          `group ${around.map((group) => `:${group}`).join(', ')}${optional ? ', optional: true' : ''} do\n  gem "${name}"${
            own === null ? '' : `, groups: [${own.map((group) => `:${group}`).join(', ')}]`
          }\nend`,
      ),
    fc
      .tuple(groupNames, groupNames)
      .map(
        ([outer, inner]) =>
          `group :${outer[0] ?? ''} do\n  group :${inner[0] ?? ''} do\n    install_if true do\n      gem "${name}"\n    end\n  end\nend`,
      ),
  );

/** A project of eight gems, each of which may need later ones, and the settings of an install. */
const anyCase: fc.Arbitrary<Case> = fc
  .record({
    needs: fc.array(fc.subarray([1, 2, 3, 4], { maxLength: 2 }), { minLength: 8, maxLength: 8 }),
    direct: fc.subarray([0, 1, 2, 3, 4, 5, 6, 7], { minLength: 3 }),
    settings: fc.record({
      without: fc.subarray([...GROUPS, 'ci'], { maxLength: 3 }),
      with: fc.subarray(GROUPS, { maxLength: 2 }),
      only: fc.option(fc.subarray(GROUPS, { maxLength: 3 }), { freq: 2 }),
    }),
    separator: fc.constantFrom(':', ' '),
  })
  .chain(({ needs, direct, settings, separator }) => {
    const gems = Object.fromEntries(
      needs.map((steps, at) => [
        `g${at}`,
        steps.flatMap((step) => (at + step < needs.length ? [`g${at + step}`] : [])),
      ]),
    );
    const names = direct.map((at) => `g${at}`);
    const asked = settings.with.filter((group) => !settings.without.includes(group));
    const env = Object.fromEntries(
      Object.entries({
        BUNDLE_WITHOUT: settings.without,
        BUNDLE_WITH: asked,
        BUNDLE_ONLY: settings.only ?? [],
      })
        .filter(([, list]) => list.length > 0)
        .map(([name, list]) => [name, list.join(separator)]),
    );
    return fc.tuple(...names.map(anyLine)).map((lines): Case => ({
      ...{ title: '', env, out: [], lockfile: locked(gems, names) },
      gemfile: `source "https://rubygems.org"\n${lines.join('\n')}\n`,
    }));
  });

/** Settings as `Bundler::Settings` has them. */
function settingsOf({ env = {}, files = {} }: Case): GroupSettings {
  const config = /BUNDLE_WITHOUT: "(.*)"/.exec(files['.bundle/config'] ?? '')?.[1];
  const all = { ...env, ...(config === undefined ? {} : { BUNDLE_WITHOUT: config }) };
  return Object.fromEntries(
    Object.entries(all).map(([name, value]) => [
      name.replace('BUNDLE_', '').toLowerCase(),
      { names: groupsInSetting(value), place: name },
    ]),
  );
}

async function leftOut(one: Case, files: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const root = await mkdtemp(path.join(directory, 'app-'));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(root, name)), { recursive: true });
    await writeFile(path.join(root, name), text);
  }
  const project = await readProjectGemfiles(path.join(root, 'Gemfile'), { cwd: root, parser });
  const { target } = resolveTarget('debian-12');
  const found = notInstalledOn(
    { target, cpu: 'x86_64', groups: [settingsOf(one)] },
    { lockfile: parseLockfile(files['Gemfile.lock'] ?? ''), groups: gemfileGroups(project) },
  );
  return found.map(({ name }) => name).sort();
}

describe('the gems of groups that are not installed', () => {
  it.each(cases)('$title', async (one) => {
    const files = { ...one.files, Gemfile: one.gemfile, 'Gemfile.lock': one.lockfile ?? LOCKFILE };
    const all = [...new Set(parseLockfile(files['Gemfile.lock']).specs.map(({ name }) => name))];
    for (const bundler of bundlers) {
      const answer = await bundler.requested(files, one.env);
      expect(answer, bundler.version).not.toHaveProperty('error');
      const installed = 'installed' in answer ? answer.installed : [];
      expect(all.filter((name) => !installed.includes(name)).sort(), bundler.version).toEqual(one.out);
    }
    expect(await leftOut(one, files)).toEqual(one.out);
  });

  it('are those of Bundler in any project', async () => {
    await fc.assert(
      fc.asyncProperty(anyCase, async (one) => {
        const files = { Gemfile: one.gemfile, 'Gemfile.lock': one.lockfile ?? '' };
        const all = [...new Set(parseLockfile(files['Gemfile.lock']).specs.map(({ name }) => name))];
        const gone = await leftOut(one, files);
        for (const bundler of bundlers) {
          const answer = await bundler.requested(files, one.env);
          const reached = await bundler.requested(files, { BUNDLE_WITH: GROUPS.join(':') });
          if (!('installed' in answer) || !('installed' in reached)) throw new Error(JSON.stringify(answer));
          // What no line of the Gemfile reaches is an oddity of the lockfile.
          const out = all.filter(
            (name) => !answer.installed.includes(name) && reached.installed.includes(name),
          );
          expect(out.sort(), bundler.version).toEqual(gone);
        }
      }),
      { seed: 20_261_201, numRuns: 60 },
    );
  });

  it.each([
    ['a group that is computed', 'gem "tool", group: ENV["GROUP"]'],
    ['options that are', 'gem "tool", **options'],
    ['a variable that may be options', 'gem "tool", options'],
    ['a block of a group that is computed', 'group ENV["GROUP"].to_sym do\n  gem "tool"\nend'],
    ['a group of a gemspec that is', 'gemspec development_group: ENV["GROUP"]'],
    ['a name that is', '%w[tool].each { |name| gem name, group: :development }'],
    ['a method of its own', 'def gem(*) = super\ngem "tool", group: :development'],
    ['a branch without a group', 'if ENV["CI"]\n  gem "tool"\nelse\n  gem "tool", group: :development\nend'],
  ])('count as installed with %s', async (_, line) => {
    const one: Case = {
      title: '',
      gemfile: `source "https://rubygems.org"\n${line}\n`,
      env: { BUNDLE_WITHOUT: 'development' },
      out: [],
    };
    const gemspec = 'Gem::Specification.new { |s| s.add_development_dependency "tool" }\n';
    const text = locked({ tool: ['lint'], lint: [] }, ['tool']);
    const files = { Gemfile: one.gemfile, 'Gemfile.lock': text, 'app.gemspec': gemspec };
    expect(await leftOut(one, files)).toEqual([]);
  });
});
