/** One entry of an archive of any format. */
export interface ArchiveEntry {
  readonly kind: 'file' | 'hard-link' | 'link' | 'directory' | 'other';
  /** As stored, not made safe. */
  readonly name: string;
  /** Target of a link, as stored. */
  readonly linkname: string;
  /** In bytes. */
  readonly size: number;
}

/** Takes the bytes of one file. They stay as they are after the call. */
export interface EntrySink {
  /** No more bytes are of interest; `end` is called all the same. */
  readonly satisfied: boolean;
  push(chunk: Uint8Array): void;
  end(): void;
}

/** Asked once for each entry, in order. Undefined: its bytes are passed over. What it throws ends the reading. */
export type EntryVisitor = (entry: ArchiveEntry) => EntrySink | undefined;

/** Reads an archive that is pushed into it. */
export interface ArchiveReader {
  /** Everything was read, and what follows is of no concern. */
  readonly done: boolean;
  push(chunk: Uint8Array): void;
  end(): void;
}
