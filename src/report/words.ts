import type { FloorReport, FittingSystem, GemNote, GemReport, Summary, SystemFloor } from '../audit/types.js';
import type { TargetSummary } from '../target/summary.js';
import type {
  Finding,
  MissingSymbolFinding,
  Requires,
  RubyUndecidedFinding,
  Verdict,
  WrongSystemFinding,
} from '../compat/types.js';
import { GLIBC_ALONE } from '../compat/provides.js';
import { CPUS } from '../gem/cpu-name.js';
import type {
  ClashReason,
  Inspections,
  PlannedMove,
  RubyFrom,
  Suggestion,
  VersionSpan,
} from '../search/types.js';
import { neededPathRemedies, neededPathWords } from './needed-path-words.js';
import { packageOf } from './library-packages.js';
import { machineName } from './machine-words.js';
import { pageSizeRemedies, pageSizeWords } from './page-size-words.js';
import { printable } from './printable.js';
import { refusalRemedy, refusalWords } from './refusal-words.js';

/**
 * Every sentence of a report is made here, from values. The renderers decide where a sentence stands and in which
 * colour, never how it reads.
 */

const MOST_SYMBOLS = 4;

export function listWords(items: readonly string[], most = MOST_SYMBOLS): string {
  const shown = items.slice(0, most).map(printable).join(', ');
  return items.length > most ? `${shown} and ${items.length - most} more` : shown;
}

function count(number: number, singular: string, plural = `${singular}s`): string {
  return `${number} ${number === 1 ? singular : plural}`;
}

export const VERDICT_WORDS = {
  compatible: 'fits',
  incompatible: 'fails',
  unknown: 'unknown',
  source: 'source',
} satisfies Record<Verdict, string>;

/** `glibc 2.34`, `musl`, `static`: the needs of a gem in one cell. */
export function needsWords(requires: Requires | undefined): string {
  if (requires === undefined) return '–';
  const parts: string[] = [];
  if (requires.glibc !== undefined) parts.push(`glibc ${requires.glibc}`);
  else if (requires.libc === 'gnu') parts.push('glibc');
  if (requires.libc === 'musl' || requires.libc === 'both') parts.push('musl');
  if (requires.libc === 'static') parts.push('no libc');
  if (requires.glibcxx !== undefined) parts.push(`GLIBCXX ${requires.glibcxx}`);
  return parts.join(', ');
}

export function targetWords(target: TargetSummary): string {
  const libc = target.libc === 'gnu' ? `glibc ${target.glibc ?? '?'}` : `musl ${target.musl ?? '?'}`;
  return target.title === libc ? libc : `${target.title} (${libc})`;
}

const LIBC_NAMES = { gnu: 'glibc', musl: 'musl' } as const;

