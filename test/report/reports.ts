import type { AuditReport, GemNote, GemReport } from '../../src/audit/types.js';
import type { Finding, FindingKind } from '../../src/compat/types.js';
import type { Suggestion } from '../../src/search/types.js';

/** One finding of each kind; the compiler sees to it that none is missing. */
export const FINDINGS: { readonly [Kind in FindingKind]: Finding & { readonly kind: Kind } } = {
  'symbol-version': {
    kind: 'symbol-version',
    file: 'exe/thrust',
    library: 'libc.so.6',
    symbolVersion: 'GLIBC_2.34',
    symbols: ['pthread_create', '__libc_start_main'],
    provided: 'GLIBC_2.31',
  },
  'wrong-libc': { kind: 'wrong-libc', file: 'lib/a.so', builtFor: 'musl', evidence: 'libc.musl-x86_64.so.1' },
  'wrong-machine': { kind: 'wrong-machine', file: 'exe/a', machine: 'aarch64', wanted: 'x86_64' },
  'other-machine': { kind: 'other-machine', file: 'exe/a', machine: '243' },
  'build-path': { kind: 'build-path', file: 'lib/a.so', library: '/home/runner/work/a/libfoo.so' },
  'missing-interpreter': { kind: 'missing-interpreter', file: 'exe/a', interpreter: '/nix/store/ld.so' },
  'missing-library': { kind: 'missing-library', file: 'lib/a.so', library: 'libssl.so.1.1' },
  'missing-ruby-abi': { kind: 'missing-ruby-abi', file: 'lib/a', ruby: '3.3', available: ['3.1', '3.2'] },
  'page-size': {
    kind: 'page-size',
    file: 'exe/a',
    page: 65_536,
    largest: 4096,
    why: 'address-not-page-aligned',
  },
  'wrong-system': { kind: 'wrong-system', file: 'lib/foo.bundle', system: 'macOS', cpus: ['arm64'] },
  'other-system': { kind: 'other-system', file: 'foo-1.0-java', system: 'JRuby', cpus: [] },
  'ruby-undecided': {
    kind: 'ruby-undecided',
    file: 'lib/foo/*/foo.so',
    fitting: ['3.2', '3.4'],
    failing: ['3.1'],
    missing: ['3.3'],
  },
  'rubygems-undecided': {
    kind: 'rubygems-undecided',
    file: 'foo-1.0-987027c9.gem',
    older: 'foo-1.0-x86_64-linux.gem',
    verdict: 'incompatible',
  },
  'shim-alone': {
    kind: 'shim-alone',
    file: 'thruster-0.1.9.gem',
    platform: 'aarch64-linux',
    lacks: ['exe/aarch64-linux/thrust'],
  },
  'nothing-compiled': {
    kind: 'nothing-compiled',
    file: 'libdatadog-18.1.0.1.0.gem',
    platform: 'x86_64-linux',
    lacks: ['vendor/libdatadog-18.1.0/x86_64-linux/lib/libdatadog_profiling.so'],
  },
  'isa-level': { kind: 'isa-level', file: 'exe/a', level: 'x86-64-v3', provided: 'x86-64-v2' },
  'unchecked-library': {
    kind: 'unchecked-library',
    file: 'lib/a.so',
    library: 'libxml2.so.2',
    carried: false,
  },
  'unchecked-symbol-version': {
    kind: 'unchecked-symbol-version',
    file: 'lib/a.so',
    library: 'libxml2.so.2',
    symbolVersion: 'LIBXML2_2.6.0',
    symbols: [],
  },
  'executable-stack': { kind: 'executable-stack', file: 'lib/a.so', because: 'executable' },
  'static-tls': { kind: 'static-tls', file: 'lib/a.so', size: 4096, room: 1664 },
  'unchecked-static-tls': {
    kind: 'unchecked-static-tls',
    file: 'lib/a.so',
    size: 600,
    room: 1664,
    total: 900,
  },
  'loader-refusal': { kind: 'loader-refusal', file: 'lib/a.so', refusal: 'os-abi', value: '97' },
  'missing-symbol': {
    kind: 'missing-symbol',
    file: 'lib/a.so',
    symbols: ['arc4random'],
    bound: 'call',
    since: '2.36',
  },
  'unchecked-symbol': { kind: 'unchecked-symbol', file: 'lib/a.so', symbols: ['new_name'], since: '2.38' },
  'other-libc': { kind: 'other-libc', file: 'lib/a.so', builtFor: 'gnu', evidence: 'libc.so.6' },
  'static-archive': { kind: 'static-archive', file: 'vendor/libv8.a' },
  'nested-archive': { kind: 'nested-archive', file: 'vendor/all.zip' },
  'chosen-at-run-time': {
    kind: 'chosen-at-run-time',
    file: 'bin',
    fitting: ['bin/a_22'],
    failing: ['bin/a_24'],
  },
  'no-build-for-system': {
    kind: 'no-build-for-system',
    file: 'bin/a_*_amd64.gz',
    named: ['debian 12', 'ubuntu 22.04'],
    system: 'ubuntu 24.04',
  },
  unreadable: { kind: 'unreadable', file: 'lib/a.so', code: 'ELF_TRUNCATED', reason: 'it ends early' },
  'no-variant': { kind: 'no-variant', file: 'foo 1.0', reason: 'ruby-mismatch', wanted: 'x86_64-linux' },
  unavailable: {
    kind: 'unavailable',
    file: 'foo-1.0.gem',
    code: 'GEM_NOT_FOUND',
    reason: 'rubygems.org does not have it',
    suggestions: ['name a source that has it'],
  },
};

