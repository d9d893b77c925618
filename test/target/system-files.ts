import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll } from 'vitest';

/** A part of fixtures/rootfs/bin, or of fixtures/elf/bin. */
export function part(name: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(`../../fixtures/rootfs/bin/${name}`, import.meta.url)));
}

export function elfFixture(name: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(`../../fixtures/elf/bin/${name}`, import.meta.url)));
}

/** What a symbolic link says. */
export interface Link {
  readonly to: string;
}

export function link(to: string): Link {
  return { to };
}

/** Files by path: contents, or a link; a path that ends in a slash is an empty directory. */
export type Files = Readonly<Record<string, Uint8Array | string | Link>>;

const made: string[] = [];

afterAll(() => {
  for (const directory of made) rmSync(directory, { recursive: true });
});

/** Writes a small system into a directory of its own, which is gone after the tests. */
export function systemOf(files: Files): string {
  const root = mkdtempSync(join(tmpdir(), 'gemcompat-rootfs-'));
  made.push(root);
  for (const [path, content] of Object.entries(files)) {
    const real = join(root, path);
    mkdirSync(path.endsWith('/') ? real : dirname(real), { recursive: true });
    if (path.endsWith('/')) continue;
    if (typeof content === 'object' && 'to' in content) symlinkSync(content.to, real);
    else writeFileSync(real, content);
  }
  return root;
}

/** Debian's layout, /lib being a directory of its own: loader, libc and zlib. */
export const DEBIAN: Files = {
  'etc/os-release': 'PRETTY_NAME="Fixture GNU/Linux 1 (test)"\nNAME="Fixture"\n',
  'lib64/ld-linux-x86-64.so.2': link('/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2'),
  'lib/x86_64-linux-gnu/ld-linux-x86-64.so.2': part('x86_64/ld-linux-x86-64.so.2'),
  'lib/x86_64-linux-gnu/libc.so.6': part('x86_64/libc.so.6'),
  'usr/lib/x86_64-linux-gnu/libz.so.1': link('libz.so.1.2.13'),
  'usr/lib/x86_64-linux-gnu/libz.so.1.2.13': part('x86_64/libz.so.1.2.13'),
};

/** Alpine's layout. */
export const ALPINE: Files = {
  'etc/os-release': "PRETTY_NAME='Fixture Alpine v3.20'\n",
  'lib/ld-musl-x86_64.so.1': part('x86_64/ld-musl-x86_64.so.1'),
  'lib/libc.musl-x86_64.so.1': link('ld-musl-x86_64.so.1'),
  'usr/lib/libz.so.1': link('/lib/libz.so.1.2.13'),
  'lib/libz.so.1.2.13': part('x86_64/libz.so.1.2.13'),
};

/** An ld.so.cache with these paths, as glibc's sysdeps/generic/dl-cache.h lays it out: header, entries, strings. */
export function ldSoCache(paths: readonly string[]): Uint8Array {
  const headerSize = 48;
  const entrySize = 24;
  const strings = paths.map((path) => `${path.slice(path.lastIndexOf('/') + 1)}\0${path}\0`).join('');
  const bytes = Buffer.alloc(headerSize + entrySize * paths.length + strings.length);
  bytes.write('glibc-ld.so.cache1.1', 0, 'latin1');
  bytes.writeUInt32LE(paths.length, 20);
  bytes.writeUInt32LE(strings.length, 24);
  let at = headerSize + entrySize * paths.length;
  for (const [index, path] of paths.entries()) {
    const entry = headerSize + entrySize * index;
    const key = path.length - path.lastIndexOf('/') - 1;
    // FLAG_X8664_LIB64 | FLAG_ELF_LIBC6
    bytes.writeInt32LE(0x0303, entry);
    bytes.writeUInt32LE(at, entry + 4);
    bytes.writeUInt32LE(at + key + 1, entry + 8);
    at += key + 1 + path.length + 1;
  }
  bytes.write(strings, headerSize + entrySize * paths.length, 'latin1');
  return bytes;
}