/** What is wrong, as one sentence without the file's name. @param whole what the file lies in: `the gem`, `the zip` */
export function findingWords(finding: Finding, target: TargetSummary, whole = 'the gem'): string {
  switch (finding.kind) {
    case 'symbol-version': {
      const needs = `needs ${printable(finding.symbolVersion)} of ${printable(finding.library)}${symbolWords(finding.symbols)}`;
      return finding.provided === undefined
        ? `${needs}, which is not there`
        : `${needs}; ${target.name} has ${printable(finding.provided)}`;
    }
    case 'wrong-libc':
      return `is built for ${LIBC_NAMES[finding.builtFor]} (${printable(finding.evidence)}); ${target.name} has ${LIBC_NAMES[target.libc]}`;
    case 'wrong-machine':
      if (isSystem(finding.machine)) return `is built for ${printable(finding.machine)}, not for Linux`;
      return whole === 'the gem'
        ? `is built for ${machineWords(finding.machine)}; nothing in ${whole} is built for ${finding.wanted}`
        : `is built for ${machineWords(finding.machine)}, not for ${finding.wanted}`;
    case 'other-machine':
      if (isSystem(finding.machine))
        return `is built for ${printable(finding.machine)}, and nothing in its path says that it is meant for that alone`;
      return whole === 'the gem'
        ? `is built for ${machineWords(finding.machine)}, and nothing in its path says that it is meant for that alone`
        : `is built for ${machineWords(finding.machine)}, of which nothing is known here`;
    case 'wrong-system':
      return `is built for ${systemWords(finding)}, not for Linux`;
    case 'other-system':
      return finding.system === 'JRuby'
        ? 'is for JRuby: nothing of it is loaded by MRI, and with JRuby it is not judged'
        : `is built for ${systemWords(finding)}, and nothing in ${whole} is built for Linux in its place`;
    case 'missing-interpreter':
      return `asks for the loader ${printable(finding.interpreter)}, which ${target.name} does not have`;
    case 'missing-library':
      return `needs ${printable(finding.library)}, which is neither in ${whole} nor on ${target.name}`;
    case 'build-path':
      return neededPathWords(finding, target.name, whole);
    case 'missing-ruby-abi':
      if (finding.library !== undefined)
        return `is linked to ${printable(finding.library)}, so it is for Ruby ${listWords(finding.available)}; Ruby ${finding.ruby} does not load it`;
      if (finding.installed === true)
        return `is installed for Ruby ${listWords(finding.available)}, and Ruby ${finding.ruby} runs there`;
      return `${whole} has no build for Ruby ${finding.ruby}; it has ${listWords(finding.available, 8)}`;
    case 'page-size':
      return pageSizeWords(finding, target.name);
    case 'ruby-undecided':
      return undecidedWords(finding, whole);
    case 'isa-level':
      return `needs a CPU of level ${finding.level}; ${target.name} runs on ${finding.provided} too`;
    case 'unchecked-library':
      if (finding.path !== undefined)
        return neededPathWords({ ...finding, path: finding.path }, target.name, whole);
      if (finding.noDefaultLibraries === true)
        return `needs ${printable(finding.library)}, and is linked with -z nodefaultlib: the loader does not look in the directories where systems have it`;
      return finding.carried
        ? `needs ${printable(finding.library)}, which ${whole} carries, but not where the loader looks`
        : `needs ${printable(finding.library)}, and it is not known whether ${target.name} has it`;
    case 'unchecked-symbol-version':
      return `needs ${printable(finding.symbolVersion)} of ${printable(finding.library)}${symbolWords(finding.symbols)}, and it is not known whether ${target.name} has it`;
    case 'executable-stack':
      return finding.because === 'executable'
        ? `asks for an executable stack, and ${target.name} does not give one to a process that runs: glibc ${target.glibc ?? ''} refuses to open the file`
        : `does not say that it needs no executable stack (no PT_GNU_STACK); glibc ${target.glibc ?? ''} of ${target.name} refuses to open the file`;
    case 'static-tls':
      return target.libc === 'musl'
        ? `has ${finding.size} bytes of thread-local data in the initial-exec model; musl does not open such a file at run time`
        : `has ${bytesOfTls(finding)} of thread-local data in the initial-exec model; glibc has ${finding.room} bytes for that in all ("cannot allocate memory in static TLS block")`;
    case 'unchecked-static-tls':
      return `has ${bytesOfTls(finding)} of thread-local data in the initial-exec model; glibc has ${finding.room} bytes for that in all, and it depends on the process how many are left`;
    case 'loader-refusal':
      return refusalWords(finding.refusal, finding.value, target);
    case 'missing-symbol':
      return missingSymbolWords(finding, target);
    case 'unchecked-symbol':
      return `needs ${listWords([...finding.symbols].sort())}; ${laterRelease(finding.since, finding.symbols, target)}: another library, or the program that opens the file, has to define ${itOrThem(finding.symbols)}`;
    case 'other-libc':
      return `is built for ${LIBC_NAMES[finding.builtFor]} (${printable(finding.evidence)}); the C library of ${target.name} has every name that the file asks of it, but only a run can tell whether it works`;
    case 'static-archive':
      return 'is an archive that is linked on your machine, so it cannot be judged here';
    case 'nested-archive':
      return `is an archive inside ${whole}, and what is in it was not read`;
    case 'chosen-at-run-time':
      return `is one of several that ${whole} picks from at run time: ${listWords(finding.fitting, 3)} would run here, ${listWords(finding.failing, 3)} would not`;
    case 'no-build-for-system':
      return `is there for ${listWords(finding.named, 12)}; none is named for ${printable(finding.system)}, and only the launcher of ${whole} knows whether it takes another`;
    case 'unreadable':
      return `could not be read: ${printable(finding.reason)} [${finding.code}]`;
    case 'no-variant':
      return finding.reason === 'ruby-mismatch'
        ? `Bundler has nothing to install on ${printable(finding.wanted)}: every variant wants another Ruby`
        : `Bundler has nothing to install on ${printable(finding.wanted)}: no variant is for it, and there is none to compile`;
    case 'unavailable':
      return `${printable(finding.reason)} [${finding.code}]`;
  }
}

/** `4096 bytes`, and of how many in all files together. */
function bytesOfTls({ size, total }: { readonly size: number; readonly total?: number }): string {
  return total === undefined ? `${size} bytes` : `${size} of ${total} bytes`;
}

function itOrThem(symbols: readonly string[]): string {
  return symbols.length === 1 ? 'it' : 'them';
}

function laterRelease(since: string, symbols: readonly string[], target: TargetSummary): string {
  const libc = LIBC_NAMES[target.libc];
  const own = (target.libc === 'gnu' ? target.glibc : target.musl) ?? '';
  return `${target.name} has ${libc} ${own}, and ${libc} has ${itOrThem(symbols)} from ${printable(since)} on`;
}

