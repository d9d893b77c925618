import type {
  Finding,
  MissingSymbolFinding,
  NoVariantFinding,
  RubyUndecidedFinding,
  WrongSystemFinding,
} from '../compat/types.js';
import type { TargetSummary } from '../target/summary.js';
import { CPUS } from '../gem/cpu-name.js';
import { LIBC_NAMES, listWords } from './lists.js';
import { machineName } from './machine-words.js';
import { neededPathWords } from './needed-path-words.js';
import { pageSizeWords } from './page-size-words.js';
import { printable } from './printable.js';
import { refusalWords } from './refusal-words.js';

function noVariantWords({ reason, wanted, asked = [], there = [] }: NoVariantFinding): string {
  const nothing = `Bundler has nothing to install on ${printable(wanted)}`;
  switch (reason) {
    case 'ruby-mismatch':
      return `${nothing}: every variant wants another Ruby`;
    case 'no-matching-platform':
      return `${nothing}: no variant is for it, and there is none to compile`;
    case 'content-addressed':
      return `${nothing}: what there is for it is content-addressed (a file for each Ruby), and RubyGems and Bundler before 4.1 do not see such gems`;
    case 'old-rubygems':
      return `Bundler refuses it on ${printable(wanted)}: the variant wants RubyGems ${listWords(asked)}, and ${listWords(there)} runs there`;
    case 'not-offered':
      return `Bundler refuses it: its source has this version for ${listWords(there, 6)}, not for ${listWords(asked, 6)} as the lockfile lists it`;
  }
}

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
    case 'rubygems-undecided':
      return `is what RubyGems 4.1 installs; one before 4.1 installs ${printable(finding.older)}, for which the verdict is ${finding.verdict}`;
    case 'shim-alone':
      return `is what Bundler installs, and its launcher looks for ${listWords(finding.lacks)}, which only the variant for ${printable(finding.platform)} brings; there is nothing to compile`;
    case 'nothing-compiled':
      return `is what Bundler installs, and it has nothing to compile; the variant for ${printable(finding.platform)} brings ${listWords(finding.lacks)}, and only the gem's own code knows whether it does without`;
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
      if (finding.layer === true)
        return `is built for ${LIBC_NAMES[finding.builtFor]} (${printable(finding.evidence)}); ${target.name} starts it through gcompat, whose names were not read, so only a run can tell whether it works`;
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
      return noVariantWords(finding);
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
export function isSystem(machine: string): boolean {
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
