import { chmod, mkdir } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { RegistryError } from '../../src/errors.js';
import { parseBundlerConfig } from '../../src/registry/bundler-config-file.js';
import { bundlerSettings } from '../../src/registry/bundler-settings.js';
import { mirrorAnswers } from '../../src/registry/mirrors.js';
import { startRuby } from '../helpers/ruby.js';
import { startServer } from '../helpers/server.js';
import { temporaryDirectory, writeFiles } from './gem-file.js';
import { inBoundedTime } from '../helpers/bounded-time.js';

interface Situation {
  /** Files of the project and of the home directory. */
  readonly project?: Readonly<Record<string, string>>;
  readonly home?: Readonly<Record<string, string>>;
  /** `%PROJECT%` and `%HOME%` stand for the directories. */
  readonly env?: Readonly<Record<string, string>>;
}

interface Reading {
  readonly forceRubyPlatform: boolean;
  readonly cachePath: string;
  /** Remote → `user:password` as Bundler sends them, or `null`. */
  readonly userinfo: Readonly<Record<string, string | null>>;
  readonly mirrors: Readonly<Record<string, string>>;
}

const REMOTES = [
  'https://gems.example.com/',
  'https://gems.example.com/private/',
  'https://my-host.example.com:8443/',
  'https://rubygems.org/',
  'http://localhost:9292/',
];

