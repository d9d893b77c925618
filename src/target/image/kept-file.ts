import { isElf } from '../../elf/magic.js';
import { MissingRangeError } from '../../elf/missing-range.js';
import { parseElf } from '../../elf/parse.js';
import type { FileRange, Piece } from '../../elf/retained-range.js';
import { SparseBytes } from '../../elf/sparse-bytes.js';
import { SparseElfCollector } from '../../elf/sparse.js';
import type { ElfBytes } from '../../elf/types.js';
import { ElfError } from '../../errors.js';
import type { EntryConsumer } from '../../archive/tar-reader.js';

/** What is held of a file: its size, its first bytes always, and what is likely to be asked for. */
export interface KeptFile {
  /** In bytes, of the whole file. */
  readonly size: number;
  /** In order, without overlap. */
  readonly pieces: readonly Piece[];
}

/** The first bytes of every file: an ELF file's magic and `e_type`. */
const HEAD = 20;

/** Configuration: read whole. A linker's cache has some 100 KB. In bytes. */
const MAX_TEXT = 16 << 20;
/** A C library or a loader is searched for its release: held whole. In bytes. */
const MAX_LIBC = 16 << 20;

/** How much of a file is kept, by its path in the image. */
export type Interest =
  /** All of it, whatever it is. */
  | 'whole'
  /** All of it, if it is ELF. */
  | 'whole-elf'
  /** The tables that say what it needs and provides, if it is ELF. */
  | 'tables'
  /** The first bytes. */
  | 'head';

/** Libraries by name, and what lies in a directory that a loader may look in, whatever its name. */
const LIBRARY_NAME = /\.so(?:$|\.)|^ld[.-]/;
const LIBRARY_DIRECTORY = /(?:^|\/)(?:lib(?:64|32|x32|exec)?|[a-z0-9_]+-linux-(?:gnu|musl)[a-z0-9_]*)$/;
/** glibc (`libc-2.31.so`, `ld64.so.2`), musl (`libc.musl-x86_64.so.1`) and their loaders under any name of theirs. */
const LIBC_NAME = /^(?:ld|libc)(?:$|[.\d-].*\.so|\.so)/;
/** By the interpreter of one of them it is told which C library a system lives on, where it has two. */
const PROGRAM = /(?:^|\/)bin\/(?:sh|env|bash|dash|busybox|coreutils|ruby[\d.]*)$/;
/** What loaders, `os-release(5)` and Ruby's own configuration are read from. */
const TEXT =
  /^etc\/ld\.so\.cache$|^etc\/(?:.*\/)?[^/]*\.(?:conf|path)$|(?:^|\/)(?:[\w.-]*os-release|rbconfig\.rb)$/;

/** Configuration that is larger is some other program's. In bytes. */
const MAX_CONFIGURATION = 256 << 10;

/** @param path within the image, without a leading slash */
export function interestIn(path: string, size: number): Interest {
  const slash = path.lastIndexOf('/');
  const name = path.slice(slash + 1);
  if (TEXT.test(path) && size <= (path === 'etc/ld.so.cache' ? MAX_TEXT : MAX_CONFIGURATION)) return 'whole';
  if (LIBC_NAME.test(name) && size <= MAX_LIBC) return 'whole-elf';
  if (LIBRARY_NAME.test(name) || PROGRAM.test(path)) return 'tables';
  return LIBRARY_DIRECTORY.test(path.slice(0, Math.max(0, slash))) ? 'tables' : 'head';
}

/** Takes a file as it streams by and keeps what is of interest. */
export class FileKeeper implements EntryConsumer {
  readonly #size: number;
  readonly #interest: Interest;
  readonly #extra: readonly FileRange[];
  readonly #keep: (file: KeptFile) => void;
  #head: Uint8Array = new Uint8Array(0);
  #collector: SparseElfCollector | undefined;
  #whole: Uint8Array[] | undefined;
  #decided = false;

  /** @param extra what an earlier reading missed */
  constructor(size: number, interest: Interest, extra: readonly FileRange[], keep: (file: KeptFile) => void) {
    this.#size = size;
    this.#interest = interest;
    this.#extra = extra;
    this.#keep = keep;
  }

  get satisfied(): boolean {
    return this.#decided && this.#collector === undefined && this.#whole === undefined;
  }

  push(chunk: Uint8Array): void {
    if (this.#decided) {
      this.#collector?.push(chunk);
      this.#whole?.push(chunk);
      return;
    }
    this.#head = this.#head.length === 0 ? chunk : Buffer.concat([this.#head, chunk]);
    if (this.#head.length >= Math.min(HEAD, this.#size)) this.#decide();
  }

  #decide(): void {
    const head = this.#head;
    this.#decided = true;
    this.#head = head.slice(0, HEAD);
    const elf = isElf(head);
    const whole =
      this.#interest === 'whole' ||
      (elf ? this.#interest === 'whole-elf' : this.#extra.length > 0 && this.#size <= MAX_TEXT);
    if (whole) this.#whole = [head];
    else if (elf && (this.#interest !== 'head' || this.#extra.length > 0)) {
      this.#collector = new SparseElfCollector(this.#size, { extra: this.#extra });
      this.#collector.push(head);
    }
  }

  end(): void {
    if (!this.#decided) this.#decide();
    this.#keep({ size: this.#size, pieces: this.#pieces() });
    this.#collector = undefined;
    this.#whole = undefined;
  }

  #pieces(): readonly Piece[] {
    if (this.#whole !== undefined) return [{ offset: 0, bytes: Buffer.concat(this.#whole) }];
    const head = [{ offset: 0, bytes: this.#head }];
    if (this.#collector === undefined) return head;
    const view = this.#collector.finish();
    const asked: FileRange[] = [{ offset: 0, length: this.#head.length }];
    for (const { offset, length } of this.#extra) {
      if (offset < this.#size) asked.push({ offset, length: Math.min(length, this.#size - offset) });
    }
    try {
      parseElf(recording(view, asked));
    } catch (error) {
      // The parser will be stopped by the same bytes again, and says so to whoever reads the file.
      if (!(error instanceof ElfError || error instanceof MissingRangeError)) throw error;
    }
    return merged(asked).flatMap(({ offset, length }) => copied(view, offset, length));
  }
}

/** A copy: the collector's own buffers are far larger. What it does not have either is left out. */
function copied(view: ElfBytes, offset: number, length: number): Piece[] {
  try {
    return [{ offset, bytes: view.read(offset, length).slice() }];
  } catch (error) {
    if (error instanceof MissingRangeError) return [];
    throw error;
  }
}

function recording(view: ElfBytes, asked: FileRange[]): ElfBytes {
  return {
    size: view.size,
    read: (offset, length) => {
      const bytes = view.read(offset, length);
      asked.push({ offset, length });
      return bytes;
    },
  };
}

function merged(ranges: readonly FileRange[]): FileRange[] {
  const sorted = [...ranges].sort((one, other) => one.offset - other.offset);
  const result: { offset: number; length: number }[] = [];
  for (const { offset, length } of sorted) {
    const last = result.at(-1);
    if (last !== undefined && offset <= last.offset + last.length) {
      last.length = Math.max(last.length, offset + length - last.offset);
    } else result.push({ offset, length });
  }
  return result;
}

/** The file for a reader; what is not held is a `MissingRangeError`. */
export function bytesOf({ size, pieces }: KeptFile): ElfBytes {
  return new SparseBytes(size, pieces);
}

export function keptBytes({ pieces }: KeptFile): number {
  return pieces.reduce((sum, { bytes }) => sum + bytes.length, 0);
}