function missingSymbolWords(finding: MissingSymbolFinding, target: TargetSummary): string {
  const { symbols, bound, since, library } = finding;
  const where =
    library !== undefined
      ? `${printable(library)} does not define ${itOrThem(symbols)}`
      : since === undefined
        ? `nothing that it is loaded with defines ${itOrThem(symbols)}`
        : laterRelease(since, symbols, target);
  const effect =
    bound === 'load'
      ? 'the loader refuses the file'
      : `the process ends at the first call of ${symbols.length === 1 ? 'it' : 'one of them'}`;
  return `needs ${listWords([...symbols].sort())}; ${where}: ${effect}`;
}

/** `macOS (arm64)` */
export function systemWords({ system, cpus }: Pick<WrongSystemFinding, 'system' | 'cpus'>): string {
  return cpus.length === 0 ? printable(system) : `${printable(system)} (${listWords(cpus)})`;
}

function undecidedWords({ fitting, failing, missing }: RubyUndecidedFinding, whole: string): string {
  const parts = [
    ...(fitting.length === 0 ? [] : [`fits with Ruby ${listWords(fitting, 8)}`]),
    ...(failing.length === 0 ? [] : [`does not, or cannot be checked, with ${listWords(failing, 8)}`]),
    ...(missing.length === 0 ? [] : [`has no build for ${listWords(missing, 8)}`]),
  ];
  return `${whole} ${parts.join(' and ')}, and nothing says which Ruby runs there`;
}

/** Whether a file is told to be for another system, and not for another CPU. */
function isSystem(machine: string): boolean {
  return !/^\d+$/.test(machine) && !(CPUS as readonly string[]).includes(machine);
}

/** A CPU without a name in RubyGems is told by the number that its files have, too. */
function machineWords(machine: string): string {
  if (!/^\d+$/.test(machine)) return printable(machine);
  const name = machineName(machine);
  return `another CPU (${name === undefined ? '' : `${name}, `}e_machine ${machine})`;
}

function symbolWords(symbols: readonly string[]): string {
  return symbols.length === 0 ? '' : ` (${listWords([...symbols].sort())})`;
}

/**
 * What to do about a finding beyond the gem's pin; empty where the pin and the systems that run the gem say it all.
 * @param target what the gem was judged for, by which packages are named
 * @param inGem false for a file that belongs to no gem
 */
