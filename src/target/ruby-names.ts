import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { compareDotted } from '../version/symbol-version.js';

/** Whether Ruby itself gives an extension a name. `missing` is proof, `unknown` is none either way. */
export type RubyAnswer = 'provided' | 'missing' | 'unknown';

const abi = z.string().regex(/^\d+\.\d+$/);
const names = z.string().regex(/^\S+(?: \S+)*$/);

const schema = z.strictObject({
  source: z.string().min(1),
  asOf: z.iso.date(),
  /** The releases whose names are all known: X.Y, and the packages that were asked. */
  known: z.record(abi, z.string().min(1)),
  /** Of the oldest of them. */
  base: names,
  /** Of each later one, against the one before it. */
  changes: z.record(abi, z.strictObject({ added: names, removed: names })),
  /**
   * What Ruby's sources say of releases between and beyond those, at the commit where the release was branched off: of names
   * that one release around it has and the other has not, or that the newest known one has.
   */
  declared: z.record(
    abi,
    z.strictObject({ revision: z.string().min(1), provided: z.string(), missing: z.string() }),
  ),
});

export type RubyNames = z.infer<typeof schema>;

interface Release {
  readonly abi: string;
  readonly names: ReadonlySet<string>;
}

function expand(data: RubyNames): readonly Release[] {
  const releases: Release[] = [];
  let names = data.base.split(' ');
  for (const at of Object.keys(data.known).sort(compareDotted)) {
    const change = data.changes[at];
    if (change !== undefined) {
      const removed = new Set(change.removed.split(' '));
      names = [...names.filter((name) => !removed.has(name)), ...change.added.split(' ')];
    }
    releases.push({ abi: at, names: new Set(names) });
  }
  return releases;
}

interface Table {
  readonly releases: readonly Release[];
  /** By release and name: what its sources say. */
  readonly declared: ReadonlyMap<string, RubyAnswer>;
}

function readTable(): Table {
  const data = schema.parse(
    JSON.parse(readFileSync(new URL('./ruby-names.json', import.meta.url), 'utf8')) as unknown,
  );
  const declared = new Map<string, RubyAnswer>();
  for (const [at, lists] of Object.entries(data.declared)) {
    for (const answer of ['provided', 'missing'] as const) {
      for (const name of lists[answer].split(' ')) declared.set(`${at} ${name}`, answer);
    }
  }
  return { releases: expand(data), declared };
}

let read: Table | undefined;

function table(): Table {
  return (read ??= readTable());
}

/** The releases of which all names are known, oldest first. */
export function knownRubies(): readonly Release[] {
  return table().releases;
}

/**
 * What Ruby's own names look like: the C API, Onigmo's, and its few without either prefix. `st_*` are the names that
 * `ruby/st.h` has made `rb_st_*` out of since 2.0.
 */
const RUBY_LIKE = /^(?:rb_|ruby_|RUBY_|Ruby|onig|Onig|st_|dln_|mjit_|yjit_|zjit_|rjit_|nu(?:comp|rat)_)/;

/**
 * Names that one build of a release has and another lacks, so that a list without them proves nothing:
 *
 * - just-in-time compilers, which are built where a compiler for them is at hand;
 * - big numbers by GMP, 128-bit integers, fibers by `coroutine_transfer`;
 * - functions that Ruby brings along if the C library lacks them (`missing.h`): a Ruby built on Debian 12 has strlcpy, one
 *   built on Debian 13 takes glibc's;
 * - garbage collectors to choose from (`--with-modular-gc`);
 * - jemalloc, linked into `ruby` itself.
 */
const OPTIONAL =
  /^(?:rb_[mryz]jit_\w+|[mryz]jit_\w+|rb_\w+_gmp|rb_int128t2big|coroutine_transfer|rb_gc_impl_\w+|strlcpy|strlcat|setproctitle|explicit_bzero|eaccess|crypt_r|malloc_conf|malloc_message|malloc_stats_print|mall(?:ctl\w*|ocx)|[rxsdn]allocx|sdallocx|je_\w+)$/;

function looksRubys(name: string): boolean {
  return RUBY_LIKE.test(name);
}

function absent(name: string, isRubys: RubyAnswer): RubyAnswer {
  if (OPTIONAL.test(name)) return 'unknown';
  return looksRubys(name) ? isRubys : 'missing';
}

/**
 * Whether libruby, or `ruby` itself, exports `name`.
 *
 * - A release whose names are all known (2.7, 3.1, 3.3, 3.4): `provided` if it is one of them, else `missing`.
 * - Between two of them: `provided` if both have it; if neither has it `missing`, or `unknown` if it looks like one of
 *   Ruby's; if one has it, what the release's sources say (3.0 and 3.2), else `unknown`.
 * - Newer than the newest of them, or older than the oldest: `missing` if the release's sources have lost it (4.0), else
 *   `provided` if that one has it or it looks like one of Ruby's (assumed, not known), else `missing`.
 * - Without an `abi`: `provided` if any of them has it or it looks like one of Ruby's, else `missing`.
 *
 * Where the answer would be `missing`, it is `unknown` for a name that depends on how Ruby was built (jemalloc, YJIT, GMP,
 * `strlcpy` where the C library lacks it). CPUs are not told apart: a name that any of them has is taken to be there.
 *
 * @param abi `3.3`.
 */
export function rubyProvides(abi: string | undefined, name: string): RubyAnswer {
  const known = knownRubies();
  if (abi === undefined) {
    return known.some((release) => release.names.has(name)) ? 'provided' : absent(name, 'provided');
  }
  const exact = known.find((release) => release.abi === abi);
  if (exact !== undefined) return exact.names.has(name) ? 'provided' : absent(name, 'missing');
  const before = known.findLast((release) => compareDotted(release.abi, abi) < 0);
  const after = known.find((release) => compareDotted(release.abi, abi) > 0);
  const declared = table().declared.get(`${abi} ${name}`);
  if (declared !== undefined) return declared === 'missing' ? absent(name, declared) : declared;
  if (before === undefined || after === undefined) {
    return (before ?? after)?.names.has(name) === true ? 'provided' : absent(name, 'provided');
  }
  const holders = [before, after].filter((release) => release.names.has(name));
  if (holders.length === 2) return 'provided';
  return holders.length === 1 ? 'unknown' : absent(name, 'unknown');
}

/** A library that the process of Ruby has loaded before any extension. */
export interface ProcessLibrary {
  readonly library: string;
  /** Only where glibc is older than this release: its functions went into libc.so.6 then. */
  readonly before?: string;
}

/**
 * What every build of Ruby on glibc needs, so that an extension finds its names without needing it itself. Of Debian's
 * builds, all need libc.so.6 and libm.so.6; that of bullseye (Ruby 2.7, glibc 2.31) also the four below. Others need libgmp,
 * libz or libcrypt as well, not all do: `scripts/oracle/ruby-names.ts` asks them.
 */
export const RUBY_PROCESS_LIBRARIES: readonly ProcessLibrary[] = [
  { library: 'libc.so.6' },
  { library: 'libm.so.6' },
  { library: 'libpthread.so.0', before: '2.34' },
  { library: 'libdl.so.2', before: '2.34' },
  { library: 'librt.so.1', before: '2.34' },
  { library: 'libcrypt.so.1', before: '2.34' },
];
