import { ArchiveError } from './archive-error.js';
import type { ArchiveReader, EntryVisitor } from './entry.js';
import { FieldReader } from './field-reader.js';
import type { RpmFile } from './rpm-files.js';

/** cpio(5), "New ASCII Format": a magic of six characters and thirteen numbers of eight hexadecimal digits. In bytes. */
const HEADER = 110;

/** rpm's lib/cpio.cc, `cpioStrippedHeader`: a magic and eight hexadecimal digits, padded to a multiple of four. In bytes. */
const STRIPPED_HEADER = 16;
/** What such a header begins with; the number behind it is that of a file in the package's header. */
export const STRIPPED_MAGIC = '07070X';

/** The name of the entry that ends an archive. */
const TRAILER = 'TRAILER!!!';

/** Longer names than any file system has; a damaged header must not be waited for. In bytes. */
const MAX_NAME = 64 << 10;
/** PATH_MAX of Linux (limits.h), with room. In bytes. */
const MAX_LINK = 64 << 10;

/** `S_IFMT` of sys/stat.h and the types of cpio(5), "c_mode". */
const TYPE_MASK = 0o170000;
const KINDS: Readonly<Record<number, 'file' | 'directory' | 'link'>> = {
  0o100000: 'file',
  0o040000: 'directory',
  0o120000: 'link',
};

interface Header {
  readonly identity: string;
  readonly kind: 'file' | 'directory' | 'link' | 'other';
  readonly links: number;
  readonly size: number;
}

/**
 * Reads a cpio archive of the `newc` format, with checksums or without, as the payload of an RPM package is. Of a file with
 * several names the last one has the bytes: those before it are told as hard links to that, once it is known. Entries in RPM's own
 * form (rpm 6 writes no other, rpm 4 for files of 4 GB and more) say which file of the package they are, and nothing else.
 * @throws ArchiveError ARCHIVE_CORRUPT, ARCHIVE_TRUNCATED, ARCHIVE_UNSUPPORTED; what the visitor and its sinks throw
 */
export class CpioReader implements ArchiveReader {
  readonly #visit: EntryVisitor;
  readonly #files: () => readonly RpmFile[];
  readonly #fields = new FieldReader();
  /** Names without bytes of files that have several, by inode. */
  readonly #waiting = new Map<string, string[]>();
  /** Names with bytes of files that have several, by inode. */
  readonly #known = new Map<string, string>();
  #ended = false;

  /** @param files of the package whose payload it is, in the order of its header */
  constructor(visit: EntryVisitor, files: () => readonly RpmFile[] = () => []) {
    this.#visit = visit;
    this.#files = files;
    this.#header();
  }

  get done(): boolean {
    return this.#ended;
  }