export function findingRemedies(finding: Finding, target?: TargetSummary, inGem = true): string[] {
  const own = inGem ? undefined : looseRemedies(finding, target);
  if (own !== undefined) return own;
  switch (finding.kind) {
    case 'symbol-version':
      return versionRemedies(finding.symbolVersion, finding.library, target);
    case 'wrong-libc':
      return finding.builtFor === 'gnu'
        ? [
            'lock a variant for musl (bundle lock --add-platform), or compile it there; gcompat does not make up for all of glibc',
          ]
        : ['lock a variant for glibc (bundle lock --add-platform), or compile it there'];
    case 'wrong-machine':
      if (isSystem(finding.machine))
        return ['no Linux runs it: tell its maintainers that it was packed wrongly'];
      return [
        `check that --arch ${finding.wanted} is the CPU that it runs on; if so the gem was packed wrongly, and its maintainers should know`,
      ];
    case 'other-machine':
      return ['see whether anything loads that file; if not, ignore the finding in .gemcompat.yml'];
    case 'wrong-system':
      return [
        'install the bundle in a Linux container of the target (docker run --platform linux/amd64 … bundle install; linux/arm64 for aarch64), not on another system',
        'have the lockfile provide for Linux, so that its variants are installed: bundle lock --add-platform x86_64-linux',
      ];
    case 'other-system':
      return finding.system === 'JRuby'
        ? ['for MRI lock a variant for Linux: bundle lock --add-platform x86_64-linux']
        : ['see whether anything loads it on the target; if so, install it there'];
    case 'missing-interpreter':
      return [
        'it was built on a system with a loader path of its own; patchelf --set-interpreter mends that',
      ];
    case 'missing-library':
      if (isOfOtherLibc(finding.library, target))
        return [
          `${printable(finding.library)} is glibc's own: lock a variant for musl (bundle lock --add-platform), or compile it there`,
        ];
      return [libraryRemedy(finding.library, target)];
    case 'build-path':
      return neededPathRemedies(finding);
    case 'missing-ruby-abi':
      if (finding.library !== undefined)
        return [`compile it with Ruby ${finding.ruby}, or run it with Ruby ${listWords(finding.available)}`];
      if (finding.installed === true)
        return [
          `install the bundle with Ruby ${finding.ruby} (bundle install), or run Ruby ${listWords(finding.available)} there`,
        ];
      return [
        `run a Ruby that it has a build for, take a version of the gem with a build for ${finding.ruby}, or compile it (force_ruby_platform: true)`,
      ];
    case 'page-size':
      return pageSizeRemedies(finding);
    case 'ruby-undecided':
      return ['say which Ruby runs there: --ruby X.Y.Z, or `ruby` in the Gemfile, or a .ruby-version'];
    case 'isa-level':
      return [
        `run it only on machines that have ${finding.level} (/lib64/ld-linux-x86-64.so.2 --help lists their levels), or have it built without -march=${finding.level}`,
      ];
    case 'unchecked-library':
      if (finding.path !== undefined) return neededPathRemedies({ ...finding, path: finding.path });
      if (finding.noDefaultLibraries === true)
        return [
          'link it without -z nodefaultlib, or see that its RUNPATH or LD_LIBRARY_PATH names the directory',
        ];
      return finding.carried
        ? [
            'it loads where the gem itself loads that file before, or LD_LIBRARY_PATH names its directory: try it on the target',
          ]
        : [libraryRemedy(finding.library, target)];
    case 'unchecked-symbol-version':
      return [
        `have the system itself read, so that its ${printable(finding.library)} is known: --target image:REF, rootfs:DIR or host`,
      ];
    case 'executable-stack':
      return [
        'take a newer version of the gem, or clear the mark: patchelf --clear-execstack FILE; code that really runs on the stack then crashes',
        'GLIBC_TUNABLES=glibc.rtld.execstack=2 in the environment of the process has glibc 2.41 and later allow it again, with the stack of the whole process executable',
      ];
    case 'unchecked-static-tls':
      return [
        'try it in the process that opens it; GLIBC_TUNABLES=glibc.rtld.optional_static_tls=8192 in its environment makes room from glibc 2.32 on',
      ];
    case 'static-tls':
      return target?.libc === 'musl'
        ? [
            'build it without -ftls-model=initial-exec; what Go builds with -buildmode=c-shared cannot be opened on musl (golang/go#54805)',
          ]
        : [
            'GLIBC_TUNABLES=glibc.rtld.optional_static_tls=8192 in the environment of the process makes room from glibc 2.32 on; before that, and for good, build it without -ftls-model=initial-exec',
          ];
    case 'loader-refusal':
      return [refusalRemedy(finding.refusal)];
    case 'missing-symbol':
      return missingSymbolRemedies(finding, target);
    case 'unchecked-symbol':
      return ['try it on the target, opened by the program that uses it'];
    case 'other-libc':
      return [
        'lock a variant for musl (bundle lock --add-platform), or compile it there; if neither can be had, run its tests on the target',
      ];
    case 'static-archive':
      return [
        'compile the bundle on the target, and look at what comes out: gemcompat inspect vendor/bundle',
      ];
    case 'nested-archive':
      return ['unpack it and look at what is in it: gemcompat inspect DIR'];
    case 'chosen-at-run-time':
      return [
        'it picks by the name of the system it runs on: name the target itself (ubuntu-22.04), or try it there',
      ];
    case 'no-build-for-system':
      return [
        `take a version of ${inGem ? 'the gem' : 'it'} with a build for ${printable(finding.system)}, run it on a system that it is named for, or install the program from the system's own packages`,
      ];
    case 'unreadable':
      if (finding.code === 'ELF_PACKED')
        return ['unpack it, and look at what comes out: gemcompat inspect PATH'];
      return [
        'fetch the gem anew, and tell its maintainers where that does not help: no loader takes such a file',
      ];
    case 'no-variant':
      return finding.reason === 'ruby-mismatch'
        ? ['run a Ruby that one of its variants is for, or take another version of the gem']
        : [
            `if a variant for ${printable(finding.wanted)} has been released, lock it: bundle lock --add-platform ${printable(finding.wanted)}`,
          ];
    case 'unavailable':
      return finding.suggestions.map(printable);
  }
}

function missingSymbolRemedies(
  { since, library }: MissingSymbolFinding,
  target: TargetSummary | undefined,
): string[] {
  if (library !== undefined)
    return [
      `the file was built with another ${printable(library)} than the one beside it: take another version of the gem`,
    ];
  if (since === undefined)
    return target?.libc === 'musl'
      ? [
          'lock a variant for musl (bundle lock --add-platform), or compile it there; if it is built for musl, a library is missing on its link line (-l…)',
        ]
      : ['a library is missing on its link line (-l…): take another version of the gem, or compile it there'];
  return [
    `build it on a system with ${LIBC_NAMES[target?.libc ?? 'gnu']} older than ${printable(since)}, or take a target with ${printable(since)} or later`,
  ];
}

