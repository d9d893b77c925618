import type { Dirent } from 'node:fs';
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  opendirSync,
  readdirSync,
  openSync,
  readSync,
  readlinkSync,
  statfsSync,
} from 'node:fs';
import { parseElf } from '../elf/parse.js';
import { ElfError } from '../errors.js';
import { appendedArchive } from '../gem/appended.js';
import type { AppendedArchive } from '../gem/appended.js';
import { concernOf, foreignResult } from './file-probe.js';
import { SPECIFICATION_HEAD, isCachedGem, isSpecification, noteDirectory } from './gem-home.js';
import type { ArchiveFormat } from '../archive/formats.js';
import { MAGIC_LENGTH } from '../archive/formats.js';
import type { ReaderThreads } from './reader-threads.js';
import { ChangedError, FileSource, OPEN_FLAGS, elfBytes } from '../archive/source.js';
import type { FileResult, TreeCollector } from './tree.js';

/** One read is enough for every magic number, and for the headers of most ELF files. In bytes. */
const HEAD = 4096;

/** Directories of more bytes are read entry by entry, which takes longer; an entry has some 40 bytes on most file systems. */
const LARGE = 4n << 20n;

/** Other work of the process gets a turn this often, in milliseconds. */
const TURN = 20;

/**
 * File systems whose files are no files (`f_type` of statfs(2), linux/magic.h): proc, sysfs, debugfs, tracefs, cgroup,
 * cgroup2, devpts, bpf, securityfs.
 */
const NO_FILES: readonly number[] = [
  0x9fa0, 0x62656572, 0x64626720, 0x74726163, 0x27e0eb, 0x63677270, 0x1cd1, 0xcafe4a11, 0x73636673,
];

/** An archive that lies in a directory. */
export interface FoundArchive {
  /** Path in the subject. */
  readonly path: string;
  /** Path of the file, as the system has it. */
  readonly file: string | Buffer;
  /** Or what an ELF file, which has been read, has in it. */
  readonly format: ArchiveFormat | AppendedArchive;
  /** In bytes. */
  readonly size: number;
}

/** A directory that is still to be walked. */
export interface PendingDirectory {
  readonly raw: RawPath;
  /** Device of the directory that it lies in; absent for the root. */
  readonly device?: bigint;
}

export interface DirectoryFindings {
  /** Those that `DirectoryPorts.threads` have not taken. */
  readonly archives: readonly FoundArchive[];
  /** Packed gems in the cache of a GEM_HOME, which are copies of what is installed beside them. */
  readonly cachedGems: number;
  /** Directories that were passed over: the files in them are none (`/proc`). */
  readonly passedOver: readonly string[];
}

/** What a thread has of a part of a directory. */
export interface WalkedPart extends DirectoryFindings {
  /** Directories in it that were not reached. */
  readonly rest: readonly PendingDirectory[];
}

export interface DirectoryPorts {
  readonly tree: TreeCollector;
  /** Share the work. */
  readonly threads?: ReaderThreads;
  readonly signal?: AbortSignal;
  readonly seen?: (path: string) => void;
}

/** The name of a file as bytes, one in each character: names need not be UTF-8, and each has to be found again. */
type RawPath = string;

/** Directories that wait, from which on it pays to give one to a thread. */
const WORTH_SHARING = 8;

/** Files that one thread has read before another has begun. */
const WORTH_A_THREAD = 1000;

/** Files after which a thread hands back what it has not reached, so that others can help. */
const FILES_AT_A_TIME = 1500;

/**
 * Reads the files below a directory: of ELF files the headers and tables, of all others the first bytes. Links are noted and
 * not followed, what is no file is not opened. A file with several names is one under each: `$ORIGIN` is where the name is.
 * Nothing is held but what is found.
 * @param root path of the directory
 * @throws the system's error where the directory itself cannot be listed
 */
export async function walkDirectory(root: string, ports: DirectoryPorts): Promise<DirectoryFindings> {
  const raw = Buffer.from(root).toString('latin1').replace(/\/+$/, '') || '/';
  return (await new DirectoryWalk(raw, ports).run([{ raw: '' }], Infinity)).findings;
}

/** The part of `walkDirectory` that a thread does. @param root as bytes, one in each character */
export async function walkPart(
  root: string,
  directory: PendingDirectory,
  tree: TreeCollector,
): Promise<WalkedPart> {
  const { findings, rest } = await new DirectoryWalk(root, { tree }).run([directory], FILES_AT_A_TIME);
  return { ...findings, rest };
}

interface Walked extends Pick<WalkedPart, 'rest'> {
  readonly findings: DirectoryFindings;
}

class DirectoryWalk {
  readonly #root: RawPath;
  readonly #ports: DirectoryPorts;
  readonly #archives: FoundArchive[] = [];
  readonly #passedOver: string[] = [];
  /** By device and inode. */
  readonly #directories = new Set<string>();
  /** ELF files that have several names, by device and inode: they are read once. */
  readonly #named = new Map<string, FileResult | undefined>();
  readonly #head = Buffer.alloc(HEAD);
  #cachedGems = 0;
  #turn = performance.now();

