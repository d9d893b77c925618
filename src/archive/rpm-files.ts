import { ArchiveError } from './archive-error.js';

/** A file of an RPM package, by the package's header. */
export interface RpmFile {
  /** Without the slash in front: `usr/bin/probe`. */
  readonly name: string;
  /** In bytes. */
  readonly size: number;
  /** `st_mode` of stat(2). */
  readonly mode: number;
  /** Names of one file have one; absent for a file that has no other name. */
  readonly identity?: string;
  /** It is the last of the names of a file: the one that has the bytes. */
  readonly last: boolean;
}

/** A header's index and data, as they lie in the package. */
export interface RpmHeader {
  readonly index: Buffer;
  readonly data: Buffer;
}

/** rpm's `format_header` manual, "Index": tag, type, offset and count, each of four bytes, the highest first. */
const INDEX_ENTRY = 16;

/** Tags of rpm's include/rpm/rpmtag.h. */
const TAG = {
  sizes: 1028,
  modes: 1030,
  flags: 1037,
  devices: 1095,
  inodes: 1096,
  directoryOf: 1116,
  baseNames: 1117,
  directories: 1118,
  longSizes: 5008,
} as const;

/** rpmTagType of rpmtag.h. */
const INT16 = 3;
const INT32 = 4;
const INT64 = 5;
const STRING_ARRAY = 8;
const WIDTHS: Readonly<Record<number, number>> = { [INT16]: 2, [INT32]: 4, [INT64]: 8 };

/** RPMFILE_GHOST of rpmfiles.h: the file is not in the payload. */
const GHOST = 1 << 6;
/** `S_IFMT` and `S_IFREG` of sys/stat.h. */
const TYPE_MASK = 0o170000;
const REGULAR = 0o100000;

/**
 * The list of files in a package's header, which the entries of a stripped payload refer to by number.
 * @throws ArchiveError ARCHIVE_CORRUPT
 */
export function rpmFiles(header: RpmHeader): readonly RpmFile[] {
  const names = new Tags(header);
  const baseNames = names.strings(TAG.baseNames);
  const directories = names.strings(TAG.directories);
  const directoryOf = names.numbers(TAG.directoryOf);
  const long = names.numbers(TAG.longSizes);
  const sizes = long.length > 0 ? long : names.numbers(TAG.sizes);
  const modes = names.numbers(TAG.modes);
  const files = baseNames.map((base, at) => {
    const directory = directories[directoryOf[at] ?? -1];
    const size = sizes[at];
    const mode = modes[at];
    if (directory === undefined || size === undefined || mode === undefined || !Number.isSafeInteger(size)) {
      throw corrupt(`says no directory, size or mode of ${JSON.stringify(base)}`);
    }
    return { name: `${directory}${base}`.replace(/^\/+/, ''), size, mode };
  });
  const identities = identitiesOf(files, names);
  const last = new Map(identities.map((identity, at) => [identity, at]));
  return files.map((file, at) => {
    const identity = identities[at];
    return identity === undefined
      ? { ...file, last: true }
      : { ...file, identity, last: last.get(identity) === at };
  });
}

/** Which files are one: `rpmfilesBuildNLink` of lib/rpmfi.cc, by device and inode. */
function identitiesOf(
  files: readonly { readonly mode: number }[],
  tags: Tags,
): readonly (string | undefined)[] {
  const flags = tags.numbers(TAG.flags);
  const devices = tags.numbers(TAG.devices);
  const inodes = tags.numbers(TAG.inodes);
  const identities = files.map(({ mode }, at) =>
    (mode & TYPE_MASK) === REGULAR && ((flags[at] ?? 0) & GHOST) === 0 && inodes[at] !== undefined
      ? `${devices[at] ?? 0}:${inodes[at]}`
      : undefined,
  );
  const counts = new Map<string | undefined, number>();
  for (const identity of identities) counts.set(identity, (counts.get(identity) ?? 0) + 1);
  return identities.map((identity) => ((counts.get(identity) ?? 0) > 1 ? identity : undefined));
}

/** The values of a header by their tags; none for a tag that is absent. */
class Tags {
  readonly #data: Buffer;
  readonly #places = new Map<
    number,
    { readonly type: number; readonly offset: number; readonly count: number }
  >();

  constructor({ index, data }: RpmHeader) {
    this.#data = data;
    for (let at = 0; at + INDEX_ENTRY <= index.length; at += INDEX_ENTRY) {
      this.#places.set(index.readUInt32BE(at), {
        type: index.readUInt32BE(at + 4),
        offset: index.readUInt32BE(at + 8),
        count: index.readUInt32BE(at + 12),
      });
    }
  }

  numbers(tag: number): readonly number[] {
    const place = this.#places.get(tag);
    if (place === undefined) return [];
    const { type, offset, count } = place;
    const width = WIDTHS[type];
    if (width === undefined || offset + width * count > this.#data.length) {
      throw corrupt(`has ${count} numbers of the type ${type} for its tag ${tag}`);
    }
    return Array.from({ length: count }, (_, index) => this.#number(width, offset + width * index));
  }

  #number(width: number, at: number): number {
    if (width === 8) return Number(this.#data.readBigUInt64BE(at));
    return width === 4 ? this.#data.readUInt32BE(at) : this.#data.readUInt16BE(at);
  }

  strings(tag: number): readonly string[] {
    const place = this.#places.get(tag);
    if (place === undefined) return [];
    const { type, offset, count } = place;
    const strings: string[] = [];
    for (let at = offset; type === STRING_ARRAY && strings.length < count;) {
      const end = this.#data.indexOf(0, at);
      if (end === -1) break;
      strings.push(this.#data.toString('utf8', at, end));
      at = end + 1;
    }
    if (strings.length < count) throw corrupt(`has fewer than ${count} strings for its tag ${tag}`);
    return strings;
  }
}

function corrupt(what: string): ArchiveError {
  return new ArchiveError('ARCHIVE_CORRUPT', `the header of the RPM package ${what}`);
}