function looseSymbolRemedies(
  { since, library }: MissingSymbolFinding,
  target: TargetSummary | undefined,
): string[] | undefined {
  if (library !== undefined)
    return [`it was built with another ${printable(library)} than the one beside it: put that beside it`];
  if (since !== undefined) return undefined;
  const unlinked = 'a library is missing on its link line (-l…)';
  return [target?.libc === 'musl' ? `build it for musl; if it is, ${unlinked}` : unlinked];
}

/** Where what is said of a gem does not hold for a file that belongs to none. */
function looseRemedies(finding: Finding, target: TargetSummary | undefined): string[] | undefined {
  switch (finding.kind) {
    case 'missing-library':
      return isOfOtherLibc(finding.library, target)
        ? [`${printable(finding.library)} is glibc's own: build it for musl, or static`]
        : undefined;
    case 'missing-symbol':
      return looseSymbolRemedies(finding, target);
    case 'executable-stack':
      return [
        'link it with -z noexecstack, or clear the mark: patchelf --clear-execstack FILE; code that really runs on the stack then crashes',
        ...findingRemedies(finding, target).slice(1),
      ];
    case 'other-libc':
      return ['build it for musl; if that cannot be had, run it on the target'];
    case 'wrong-libc':
      return finding.builtFor === 'gnu'
        ? ['build it for musl, or static; gcompat does not make up for all of glibc']
        : ['build it for glibc, or static'];
    case 'wrong-machine':
      if (isSystem(finding.machine)) return [`build it for Linux on ${finding.wanted}`];
      return [`build it for ${finding.wanted}, or name a target for its own CPU`];
    case 'wrong-system':
      return ['build it for Linux, or install what it belongs to in a Linux container of the target'];
    case 'other-machine':
      return ['see whether anything loads that file on the target'];
    case 'unreadable':
      if (finding.code === 'ELF_PACKED') return undefined;
      if (finding.code.startsWith('INSPECT_'))
        return ['name executables, libraries, gems, archives and directories, and nothing else'];
      return /^(?:FILE|ARCHIVE)_/.test(finding.code)
        ? ['see that it is whole and may be read; unpack what is packed or encrypted, and name the directory']
        : ['fetch or build it again: no loader takes such a file'];
    case 'unchecked-library':
      return finding.carried && finding.noDefaultLibraries !== true && finding.path === undefined
        ? [
            'it loads where what starts it loads that file before, or LD_LIBRARY_PATH names its directory: try it on the target',
          ]
        : undefined;
    default:
      return undefined;
  }
}

/** What helps where a version of a library is missing; glibc itself is told of by the systems that run the gem. */
function versionRemedies(version: string, library: string, target: TargetSummary | undefined): string[] {
  if (version === 'GLIBC_ABI_DT_RELR') {
    return [
      'it was linked with -z pack-relative-relocs, which takes glibc 2.36 or later to load: a build without that option runs on older ones',
    ];
  }
  if (/^(?:GLIBC)_/.test(version)) return [];
  const known = target === undefined ? undefined : packageOf(library, target);
  const called = known?.kind === 'package' ? `the package ${known.name}` : printable(library);
  if (/^(?:GLIBCXX|CXXABI)_/.test(version)) {
    return [
      `libstdc++ comes with GCC and stands apart from glibc: ${called} of a newer GCC has it, and so has a newer base image`,
    ];
  }
  if (version.startsWith('GCC_')) {
    return [`libgcc_s comes with GCC and stands apart from glibc: ${called} of a newer GCC has it`];
  }
  return [
    `it takes a newer ${printable(library)}${known?.kind === 'package' ? ` (package ${known.name})` : ''}`,
  ];
}

/** A library of glibc, where the system has musl. */
function isOfOtherLibc(library: string, target: TargetSummary | undefined): boolean {
  return target?.libc === 'musl' && GLIBC_ALONE.test(library);
}

/** Where a library comes from that the gem needs and does not bring. */
function libraryRemedy(library: string, target: TargetSummary | undefined): string {
  const shown = printable(library);
  const ruby = /^libruby(?:-(\d+\.\d+))?\.so(?:\.(\d+\.\d+))?$/.exec(library);
  if (ruby !== null) {
    const version = ruby[1] ?? ruby[2];
    return `it was linked to the Ruby that built it: only a Ruby${version === undefined ? '' : ` ${version}`} that was built with --enable-shared brings ${shown}`;
  }
  const known = target === undefined ? undefined : packageOf(library, target);
  if (known?.kind === 'package') return `${shown} comes with the package ${known.name}: ${known.command}`;
  if (known?.kind === 'none' && target !== undefined) {
    return `no package of ${printable(target.title)} has ${shown}: take a version of the gem that is built for another, or compile it there`;
  }
  return `make sure that the target has ${shown}`;
}

