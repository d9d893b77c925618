#!/usr/bin/env bash
# What a person does by hand to learn which glibc the precompiled gems of a lockfile need: unpack each gem of one CPU and
# ask objdump about everything in it. Prints a line for each gem: its name, a tab, the floor, or `-` where none is named.
set -euo pipefail

if [ $# -ne 3 ]; then
  echo "usage: by-hand.sh LOCKFILE DIRECTORY_OF_GEMS CPU" >&2
  exit 2
fi
lockfile=$1 gems=$2 cpu=$3
unpacked=$(mktemp -d)
trap 'rm -rf "$unpacked"' EXIT

# Specs are indented by four: `    thruster (0.1.9-x86_64-linux)`, `    ffi (1.17.2-x86_64-linux-gnu)`.
sed -nE "s/^    ([^ ]+) \(([^)]+-$cpu-linux(-gnu)?)\)$/\1-\2/p" "$lockfile" | while read -r gem; do
  mkdir "$unpacked/$gem"
  tar -xOf "$gems/$gem.gem" data.tar.gz | gunzip | tar -x -C "$unpacked/$gem"
  # objdump refuses what is no ELF file, and grep finds nothing in a static executable: neither is a failure here. One
  # file at a time, for after some files objdump gives up the rest.
  floor=$({ find "$unpacked/$gem" -type f -exec objdump -T {} \; 2>/dev/null || true; } |
    { grep -oE 'GLIBC_[0-9.]+' || true; } | sort -V | tail -n 1)
  printf '%s\t%s\n' "$gem" "${floor#GLIBC_}"
  rm -rf "${unpacked:?}/$gem"
done | sed -E 's/\t$/\t-/'
