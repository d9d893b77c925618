/** Distributions that name their packages alike; the release is that of the system, `12`, `22.04`, `9`, `3.20`. */
export type Family = 'debian' | 'ubuntu' | 'rhel' | 'fedora' | 'amazon' | 'alpine' | 'suse';

/**
 * Packages by the first release that has them under that name; an empty name where it has none, none at all where that is
 * not known. Before the first release of the list nothing is known.
 */
export type Since = readonly (readonly [first: string, name?: string])[];

/** A package's name, the same in every release or by release. */
type Name = string | Since;

type Packages = Readonly<Partial<Record<Family, Name>>>;

/**
 * The package that brings a library, by its soname. Debian's and Ubuntu's names are those of their package indexes (bullseye,
 * bookworm and trixie; `t64` came with the 64-bit time_t of trixie and Ubuntu 24.04, https://wiki.debian.org/ReleaseGoals/64bit-time),
 * the others those of the distributions' own sources: Fedora's and CentOS Stream's dist-git (`%package`), Alpine's aports
 * (`provides`). What is not here is not known, and nothing is said of it.
 */
export const PACKAGES: Readonly<Record<string, Packages>> = {
  'libstdc++.so.6': named('libstdc++6', 'libstdc++', 'libstdc++', 'libstdc++6'),
  'libgcc_s.so.1': {
    ...named('libgcc-s1', 'libgcc', 'libgcc', 'libgcc_s1'),
    debian: [
      ['0', 'libgcc1'],
      ['11', 'libgcc-s1'],
    ],
    ubuntu: [
      ['0', 'libgcc1'],
      ['20.04', 'libgcc-s1'],
    ],
  },
  'libgomp.so.1': named('libgomp1', 'libgomp', 'libgomp', 'libgomp1'),
  'libatomic.so.1': named('libatomic1', 'libatomic', 'libatomic', 'libatomic1'),
  'libz.so.1': named('zlib1g', 'zlib', 'zlib', 'libz1'),
  'libbz2.so.1.0': { debian: 'libbz2-1.0', ubuntu: 'libbz2-1.0' },
  'liblzma.so.5': named('liblzma5', 'xz-libs', 'xz-libs', 'liblzma5'),
  // glibc's own libcrypt gave way to libxcrypt, whose libcrypt.so.1 is a package for old programs in Fedora 30 and RHEL 9.
  'libcrypt.so.1': {
    debian: [
      ['0', 'libc6'],
      ['11', 'libcrypt1'],
    ],
    ubuntu: [
      ['0', 'libc6'],
      ['20.04', 'libcrypt1'],
    ],
    rhel: [
      ['0', 'glibc'],
      ['8', 'libxcrypt'],
      ['9', 'libxcrypt-compat'],
    ],
    fedora: 'libxcrypt-compat',
    amazon: [
      ['0', 'glibc'],
      ['2023', 'libxcrypt-compat'],
    ],
    suse: 'libcrypt1',
  },
  'libcrypt.so.2': { rhel: 'libxcrypt', fedora: 'libxcrypt', amazon: 'libxcrypt' },
  'libssl.so.1.1': openssl11('libssl1.1'),
  'libcrypto.so.1.1': openssl11('libssl1.1', 'libcrypto1.1'),
  'libssl.so.3': openssl3('libssl3'),
  'libcrypto.so.3': openssl3('libcrypto3'),
  'libpq.so.5': {
    ...named('libpq5', 'libpq', 'libpq', 'libpq5'),
    rhel: [
      ['0', 'postgresql-libs'],
      ['8', 'libpq'],
    ],
    amazon: [
      ['0', 'postgresql-libs'],
      ['2023', 'libpq'],
    ],
  },
  'libmariadb.so.3': {
    ...{ debian: 'libmariadb3', ubuntu: 'libmariadb3', alpine: 'mariadb-connector-c', suse: 'libmariadb3' },
    ...{ rhel: [['8', 'mariadb-connector-c']], fedora: 'mariadb-connector-c' },
  },
  'libmysqlclient.so.21': {
    debian: '',
    ubuntu: [['0', ''], ['20.04', 'libmysqlclient21'], ['24.10']],
  },
  'libsqlite3.so.0': {
    ...named('libsqlite3-0', 'sqlite-libs', 'sqlite-libs', 'libsqlite3-0'),
    ...{ rhel: [['8', 'sqlite-libs']], amazon: [['2023', 'sqlite-libs']] },
  },
  'libyaml-0.so.2': named('libyaml-0-2', 'libyaml', 'yaml', 'libyaml-0-2'),
  'libffi.so.7': {
    debian: [
      ['0', ''],
      ['11', 'libffi7'],
      ['12', ''],
    ],
    ubuntu: [
      ['0', ''],
      ['20.04', 'libffi7'],
      ['22.04', ''],
    ],
  },
  'libffi.so.8': {
    debian: [
      ['0', ''],
      ['12', 'libffi8'],
    ],
    ubuntu: [
      ['0', ''],
      ['22.04', 'libffi8'],
    ],
    rhel: [
      ['0', ''],
      ['9', 'libffi'],
    ],
    fedora: 'libffi',
    alpine: 'libffi',
  },
  // libxml2 2.14 is libxml2.so.16.
  'libxml2.so.2': {
    ...named('libxml2', 'libxml2', 'libxml2', 'libxml2-2'),
    debian: [['0', 'libxml2'], ['14']],
    ubuntu: [['0', 'libxml2'], ['25.10']],
    fedora: [['0', 'libxml2'], ['44']],
    alpine: [['0', 'libxml2'], ['3.23']],
  },
  'libxslt.so.1': named('libxslt1.1', 'libxslt', 'libxslt', 'libxslt1'),
  'libexslt.so.0': named('libxslt1.1', 'libxslt', 'libxslt', 'libexslt0'),
  'libgmp.so.10': named('libgmp10', 'gmp', 'gmp', 'libgmp10'),
  'libcurl.so.4': { ...named(time64('libcurl4'), 'libcurl', 'libcurl', 'libcurl4') },
  'libreadline.so.8': {
    ...named(time64('libreadline8'), 'readline', 'readline', 'libreadline8'),
    rhel: [
      ['0', ''],
      ['9', 'readline'],
    ],
  },
  'libtinfo.so.6': { debian: 'libtinfo6', ubuntu: 'libtinfo6', rhel: 'ncurses-libs', fedora: 'ncurses-libs' },
  'libjemalloc.so.2': { debian: 'libjemalloc2', ubuntu: 'libjemalloc2', fedora: 'jemalloc' },
  'libsodium.so.23': { debian: 'libsodium23', ubuntu: 'libsodium23', alpine: 'libsodium' },
  'libvips.so.42': { debian: time64('libvips42'), ubuntu: time64('libvips42'), alpine: 'vips' },
  'libexpat.so.1': named('libexpat1', 'expat', 'libexpat', 'libexpat1'),
  'libuuid.so.1': named('libuuid1', 'libuuid', 'libuuid', 'libuuid1'),
  'libX11.so.6': named('libx11-6', 'libX11', 'libx11', 'libX11-6'),
  'libXext.so.6': named('libxext6', 'libXext', 'libxext', 'libXext6'),
  'libXrender.so.1': named('libxrender1', 'libXrender', 'libxrender', 'libXrender1'),
  'libfontconfig.so.1': named('libfontconfig1', 'fontconfig', 'fontconfig', 'libfontconfig1'),
  'libfreetype.so.6': named('libfreetype6', 'freetype', 'freetype', 'libfreetype6'),
  'libjpeg.so.62': { debian: 'libjpeg62-turbo', rhel: 'libjpeg-turbo', fedora: 'libjpeg-turbo' },
  'libjpeg.so.8': { ubuntu: 'libjpeg-turbo8', alpine: 'libjpeg-turbo' },
  'libpng16.so.16': named(time64('libpng16-16'), 'libpng', 'libpng', 'libpng16-16'),
};

