import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';

/** One entry of a tar archive, and what its header claims where that differs from the truth. */
export interface TarEntryInput {
  readonly name: string;
  readonly data?: Uint8Array | string;
  /** `0` file (default), `1` hard link, `2` symbolic link, `5` directory, `L`/`K` GNU names, `x`/`g` PAX, `S` sparse. */
  readonly type?: string;
  readonly linkname?: string;
  /** ustar's prefix, put before `name` by readers. */
  readonly prefix?: string;
  /** The size that the header claims, whatever `data` has; a string is stored as it is. */
  readonly claimedSize?: number | string;
  /** Six to eight bytes; `ustar\0` + `00` by default, `` for v7, `ustar  \0` for GNU. */
  readonly magic?: string;
  /** The checksum that the header claims. */
  readonly claimedChecksum?: number;
}

const block = 512;

function bytesOf(data: Uint8Array | string = ''): Buffer {
  return typeof data === 'string'
    ? Buffer.from(data)
    : Buffer.from(data.buffer, data.byteOffset, data.length);
}

function header(entry: TarEntryInput, size: number): Buffer {
  const out = Buffer.alloc(block);
  out.write(entry.name, 0, 100, 'utf8');
  out.write('0000644\0', 100);
  out.write('0000000\0', 108);
  out.write('0000000\0', 116);
  const claimed = entry.claimedSize ?? size;
  out.write(
    typeof claimed === 'string' ? claimed : `${claimed.toString(8).padStart(11, '0')}\0`,
    124,
    12,
    'latin1',
  );
  out.write('00000000000\0', 136);
  out.write(entry.type ?? '0', 156);
  out.write(entry.linkname ?? '', 157, 100, 'utf8');
  out.write(entry.magic ?? 'ustar\x0000', 257, 8, 'latin1');
  out.write(entry.prefix ?? '', 345, 155, 'utf8');
  out.fill(' ', 148, 156);
  const sum = entry.claimedChecksum ?? out.reduce((total, byte) => total + byte, 0);
  out.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return out;
}

/** A tar archive, byte for byte as asked; `endBlocks` zero blocks at its end (2 by default). */
export function tarArchive(entries: readonly TarEntryInput[], endBlocks = 2): Buffer {
  const parts = entries.flatMap((entry) => {
    const data = bytesOf(entry.data);
    return [header(entry, data.length), data, Buffer.alloc((block - (data.length % block)) % block)];
  });
  return Buffer.concat([...parts, Buffer.alloc(endBlocks * block)]);
}

