import { ArchiveError } from './archive-error.js';
import { FieldReader } from './field-reader.js';

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

/** Passes an RPM package's lead and its two headers over; what follows is the payload, a compressed cpio archive. */
export class RpmPrologue {
  readonly #fields = new FieldReader();
  readonly #payload: (chunk: Uint8Array) => void;
  #reached = false;

  /** @param payload gets the bytes of the payload, as they come */
  constructor(payload: (chunk: Uint8Array) => void) {
    this.#payload = payload;
    this.#fields.field(LEAD, (lead) => {
      if (lead.toString('hex', 0, 4) !== LEAD_MAGIC)
        throw new ArchiveError('ARCHIVE_CORRUPT', 'it is no RPM package');
      this.#header('signature', (size) => {
        // "Signature": padded to a multiple of 8 bytes; the header behind it is not.
        this.#skip((8 - (size % 8)) % 8, () => {
          this.#header('header', () => {
            this.#reached = true;
            this.#fields.run(Infinity, this.#payload, () => undefined);
          });
        });
      });
    });
  }

  /** @throws ArchiveError ARCHIVE_CORRUPT */
  push(chunk: Uint8Array): void {
    this.#fields.push(chunk);
  }

  /** @throws ArchiveError ARCHIVE_TRUNCATED where the payload was not reached */
  end(): void {
    if (!this.#reached) {
      throw new ArchiveError(
        'ARCHIVE_TRUNCATED',
        `the RPM package ends at byte ${this.#fields.position}, before its payload`,
      );
    }
  }

  #header(what: string, then: (size: number) => void): void {
    const at = this.#fields.position;
    this.#fields.field(INTRO, (intro) => {
      const entries = intro.readUInt32BE(8);
      const bytes = intro.readUInt32BE(12);
      if (intro.toString('hex', 0, 4) !== HEADER_MAGIC || entries > MAX_ENTRIES || bytes > MAX_DATA) {
        throw new ArchiveError('ARCHIVE_CORRUPT', `there is no ${what} of an RPM package at byte ${at}`);
      }
      const size = entries * INDEX_ENTRY + bytes;
      this.#skip(size, () => {
        then(size);
      });
    });
  }

  #skip(length: number, then: () => void): void {
    this.#fields.run(length, () => undefined, then);
  }
}