/** Debian's and Ubuntu's name, that of RHEL, Fedora and Amazon Linux, Alpine's, SUSE's. */
function named(debian: Name, fedora: string, alpine: string, suse: string): Packages {
  return { debian, ubuntu: debian, rhel: fedora, fedora, amazon: fedora, alpine, suse };
}

/** With `t64` from trixie, and from Ubuntu 24.04: a number of Debian's is never one of Ubuntu's. */
function time64(name: string): Since {
  return [
    ['0', name],
    ['13', `${name}t64`],
    ['16', name],
    ['24.04', `${name}t64`],
  ];
}

function openssl11(debian: string, alpine = debian): Packages {
  return {
    debian: [
      ['0', debian],
      ['12', ''],
    ],
    ubuntu: [
      ['0', ''],
      ['18.04', debian],
      ['22.04', ''],
    ],
    rhel: [
      ['0', ''],
      ['8', 'openssl-libs'],
      ['9', 'compat-openssl11'],
      ['10', ''],
    ],
    amazon: [
      ['2', 'openssl11-libs'],
      ['2023', ''],
    ],
    alpine: [['0', alpine], ['3.17']],
  };
}

function openssl3(alpine: string): Packages {
  return {
    debian: [
      ['0', ''],
      ['12', 'libssl3'],
      ['13', 'libssl3t64'],
    ],
    ubuntu: [
      ['0', ''],
      ['22.04', 'libssl3'],
      ['24.04', 'libssl3t64'],
    ],
    rhel: [
      ['0', ''],
      ['9', 'openssl-libs'],
    ],
    fedora: 'openssl-libs',
    amazon: [
      ['0', ''],
      ['2023', 'openssl-libs'],
    ],
    alpine: [
      ['0', ''],
      ['3.17', alpine],
    ],
  };
}