/** One note of each kind. */
export const NOTES: { readonly [Kind in GemNote['kind']]: GemNote & { readonly kind: Kind } } = {
  'not-in-lockfile': { kind: 'not-in-lockfile', platform: 'aarch64-linux', update: 'thruster' },
  'not-locked-for-ruby': { kind: 'not-locked-for-ruby', ruby: '4.0' },
  'not-installed-here': { kind: 'not-installed-here', platform: 'x86_64-linux' },
  'carries-executables': { kind: 'carries-executables' },
  yanked: { kind: 'yanked' },
  'needs-new-rubygems': { kind: 'needs-new-rubygems' },
  'variant-skipped': { kind: 'variant-skipped' },
  'not-for-ruby': {
    kind: 'not-for-ruby',
    platform: 'x86_64-linux',
    ruby: '4.0',
    next: { version: '1.76.0', verdict: 'compatible' },
  },
  'nearer-variant': { kind: 'nearer-variant', platform: 'x86_64-linux-musl', because: 'address' },
  unverified: { kind: 'unverified' },
  'forced-ruby': { kind: 'forced-ruby', file: 'Gemfile', line: 8 },
  'force-ruby-unclear': { kind: 'force-ruby-unclear', file: 'Gemfile', line: 8 },
  'search-incomplete': { kind: 'search-incomplete', reason: 'the index is down' },
};

export function suggestion(facts: Partial<Suggestion> = {}): Suggestion {
  return {
    version: '0.1.8',
    direction: 'downgrade',
    method: 'precompiled',
    requirement: '< 0.1.9',
    pin: "gem 'thruster', '< 0.1.9'",
    direct: true,
    needsCompiler: false,
    conflicts: [],
    ...facts,
  };
}

/** Suggestions of every sort. */
export const SUGGESTIONS = {
  pinned: suggestion(),
  upgrade: suggestion({ version: '0.1.12', direction: 'upgrade', pin: "gem 'thruster', '>= 0.1.10'" }),
  transitive: suggestion({ direct: false, unchecked: ['Ruby >= 3.1'] }),
  replaced: suggestion({ conflicts: [{ by: 'Gemfile', kind: 'gemfile', requirement: ['= 0.1.9'] }] }),
  forbidden: suggestion({ conflicts: [{ by: 'kamal', kind: 'gem', requirement: ['>= 0.1.9'] }] }),
  forced: suggestion({
    ...{ version: '0.1.9', direction: 'same', method: 'force-ruby', needsCompiler: true, requirement: '' },
    pin: "gem 'thruster', force_ruby_platform: true",
  }),
  compiled: suggestion({ method: 'compile', needsCompiler: true }),
} satisfies Record<string, Suggestion>;

export function addPlatform(): Suggestion {
  const facts = { version: '0.1.9', direction: 'same', method: 'add-platform', requirement: '' } as const;
  return { ...without(suggestion(facts), 'pin'), command: 'bundle lock --add-platform x86_64-linux-musl' };
}

/** A value less some of its keys. */
export function without<Value extends object, Key extends keyof Value & string>(
  value: Value,
  ...keys: readonly Key[]
): Omit<Value, Key> {
  const kept = Object.entries(value).filter(([key]) => !(keys as readonly string[]).includes(key));
  return Object.fromEntries(kept) as Omit<Value, Key>;
}

export function gem(facts: Partial<GemReport> = {}): GemReport {
  return {
    name: 'thruster',
    version: '0.1.9',
    platform: 'x86_64-linux',
    arch: 'x86_64',
    verdict: 'compatible',
    findings: [],
    ...facts,
  };
}

export const thruster: GemReport = gem({
  verdict: 'incompatible',
  requires: { libc: 'gnu', glibc: '2.34' },
  findings: [FINDINGS['symbol-version']],
  suggestion: SUGGESTIONS.pinned,
  runsOn: ['ubuntu-22.04', 'debian-12'],
});

export function report(gems: readonly GemReport[], facts: Partial<AuditReport> = {}): AuditReport {
  const count = (verdict: GemReport['verdict']): number =>
    gems.filter((each) => each.verdict === verdict).length;
  return {
    schemaVersion: 1,
    lockfile: 'Gemfile.lock',
    target: {
      name: 'ubuntu-20.04',
      title: 'Ubuntu 20.04 LTS',
      libc: 'gnu',
      glibc: '2.31',
      source: 'a source',
    },
    arches: ['x86_64'],
    ruby: '3.3.6',
    all: false,
    gems,
    pins: gems.flatMap((each) => each.suggestion?.pin ?? []),
    floor: {},
    summary: {
      compatible: count('compatible'),
      incompatible: count('incompatible'),
      source: count('source'),
      unknown: count('unknown'),
    },
    warnings: [],
    ...facts,
  };
}

/** Every string of a value replaced by what `change` makes of it; those that choose words are kept. */
export function mapStrings<Value>(
  value: Value,
  change: (text: string, key: string) => string,
  key = '',
): Value {
  if (typeof value === 'string') return change(value, key) as Value;
  if (Array.isArray(value)) return value.map((item: unknown) => mapStrings(item, change, key)) as Value;
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, mapStrings(item as unknown, change, name)]),
  ) as Value;
}
