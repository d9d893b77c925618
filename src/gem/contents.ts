import type { Readable } from 'node:stream';

import type { Ranges } from '../archive/passes.js';
import { SPREAD_OUT, inPasses } from '../archive/passes.js';
import type { FileRange } from '../elf/retained-range.js';
import { APPENDED_CODE, appendedReason } from './appended.js';
import { archiveError } from './archive-error.js';
import { entryPath } from './entry-path.js';
import type { FileFinding } from './file-probe.js';
import { changedError, probeFile } from './file-probe.js';
import { inflating } from './inflate.js';
import type { InflateBudget } from './inflate.js';
import { installedLinks, linkTarget } from './installed-links.js';
import type { GemLimits } from './limits.js';
import { defaultGemLimits } from './limits.js';
import type { Members } from './members.js';
import { readMembers } from './members.js';
import type { EntryConsumer, EntryVisitor, TarHeader } from './tar.js';
import { readTar } from './tar.js';
import type { ForeignFile, GemBinary, GemContents, GemMetadata, UnreadablePart } from './types.js';

export interface InspectOptions {
  /** File name of the gem, for messages. */
  readonly gem?: string;
  readonly signal?: AbortSignal;
  /** The defaults are `defaultGemLimits`. */
  readonly limits?: Partial<GemLimits>;
}

/** Opens the `.gem` from its beginning, each time anew; the stream is destroyed when it is done with. */
export type OpenGem = () => Promise<Readable>;

interface Inventory {
  /** By the ordinal of the entry: a path may be there twice, and both are judged. */
  readonly files: Map<number, { readonly path: string; readonly finding: FileFinding }>;
  /** Symbolic links, path → text, in the order of the archive. */
  readonly links: Map<string, string>;
  /** Files and directories. */
  readonly paths: Set<string>;
}

/** Takes the files of a gem. `again`: the entries to look at in a later pass, with the ranges to keep; else all. */
function filesVisitor(
  inventory: Inventory,
  again: ReadonlyMap<number, readonly FileRange[]> | undefined,
  gem: string | undefined,
  limits: GemLimits,
  budget: InflateBudget,
): EntryVisitor {
  let ordinal = -1;
  return (header) => {
    const at = ++ordinal;
    const spot = { gem, entry: `data.tar.gz: ${header.name}` };
    if (at >= limits.entries)
      throw archiveError('GEM_LIMIT', `has more than ${limits.entries} entries`, { gem });
    if (again !== undefined && !again.has(at)) return undefined;
    const path = entryPath(header.name);
    if (header.type === 'directory') {
      if (path !== undefined) inventory.paths.add(path);
      return undefined;
    }
    if (path === undefined) throw archiveError('GEM_PATH_ESCAPES', 'leads out of the gem', spot);
    if (again === undefined) recordPlace(header, path, inventory, spot);
    if (!unpackable(header)) {
      const reason = 'a tar entry of a kind that RubyGems does not unpack';
      inventory.files.set(at, { path, finding: { kind: 'unreadable', code: 'GEM_TAR_ENTRY_KIND', reason } });
      return undefined;
    }
    return probeFile({
      gem,
      path,
      size: header.size,
      extra: again?.get(at) ?? [],
      limits,
      budget,
      report: (finding) => void inventory.files.set(at, { path, finding }),
    });
  };
}

/** Takes `data.tar.gz`. */
function dataConsumer(
  visit: EntryVisitor,
  gem: string | undefined,
  limits: GemLimits,
  budget: InflateBudget,
): EntryConsumer {
  const spot = { gem, entry: 'data.tar.gz' };
  return inflating(
    async (inflated) => {
      await readTar(inflated, visit, spot);
    },
    spot,
    limits,
    budget,
  );
}

/** A hard link is none that RubyGems makes: its entry is passed over there. */
function recordPlace(
  { type, linkname }: TarHeader,
  path: string,
  { links, paths }: Inventory,
  spot: { gem: string | undefined; entry: string },
): void {
  if (type !== 'symlink' && type !== 'link') {
    paths.add(path);
    return;
  }
  if (linkname === null || linkname === '') return;
  if ((type === 'link' ? entryPath(linkname) : linkTarget(path, linkname)) === undefined)
    throw archiveError('GEM_PATH_ESCAPES', `links to ${linkname}, out of the gem`, spot);
  if (type === 'symlink') links.set(path, linkname);
}

