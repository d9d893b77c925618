/** Suites whose own loader is the judge, oldest first, by what each of them has. */
export const ROOT_SUITES = ['bullseye', 'bookworm', 'trixie'] as const;

/** What a slim image with a C++ runtime has. Bullseye's loader is in libc6 too. */
export const ROOT_PACKAGES = ['libc6', 'libstdc++6', 'libgcc-s1', 'zlib1g'] as const;

/** Packages that every suite has under one name: C, C++, Rust, Go, Fortran; programs, plug-ins, Ruby, Python and Perl extensions. */
const EVERYWHERE = `
  apache2-bin bash bash-static bat binutils-x86-64-linux-gnu busybox-static bzip2 cmake collectd-core coreutils curl dash
  dumb-init e2fsprogs fd-find ffmpeg frr fzf gawk git gosu gpg gstreamer1.0-plugins-base gstreamer1.0-plugins-good gzip
  imagemagick iproute2 jq less libbsd0 libc-bin libcap2 libcrypt1 libdbi-perl libgcc-s1 libgfortran5 libgirepository-1.0-1
  libgmp10 libgomp1 libjemalloc2 libncurses6 libnspr4 libnss3 libopenblas0-pthread libpcre2-8-0 libpq5 libselinux1
  libsqlite3-0 libstdc++6 libtinfo6 libxml-libxml-perl libyaml-0-2 libzmq5 ltrace musl nano ninja-build nodejs
  openssh-client openssh-server openssl perl-base procps puma python3-cryptography python3-lxml python3-numpy
  python3-psycopg2 python3-yaml redis-server restic ripgrep rsync ruby-bcrypt ruby-bootsnap ruby-charlock-holmes
  ruby-eventmachine ruby-ffi ruby-google-protobuf ruby-json ruby-msgpack ruby-mysql2 ruby-nio4r ruby-nokogiri ruby-pg
  ruby-redcarpet ruby-rugged ruby-sqlite3 ruby-unf-ext ruby-websocket-driver samba-libs sed sqlite3 strace systemd tar tini
  tmux uwsgi-core util-linux wget xz-utils`;

/** Packages with the soname, or another release's number, in their name. */
const OF_SUITE = {
  bullseye: `libavcodec58 libboost-filesystem1.74.0 libboost-locale1.74.0 libboost-python1.74.0 libboost-regex1.74.0
    libcurl4 libffi7 libglib2.0-0 libgrpc++1 libicu67 libmagickcore-6.q16-6 libnode72 libprotobuf23
    libpython3.9-stdlib libreadline8 libruby2.7 libsodium23 libssl1.1 libtsan0 libuv1 libvips42 libxml2 libyaml-cpp0.6 php7.4-cli`,
  bookworm: `libasan8 libavcodec59 libboost-filesystem1.74.0 libboost-locale1.74.0 libboost-python1.74.0 libcurl4 libffi8
    libglib2.0-0 libgrpc++1.51 libicu72 libmagickcore-6.q16-6 libnode108 libprotobuf32 libpython3.11-stdlib libreadline8
    libruby3.1 libsodium23 libssl3 libtsan2 libuv1 libvips42 libxml2 libyaml-cpp0.7 php8.2-cli`,
  trixie: `libasan8 libavcodec61 libboost-filesystem1.83.0 libboost-locale1.83.0 libboost-python1.83.0 libcurl4t64 libffi8
    libglib2.0-0t64 libgrpc++1.51t64 libicu76 libnode115 libprotobuf32t64 libpython3.13-stdlib libreadline8t64 libruby3.3
    libsodium23 libssl3t64 libtsan2 libuv1t64 libvips42t64 libxml2 libyaml-cpp0.8 php8.4-cli`,
  // What sid has under such names changes from week to week.
  sid: '',
} as const;

export type SampleSuite = keyof typeof OF_SUITE;

/** The suites whose packages are put to the loaders: from two releases before the newest root to what comes after it. */
export const SAMPLE_SUITES = Object.keys(OF_SUITE) as SampleSuite[];

/** Names of the packages that are put to the loaders, of the size of a real gem's binaries or larger. */
export function samplePackages(suite: SampleSuite): string[] {
  return `${EVERYWHERE} ${OF_SUITE[suite]}`.trim().split(/\s+/);
}
