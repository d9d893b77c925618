import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { FileRange } from '../elf/retained-range.js';
import { GemArchiveError } from '../errors.js';
import type { inspectGem } from '../gem/contents.js';
import { entryPath } from '../gem/entry-path.js';
import { TarError } from '../archive/tar-header.js';
import { TarReader } from '../archive/tar-reader.js';
import { ArReader } from '../archive/ar.js';
import { ArchiveError } from '../archive/archive-error.js';
import { CpioReader } from '../archive/cpio.js';
import type { ArchiveEntry, EntrySink } from '../archive/entry.js';
import { HardLinks } from '../archive/hard-links.js';
import type { Pass } from '../archive/passes.js';
import { SPREAD_OUT, inPasses } from '../archive/passes.js';
import { openPayload } from '../archive/payload.js';
import { RpmPrologue } from '../archive/rpm.js';
import { rpmFiles } from '../archive/rpm-files.js';
import type { RpmFile } from '../archive/rpm-files.js';
import { FileProbe, concernOf, elfSink } from './file-probe.js';
import type { ProbePorts } from './file-probe.js';
import { isSpecification, mayBeInstalled, noteDirectory, specificationSink } from './gem-home.js';
import { inflated, spend } from './inflate.js';
import type { Budget, InspectLimits } from './limits.js';
import type { ArchiveFormat, CompressedFormat, Magic } from '../archive/formats.js';
import { MAGIC_LENGTH, magicOf, mayBegin } from '../archive/formats.js';
import { NestedStreams } from './nested-streams.js';
import { peek } from '../archive/peek.js';
import type { ByteSource } from '../archive/source.js';
import { MemorySource } from '../archive/source.js';
import type { FileResult, TreeCollector } from './tree.js';

export interface ArchiveToRead {
  readonly source: ByteSource;
  readonly format: ArchiveFormat;
  /** Path of the archive in the subject, or the name of the subject that it is. */
  readonly name: string;
  /** What goes before the paths of its entries: empty for the subject itself, `lib/inner.zip!/` for one inside. */
  readonly prefix: string;
}

export interface WalkPorts {
  readonly tree: TreeCollector;
  readonly limits: InspectLimits;
  readonly signal?: AbortSignal;
  readonly seen?: (path: string) => void;
}

/** Archives inside an archive that are opened; what is deeper is told. */
const MAX_DEPTH = 1;

/** Smaller than an empty zip (APPNOTE.TXT 4.3.16), and than every other archive and ELF header. In bytes. */
const SMALLEST = 22;

type Stream = AsyncIterable<Uint8Array>;

/** Where in an archive, or in one inside it, files are met. */
interface Level {
  readonly prefix: string;
  /** 0 in the archive itself. */
  readonly depth: number;
  readonly streams: NestedStreams;
  /** Absent in a zip, which has no hard links. */
  readonly hardLinks: HardLinks | undefined;
  /** The bytes come out of xz data; its decoder reads one stream at a time. */
  readonly withinXz: boolean;
}

/**
 * Reads an archive into the tree: every ELF file in it and in the archives in it, by magic. One streaming pass, and a further
 * one only for an ELF file whose tables lie where none were expected. What is wrong within it is a part that is unreadable.
 * @throws ArchiveError, GemArchiveError where nothing of it can be read, so that it is not what its first bytes promise; what the
 *   source throws
 */
export async function readArchive(archive: ArchiveToRead, ports: WalkPorts): Promise<void> {
  await inPasses<string>(async (pass) => {
    const walk = new ArchiveWalk(ports, pass);
    await walk.read(archive);
    return walk.missing;
  });
}

/** One pass over one archive. */
class ArchiveWalk {
  /** Ranges that the next pass has to keep, by path. */
  readonly missing = new Map<string, FileRange[]>();
  readonly #ports: WalkPorts;
  readonly #pass: Pass<string>;
  readonly #budget: Budget = { entries: 0, inflated: 0 };
  readonly #hardLinks = new HardLinks();
  readonly #occurrences = new Map<string, number>();
  /** What waits for the xz decoder. */
  readonly #deferred: (() => Promise<void>)[] = [];

  constructor(ports: WalkPorts, pass: Pass<string>) {
    this.#ports = ports;
    this.#pass = pass;
  }