/** Its bytes are the file's. Not so in a sparse entry (GNU's type `S`, or PAX keywords), nor where the type is unknown. */
function unpackable({ type, size, pax }: TarHeader): boolean {
  return (type !== null || size === 0) && !Object.keys(pax).some((key) => key.startsWith('GNU.sparse.'));
}

/**
 * Reads a `.gem`: its SHA-256, its specification, and every ELF file in it, found by magic at any depth, gzip-compressed
 * ones included. One streaming pass, nothing on disk, nothing executed; a further pass, with `open` called again, only
 * for an ELF file whose tables lie where none were expected. What is malformed in an ELF file is an `unreadable` part;
 * what is malformed in the archive is an error. `checksums.yaml.gz` is verified where it is there; signatures are not.
 *
 * Memory: some 32 MiB for the ELF file that is being read (`RETENTION` in src/elf/sparse.ts), 10 MiB for metadata, and
 * the buffers of two inflaters. Bounds: `GemLimits`.
 *
 * Throws `GemArchiveError` (codes: `GemArchiveErrorCode`), the signal's reason, and what `open` or its stream throws.
 */
export async function inspectGem(open: OpenGem, options: InspectOptions = {}): Promise<GemContents> {
  const { gem, signal } = options;
  const limits = { ...defaultGemLimits, ...options.limits };
  const inventory: Inventory = { files: new Map(), links: new Map(), paths: new Set() };
  let first = undefined as Members | undefined;
  await inPasses<number>(async ({ again, last }) => {
    signal?.throwIfAborted();
    const budget = { spent: 0 };
    const files = (): EntryVisitor => filesVisitor(inventory, again, gem, limits, budget);
    const members = await readMembers(await open(), {
      gem,
      signal,
      limits,
      data: () => dataConsumer(files(), gem, limits, budget),
      files,
    });
    first ??= members;
    if (members.sha256 !== first.sha256) throw changedError(gem);
    return missingRanges(inventory, last);
  });
  if (first === undefined) throw new Error('unreachable: the first pass always runs');
  return { ...first, ...summary(inventory) };
}

/** What the next pass has to keep besides. Gives up on files that ask for ever more. */
function missingRanges({ files }: Inventory, last: boolean): Ranges<number> {
  const ranges = new Map<number, FileRange[]>();
  for (const [at, { path, finding }] of files) {
    if (finding.kind !== 'missing-range') continue;
    if (last) files.set(at, { path, finding: SPREAD_OUT });
    else ranges.set(at, [finding.range]);
  }
  return ranges;
}

function summary({ files, links, paths }: Inventory): Omit<GemContents, keyof Members> {
  const binaries: GemBinary[] = [];
  const unreadable: UnreadablePart[] = [];
  const staticArchives: string[] = [];
  const nestedArchives: string[] = [];
  const foreign: ForeignFile[] = [];
  for (const { path, finding } of [...files].sort(([one], [other]) => one - other).map(([, file]) => file)) {
    if (finding.kind === 'elf') {
      binaries.push({ path, gzipped: finding.gzipped, elf: finding.elf });
      if (finding.appended !== undefined) {
        unreadable.push({ path, code: APPENDED_CODE, reason: appendedReason(finding.appended) });
      }
    } else if (finding.kind === 'foreign') foreign.push({ path, ...finding.binary });
    else if (finding.kind === 'static-archive') staticArchives.push(path);
    else if (finding.kind === 'nested-archive') nestedArchives.push(path);
    else if (finding.kind === 'unreadable') {
      unreadable.push({ path, code: finding.code, reason: finding.reason });
    }
  }
  return {
    binaries,
    unreadable,
    staticArchives,
    nestedArchives,
    links: Object.fromEntries(installedLinks(links, paths)),
    ...(foreign.length === 0 ? {} : { foreign }),
  };
}

/**
 * Reads a gem's specification alone, and no more of the stream than that takes: today's gems begin with it, those of
 * 2012 and before may end with it (`data.tar.gz` is then passed over without inflating it). Digests are not checked.
 *
 * Throws as `inspectGem` does.
 */
export async function readGemMetadata(open: OpenGem, options: InspectOptions = {}): Promise<GemMetadata> {
  const { gem, signal } = options;
  signal?.throwIfAborted();
  const limits = { ...defaultGemLimits, ...options.limits };
  return (await readMembers(await open(), { gem, signal, limits })).metadata;
}