const SITUATIONS: Readonly<Record<string, Situation>> = {
  'nothing at all': {},
  'environment, by host': { env: { BUNDLE_GEMS__EXAMPLE__COM: 'me:s3cret' } },
  'environment, a token': { env: { BUNDLE_GEMS__EXAMPLE__COM: 't0ken' } },
  'environment, a host with a dash': { env: { BUNDLE_MY___HOST__EXAMPLE__COM: 'me:s3cret' } },
  'environment, percent escapes and a plus': { env: { BUNDLE_GEMS__EXAMPLE__COM: 'me%40corp:a+b%2Bc%3Ad' } },
  'environment, by URL': { env: { 'BUNDLE_HTTPS://GEMS__EXAMPLE__COM/PRIVATE/': 'me:path' } },
  'environment, URL before host': {
    env: { 'BUNDLE_HTTPS://GEMS__EXAMPLE__COM/PRIVATE/': 'me:path', BUNDLE_GEMS__EXAMPLE__COM: 'me:host' },
  },
  'project file before the environment before the user file': {
    project: { '.bundle/config': '---\nBUNDLE_GEMS__EXAMPLE__COM: "project:1"\n' },
    env: { BUNDLE_GEMS__EXAMPLE__COM: 'env:2', BUNDLE_LOCALHOST: 'env:2' },
    home: {
      '.bundle/config':
        '---\nBUNDLE_GEMS__EXAMPLE__COM: "user:3"\nBUNDLE_LOCALHOST: "user:3"\nBUNDLE_RUBYGEMS__ORG: "user:3"\n',
    },
  },
  'keys as old versions wrote them': {
    home: {
      '.bundle/config':
        '---\nBUNDLE_HTTPS://GEMS.EXAMPLE.COM: "dots:1"\nBUNDLE_MY-HOST__EXAMPLE__COM: "dash:1"\n',
    },
  },
  'unquoted, single quotes, comments, other settings': {
    home: {
      '.bundle/config':
        '---\n# BUNDLE_LOCALHOST: no\nBUNDLE_GEMS__EXAMPLE__COM: me:plain # mine\nBUNDLE_RUBYGEMS__ORG: \'me:single\'\nBUNDLE_LOCALHOST: "me:ha#sh"\nBUNDLE_WITHOUT: "test:development"\nBUNDLE_LIST:\n- a\n- b\nBUNDLE_EMPTY: []\n',
    },
  },
  'Windows line ends': { home: { '.bundle/config': '---\r\nBUNDLE_LOCALHOST: "me:crlf"\r\n' } },
  BUNDLE_USER_CONFIG: {
    home: {
      '.bundle/config': '---\nBUNDLE_LOCALHOST: "no:no"\n',
      other: '---\nBUNDLE_LOCALHOST: "me:other"\n',
    },
    env: { BUNDLE_USER_CONFIG: '%HOME%/other' },
  },
  BUNDLE_USER_HOME: {
    home: { 'b/config': '---\nBUNDLE_LOCALHOST: "me:userhome"\n' },
    env: { BUNDLE_USER_HOME: '%HOME%/b' },
  },
  'BUNDLE_APP_CONFIG, relative to the project': {
    project: {
      'conf/config': '---\nBUNDLE_LOCALHOST: "me:app"\n',
      '.bundle/config': '---\nBUNDLE_LOCALHOST: "no:no"\n',
    },
    env: { BUNDLE_APP_CONFIG: 'conf' },
  },
  BUNDLE_IGNORE_CONFIG: {
    project: { '.bundle/config': '---\nBUNDLE_LOCALHOST: "no:no"\n' },
    env: { BUNDLE_IGNORE_CONFIG: '1', BUNDLE_RUBYGEMS__ORG: 'me:env' },
  },
  'false is no value, and hides those below': {
    env: { BUNDLE_LOCALHOST: 'false' },
    home: { '.bundle/config': '---\nBUNDLE_LOCALHOST: "no:no"\n' },
  },
  'force_ruby_platform true': { env: { BUNDLE_FORCE_RUBY_PLATFORM: 'true' } },
  'force_ruby_platform 1': { env: { BUNDLE_FORCE_RUBY_PLATFORM: '1' } },
  'force_ruby_platform false': { env: { BUNDLE_FORCE_RUBY_PLATFORM: 'false' } },
  'force_ruby_platform No': { env: { BUNDLE_FORCE_RUBY_PLATFORM: 'No' } },
  'force_ruby_platform empty': { env: { BUNDLE_FORCE_RUBY_PLATFORM: '' } },
  'force_ruby_platform in the project': {
    project: { '.bundle/config': '---\nBUNDLE_FORCE_RUBY_PLATFORM: "true"\n' },
  },
  cache_path: { env: { BUNDLE_CACHE_PATH: 'third/party' } },
  'cache_path, absolute': { env: { BUNDLE_CACHE_PATH: '/srv/gems' } },
  'mirror.all': { env: { BUNDLE_MIRROR__ALL: 'http://mirror.example.com:8080' } },
  'mirror of a URL': {
    project: {
      '.bundle/config': '---\nBUNDLE_MIRROR__HTTPS://RUBYGEMS__ORG/: "http://me:pw@mirror.example.com/r/"\n',
    },
  },
  'mirror of a URL, no slash in the file': {
    project: { '.bundle/config': '---\nBUNDLE_MIRROR__HTTPS://RUBYGEMS__ORG: "http://mirror.example.com"\n' },
  },
  'mirror of a host': { env: { BUNDLE_MIRROR__GEMS__EXAMPLE__COM: 'https://mirror.example.com/x' } },
  'mirror with credentials for the mirror': {
    env: { BUNDLE_MIRROR__ALL: 'http://localhost:9292', BUNDLE_LOCALHOST: 'me:mirror' },
  },
};

async function lay(situation: Situation, root: string): Promise<void> {
  await mkdir(path.join(root, 'project'), { recursive: true });
  await mkdir(path.join(root, 'home'));
  await writeFiles(path.join(root, 'project'), { Gemfile: '', ...situation.project });
  await writeFiles(path.join(root, 'home'), situation.home ?? {});
}

function envOf(situation: Situation, root: string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(situation.env ?? {}).map(([key, value]) => [
      key,
      value.replace('%PROJECT%', `${root}/project`).replace('%HOME%', `${root}/home`),
    ]),
  );
}

