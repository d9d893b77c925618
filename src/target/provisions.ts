import type { Cpu } from '../elf/types.js';
import { compareDotted, parseSymbolVersion } from '../version/symbol-version.js';
import type { SymbolVersions } from './symbol-versions.js';
import type { CpuFacts, Target } from './types.js';

/** Prefixes of which each target says its highest number. */
const CEILING_PREFIXES = ['GLIBC', 'GLIBCXX', 'CXXABI', 'GCC'] as const;

/** What one set of names says: its highest number by prefix, and the names that have none. */
interface Summary {
  readonly highest: ReadonlyMap<string, string>;
  readonly markers: readonly string[];
}

/** Many targets share one set. */
const summaries = new WeakMap<readonly string[], Summary>();

function summaryOf(names: readonly string[]): Summary {
  let summary = summaries.get(names);
  if (summary === undefined) {
    const highest = new Map<string, string>();
    const markers: string[] = [];
    for (const name of names) {
      const { prefix, number } = parseSymbolVersion(name);
      const before = highest.get(prefix);
      if (number === undefined) markers.push(name);
      else if (before === undefined || compareDotted(number, before) > 0) highest.set(prefix, number);
    }
    summary = { highest, markers };
    summaries.set(names, summary);
  }
  return summary;
}

/** Highest number by prefix over all libraries' version names. */
export function ceilingsOf(versions: SymbolVersions): Record<string, string> {
  const ceilings: Record<string, string> = {};
  for (const names of Object.values(versions)) {
    const { highest } = summaryOf(names);
    for (const prefix of CEILING_PREFIXES) {
      const number = highest.get(prefix);
      const before = ceilings[prefix];
      if (number === undefined) continue;
      if (before === undefined || compareDotted(number, before) > 0) ceilings[prefix] = number;
    }
  }
  return ceilings;
}

/** The version names that stand for themselves: `GLIBC_ABI_DT_RELR`, `CXXABI_TM_1`. */
export function markersOf(versions: SymbolVersions): string[] {
  return unionOf(Object.values(versions).map((names) => summaryOf(names).markers)).sort();
}

function unionOf(lists: readonly (readonly string[])[]): string[] {
  return [...new Set(lists.flat())];
}

/**
 * What holds for all CPUs of a target together: the union of their facts. A version name belongs to its CPU's ABI, so a
 * name that one CPU adds is never needed by a binary of another. A soname whose set is not known for every CPU has none.
 */
export function acrossCpus(
  byCpu: Readonly<Partial<Record<Cpu, CpuFacts>>>,
): Pick<Target, 'libraries'> & Partial<Pick<Target, 'versions' | 'markers'>> {
  const facts = Object.values(byCpu);
  const sonames = unionOf(facts.map(({ versions }) => Object.keys(versions ?? {})));
  const versions: Record<string, readonly string[]> = {};
  for (const soname of sonames) {
    const holders = facts.filter(({ libraries }) => libraries.includes(soname));
    const sets = holders.map((holder) => holder.versions?.[soname]);
    if (sets.every((set) => set !== undefined)) versions[soname] = unionOf(sets);
  }
  const markers = facts.map((fact) => fact.markers);
  return {
    libraries: unionOf(facts.map(({ libraries }) => libraries)),
    ...(Object.keys(versions).length > 0 ? { versions } : {}),
    ...(markers.every((list) => list !== undefined) ? { markers: unionOf(markers).sort() } : {}),
  };
}
