import type { Cpu } from '../elf/types.js';

/**
 * A gem platform, as `Gem::Platform#to_a` gives it. `version` is the release of the operating system, except on
 * Linux, where it names the C library: `gnu`, `musl`, `gnueabihf`, or null, which on a gem means "any" and on a
 * machine means "gnu".
 */
export interface GemPlatform {
  readonly cpu: string | null;
  readonly os: string;
  readonly version: string | null;
}

/** What `Gem::Platform.new` returns: a platform, or the plain string of a gem without one. */
export type PlatformOrRuby = GemPlatform | 'ruby';

/**
 * Which RubyGems reads the name. The parser was rewritten for 4.0: 3.6 drops what it does not know
 * (`x86_64-linux-manylinux_2_28` is `x86_64-linux` to it), 4.0 keeps it as the version, and so refuses such a gem.
 */
export type PlatformDialect = '3.6' | '4.0';

const endOfLine = '(?=\\n|(?![^]))';
const startOfLine = '(?<![^\\n])';

/** Ruby's `^` and `$` match at lines that end in `\n` and in nothing else, unlike JavaScript's with the `m` flag. */
function lineRegExp(source: string): RegExp {
  return new RegExp(source.replace(/^\^/, startOfLine).replace(/\$$/, endOfLine));
}

type OsRule = readonly [pattern: RegExp, os: string | null, versioned: boolean];

/** `[pattern, name (null: the first group), the group after the name is the version]`, in upstream's order. */
function rules(table: readonly (readonly [string, string | null, boolean])[]): readonly OsRule[] {
  return table.map(([source, os, versioned]) => [lineRegExp(source), os, versioned]);
}

/** lib/rubygems/platform.rb, `initialize`. */
const osRules: Readonly<Record<PlatformDialect, readonly OsRule[]>> = {
  '3.6': rules([
    ['aix(\\d+)?', 'aix', true],
    ['cygwin', 'cygwin', false],
    ['darwin(\\d+)?', 'darwin', true],
    ['^macruby$', 'macruby', false],
    ['freebsd(\\d+)?', 'freebsd', true],
    ['^java$', 'java', false],
    ['^jruby$', 'java', false],
    ['^java([\\d.]*)', 'java', true],
    ['^dalvik(\\d+)?$', 'dalvik', true],
    ['^dotnet$', 'dotnet', false],
    ['^dotnet([\\d.]*)', 'dotnet', true],
    ['linux-?(\\w+)?', 'linux', true],
    ['mingw32', 'mingw32', false],
    ['mingw-?(\\w+)?', 'mingw', true],
    ['(mswin\\d+)(?:_(\\d+))?', null, true],
    ['netbsdelf', 'netbsdelf', false],
    ['openbsd(\\d+\\.\\d+)?', 'openbsd', true],
    ['solaris(\\d+\\.\\d+)?', 'solaris', true],
    ['wasi', 'wasi', false],
    ['^(\\w+_platform)(\\d+)?', null, true],
  ]),
  '4.0': rules([
    ['aix-?(\\d+)?', 'aix', true],
    ['cygwin', 'cygwin', false],
    ['darwin-?(\\d+)?', 'darwin', true],
    ['(?<![^])macruby(?![^])', 'macruby', false],
    ['^macruby-?(\\d+(?:\\.\\d+)*)?', 'macruby', true],
    ['freebsd-?(\\d+)?', 'freebsd', true],
    ['^java-?(\\d+(?:\\.\\d+)*)?', 'java', true],
    ['(?<![^])jruby(?![^])', 'java', false],
    ['^dalvik-?(\\d+)?$', 'dalvik', true],
    ['^dotnet$', 'dotnet', false],
    ['^dotnet-?(\\d+(?:\\.\\d+)*)?', 'dotnet', true],
    ['linux-?(\\w+)?', 'linux', true],
    ['mingw32', 'mingw32', false],
    ['mingw-?(\\w+)?', 'mingw', true],
    ['(mswin\\d+)(?:[_-](\\d+))?', null, true],
    ['netbsdelf', 'netbsdelf', false],
    ['openbsd-?(\\d+\\.\\d+)?', 'openbsd', true],
    ['solaris-?(\\d+\\.\\d+)?', 'solaris', true],
    ['wasi', 'wasi', false],
    ['^(\\w+_platform)-?(\\d+)?', null, true],
  ]),
};