async function ours(situation: Situation, root: string): Promise<Reading> {
  const settings = await bundlerSettings({
    cwd: path.join(root, 'project'),
    home: path.join(root, 'home'),
    env: envOf(situation, root),
  });
  const userinfo = (remote: string): string | null => {
    const authorization = settings.credentialsFor(new URL(remote))?.authorization();
    return authorization === undefined ? null : Buffer.from(authorization.slice(6), 'base64').toString();
  };
  return {
    forceRubyPlatform: settings.forceRubyPlatform,
    cachePath: settings.cachePath.replace(root, ''),
    userinfo: Object.fromEntries(REMOTES.map((remote) => [remote, userinfo(remote)])),
    mirrors: Object.fromEntries(
      REMOTES.map((remote) => [remote, settings.mirrorFor(new URL(remote))?.url.href ?? remote]),
    ),
  };
}

const UPSTREAM = `
require 'cgi'
require 'bundler/vendored_uri'
# There are no sockets inside; they are wanted for mirrors with a fallback timeout only.
$LOADED_FEATURES << "socket.rb"
def Bundler.root = Pathname.new($root).join("project")
def reading(root, env, remotes)
  $root = root
  ENV.replace(env.merge("HOME" => root + "/home"))
  Gem.instance_variable_set(:@user_home, nil)
  settings = Bundler::Settings.new(Bundler.app_config_path)
  {
    forceRubyPlatform: !!settings[:force_ruby_platform],
    cachePath: Bundler.root.join(settings.app_cache_path).to_s.delete_prefix(root),
    userinfo: remotes.to_h do |remote|
      auth = settings.credentials_for(Gem::URI(remote))
      user, password = auth.to_s.split(":", 2)
      [remote, auth ? CGI.unescape(user) + ":" + (password ? CGI.unescape(password) : "") : nil]
    end,
    mirrors: remotes.to_h {|remote| [remote, settings.mirror_for(remote).to_s] },
  }
end
`;

describe('bundlerSettings', () => {
  it('reads what Bundler reads', async () => {
    const directory = await temporaryDirectory();
    const ruby = await startRuby('3.4', { mounts: { '/work': directory } });
    ruby.eval(UPSTREAM);
    for (const [index, [title, situation]] of Object.entries(SITUATIONS).entries()) {
      const root = path.join(directory, String(index));
      await lay(situation, root);
      const guest = `/work/${index}`;
      const upstream = ruby.evalJson<Reading>('reading(input["root"], input["env"], input["remotes"])', {
        root: guest,
        env: envOf(situation, guest),
        remotes: REMOTES,
      });
      expect(await ours(situation, root), title).toEqual(upstream);
    }
  });

  it('shows no secrets', async () => {
    const settings = await bundlerSettings({
      cwd: '/nowhere',
      home: '/nowhere',
      env: { BUNDLE_GEMS__EXAMPLE__COM: 'me:hunter2', BUNDLE_MIRROR__ALL: 'http://me:hunter2@localhost/' },
    });
    expect(settings.credentialsFor(new URL('https://gems.example.com'))).toBeDefined();
    expect(
      JSON.stringify([settings, settings.credentialsFor(new URL('https://gems.example.com'))]),
    ).not.toContain('hunter2');
  });

  it('takes a missing directory for no settings', async () => {
    const settings = await bundlerSettings({ cwd: '/nowhere/at/all', home: '/nowhere', env: {} });
    expect(settings).toMatchObject({ forceRubyPlatform: false, cachePath: '/nowhere/at/all/vendor/cache' });
  });

  it('refuses a config that is a directory, and one that is no config by its size', async () => {
    const root = await temporaryDirectory();
    await mkdir(path.join(root, '.bundle', 'config'), { recursive: true });
    const read = bundlerSettings({ cwd: root, home: '/nowhere', env: {} });
    await expect(read).rejects.toThrow(RegistryError);
    await expect(read).rejects.toMatchObject({ code: 'BUNDLER_CONFIG_UNREADABLE' });
    const home = await temporaryDirectory();
    await writeFiles(home, { '.bundle/config': 'x'.repeat(2_000_000) });
    await expect(bundlerSettings({ cwd: '/nowhere', home, env: {} })).rejects.toMatchObject({
      code: 'BUNDLER_CONFIG_UNREADABLE',
    });
  });

  it.skipIf(process.getuid?.() === 0)('refuses a config that may not be read', async () => {
    const home = await temporaryDirectory();
    await writeFiles(home, { '.bundle/config': '---\n' });
    await chmod(path.join(home, '.bundle/config'), 0);
    await expect(bundlerSettings({ cwd: '/nowhere', home, env: {} })).rejects.toMatchObject({
      code: 'BUNDLER_CONFIG_UNREADABLE',
    });
  });
});

