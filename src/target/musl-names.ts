import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { Cpu } from '../elf/types.js';
import { compareDotted } from '../version/symbol-version.js';
import { CPUS } from './symbol-versions.js';
import type { Target } from './types.js';

/** `1.2.5`, and `1.2.4_git20230717` for a snapshot that an Alpine is built from. */
const release = z.string().regex(/^\d+(?:\.\d+){2}(?:_git\d{8})?$/);
const words = z.string().regex(/^[\w.$]+(?: [\w.$]+)*$/);
const cpus = z.array(z.enum(CPUS)).nonempty();

/** Names that come and go together. */
const rowSchema = z.strictObject({
  /** The CPUs that have them; absent where all. */
  cpus: cpus.optional(),
  /** First release with them; absent where that is the table's first or an older one. */
  since: release.optional(),
  /** First release without them again; absent where the newest has them. */
  before: release.optional(),
  /**
   * `loader`: not in the dynamic table, but the loader binds an import of that name to another function. Absent for what
   * `nm -D` shows.
   */
  by: z.literal('loader').optional(),
  names: words,
});

const tableSchema = z.strictObject({
  source: z.string().min(1),
  asOf: z.iso.date(),
  /** All releases of the table, oldest first. Nothing is known of earlier ones. */
  releases: z.array(release).nonempty(),
  rows: z.array(rowSchema).nonempty(),
  /** What a distribution's patches add to its musl or take out of it, by the name of its target. */
  systems: z.record(
    z.string(),
    z.strictObject({
      source: z.string().min(1),
      plus: words.optional(),
      without: z.array(z.strictObject({ cpus: cpus.optional(), names: words })).optional(),
    }),
  ),
});

export type MuslTable = z.infer<typeof tableSchema>;

/** The names that one musl provides. */
export interface MuslNames {
  /** Names to which its loader binds an import. */
  readonly names: ReadonlySet<string>;
  /**
   * A name that is not in `names` is not there. False for a musl that the table does not hold, a newer release or some
   * snapshot: it has these names at least.
   */
  readonly complete: boolean;
}

/**
 * Reads a table and checks it.
 * @throws Error on a row that names a release out of order or not in `releases`.
 */
export function checkMuslTable(data: unknown): MuslTable {
  const table = tableSchema.parse(data);
  const { releases } = table;
  const sorted = [...releases].sort(compareMuslReleases);
  if (new Set(releases).size < releases.length || sorted.join() !== releases.join()) {
    throw new Error(`releases of musl are not in order: ${releases.join(' ')}`);
  }
  for (const row of table.rows) {
    const [start, end] = spanOf(row, releases);
    if (start >= end) throw new Error(`no musl has ${row.names.slice(0, 40)}: ${start} to ${end}`);
  }
  return table;
}

/**
 * Orders releases of musl as its loader prints them: by number, a snapshot after the release that it follows (`1.2.4`,
 * `1.2.4_git20230717`, `1.2.4-git-41-g83b858f`, `1.2.5`). Negative, zero or positive; what does not start with a number
 * comes before all that do.
 */
export function compareMuslReleases(a: string, b: string): number {
  return compareDotted(numberOf(a) ?? '0', numberOf(b) ?? '0') || compareDotted(snapshotOf(a), snapshotOf(b));
}

/** `1.2.4` of `1.2.4_git20230717`. */
function numberOf(version: string): string | undefined {
  return /^\d+(?:\.\d+)*/.exec(version)?.[0];
}

/** The date of Alpine's snapshots, the count of commits in git's own description, and 0 for a release. */
function snapshotOf(version: string): string {
  return /[_-]git-?(\d+)/.exec(version)?.[1] ?? '0';
}

type Row = MuslTable['rows'][number];

/** Indexes of the first release that has a row's names, and of the first that has them no more. */
function spanOf({ since, before }: Row, releases: readonly string[]): readonly [number, number] {
  const at = (name: string): number => {
    const index = releases.indexOf(name);
    if (index < 0) throw new Error(`${name} is not among the releases of musl`);
    return index;
  };
  return [since === undefined ? 0 : at(since), before === undefined ? releases.length : at(before)];
}

/**
 * Names of one release of a table. `exported`: what `nm -D` shows; `all`: what the loader binds besides, too.
 * @throws Error where a name is there twice, or the release is not in the table.
 */