export interface GemInput {
  readonly name?: string;
  readonly version?: string;
  readonly platform?: string;
  readonly extensions?: readonly string[];
  /** YAML of `metadata.gz`, in place of the one that is made of the fields above. */
  readonly metadata?: string;
  readonly files?: readonly TarEntryInput[];
  /** Bytes of `data.tar.gz`, in place of the files packed and compressed. */
  readonly data?: Uint8Array;
  /** Order of the members; what is left out is not in the gem, what is there twice is there twice. */
  readonly order?: readonly Member[];
  /** Adds `.sig` after each member, as `gem build` with a signing key does. */
  readonly signed?: boolean;
  /** Digests to write in place of the true ones, by algorithm and member. */
  readonly digests?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

export type Member = 'metadata.gz' | 'data.tar.gz' | 'checksums.yaml.gz';

/** What RubyGems packs today. */
export const modernOrder: readonly Member[] = ['metadata.gz', 'data.tar.gz', 'checksums.yaml.gz'];
/** What RubyGems packed until 2012. */
export const oldOrder: readonly Member[] = ['data.tar.gz', 'metadata.gz'];

/** A specification in YAML, as Psych writes it. */
export function specificationYaml(gem: GemInput = {}): string {
  const { name = 'probe', version = '1.2.3', platform = 'x86_64-linux', extensions = [] } = gem;
  return `--- !ruby/object:Gem::Specification
name: ${name}
version: !ruby/object:Gem::Version
  version: ${version}
platform: ${platform}
authors:
- Nobody
bindir: exe
cert_chain: []
date: 1980-01-02 00:00:00.000000000 Z
dependencies:
- !ruby/object:Gem::Dependency
  name: rake
  requirement: !ruby/object:Gem::Requirement
    requirements:
    - - "~>"
      - !ruby/object:Gem::Version
        version: '13.0'
  type: :runtime
  prerelease: false
  version_requirements: !ruby/object:Gem::Requirement
    requirements:
    - - "~>"
      - !ruby/object:Gem::Version
        version: '13.0'
executables:
- probe
extensions: ${JSON.stringify(extensions)}
extra_rdoc_files: []
files:
- exe/probe
required_ruby_version: !ruby/object:Gem::Requirement
  requirements:
  - - ">="
    - !ruby/object:Gem::Version
      version: '3.1'
  - - "<"
    - !ruby/object:Gem::Version
      version: 3.5.dev
required_rubygems_version: !ruby/object:Gem::Requirement
  requirements:
  - - ">="
    - !ruby/object:Gem::Version
      version: 3.3.22
rubygems_version: 3.6.2
specification_version: 4
summary: A gem to look into
test_files: []
`;
}

function checksumsYaml(members: ReadonlyMap<string, Buffer>, digests: GemInput['digests']): string {
  const lines = ['---'];
  for (const algorithm of ['SHA256', 'SHA512']) {
    lines.push(`${algorithm}:`);
    for (const [name, bytes] of members) {
      const digest = createHash(algorithm.toLowerCase()).update(bytes).digest('hex');
      lines.push(`  ${name}: ${digests?.[algorithm]?.[name] ?? digest}`);
    }
  }
  return `${lines.join('\n')}\n`;
}

/** Packs a `.gem` by hand: for the layouts that the upstream packer does not write, or no longer. */
export function buildGem(gem: GemInput = {}): Buffer {
  const members = new Map<string, Buffer>([
    ['metadata.gz', gzipSync(gem.metadata ?? specificationYaml(gem))],
    ['data.tar.gz', bytesOf(gem.data ?? gzipSync(tarArchive(gem.files ?? [])))],
  ]);
  const checksums = gzipSync(checksumsYaml(members, gem.digests));
  const entries = (gem.order ?? modernOrder).flatMap((name): TarEntryInput[] => {
    const data = name === 'checksums.yaml.gz' ? checksums : (members.get(name) ?? Buffer.alloc(0));
    const signature = { name: `${name}.sig`, data: createHash('sha256').update(data).digest() };
    return gem.signed === true ? [{ name, data }, signature] : [{ name, data }];
  });
  return tarArchive(entries);
}

/** Opens a buffer as `inspectGem` wants it, in chunks of `chunkSize` bytes. */
export function opened(bytes: Uint8Array, chunkSize = 64 * 1024): () => Promise<Readable> {
  return () => {
    function* chunks(): Generator<Buffer> {
      for (let at = 0; at < bytes.length; at += chunkSize)
        yield Buffer.from(bytes.subarray(at, at + chunkSize));
    }
    return Promise.resolve(Readable.from(chunks(), { objectMode: false }));
  };
}

/** The smallest file that the kernel would run: a static x86_64 executable with one segment that exits. */
export function tinyElf(options: { readonly machine?: number; readonly padding?: number } = {}): Buffer {
  const code = Buffer.from('b83c00000031ff0f05', 'hex');
  const size = 120 + code.length;
  const out = Buffer.alloc(size + (options.padding ?? 0));
  out.write('\x7fELF\x02\x01\x01', 0, 'latin1');
  out.writeUInt16LE(2, 16);
  out.writeUInt16LE(options.machine ?? 62, 18);
  out.writeUInt32LE(1, 20);
  out.writeBigUInt64LE(0x400078n, 24);
  out.writeBigUInt64LE(64n, 32);
  out.writeUInt16LE(64, 52);
  out.writeUInt16LE(56, 54);
  out.writeUInt16LE(1, 56);
  out.writeUInt16LE(64, 58);
  out.writeUInt32LE(1, 64);
  out.writeUInt32LE(5, 68);
  out.writeBigUInt64LE(0x400000n, 80);
  out.writeBigUInt64LE(0x400000n, 88);
  out.writeBigUInt64LE(BigInt(size), 96);
  out.writeBigUInt64LE(BigInt(size), 104);
  out.writeBigUInt64LE(0x1000n, 112);
  code.copy(out, 120);
  return out;
}
