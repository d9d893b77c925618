import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { buildGem, tarArchive } from '../helpers/gems.js';
import { inspect } from '../../src/api/inspect.js';
import { inspectExitCode } from '../../src/inspect/report.js';
import { directory, elf, fixture, inspectBytes, packed, pathsOf, zipArchive } from './trees.js';

describe('a jar in a directory', () => {
  const class_ = { name: 'META-INF/MANIFEST.MF', data: Buffer.from('Manifest-Version: 1.0\n') };
  /** e_ident[EI_OSABI], by which a file is for FreeBSD. */
  const forFreeBsd = (): Buffer => {
    const bytes = elf('exe-musl-static');
    bytes.writeUInt8(9, 7);
    return bytes;
  };

  it('is opened: what Java unpacks of it is loaded too', async () => {
    const jar = zipArchive([
      class_,
      { name: 'com/sun/jna/linux-x86-64/libjnidispatch.so', data: packed('usr/bin/probe-also') },
      { name: 'com/sun/jna/freebsd-x86-64/libjnidispatch.so', data: forFreeBsd() },
    ]);
    const cwd = directory({
      'lib/jna.jar': jar,
      'app.war': zipArchive([class_, { name: 'WEB-INF/lib/jna.jar', data: jar }]),
    });
    const report = await inspect({ paths: ['.'], cwd, env: {}, target: 'ubuntu-20.04' });
    expect(pathsOf(report)).toHaveLength(4);
    const findings = report.subjects[0]?.groups[0]?.results?.[0]?.findings ?? [];
    expect(new Set(findings.map(({ file }) => file))).toEqual(
      new Set([
        'lib/jna.jar!/com/sun/jna/linux-x86-64/libjnidispatch.so',
        'app.war!/WEB-INF/lib/jna.jar!/com/sun/jna/linux-x86-64/libjnidispatch.so',
      ]),
    );
    expect(report.warnings).toEqual([
      { code: 'OTHER_CPU', message: '.: 2 of its files are for FreeBSD, and not judged' },
    ]);
  });
});

describe('zip', () => {
  it('takes backslashes for slashes, and tells names that lead out', async () => {
    const report = await inspectBytes(
      zipArchive([
        { name: 'bin\\run', data: elf() },
        { name: '../evil', data: elf() },
        { name: '/abs/run', data: elf() },
      ]),
    );
    expect(pathsOf(report)).toEqual(['abs/run', 'bin/run']);
    expect(report.unreadable).toEqual([
      expect.objectContaining({ file: '../evil', code: 'ARCHIVE_PATH_ESCAPES' }),
    ]);
  });

  it('judges both of two entries of one name', async () => {
    const report = await inspectBytes(
      zipArchive([
        { name: 'run', data: elf('exe-static-pie') },
        { name: 'run', data: elf('exe-relr') },
      ]),
      { target: 'ubuntu-20.04' },
    );
    expect(pathsOf(report)).toEqual(['run', 'run']);
    expect(report.summary.incompatible).toBe(1);
  });

  it('holds the CRC-32 against the bytes of an ELF file', async () => {
    const report = await inspectBytes(zipArchive([{ name: 'run', data: elf(), crc: 1 }]), {
      target: 'debian-13',
    });
    expect(report.unreadable).toEqual([expect.objectContaining({ file: 'run', code: 'ARCHIVE_CORRUPT' })]);
    expect(report.summary).toMatchObject({ compatible: 0, unknown: 1 });
  });

  it('tells of entries behind the number that it says to have', async () => {
    const zip = zipArchive([
      { name: 'a.txt', data: Buffer.from('nothing that anything would load\n') },
      { name: 'run', data: elf() },
    ]);
    const end = zip.lastIndexOf('PK\x05\x06');
    zip.writeUInt16LE(1, end + 10);
    const { unreadable } = await inspectBytes(zip);
    expect(unreadable).toEqual([expect.objectContaining({ file: 'subject', code: 'ARCHIVE_CORRUPT' })]);
    zip.writeUInt16LE(0, end + 10);
    await expect(inspectBytes(zip)).rejects.toThrow(/says that it has 0 entries, and there are more/);
  });

  it.each([0, 10, 21, 30, 60])(
    'tells of a file of more than the %i bytes that it says to have',
    async (says) => {
      const zip = zipArchive([
        { name: 'run', data: elf() },
        { name: 'empty', data: Buffer.alloc(0) },
        { name: 'small', data: Buffer.from('small') },
      ]);
      zip.writeUInt32LE(says, zip.indexOf('PK\x01\x02') + 24);
      const { unreadable } = await inspectBytes(zip);
      expect(unreadable).toEqual([expect.objectContaining({ file: 'run', code: 'ARCHIVE_CORRUPT' })]);
    },
  );

  it('tells a compression that is not read', async () => {
    const report = await inspectBytes(zipArchive([{ name: 'run', data: elf(), method: 93 }]));
    expect(report.unreadable).toEqual([
      expect.objectContaining({ file: 'run', code: 'ARCHIVE_UNSUPPORTED' }),
    ]);
  });

  it('stops at a file that inflates without end', async () => {
    const bomb = Buffer.concat([Buffer.from('\x7fELF'), Buffer.alloc(4 << 20)]);
    const report = await inspectBytes(zipArchive([{ name: 'run', data: bomb }]), {
      limits: { ratioFloor: 1 << 20 },
    });
    expect(report.unreadable).toEqual([expect.objectContaining({ file: 'run', code: 'ARCHIVE_LIMIT' })]);
  });

  it('stops at too many entries', async () => {
    const many = Array.from({ length: 50 }, (_, index) => ({
      name: `f${index}`,
      data: elf('exe-static-pie'),
    }));
    const report = await inspectBytes(zipArchive(many), { limits: { entries: 20 } });
    expect(report.unreadable).toEqual([expect.objectContaining({ code: 'ARCHIVE_LIMIT' })]);
  });
});