  async read({ source, format, name, prefix }: ArchiveToRead): Promise<void> {
    const level = this.#level(prefix, 0, false);
    try {
      if (format === 'zip') await this.#zip(source, level);
      else if (format === 'gem') {
        this.#report(name, { kind: 'gem', contents: await this.#gem(() => source.stream(), name) });
      } else await this.#stream(format, source.stream(), name, level);
    } catch (error) {
      const result = unreadable(error);
      // Of something nothing of which can be read it is not even known what it is.
      if (result === undefined || this.#budget.entries === 0) throw error;
      this.#report(name, result);
    }
    for (let next = this.#deferred.shift(); next !== undefined; next = this.#deferred.shift()) await next();
    for (const { path, target, file } of this.#hardLinks.ends()) {
      const reason = `it is a hard link to ${target}, which the archive does not have`;
      if (file !== undefined) this.#ports.tree.hardLink(path, file);
      else this.#report(path, { kind: 'unreadable', code: 'ARCHIVE_LINK_DANGLING', reason });
    }
  }

  #level(prefix: string, depth: number, withinXz: boolean): Level {
    return { prefix, depth, withinXz, streams: new NestedStreams(), hardLinks: this.#hardLinks };
  }

  async #stream(
    format: Exclude<ArchiveFormat, 'zip'>,
    stream: Stream,
    name: string,
    level: Level,
  ): Promise<void> {
    switch (format) {
      case 'tar':
        await this.#tar(stream, level);
        return;
      case 'cpio':
        await this.#cpio(stream, level);
        return;
      case 'deb':
        await this.#deb(stream, name, level);
        return;
      case 'rpm':
        await this.#rpm(stream, name, level);
        return;
      case 'gem':
        this.#report(name, { kind: 'gem', contents: await this.#gem(onlyOnce(stream), name) });
        return;
      default:
        await this.#compressed(format, stream, name, level);
    }
  }

  /** Feeds a reader, and waits after each chunk until what it gave out has been taken. */
  async #pump(
    stream: Stream,
    reader: { push: (chunk: Uint8Array) => void; end: () => void; readonly done?: boolean },
    level: Level,
  ): Promise<void> {
    try {
      for await (const chunk of stream) {
        this.#ports.signal?.throwIfAborted();
        reader.push(chunk);
        await level.streams.settled();
        if (reader.done === true) break;
      }
      reader.end();
      await level.streams.settled();
    } catch (error) {
      await level.streams.abandon();
      throw error;
    }
  }

  async #tar(stream: Stream, level: Level): Promise<void> {
    const reader = new TarReader((entry) => this.#visit(entry, level));
    await this.#pump(stream, reader, level);
    if (!reader.endMark) {
      throw new ArchiveError(
        'ARCHIVE_TRUNCATED',
        'the tar archive has no end mark, so some of it may be missing',
      );
    }
  }