describe('mirrorAnswers', () => {
  it('tells whether the mirror accepts a connection in time', async () => {
    const server = await startServer({ mirror: '/nowhere' });
    onTestFinished(() => server.close());
    expect(await mirrorAnswers({ url: new URL(server.url), fallbackTimeout: 2000 })).toBe(true);
    const gone = await startServer({ mirror: '/nowhere' });
    await gone.close();
    expect(await mirrorAnswers({ url: new URL(gone.url), fallbackTimeout: 2000 })).toBe(false);
    expect(await mirrorAnswers({ url: new URL(gone.url), fallbackTimeout: 0 })).toBe(true);
  });

  it.each([
    ['true', 100],
    ['3', 3000],
    ['false', 0],
    ['soon', 0],
  ])('is told the time by fallback_timeout: %s', async (value, milliseconds) => {
    const root = await temporaryDirectory();
    const settings = await bundlerSettings({
      cwd: root,
      home: root,
      env: { BUNDLE_MIRROR__ALL: 'http://localhost', BUNDLE_MIRROR__ALL__FALLBACK_TIMEOUT: value },
    });
    expect(settings.mirrorFor(new URL('https://rubygems.org'))?.fallbackTimeout).toBe(milliseconds);
  });
});

describe('parseBundlerConfig', () => {
  it('reads any file as Bundler does', async () => {
    const ruby = await startRuby('3.4');
    const piece = fc.constantFrom(
      'BUNDLE_A',
      'KEY',
      ':',
      ': ',
      ' ',
      '  ',
      '"',
      "'",
      '#',
      '[]',
      'x',
      '.',
      '-',
      'https://h.example.com',
      '\r\n',
      '\n',
      '\n',
      '- ',
    );
    const files = fc.sample(
      fc.array(piece, { maxLength: 24 }).map((pieces) => `---\n${pieces.join('')}`),
      { numRuns: 3000, seed: 11 },
    );
    // Nested maps and lists hold no setting; Bundler fails on a map that is indented below nothing.
    const upstream = ruby.evalJson<(Record<string, string> | null)[]>(
      `require 'rubygems/yaml_serializer'
       input.map do |text|
         Gem::YAMLSerializer.load(text).select {|_, v| v.is_a?(String) }.each_with_object({}) do |(k, v), config|
           k = k.dup
           k << "/" if /https?:/i.match?(k) && !k.end_with?("/", "__FALLBACK_TIMEOUT")
           k.gsub!(".", "__")
           config[k.gsub("-", "___")] = v unless k.start_with?("#")
         end
       rescue NoMethodError, TypeError
         nil
       end`,
      files,
    );
    let compared = 0;
    files.forEach((text, index) => {
      const expected = upstream[index];
      if (expected === null || expected === undefined) return;
      compared++;
      expect(Object.fromEntries(parseBundlerConfig(text)), JSON.stringify(text)).toEqual(expected);
    });
    expect(compared).toBeGreaterThan(1500);
  });

  it('takes time linear in the length of a line', () => {
    const text = `${' '.repeat(1_000_000)}\n${':'.repeat(1_000_000)}\n${'# '.repeat(500_000)}: x`;
    expect(inBoundedTime(() => parseBundlerConfig(text))).toBeInstanceOf(Map);
  });
});
