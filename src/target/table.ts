import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { TargetError } from '../errors.js';
import { compareDotted } from '../version/symbol-version.js';
import { PAGE_SIZES } from './page-size.js';
import { targetKey } from './target-key.js';
import { CPUS } from './symbol-versions.js';

const dotted = z.string().regex(/^\d+(?:\.\d+)*$/);
const cpu = z.enum(CPUS);
/** Names by CPU and soname, separated by blanks. */
const changes = z.partialRecord(cpu, z.record(z.string(), z.string().min(1)));

const facts = {
  name: z.string().regex(/^[a-z][a-z0-9._-]*$/),
  title: z.string().min(1),
  aliases: z.array(z.string().min(1)),
  /** Where the facts come from. */
  source: z.string().min(1),
  /** When they were read. */
  asOf: z.iso.date(),
  endOfLife: z.iso.date().optional(),
  extendedEndOfLife: z.iso.date().optional(),
  uncertain: z.boolean().optional(),
  notes: z.array(z.string().min(1)).optional(),
};

const system = z.strictObject({
  ...facts,
  distribution: z.string().min(1),
  release: z.string().min(1),
  libc: z.enum(['gnu', 'musl']),
  libcVersion: z.string().regex(/^\d+\.\d+(?:\.\d+)?(?:_git\d+)?$/),
  /** Release of GCC that libstdc++ and libgcc_s come from; absent where it is not known. */
  gcc: dotted.optional(),
  /** Highest version name of libz.so.1, without its prefix. */
  zlib: dotted.optional(),
  /** Of x86_64, or of the first CPU where there is no x86_64. */
  ceilings: z.partialRecord(z.enum(['GLIBC', 'GLIBCXX', 'CXXABI', 'GCC']), dotted),
  cpus: z.array(cpu).min(1),
  /** CPUs whose glibc was seen to differ from the release, so that only ceilings are said for it. */
  ceilingsOnly: z.array(cpu).optional(),
  /** The dynamic loader's own symbol versions were not read, and distributions do backport into it. */
  loaderUnread: z.boolean().optional(),
  /** What the distribution added to the releases' own sets. */
  plus: changes.optional(),
  /** What it left out of them. */
  without: changes.optional(),
  /** Sonames of the base system besides glibc's or musl's own. */
  libraries: z.array(z.string().min(1)),
  isa: z.enum(['x86-64-baseline', 'x86-64-v2', 'x86-64-v3', 'x86-64-v4']).optional(),
  /** Pages of its kernel, where they are not the usual ones of the CPU. */
  pageSizes: z
    .partialRecord(cpu, z.strictObject({ bytes: z.literal(PAGE_SIZES), source: z.string().min(1) }))
    .optional(),
  policy: z.boolean().optional(),
});

const derived = z.strictObject({
  ...facts,
  /** Name of the row that this system is built on. */
  base: z.string().min(1),
  cpus: z.array(cpu).min(1).optional(),
  ruby: z.string().optional(),
});

const schema = z.strictObject({
  endOfLifeSource: z.string().min(1),
  /** Each is read by its own schema after this one, so that what is wrong is said of the row and not of a union. */
  targets: z.array(z.looseObject({ name: z.string() })).min(1),
});

/** A row that says what a system has. */
export type SystemRow = z.infer<typeof system>;
/** A row that says which system another one is built on. */
export type DerivedRow = z.infer<typeof derived>;

export interface TargetTable {
  endOfLifeSource: string;
  targets: (SystemRow | DerivedRow)[];
}

function broken(message: string, cause?: unknown): TargetError {
  return new TargetError(`The table of targets cannot be used: ${message}.`, {
    code: 'TARGET_TABLE_INVALID',
    suggestions: ['Reinstall gemcompat, or mend src/target/targets.json.'],
    cause,
  });
}

function read<T>(by: z.ZodType<T>, data: unknown, what: string): T {
  const parsed = by.safeParse(data);
  if (parsed.success) return parsed.data;
  throw broken(`${what}: ${z.prettifyError(parsed.error).replace(/\s*\n\s*/g, ' ')}`, parsed.error);
}

/** `1.2.4_git20230717` is compared as 1.2.4: the snapshot lies after it and before the next release. */
function libcNumber(row: SystemRow): string {
  return row.libcVersion.replace(/_git\d+$/, '');
}