describe('archives inside archives', () => {
  const inner = tarArchive([{ name: 'lib/x.so', data: elf() }]);
  const gem = buildGem({
    name: 'native',
    version: '1.0',
    platform: 'x86_64-linux',
    files: [{ name: 'lib/native.so', data: elf() }],
  });

  it.each([
    ['a tar', 'inner.bin', inner],
    ['a gzipped tar', 'inner.bin', gzipSync(inner)],
    ['a zip', 'inner.bin', zipArchive([{ name: 'lib/x.so', data: elf() }])],
  ])('opens %s one level deep, by its first bytes', async (_, name, bytes) => {
    for (const outer of [tarArchive([{ name, data: bytes }]), zipArchive([{ name, data: bytes }])]) {
      expect(pathsOf(await inspectBytes(outer))).toEqual(['inner.bin!/lib/x.so']);
    }
  });

  it('opens packages with xz data, and xz data, in a directory and inside of xz data', async () => {
    const root = directory({
      'in.deb': fixture('probe-xz.deb'),
      'in.rpm': fixture('probe-xz.rpm'),
      'in.tar.xz': fixture('probe.tar.xz'),
    });
    const expected = ['in.deb!/usr/bin/probe', 'in.rpm!/usr/bin/probe-also', 'in.tar.xz!/usr/bin/probe-also'];
    const report = await inspect({ paths: ['.'], cwd: root, env: {} });
    expect(pathsOf(report)).toEqual(expect.arrayContaining(expected));
    const outer = await inspectBytes(fixture('nested.tar.xz'));
    expect(pathsOf(outer)).toEqual(expect.arrayContaining(expected));
    expect(outer.unreadable).toEqual([]);
  });

  it('tells what lies deeper', async () => {
    const report = await inspectBytes(
      tarArchive([{ name: 'a.tar', data: tarArchive([{ name: 'b.tar', data: inner }]) }]),
      {
        target: 'debian-12',
      },
    );
    expect(report.subjects[0]?.groups[0]?.findings).toEqual([
      { kind: 'nested-archive', file: 'a.tar!/b.tar' },
    ]);
    expect(report.summary.unknown).toBe(1);
  });

  it('reads a gem inside a zip as that gem', async () => {
    const report = await inspectBytes(
      zipArchive([{ name: 'vendor/cache/native-1.0-x86_64-linux.gem', data: gem }]),
    );
    expect(report.subjects[0]?.groups).toEqual([
      expect.objectContaining({ kind: 'gem', name: 'native', version: '1.0', platform: 'x86_64-linux' }),
    ]);
  });

  it('a broken archive inside is a finding, and the rest is read', async () => {
    const report = await inspectBytes(
      zipArchive([
        { name: 'broken.tar.gz', data: gzipSync(inner).subarray(0, 200) },
        { name: 'run', data: elf() },
      ]),
    );
    expect(pathsOf(report)).toEqual(['run']);
    expect(report.unreadable).toEqual([
      expect.objectContaining({ file: 'broken.tar.gz', code: 'ARCHIVE_TRUNCATED' }),
    ]);
  });
});

describe('a hard link in a tar archive', () => {
  const file = { name: 'x/app', data: elf() };
  const link = (name: string, linkname: string): { name: string; type: string; linkname: string } => ({
    ...{ name, linkname },
    type: '1',
  });

  it.each([
    ['to a file', [file, link('bin/app', 'x/app')]],
    ['to a link', [file, link('bin/app', 'x/app'), link('bin/other', 'bin/app')]],
    ['to itself, as tar stores a file that it is given twice', [file, link('x/app', './x/app')]],
    ['that comes before its file', [link('bin/app', 'x/app'), file]],
    ['to a text', [file, { name: 'text', data: Buffer.from('words') }, link('bin/text', 'text')]],
  ])('%s is read', async (_, entries) => {
    const report = await inspectBytes(tarArchive(entries), { target: 'debian-13' });
    expect(report.unreadable).toEqual([]);
    expect(report.summary).toMatchObject({ incompatible: 0, unknown: 0 });
  });

  it.each([
    ['to what is not there', [file, link('bin/app', 'elsewhere/app')], ['bin/app']],
    ['out of the archive', [file, link('bin/app', '../../x/app')], ['bin/app']],
    ['in a circle', [file, link('a', 'b'), link('b', 'a')], ['a', 'b']],
    ['alone', [link('bin/app', 'x/app')], ['bin/app']],
    [
      'through a link to a directory',
      [file, { name: 'y', type: '2', linkname: 'x' }, link('bin/app', 'y/app')],
      ['bin/app'],
    ],
  ])('%s leaves something unread', async (_, entries, unread) => {
    const report = await inspectBytes(tarArchive(entries), { target: 'debian-13' });
    expect(report.unreadable).toEqual(
      unread.map((name) => expect.objectContaining({ file: name, code: 'ARCHIVE_LINK_DANGLING' }) as unknown),
    );
    expect(report.summary.unknown).toBeGreaterThan(0);
    expect(inspectExitCode(report)).toBe(3);
  });
});