const intel32 = /i\d86/;
const endsInNumber = lineRegExp('\\d+(?:\\.\\d+)?$');
const number = lineRegExp('^\\d+(?:\\.\\d+)?$');

/** The two parts of a name as the dialect cuts it, or the finished platform where it needs no look at the system. */
function split(
  text: string,
  dialect: PlatformDialect,
): GemPlatform | readonly [cpu: string | null, os: string | null] {
  if (dialect === '4.0') {
    const trimmed = text.replace(lineRegExp('-+$'), '');
    if (trimmed === '') return [null, null];
    const dash = trimmed.indexOf('-');
    const [cpu, os] = dash < 0 ? [trimmed, null] : [trimmed.slice(0, dash), trimmed.slice(dash + 1)];
    return [cpu, os];
  }
  const parts = text.split('-');
  while (parts.at(-1) === '') parts.pop();
  const last = parts.at(-1);
  if (parts.length > 2 && last !== undefined && !endsInNumber.test(last)) {
    parts.splice(-2, 2, `${parts.at(-2) ?? ''}-${last}`);
  }
  const [cpu, os, version] = parts;
  if (cpu === undefined) return [null, null];
  if (parts.length === 3 && os !== undefined && version !== undefined && number.test(version)) {
    return { cpu: normalizeCpu(cpu), os, version };
  }
  return [cpu, os ?? null];
}

function normalizeCpu(cpu: string): string {
  return intel32.test(cpu) ? 'x86' : cpu;
}

/**
 * Reads a gem platform's name as `Gem::Platform.new` does: never fails, what is unknown has the system `unknown`.
 * `ruby` and the empty string are a gem without a platform. `current`, by which upstream means the machine that it
 * runs on, is no platform of a published gem and is read as any other name.
 */
export function parsePlatform(text: string, dialect: PlatformDialect = '3.6'): PlatformOrRuby {
  if (text === 'ruby' || text === '') return 'ruby';
  const parts = split(text, dialect);
  if ('os' in parts) return parts;
  // A name of one part is a system without a CPU: `java`, `mswin32`.
  const os = parts[1] ?? parts[0];
  let cpu = parts[1] === null || parts[0] === null ? null : normalizeCpu(parts[0]);
  for (const [pattern, name, versioned] of osRules[dialect]) {
    const match = os === null ? null : pattern.exec(os);
    if (match === null) continue;
    const found = name ?? match[1] ?? 'unknown';
    if (found.startsWith('mswin')) cpu ??= found.endsWith('32') ? 'x86' : null;
    const version = versioned ? (match[name === null ? 2 : 1] ?? null) : null;
    return { cpu, os: found, version };
  }
  return { cpu, os: 'unknown', version: null };
}

/**
 * `Gem::Platform#to_s`: the normalised name, which need not be the one that was read (`i686-linux` → `x86-linux`).
 * 4.0 writes a platform without a CPU in one word: `java1.8`, where 3.6 writes `java-1.8`.
 */
export function platformToString(platform: PlatformOrRuby, dialect: PlatformDialect = '3.6'): string {
  if (platform === 'ruby') return platform;
  const separator = dialect === '4.0' && platform.cpu === null ? '' : '-';
  return [platform.cpu, platform.os, platform.version].filter((part) => part !== null).join(separator);
}