/** What to do, in one cell of the table. */
export function remedyWords(gem: GemReport): string {
  const { suggestion, ignored } = gem;
  if (ignored !== undefined) {
    const until = ignored.until === undefined ? '' : ` (until ${ignored.until})`;
    return `${printable(ignored.reason)}${until}`;
  }
  if (gem.verdict === 'compatible' || gem.verdict === 'source') return '';
  if (gem.verdict === 'unknown') return 'see below';
  if (suggestion !== undefined) return suggestionWords(suggestion);
  if (gem.notes?.some(({ kind }) => kind === 'search-incomplete') === true)
    return 'could not search: see below';
  return gem.runsOn === undefined || gem.runsOn.length === 0
    ? 'no version fits'
    : `no version fits; runs on ${gem.runsOn[0] ?? ''}`;
}

function suggestionWords({ method, direction, version, conflicts }: Suggestion): string {
  const safe = printable(version);
  if (method === 'force-ruby') return 'compile it on the target';
  if (method === 'add-platform') return 'lock its other variant';
  if (conflicts.some(({ kind }) => kind === 'gem')) return `${safe} fits, but see below`;
  const verb = { upgrade: 'upgrade to', downgrade: 'downgrade to', same: 'stay at' }[direction];
  return method === 'compile' ? `${verb} ${safe}, compiled` : `${verb} ${safe}`;
}

/** What goes behind a pin as a comment, or beside it in a sentence. */
export function pinReason(gem: GemReport): string {
  const { suggestion } = gem;
  if (suggestion === undefined) return '';
  const parts: string[] = [];
  if (suggestion.method === 'force-ruby') parts.push(`compiles ${printable(gem.version)} on the target`);
  else parts.push(`${printable(gem.version)} → ${printable(suggestion.version)}`);
  if (suggestion.method === 'compile') parts.push('has no precompiled variant here, so it is compiled');
  if (suggestion.needsCompiler) parts.push('needs a compiler');
  if (!suggestion.direct) parts.push('a new line: another gem brings it in');
  if (suggestion.unchecked !== undefined) parts.push(`needs ${listWords(suggestion.unchecked)}`);
  for (const { by, kind, requirement } of suggestion.conflicts) {
    const stated = requirement.map((part) => `'${printable(part)}'`).join(', ');
    parts.push(
      kind === 'gemfile' ? `replaces the Gemfile's ${stated}` : `${printable(by)} asks for ${stated}`,
    );
  }
  return parts.join('; ');
}

/** The reason of a pin for a gem that fits as it is locked, or that is new. */
export function companionReason({ name, from, to, along }: PlannedMove, direct: boolean): string {
  const change =
    from === undefined ? `enters at ${printable(to ?? '')}` : `${printable(from)} → ${printable(to ?? '')}`;
  const sake =
    along.length === 0 ? '' : `; ${from === undefined ? 'comes' : 'moves along'} with ${listWords(along)}`;
  return `${printable(name)} ${change}${sake}${direct ? '' : '; a new line: another gem brings it in'}`;
}

/** One of the facts that leave a gem without an answer: `grpc 1.72.0 needs google-protobuf >= 3.25`. */
export function clashWords(reason: ClashReason): string {
  const gem = printable(reason.gem);
  switch (reason.kind) {
    case 'needs': {
      const asked = reason.requirement.map(printable).join(', ');
      const on = asked === '>= 0' ? printable(reason.on) : `${printable(reason.on)} ${asked}`;
      return `${gem} ${spanWords(reason.versions)} ${isOne(reason.versions) ? 'needs' : 'need'} ${on}`;
    }
    case 'does-not-fit':
      return isOne(reason.versions)
        ? `${gem} ${spanWords(reason.versions)} does not fit`
        : `none of ${gem} ${spanWords(reason.versions)} fits`;
    case 'not-installable':
      return `Bundler has nothing to install of ${gem} ${spanWords(reason.versions)}, for want of a variant or because of its Ruby`;
    case 'nothing-to-compile':
      return `there is nothing to compile of ${gem} ${spanWords(reason.versions)}`;
    case 'gemfile':
      return `the Gemfile asks for ${gem} ${reason.requirement.map(printable).join(', ')}`;
    case 'fixed':
      return `${gem} ${printable(reason.version)} comes from git, a path or a plugin, and so stays`;
    case 'index-unavailable':
      return `the versions of ${gem} are not known: ${printable(reason.reason)}`;
  }
}

function isOne(versions: readonly VersionSpan[]): boolean {
  const [first] = versions;
  return versions.length === 1 && first !== undefined && first.from === first.to;
}

const MOST_SPANS = 4;

function spanWords(versions: readonly VersionSpan[]): string {
  const spans = versions.map(({ from, to }) => (from === to ? from : `${from} to ${to}`));
  return listWords(spans, MOST_SPANS);
}

