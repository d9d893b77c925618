import type { Cpu } from '../elf/types.js';
import { baseLibraries, setsWithoutVersions } from './base-libraries.js';
import { comesWithGlibc, libcLibraries } from './libc-libraries.js';
import { acrossCpus, ceilingsOf, markersOf } from './provisions.js';
import type { SymbolVersions } from './symbol-versions.js';
import { gccVersions, glibcVersions, loaderSoname, zlibVersions } from './symbol-versions.js';
import type { DerivedRow, SystemRow } from './table.js';
import type { CpuFacts, NamedTarget } from './types.js';

/** Sets of glibc's own libraries on that CPU, as the system has them. */
function glibcSets(row: SystemRow, cpu: Cpu): SymbolVersions {
  if (row.ceilingsOnly?.includes(cpu) === true) return {};
  const sets = glibcVersions(cpu, row.libcVersion) ?? {};
  if (row.loaderUnread !== true) return sets;
  const loader = loaderSoname(cpu);
  return Object.fromEntries(Object.entries(sets).filter(([soname]) => soname !== loader));
}

function versionsOf(row: SystemRow, cpu: Cpu): SymbolVersions {
  const zlib = row.zlib === undefined ? undefined : zlibVersions(row.zlib);
  const sets: Record<string, readonly string[]> = {
    ...glibcSets(row, cpu),
    ...(row.gcc === undefined ? {} : gccVersions(cpu, row.gcc)),
    ...(zlib === undefined ? {} : { 'libz.so.1': zlib }),
  };
  for (const [soname, names] of Object.entries(row.plus?.[cpu] ?? {})) {
    sets[soname] = [...new Set([...(sets[soname] ?? []), ...names.split(' ')])];
  }
  for (const [soname, names] of Object.entries(row.without?.[cpu] ?? {})) {
    const gone = new Set(names.split(' '));
    sets[soname] = (sets[soname] ?? []).filter((name) => !gone.has(name));
  }
  return sets;
}

function gnuFacts(row: SystemRow, cpu: Cpu): CpuFacts {
  const further = baseLibraries(row.name);
  const sets: SymbolVersions = { ...versionsOf(row, cpu), ...setsWithoutVersions(further) };
  const libraries = [...libcLibraries('gnu', cpu), ...further, ...row.libraries];
  if (sets['libmvec.so.1'] !== undefined) libraries.push('libmvec.so.1');
  const versions = Object.fromEntries(
    Object.entries(sets).filter(([soname]) => comesWithGlibc(soname) || libraries.includes(soname)),
  );
  const libcKnown = versions['libc.so.6'] !== undefined;
  const ceilings = { ...row.ceilings, ...ceilingsOf(versions) };
  // glibc adds no symbols, and so no version, in some releases: its own number is the ceiling all the same.
  ceilings.GLIBC = row.libcVersion;
  return {
    ceilings,
    libraries,
    ...(libcKnown && row.gcc !== undefined ? { markers: markersOf(versions) } : {}),
    ...(Object.keys(versions).length > 0 ? { versions } : {}),
  };
}

function factsOf(row: SystemRow, cpu: Cpu): CpuFacts {
  if (row.libc === 'gnu') return gnuFacts(row, cpu);
  return { ceilings: {}, libraries: [...libcLibraries('musl', cpu), ...row.libraries] };
}

/** The distribution and release of a derived name: `lambda-ruby3.3` is release `ruby3.3` of `lambda`. */
function family(name: string): { readonly distribution: string; readonly release: string } {
  const dash = name.indexOf('-');
  return { distribution: name.slice(0, dash), release: name.slice(dash + 1) };
}

/**
 * The target that a row of the table stands for; a derived one has the facts of the system that it is built on.
 * @param only the one CPU whose facts are asked for; by default all that it is made for
 */
export function namedTarget(row: SystemRow, derived?: DerivedRow, only?: Cpu): NamedTarget {
  const cpus = derived?.cpus ?? row.cpus;
  const byCpu: Partial<Record<Cpu, CpuFacts>> = {};
  for (const cpu of cpus) if (only === undefined || cpu === only) byCpu[cpu] = factsOf(row, cpu);
  const self = derived ?? row;
  const endOfLife = self.endOfLife ?? row.endOfLife;
  const extendedEndOfLife = derived === undefined ? row.extendedEndOfLife : derived.extendedEndOfLife;
  return {
    name: self.name,
    title: self.title,
    aliases: self.aliases,
    ...(derived === undefined
      ? { distribution: row.distribution, release: row.release }
      : family(derived.name)),
    ...(derived === undefined ? {} : { base: derived.base }),
    libc: row.libc,
    libcVersion: row.libcVersion,
    cpus,
    ceilings: row.ceilings,
    ...acrossCpus(byCpu),
    byCpu,
    librariesComplete: false,
    ...(row.isa === undefined ? {} : { isa: row.isa }),
    ...(row.pageSizes === undefined ? {} : { pageSizes: row.pageSizes }),
    ...(endOfLife === undefined ? {} : { endOfLife }),
    ...(extendedEndOfLife === undefined ? {} : { extendedEndOfLife }),
    ...(derived?.ruby === undefined ? {} : { ruby: derived.ruby }),
    policy: row.policy === true,
    source: derived === undefined ? row.source : `${derived.source}; ${derived.base}: ${row.source}`,
    asOf: self.asOf,
    uncertain: row.uncertain === true || derived?.uncertain === true,
    notes: [...(row.notes ?? []), ...(derived?.notes ?? [])],
  };
}