/**
 * Packages that bring libraries of the table because they depend on the packages that have them, in every release: Debian's package
 * indexes (bookworm), Alpine's aports. A library counts in those releases alone in which a package has it.
 */
export const DEPENDENCIES: Readonly<
  Record<'debian' | 'alpine', Readonly<Record<string, readonly string[]>>>
> = {
  debian: {
    'libpq-dev': ['libpq.so.5'],
    'postgresql-client': ['libpq.so.5'],
    libvips: ['libvips.so.42'],
    'libvips-dev': ['libvips.so.42', 'libcurl.so.4'],
    'libvips-tools': ['libvips.so.42'],
    sqlite3: ['libsqlite3.so.0', 'libreadline.so.8'],
    'libsqlite3-dev': ['libsqlite3.so.0'],
    curl: ['libcurl.so.4'],
    'libcurl4-openssl-dev': ['libcurl.so.4'],
    'libyaml-dev': ['libyaml-0.so.2'],
    'libgmp-dev': ['libgmp.so.10'],
    'libssl-dev': ['libssl.so.1.1', 'libcrypto.so.1.1', 'libssl.so.3', 'libcrypto.so.3'],
    openssl: ['libssl.so.1.1', 'libcrypto.so.1.1', 'libssl.so.3', 'libcrypto.so.3'],
    'libffi-dev': ['libffi.so.7', 'libffi.so.8'],
    'libxml2-dev': ['libxml2.so.2'],
    'libxslt1-dev': ['libxslt.so.1', 'libexslt.so.0', 'libxml2.so.2'],
    'libreadline-dev': ['libreadline.so.8'],
    'libmariadb-dev': ['libmariadb.so.3'],
    'default-libmysqlclient-dev': ['libmariadb.so.3', 'libmysqlclient.so.21'],
    'mariadb-client': ['libmariadb.so.3'],
    gcc: ['libgomp.so.1', 'libatomic.so.1', 'libgcc_s.so.1'],
    'g++': ['libgomp.so.1', 'libatomic.so.1', 'libgcc_s.so.1', 'libstdc++.so.6'],
    'build-essential': ['libgomp.so.1', 'libatomic.so.1', 'libgcc_s.so.1', 'libstdc++.so.6'],
    'libsodium-dev': ['libsodium.so.23'],
    'libjemalloc-dev': ['libjemalloc.so.2'],
    imagemagick: ['libgomp.so.1'],
    'libexpat1-dev': ['libexpat.so.1'],
    'libfreetype-dev': ['libfreetype.so.6', 'libpng16.so.16'],
    'libfreetype6-dev': ['libfreetype.so.6', 'libpng16.so.16'],
    'libfontconfig1-dev': ['libfontconfig.so.1', 'libfreetype.so.6', 'libexpat.so.1'],
    'libpng-dev': ['libpng16.so.16'],
  },
  alpine: {
    'libpq-dev': ['libpq.so.5'],
    'postgresql-dev': ['libpq.so.5'],
    'postgresql-client': ['libpq.so.5'],
    'build-base': ['libstdc++.so.6', 'libgcc_s.so.1', 'libgomp.so.1', 'libatomic.so.1'],
    gcc: ['libstdc++.so.6', 'libgcc_s.so.1', 'libgomp.so.1', 'libatomic.so.1'],
    'g++': ['libstdc++.so.6', 'libgcc_s.so.1'],
    // C++ libraries ask for GCC's own.
    'libstdc++': ['libgcc_s.so.1'],
    nodejs: ['libstdc++.so.6', 'libgcc_s.so.1'],
    vips: ['libstdc++.so.6', 'libgcc_s.so.1'],
    'vips-dev': ['libvips.so.42', 'libstdc++.so.6', 'libgcc_s.so.1'],
    curl: ['libcurl.so.4'],
    'curl-dev': ['libcurl.so.4'],
    'yaml-dev': ['libyaml-0.so.2'],
    'gmp-dev': ['libgmp.so.10'],
    'libffi-dev': ['libffi.so.8'],
    sqlite: ['libsqlite3.so.0'],
    'sqlite-dev': ['libsqlite3.so.0'],
    'libxml2-dev': ['libxml2.so.2'],
    'libxslt-dev': ['libxslt.so.1', 'libexslt.so.0', 'libxml2.so.2'],
    'mariadb-dev': ['libmariadb.so.3'],
    'mariadb-connector-c-dev': ['libmariadb.so.3'],
  },
};
