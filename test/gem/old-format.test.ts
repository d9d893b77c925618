import { Readable } from 'node:stream';
import { deflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { inspectGem, readGemMetadata } from '../../src/gem/contents.js';
import { fixture } from '../elf/fixture.js';
import { inspectBytes, pathsOf } from '../inspect/trees.js';

const SPECIFICATION = `--- !ruby/object:Gem::Specification
rubygems_version: 0.8.11
specification_version: 1
name: antique
version: !ruby/object:Gem::Version
  version: 0.3.1
date: 2005-10-19 00:00:00 -04:00
summary: It has a library.
platform: i686-linux
extensions: []
dependencies: []`;

const elf = Buffer.from(fixture('exe-pie'));

/** As RubyGems 0.8 wrote it (rubygems/old_format.rb reads it so). */
function oldGem(
  files: readonly { readonly path: string; readonly data: Buffer; readonly size?: number }[],
): Buffer {
  const list = files.map(
    ({ path, data, size }) => `- size: ${size ?? data.length}\n  mode: 420\n  path: ${path}`,
  );
  const packed = files.map(({ data }) => deflateSync(data).toString('base64').replace(/.{60}/g, '$&\n'));
  return Buffer.from(
    [
      `MD5SUM = "${'0123456789abcdef'.repeat(2)}"`,
      'if $0 == __FILE__',
      "  require 'optparse'",
      'end',
      '__END__',
      SPECIFICATION,
      '--- ',
      ...list,
      '---',
      packed.join('\n---\n'),
      '',
    ].join('\n'),
  );
}

const FILES = [
  { path: 'lib/antique.rb', data: Buffer.from("require 'antique.so'\n") },
  { path: 'lib/antique.so', data: elf },
];
const open = (bytes: Buffer) => (): Promise<Readable> => Promise.resolve(Readable.from([bytes]));

describe('a gem of RubyGems before 0.9', () => {
  it('is read as RubyGems reads it', async () => {
    const gem = oldGem(FILES);
    const { metadata, binaries, size } = await inspectGem(open(gem));
    expect(metadata).toMatchObject({ name: 'antique', version: '0.3.1', platform: 'i686-linux' });
    expect(binaries.map(({ path }) => path)).toEqual(['lib/antique.so']);
    expect(size).toBe(gem.length);
    expect(await readGemMetadata(open(gem))).toEqual(metadata);
  });

  it('is known by its beginning', async () => {
    const report = await inspectBytes(oldGem(FILES), { target: 'debian-12' });
    expect(report.subjects[0]?.kind).toBe('gem');
    expect(pathsOf(report)).toEqual(['lib/antique.so']);
  });

  it('cut anywhere is never taken for whole', async () => {
    const gem = oldGem(FILES);
    for (let part = 1; part < 20; part += 1) {
      const cut = gem.subarray(0, Math.floor((gem.length * part) / 20));
      await expect(inspectGem(open(cut))).rejects.toMatchObject({
        code: expect.stringMatching(/^GEM_/) as string,
      });
    }
  });

  it.each([
    ['another size than its list says', oldGem([{ path: 'x', data: elf, size: 1 }]), 'GEM_GZIP_CORRUPT'],
    ['a path that leads out of it', oldGem([{ path: '../x', data: elf }]), 'GEM_PATH_ESCAPES'],
  ])('with %s is refused', async (_what, gem, code) => {
    await expect(inspectGem(open(gem))).rejects.toMatchObject({ code });
  });
});
