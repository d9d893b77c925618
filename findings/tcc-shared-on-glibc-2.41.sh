#!/usr/bin/env bash
#
# What `tcc -shared` writes cannot be opened by glibc 2.41, although no code in it needs an executable stack.
#
# Seen with: tcc 0.9.27+git20200814.62c30a4a-1 (Debian 12) and -2 (Debian 13), on x86-64. Both write two PT_LOAD and one
# PT_DYNAMIC, and no PT_GNU_STACK.
#
#   glibc 2.36-9+deb12u14 (Debian 12), dlopen: opened, and the function answers
#   glibc 2.41-12+deb13u5 (Debian 13), dlopen: NULL, and dlerror says
#     ./FILE: cannot enable executable stack as shared object requires: Invalid argument
#
# The same source built with gcc has a PT_GNU_STACK of RW, and opens with both.
#
# Expected: a program of Debian 13 opens what a compiler of Debian 13 wrote. But glibc takes a missing PT_GNU_STACK for
# "executable" on x86-64 (DEFAULT_STACK_PERMS), and since 2.41 dlopen no longer makes the stack of a running process
# executable (NEWS of 2.41). GLIBC_TUNABLES=glibc.rtld.execstack=2 brings that back: then all three files open.
#
# Needs apt-get, dpkg-deb, gcc and readelf on an x86-64 Debian. Exit code: 0 still so, 1 it has changed, 2 it cannot be
# run here (a package that the mirror no longer has, say).
set -euo pipefail

cannot() { echo "cannot be run: $*" >&2; exit 2; }
changed() { echo "changed: $*" >&2; exit 1; }

for tool in apt-get dpkg dpkg-deb gcc readelf; do command -v "$tool" >/dev/null || cannot "$tool is not on the PATH"; done
[ "$(dpkg --print-architecture)" = amd64 ] || cannot 'the packages are for x86-64'

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

# Lists, cache and state of apt's own for this folder; the machine's are left alone.
mirror=$(apt-get indextargets --format '$(REPO_URI)' | awk '/\/debian\/?$/ && !found++')
[ -n "$mirror" ] || cannot 'apt knows no mirror of Debian; run apt-get update first'
mkdir -p apt/lists/partial apt/cache/archives/partial apt/parts
: > apt/status
for suite in bookworm trixie; do
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $suite main"
done > apt/sources.list
apt=(apt-get -qq -o Dir::Etc::SourceList="$work/apt/sources.list" -o Dir::Etc::SourceParts="$work/apt/parts"
  -o Dir::State::Lists="$work/apt/lists" -o Dir::State::status="$work/apt/status" -o Dir::Cache="$work/apt/cache"
  -o APT::Sandbox::User= -o Acquire::Languages=none)
"${apt[@]}" update >&2 || cannot 'apt-get update fails'

# unpack FOLDER PACKAGE=VERSION
unpack() {
  mkdir "$1"
  (cd "$1" && "${apt[@]}" download "$2" >&2 && dpkg-deb -x ./*.deb .) || cannot "$2 is not to be had"
}
unpack tcc-12 tcc=0.9.27+git20200814.62c30a4a-1
unpack tcc-13 tcc=0.9.27+git20200814.62c30a4a-2
unpack glibc-2.36 libc6=2.36-9+deb12u14
unpack glibc-2.41 libc6=2.41-12+deb13u5

unset GLIBC_TUNABLES LD_LIBRARY_PATH LD_PRELOAD

# on GLIBC PROGRAM ARGUMENTS…: with the loader and the libraries of that glibc.
on() {
  local libraries
  libraries=$(dirname "$(find "$1" -name libc.so.6)")
  shift
  "$libraries/ld-linux-x86-64.so.2" --library-path "$libraries" "$@"
}

echo 'int answer(void) { return 42; }' > answer.c
gcc -shared -fPIC -o gcc.so answer.c
for tcc in tcc-12 tcc-13; do
  on glibc-2.41 "$tcc/usr/bin/tcc" "-B$tcc/usr/lib/x86_64-linux-gnu/tcc" -shared -nostdlib -o "$tcc.so" answer.c
done

cat > open.c <<'C'
#include <dlfcn.h>
#include <stdio.h>

int main(int count, char **arguments)
{
  void *library = count == 2 ? dlopen(arguments[1], RTLD_NOW) : NULL;
  if (library == NULL) {
    puts(dlerror());
    return 0;
  }
  int (*answer)(void) = (int (*)(void))dlsym(library, "answer");
  printf("opened, %d\n", answer());
  return 0;
}
C
gcc -o open open.c -ldl

for file in gcc tcc-12 tcc-13; do
  headers=$(readelf -lW "$file.so")
  echo "$file.so: $(grep -c GNU_STACK <<< "$headers" || true) PT_GNU_STACK"
  for glibc in glibc-2.36 glibc-2.41; do echo "$file.so on $glibc: $(on "$glibc" ./open "./$file.so")"; done
  echo "$file.so, execstack=2: $(GLIBC_TUNABLES=glibc.rtld.execstack=2 on glibc-2.41 ./open "./$file.so")"
done > seen
cat seen

refused='cannot enable executable stack as shared object requires: Invalid argument'
diff - seen >&2 <<STATED || changed '< as stated, > now'
gcc.so: 1 PT_GNU_STACK
gcc.so on glibc-2.36: opened, 42
gcc.so on glibc-2.41: opened, 42
gcc.so, execstack=2: opened, 42
tcc-12.so: 0 PT_GNU_STACK
tcc-12.so on glibc-2.36: opened, 42
tcc-12.so on glibc-2.41: ./tcc-12.so: $refused
tcc-12.so, execstack=2: opened, 42
tcc-13.so: 0 PT_GNU_STACK
tcc-13.so on glibc-2.36: opened, 42
tcc-13.so on glibc-2.41: ./tcc-13.so: $refused
tcc-13.so, execstack=2: opened, 42
STATED