export const NOT_MINIMAL =
  'The search was cut short: the pins hold together, but fewer gems might have to move, or higher versions be had.';

/** What `--verbose` tells of the search for an answer: a line for each gem that was read. */
export function inspectionWords({ inspected, candidates, byGem }: Inspections): string[] {
  if (candidates === 0) return ['no other version had to be read'];
  return [
    `read ${inspected} of ${count(candidates, 'gem')} that could be the answer`,
    ...Object.entries(byGem).map(([name, read]) => `${printable(name)}: ${listWords(read, 20)}`),
  ];
}

/** What a suggestion comes to where it is no pin: a command to run, or another gem of the bundle that forbids it. */
export function suggestionCaveats({ suggestion }: GemReport): string[] {
  if (suggestion === undefined) return [];
  if (suggestion.command !== undefined && suggestion.pin !== undefined) {
    return [`after the pin, run: ${printable(suggestion.command)}`];
  }
  if (suggestion.command !== undefined && suggestion.method !== 'add-platform') {
    return [`run: ${printable(suggestion.command)}`];
  }
  if (suggestion.command !== undefined) {
    return [
      `a variant of ${printable(suggestion.version)} fits that the lockfile does not list; run: ${printable(suggestion.command)}`,
    ];
  }
  return suggestion.conflicts
    .filter(({ kind }) => kind === 'gem')
    .map(({ by, requirement }) => {
      const stated = requirement.map((part) => `'${printable(part)}'`).join(', ');
      return `${printable(suggestion.version)} fits, but ${printable(by)} asks for ${stated}: ${printable(by)} has to move too`;
    });
}

export function noteWords(note: GemNote): string {
  switch (note.kind) {
    case 'not-in-lockfile':
      return `the lockfile does not list this platform, so a frozen bundle install refuses it; run: bundle lock --add-platform ${printable(note.platform)}`;
    case 'not-installed-here':
      return `the lockfile lists it for other systems only, so it is not installed on ${printable(note.platform)}`;
    case 'carries-executables':
      return 'it is not compiled: it carries executables that are named for systems, which were not opened (--all)';
    case 'yanked':
      return 'its source no longer has a variant that the lockfile lists';
    case 'variant-skipped':
      return 'a nearer variant wants another Ruby or RubyGems; a frozen bundle install may stop at it';
    case 'unverified':
      return 'neither the index nor the lockfile gives a SHA-256 to hold it against';
    case 'forced-ruby':
      return `${printable(note.file)}:${note.line} has it compiled (force_ruby_platform: true), whatever variants the lockfile lists`;
    case 'force-ruby-unclear':
      return `${printable(note.file)}:${note.line} may have it compiled (force_ruby_platform), and only Ruby can tell; judged is what the lockfile lists`;
    case 'search-incomplete':
      return `other versions could not all be looked at: ${printable(note.reason)}`;
  }
}

/** The closing line of a report. */
export function summaryWords(summary: Summary, all: boolean, gems: readonly GemReport[] = []): string {
  return countWords({ summary, all, gems }, [
    `${summary.compatible} ${summary.compatible === 1 ? 'fits' : 'fit'}`,
    ...(summary.incompatible > 0
      ? [`${summary.incompatible} ${summary.incompatible === 1 ? 'does' : 'do'} not fit`]
      : []),
  ]);
}

interface Counted {
  readonly summary: Summary;
  readonly all: boolean;
  readonly gems: readonly GemReport[];
}

function countWords({ summary, all, gems }: Counted, judged: readonly string[]): string {
  const { ignored = 0 } = summary;
  const checked = summary.compatible + summary.incompatible + summary.unknown + ignored;
  const [first = '', ...others] = judged;
  const parts = [
    checked === 0 ? 'no precompiled gems' : `${count(checked, 'precompiled gem')}: ${first}`,
    ...others,
    ...(summary.unknown > 0 ? [`${summary.unknown} could not be checked`] : []),
    ...(ignored > 0 ? [`${ignored} ignored`] : []),
  ];
  const elsewhere = namesWith(gems, 'not-installed-here').length;
  const carrying = namesWith(gems, 'carries-executables');
  const source = summary.source - elsewhere;
  return `${[
    parts.join(', '),
    ...(source <= 0
      ? []
      : all
        ? [
            `${count(source, 'gem')} with nothing prebuilt for Linux (those from git or a path are not opened)`,
          ]
        : [`${count(source, 'gem')} compiled there or pure Ruby (not opened; --all opens them)`]),
    ...(elsewhere === 0 ? [] : [`${count(elsewhere, 'gem')} for other systems, not installed there`]),
    ...(carrying.length === 0
      ? []
      : [
          `${listWords(carrying)} ${carrying.length === 1 ? 'carries' : 'carry'} executables, which --all judges`,
        ]),
  ].join('; ')}.`;
}