/** `Gem::Platform#==`. */
export function samePlatform(one: PlatformOrRuby, other: PlatformOrRuby): boolean {
  if (one === 'ruby' || other === 'ruby') return one === other;
  return one.cpu === other.cpu && one.os === other.os && one.version === other.version;
}

/** The C library that a Linux platform names, without what says nothing of it: `gnueabihf` → null, `musleabi` → `musl`. */
function normalizedLinuxVersion({ version }: GemPlatform): string | null {
  const stripped = version?.replace(/^gnu/, '').replace(/eabi(?:hf)?$/, '');
  return stripped === undefined || stripped === '' ? null : stripped;
}

/**
 * `Gem::Platform#===` of RubyGems 3.3.22 and later: may a gem of platform `gem` be installed on a machine whose
 * platform is `local`? It is not symmetric. On Linux a gem without a C library in its name runs anywhere, as upstream
 * sees it: a musl machine takes the bare `x86_64-linux`, which is nearly always linked with glibc. A machine without
 * one is a gnu machine, and refuses `-musl`. A gem for `arm` runs on `armv6l`, `armv7l`, …; not the other way about.
 */
export function platformMatches(gem: GemPlatform, local: GemPlatform): boolean {
  const universal = gem.cpu === 'universal' || local.cpu === 'universal';
  if (universal && gem.os.startsWith('mingw') && local.os.startsWith('mingw')) return true;
  const cpu =
    universal ||
    gem.cpu === null ||
    local.cpu === null ||
    gem.cpu === local.cpu ||
    (gem.cpu === 'arm' && local.cpu.startsWith('armv'));
  if (!cpu || gem.os !== local.os) return false;
  if (gem.version === local.version) return true;
  if (gem.os !== 'linux') return gem.version === null || local.version === null;
  if (normalizedLinuxVersion(gem) === normalizedLinuxVersion(local)) return true;
  const suffix = gem.version ?? '';
  return [`musl${suffix}`, `musleabi${suffix}`, `musleabihf${suffix}`].includes(local.version ?? '');
}

/** Names of platforms as they stood in indexes of 2007, which `Gem::Platform#=~` still translates. */
const historicalNames: readonly (readonly [RegExp, (match: RegExpExecArray) => GemPlatform])[] = [
  [lineRegExp('^i686-darwin(\\d)'), (m) => ({ cpu: 'x86', os: 'darwin', version: m[1] ?? null })],
  [lineRegExp('^i\\d86-linux'), () => ({ cpu: 'x86', os: 'linux', version: null })],
  [/^j(?:ava|ruby)$/, () => ({ cpu: null, os: 'java', version: null })],
  [lineRegExp('^dalvik(\\d+)?$'), (m) => ({ cpu: null, os: 'dalvik', version: m[1] ?? null })],
  [/dotnet(?:-(\d+\.\d+))?/, (m) => ({ cpu: 'universal', os: 'dotnet', version: m[1] ?? null })],
  [/mswin32(?:_(\d+))?/, (m) => ({ cpu: 'x86', os: 'mswin32', version: m[1] ?? null })],
  [/mswin64(?:_(\d+))?/, (m) => ({ cpu: 'x64', os: 'mswin64', version: m[1] ?? null })],
  [/^powerpc-darwin$/, () => ({ cpu: 'powerpc', os: 'darwin', version: null })],
  [/powerpc-darwin(\d)/, (m) => ({ cpu: 'powerpc', os: 'darwin', version: m[1] ?? null })],
  [/sparc-solaris2.8/, () => ({ cpu: 'sparc', os: 'solaris', version: '2.8' })],
  [/universal-darwin(\d)/, (m) => ({ cpu: 'universal', os: 'darwin', version: m[1] ?? null })],
];

