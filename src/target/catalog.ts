import type { Cpu } from '../elf/types.js';
import { compareDotted } from '../version/symbol-version.js';
import { forCpu } from './for-cpu.js';
import { namedTarget } from './named.js';
import type { DerivedRow, SystemRow, TargetTable } from './table.js';
import { isDerived, readTable } from './table.js';
import { targetKey } from './target-key.js';
import type { Libc, NamedTarget } from './types.js';

/** The table, and its rows by every name. */
interface Catalog {
  readonly table: TargetTable;
  readonly systems: ReadonlyMap<string, SystemRow>;
  readonly byKey: ReadonlyMap<string, SystemRow | DerivedRow>;
}

let read: Catalog | undefined;
const built = new Map<string, NamedTarget>();

function catalog(): Catalog {
  if (read === undefined) {
    const table = readTable();
    const byKey = new Map<string, SystemRow | DerivedRow>();
    const systems = new Map<string, SystemRow>();
    for (const row of table.targets) {
      if (!isDerived(row)) systems.set(row.name, row);
      for (const text of [row.name, ...row.aliases]) byKey.set(targetKey(text), row);
    }
    read = { table, systems, byKey };
  }
  return read;
}

/** @param only the CPU that alone looks at it: a target has much to say of each */
function build(row: SystemRow | DerivedRow, only?: Cpu): NamedTarget {
  const key = only === undefined ? row.name : `${row.name} ${only}`;
  const target = built.get(key) ?? buildAnew(row, only);
  built.set(key, target);
  return target;
}

function buildAnew(row: SystemRow | DerivedRow, only: Cpu | undefined): NamedTarget {
  const target = isDerived(row) ? namedTarget(baseOf(row), row, only) : namedTarget(row, undefined, only);
  return only === undefined ? target : forCpu(target, only);
}

function baseOf(row: DerivedRow): SystemRow {
  const base = catalog().systems.get(row.base);
  if (base === undefined) throw new Error(`${row.base} was checked to be in the table`);
  return base;
}

/**
 * Every target that is known by name, in the order of the table: the systems by distribution, older releases first
 * (Ubuntu, Debian, RHEL and its rebuilds, Amazon Linux, Fedora, openSUSE, SLES), then the manylinux policies, Alpine, and
 * what is built on one of the systems (Heroku, AWS Lambda, Google buildpacks).
 * @throws TargetError `TARGET_TABLE_INVALID` where the data beside this module was damaged
 */
export function namedTargets(): readonly NamedTarget[] {
  return catalog().table.targets.map((row) => build(row));
}

/** Canonical names and, behind each, its aliases, in the order of the table. */
export function targetNames(): readonly { readonly name: string; readonly aliases: readonly string[] }[] {
  return catalog().table.targets.map(({ name, aliases }) => ({ name, aliases }));
}

/** The target of exactly this name or alias; case and separators do not count. */
export function findNamed(text: string): NamedTarget | undefined {
  const row = catalog().byKey.get(targetKey(text));
  return row === undefined ? undefined : build(row);
}

/** The release of a distribution by its number or code name: `ubuntu` and `20.04` or `focal`. */
export function findRelease(distribution: string, release: string): NamedTarget | undefined {
  const wanted = targetKey(release);
  for (const row of catalog().systems.values()) {
    if (row.distribution !== distribution) continue;
    if (targetKey(row.release) === wanted || row.aliases.some((alias) => targetKey(alias) === wanted))
      return build(row);
  }
  return undefined;
}

/** What a system has to provide, as the highest numbers and the unnumbered names that are needed. */
export interface TargetNeeds {
  readonly libc: Libc;
  /** Highest GLIBC number: `2.34`. */
  readonly glibc?: string;
  /** Lowest release of musl: `1.2.3`. */
  readonly musl?: string;
  readonly glibcxx?: string;
  readonly cxxabi?: string;
  readonly gcc?: string;
  /** Unnumbered version names: `GLIBC_ABI_DT_RELR`. */
  readonly markers?: readonly string[];
  /** The CPU that the system has to exist for. */
  readonly cpu?: Cpu;
}

function provides(target: NamedTarget, needs: TargetNeeds): boolean {
  if (target.libc !== needs.libc) return false;
  if (needs.musl !== undefined && compareDotted(needs.musl, libcNumber(target)) > 0) return false;
  if (needs.cpu !== undefined && !target.cpus.includes(needs.cpu)) return false;
  const seen = needs.cpu === undefined ? target : forCpu(target, needs.cpu);
  const numbers = { GLIBC: needs.glibc, GLIBCXX: needs.glibcxx, CXXABI: needs.cxxabi, GCC: needs.gcc };
  for (const [prefix, needed] of Object.entries(numbers)) {
    if (needed === undefined) continue;
    const ceiling = seen.ceilings[prefix];
    if (ceiling === undefined || compareDotted(needed, ceiling) > 0) return false;
  }
  return (needs.markers ?? []).every((name) => seen.markers?.includes(name) === true);
}

/** What a row says by itself, before its sets are built: most rows are ruled out by it. */
function mayProvide(row: SystemRow | DerivedRow, { libc, glibc, cpu }: TargetNeeds): boolean {
  const system = isDerived(row) ? baseOf(row) : row;
  if (system.libc !== libc) return false;
  if (cpu !== undefined && !(row.cpus ?? system.cpus).includes(cpu)) return false;
  return libc === 'musl' || glibc === undefined || compareDotted(glibc, system.libcVersion) <= 0;
}

function libcNumber(target: NamedTarget): string {
  return target.libcVersion.replace(/_git\d+$/, '');
}

/**
 * Whether a system is past the end of its standard support.
 * @param today ISO date; a system is in support up to and with its day of end of life
 */
export function hasEnded({ endOfLife }: Pick<NamedTarget, 'endOfLife'>, today: string): boolean {
  return endOfLife !== undefined && endOfLife < today;
}

/**
 * The known systems that provide what is needed: those in support on `today` first, each part lowest first (by the C
 * library, then libstdc++, then the order of the table). What is not known of a system, or not for certain, counts as not
 * provided. Policies are left out: nobody can deploy to one.
 * @param today ISO date; a system is in support up to and with its day of end of life
 */
export function targetsFitting(needs: TargetNeeds, today: string): NamedTarget[] {
  return fitting(needs, today, (row) => build(row));
}

/** The same, each as the CPU sees it that is asked about: see `forCpu`. */
export function targetsFittingOn(needs: TargetNeeds & { readonly cpu: Cpu }, today: string): NamedTarget[] {
  return fitting(needs, today, (row) => build(row, needs.cpu));
}

function fitting(
  needs: TargetNeeds,
  today: string,
  buildRow: (row: SystemRow | DerivedRow) => NamedTarget,
): NamedTarget[] {
  return catalog()
    .table.targets.filter((row) => mayProvide(row, needs))
    .map(buildRow)
    .filter((target) => !target.policy && !target.uncertain && provides(target, needs))
    .sort(
      (a, b) =>
        Number(hasEnded(a, today)) - Number(hasEnded(b, today)) ||
        compareDotted(libcNumber(a), libcNumber(b)) ||
        compareDotted(a.ceilings['GLIBCXX'] ?? '0', b.ceilings['GLIBCXX'] ?? '0'),
    );
}
