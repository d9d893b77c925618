#!/usr/bin/env bash
#
# RubyGems leaves out a symbolic link that stands in front of the link that it leads to, and says its target is missing.
#
# Seen with: RubyGems 3.6.2 (Ruby 3.4.1) and 4.0.3 (Ruby 4.0.0), upstream's, in @ruby/3.4-wasm-wasi and
# @ruby/4.0-wasm-wasi 2.10.1 from npm, run with @ruby/wasm-wasi 2.10.1.
#
# A gem with the usual three names of a library, libz.so -> libz.so.1 -> libz.so.1.2, built by RubyGems itself:
#
#   order in the gem                     unpacked
#   libz.so, libz.so.1, libz.so.1.2      libz.so.1, libz.so.1.2
#   libz.so.1, libz.so, libz.so.1.2      all three
#   libz.so.1.2, libz.so.1, libz.so      all three
#
# RubyGems sorts the names, whatever order the specification lists them in, so the first order is the one that it makes
# itself. Building the gem warns of nothing. Unpacking it succeeds, with a warning that is not so: "ships with a dangling
# symlink named lib/libz.so pointing to missing libz.so.1 file. Ignoring". The links are made after all files, in the
# gem's order, each only if its target exists by then.
#
# Expected: all three in any order, as from tar; the target of a link need not be there when it is made (POSIX,
# symlink()), and this one is in the gem.
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

const [version, script, folder] = process.argv.slice(2);
const binary = await readFile(`node_modules/@ruby/${version}-wasm-wasi/dist/ruby+stdlib.wasm`);
const wasip1 = new WASI({ version: 'preview1', env: { HOME: '/' }, preopens: { '/work': folder } });
const args = ['ruby.wasm', '-EUTF-8', '-W0', '-e_=0'];
const { vm } = await RubyVM.instantiateModule({ module: await WebAssembly.compile(binary), wasip1, args });
console.log(vm.eval(await readFile(script, 'utf8')).toString());
JS

cat > links.rb <<'RUBY'
require "rubygems"
require "rubygems/package"
require "fileutils"
require "stringio"

# A WASI has no modes of files to set.
def FileUtils.chmod(*, **) = nil
class File
  def chmod(*) = 0
  def self.chmod(*) = 0
end

FileUtils.mkdir_p("/work/source/lib")
Dir.chdir("/work/source")
File.write("lib/libz.so.1.2", "the library")
File.symlink("libz.so.1.2", "lib/libz.so.1")
File.symlink("libz.so.1", "lib/libz.so")

names = %w[lib/libz.so lib/libz.so.1 lib/libz.so.1.2]
# RubyGems' own order, which it sorts, and two that only another builder of gems makes.
orders = [nil, names.values_at(1, 0, 2), names.reverse]
lines = orders.each_with_index.map do |order, number|
  said = StringIO.new
  Gem::DefaultUserInteraction.ui = Gem::StreamUI.new(StringIO.new, StringIO.new, said, false)
  spec = Gem::Specification.new do |s|
    s.name = "links"
    s.version = "1.0.0"
    s.summary = "Three names of one library"
    s.authors = ["nobody"]
    s.files = names.reverse
  end
  spec.define_singleton_method(:files) { order } if order
  gem = "/work/#{number}.gem"
  Gem::Package.build(spec, true, false, gem)

  out = "/work/#{number}"
  Dir.mkdir(out)
  built = said.string.dup
  said.truncate(said.rewind)
  package = Gem::Package.new(gem)
  package.extract_files(out)
  missing = names - Dir.chdir(out) { Dir.glob("lib/*") }
  "#{package.contents.map { |name| File.basename(name) }.join(" ")}: missing #{missing.inspect} #{built}#{said.string.strip}".strip
end
"RubyGems #{Gem::VERSION}\n#{lines.join("\n")}"
RUBY

warning='WARNING:  links-1.0.0 ships with a dangling symlink named lib/libz.so pointing to missing libz.so.1 file. Ignoring'
for ruby in 3.4:3.6.2 4.0:4.0.3; do
  folder=$work/ruby-${ruby%:*}
  mkdir "$folder"
  # node:wasi may collect garbage inside a fast call of V8, which crashes (nodejs/node#46777).
  node --no-turbo-fast-api-calls --no-warnings ruby.mjs "${ruby%:*}" links.rb "$folder" > "$folder.seen" ||
    changed "Ruby ${ruby%:*} reports an error"
  cat "$folder.seen"
  diff - "$folder.seen" >&2 <<STATED || changed '< as stated, > now'
RubyGems ${ruby#*:}
libz.so libz.so.1 libz.so.1.2: missing ["lib/libz.so"] $warning
libz.so.1 libz.so libz.so.1.2: missing []
libz.so.1.2 libz.so.1 libz.so: missing []
STATED
done
