import { posix } from 'node:path';
import { LockfileError } from '../../src/errors.js';
import { parseLockfile } from '../../src/lockfile/parse.js';
import type { Lockfile } from '../../src/lockfile/types.js';
import { startRuby } from '../helpers/ruby.js';
import type { Ruby } from '../helpers/ruby.js';

/** What one reader made of a lockfile, in a form in which Bundler's and ours can be compared. */
export type Reading =
  | {
      readonly ok: true;
      readonly sources: readonly {
        readonly type: string;
        readonly remotes: readonly string[];
        readonly options: Readonly<Record<string, string>>;
      }[];
      readonly specs: readonly {
        readonly name: string;
        readonly version: string;
        readonly platform: string;
        readonly dependencies: readonly (readonly [name: string, requirement: readonly string[]])[];
        readonly source: number;
      }[];
      readonly platforms: readonly string[];
      readonly dependencies: readonly (readonly [
        name: string,
        requirement: readonly string[],
        sourced: boolean,
      ])[];
      readonly ruby: string | null;
      readonly bundler: string | null;
      /** Full name and digests, of the entries that have any; null where there is no CHECKSUMS section. */
      readonly checksums:
        readonly (readonly [name: string, digests: Readonly<Record<string, string>>])[] | null;
    }
  | { readonly ok: false; readonly error: string };

const root = '/one/two/three/four/five/six';

const prelude = `
  require 'bundler/lockfile_parser'
  Bundler.ui = Bundler::UI::Silent.new
  # A PATH source asks for the project's directory, a PLUGIN SOURCE for an installed plugin. Neither is there.
  def Bundler.root = Pathname.new('${root}')
  class AnyPluginSource
    include Bundler::Plugin::API::Source
    def self.from_lock(options) = new(options)
  end
  def (Bundler::Plugin).source(name) = AnyPluginSource

  def gemcompat_source(source)
    case source
    when Bundler::Source::Git
      keys = %w[revision ref branch tag submodules glob]
      { type: 'git', remotes: [source.uri], options: source.options.slice(*keys).transform_values(&:to_s) }
    when Bundler::Source::Path
      { type: 'path', remotes: [source.path.to_s], options: source.options.slice('glob').transform_values(&:to_s) }
    when AnyPluginSource
      { type: 'plugin', remotes: [source.uri.to_s], options: source.options.slice('type', 'branch', 'ref').transform_values(&:to_s) }
    else { type: 'gem', remotes: source.remotes.map(&:to_s).reverse, options: {} }
    end
  end

  def gemcompat_read(text)
    lock = Bundler::LockfileParser.new(text)
    checksums = lock.specs.filter_map do |spec|
      found = spec.source.checksum_store.send(:store)[spec.lock_name]
      [spec.full_name, found.transform_values(&:digest)] if found && !found.empty?
    end
    {
      ok: true,
      sources: lock.sources.map { |source| gemcompat_source(source) },
      specs: lock.specs.map do |spec|
        { name: spec.name, version: spec.version.to_s, platform: spec.platform.to_s,
          dependencies: spec.dependencies.map { |dep| [dep.name, dep.requirement.as_list] },
          source: lock.sources.index { |source| source.equal?(spec.source) } }
      end,
      platforms: lock.platforms.map(&:to_s),
      dependencies: lock.dependencies.values.map { |dep| [dep.name, dep.requirement.as_list, !dep.source.nil?] },
      ruby: lock.ruby_version,
      bundler: lock.bundler_version&.to_s,
      checksums: lock.checksums ? checksums : nil,
    }
  rescue StandardError => e
    { ok: false, error: "#{e.class}: #{e.message}" }
  end
  nil
`;

/** A Bundler that reads lockfiles: 2.6.2 in Ruby 3.4, 4.0.3 in Ruby 4.0. */
export interface Bundler {
  readonly version: string;
  /** Reads many texts in one call. */
  read(texts: readonly string[]): Reading[];
}

export async function startBundler(version: Ruby['version']): Promise<Bundler> {
  const ruby = await startRuby(version);
  ruby.eval(prelude);
  return {
    version: ruby.versions.bundler,
    read: (texts) => ruby.evalJson<Reading[]>('input.map { |text| gemcompat_read(text) }', texts).map(sorted),
  };
}

function fullName(spec: { name: string; version: string; platform: string }): string {
  return [spec.name, spec.version, ...(spec.platform === 'ruby' ? [] : [spec.platform])].join('-');
}

function byText<T>(text: (value: T) => string): (a: T, b: T) => number {
  return (a, b) => (text(a) < text(b) ? -1 : text(a) > text(b) ? 1 : 0);
}

function sorted(reading: Reading): Reading {
  if (!reading.ok) return reading;
  return {
    ...reading,
    specs: [...reading.specs].sort(byText(fullName)),
    checksums: reading.checksums === null ? null : [...reading.checksums].sort(byText(([name]) => name)),
  };
}

/** Bundler's own normalising of remotes, which `Lockfile` leaves as they are written. */
function normalizeRemotes(type: string, remotes: readonly string[]): string[] {
  if (type === 'gem') {
    const uris = remotes.map((remote) => (remote.endsWith('/') ? remote : `${remote}/`));
    return [...new Set(uris.map((uri) => uri.replace(/^[A-Za-z]+:/, (scheme) => scheme.toLowerCase())))];
  }
  const [remote = ''] = remotes;
  if (type === 'git') return [remote.replace(/\/$/, '')];
  if (type === 'plugin') return [remote];
  if (remotes.length === 0 || remote.startsWith('/'))
    return [remotes.length === 0 ? '' : posix.resolve(remote)];
  const relative = posix.relative(root, posix.resolve(root, remote));
  return [relative === '' ? '.' : relative];
}

const comparedOptions: Readonly<Record<string, readonly string[]>> = {
  gem: [],
  git: ['revision', 'ref', 'branch', 'tag', 'submodules', 'glob'],
  path: ['glob'],
  plugin: ['type', 'branch', 'ref'],
};

/** Our reading of a text in the same form. Only `LockfileError` counts as a refusal: anything else is thrown on. */
export function ourReading(
  text: string,
  dialect: '3.6' | '4.0' = '3.6',
): Reading & { code?: string; line?: number } {
  let lockfile: Lockfile;
  try {
    lockfile = parseLockfile(text, { dialect });
  } catch (error) {
    if (!(error instanceof LockfileError)) throw error;
    const line = error.line === undefined ? {} : { line: error.line };
    return { ok: false, error: error.message, code: error.code, ...line };
  }
  const { specs, checksums } = lockfile;
  return sorted({
    ok: true,
    sources: lockfile.sources.map(({ type, remotes, options }) => ({
      type,
      remotes: normalizeRemotes(type, remotes),
      options: Object.fromEntries(
        Object.entries(options).filter(([name]) => comparedOptions[type]?.includes(name) === true),
      ),
    })),
    specs: specs.map(({ name, version, platform, dependencies, source }) => ({
      name,
      version,
      platform,
      dependencies: dependencies.map((dependency) => [dependency.name, dependency.requirement] as const),
      source,
    })),
    platforms: lockfile.platforms,
    dependencies: lockfile.dependencies.map(
      ({ name, requirement, pinned }) => [name, requirement, pinned] as const,
    ),
    ruby: lockfile.rubyVersion ?? null,
    bundler: lockfile.bundlerVersion ?? null,
    checksums:
      checksums === undefined
        ? null
        : checksums
            .filter(({ digests }) => Object.keys(digests).length > 0)
            .map((checksum) => [fullName(checksum), checksum.digests] as const),
  });
}
