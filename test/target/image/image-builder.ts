import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import type { Header } from 'tar-stream';
import { parseElf } from '../../../src/elf/parse.js';
import { sha256Digest } from '../../helpers/registry-server.js';

/** One entry of a layer: a file's bytes, a link, or nothing. */
export type Entry = readonly [name: string, content: string | Uint8Array | Partial<Header>];

/** A tar archive with these entries, in this order. A name that ends with a slash is a directory. */
export async function layerOf(entries: readonly Entry[]): Promise<Buffer> {
  const archive = pack();
  for (const [name, content] of entries) {
    if (typeof content === 'string' || content instanceof Uint8Array) {
      const directory = name.endsWith('/');
      archive.entry(
        { name, type: directory ? 'directory' : 'file', mtime: new Date(0) },
        Buffer.from(content),
      );
    } else archive.entry({ name, mtime: new Date(0), ...content });
  }
  archive.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of archive) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

export function link(to: string): Partial<Header> {
  return { type: 'symlink', linkname: to };
}

export function hardLink(to: string): Partial<Header> {
  return { type: 'link', linkname: to };
}

export function elf(name: string): Buffer {
  return readFileSync(new URL(`../../../fixtures/elf/bin/${name}`, import.meta.url));
}

/**
 * A library that defines GLIBC_0, GLIBC_1 and GLIBC_2 and says in words which release it is: the fixture with ANSWER_1, …, its
 * names made others of the same or a shorter length, and glibc's banner at its end.
 */
export function libc(release: string): Buffer {
  const bytes = elf('lib-verdef.so');
  for (const number of [1, 2, 3]) {
    const at = bytes.indexOf(`ANSWER_${number}\0`);
    bytes.write(`GLIBC_${number - 1}\0\0`, at, 'latin1');
    bytes.writeUInt32LE(elfHash(`GLIBC_${number - 1}`), hashPlace(bytes, elfHash(`ANSWER_${number}`)));
  }
  const banner = `\0GNU C Library (Test) stable release version ${release}.\0`;
  const library = Buffer.concat([bytes, Buffer.from(banner, 'latin1')]);
  if (parseElf(library).verdef.length !== 4) throw new Error('the fixture is not what it was');
  return library;
}

/** `vd_hash`: the System V ABI's hash of the name. */
function elfHash(name: string): number {
  let hash = 0;
  for (const char of Buffer.from(name)) {
    hash = (hash << 4) + char;
    const high = hash & 0xf0000000;
    hash = (hash ^ (high >>> 24)) & ~high;
  }
  return hash >>> 0;
}

function hashPlace(bytes: Buffer, hash: number): number {
  const wanted = Buffer.alloc(4);
  wanted.writeUInt32LE(hash);
  const at = bytes.indexOf(wanted);
  if (at === -1) throw new Error('the fixture is not what it was');
  return at;
}

/** What a glibc system has at least: its loader, its C library, and a library besides. */
export const GLIBC_SYSTEM: readonly Entry[] = [
  ['etc/', ''],
  ['etc/os-release', 'PRETTY_NAME="Test Linux 1"\n'],
  ['usr/lib/x86_64-linux-gnu/ld-2.36.so', libc('2.36')],
  ['usr/lib/x86_64-linux-gnu/libc.so.6', libc('2.36')],
  ['usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2', link('ld-2.36.so')],
  ['usr/lib/x86_64-linux-gnu/libanswer.so.2.0', elf('lib-verdef.so')],
  ['usr/lib/x86_64-linux-gnu/libanswer.so.2', link('libanswer.so.2.0')],
  ['lib', link('usr/lib')],
  ['lib64/', ''],
  ['lib64/ld-linux-x86-64.so.2', link('/lib/x86_64-linux-gnu/ld-2.36.so')],
];

export interface BuiltImage {
  readonly config: Buffer;
  readonly manifest: Buffer;
  /** As they are stored. */
  readonly layers: readonly Buffer[];
  /** Uncompressed. */
  readonly archives: readonly Buffer[];
}

export interface BuildOptions {
  readonly architecture?: string;
  readonly os?: string;
  readonly env?: readonly string[];
  readonly compress?: (archive: Buffer) => Buffer;
  readonly diffIds?: readonly string[];
  readonly layerType?: string;
  readonly urls?: readonly string[];
}

export const OCI_MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
export const OCI_INDEX = 'application/vnd.oci.image.index.v1+json';

/** An image of these layers, each a tar archive. */
export function buildImage(archives: readonly Buffer[], options: BuildOptions = {}): BuiltImage {
  const layers = archives.map(options.compress ?? ((archive) => gzipSync(archive)));
  const config = Buffer.from(
    JSON.stringify({
      architecture: options.architecture ?? 'amd64',
      os: options.os ?? 'linux',
      config: { Env: options.env ?? [] },
      rootfs: { type: 'layers', diff_ids: options.diffIds ?? archives.map(sha256Digest) },
    }),
  );
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: OCI_MANIFEST,
      config: describe(config, 'application/vnd.oci.image.config.v1+json'),
      layers: layers.map((layer) => ({
        ...describe(layer, options.layerType ?? 'application/vnd.oci.image.layer.v1.tar+gzip'),
        ...(options.urls === undefined ? {} : { urls: options.urls }),
      })),
    }),
  );
  return { config, manifest, layers, archives };
}

export function describe(
  bytes: Uint8Array,
  mediaType: string,
): { mediaType: string; digest: string; size: number } {
  return { mediaType, digest: sha256Digest(bytes), size: bytes.length };
}
