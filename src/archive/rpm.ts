import { ArchiveError } from './archive-error.js';
import { FieldReader } from './field-reader.js';
import type { RpmHeader } from './rpm-files.js';

/** rpm's `format_v4` manual, "Lead": 96 bytes that begin with this. */
const LEAD = 96;
const LEAD_MAGIC = 'edabeedb';

/** "Header Structure": magic 3, version 1, reserved 4, then how many index entries and how many bytes of data. In bytes. */
const INTRO = 16;
const HEADER_MAGIC = '8eade801';
const INDEX_ENTRY = 16;

/** What rpm itself takes at most (lib/header.c: HEADER_TAGS_MAX and HEADER_DATA_MAX). */
const MAX_ENTRIES = 0xffff;
const MAX_DATA = 0x0fff_ffff;

/** Real headers have some MB. They are held for the list of files in them. In bytes. */
const MAX_HELD = 64 << 20;

/** Reads an RPM package's lead and its two headers; what follows is the payload, a compressed cpio archive. */
export class RpmPrologue {
  readonly #fields = new FieldReader();
  readonly #payload: (chunk: Uint8Array) => void;
  #reached: RpmHeader | undefined;

  /** @param payload gets the bytes of the payload, as they come */
  constructor(payload: (chunk: Uint8Array) => void) {
    this.#payload = payload;
    this.#fields.field(LEAD, (lead) => {
      if (lead.toString('hex', 0, 4) !== LEAD_MAGIC)
        throw new ArchiveError('ARCHIVE_CORRUPT', 'it is no RPM package');
      this.#intro('signature', (entries, bytes) => {
        const size = entries * INDEX_ENTRY + bytes;
        // "Signature": padded to a multiple of 8 bytes; the header behind it is not.
        this.#skip(size + ((8 - (size % 8)) % 8), () => {
          this.#mainHeader();
        });
      });
    });
  }

  /** The package's own header, once the payload is reached. */
  get header(): RpmHeader | undefined {
    return this.#reached;
  }

  /** @throws ArchiveError ARCHIVE_CORRUPT */
  push(chunk: Uint8Array): void {
    this.#fields.push(chunk);
  }

  /** @throws ArchiveError ARCHIVE_TRUNCATED where the payload was not reached */
  end(): void {
    if (this.#reached === undefined) {
      throw new ArchiveError(
        'ARCHIVE_TRUNCATED',
        `the RPM package ends at byte ${this.#fields.position}, before its payload`,
      );
    }
  }

  #mainHeader(): void {
    this.#intro('header', (entries, bytes) => {
      if (bytes > MAX_HELD) {
        throw new ArchiveError('ARCHIVE_LIMIT', `the header of the RPM package has ${bytes} bytes`);
      }
      this.#fields.field(entries * INDEX_ENTRY, (index) => {
        this.#fields.field(bytes, (data) => {
          this.#reached = { index, data };
          this.#fields.run(Infinity, this.#payload, () => undefined);
        });
      });
    });
  }

  #intro(what: string, then: (entries: number, bytes: number) => void): void {
    const at = this.#fields.position;
    this.#fields.field(INTRO, (intro) => {
      const entries = intro.readUInt32BE(8);
      const bytes = intro.readUInt32BE(12);
      if (intro.toString('hex', 0, 4) !== HEADER_MAGIC || entries > MAX_ENTRIES || bytes > MAX_DATA) {
        throw new ArchiveError('ARCHIVE_CORRUPT', `there is no ${what} of an RPM package at byte ${at}`);
      }
      then(entries, bytes);
    });
  }

  #skip(length: number, then: () => void): void {
    this.#fields.run(length, () => undefined, then);
  }
}
