import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Ruby, RubyVersion } from './ruby.js';
import { SOCKETS, startRuby } from './ruby.js';

/** Bundler's settings at the moment at which it would install; `refused` if it stops before. */
export interface InstallSettings {
  readonly without: readonly string[];
  readonly with: readonly string[];
  readonly only: readonly string[];
  readonly frozen: boolean;
  readonly gemfile: string;
  readonly forceRuby: boolean;
  /** Class of the error, and its message. */
  readonly refused?: readonly [string, string];
}

export interface BundlerCli {
  readonly version: string;
  /**
   * Runs commands one after another in a project, each as a process of its own; the last is an install.
   * @param commands words behind `bundle`
   */
  install(
    files: Readonly<Record<string, string>>,
    commands: readonly (readonly string[])[],
    env?: Readonly<Record<string, string>>,
    platform?: string,
  ): Promise<InstallSettings>;
  close(): Promise<void>;
}

const SETUP = String.raw`
${SOCKETS}
require "fileutils"
%w[bundler bundler/cli bundler/dsl bundler/definition bundler/plugin bundler/resolver bundler/lockfile_generator bundler/installer
   bundler/cli/install bundler/cli/config bundler/friendly_errors].each { |feature| require feature }

module Captured
  class << self
    attr_accessor :settings, :platform
  end
  class Stop < StandardError; end

  def self.take
    list = ->(name) { Array(Bundler.settings[name]).map(&:to_s) }
    { without: list[:without], with: list[:with], only: list[:only], frozen: Bundler.frozen_bundle? ? true : false,
      gemfile: File.basename(Bundler.default_gemfile.to_s), forceRuby: Bundler.settings[:force_ruby_platform] ? true : false }
  end
end

def Bundler.local_platform = settings[:force_ruby_platform] ? Gem::Platform::RUBY : Captured.platform
class Bundler::SelfManager
  def restart_with_locked_bundler_if_needed = nil
  def install_locked_bundler_and_restart_with_it_if_needed = nil
end
class Bundler::Installer
  def self.install(*)
    Captured.settings = Captured.take
    raise Captured::Stop
  end
end

def bundle(words)
  Bundler.reset!
  Bundler.reset_settings_and_root!
  ARGV.replace(words)
  Bundler::CLI.start(words.dup)
rescue SystemExit, Captured::Stop
  nil
end

def installed(directory, commands, env, platform)
  FileUtils.rm_rf("/work/.home/.bundle")
  Captured.settings = nil
  Captured.platform = Gem::Platform.new(platform)
  Gem::Platform.instance_variable_set(:@local, Captured.platform)
  Gem.platforms = [Gem::Platform::RUBY, Captured.platform]
  %w[BUNDLE_GEMFILE BUNDLE_PATH].each { |name| ENV.delete(name) }
  env.each { |name, value| ENV[name] = value }
  Dir.chdir(directory)
  before = ENV.to_h
  commands.each { |words| ENV.replace(before); bundle(words) }
  Captured.settings
rescue Bundler::BundlerError, Thor::Error, Bundler::Thor::Error, StandardError => error
  Captured.take.merge(refused: [error.class.to_s, error.message])
ensure
  env.each_key { |name| ENV.delete(name) }
end
Thor = Bundler::Thor unless defined?(Thor)
nil
`;

/** Starts Bundler's command line; some two seconds. Once for a test file. */
export async function startBundlerCli(ruby: RubyVersion): Promise<BundlerCli> {
  const directory = await mkdtemp(path.join(tmpdir(), 'gemcompat-cli-'));
  await mkdir(path.join(directory, '.home'));
  const vm: Ruby = await startRuby(ruby, {
    mounts: { '/work': directory },
    env: { HOME: '/work/.home', BUNDLE_SILENCE_DEPRECATIONS: '1', BUNDLE_SILENCE_ROOT_WARNING: '1' },
  });
  vm.eval(SETUP);
  let count = 0;
  return {
    version: vm.versions.bundler,
    install: async (files, commands, env = {}, platform = 'x86_64-linux') => {
      const name = `project${(count += 1)}`;
      for (const [file, text] of Object.entries(files)) {
        const place = path.join(directory, name, file);
        await mkdir(path.dirname(place), { recursive: true });
        await writeFile(place, text);
      }
      return vm.evalJson<InstallSettings>('installed(*input)', [`/work/${name}`, commands, env, platform]);
    },
    close: () => rm(directory, { recursive: true, force: true }),
  };
}
