import { parseElf } from '../elf/parse.js';
import type { Cpu } from '../elf/types.js';
import { ElfError, TargetError } from '../errors.js';
import { compareDotted, highest, parseSymbolVersion } from '../version/symbol-version.js';
import { glibcLayer } from './glibc-layer.js';
import { glibcRelease, glibcSearch } from './glibc-search.js';
import { libcLibraries } from './libc-libraries.js';
import type { Library } from './library-reader.js';
import { LibraryReader } from './library-reader.js';
import type { LoaderView } from './loader-view.js';
import { glibcView, muslView } from './loader-view.js';
import { muslSearch } from './musl-search.js';
import { readOsRelease } from './os-release.js';
import { acrossCpus, ceilingsOf, markersOf } from './provisions.js';
import { CPUS } from './symbol-versions.js';
import type { SystemTree } from './system-tree.js';
import { TreeWalk } from './tree-walk.js';
import type { CpuFacts, Libc, ResolvedTarget, Target } from './types.js';

/** libc.so.6 has 2 MB. In bytes. */
const MAX_LIBC = 32 << 20;

/** One C library for one CPU, and what its loader finds. */
interface Port {
  readonly cpu: Cpu;
  readonly libc: Libc;
  /** Where it says so itself. */
  readonly release?: string;
  readonly facts: CpuFacts;
  readonly malformed: readonly string[];
}

export interface ReadSystemOptions {
  /** Canonical name of the target: `rootfs:/srv/root`. */
  readonly name: string;
  /** Where the facts come from, for people. */
  readonly source: string;
  /** Only this CPU; by default every one that there is a C library for. */
  readonly cpu?: Cpu;
}

/**
 * Reads what a system provides from the system itself: its loader's directories, and the version definitions of every
 * library in them, with the names that it defines. A library that is not there is known to be missing. That what those
 * libraries need in their turn is there is not looked at. Nothing is executed.
 * @throws TargetError `TARGET_NO_LIBC`, `TARGET_NOT_FOR_CPU`, `TARGET_LINK_ESCAPES`, `TARGET_LIMIT`, and what the tree
 *   throws for what cannot be read
 */
export async function readSystem(tree: SystemTree, options: ReadSystemOptions): Promise<ResolvedTarget> {
  const walk = new TreeWalk(tree);
  const reader = new LibraryReader(walk);
  const ports = await portsOf(reader, CPUS);
  if (ports.length === 0) {
    const damaged = reader.damaged(/\/(?:libc[.-]|ld[-.]|ld64)[^/]*$/);
    const why = damaged === undefined ? 'neither glibc nor musl' : `${damaged.path}: ${damaged.reason}`;
    throw new TargetError(
      `${tree.label} has no C library${damaged === undefined ? '' : ' that can be read'}: ${why}.`,
      {
        code: 'TARGET_NO_LIBC',
        suggestions: [
          'Name the directory that is "/" on the system, with all of its packages unpacked.',
          'A system without a C library runs static executables only, so no Ruby.',
        ],
      },
    );
  }
  const libc = await libcInUse(walk, ports);
  const wanted = ports.filter((port) => port.libc === libc && (options.cpu ?? port.cpu) === port.cpu);
  const [first] = wanted;
  if (first === undefined) {
    const cpus = [...new Set(ports.map(({ cpu }) => cpu))].join(', ');
    throw new TargetError(`${tree.label} is a system for ${cpus}, not for ${options.cpu ?? ''}.`, {
      code: 'TARGET_NOT_FOR_CPU',
      suggestions: [`Ask for ${cpus} with --arch, or name a system for ${options.cpu ?? ''}.`],
    });
  }
  const warnings = wanted.flatMap(({ malformed }) => malformed);
  const { title, system } = await readOsRelease(walk);
  return {
    target: targetOf(wanted, first, {
      ...options,
      title: title ?? `the system in ${tree.label}`,
      ...(system === undefined ? {} : { base: system }),
      librariesComplete: warnings.length === 0,
    }),
    warnings: [...new Set(warnings)],
  };
}

function targetOf(
  ports: readonly Port[],
  { libc, release }: Port,
  about: Pick<Target, 'name' | 'title' | 'base' | 'source' | 'librariesComplete'>,
): Target {
  const byCpu: Partial<Record<Cpu, CpuFacts>> = {};
  for (const { cpu, facts } of ports) byCpu[cpu] = facts;
  const ceilings: Record<string, string> = {};
  for (const { facts } of ports) {
    for (const [prefix, number] of Object.entries(facts.ceilings)) {
      ceilings[prefix] = highest([number, ceilings[prefix] ?? number]) ?? number;
    }
  }
  return {
    name: about.name,
    title: about.title,
    ...(about.base === undefined ? {} : { base: about.base }),
    libc,
    libcVersion: release ?? ceilings['GLIBC'] ?? 'unknown',
    cpus: ports.map(({ cpu }) => cpu),
    ceilings,
    ...acrossCpus(byCpu),
    ...(ports.length > 1 ? { byCpu } : ofOnly(ports)),
    librariesComplete: about.librariesComplete,
    source: about.source,
  };
}

