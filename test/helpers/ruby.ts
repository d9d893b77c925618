import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { setFlagsFromString } from 'node:v8';
import { WASI } from 'node:wasi';
import { RubyVM } from '@ruby/wasm-wasi';

/** Ruby 3.4 carries RubyGems 3.6.2 and Bundler 2.6.2; Ruby 4.0 carries RubyGems 4 and Bundler 4. */
export type RubyVersion = '3.4' | '4.0';

export interface RubyOptions {
  /** Directories to see from inside, guest path → host path: `{ '/gems': 'fixtures/mirror/gems' }`. Writable. */
  readonly mounts?: Readonly<Record<string, string>>;
  /** The guest's environment; empty by default. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Upstream Ruby with RubyGems and Bundler, inside this process. */
export interface Ruby {
  readonly version: RubyVersion;
  /** `RUBY_VERSION`, `Gem::VERSION` and `Bundler::VERSION` of this build. */
  readonly versions: { readonly ruby: string; readonly rubygems: string; readonly bundler: string };
  /**
   * Evaluates code at top level and returns `to_s` of its last expression. Methods, constants and globals stay for
   * later calls; local variables do not. A Ruby exception is thrown as an `Error` with the Ruby message and backtrace.
   */
  eval(code: string): string;
  /**
   * Evaluates code and returns its last expression through JSON. `input`, if given, is a local variable `input` of
   * the code (JSON types, hashes with string keys), so data need not be quoted into code.
   */
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the caller knows what its Ruby answers
  evalJson<T>(code: string, input?: unknown): T;
}

// node:wasi may collect garbage inside a V8 fast call, which crashes the process (nodejs/node#46777, #53087).
setFlagsFromString('--no-turbo-fast-api-calls');

const modules = new Map<RubyVersion, Promise<WebAssembly.Module>>();

async function loadModule(version: RubyVersion): Promise<WebAssembly.Module> {
  const path = createRequire(import.meta.url).resolve(`@ruby/${version}-wasm-wasi/dist/ruby+stdlib.wasm`);
  return WebAssembly.compile(await readFile(path));
}

/**
 * Starts a fresh Ruby virtual machine with RubyGems, Bundler and JSON loaded. It takes some two seconds: start it
 * once per test file, in `beforeAll`. There are no sockets inside, no processes and no threads.
 */
export async function startRuby(version: RubyVersion = '3.4', options: RubyOptions = {}): Promise<Ruby> {
  const module = modules.get(version) ?? loadModule(version);
  modules.set(version, module);
  const wasi = new WASI({
    version: 'preview1',
    returnOnExit: true,
    env: { HOME: '/', ...options.env },
    preopens: { ...options.mounts },
  });
  const { vm } = await RubyVM.instantiateModule({
    module: await module,
    wasip1: wasi,
    args: ['ruby.wasm', '-EUTF-8', '-W0', '-e_=0'],
  });
  vm.eval("require 'js'; require 'json'; require 'rubygems'; require 'bundler'; nil");

  const evalJson = (code: string, input?: unknown): unknown => {
    const run = vm.eval(`->(given) { input = JSON.parse(given.to_s); JSON.generate(begin\n${code}\nend) }`);
    return JSON.parse(run.call('call', vm.wrap(JSON.stringify(input ?? null))).toString());
  };
  return {
    version,
    versions: evalJson(
      '{ ruby: RUBY_VERSION, rubygems: Gem::VERSION, bundler: Bundler::VERSION }',
    ) as Ruby['versions'],
    eval: (code) => vm.eval(code).toString(),
    evalJson: evalJson as Ruby['evalJson'],
  };
}

/** Ruby code: the constants of the sockets that there are none of in WebAssembly, for a VM that has a directory as `/work`. */
export const SOCKETS = String.raw`
require "tmpdir"
%w[/work/.lib /work/.lib/io].each { |path| Dir.mkdir(path) unless Dir.exist?(path) }
File.write("/work/.lib/io/wait.rb", "")
File.write("/work/.lib/socket.rb", <<~STUB)
  class SocketError < StandardError; end
  class BasicSocket < IO; end
  class Socket < BasicSocket
    class ResolutionError < SocketError; end
    def self.do_not_reverse_lookup=(value); end
  end
  class IPSocket < BasicSocket; end
  class TCPSocket < IPSocket; end
STUB
$LOAD_PATH.unshift("/work/.lib")
`;
