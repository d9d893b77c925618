#!/usr/bin/env bash
#
# musl's loader opens libraries that were linked with glibc, some that an older glibc refuses among them: it takes the
# names of glibc's libraries for itself, and reads no version needs.
#
# Seen with: musl 1.2.5-3.1~deb13u1 (Debian 13), on x86-64; the libraries are linked with libc6 2.41-12+deb13u5.
#
#   library                                                     musl 1.2.5     glibc 2.36-9+deb12u14
#   NEEDED libc.so.6, libm.so.6; GLIBC_2.38, GLIBC_2.29         opened, works  version `GLIBC_2.38' not found
#   NEEDED libc.so.6, -D_FORTIFY_SOURCE=2; GLIBC_2.3.4          refused        opened, works
#   NEEDED libc.so.6, libresolv.so.2; GLIBC_2.38                refused        version `GLIBC_2.38' not found
#
# musl is given no file libc.so.6 or libm.so.6, and opens none. What decides is each symbol by its bare name:
# strlcpy and exp2 are musl's own, "__snprintf_chk: symbol not found" is what hardening leaves behind. libresolv.so.2 is
# not among the names: "Error loading shared library libresolv.so.2: No such file or directory".
#
# Expected: no libc.so.6, or no such version. A version need without VER_FLG_WEAK that nothing defines is an error
# (Linux Standard Base, Core, "Symbol Versioning"), and glibc refuses the library for it.
#
# Needs apt-get, dpkg-deb, gcc and readelf on an x86-64 Debian. Exit code: 0 still so, 1 it has changed, 2 it cannot be
# run here (a package that the mirror no longer has, say).
set -euo pipefail

cannot() { echo "cannot be run: $*" >&2; exit 2; }
changed() { echo "changed: $*" >&2; exit 1; }

for tool in apt-get dpkg dpkg-deb gcc readelf; do command -v "$tool" >/dev/null || cannot "$tool is not on the PATH"; done
[ "$(dpkg --print-architecture)" = amd64 ] || cannot 'the packages are for x86-64'

unset LD_LIBRARY_PATH LD_PRELOAD
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

# unpack FOLDER PACKAGE=VERSION…
unpack() {
  mkdir "$1"
  (cd "$1" && "${apt[@]}" download "${@:2}" >&2) || cannot "${*:2} is not to be had"
  for package in "$1"/*.deb; do dpkg-deb -x "$package" "$1"; done
}
unpack musl musl=1.2.5-3.1~deb13u1 musl-dev=1.2.5-3.1~deb13u1
unpack glibc-2.36 libc6=2.36-9+deb12u14
unpack glibc-2.41 libc6=2.41-12+deb13u5
musl=$work/musl/usr/lib/x86_64-linux-musl
new=$work/glibc-2.41/usr/lib/x86_64-linux-gnu
old=$(dirname "$(find "$work/glibc-2.36" -name libc.so.6)")

cat > bare.c <<'C'
#include <stddef.h>
size_t strlcpy(char *, const char *, size_t);
double exp2(double);
int answer(void)
{
  char text[3];
  return (int)strlcpy(text, "0123456789", sizeof text) + (int)exp2(5);
}
C
cat > hardened.c <<'C'
#include <stdio.h>
int answer(void)
{
  char text[8];
  volatile size_t room = sizeof text;
  return 32 + snprintf(text, room, "%s", "0123456789");
}
C
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
library=(gcc -shared -fPIC -nostdlib -Wl,--no-as-needed)
"${library[@]}" -fno-builtin -o bare.so bare.c "$new/libc.so.6" "$new/libm.so.6"
"${library[@]}" -fno-builtin -o resolv.so bare.c "$new/libc.so.6" "$new/libm.so.6" "$new/libresolv.so.2"
"${library[@]}" -O2 -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 -o hardened.so hardened.c "$new/libc.so.6"
gcc -o open-glibc open.c -ldl
gcc -no-pie -nostdlib -o open-musl "$musl/crt1.o" "$musl/crti.o" open.c "$musl/libc.so" "$musl/crtn.o"

for name in bare hardened resolv; do
  needs=$(readelf -dVW "$name.so" | sed -nE 's/.*\(NEEDED\).*\[(.*)\]/\1/p; s/.*Name: (GLIBC_[0-9.]+).*/\1/p')
  echo "$name.so:" $needs
  echo "  musl 1.2.5: $("$musl/libc.so" ./open-musl "./$name.so")"
  echo "  glibc 2.36: $("$old/ld-linux-x86-64.so.2" --library-path "$old" ./open-glibc "./$name.so")"
  echo "  glibc 2.41: $("$new/ld-linux-x86-64.so.2" --library-path "$new" ./open-glibc "./$name.so")"
done | sed "s|$work/||g" > seen
cat seen

refused="glibc-2.36${old#"$work/glibc-2.36"}/libc.so.6: version \`GLIBC_2.38' not found (required by"
diff - seen >&2 <<STATED || changed '< as stated, > now'
bare.so: libc.so.6 libm.so.6 GLIBC_2.38 GLIBC_2.29
  musl 1.2.5: opened, 42
  glibc 2.36: $refused ./bare.so)
  glibc 2.41: opened, 42
hardened.so: libc.so.6 GLIBC_2.3.4
  musl 1.2.5: Error relocating ./hardened.so: __snprintf_chk: symbol not found
  glibc 2.36: opened, 42
  glibc 2.41: opened, 42
resolv.so: libc.so.6 libm.so.6 libresolv.so.2 GLIBC_2.38 GLIBC_2.29
  musl 1.2.5: Error loading shared library libresolv.so.2: No such file or directory (needed by ./resolv.so)
  glibc 2.36: $refused ./resolv.so)
  glibc 2.41: opened, 42
STATED
