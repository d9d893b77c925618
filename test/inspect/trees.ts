import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { crc32, deflateRawSync, gunzipSync } from 'node:zlib';
import { onTestFinished } from 'vitest';
import { fixture as elfFixture } from '../elf/fixture.js';
import { inspect } from '../../src/api/inspect.js';
import type { InspectOptions } from '../../src/api/inspect.js';
import { TarReader } from '../../src/archive/tar-reader.js';
import type { InspectReport } from '../../src/inspect/types.js';

export const FIXTURES = new URL('../../fixtures/inspect/', import.meta.url);

/** A file of fixtures/inspect. */
export function fixture(name: string): Buffer {
  return readFileSync(new URL(name, FIXTURES));
}

/** A file in fixtures/inspect/probe.tar.gz. */
export function packed(name: string): Buffer {
  const chunks: Uint8Array[] = [];
  const tar = new TarReader((entry) =>
    entry.name === name
      ? { satisfied: false, push: (chunk) => void chunks.push(chunk), end: () => undefined }
      : undefined,
  );
  tar.push(gunzipSync(fixture('probe.tar.gz')));
  return Buffer.concat(chunks);
}

/** An ELF file of fixtures/elf. */
export function elf(name = 'exe-pie'): Buffer {
  return Buffer.from(elfFixture(name));
}

/** A directory with these files, gone when the test ends; a string beginning with `-> ` is a symbolic link. */
export function directory(files: Readonly<Record<string, Uint8Array | string>>): string {
  const root = mkdtempSync(join(tmpdir(), 'gemcompat-inspect-'));
  onTestFinished(() => {
    rmSync(root, { recursive: true, force: true });
  });
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    if (typeof content === 'string' && content.startsWith('-> '))
      symlinkSync(content.slice(3), join(root, path));
    else writeFileSync(join(root, path), content);
  }
  return root;
}

/** Inspects a file with these bytes. */
export async function inspectBytes(
  bytes: Uint8Array,
  options: Partial<InspectOptions> = {},
): Promise<InspectReport> {
  const root = directory({ subject: bytes });
  return inspect({ paths: ['subject'], cwd: root, env: { HOME: root }, ...options });
}

/** Paths of everything that was found. */
export function pathsOf(report: InspectReport): string[] {
  return report.subjects.flatMap(({ groups }) =>
    groups.flatMap(({ files }) => files.map(({ path }) => path)),
  );
}

export interface ZipInput {
  readonly name: string;
  readonly data: Uint8Array;
  readonly store?: boolean;
  /** The CRC-32 that the zip claims. */
  readonly crc?: number;
  /** Compression method that the zip claims. */
  readonly method?: number;
  /** Upper half of the external attributes. */
  readonly mode?: number;
}

/** A zip, byte for byte as asked (APPNOTE.TXT 4.3). */
export function zipArchive(entries: readonly ZipInput[]): Buffer {
  const bodies: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const {
    name,
    data,
    store = false,
    crc = crc32(data),
    method = store ? 0 : 8,
    mode = 0o100644,
  } of entries) {
    const packed = store ? Buffer.from(data) : deflateRawSync(data);
    const nameBytes = Buffer.from(name);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(0x800, 2);
    common.writeUInt16LE(method, 4);
    common.writeUInt32LE(crc >>> 0, 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(data.length, 18);
    common.writeUInt16LE(nameBytes.length, 22);
    bodies.push(Buffer.from('PK\x03\x04'), common, nameBytes, packed);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE((mode << 16) >>> 0, 6);
    tail.writeUInt32LE(offset, 10);
    central.push(Buffer.from('PK\x01\x02'), Buffer.from([20, 3]), common, tail, nameBytes);
    offset += 30 + nameBytes.length + packed.length;
  }
  const directoryBytes = Buffer.concat(central);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(entries.length, 4);
  end.writeUInt16LE(entries.length, 6);
  end.writeUInt32LE(directoryBytes.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...bodies, directoryBytes, Buffer.from('PK\x05\x06'), end]);
}
