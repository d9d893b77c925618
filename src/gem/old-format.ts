import { inflateSync } from 'node:zlib';
import { isMap, isScalar, isSeq } from 'yaml';
import type { YAMLMap } from 'yaml';
import { archiveError } from './archive-error.js';
import type { Spot } from './archive-error.js';
import type { GemLimits } from './limits.js';
import { parseGemMetadata } from './metadata.js';
import type { EntryVisitor } from './tar.js';
import type { GemMetadata } from './types.js';
import { readYaml } from './yaml.js';

/** RubyGems looks for the mark in the first 20 bytes (Gem::Package.new, `Gem::Package::Source#start`). */
const MARK = 'MD5SUM =';
const MARK_REACH = 20;

/** The largest such gem of the registry has some 10 MB; it is held whole. In bytes. */
export const MAX_OLD_GEM = 64 << 20;

/** Whether a gem that begins so is of the format of RubyGems before 0.9, a Ruby script; RubyGems reads it to this day. */
export function isOldGem(head: Uint8Array): boolean {
  return Buffer.from(head.subarray(0, MARK_REACH)).toString('latin1').includes(MARK);
}

/**
 * Reads a gem of that format (rubygems/package/old.rb): a script up to `__END__`, the specification, a list of files, and of each
 * file its bytes, deflated, in base64; with `---` in between.
 * @param visit asked for each file in the order of the list; undefined where the metadata alone is wanted
 * @throws GemArchiveError GEM_TRUNCATED, GEM_GZIP_CORRUPT, GEM_METADATA_INVALID, GEM_LIMIT; what the visitor throws
 */
export async function readOldGem(
  gem: Buffer,
  limits: GemLimits,
  visit: EntryVisitor | undefined,
  spot: Spot,
): Promise<GemMetadata> {
  // Base64 and YAML, which is UTF-8.
  const lines = gem.toString('utf8').split(/\r?\n/);
  const start = lines.indexOf('__END__');
  if (start === -1) throw archiveError('GEM_TRUNCATED', 'the script at its beginning has no __END__', spot);
  const parts = partsOf(lines.slice(start + 1));
  const [specification, list, ...files] = parts;
  if (specification === undefined || list === undefined)
    throw archiveError('GEM_TRUNCATED', 'it ends before its list of files', spot);
  const metadata = parseGemMetadata(specification, { ...spot, entry: 'specification' });
  if (visit === undefined) return metadata;
  const entries = fileList(list, { ...spot, entry: 'list of files' });
  let spent = 0;
  for (const [at, { path, size }] of entries.entries()) {
    const own = { ...spot, entry: path };
    const bytes = inflated(files[at], limits.inflatedBytes - spent, own);
    spent += bytes.length;
    if (bytes.length !== size)
      throw archiveError('GEM_GZIP_CORRUPT', `has ${bytes.length} bytes, and the list says ${size}`, own);
    const consumer = visit({ name: path, size, type: 'file', linkname: null, pax: {} });
    if (consumer === undefined) continue;
    if (bytes.length > 0) await consumer.push(bytes);
    await consumer.end();
  }
  return metadata;
}

/** Cut at lines of `---`; the specification's own first line has its tag behind it. */
function partsOf(lines: readonly string[]): string[] {
  const parts: string[][] = [[]];
  for (const line of lines) {
    if (line.trim() === '---') parts.push([]);
    else parts.at(-1)?.push(line);
  }
  return parts.map((part) => part.join('\n'));
}

function fileList(text: string, spot: Spot): { readonly path: string; readonly size: number }[] {
  const { contents } = readYaml(text, 'the list of files', spot);
  if (contents === null) return [];
  if (!isSeq(contents)) throw archiveError('GEM_METADATA_INVALID', 'is not a list', spot);
  return contents.items.map((item) => {
    const path = isMap(item) ? textOf(item, 'path') : undefined;
    const size = isMap(item) ? textOf(item, 'size') : undefined;
    if (path === undefined || size === undefined || !/^\d{1,15}$/.test(size)) {
      throw archiveError('GEM_METADATA_INVALID', 'has a file without a path or a size', spot);
    }
    return { path, size: Number(size) };
  });
}

function textOf(map: YAMLMap, key: string): string | undefined {
  const value = map.items.find((item) => isScalar(item.key) && item.key.value === key)?.value;
  return isScalar(value) && typeof value.value === 'string' ? value.value : undefined;
}

function inflated(base64: string | undefined, most: number, spot: Spot): Buffer {
  if (base64 === undefined) throw archiveError('GEM_TRUNCATED', 'its bytes are not there', spot);
  try {
    return inflateSync(Buffer.from(base64, 'base64'), { maxOutputLength: Math.max(1, most) });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ERR_BUFFER_TOO_LARGE')
      throw archiveError('GEM_LIMIT', `inflates to more than ${most} bytes`, spot, error);
    if (code === 'Z_BUF_ERROR') throw archiveError('GEM_TRUNCATED', 'its bytes are cut short', spot, error);
    throw archiveError('GEM_GZIP_CORRUPT', `cannot be inflated: ${(error as Error).message}`, spot, error);
  }
}
