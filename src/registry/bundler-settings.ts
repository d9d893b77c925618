import { readFile, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { RegistryError } from '../errors.js';
import { parseBundlerConfig } from './bundler-config-file.js';
import { parseUserinfo } from './credentials.js';
import type { Credentials } from './credentials.js';
import { mirrorsFrom } from './mirrors.js';
import type { Mirror } from './mirrors.js';
import { withTrailingSlash } from './remote-url.js';

/** What of Bundler's settings bears on an audit. It prints without secrets: they are reached through functions only. */
export interface BundlerSettings {
  /** A setting as it is written, and where: the level that counts. */
  stated(name: string): StatedHere | undefined;
  /** `force_ruby_platform`: Bundler takes the `ruby` variant of every gem. */
  readonly forceRubyPlatform: boolean;
  /** `cooldown`: days that a version has to be published before it is resolved to; absent where it is not set, or no number. */
  readonly cooldown?: number;
  /** `gemfile`, absolute: what Bundler works on in place of the directory's own Gemfile. */
  readonly gemfile?: string;
  /** `lockfile`, absolute: since Bundler 4, in place of the one beside the Gemfile. */
  readonly lockfile?: string;
  /** `cache_path`, absolute: where `bundle cache` puts gems; `vendor/cache` by default. */
  readonly cachePath: string;
  /** `ssl_ca_cert`: a PEM file or a directory of them. */
  readonly sslCaCert?: string;
  /** The credentials that are configured for a remote, by its URL or its host. */
  credentialsFor(remote: URL): Credentials | undefined;
  /** The mirror that is configured for a remote, by its URL or its host, or for all. */
  mirrorFor(remote: URL): Mirror | undefined;
}

/** What one of Bundler's levels says. */
export interface StatedHere {
  readonly value: string;
  /** For people: `.bundle/config`, `BUNDLE_WITHOUT`, `~/.bundle/config`. */
  readonly place: string;
  /** It stands in the config of the user, for all of their projects. */
  readonly user: boolean;
}

export interface BundlerSettingsOptions {
  /** The project's root, where the Gemfile is. */
  readonly cwd: string;
  /** Where `gemfile` and `lockfile` are taken from: Bundler expands them where it is started. The root by default. */
  readonly startedIn?: string;
  /** The process's environment by default. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** The user's home directory by default. */
  readonly home?: string;
}

/** A config file is a few lines; what is larger is something else. In bytes. */
const MAX_CONFIG_SIZE = 1024 * 1024;

/**
 * Reads Bundler's settings where Bundler reads them (`Bundler::Settings`), the first that has a value wins: the project's
 * `.bundle/config` (or `$BUNDLE_APP_CONFIG/config`), the environment (`BUNDLE_*`), the user's config (`$BUNDLE_CONFIG`,
 * `$BUNDLE_USER_CONFIG`, `$BUNDLE_USER_HOME/config` or `~/.bundle/config`). `BUNDLE_IGNORE_CONFIG` switches the files off.
 *
 * @throws RegistryError `BUNDLER_CONFIG_UNREADABLE` where a config file is there and cannot be read: what it says may change
 * which gems are used.
 */
export async function bundlerSettings(options: BundlerSettingsOptions): Promise<BundlerSettings> {
  const env = options.env ?? process.env;
  const home = options.home ?? env['HOME'] ?? homedir();
  const ignoreFiles = env['BUNDLE_IGNORE_CONFIG'] !== undefined;
  const files = [projectConfig(options.cwd, env), userConfig(home, env)];
  const [local, global] = await Promise.all(
    files.map(async (file) => (ignoreFiles || file === undefined ? new Map<string, string>() : load(file))),
  );
  const [project = '', user = ''] = files;
  return fromLevels(
    [
      { values: local ?? new Map(), place: path.relative(options.cwd, project), user: false },
      { values: environment(env), user: false },
      { values: global ?? new Map(), place: user, user: true },
    ],
    options.cwd,
    options.startedIn ?? options.cwd,
  );
}

interface Level {
  readonly values: ReadonlyMap<string, string>;
  /** The file; absent for the environment. */
  readonly place?: string;
  readonly user: boolean;
}

function fromLevels(all: readonly Level[], root: string, startedIn: string): BundlerSettings {
  const levels = all.map(({ values }) => values);
  const get = (name: string): string | undefined => {
    const key = settingKey(name);
    const value = levels.find((level) => level.has(key))?.get(key);
    // Bundler converts this one value to a boolean whatever the setting is.
    return value === 'false' ? undefined : value;
  };
  const names = new Set(levels.flatMap((level) => [...level.keys()].map(settingName)));
  const mirrors = mirrorsFrom(names, get);
  const sslCaCert = get('ssl_ca_cert');
  const given = (name: string): string | undefined => {
    const file = get(name);
    return file === undefined || file === '' ? undefined : path.resolve(startedIn, file);
  };
  const cooldown = /^\s*(\d{1,6})\s*$/.exec(get('cooldown') ?? '')?.[1];
  const [gemfile, lockfile] = [given('gemfile'), given('lockfile')];
  return {
    stated: (name) => {
      const key = settingKey(name);
      const level = all.find(({ values }) => values.has(key));
      const value = level?.values.get(key);
      return level === undefined || value === undefined
        ? undefined
        : { value, place: level.place ?? key, user: level.user };
    },
    forceRubyPlatform: isTrue(get('force_ruby_platform')),
    ...(cooldown === undefined ? {} : { cooldown: Number(cooldown) }),
    ...(gemfile === undefined ? {} : { gemfile }),
    ...(lockfile === undefined ? {} : { lockfile }),
    cachePath: path.resolve(root, get('cache_path') ?? path.join('vendor', 'cache')),
    ...(sslCaCert === undefined || sslCaCert === '' ? {} : { sslCaCert: path.resolve(root, sslCaCert) }),
    credentialsFor: (remote) => {
      const userinfo = get(withTrailingSlash(remote).href) ?? get(remote.hostname);
      return userinfo === undefined ? undefined : parseUserinfo(userinfo);
    },
    mirrorFor: (remote) => mirrors(remote),
  };
}

/**
 * `Bundler::Settings.key_for`: the name of a setting as the environment has it. `gems.example.com` is
 * `BUNDLE_GEMS__EXAMPLE__COM`, `my-host` is `BUNDLE_MY___HOST`.
 */
export function settingKey(name: string): string {
  return `BUNDLE_${name.replaceAll('.', '__').replaceAll('-', '___').toUpperCase()}`;
}

/** `Bundler::Settings#all`: the way back. Not exact, as a name with underscores of its own does not survive. */
function settingName(key: string): string {
  return key
    .replace(/^BUNDLE_/, '')
    .replaceAll('___', '-')
    .replaceAll('__', '.')
    .toLowerCase();
}

/** `Bundler::Settings#to_bool`. */
function isTrue(value: string | undefined): boolean {
  return value !== undefined && !/^(?:false|f|no|n|0|)$/i.test(value);
}

function environment(env: Readonly<Record<string, string | undefined>>): ReadonlyMap<string, string> {
  const settings = new Map<string, string>();
  for (const [key, value] of Object.entries(env)) {
    if (key.startsWith('BUNDLE_') && key !== 'BUNDLE_' && value !== undefined) settings.set(key, value);
  }
  return settings;
}

function projectConfig(root: string, env: Readonly<Record<string, string | undefined>>): string {
  return path.join(path.resolve(root, env['BUNDLE_APP_CONFIG'] ?? '.bundle'), 'config');
}

function userConfig(home: string, env: Readonly<Record<string, string | undefined>>): string | undefined {
  const given = (name: string): string | undefined => (env[name] === '' ? undefined : env[name]);
  const userHome = given('BUNDLE_USER_HOME');
  return (
    given('BUNDLE_CONFIG') ??
    given('BUNDLE_USER_CONFIG') ??
    (userHome === undefined ? undefined : path.join(userHome, 'config')) ??
    (home === '' ? undefined : path.join(home, '.bundle', 'config'))
  );
}

async function load(file: string): Promise<ReadonlyMap<string, string>> {
  try {
    const { size } = await stat(file);
    if (size > MAX_CONFIG_SIZE) throw new Error(`it has ${size} bytes, more than ${MAX_CONFIG_SIZE}`);
    return parseBundlerConfig(await readFile(file, 'utf8'));
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') return new Map();
    throw new RegistryError(`Bundler's config ${file} cannot be read: ${(error as Error).message}`, {
      code: 'BUNDLER_CONFIG_UNREADABLE',
      suggestions: ['Make the file readable, or set BUNDLE_IGNORE_CONFIG=1 to leave config files aside.'],
      cause: error,
    });
  }
}