  constructor(root: RawPath, ports: DirectoryPorts) {
    this.#root = root;
    this.#ports = ports;
  }

  /** @param most files after which no further directory is begun */
  async run(directories: readonly PendingDirectory[], most: number): Promise<Walked> {
    const { tree, threads } = this.#ports;
    const pending = [...directories];
    for (;;) {
      const next = pending.pop();
      if (next === undefined) {
        if (threads === undefined || !(await threads.nextWalked())) break;
      } else await this.#walk(next, pending);
      if (threads !== undefined) this.#share(threads, pending);
      if (tree.filesSeen >= most) break;
    }
    const findings = {
      archives: this.#archives,
      cachedGems: this.#cachedGems,
      passedOver: this.#passedOver,
    };
    return { findings, rest: pending };
  }

  async #walk({ raw, device: parent }: PendingDirectory, pending: PendingDirectory[]): Promise<void> {
    try {
      const entered = this.#enter(raw, parent);
      if (entered === undefined) return;
      const { device, large } = entered;
      for await (const child of this.#list(raw, large)) pending.push({ raw: child, device });
    } catch (error) {
      if (raw === '' || !isSystemError(error)) throw error;
      this.#failed(raw, error);
    }
  }

  /** Gives a waiting directory away, and takes what has come back. */
  #share(threads: ReaderThreads, pending: PendingDirectory[]): void {
    for (const { part, walked } of threads.walked()) {
      this.#ports.tree.absorb(part);
      pending.push(...walked.rest);
      this.#cachedGems += walked.cachedGems;
      this.#passedOver.push(...walked.passedOver);
      for (const archive of walked.archives) this.#archive(archive);
    }
    // The first that waits is nearest to the root, and has the most below it.
    const [first] = pending;
    const worth = pending.length >= WORTH_SHARING && this.#ports.tree.filesSeen >= WORTH_A_THREAD;
    if (worth && first !== undefined && threads.takeDirectory(this.#root, first)) {
      pending.shift();
    }
  }

  /** A directory that is to be read; undefined for one that was, or whose files are none. */
  #enter(raw: RawPath, parent: bigint | undefined): { device: bigint; large: boolean } | undefined {
    const place = this.#place(raw);
    const { dev, ino, size } = raw === '' ? fstatOf(place) : lstatSync(place, { bigint: true });
    const identity = `${dev}:${ino}`;
    if (this.#directories.has(identity)) return undefined;
    this.#directories.add(identity);
    if (parent !== undefined && dev !== parent && NO_FILES.includes(statfsSync(place).type)) {
      this.#passedOver.push(shown(raw));
      return undefined;
    }
    return { device: dev, large: size > LARGE };
  }

  /** Looks at every entry of a directory, and yields those that are directories. */
  async *#list(raw: RawPath, large: boolean): AsyncGenerator<RawPath, void, undefined> {
    const place = this.#place(raw);
    const entries = large ? streamed(place) : readdirSync(place, { encoding: 'latin1', withFileTypes: true });
    for (const entry of entries) {
      const child = raw === '' ? entry.name : `${raw}/${entry.name}`;
      if (this.#look(child, entry) === 'directory') yield child;
      if (performance.now() - this.#turn > TURN) {
        this.#ports.signal?.throwIfAborted();
        await new Promise((resolve) => setImmediate(resolve));
        this.#turn = performance.now();
      }
    }
  }

