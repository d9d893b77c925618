#!/usr/bin/env bash
#
# Whether a lockfile's PLATFORMS have a machine is asked by Bundler 4.0.3 the other way round than by 2.6.2: a lockfile for musl alone has
# a machine with glibc, and one for the bare `x86_64-linux` no longer has a machine with musl.
#
# Seen with: Bundler 2.6.2 with RubyGems 3.6.2 (Ruby 3.4.1) and Bundler and RubyGems 4.0.3 (Ruby 4.0.0), upstream's, in
# @ruby/3.4-wasm-wasi and @ruby/4.0-wasm-wasi 2.10.1 from npm, run with @ruby/wasm-wasi 2.10.1. The code is
# Bundler::Definition#current_platform_locked?; read in the tags of rubygems/rubygems, it turned round between bundler-v2.6.4 and
# bundler-v2.6.5.
#
# Bundler::Definition#validate_platforms!, which a frozen `bundle install` calls first, of a lockfile without gems, for three machines
# (Bundler.local_platform):
#
#   PLATFORMS            machine              2.6.2     4.0.3
#   x86_64-linux         x86_64-linux         accepts   accepts
#   x86_64-linux         x86_64-linux-musl    accepts   refuses
#   x86_64-linux-musl    x86_64-linux         refuses   accepts
#   x86_64-linux-musl    x86_64-linux-musl    accepts   accepts
#   x86_64-linux-gnu     x86_64-linux         accepts   accepts
#   x86_64-linux-gnu     x86_64-linux-musl    refuses   refuses
#
# Expected: that a machine with glibc (`x86_64-linux` is what RubyGems calls one) is not taken for one that a lockfile for musl alone
# provides for; what is locked there does not load on it.
#
# Needs npm and Node 20 or later. Exit code: 0 still so, 1 it has changed, 2 it cannot be run here.
set -euo pipefail

cannot() { echo "cannot be run: $*" >&2; exit 2; }
changed() { echo "changed: $*" >&2; exit 1; }

for tool in node npm; do command -v "$tool" >/dev/null || cannot "$tool is not on the PATH"; done

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
echo '{"private":true}' > package.json
npm install --silent --no-audit --no-fund --ignore-scripts @ruby/wasm-wasi@2.10.1 @ruby/3.4-wasm-wasi@2.10.1 \
  @ruby/4.0-wasm-wasi@2.10.1 >&2 || cannot 'npm does not have the packages'

cat > ruby.mjs <<'JS'
import { readFile } from 'node:fs/promises';
import { WASI } from 'node:wasi';
import { RubyVM } from '@ruby/wasm-wasi';

const [version, script] = process.argv.slice(2);
const binary = await readFile(`node_modules/@ruby/${version}-wasm-wasi/dist/ruby+stdlib.wasm`);
const wasip1 = new WASI({
  version: 'preview1',
  env: { HOME: '/project', BUNDLE_GEMFILE: '/project/Gemfile', BUNDLE_FROZEN: 'true' },
  preopens: { '/project': `${process.cwd()}/project` },
});
const args = ['ruby.wasm', '-EUTF-8', '-W0', '-e_=0'];
const { vm } = await RubyVM.instantiateModule({ module: await WebAssembly.compile(binary), wasip1, args });
console.log(vm.eval(await readFile(script, 'utf8')).toString());
JS

mkdir project
echo 'source "https://rubygems.org"' > project/Gemfile

cat > ask.rb <<'RUBY'
require "js"
require "rubygems"
require "bundler"

machine = nil
Bundler.define_singleton_method(:local_platform) { machine }
cases = [
  %w[x86_64-linux x86_64-linux], %w[x86_64-linux x86_64-linux-musl],
  %w[x86_64-linux-musl x86_64-linux], %w[x86_64-linux-musl x86_64-linux-musl],
  %w[x86_64-linux-gnu x86_64-linux], %w[x86_64-linux-gnu x86_64-linux-musl]
]
answers = cases.map do |locked, local|
  machine = Gem::Platform.new(local)
  sections = ["GEM\n  remote: https://rubygems.org/\n  specs:\n", "PLATFORMS\n  #{locked}\n", "DEPENDENCIES\n"]
  File.write("/project/Gemfile.lock", sections.join("\n"))
  definition = Bundler::Definition.build("/project/Gemfile", "/project/Gemfile.lock", nil)
  definition.validate_platforms!
  "accepts"
rescue Bundler::ProductionError
  "refuses"
end
"#{Bundler::VERSION} #{answers.join(" ")}"
RUBY

# nodejs/node#46777: without the flag a collection of garbage inside of node:wasi may end the process.
while read -r ruby expected; do
  said=$(node --no-warnings --no-turbo-fast-api-calls ruby.mjs "$ruby" ask.rb) || cannot "Ruby $ruby does not run"
  echo "Bundler $said"
  [ "$said" = "$expected" ] || changed "Ruby $ruby said: $said"
done <<'ROWS'
3.4 2.6.2 accepts accepts refuses accepts accepts refuses
4.0 4.0.3 accepts refuses accepts accepts accepts refuses
ROWS
echo 'still so'
