#!/usr/bin/env bash
#
# Debian 13's glibc 2.41 defines symbol versions that the release 2.41 does not have.
#
# Seen with: libc6 2.41-12+deb13u5 for amd64 and i386, and glibc_2.41.orig.tar.xz, the release that they are made from.
#
#                              release 2.41   libc.so.6 amd64   libc.so.6 i386
#   GLIBC_ABI_DT_RELR          yes            yes               yes
#   GLIBC_ABI_DT_X86_64_PLT    no             yes               no
#   GLIBC_ABI_GNU2_TLS         no             yes               yes
#   GLIBC_ABI_GNU_TLS          no             no                yes
#   highest GLIBC_2.*          2.41           2.41              2.41
#
# They came with upstream's stable branch, and to Debian with a point release: 2.41-12+deb13u2 reverted them and
# 2.41-12+deb13u3 lets them in (changelog.Debian in libc6).
#
# Expected: the release fixes the set of versions of a glibc, so that "2.41" says which needs it meets. It does not: a
# library that needs GLIBC_ABI_GNU2_TLS loads on an updated Debian 13, and not with a 2.41 as it was released.
#
# Needs apt-get, dpkg-deb, tar, xz and readelf on a Debian; downloads 25 MB. Exit code: 0 still so, 1 it has changed,
# 2 it cannot be run here (a package that the mirror no longer has, say).
set -euo pipefail

cannot() { echo "cannot be run: $*" >&2; exit 2; }
changed() { echo "changed: $*" >&2; exit 1; }

for tool in apt-get dpkg-deb tar xz readelf; do command -v "$tool" >/dev/null || cannot "$tool is not on the PATH"; done

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

# Lists, cache and state of apt's own for this folder; the machine's are left alone.
mirror=$(apt-get indextargets --format '$(REPO_URI)' | awk '/\/debian\/?$/ && !found++')
[ -n "$mirror" ] || cannot 'apt knows no mirror of Debian; run apt-get update first'
mkdir -p apt/lists/partial apt/cache/archives/partial apt/parts
: > apt/status
for type in deb deb-src; do
  echo "$type [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror trixie main"
done > apt/sources.list
apt=(apt-get -qq -o Dir::Etc::SourceList="$work/apt/sources.list" -o Dir::Etc::SourceParts="$work/apt/parts"
  -o Dir::State::Lists="$work/apt/lists" -o Dir::State::status="$work/apt/status" -o Dir::Cache="$work/apt/cache"
  -o APT::Architecture=amd64 -o APT::Architectures::=amd64 -o APT::Architectures::=i386
  -o APT::Sandbox::User= -o Acquire::Languages=none)
"${apt[@]}" update >&2 || cannot 'apt-get update fails'

version=2.41-12+deb13u5
for cpu in amd64 i386; do
  mkdir "$cpu"
  (cd "$cpu" && "${apt[@]}" download "libc6:$cpu=$version" >&2 && dpkg-deb -x ./*.deb .) ||
    cannot "libc6 $version for $cpu is not to be had"
done
"${apt[@]}" source --download-only --tar-only "glibc=$version" >&2 || cannot 'the source of glibc 2.41 is not to be had'
tar -xJf glibc_2.41.orig.tar.xz --wildcards '*/Versions' || cannot 'tar does not read the source of glibc 2.41'

# set_of: the versions among the input's words that are an ABI's flag, and the highest of the numbered ones.
set_of() {
  local versions
  versions=$(grep -oE '\bGLIBC_(ABI_[A-Z0-9_]+|2\.[0-9]+)\b' | sort -uV)
  echo $(grep ABI <<< "$versions") $(grep 2 <<< "$versions" | grep -v ABI | tail -n 1)
}
{
  echo "release: $(find glibc-2.41* -name Versions -exec cat {} + | set_of)"
  for cpu in amd64 i386; do
    libc=$(find "$cpu" -name libc.so.6)
    echo "$cpu: $(readelf -VW "$libc" | awk '/^Version/ { defines = /definition/ } defines' | set_of)"
  done
} > seen
cat seen
diff - seen >&2 <<'STATED' || changed '< as stated, > now'
release: GLIBC_ABI_DT_RELR GLIBC_2.41
amd64: GLIBC_ABI_DT_RELR GLIBC_ABI_DT_X86_64_PLT GLIBC_ABI_GNU2_TLS GLIBC_2.41
i386: GLIBC_ABI_DT_RELR GLIBC_ABI_GNU2_TLS GLIBC_ABI_GNU_TLS GLIBC_2.41
STATED
