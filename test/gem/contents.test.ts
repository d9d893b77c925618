import { createHash } from 'node:crypto';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GemArchiveError } from '../../src/errors.js';
import { inspectGem, readGemMetadata } from '../../src/gem/contents.js';
import type { InspectOptions } from '../../src/gem/contents.js';
import type { GemContents } from '../../src/gem/types.js';
import type { GemInput, TarEntryInput } from '../helpers/gems.js';
import {
  buildGem,
  modernOrder,
  oldOrder,
  opened,
  specificationYaml,
  tarArchive,
  tinyElf,
} from '../helpers/gems.js';
import { startRuby } from '../helpers/ruby.js';
import { inBoundedTime } from '../helpers/bounded-time.js';

const elf = tinyElf();
const probe: TarEntryInput = { name: 'exe/probe', data: elf };

function inspect(bytes: Uint8Array, options: InspectOptions = {}, chunkSize?: number): Promise<GemContents> {
  return inspectGem(opened(bytes, chunkSize), { gem: 'probe.gem', ...options });
}

function inspectFiles(files: readonly TarEntryInput[], options: InspectOptions = {}): Promise<GemContents> {
  return inspect(buildGem({ files }), options);
}

const paths = ({ binaries }: GemContents): readonly string[] => binaries.map(({ path }) => path);

describe('layouts', () => {
  it.each<[string, GemInput]>([
    ['of today', { order: modernOrder }],
    ['of today, signed', { order: modernOrder, signed: true }],
    ['of 2010', { order: oldOrder }],
    ['of 2010, signed', { order: oldOrder, signed: true }],
    ['without checksums', { order: ['metadata.gz', 'data.tar.gz'] }],
    ['with the checksums first', { order: ['checksums.yaml.gz', 'data.tar.gz', 'metadata.gz'] }],
  ])('reads a gem %s', async (_, input) => {
    const bytes = buildGem({ ...input, files: [probe] });
    const contents = await inspect(bytes);
    expect(paths(contents)).toEqual(['exe/probe']);
    expect(contents).toMatchObject({
      sha256: createHash('sha256').update(bytes).digest('hex'),
      size: bytes.length,
      metadata: { name: 'probe', version: '1.2.3', platform: 'x86_64-linux' },
      unreadable: [],
    });
    expect(await readGemMetadata(opened(bytes))).toEqual(contents.metadata);
  });

  it.each([1, 7, 321, 511, 513])('reads chunks of %i bytes', async (chunkSize) => {
    const bytes = buildGem({ files: [probe, { name: 'bin/probe.gz', data: gzipSync(elf) }] });
    expect(await inspect(bytes, {}, chunkSize)).toEqual(await inspect(bytes));
  });

  it('stops reading once it has the metadata', async () => {
    const bytes = buildGem({
      files: [{ name: 'x', data: Buffer.from(Array.from({ length: 400_000 }, Math.random).join()) }],
    });
    let given = 0;
    const open = async () =>
      (await opened(bytes, 4096)()).on('data', (chunk: Buffer) => (given += chunk.length));
    await readGemMetadata(open);
    expect(given).toBeLessThan(300_000);
  });

  it('reads what the upstream packer packs', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'gemcompat-'));
    try {
      await writeFile(join(folder, 'probe'), elf);
      const ruby = await startRuby('3.4', { mounts: { '/pack': folder } });
      const packed = ruby.evalJson<string>(`
        require "rubygems/package"
        require "stringio"
        Dir.chdir("/pack")
        begin
          spec = Gem::Specification.new do |s|
            s.name = "upstream"; s.version = "2.0.0.rc1"; s.summary = "s"; s.authors = ["a"]
            s.platform = "x86_64-linux-gnu"; s.files = ["probe"]; s.required_ruby_version = ">= 3.1", "< 3.5.dev"
            s.required_rubygems_version = ">= 3.3.22"; s.add_dependency "rake", "~> 13.0", ">= 13.0.1"
            s.add_development_dependency "minitest"
          end
          io = StringIO.new("".b)
          def io.path = "/pack/upstream.gem"
          package = Gem::Package.new(Gem::Package::IOSource.new(io))
          package.spec = spec
          package.instance_variable_set(:@build_time, Time.at(0))
          package.setup_signer
          io.binmode
          Gem::Package::TarWriter.new(io) do |tar|
            package.add_metadata tar
            package.add_contents tar
            package.add_checksums tar
          end
          [io.string].pack("m0")
        end`);
      const contents = await inspect(Buffer.from(packed, 'base64'));
      expect(paths(contents)).toEqual(['probe']);
      expect(contents.metadata).toEqual({
        name: 'upstream',
        version: '2.0.0.rc1',
        platform: 'x86_64-linux-gnu',
        requiredRuby: ['>= 3.1', '< 3.5.dev'],
        requiredRubygems: ['>= 3.3.22'],
        dependencies: [{ name: 'rake', requirement: ['~> 13.0', '>= 13.0.1'] }],
        extensions: [],
        executables: [],
      });
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('reads every gem of the fixtures', async () => {
    const folder = new URL('../../fixtures/mirror/gems/', import.meta.url);
    const names = (await readdir(folder)).filter((name) => name.endsWith('.gem'));
    expect(names.length).toBeGreaterThan(50);
    let binaries = 0;
    for (const name of names) {
      const contents = await inspect(await readFile(new URL(name, folder)));
      expect(contents.unreadable).toEqual([]);
      expect(contents.nestedArchives).toEqual([]);
      binaries += contents.binaries.length;
    }
    expect(binaries).toBeGreaterThan(50);
  });
});