  #look(raw: RawPath, entry: Dirent): 'directory' | undefined {
    const { tree } = this.#ports;
    const path = shown(raw);
    try {
      switch (kindOf(entry, () => lstatSync(this.#place(raw)))) {
        case 'directory': {
          noteDirectory(`${path}/`, tree);
          return 'directory';
        }
        case 'link':
          tree.link(path, readlinkSync(this.#place(raw)));
          return undefined;
        case 'file':
          tree.filesSeen += 1;
          this.#ports.seen?.(path);
          this.#file(raw, path);
          return undefined;
        default:
          tree.specialFiles += 1;
          return undefined;
      }
    } catch (error) {
      if (!isSystemError(error)) throw error;
      this.#failed(raw, error);
      return undefined;
    }
  }

  #file(raw: RawPath, path: string): void {
    const { tree } = this.#ports;
    const place = this.#place(raw);
    const fd = openSync(place, OPEN_FLAGS);
    try {
      const length = readSync(fd, this.#head, 0, HEAD, 0);
      const head = this.#head.subarray(0, length);
      if (isSpecification(path)) {
        tree.report(path, { kind: 'specification', text: head.toString('utf8', 0, SPECIFICATION_HEAD) });
        return;
      }
      // gzip is judged by its size too.
      const size = length < HEAD ? length : head[0] === 0x1f ? fstatSync(fd).size : undefined;
      const magic = concernOf(head.subarray(0, MAGIC_LENGTH), size);
      switch (magic) {
        case undefined:
        case 'static-archive':
          return;
        case 'elf':
          this.#elf(fd, head, path, place);
          return;
        case 'script':
          if (head.includes(0) || (length === HEAD && hasNul(fd, HEAD)))
            tree.report(path, { kind: 'nested-archive' });
          return;
        case 'foreign':
          tree.report(path, foreignResult(head));
          return;
        case 'unsupported-archive':
          tree.report(path, { kind: 'nested-archive' });
          return;
        default:
          if (magic === 'gem' && isCachedGem(path)) this.#cachedGems += 1;
          else this.#archive({ path, file: place, format: magic, size: size ?? fstatSync(fd).size });
      }
    } finally {
      closeSync(fd);
    }
  }

  #archive(archive: FoundArchive): void {
    if (this.#ports.threads?.takeArchive(archive) !== true) this.#archives.push(archive);
  }

  #elf(fd: number, head: Buffer, path: string, file: string | Buffer): void {
    const { size, nlink, dev, ino } = fstatSync(fd);
    const identity = nlink > 1 ? `${dev}:${ino}` : undefined;
    const known = identity !== undefined && this.#named.has(identity);
    const result = known ? this.#named.get(identity) : elfResult(fd, size, head);
    if (identity !== undefined) this.#named.set(identity, result);
    if (result === undefined) return;
    const { appended, ...read } = result.kind === 'elf' ? result : { ...result, appended: undefined };
    this.#ports.tree.report(path, read);
    if (appended !== undefined) this.#archive({ path, file, format: appended, size });
  }

  #failed(raw: RawPath, error: NodeJS.ErrnoException): void {
    // Gone since its directory was read.
    if (error.code === 'ENOENT') return;
    const reason = `the system says ${error.code ?? error.message}`;
    this.#ports.tree.report(shown(raw), { kind: 'unreadable', code: 'FILE_UNREADABLE', reason });
  }

  #place(raw: RawPath): string | Buffer {
    const path = raw === '' ? this.#root : this.#root === '/' ? `/${raw}` : `${this.#root}/${raw}`;
    return isAscii(path) ? path : Buffer.from(path, 'latin1');
  }
}

/** An ELF file; undefined for one that is never loaded, as object files and separate debug files are. */
function elfResult(fd: number, size: number, head: Buffer): FileResult | undefined {
  const source = elfBytes(new FileSource(fd, size));
  const bytes = {
    size,
    // Most tables are near the beginning, which has been read.
    read: (offset: number, length: number) =>
      offset + length <= head.length ? head.subarray(offset, offset + length) : source.read(offset, length),
  };
  try {
    // The tree keeps no names of what is defined.
    const elf = parseElf(bytes, { definedSymbols: false });
    if (!elf.loadable) return undefined;
    const appended = appendedArchive(bytes, elf);
    return { kind: 'elf', compressed: false, elf, ...(appended === undefined ? {} : { appended }) };
  } catch (error) {
    if (error instanceof ElfError) return { kind: 'unreadable', code: error.code, reason: error.message };
    if (error instanceof ChangedError)
      return { kind: 'unreadable', code: 'FILE_CHANGED', reason: error.message };
    throw error;
  }
}

/** The entries of a directory that has too many to be held at once. */
function* streamed(place: string | Buffer): Generator<Dirent, void, undefined> {
  const directory = opendirSync(place, { encoding: 'latin1', bufferSize: 1024 });
  try {
    for (let entry = directory.readSync(); entry !== null; entry = directory.readSync()) yield entry;
  } finally {
    directory.closeSync();
  }
}

function fstatOf(directory: string | Buffer): { dev: bigint; ino: bigint; size: bigint } {
  const fd = openSync(directory, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    return fstatSync(fd, { bigint: true });
  } finally {
    closeSync(fd);
  }
}

function kindOf(
  entry: Dirent,
  stat: () => { isFile(): boolean; isDirectory(): boolean; isSymbolicLink(): boolean },
): 'file' | 'directory' | 'link' | 'other' {
  // Some file systems do not say in the directory what an entry is (DT_UNKNOWN of readdir(3)).
  const known =
    entry.isFile() ||
    entry.isDirectory() ||
    entry.isSymbolicLink() ||
    entry.isFIFO() ||
    entry.isSocket() ||
    entry.isCharacterDevice() ||
    entry.isBlockDevice();
  const asked = known ? entry : stat();
  if (asked.isFile()) return 'file';
  if (asked.isDirectory()) return 'directory';
  return asked.isSymbolicLink() ? 'link' : 'other';
}

/** A long script with a NUL in it. */
function hasNul(fd: number, from: number): boolean {
  const buffer = Buffer.allocUnsafe(64 << 10);
  for (let position = from; ;) {
    const count = readSync(fd, buffer, 0, buffer.length, position);
    if (count === 0) return false;
    if (buffer.subarray(0, count).includes(0)) return true;
    position += count;
  }
}

function isAscii(text: string): boolean {
  for (let index = 0; index < text.length; index += 1) if (text.charCodeAt(index) > 0x7f) return false;
  return true;
}

/** A name for people and reports; bytes that are no UTF-8 show as replacement characters. */
function shown(raw: RawPath): string {
  return isAscii(raw) ? raw : Buffer.from(raw, 'latin1').toString('utf8');
}

/** What the system refuses, and no mistake of this program. */
export function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error && 'code' in error;
}
