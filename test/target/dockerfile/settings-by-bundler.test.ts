import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleRules } from '../../../src/audit/bundle-rules.js';
import { platformsOn } from '../../../src/audit/bundle-refusals.js';
import { parseLockfile } from '../../../src/lockfile/parse.js';
import { readDockerfile } from '../../../src/target/dockerfile/read.js';
import { resolveTarget } from '../../../src/target/parse.js';
import type { BundlerCli } from '../../helpers/bundler-cli.js';
import { startBundlerCli } from '../../helpers/bundler-cli.js';

let bundlers: BundlerCli[];
beforeAll(async () => {
  bundlers = [await startBundlerCli('3.4'), await startBundlerCli('4.0')];
});
afterAll(async () => {
  for (const bundler of bundlers) await bundler.close();
});

const lockfile = (...platforms: readonly string[]): string =>
  `GEM\n  remote: https://rubygems.org/\n  specs:\n    web (1.0)\n\nPLATFORMS\n${platforms.map((name) => `  ${name}\n`).join('')}\nDEPENDENCIES\n  web\n\nBUNDLED WITH\n   2.6.2\n`;

const GEMFILE = 'source "https://rubygems.org"\ngem "web"\n';

interface Case {
  readonly env?: Readonly<Record<string, string>>;
  /** Each is what follows `bundle`, as it is typed. */
  readonly commands: readonly string[];
  /** Bundler 4 no longer has it. */
  readonly old?: true;
  readonly platforms?: readonly string[];
  readonly machine?: string;
}

const cases: Case[] = [
  { commands: ['install'] },
  { commands: ['install'], env: { BUNDLE_WITHOUT: 'development:test', BUNDLE_WITH: 'docs' } },
  { commands: ['install'], env: { BUNDLE_ONLY: 'production default' } },
  { commands: ["config set --local without 'development test'", 'install'] },
  { commands: ['config set --local without development test', 'install'] },
  { commands: ['config set without development:test --local', 'install -j4'] },
  { commands: ['config set without development', 'install'], env: { BUNDLE_WITHOUT: 'test' } },
  { commands: ['config set --global without development', 'install'], env: { BUNDLE_WITHOUT: 'test' } },
  { commands: ['config set --global without development', 'install'] },
  { commands: ['config set --local without a', 'config unset without', 'install'] },
  { commands: ['config set --local frozen true', 'config unset --local frozen', 'install'] },
  { commands: ['config set --global deployment true', 'install'] },
  { commands: ['install'], env: { BUNDLE_DEPLOYMENT: '1' } },
  { commands: ['install'], env: { BUNDLE_FROZEN: 'true' } },
  { commands: ['install'], env: { BUNDLE_DEPLOYMENT: '1', BUNDLE_FROZEN: 'false' } },
  { commands: ['config set --local frozen false', 'install'], env: { BUNDLE_DEPLOYMENT: '1' } },
  { commands: ['install'], env: { BUNDLE_DEPLOYMENT: 'no' } },
  { commands: ['install'], env: { BUNDLE_GEMFILE: 'Gemfile.saas' } },
  { commands: ['install --gemfile=Gemfile.saas'] },
  { commands: ['config without development test', 'install'], old: true },
  { commands: ['config --local without development', 'install'], old: true },
  { commands: ['config --delete without', 'install'], env: { BUNDLE_WITHOUT: 'test' }, old: true },
  { commands: ['install --without development test --jobs 4'], old: true },
  { commands: ['install --without=development --deployment'], old: true },
  { commands: ['config set --local with docs', 'install --without test'], old: true },
  { commands: ['install --frozen'], old: true },
  { commands: ['install --without test', 'install --with docs'], old: true },
  {
    commands: ['install'],
    env: { BUNDLE_FROZEN: '1' },
    platforms: ['x86_64-linux'],
    machine: 'aarch64-linux',
  },
  { commands: ['install'], platforms: ['x86_64-linux'], machine: 'aarch64-linux' },
  { commands: ['install'], env: { BUNDLE_FROZEN: '1' }, platforms: ['ruby'], machine: 'aarch64-linux' },
  {
    commands: ['install'],
    env: { BUNDLE_FROZEN: '1' },
    platforms: ['x86_64-linux'],
    machine: 'x86_64-linux-musl',
  },
  {
    commands: ['install'],
    env: { BUNDLE_FROZEN: '1' },
    platforms: ['x86_64-linux-musl'],
    machine: 'x86_64-linux',
  },
  {
    commands: ['install'],
    env: { BUNDLE_FROZEN: '1' },
    platforms: ['x86_64-linux-gnu'],
    machine: 'x86_64-linux-musl',
  },
  {
    commands: ['install'],
    env: { BUNDLE_DEPLOYMENT: '1', BUNDLE_FORCE_RUBY_PLATFORM: 'true' },
    platforms: ['x86_64-linux'],
  },
  {
    commands: ['install'],
    env: { BUNDLE_DEPLOYMENT: '1', BUNDLE_FORCE_RUBY_PLATFORM: 'true' },
    platforms: ['ruby', 'x86_64-linux'],
  },
];