  /** deb(5): the files are in `data.tar`, compressed in one way or another. */
  async #deb(stream: Stream, name: string, level: Level): Promise<void> {
    const found: string[] = [];
    const reader = new ArReader((entry) => {
      if (!/^data\.tar(?:\.|$)/.test(entry.name)) return undefined;
      found.push(entry.name);
      return level.streams.begin((data) =>
        this.#payload(data, ['tar', 'gem'], `${name}: ${entry.name}`, level),
      );
    });
    await this.#pump(stream, reader, level);
    if (found.length === 0)
      throw new ArchiveError('ARCHIVE_CORRUPT', 'there is no data.tar in the Debian package');
  }

  async #rpm(stream: Stream, name: string, level: Level): Promise<void> {
    const files = (): readonly RpmFile[] => (prologue.header === undefined ? [] : rpmFiles(prologue.header));
    let known: readonly RpmFile[] | undefined;
    const payload = level.streams.begin((data) =>
      this.#payload(data, ['cpio'], `${name}: payload`, level, () => (known ??= files())),
    );
    const prologue = new RpmPrologue((chunk) => {
      if (!payload.satisfied) payload.push(chunk);
    });
    const reader = {
      push: (chunk: Uint8Array) => {
        prologue.push(chunk);
      },
      end: () => {
        prologue.end();
        payload.end();
      },
    };
    await this.#pump(stream, reader, level);
  }

  /** What a package is wrapped around. What looks like a gem within it is a tar archive there. */
  async #payload(
    data: Stream,
    formats: readonly Magic[],
    name: string,
    level: Level,
    files?: () => readonly RpmFile[],
  ): Promise<void> {
    const { format, stream, isXz } = await openPayload(data, formats, name, (compressed, by) =>
      inflated(compressed, by, this.#ports.limits, this.#budget),
    );
    const inner = this.#level(level.prefix, level.depth, level.withinXz || isXz);
    if (format === 'cpio') await this.#cpio(stream, inner, files);
    else await this.#stream('tar', stream, name, inner);
  }

  async #cpio(stream: Stream, level: Level, files?: () => readonly RpmFile[]): Promise<void> {
    await this.#pump(stream, new CpioReader((entry) => this.#visit(entry, level), files), level);
  }

  /** A compressed file: an ELF file, or an archive, the files of which are met one level deeper where `name` lies in another. */
  async #compressed(format: CompressedFormat, stream: Stream, name: string, level: Level): Promise<void> {
    const withinXz = level.withinXz || format === 'xz';
    const { head, all } = await peek(
      inflated(stream, format, this.#ports.limits, this.#budget),
      MAGIC_LENGTH,
    );
    this.#budget.entries += 1;
    const magic = magicOf(head);
    if (magic === 'elf') {
      await this.#pump(all, elfSink(undefined, true, this.#probePorts(name)), level);
    } else if ((magic === 'tar' || magic === 'cpio' || magic === 'gem') && level.depth <= MAX_DEPTH) {
      await this.#stream(magic, all, name, { ...level, withinXz });
    } else if (
      magic !== undefined &&
      magic !== 'script' &&
      magic !== 'static-archive' &&
      magic !== 'foreign'
    ) {
      this.#report(name, { kind: 'nested-archive' });
    }
  }

  async #zip(source: ByteSource, level: Level): Promise<void> {
    const { limits } = this.#ports;
    let inflatedHere = 0;
    const own = { ...level, hardLinks: undefined };
    const { readZip } = await import('../archive/zip.js');
    await readZip(source, {
      visit: (entry) => {
        const path = this.#note(entry, own);
        if (path === undefined) return undefined;
        return { always: isSpecification(path), sink: () => this.#sink(path, entry.size, own) };
      },
      mayBegin,
      concerns: (head, size) => concernOf(head, size) !== undefined,
      unreadable: (entry, { code, message }) => {
        const path = `${level.prefix}${entryPath(entry.name.replace(/^\/+/, '')) ?? entry.name}`;
        this.#report(path, { kind: 'unreadable', code, reason: message });
      },
      settled: () => level.streams.settled(),
      spend: (bytes) => {
        this.#ports.signal?.throwIfAborted();
        inflatedHere += bytes;
        spend(bytes, limits, this.#budget);
        if (inflatedHere > limits.ratioFloor && inflatedHere > source.size * limits.ratio) {
          throw new ArchiveError(
            'ARCHIVE_LIMIT',
            `the zip inflates to more than ${limits.ratio} times its size`,
          );
        }
      },
    });
  }

  async #gem(open: () => Readable | Promise<Readable>, name: string): ReturnType<typeof inspectGem> {
    const gem = name.slice(name.lastIndexOf('/') + 1);
    const { signal } = this.#ports;
    this.#budget.entries += 1;
    const { inspectGem } = await import('../gem/contents.js');
    return inspectGem(() => Promise.resolve(open()), { gem, ...(signal === undefined ? {} : { signal }) });
  }

  #visit(entry: ArchiveEntry, level: Level): EntrySink | undefined {
    const path = this.#note(entry, level);
    return path === undefined ? undefined : this.#sink(path, entry.size, level);
  }

  /** Notes that there is an entry. Its path in the subject, where its bytes are of interest. */
  #note(entry: ArchiveEntry, level: Level): string | undefined {
    const { tree, limits, seen } = this.#ports;
    this.#budget.entries += 1;
    if (this.#budget.entries > limits.entries) {
      throw new ArchiveError('ARCHIVE_LIMIT', `it has more than ${limits.entries} entries`);
    }
    // As GNU tar and unzip do.
    const inside = entryPath(entry.name.replace(/^\/+/, ''));
    const path = `${level.prefix}${inside ?? entry.name}`;
    const first = this.#pass.again === undefined;
    if (first && inside !== undefined && mayBeInstalled(inside)) {
      noteDirectory(path, tree);
    }
    if (entry.kind === 'directory') return undefined;
    if (inside === undefined) {
      if (entry.name !== '' && entry.name !== './' && entry.name !== '.') {
        this.#report(path, {
          kind: 'unreadable',
          code: 'ARCHIVE_PATH_ESCAPES',
          reason: 'its name leads out of the archive',
        });
      }
      return undefined;
    }
    if (first) {
      if (entry.kind === 'link') tree.link(path, entry.linkname);
      if (entry.kind === 'other') tree.specialFiles += 1;
      if (entry.kind === 'hard-link') {
        const target = entryPath(entry.linkname.replace(/^\/+/, ''));
        level.hardLinks?.link(path, target === undefined ? entry.linkname : `${level.prefix}${target}`);
      }
      if (entry.kind === 'file') level.hardLinks?.file(path);
      if (entry.kind === 'file' || entry.kind === 'hard-link') {
        tree.filesSeen += 1;
        seen?.(path);
      }
    }
    return entry.kind === 'file' && entry.size >= SMALLEST && this.#wanted(path) ? path : undefined;
  }

  /** Takes the bytes of the file at `path`. */
  #sink(path: string, size: number | undefined, level: Level): EntrySink {
    if (isSpecification(path))
      return specificationSink((text) => {
        this.#report(path, { kind: 'specification', text });
      });
    return new FileProbe(size, {
      ...this.#probePorts(path),
      open: (format, known) => this.#open(format, path, known, level),
    });
  }

  #wanted(path: string): boolean {
    const { again } = this.#pass;
    if (again === undefined || again.has(path)) return true;
    for (const other of again.keys()) if (other.startsWith(`${path}!/`)) return true;
    return false;
  }

  /** An archive inside an archive, or a compressed file, at `path`. */
  #open(format: ArchiveFormat, path: string, size: number | undefined, level: Level): EntrySink | undefined {
    const compressed = format === 'gzip' || format === 'zstd' || format === 'xz';
    if (level.depth >= MAX_DEPTH && !compressed) {
      this.#report(path, { kind: 'nested-archive' });
      return undefined;
    }
    const inner = this.#level(`${path}!/`, level.depth + 1, level.withinXz);
    const guard = async (read: () => Promise<void>): Promise<void> => {
      try {
        await read();
      } catch (error) {
        const result = unreadable(error);
        if (result === undefined) throw error;
        this.#report(path, result);
      }
    };
    const waits = level.withinXz && (format === 'xz' || format === 'deb' || format === 'rpm');
    if (format !== 'zip' && !waits) {
      return level.streams.begin((stream) => guard(() => this.#stream(format, stream, path, inner)));
    }
    if ((size ?? Infinity) > this.#ports.limits.heldZip) {
      const reason = `it has ${size ?? 'many'} bytes, more than are held of an archive inside another: unpack it, and inspect it by itself`;
      this.#report(path, { kind: 'unreadable', code: 'ARCHIVE_LIMIT', reason });
      return undefined;
    }
    return level.streams.begin((stream) =>
      guard(async () => {
        const held = new MemorySource(await buffer(stream));
        if (format === 'zip') await this.#zip(held, inner);
        else {
          this.#deferred.push(() =>
            guard(() => this.#stream(format, held.stream(), path, { ...inner, withinXz: false })),
          );
        }
      }),
    );
  }

  #probePorts(path: string): Pick<ProbePorts, 'report' | 'extra'> {
    return {
      report: (result) => {
        this.#report(path, result);
      },
      extra: this.#pass.again?.get(path) ?? [],
    };
  }

  #report(path: string, result: FileResult): void {
    const occurrence = this.#occurrences.get(path) ?? 0;
    this.#occurrences.set(path, occurrence + 1);
    const key = `${path}\0${occurrence}`;
    if (result.kind === 'missing-range') {
      if (this.#pass.last) {
        this.#ports.tree.report(path, SPREAD_OUT, key);
        return;
      }
      this.missing.set(path, [...(this.missing.get(path) ?? []), result.range]);
    }
    this.#ports.tree.report(path, result, key);
  }
}

/** What is wrong with an archive as a result; undefined for what is nothing of the archive's. */
export function unreadable(error: unknown): FileResult | undefined {
  if (error instanceof ArchiveError || error instanceof GemArchiveError) {
    return { kind: 'unreadable', code: error.code, reason: error.message };
  }
  if (!(error instanceof TarError)) return undefined;
  const code = error.reason === 'truncated' ? 'ARCHIVE_TRUNCATED' : 'ARCHIVE_CORRUPT';
  return { kind: 'unreadable', code, reason: `the tar archive is not valid: ${error.message}` };
}

/** A stream that cannot be had again: the few gems that have to be read twice are not read out of another archive. */
function onlyOnce(stream: Stream): () => Readable {
  let opened = false;
  return () => {
    if (opened) {
      throw new ArchiveError('ARCHIVE_LIMIT', 'it has to be read twice: unpack it, and inspect it by itself');
    }
    opened = true;
    return Readable.from(stream);
  };
}