/** What is not told of several CPUs together. */
function ofOnly([port]: readonly Port[]): Pick<Target, 'exports' | 'glibcLayer'> {
  const { exports, glibcLayer } = port?.facts ?? {};
  return {
    ...(exports === undefined ? {} : { exports }),
    ...(glibcLayer === undefined ? {} : { glibcLayer }),
  };
}

async function portsOf(reader: LibraryReader, cpus: readonly Cpu[]): Promise<Port[]> {
  const ports: Port[] = [];
  for (const cpu of cpus) {
    const gnu = await gnuPort(reader, cpu);
    const musl = await muslPort(reader, cpu);
    if (gnu !== undefined) ports.push(gnu);
    if (musl !== undefined) ports.push(musl);
  }
  return ports;
}

async function gnuPort(reader: LibraryReader, cpu: Cpu): Promise<Port | undefined> {
  const search = await glibcSearch(reader.walk, cpu);
  if (search === undefined) return undefined;
  const loader = await reader.read(search.loader);
  if (loader.kind !== 'elf' || loader.cpu !== cpu) return undefined;
  const view = await glibcView(reader, search, cpu);
  const names = view.libraries.get('libc.so.6')?.versions ?? [];
  const numbers = names.map(parseSymbolVersion).filter(({ prefix }) => prefix === 'GLIBC');
  const defined = highest(numbers.flatMap(({ number }) => number ?? []));
  // Alpine's gcompat has the name and no versions: it is musl behind it.
  if (defined === undefined) return undefined;
  const release = await releaseOf(reader, [...search.configured, ...search.system], defined);
  const facts = factsOf(view);
  return {
    cpu,
    libc: 'gnu',
    release,
    facts: { ...facts, ceilings: { ...facts.ceilings, GLIBC: release } },
    malformed: view.malformed,
  };
}

/** What libc.so.6 says in words, unless it defines a later version than that. */
async function releaseOf(
  { walk }: LibraryReader,
  directories: readonly string[],
  defined: string,
): Promise<string> {
  for (const directory of directories) {
    const bytes = await walk.read(`${directory}/libc.so.6`, MAX_LIBC);
    const said = bytes && glibcRelease(bytes);
    if (said !== undefined && compareDotted(said, defined) >= 0) return said;
  }
  return defined;
}

async function muslPort(reader: LibraryReader, cpu: Cpu): Promise<Port | undefined> {
  const search = await muslSearch(reader.walk, cpu);
  if (search === undefined) return undefined;
  const loader = await reader.read(search.loader);
  if (loader.kind !== 'elf' || loader.cpu !== cpu) return undefined;
  const view = await muslView(reader, search, cpu);
  const facts = factsOf(view);
  // The loader is the C library, under each of its names, wherever it lies.
  const libraries = [...new Set([...libcLibraries('musl', cpu), ...facts.libraries])];
  const layer = await glibcLayer(reader.walk, cpu, search.loader, facts.libraries);
  return {
    cpu,
    libc: 'musl',
    ...(search.release === undefined ? {} : { release: search.release }),
    facts: {
      ...facts,
      libraries,
      ...ofLoader(facts, loader.library, libcLibraries('musl', cpu)),
      ...(layer === undefined ? {} : { glibcLayer: layer }),
    },
    malformed: view.malformed,
  };
}

function ofLoader(
  { exports }: CpuFacts,
  loader: Library | undefined,
  names: readonly string[],
): Pick<CpuFacts, 'exports'> {
  if (loader === undefined) return {};
  return { exports: { ...exports, ...Object.fromEntries(names.map((name) => [name, loader.exports])) } };
}

function factsOf({ libraries }: LoaderView): CpuFacts {
  const each = <T>(of: (library: Library) => T): Record<string, T> =>
    Object.fromEntries([...libraries].map(([name, library]) => [name, of(library)]));
  const sets = each(({ versions }) => versions);
  return {
    ceilings: ceilingsOf(sets),
    // A library's own name stands among its definitions too.
    markers: markersOf(sets).filter((name) => !libraries.has(name)),
    versions: sets,
    exports: each(({ exports }) => exports),
    libraries: [...libraries.keys()],
  };
}

/** Programs of every system, by which it is told which C library a system with two of them lives on. */
const PROGRAMS = ['/bin/sh', '/usr/bin/env', '/usr/bin/sh'];

async function libcInUse(walk: TreeWalk, ports: readonly Port[]): Promise<Libc> {
  const libcs = new Set(ports.map(({ libc }) => libc));
  const [only] = libcs;
  if (libcs.size === 1 && only !== undefined) return only;
  for (const path of PROGRAMS) {
    const interpreter = await interpreterOf(walk, path);
    if (interpreter !== undefined) return interpreter.includes('/ld-musl-') ? 'musl' : 'gnu';
  }
  return 'gnu';
}

async function interpreterOf(walk: TreeWalk, path: string): Promise<string | undefined> {
  const found = await walk.follow(path);
  if (found?.entry.kind !== 'file') return undefined;
  const file = await walk.tree.open(found.path);
  try {
    return parseElf(file.bytes).interpreter;
  } catch (error) {
    if (error instanceof ElfError) return undefined;
    throw error;
  } finally {
    await file.close();
  }
}