  push(chunk: Uint8Array): void {
    if (!this.#ended) this.#fields.push(chunk);
  }

  end(): void {
    if (this.#ended) return;
    throw new ArchiveError(
      'ARCHIVE_TRUNCATED',
      `the cpio archive ends at byte ${this.#fields.position} without its ${TRAILER} entry`,
    );
  }

  #header(): void {
    const at = this.#fields.position;
    this.#fields.field(STRIPPED_HEADER, (first) => {
      if (first.toString('latin1', 0, STRIPPED_MAGIC.length) === STRIPPED_MAGIC) {
        const { name, ...header } = this.#stripped(first, at);
        this.#entry(header, name);
        return;
      }
      this.#fields.field(HEADER - STRIPPED_HEADER, (rest) => {
        const { nameSize, ...header } = parseHeader(Buffer.concat([first, rest]), at);
        this.#fields.field(nameSize + padding(HEADER + nameSize), (name) => {
          this.#entry(header, name.toString('utf8', 0, nameSize - 1));
        });
      });
    });
  }

  /** What `rpmfiIterReadArchive` of lib/rpmfi.cc takes from the package's header: only the last name of a file has its bytes. */
  #stripped(bytes: Buffer, at: number): Header & { readonly name: string } {
    const digits = bytes.toString('latin1', STRIPPED_MAGIC.length, STRIPPED_MAGIC.length + 8);
    const file = /^[0-9A-Fa-f]{8}$/.test(digits) ? this.#files()[Number.parseInt(digits, 16)] : undefined;
    if (file === undefined) {
      throw new ArchiveError(
        'ARCHIVE_CORRUPT',
        `the cpio header at byte ${at} is for the file ${JSON.stringify(digits)}, which the package's header does not have`,
      );
    }
    const { name, mode, identity, last } = file;
    const kind = KINDS[mode & TYPE_MASK] ?? 'other';
    const size = kind === 'link' || (kind === 'file' && last) ? file.size : 0;
    return { name, kind, size, links: identity === undefined ? 1 : 2, identity: identity ?? '' };
  }

  #entry(header: Header, name: string): void {
    if (name === TRAILER) {
      this.#ended = true;
      // A name whose bytes never came has none.
      for (const names of this.#waiting.values()) {
        for (const each of names) this.#file({ kind: 'file', size: 0 }, each);
      }
      return;
    }
    const { kind, size, links, identity } = header;
    if (kind === 'link') {
      if (size > MAX_LINK)
        throw new ArchiveError(
          'ARCHIVE_CORRUPT',
          `the symbolic link ${JSON.stringify(name)} has ${size} bytes`,
        );
      this.#fields.field(size + padding(size), (bytes) => {
        this.#visit({ kind, name, linkname: bytes.toString('utf8', 0, size), size: 0 });
        this.#header();
      });
      return;
    }
    if (kind === 'file' && links > 1) {
      const first = this.#known.get(identity);
      if (size === 0) {
        if (first === undefined) this.#waiting.set(identity, [...(this.#waiting.get(identity) ?? []), name]);
        else this.#visit({ kind: 'hard-link', name, linkname: first, size: 0 });
        this.#header();
        return;
      }
      this.#known.set(identity, name);
      for (const other of this.#waiting.get(identity) ?? []) {
        this.#visit({ kind: 'hard-link', name: other, linkname: name, size: 0 });
      }
      this.#waiting.delete(identity);
    }
    this.#file({ kind, size }, name);
  }

  #file({ kind, size }: Pick<Header, 'kind' | 'size'>, name: string): void {
    const sink = this.#visit({ kind, name, linkname: '', size });
    if (this.#ended) {
      sink?.end();
      return;
    }
    const pad = (): void => {
      sink?.end();
      this.#fields.field(padding(size), () => {
        this.#header();
      });
    };
    this.#fields.run(
      size,
      (part) => {
        if (sink?.satisfied === false) sink.push(part);
      },
      pad,
    );
  }
}

function padding(length: number): number {
  return (4 - (length % 4)) % 4;
}

/** Numbers by their place in the header: c_ino 0, c_mode 1, c_nlink 4, c_filesize 6, c_devmajor 7, c_devminor 8, c_namesize 11. */
function parseHeader(bytes: Buffer, at: number): Header & { readonly nameSize: number } {
  const text = bytes.toString('latin1');
  if (!/^07070[12][0-9A-Fa-f]{104}$/.test(text)) {
    throw new ArchiveError(
      'ARCHIVE_CORRUPT',
      `there is no cpio header at byte ${at}: ${JSON.stringify(text.slice(0, 6))}`,
    );
  }
  const number = (index: number): number => Number.parseInt(text.slice(6 + index * 8, 14 + index * 8), 16);
  const nameSize = number(11);
  if (nameSize === 0 || nameSize > MAX_NAME) {
    throw new ArchiveError(
      'ARCHIVE_CORRUPT',
      `the cpio header at byte ${at} has a name of ${nameSize} bytes`,
    );
  }
  return {
    identity: `${number(7)}:${number(8)}:${number(0)}`,
    kind: KINDS[number(1) & TYPE_MASK] ?? 'other',
    links: number(4),
    size: number(6),
    nameSize,
  };
}