/** The same as a Dockerfile says it. */
function read(
  { env = {}, commands, platforms = ['x86_64-linux'], machine = 'x86_64-linux' }: Case,
  bundler: string,
): unknown {
  const variables = Object.entries(env).map(([name, value]) => `ENV ${name}="${value}"\n`);
  const runs = commands.map((command) => `RUN bundle ${command}\n`);
  const text = `FROM ruby:3.3-slim\nCOPY Gemfile Gemfile.lock ./\n${variables.join('')}${runs.join('')}`;
  const { installs } = readDockerfile(text);
  const bundle = { path: 'Dockerfile', installs: installs.slice(-1) };
  const rules = bundleRules({ groups: {}, bundle, isHost: false }, () => undefined);
  const [groups = {}] = rules.groups ?? [];
  const { target } = resolveTarget(machine.endsWith('-musl') ? 'alpine-3.20' : 'debian-12');
  const cpu = machine.startsWith('aarch64') ? 'aarch64' : 'x86_64';
  const { refused } = platformsOn(
    [{ target, cpu, bundler, ...rules }],
    parseLockfile(lockfile(...platforms)),
  );
  return {
    without: groups.without?.names ?? [],
    with: groups.with?.names ?? [],
    only: groups.only?.names ?? [],
    frozen: rules.frozen,
    gemfile: installs.at(-1)?.settings.gemfile?.value ?? 'Gemfile',
    forceRuby: rules.forceRubyFrom !== undefined,
    ...(refused.length === 0 ? {} : { refused: true }),
  };
}

describe('what a Dockerfile says is what Bundler goes by', () => {
  it.each(cases.map((each) => [describeCase(each), each] as const))('%s', async (_, one) => {
    const { env, commands, old, platforms = ['x86_64-linux'], machine } = one;
    const text = lockfile(...platforms);
    const files = {
      Gemfile: GEMFILE,
      'Gemfile.lock': text,
      'Gemfile.saas': GEMFILE,
      'Gemfile.saas.lock': text,
    };
    const words = commands.map((command) =>
      [...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, a, b]) => a ?? b ?? ''),
    );
    for (const bundler of bundlers.filter(({ version }) => old !== true || !version.startsWith('4.'))) {
      const { refused, ...settings } = await bundler.install(files, words, env, machine);
      const told = refused?.[1] ?? '';
      if (refused !== undefined) expect(told, bundler.version).toMatch(/only supports platforms/);
      expect({ ...settings, ...(refused === undefined ? {} : { refused: true }) }, bundler.version).toEqual(
        read(one, bundler.version),
      );
    }
  });
});

function describeCase({ env = {}, commands, platforms, machine }: Case): string {
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  return [...variables, commands.join('; '), platforms?.join(','), machine].filter(Boolean).join(' ');
}
