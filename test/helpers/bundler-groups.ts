import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Ruby, RubyVersion } from './ruby.js';
import { SOCKETS, startRuby } from './ruby.js';

/** What Bundler says of a project: the names of the gems that it installs, or why it does not. */
export type Requested = { readonly installed: readonly string[] } | { readonly error: string };

export interface BundlerGroups {
  readonly version: string;
  /** Which gems of the lockfile Bundler installs (`Bundler::Definition#requested_dependencies` and what they need). */
  requested(
    files: Readonly<Record<string, string>>,
    env?: Readonly<Record<string, string>>,
  ): Promise<Requested>;
  close(): Promise<void>;
}

const SETUP = String.raw`
${SOCKETS}
%w[bundler bundler/dsl bundler/definition bundler/plugin bundler/resolver bundler/lockfile_generator].each { |feature| require feature }
Bundler.ui = Bundler::UI::Silent.new

module Machine
  PLATFORM = Gem::Platform.new("x86_64-linux")
end
Gem::Platform.instance_variable_set(:@local, Machine::PLATFORM)
Gem.platforms = [Gem::Platform::RUBY, Machine::PLATFORM]
def Bundler.local_platform = settings[:force_ruby_platform] ? Gem::Platform::RUBY : Machine::PLATFORM

def requested(directory, env)
  env.each { |name, value| ENV[name] = value }
  ENV["BUNDLE_GEMFILE"] = File.join(directory, "Gemfile")
  Bundler.reset!
  Bundler.ui = Bundler::UI::Silent.new
  Dir.chdir(directory)
  definition = Bundler::Definition.build(Pathname(directory) + "Gemfile", Pathname(directory) + "Gemfile.lock", nil)
  wanted = definition.requested_dependencies
  { installed: definition.resolve.for(wanted, [Machine::PLATFORM]).map(&:name).uniq.reject { |name| name == "bundler" }.sort }
rescue Bundler::BundlerError, Gem::LoadError, ScriptError, StandardError => error
  { error: "#{error.class}: #{error.message}" }
ensure
  env.each_key { |name| ENV.delete(name) }
end
nil
`;

/** Starts a Bundler that tells which gems of a lockfile it installs; some two seconds. Once for a test file. */
export async function startBundlerGroups(ruby: RubyVersion): Promise<BundlerGroups> {
  const directory = await mkdtemp(path.join(tmpdir(), 'gemcompat-groups-'));
  await mkdir(path.join(directory, '.home'));
  const vm: Ruby = await startRuby(ruby, {
    mounts: { '/work': directory },
    env: { HOME: '/work/.home', BUNDLE_GEMFILE: '/work/Gemfile', BUNDLE_PATH: '/work/.bundled' },
  });
  vm.eval(SETUP);
  let count = 0;
  return {
    version: vm.versions.bundler,
    requested: async (files, env = {}) => {
      const name = `project${(count += 1)}`;
      for (const [file, text] of Object.entries(files)) {
        const place = path.join(directory, name, file);
        await mkdir(path.dirname(place), { recursive: true });
        await writeFile(place, text);
      }
      return vm.evalJson<Requested>('requested(*input)', [`/work/${name}`, env]);
    },
    close: () => rm(directory, { recursive: true, force: true }),
  };
}
