import type { TargetSummary } from '../target/summary.js';
import { compareDotted } from '../version/symbol-version.js';

/** Distributions that name their packages alike; the release is that of the system, `12`, `22.04`, `9`, `3.20`. */
type Family = 'debian' | 'ubuntu' | 'rhel' | 'fedora' | 'amazon' | 'alpine' | 'suse';

interface System {
  readonly family: Family;
  /** Empty where it is not known. */
  readonly release: string;
}

/**
 * Packages by the first release that has them under that name; an empty name where it has none, none at all where that is
 * not known. Before the first release of the list nothing is known.
 */
type Since = readonly (readonly [first: string, name?: string])[];

/** A package's name, the same in every release or by release. */
type Name = string | Since;

type Packages = Readonly<Partial<Record<Family, Name>>>;

/**
 * The package that brings a library, by its soname. Debian's and Ubuntu's names are those of their package indexes (bullseye,
 * bookworm and trixie; `t64` came with the 64-bit time_t of trixie and Ubuntu 24.04, https://wiki.debian.org/ReleaseGoals/64bit-time),
 * the others those of the distributions' own sources: Fedora's and CentOS Stream's dist-git (`%package`), Alpine's aports
 * (`provides`). What is not here is not known, and nothing is said of it.
 */
const PACKAGES: Readonly<Record<string, Packages>> = {
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

/** Systems that are others by another name, as their titles or names begin: the first that fits counts. */
const SYSTEMS: readonly (readonly [pattern: RegExp, family: Family])[] = [
  [/^(?:ubuntu|heroku|google)\D*(\d+(?:\.\d+)?)?/i, 'ubuntu'],
  [/^debian\D*(\d+)?/i, 'debian'],
  [/^(?:alpine)\D*(\d+\.\d+)?/i, 'alpine'],
  [/^(?:al|amazon linux )(\d+)/i, 'amazon'],
  [/^fedora\D*(\d+)?/i, 'fedora'],
  [/^(?:rhel|ubi|red hat|centos|rocky|alma|oracle)\D*(\d+)?/i, 'rhel'],
  [/^(?:opensuse|sles|suse)\D*(\d+(?:\.\d+)?)?/i, 'suse'],
];

/** The distribution of a target, by its name or, of one that was read, by what it calls itself. */
function systemOf({ name, title }: TargetSummary): System | undefined {
  if (/^lambda-(?:ruby(?:2\.7|3\.2)|provided\.al2)$/.test(name)) return { family: 'amazon', release: '2' };
  if (name.startsWith('lambda-')) return { family: 'amazon', release: '2023' };
  for (const text of [name, title]) {
    for (const [pattern, family] of SYSTEMS) {
      const match = pattern.exec(text);
      if (match === null) continue;
      const release = match[1] ?? '';
      // heroku-22 and google-22 are Ubuntu 22.04.
      return { family, release: family === 'ubuntu' && /^\d+$/.test(release) ? `${release}.04` : release };
    }
  }
  return undefined;
}

const INSTALL: Readonly<Record<Family, string>> = {
  debian: 'apt-get install',
  ubuntu: 'apt-get install',
  rhel: 'dnf install',
  fedora: 'dnf install',
  amazon: 'dnf install',
  alpine: 'apk add',
  suse: 'zypper install',
};

/** What is known of the package that brings a library on a target. */
export type LibraryPackage =
  | { readonly kind: 'package'; readonly command: string; readonly name: string }
  /** The distribution has none in that release. */
  | { readonly kind: 'none' };

/** The package with a library of that soname on the target's distribution; undefined where that is not known. */
export function packageOf(soname: string, target: TargetSummary): LibraryPackage | undefined {
  const system = systemOf(target);
  const packages = Object.hasOwn(PACKAGES, soname) ? PACKAGES[soname] : undefined;
  const found = system === undefined ? undefined : packages?.[system.family];
  if (system === undefined || found === undefined) return undefined;
  const { family, release } = system;
  const name = typeof found === 'string' ? found : ofRelease(found, release);
  if (name === undefined) return undefined;
  // RHEL 7 and Amazon Linux 1 and 2 have yum and no dnf.
  const old = (family === 'rhel' && release === '7') || (family === 'amazon' && release !== '2023');
  const command = old ? 'yum install' : INSTALL[family];
  return name === '' ? { kind: 'none' } : { kind: 'package', command: `${command} ${name}`, name };
}

function ofRelease(since: Since, release: string): string | undefined {
  if (release === '') return undefined;
  return since.findLast(([first]) => compareDotted(first, release) <= 0)?.[1];
}
