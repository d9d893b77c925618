import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Ruby } from '../helpers/ruby.js';
import { SOCKETS, startRuby } from '../helpers/ruby.js';

/** A gem as Bundler reads it from a Gemfile. */
export interface ReadGem {
  readonly name: string;
  readonly requirement: readonly string[];
  readonly groups: readonly string[];
  readonly platforms: readonly string[];
  readonly require: readonly string[] | null;
  readonly source: string;
  readonly force: boolean;
  readonly include: boolean;
}

export interface BundlerDsl {
  /** Visible to Bundler as `/work`. */
  readonly directory: string;
  /** Bundler::Dsl on a Gemfile of the directory; its message where it refuses it. */
  read(gemfile: string, env?: Readonly<Record<string, string>>): readonly ReadGem[] | string;
  /** `ruby -c`: its message where it refuses the file. */
  check(file: string): string;
  close(): Promise<void>;
}

const SETUP = String.raw`
${SOCKETS}
require "bundler/dsl"
require "bundler/plugin"
Bundler.ui = Bundler::UI::Silent.new

def read_gemfile(path, env)
  env.each { |name, value| ENV[name] = value }
  ENV["BUNDLE_GEMFILE"] = path
  Bundler.instance_variable_set(:@root, nil)
  Dir.chdir(File.dirname(path))
  begin
    dsl = Bundler::Dsl.new
    dsl.eval_gemfile(Pathname(path))
    dsl.dependencies.map do |dep|
      { name: dep.name, requirement: dep.requirement.as_list.sort, groups: dep.groups.map(&:to_s),
        platforms: dep.platforms.map(&:to_s), require: dep.autorequire&.map(&:to_s), source: dep.source.respond_to?(:remotes) ? dep.source.remotes.map(&:to_s).join(" ") : dep.source.to_s,
        force: dep.force_ruby_platform ? true : false, include: dep.instance_variable_get(:@should_include) ? true : false }
    end
  end
rescue Bundler::BundlerError, ScriptError, StandardError => error
  "#{error.class}: #{error.message}"
ensure
  env.each_key { |name| ENV.delete(name) }
end

def check_syntax(path)
  RubyVM::InstructionSequence.compile(File.read(path, encoding: "UTF-8"), path)
  ""
rescue SyntaxError => error
  error.message
end
nil
`;

/** Starts Bundler's own reader of Gemfiles; some two seconds. Once for a test file. */
export async function startBundlerDsl(): Promise<BundlerDsl> {
  const directory = await mkdtemp(path.join(tmpdir(), 'gemcompat-dsl-'));
  const ruby: Ruby = await startRuby('3.4', {
    mounts: { '/work': directory },
    env: { HOME: '/work', BUNDLE_PATH: '/work/.bundled' },
  });
  ruby.eval(SETUP);
  const inside = (file: string): string => path.posix.join('/work', path.relative(directory, file));
  return {
    directory,
    read: (gemfile, env = {}) => ruby.evalJson('read_gemfile(*input)', [inside(gemfile), env]),
    check: (file) => ruby.evalJson('check_syntax(input)', inside(file)),
    close: () => rm(directory, { recursive: true, force: true }),
  };
}
