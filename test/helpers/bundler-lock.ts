import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Ruby } from './ruby.js';
import { SOCKETS, startRuby } from './ruby.js';

/** The machine that Bundler runs on. */
export interface Machine {
  /** `Gem::Platform.local` there: `x86_64-linux`, `x86_64-linux-musl`. */
  readonly platform: string;
  /** `RUBY_VERSION` there. */
  readonly ruby: string;
}

export interface LockRequest {
  /** A mirror's directory, inside `Bundler#directory`. */
  readonly mirror: string;
  readonly gemfile: string;
  /** The lockfile that lies beside the Gemfile; absent for a project that has none yet. */
  readonly lockfile?: string;
  readonly machine: Machine;
  /** As `bundle lock --add-platform` takes them. */
  readonly addPlatforms?: readonly string[];
  /** The one version of a gem that there is; of gems that are not named there are all. */
  readonly only?: Readonly<Record<string, string>>;
}

/** `lockfile` is what Bundler writes, `installed` what it would install on the machine: `foo-1.0-x86_64-linux`. */
export type Locked =
  { readonly lockfile: string; readonly installed: readonly string[] } | { readonly error: string };

/** Bundler 2.6.2, upstream's own, in WebAssembly: its resolver and its choice of what to install. */
export interface Bundler {
  /** Where mirrors have to be for Bundler to see them. */
  readonly directory: string;
  /** `bundle lock`, then what `bundle install` takes from its result. */
  lock(request: LockRequest): Locked;
  close(): Promise<void>;
}

/**
 * What Bundler has to be given inside WebAssembly: constants of the sockets that there are none of, the machine that it
 * is told it runs on, and a fetcher that reads the compact index of a directory with Bundler's own parser.
 */
const SETUP = String.raw`
${SOCKETS}
# Loaded from here and not from deep inside the resolver: WebAssembly's stack is small.
%w[rubygems/resolver bundler bundler/fetcher bundler/compact_index_client bundler/resolver bundler/lockfile_generator
   bundler/dsl bundler/plugin].each { |feature| require feature }

module Asked
  class << self
    attr_accessor :ruby, :mirror, :only
    attr_reader :platform

    def platform=(name)
      @platform = Gem::Platform.new(name)
      Gem::Platform.instance_variable_set(:@local, @platform)
      Gem.platforms = [Gem::Platform::RUBY, @platform]
    end
  end
end

def Gem.ruby_version = Gem::Version.new(Asked.ruby)

module Bundler
  class RubyVersion
    def self.system = new(Asked.ruby, nil, "ruby", Asked.ruby)
  end

  def self.local_platform = Asked.platform

  class MirrorFiles
    def names = File.read(File.join(Asked.mirror, "names"))
    def versions = File.read(File.join(Asked.mirror, "versions"))

    def info(name, _checksum)
      file = File.join(Asked.mirror, "info", name)
      File.exist?(file) ? File.read(file) : ""
    end
  end

  class Fetcher
    def fetch_specs(names)
      parser = CompactIndexClient::Parser.new(MirrorFiles.new)
      known = {}
      wanted = names.dup
      until wanted.empty?
        name = wanted.shift
        next if known.key?(name)
        known[name] = parser.info(name).select { |_, version| [nil, version].include?(Asked.only[name]) }
        wanted.concat(known[name].flat_map { |entry| entry[CompactIndexClient::INFO_DEPS].map(&:first) })
      end
      known.values.flatten(1)
    end

    def initialize(remote)
      @remote = remote
    end

    def fetchers = [Struct.new(:api_fetcher?, :available?).new(true, true)]
  end
end

# Without a lockfile Bundler adds every platform for which all gems have a variant; the tests lock the ones they name.
class Bundler::Definition
  def should_add_extra_platforms? = false
end

Bundler.ui = Bundler::UI::Silent.new

def locked(request)
  Asked.ruby, Asked.platform = request["machine"].values_at("ruby", "platform")
  Asked.mirror, Asked.only = request.values_at("mirror", "only")
  File.write("/work/Gemfile", request["gemfile"])
  lockfile = Pathname("/work/Gemfile.lock")
  lockfile.delete if lockfile.exist?
  File.write(lockfile, request["lockfile"]) if request["lockfile"]
  definition = Bundler::Definition.build(Pathname("/work/Gemfile"), lockfile, nil)
  request["addPlatforms"].each { |name| definition.add_platform(Gem::Platform.new(name)) }
  definition.remotely!
  definition.resolve
  { lockfile: definition.to_lock, installed: definition.specs.map(&:full_name).reject { |name| name.start_with?("bundler-") }.sort }
rescue Bundler::BundlerError, Gem::LoadError => error
  { error: "#{error.class}: #{error.message}" }
end
nil
`;

/** Starts Bundler; some two seconds. Once for a test file. */
export async function startBundler(): Promise<Bundler> {
  const directory = await mkdtemp(path.join(tmpdir(), 'gemcompat-bundler-'));
  await mkdir(path.join(directory, '.home'));
  const ruby: Ruby = await startRuby('3.4', {
    mounts: { '/work': directory },
    env: { HOME: '/work/.home', BUNDLE_GEMFILE: '/work/Gemfile' },
  });
  ruby.eval(SETUP);
  return {
    directory,
    lock: (request) =>
      ruby.evalJson<Locked>('locked(input)', {
        addPlatforms: [],
        only: {},
        ...request,
        mirror: path.posix.join('/work', path.relative(directory, request.mirror)),
      }),
    close: () => rm(directory, { recursive: true, force: true }),
  };
}