export function namesAt(
  table: MuslTable,
  cpu: Cpu,
  at: string,
  which: 'exported' | 'all',
): ReadonlySet<string> {
  const index = table.releases.indexOf(at);
  if (index < 0) throw new Error(`${at} is not among the releases of musl`);
  const names = new Set<string>();
  for (const row of table.rows) {
    if (row.cpus?.includes(cpu) === false || (which === 'exported' && row.by === 'loader')) continue;
    const [start, end] = spanOf(row, table.releases);
    if (index < start || index >= end) continue;
    for (const name of row.names.split(' ')) {
      if (names.has(name)) throw new Error(`musl ${at} has ${name} twice on ${cpu}`);
      names.add(name);
    }
  }
  return names;
}

let read: MuslTable | undefined;

function shipped(): MuslTable {
  read ??= checkMuslTable(JSON.parse(readFileSync(new URL('./musl-names.json', import.meta.url), 'utf8')));
  return read;
}

/** The release of the table whose names a musl has at least: itself, or the last one before it. */
function nearest(text: string, releases: readonly string[]): string | undefined {
  if (releases.includes(text)) return text;
  const number = numberOf(text);
  if (number === undefined) return undefined;
  return releases.findLast((each) => !each.includes('_') && compareDotted(each, number) <= 0);
}

const made = new Map<string, MuslNames | undefined>();

/**
 * The names that a musl provides to a file that is loaded: those of its dynamic symbol table, weak ones and those that
 * begin with `_` included, and those that its loader binds without having them there (`fopen64` from 1.2.4 on).
 *
 * @param version release as its loader prints it: `1.2.5`, `1.2.4_git20230717`
 * @param system name of the target, for what its distribution's patches change: `alpine-3.23`
 * @returns undefined for a release before the table begins (1.1.24), and for what is no version. A release newer than the
 *   table, and a snapshot that is not in it, has the names of the last one before it, and is not `complete`.
 */
export function muslNames(cpu: Cpu, version: string, system = ''): MuslNames | undefined {
  const key = `${cpu} ${version} ${system}`;
  if (!made.has(key)) made.set(key, makeNames(cpu, version, system));
  return made.get(key);
}

function makeNames(cpu: Cpu, version: string, system: string): MuslNames | undefined {
  const table = shipped();
  const at = nearest(version, table.releases);
  if (at === undefined) return undefined;
  const names = new Set(namesAt(table, cpu, at, 'all'));
  const changes = Object.hasOwn(table.systems, system) ? table.systems[system] : undefined;
  for (const name of changes?.plus?.split(' ') ?? []) names.add(name);
  for (const row of changes?.without ?? []) {
    if (row.cpus?.includes(cpu) === false) continue;
    for (const name of row.names.split(' ')) names.delete(name);
  }
  return { names, complete: at === version };
}

/**
 * The names in the dynamic symbol table of a release, without those that only its loader knows: what `nm -D` shows of
 * musl's own build. Undefined for a release that is not in the table.
 */
export function muslExports(cpu: Cpu, at: string): ReadonlySet<string> | undefined {
  const table = shipped();
  return table.releases.includes(at) ? namesAt(table, cpu, at, 'exported') : undefined;
}

/**
 * Whether the loader of a musl binds an import of the name though its dynamic table does not have it: what is to be added to the
 * names that were read from a musl.
 */
export function isBoundByMusl(cpu: Cpu, version: string, name: string): boolean {
  const { releases } = shipped();
  const at = nearest(version, releases);
  if (at === undefined || muslNames(cpu, version)?.names.has(name) !== true) return false;
  return muslExports(cpu, at)?.has(name) === false;
}

/**
 * The names that the musl of a target provides, with what its distribution's patches change; undefined for a target
 * with another C library, and where `muslNames` has none.
 */
export function muslNamesOf(target: Target, cpu: Cpu): MuslNames | undefined {
  return target.libc === 'musl' ? muslNames(cpu, target.libcVersion, target.base ?? target.name) : undefined;
}

/**
 * The first release of musl that provides a name, without the patches of distributions: `1.2.3` for `qsort_r`. The
 * table's first release (1.1.24) stands for older ones too; undefined for a name that none has on that CPU.
 */
export function firstMuslWith(cpu: Cpu, name: string): string | undefined {
  const { releases } = shipped();
  return releases.find((each) => !each.includes('_') && muslNames(cpu, each)?.names.has(name) === true);
}
