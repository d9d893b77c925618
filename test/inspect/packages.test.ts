import { describe, expect, it } from 'vitest';
import { fixture, inspectBytes, pathsOf } from './trees.js';

/** What rpmbuild, dpkg-deb, tar and zip packed: fixtures/inspect/build.sh. */
const PROBE = expect.objectContaining({ libc: 'gnu', glibc: '2.34' }) as unknown;

describe('packages and archives that the real tools made', () => {
  it.each([
    ['probe-gzip.rpm', 'rpm'],
    ['probe-xz.rpm', 'rpm'],
    ['probe-zstd.rpm', 'rpm'],
    ['probe-none.rpm', 'rpm'],
    ['probe-v6-gzip.rpm', 'rpm'],
    ['probe-v6-xz.rpm', 'rpm'],
    ['probe-v6-zstd.rpm', 'rpm'],
    ['probe-v6-none.rpm', 'rpm'],
    ['probe-gzip.deb', 'deb'],
    ['probe-xz.deb', 'deb'],
    ['probe-zstd.deb', 'deb'],
    ['probe-none.deb', 'deb'],
    ['probe.tar.gz', 'tar'],
    ['probe.tar.xz', 'tar'],
    ['probe.tar.zst', 'tar'],
    ['probe-zip64.zip', 'zip'],
    ['probe-descriptors.zip', 'zip'],
    ['probe-links.zip', 'zip'],
    ['probe-padded.zip', 'zip'],
  ])('%s', async (name, kind) => {
    const report = await inspectBytes(fixture(name), { target: 'ubuntu-20.04' });
    const [subject] = report.subjects;
    expect(subject?.kind).toBe(kind);
    // Of the two names of one file tar, cpio and dpkg have the bytes once, a zip has them twice: it is a file under each.
    const linked = ['probe-zip64.zip', 'probe-descriptors.zip'].includes(name)
      ? ['usr/lib64/libanswer.so.1']
      : [];
    expect(new Set(pathsOf(report))).toEqual(
      new Set(['usr/bin/probe', 'usr/bin/probe-also', ...linked, 'usr/lib64/libanswer.so.1.0']),
    );
    expect(subject?.needs).toEqual([expect.objectContaining({ arch: 'x86_64', requires: PROBE })]);
    expect(report.unreadable).toEqual([]);
    const [group] = subject?.groups ?? [];
    expect(group?.verdict).toBe('incompatible');
    const findings = group?.results?.[0]?.findings ?? [];
    // libanswer.so.1 lies inside, by $ORIGIN and through a link.
    expect(findings.map(({ kind: found }) => found)).not.toContain('unchecked-library');
    for (const file of ['usr/bin/probe', 'usr/bin/probe-also']) {
      expect(findings).toContainEqual(
        expect.objectContaining({ kind: 'symbol-version', file, symbolVersion: 'GLIBC_2.34' }),
      );
    }
  });

  it('a name in a zip from Unix is the bytes that it is', async () => {
    expect(pathsOf(await inspectBytes(fixture('probe-unix-names.zip')))).toEqual(['é.so']);
  });

  it.each([
    ['probe-bzip2.rpm', /payload is compressed with bzip2/],
    ['probe-lzma.rpm', /payload is compressed with lzma/],
  ])('%s is refused with a reason', async (name, reason) => {
    await expect(inspectBytes(fixture(name))).rejects.toMatchObject({
      code: 'ARCHIVE_UNSUPPORTED',
      message: expect.stringMatching(reason) as unknown,
    });
  });

  it('each encrypted file of a zip that could be ELF is a finding, and nothing is compatible', async () => {
    const report = await inspectBytes(fixture('probe-encrypted.zip'), { target: 'debian-12' });
    expect(report.unreadable.map(({ code }) => code)).toEqual(Array(4).fill('ARCHIVE_ENCRYPTED'));
    expect(report.summary).toMatchObject({ compatible: 0, unknown: 1 });
  });

  it.each([
    'probe-gzip.rpm',
    'probe-xz.rpm',
    'probe-none.rpm',
    'probe-v6-zstd.rpm',
    'probe-v6-none.rpm',
    'probe-xz.deb',
    'probe-none.deb',
    'probe.tar.gz',
    'probe.tar.xz',
    'probe.tar.zst',
    'probe-descriptors.zip',
  ])('%s, cut anywhere, is never taken for whole', async (name) => {
    const whole = fixture(name);
    const cuts = Array.from({ length: 24 }, (_, index) => Math.floor((whole.length * (index + 0.5)) / 24));
    for (const cut of cuts) {
      const told = await inspectBytes(whole.subarray(0, cut), { target: 'debian-12' }).then(
        ({ unreadable, summary }) =>
          unreadable.length > 0 && summary.compatible === 0 ? 'finding' : 'whole',
        (error: unknown) => (error as { code: string }).code,
      );
      // The zeroes that GNU tar fills its last record with are no loss.
      const padding = name === 'probe-none.deb' && cut > whole.length - 10240;
      if (!padding) expect(told, `cut at ${cut}`).not.toBe('whole');
    }
  });
});