/** `Gem::Platform#=~` with a string: as `platformMatches`, after the translation of names of 2007. */
export function platformMatchesName(
  gem: GemPlatform,
  name: string,
  dialect: PlatformDialect = '3.6',
): boolean {
  for (const [pattern, build] of historicalNames) {
    const match = pattern.exec(name);
    if (match !== null) return platformMatches(gem, build(match));
  }
  const local = parsePlatform(name, dialect);
  return local !== 'ruby' && platformMatches(gem, local);
}

/**
 * Bundler's `MatchPlatform.platforms_match?`: a gem without a platform installs anywhere, and where compilation is
 * forced (`local` is `ruby`) nothing else does.
 */
export function installable(gem: PlatformOrRuby, local: PlatformOrRuby): boolean {
  if (gem === 'ruby') return true;
  return local !== 'ruby' && (samePlatform(gem, local) || platformMatches(gem, local));
}

/**
 * `RbConfig::CONFIG["arch"]` of a Ruby on Linux by CPU, on gnu and on musl. Ruby's configure.ac takes the CPU of the
 * GNU triplet and drops `-gnu` from its end (`linux-gnueabihf` → `linux-eabihf`); musl's stays. The triplets are those
 * that the Docker images build with (`dpkg-architecture --query DEB_BUILD_GNU_TYPE`).
 */
const rubyArch: Readonly<Record<Cpu, readonly [gnu: string, musl: string]>> = {
  x86_64: ['x86_64-linux', 'x86_64-linux-musl'],
  aarch64: ['aarch64-linux', 'aarch64-linux-musl'],
  // ruby/rubygems#5957: `arm-linux-eabihf` in docker's ruby:3.1 for linux/arm/v7. A Ruby that was built without
  // `--build` says `armv7l-linux-eabihf`, which takes the same `arm-` gems.
  arm: ['arm-linux-eabihf', 'arm-linux-musleabihf'],
  x86: ['i686-linux', 'i686-linux-musl'],
  // RubyGems knows no other name for it: a gem that is published as `ppc64le-linux` is installed nowhere.
  ppc64le: ['powerpc64le-linux', 'powerpc64le-linux-musl'],
  s390x: ['s390x-linux', 's390x-linux-musl'],
  riscv64: ['riscv64-linux', 'riscv64-linux-musl'],
};

/** `Gem::Platform.local` of an upstream Ruby on Linux. (Debian's own ruby says `x86_64-linux-gnu`, and folds it.) */
export function localPlatform(cpu: Cpu, libc: 'gnu' | 'musl'): GemPlatform {
  const [gnu, musl] = rubyArch[cpu];
  const platform = parsePlatform(libc === 'gnu' ? gnu : musl);
  if (platform === 'ruby') throw new Error(`no Ruby platform for ${cpu}`);
  return platform;
}

/** A gem's CPU names and this project's: `arm` and `armv*` are one, `powerpc64le` is `ppc64le`, `i*86` is `x86`. */
const cpuNames: Readonly<Record<string, Cpu>> = {
  x86_64: 'x86_64',
  aarch64: 'aarch64',
  arm: 'arm',
  x86: 'x86',
  powerpc64le: 'ppc64le',
  s390x: 's390x',
  riscv64: 'riscv64',
};

/**
 * The CPU and C library that a Linux platform is for; undefined for any other system, an unknown CPU, or `ruby`. A
 * platform that names no C library is `gnu`, as RubyGems reads it on a machine.
 */
export function linuxTarget(
  platform: PlatformOrRuby,
): { readonly cpu: Cpu; readonly libc: 'gnu' | 'musl' } | undefined {
  if (platform === 'ruby' || platform.os !== 'linux' || platform.cpu === null) return undefined;
  const own = Object.hasOwn(cpuNames, platform.cpu) ? cpuNames[platform.cpu] : undefined;
  const cpu = platform.cpu.startsWith('armv') ? 'arm' : own;
  const libc = normalizedLinuxVersion(platform) ?? 'gnu';
  return cpu !== undefined && (libc === 'gnu' || libc === 'musl') ? { cpu, libc } : undefined;
}
