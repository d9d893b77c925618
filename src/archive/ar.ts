import { ArchiveError } from './archive-error.js';
import type { ArchiveReader, EntryVisitor } from './entry.js';
import { FieldReader } from './field-reader.js';

/** `ARMAG` of ar.h: the first bytes of every `ar` archive. */
const MAGIC = '!<arch>\n';

/** `sizeof(struct ar_hdr)` of ar.h, in bytes: name 16, date 12, uid 6, gid 6, mode 8, size 10, `ARFMAG` 2. */
const HEADER = 60;

/**
 * Reads the members of a Debian package, an `ar` archive by deb(5): short names, sizes in decimal, data at even offsets. The
 * long names of GNU's and BSD's archives for linkers are not known here.
 * @throws ArchiveError ARCHIVE_CORRUPT, ARCHIVE_TRUNCATED; what the visitor and its sinks throw
 */
export class ArReader implements ArchiveReader {
  readonly done = false;
  readonly #visit: EntryVisitor;
  readonly #fields = new FieldReader();
  #began = false;

  constructor(visit: EntryVisitor) {
    this.#visit = visit;
    this.#fields.field(MAGIC.length, (bytes) => {
      if (bytes.toString('latin1') !== MAGIC)
        throw new ArchiveError('ARCHIVE_CORRUPT', 'it is no ar archive');
      this.#began = true;
      this.#header();
    });
  }

  push(chunk: Uint8Array): void {
    this.#fields.push(chunk);
  }

  end(): void {
    // The byte that makes an odd size even is left out behind the last member by some programs.
    if (this.#began && !this.#fields.withinField && this.#betweenMembers) return;
    throw new ArchiveError(
      'ARCHIVE_TRUNCATED',
      `the ar archive ends at byte ${this.#fields.position}, within a member`,
    );
  }

  #betweenMembers = false;

  #header(): void {
    this.#betweenMembers = true;
    this.#fields.field(HEADER, (bytes) => {
      this.#betweenMembers = false;
      const at = this.#fields.position - HEADER;
      const digits = /^(\d{1,10}) *$/.exec(bytes.toString('latin1', 48, 58))?.[1];
      if (digits === undefined || bytes.toString('latin1', 58, 60) !== '`\n') {
        throw new ArchiveError('ARCHIVE_CORRUPT', `there is no header of an ar member at byte ${at}`);
      }
      this.#member(bytes.toString('latin1', 0, 16).replace(/\/? *$/, ''), Number(digits));
    });
  }

  #member(name: string, size: number): void {
    const sink = this.#visit({ kind: 'file', name, linkname: '', size });
    const next = (): void => {
      sink?.end();
      if (size % 2 === 0) this.#header();
      else {
        this.#betweenMembers = true;
        this.#fields.field(1, () => {
          this.#header();
        });
      }
    };
    this.#fields.run(
      size,
      (part) => {
        if (sink?.satisfied === false) sink.push(part);
      },
      next,
    );
  }
}