describe('files', () => {
  it('finds ELF by magic at any depth, gzip-compressed and in several members too', async () => {
    const contents = await inspectFiles([
      { name: 'a/b/c/no-name', data: elf },
      { name: 'bin/one.gz', data: gzipSync(elf) },
      { name: 'bin/two', data: Buffer.concat([gzipSync(elf.subarray(0, 2)), gzipSync(elf.subarray(2))]) },
      { name: 'bin/text.gz', data: gzipSync('#!/bin/sh') },
      { name: 'lib/libx.a', data: '!<arch>\nwhatever' },
      { name: 'lib/thin.a', data: '!<thin>\nwhatever' },
      { name: 'empty', data: '' },
      { name: 'tiny', data: '\x7fE' },
      { name: 'script.so', data: 'INPUT(libx.so.1)' },
    ]);
    expect(contents.binaries.map(({ path, gzipped }) => [path, gzipped])).toEqual([
      ['a/b/c/no-name', false],
      ['bin/one.gz', true],
      ['bin/two', true],
    ]);
    expect(contents.staticArchives).toEqual(['lib/libx.a', 'lib/thin.a']);
    expect(contents.nestedArchives).toEqual([]);
    expect(contents.unreadable).toEqual([]);
  });

  const inTar = tarArchive([probe]);
  // Written by Info-ZIP, XZ Utils, bzip2, zstd and lz4: a file that says hello.
  const packed = {
    zip: 'UEsDBBQAAAAAAAAAIQAgMDo2BgAAAAYAAAABAAAAZmhlbGxvClBLAQIUAxQAAAAAAAAAIQAgMDo2BgAAAAYAAAABAAAAAAAAAAAAAACAAQAAAABmUEsFBgAAAAABAAEALwAAACUAAAAAAA==',
    'empty.zip': 'UEsFBgAAAAAAAAAAAAAAAAAAAAAAAA==',
    xz: '/Td6WFoAAATm1rRGAgAhARYAAAB0L+WjAQAFaGVsbG8KAAAApWCX8ZT2/eAAAR4GwS+kHR+2830BAAAAAARZWg==',
    bz2: 'QlpoOTFBWSZTWcHAgOIAAAFBAAAQAkSgADDNAMNGKZcXckU4UJDBwIDi',
    'empty.bz2': 'QlpoORdyRThQkAAAAAA=',
    zst: 'KLUv/SQGMQAAaGVsbG8KU4i9kQ==',
    lz4: 'BCJNGGRApwYAAIBoZWxsbwoAAAAA+VtrlA==',
  };
  const debian = Buffer.from('!<arch>\ndebian-binary   1795297673  0     0     100644  4         `\n2.0\n');
  const script = Buffer.from(`#!/bin/sh\n${'# a long text\n'.repeat(9000)}exit 0\n`);
  const archives: readonly (readonly [string, Uint8Array])[] = [
    ...Object.entries(packed).map(([name, text]) => [name, Buffer.from(text, 'base64')] as const),
    ['tar', inTar],
    ['gnu.tar', tarArchive([{ ...probe, magic: 'ustar  \0' }])],
    ['v7.tar', tarArchive([{ ...probe, magic: '' }])],
    ['7z', Buffer.from('377abcaf271c0004', 'hex')],
    ['zstd skippable', Buffer.from('502a4d1800000000', 'hex')],
    ['lz', Buffer.from('LZIP\x01\x0c')],
    ['rar', Buffer.from('Rar!\x1a\x07\x01\0')],
    ['newc.cpio', Buffer.from(`070701${'0123aBcD'.repeat(13)}f\0`)],
    ['odc.cpio', Buffer.from(`070707${'01234567'.repeat(9)}`)],
    ['deb', debian],
    ['rpm', Buffer.from('edabeedb0300', 'hex')],
    ['squashfs', Buffer.concat([Buffer.from('hsqs'), Buffer.alloc(24, 1), Buffer.from('04000000', 'hex')])],
    ['tar.gz', gzipSync(inTar)],
    ['stored.tar.gz', gzipSync(inTar, { level: 0 })],
    ['v7.tar.gz', gzipSync(tarArchive([{ ...probe, magic: '' }]))],
    ['elf.gz.gz', gzipSync(gzipSync(elf))],
    ['zip.gz', gzipSync(Buffer.from(packed.zip, 'base64'))],
    ['deb.gz', gzipSync(debian)],
    ['a.gz', gzipSync('!<arch>\nwhatever')],
    [
      'tar.gz in three members',
      Buffer.concat([gzipSync(''), gzipSync(inTar.subarray(0, 99)), gzipSync(inTar.subarray(99))]),
    ],
    ['self-extracting', Buffer.concat([script, gzipSync(inTar)])],
    ['zipapp', Buffer.concat([Buffer.from('#!/usr/bin/env python3\n'), Buffer.from(packed.zip, 'base64')])],
    ['script with ELF', Buffer.concat([script, elf])],
  ];

  it.each([1, 300, 64 * 1024])(
    'names the archives that it does not look into, in chunks of %i bytes',
    async (size) => {
      const files = archives.map(([name, data]) => ({ name, data }));
      const contents = await inspect(buildGem({ files }), {}, size);
      expect(contents.nestedArchives).toEqual(files.map(({ name }) => name));
      expect(contents).toMatchObject({ binaries: [], unreadable: [], staticArchives: [] });
    },
  );

  it.each<[string, Uint8Array | string]>([
    ['a script', script],
    [
      'a script that names magic numbers',
      '#!/usr/bin/env ruby\nputs "ustar", "PK\\x03\\x04", "BZh9", "!<arch>"\n',
    ],
    ['a text in gzip', gzipSync('hello '.repeat(999))],
    ['a short text in gzip', gzipSync('hello')],
    ['a text in gzip that deflate cannot pack', gzipSync(script.subarray(0, 2000), { level: 0 })],
    ['a text in two members of gzip', Buffer.concat([gzipSync('hel'), gzipSync('lo'.repeat(2000))])],
    ['nothing in gzip', gzipSync('')],
    ['a text that begins as bzip2', `BZh9 ${'and so on '.repeat(99)}`],
    ['a text that begins as zip', `PK ${'and so on '.repeat(99)}`],
    ['a text that begins as cpio', `070701 ${'and so on '.repeat(99)}`],
    ['a text with ustar in its place', `${' '.repeat(257)}ustar archives ${'and so on '.repeat(99)}`],
    ['zeroes', Buffer.alloc(4096)],
    [
      'an image',
      Buffer.concat([Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'), Buffer.alloc(999, 7)]),
    ],
    ['the magic of zip further on', Buffer.concat([Buffer.alloc(8), Buffer.from(packed.zip, 'base64')])],
  ])('does not take %s for an archive', async (_, data) => {
    const contents = await inspectFiles([{ name: 'x', data }]);
    expect(contents).toMatchObject({ nestedArchives: [], binaries: [], unreadable: [], staticArchives: [] });
  });

  it('looks into gzip no further than it needs to tell an archive', async () => {
    const bomb = gzipSync(Buffer.concat([inTar, Buffer.alloc(2e8)]));
    const { nestedArchives } = await inspectFiles([{ name: 'x.tar.gz', data: bomb }], {
      limits: { inflatedBytes: 4e6 },
    });
    expect(nestedArchives).toEqual(['x.tar.gz']);
  });

  it('passes over object files', async () => {
    const object = Buffer.from(elf);
    object.writeUInt16LE(1, 16);
    expect(paths(await inspectFiles([{ name: 'x.o', data: object }]))).toEqual([]);
  });

  it('reports what cannot be read', async () => {
    const flipped = Buffer.from(gzipSync(elf));
    flipped.writeUInt32LE(0, flipped.length - 8);
    const { binaries, unreadable } = await inspectFiles([
      { name: 'cut.so', data: elf.subarray(0, 70) },
      { name: 'cut.gz', data: gzipSync(elf).subarray(0, 60) },
      { name: 'crc.gz', data: flipped },
      { name: 'bad.gz', data: Buffer.from('1f8b0800010203040506070809', 'hex') },
      { name: 'pax', type: 'x', data: '22 GNU.sparse.major=1\n' },
      { name: 'sparse', data: elf },
      { name: 'old-sparse', type: 'S', data: elf },
    ]);
    expect(binaries).toEqual([]);
    expect(unreadable.map(({ path, code }) => [path, code])).toEqual([
      ['cut.so', 'ELF_TRUNCATED'],
      ['cut.gz', 'GEM_TRUNCATED'],
      ['crc.gz', 'GEM_GZIP_CORRUPT'],
      ['bad.gz', 'GEM_GZIP_CORRUPT'],
      ['sparse', 'GEM_TAR_ENTRY_KIND'],
      ['old-sparse', 'GEM_TAR_ENTRY_KIND'],
    ]);
  });

  it('records the links that RubyGems makes: last, in their order, and where the target is there', async () => {
    const lib = { ...probe, name: 'lib/libx.so.1.2' };
    const { links } = await inspectFiles([
      // Its target is a link that comes behind it.
      { name: 'lib/libx.so', type: '2', linkname: 'libx.so.1' },
      { name: 'lib/libx.so.1', type: '2', linkname: 'libx.so.1.2' },
      { name: 'lib/liby.so', type: '2', linkname: 'libx.so.1' },
      // As RubyGems 2.6.5 to 3.2.15 packed them.
      { name: 'lib/libz.so', type: '2', linkname: 'lib/libx.so.1.2' },
      { name: 'current', type: '2', linkname: 'lib' },
      { name: 'through', type: '2', linkname: 'current/libx.so.1' },
      { name: 'missing', type: '2', linkname: 'nothing' },
      { name: 'exe/probe', type: '1', linkname: 'lib/libx.so.1.2' },
      { name: '__proto__', type: '2', linkname: 'lib' },
      lib,
    ]);
    expect(Object.entries(links)).toEqual([
      ['lib/libx.so.1', 'libx.so.1.2'],
      ['lib/liby.so', 'libx.so.1'],
      ['current', 'lib'],
      ['through', 'current/libx.so.1'],
      ['__proto__', 'lib'],
    ]);
  });

  it.each(['../outside', '/usr/lib/libx.so', '.'])(
    'refuses a gem with a link to %s, as RubyGems does',
    async (linkname) => {
      await expect(inspectFiles([probe, { name: 'link', type: '2', linkname }])).rejects.toMatchObject({
        code: 'GEM_PATH_ESCAPES',
      });
    },
  );

  it('judges both of two entries with one path', async () => {
    expect(paths(await inspectFiles([probe, probe]))).toEqual(['exe/probe', 'exe/probe']);
  });

  it.each<[string, readonly TarEntryInput[], string]>([
    [
      'GNU long names',
      [
        { name: 'L', type: 'L', data: `${'n/'.repeat(120)}z\0` },
        { name: 'x', data: elf },
      ],
      `${'n/'.repeat(120)}z`,
    ],
    [
      'PAX paths',
      [
        { name: 'p', type: 'x', data: '18 path=long/name\n' },
        { name: 'x', data: elf },
      ],
      'long/name',
    ],
    ["ustar's prefix", [{ ...probe, prefix: 'a/b' }], 'a/b/exe/probe'],
    ['v7 headers', [{ ...probe, magic: '' }], 'exe/probe'],
  ])('reads %s', async (_, files, path) => {
    expect(paths(await inspectFiles(files))).toEqual([path]);
  });

  it('takes a second pass for tables in the middle of a large file', async () => {
    const bytes = fileWithFarStrings();
    let passes = 0;
    const open = opened(
      buildGem({
        files: [
          { name: 'x', data: 'x' },
          { name: 'far.so', data: bytes },
        ],
      }),
    );
    const contents = await inspectGem(() => (passes++, open()));
    expect(passes).toBe(2);
    expect(contents.unreadable).toEqual([]);
    expect(contents.binaries[0]?.elf.needed).toEqual(['libfar.so.1']);
  });

  it('reads 100,000 entries in bounded time', async () => {
    const files = Array.from({ length: 100_000 }, (_, at) => ({
      name: `f/${at}`,
      data: at === 77_777 ? elf : 'x',
    }));
    const gem = buildGem({ files });
    expect(paths(await inBoundedTime(() => inspect(gem)))).toEqual(['f/77777']);
  });
});

/** A shared object whose one segment is 48 MiB of data, with the string table in its middle. */
function fileWithFarStrings(): Buffer {
  const size = 48 << 20;
  const strings = 32 << 20;
  const dynamic = 176;
  const out = Buffer.alloc(size);
  tinyElf().copy(out, 0, 0, 64);
  out.writeUInt16LE(3, 16);
  out.writeUInt16LE(2, 56);
  const header = (at: number, type: number, offset: number, length: number): void => {
    out.writeUInt32LE(type, at);
    out.writeUInt32LE(6, at + 4);
    for (const field of [8, 16, 24]) out.writeBigUInt64LE(BigInt(offset), at + field);
    for (const field of [32, 40]) out.writeBigUInt64LE(BigInt(length), at + field);
    out.writeBigUInt64LE(8n, at + 48);
  };
  const entries = [
    [1, 1],
    [5, strings],
    [10, 13],
    [0, 0],
  ] as const;
  header(64, 1, 0, size);
  header(120, 2, dynamic, entries.length * 16);
  entries.forEach(([tag, value], at) => {
    out.writeBigInt64LE(BigInt(tag), dynamic + 16 * at);
    out.writeBigUInt64LE(BigInt(value), dynamic + 16 * at + 8);
  });
  out.write('\0libfar.so.1\0', strings);
  return out;
}

describe('errors', () => {
  const good = buildGem({ files: [probe] });
  it.each<[string, Uint8Array, string]>([
    ['an empty file', Buffer.alloc(0), 'GEM_EMPTY'],
    ['a gem of 2006 without its end', Buffer.from('MD5SUM = "0123"\n'.repeat(99)), 'GEM_TRUNCATED'],
    ['a page of a proxy', Buffer.from('<html>Sign in</html>'.repeat(99)), 'GEM_NOT_TAR'],
    ['zeroes', Buffer.alloc(10_240), 'GEM_NOT_TAR'],
    ['a few bytes', Buffer.from('abc'), 'GEM_TRUNCATED'],
    ['garbage at the end', Buffer.concat([good, Buffer.alloc(512, 'garbage')]), 'GEM_TAR_INVALID'],
    ['no end mark', good.subarray(0, good.length - 1024), 'GEM_TRUNCATED'],
    ['no metadata', buildGem({ order: ['data.tar.gz'] }), 'GEM_MEMBER_MISSING'],
    ['no data', buildGem({ order: ['metadata.gz'] }), 'GEM_MEMBER_MISSING'],
    [
      'two data.tar.gz',
      buildGem({ order: ['metadata.gz', 'data.tar.gz', 'data.tar.gz'] }),
      'GEM_MEMBER_DUPLICATE',
    ],
    ['a wrong digest', buildGem({ digests: { SHA512: { 'data.tar.gz': '00' } } }), 'GEM_CHECKSUM_MISMATCH'],
    ['data that is not compressed', buildGem({ data: tarArchive([probe]) }), 'GEM_GZIP_CORRUPT'],
    ['data that is no tar', buildGem({ data: gzipSync('hello'.repeat(999)) }), 'GEM_TAR_INVALID'],
    ['data cut short', buildGem({ data: gzipSync(tarArchive([probe])).subarray(0, 100) }), 'GEM_TRUNCATED'],
    [
      'a tar cut within an entry',
      buildGem({ data: gzipSync(tarArchive([probe]).subarray(0, 600)) }),
      'GEM_TRUNCATED',
    ],
    ['an entry above the gem', buildGem({ files: [{ ...probe, name: '../../bin/x' }] }), 'GEM_PATH_ESCAPES'],
    ['an absolute entry', buildGem({ files: [{ ...probe, name: '/bin/x' }] }), 'GEM_PATH_ESCAPES'],
    [
      'a hard link out of it',
      buildGem({ files: [{ name: 'x', type: '1', linkname: '../x' }] }),
      'GEM_PATH_ESCAPES',
    ],
    ['a size too large', buildGem({ files: [{ ...probe, claimedSize: 1e9 }] }), 'GEM_TRUNCATED'],
    [
      'a size too small',
      buildGem({ files: [{ name: 'x', data: Buffer.alloc(2000, 1), claimedSize: 9 }] }),
      'GEM_TAR_INVALID',
    ],
    ['a negative size', buildGem({ files: [{ ...probe, claimedSize: '-0000000001\0' }] }), 'GEM_TAR_INVALID'],
    [
      'a size past all counting',
      buildGem({ files: [{ ...probe, claimedSize: '\x80' + '\xff'.repeat(11) }] }),
      'GEM_TAR_INVALID',
    ],
    [
      'a size in a PAX record',
      buildGem({ files: [{ name: 'p', type: 'x', data: '9 size=9\n' }, probe] }),
      'GEM_TAR_INVALID',
    ],
    ['a wrong header checksum', buildGem({ files: [{ ...probe, claimedChecksum: 1 }] }), 'GEM_TAR_INVALID'],
    [
      'a PAX header of 8 MB',
      buildGem({ files: [{ name: 'p', type: 'x', data: Buffer.alloc(8e6, 'a') }] }),
      'GEM_TAR_INVALID',
    ],
    ['a bomb', buildGem({ data: gzipSync(Buffer.alloc(2e8)) }), 'GEM_LIMIT'],
    [
      'a bomb in a file',
      buildGem({ files: [{ name: 'x.gz', data: gzipSync(Buffer.concat([elf, Buffer.alloc(2e8)])) }] }),
      'GEM_LIMIT',
    ],
    ['a bomb for metadata', buildGem({ metadata: ' '.repeat(2e7) }), 'GEM_LIMIT'],
  ])('refuses %s', async (_, bytes, code) => {
    const inspected = inBoundedTime(() => inspect(bytes));
    await expect(inspected).rejects.toMatchObject({ name: 'GemArchiveError', code, gem: 'probe.gem' });
  });

  it('keeps to the limits that it is given', async () => {
    await expect(inspect(good, { limits: { entries: 0 } })).rejects.toMatchObject({ code: 'GEM_LIMIT' });
    await expect(inspect(good, { limits: { inflatedBytes: 100 } })).rejects.toMatchObject({
      code: 'GEM_LIMIT',
    });
  });

  it('notices that the gem is another on the second pass', async () => {
    const far = fileWithFarStrings();
    const gems = [buildGem({ files: [{ name: 'a.so', data: far }] }), good];
    const open = () => opened(gems.shift() ?? good)();
    await expect(inspectGem(open)).rejects.toMatchObject({ code: 'GEM_CHANGED' });
  });

  it('stops when it is told to', async () => {
    await expect(inspect(good, { signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough');
  });

  it('passes on what the source throws', async () => {
    function* broken(): Generator<Buffer> {
      yield good.subarray(0, 1000);
      throw new Error('connection reset');
    }
    const open = () => Promise.resolve(Readable.from(broken(), { objectMode: false }));
    await expect(inspectGem(open)).rejects.toThrow('connection reset');
  });
});

describe('damage', () => {
  const original = buildGem({ files: [probe, { name: 'bin/p.gz', data: gzipSync(elf) }], signed: true });

  /** Whatever was done to it, a gem that reads without an error has all that it had. */
  async function holdsAllOrFails(bytes: Uint8Array): Promise<void> {
    try {
      expect(paths(await inspect(bytes))).toEqual(['exe/probe', 'bin/p.gz']);
    } catch (error) {
      expect(error).toBeInstanceOf(GemArchiveError);
    }
  }

  it('is noticed wherever the file is cut', async () => {
    const small = buildGem({ files: [probe], order: oldOrder, metadata: 'name: a\nversion: 1\n' });
    expect(paths(await inspect(small))).toEqual(['exe/probe']);
    for (let length = 0; length < small.length; length++) {
      // One of the two blocks of the end mark is mark enough.
      if (length === small.length - 512) continue;
      await expect(inspect(small.subarray(0, length))).rejects.toBeInstanceOf(GemArchiveError);
    }
  });

  it('is noticed or harmless wherever bytes are flipped', async () => {
    const flip = fc.tuple(fc.nat(original.length - 1), fc.integer({ min: 1, max: 255 }));
    await fc.assert(
      fc.asyncProperty(fc.array(flip, { minLength: 1, maxLength: 4 }), async (flips) => {
        const bytes = Buffer.from(original);
        for (const [at, mask] of flips) bytes[at] = (bytes[at] ?? 0) ^ mask;
        await holdsAllOrFails(bytes);
      }),
      { numRuns: 500, seed: 41 },
    );
  });

  it('of the tar inside lets only our error escape', async () => {
    const tar = tarArchive([
      probe,
      { name: 'bin/p.gz', data: gzipSync(elf) },
      { name: 'l', type: '2', linkname: 'x' },
    ]);
    const flip = fc.tuple(fc.nat(tar.length - 1), fc.nat(255));
    await fc.assert(
      fc.asyncProperty(
        fc.array(flip, { minLength: 1, maxLength: 3 }),
        fc.nat(tar.length),
        async (flips, length) => {
          const bytes = Buffer.from(tar.subarray(0, length));
          for (const [at, value] of flips) if (at < bytes.length) bytes[at] = value;
          const gem = buildGem({ data: gzipSync(bytes), metadata: specificationYaml() });
          await inspect(gem).catch((error: unknown) => {
            expect(error).toBeInstanceOf(GemArchiveError);
          });
        },
      ),
      { numRuns: 400, seed: 42 },
    );
  });
});