function checkNames(table: TargetTable): void {
  const owner = new Map<string, string>();
  for (const { name, aliases } of table.targets) {
    for (const text of [name, ...aliases]) {
      const key = targetKey(text);
      const other = owner.get(key);
      if (other !== undefined) throw broken(`"${text}" names both ${other} and ${name}`);
      owner.set(key, name);
    }
  }
}

function checkComplete(row: SystemRow): void {
  const need =
    row.libc === 'musl' ? [] : row.gcc === undefined ? ['GLIBC'] : ['GLIBC', 'GLIBCXX', 'CXXABI', 'GCC'];
  for (const prefix of need) {
    if (!Object.hasOwn(row.ceilings, prefix)) throw broken(`${row.name} lacks its ${prefix} ceiling`);
  }
  if (row.libc === 'gnu' && row.ceilings.GLIBC !== row.libcVersion) {
    throw broken(
      `${row.name} has glibc ${row.libcVersion} and a GLIBC ceiling of ${String(row.ceilings.GLIBC)}`,
    );
  }
  if (row.policy !== true && row.uncertain !== true && row.libc === 'gnu' && row.gcc === undefined) {
    throw broken(`${row.name} has no GCC release and is not marked as uncertain`);
  }
  if (new Set(row.cpus).size !== row.cpus.length) throw broken(`${row.name} names a CPU twice`);
  const known = new Set<string>(row.cpus);
  for (const name of [
    ...(row.ceilingsOnly ?? []),
    ...Object.keys(row.plus ?? {}),
    ...Object.keys(row.without ?? {}),
    ...Object.keys(row.pageSizes ?? {}),
  ]) {
    if (!known.has(name)) throw broken(`${row.name} has facts for ${name}, which is not among its CPUs`);
  }
}

/** A later release of one distribution never has an older C library or C++ library. */
function checkMonotonic(rows: readonly SystemRow[]): void {
  const last = new Map<string, SystemRow>();
  for (const row of rows) {
    const before = last.get(row.distribution);
    last.set(row.distribution, row);
    if (before === undefined) continue;
    const unordered = [before, row].find(({ release }) => !dotted.safeParse(release).success);
    if (unordered !== undefined) throw broken(`the release of ${unordered.name} is no number to order it by`);
    if (compareDotted(before.release, row.release) >= 0) {
      throw broken(`${row.name} does not come after ${before.name}, but stands behind it`);
    }
    if (before.libc !== row.libc) throw broken(`${before.name} and ${row.name} have different C libraries`);
    if (compareDotted(libcNumber(before), libcNumber(row)) > 0) {
      throw broken(`${row.name} has an older C library than ${before.name}`);
    }
    for (const prefix of ['GLIBCXX', 'CXXABI', 'GCC'] as const) {
      const [old, now] = [before.ceilings[prefix], row.ceilings[prefix]];
      if (old !== undefined && now !== undefined && compareDotted(old, now) > 0) {
        throw broken(`${row.name} has an older ${prefix} than ${before.name}`);
      }
    }
  }
}

/** Whether a row only points to another one. */
export function isDerived(row: SystemRow | DerivedRow): row is DerivedRow {
  return 'base' in row;
}

/**
 * Checks data against the schema and for plausibility: names and aliases are unique, rows complete, releases of one
 * distribution in order and never with an older library than the one before, bases known.
 * @throws TargetError `TARGET_TABLE_INVALID`
 */
export function checkTable(data: unknown): TargetTable {
  const outline = read(schema, data, 'the table');
  const table: TargetTable = {
    endOfLifeSource: outline.endOfLifeSource,
    targets: outline.targets.map((row) =>
      Object.hasOwn(row, 'base') ? read(derived, row, row.name) : read(system, row, row.name),
    ),
  };
  checkNames(table);
  const systems = table.targets.filter((row): row is SystemRow => !isDerived(row));
  systems.forEach(checkComplete);
  checkMonotonic(systems);
  const names = new Set(systems.map(({ name }) => name));
  for (const row of table.targets) {
    if (isDerived(row) && !names.has(row.base))
      throw broken(`${row.name} is built on ${row.base}, which is no system`);
  }
  return table;
}

/** Reads and checks the table that ships beside this module. */
export function readTable(): TargetTable {
  return checkTable(JSON.parse(readFileSync(new URL('./targets.json', import.meta.url), 'utf8')));
}
