#!/usr/bin/env bash
#
# RubyGems' parser of a compact index takes a time of publication apart at its colons.
#
# Seen with: RubyGems 3.6.2 with Bundler 2.6.2 (Ruby 3.4.1) and RubyGems and Bundler 4.0.3 (Ruby 4.0.0), upstream's, in
# @ruby/3.4-wasm-wasi and @ruby/4.0-wasm-wasi 2.10.1 from npm, run with @ruby/wasm-wasi 2.10.1.
#
# A row of /info/NAME as rubygems.org writes it since 2025, read by Gem::Resolver::APISet::GemParser, which Bundler uses too:
#
#   1.0.0 |checksum:00…,ruby:>= 3.1,created_at:2026-11-16T08:30:15Z
#
# gives pairs of a key and its values for the checksum and the Ruby, and four things for the time:
#
#   ["checksum", ["00…"]]
#   ["ruby", [">= 3.1"]]
#   ["created_at", "2026-11-16T08", "30", ["15Z"]]
#
# so a block that takes key and values has "2026-11-16T08" for the values, and no list of them.
#
# Expected: ["created_at", ["2026-11-16T08:30:15Z"]]. The format separates a key from its value with one colon, and values with "&"
# (https://guides.rubygems.org/rubygems-org-compact-index-api/). Bundler's cooldown, which reads the time, came in 4.0.13.
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
const wasip1 = new WASI({ version: 'preview1', env: { HOME: '/' } });
const args = ['ruby.wasm', '-EUTF-8', '-W0', '-e_=0'];
const { vm } = await RubyVM.instantiateModule({ module: await WebAssembly.compile(binary), wasip1, args });
console.log(vm.eval(await readFile(script, 'utf8')).toString());
JS

cat > parse.rb <<'RUBY'
require "rubygems"
require "rubygems/resolver"
require "rubygems/resolver/api_set/gem_parser"

row = "1.0.0 |checksum:#{"0" * 64},ruby:>= 3.1,created_at:2026-11-16T08:30:15Z"
_, _, _, requirements = Gem::Resolver::APISet::GemParser.new.parse(row)
"#{Gem::VERSION} #{requirements.find {|key, *| key == "created_at" }.inspect}"
RUBY

for pair in '3.4 3.6.2' '4.0 4.0.3'; do
  read -r ruby rubygems <<<"$pair"
  said=$(node --no-warnings ruby.mjs "$ruby" parse.rb) || cannot "Ruby $ruby does not run"
  expected="$rubygems [\"created_at\", \"2026-11-16T08\", \"30\", [\"15Z\"]]"
  echo "RubyGems $said"
  [ "$said" = "$expected" ] || changed "Ruby $ruby said: $said"
done
echo 'still so'