/** Gems that no precompiled variant is used of and that have a note, each once: `sqlite3 2.6.0`. */
function namesWith(gems: readonly GemReport[], kind: GemNote['kind']): string[] {
  const noted = gems.filter(
    ({ verdict, notes = [] }) => verdict === 'source' && notes.some((note) => note.kind === kind),
  );
  return [...new Set(noted.map(({ name, version }) => `${name} ${version}`))];
}

/** The closing line of a floor. */
export function floorSummaryWords(summary: Summary, all: boolean, gems: readonly GemReport[] = []): string {
  return countWords({ summary, all, gems }, [
    `${summary.compatible} read`,
    ...(summary.incompatible > 0
      ? [`${summary.incompatible} ${summary.incompatible === 1 ? 'runs' : 'run'} on no such system`]
      : []),
  ]);
}

export function floorHeading({ lockfile, ruby, rubyFrom }: FloorReport): string {
  const on = rubyWords(ruby, rubyFrom);
  return `${printable(lockfile)}${on}: no target is named, so this is what the bundle needs at least`;
}

/** Which Ruby the verdicts are for and who says so, as the end of a heading: `, Ruby 3.3.6 (lockfile)`. */
export function rubyWords(ruby: string | undefined, from: RubyFrom | undefined): string {
  if (ruby === undefined) return '';
  if (from === undefined) return `, Ruby ${printable(ruby)}`;
  const { source, place } = from;
  return `, Ruby ${printable(ruby)} (${source === 'lockfile' || source === 'target' ? source : printable(place)})`;
}

export const FLOOR_CLOSING =
  'To check one system: gemcompat audit --target NAME, targets: in .gemcompat.yml, or a Dockerfile in the project.';

/** The floor in one line: `x86_64 with glibc: glibc 2.34, GLIBCXX_3.4.29`. */
export function floorWords({ libc, arch, floor, gems }: SystemFloor): string {
  const { glibc, glibcxx, cxxabi, gcc, markers = [] } = floor;
  const versions = [
    ...(glibc === undefined ? [] : [`glibc ${glibc}`]),
    ...(glibcxx === undefined ? [] : [`GLIBCXX_${glibcxx}`]),
    ...(cxxabi === undefined ? [] : [`CXXABI_${cxxabi}`]),
    ...(gcc === undefined ? [] : [`GCC_${gcc}`]),
    ...markers.map(printable),
  ];
  const none = gems.some(({ requires }) => requires !== undefined)
    ? libc === 'musl'
      ? 'no version, as musl has none'
      : 'no version'
    : 'nothing, as far as is known';
  return `${arch} with ${LIBC_NAMES[libc]}: ${versions.length === 0 ? none : versions.join(', ')}`;
}

/** What became of one gem, in one cell. */
export function readWords({ verdict, ignored }: GemReport): string {
  if (ignored !== undefined) return 'ignored';
  return {
    compatible: 'read',
    source: '',
    unknown: 'unknown: see below',
    incompatible: 'fits none: see below',
  }[verdict];
}

/** Libraries of the base system of every distribution with glibc, as the table of targets has them. */
const USUAL: ReadonlySet<string> = new Set(['libstdc++.so.6', 'libgcc_s.so.1', 'libz.so.1']);

const MOST_SUPPORTED = 24;
const MOST_ENDED = 6;

/** The systems that have a floor, those in support first. */
export function systemsWords({ libc, systems, needs, summary }: SystemFloor): string[] {
  // Where nothing was read, every system would do, and it would mean nothing.
  if (summary.compatible === 0 && summary.unknown + summary.incompatible > 0) return [];
  if (systems.length === 0) return [`No system with ${LIBC_NAMES[libc]} is known to have all of that.`];
  const names = (supported: boolean): string[] =>
    systems.filter((system: FittingSystem) => system.supported === supported).map(({ name }) => name);
  const [current, ended] = [names(true), names(false)];
  const libraries = needs.map(({ need }) => need).filter((need) => need.includes('.so') && !USUAL.has(need));
  const besides =
    libraries.length === 0
      ? ''
      : `, where ${listWords(libraries)} ${libraries.length === 1 ? 'is' : 'are'} installed`;
  const unread = summary.unknown === 0 ? '' : ', as far as it is known';
  const it = summary.incompatible === 0 ? 'it' : 'what the others need';
  return [
    current.length === 0
      ? 'No system in support is known to have all of that.'
      : `Systems in support that have ${it}${unread}${besides}: ${listWords(current, MOST_SUPPORTED)}.`,
    ...(ended.length === 0 ? [] : [`Past their end of life: ${listWords(ended, MOST_ENDED)}.`]),
  ];
}
