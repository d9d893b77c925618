import { readFileSync } from 'node:fs';
import { z } from 'zod';

const names = z.string().regex(/^\w+(?: \w+)*$/);

const schema = z.strictObject({
  source: z.string().min(1),
  asOf: z.iso.date(),
  /** Those that zlib had before it gave versions, which every libz.so.1 has. */
  unversioned: names,
  /** By the version that they have: `ZLIB_1.2.9`. */
  versions: z.record(z.string().regex(/^ZLIB_\d+(?:\.\d+)+$/), names),
});

let read: z.infer<typeof schema> | undefined;

function table(): z.infer<typeof schema> {
  read ??= schema.parse(
    JSON.parse(readFileSync(new URL('./zlib-names.json', import.meta.url), 'utf8')) as unknown,
  );
  return read;
}

/** Every version that a name has: `ZLIB_1.2.0`, … */
export function zlibVersionNames(): readonly string[] {
  return Object.keys(table().versions);
}

/**
 * The names that a `libz.so.1` exports which defines these versions: `[]` → what every one has. An import of `deflate` has no
 * version wherever it was linked, since zlib gives it none; `crc32_z` is of ZLIB_1.2.9.
 *
 * @param versions names of version definitions, as a target has them. One that is not known adds nothing.
 */
export function zlibNames(versions: readonly string[]): ReadonlySet<string> {
  const { unversioned, versions: byVersion } = table();
  const lists = [unversioned, ...versions.flatMap((version) => byVersion[version] ?? [])];
  return new Set(lists.flatMap((list) => list.split(' ')));
}
