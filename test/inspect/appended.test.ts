import { describe, expect, it } from 'vitest';
import { inspectExitCode } from '../../src/inspect/report.js';
import { buildGem } from '../helpers/gems.js';
import { directory, elf, fixture, inspectBytes, pathsOf, zipArchive } from './trees.js';
import { inspect } from '../../src/api/inspect.js';

const FILES = ['usr/bin/probe', 'usr/bin/probe-also', 'usr/lib64/libanswer.so.1.0'];

/** What cat, zip -A and objcopy put behind a program: fixtures/inspect/build.sh. */
describe('an archive behind a program', () => {
  it.each([
    ['probe-sfx', 'zip'],
    ['probe-sfx-adjusted', 'zip'],
    ['probe-sfx-tar', 'tar'],
  ])('%s is read, and the program judged too', async (name, kind) => {
    const report = await inspectBytes(fixture(name), { target: 'ubuntu-20.04' });
    expect(report.subjects[0]?.kind).toBe(kind);
    expect(pathsOf(report)).toEqual(['subject', ...FILES.map((path) => `subject!/${path}`)]);
    // The program alone needs nothing of it.
    expect(inspectExitCode(report)).toBe(1);
    expect(report.subjects[0]?.groups[0]?.results?.[0]?.findings).toContainEqual(
      expect.objectContaining({ kind: 'symbol-version', file: 'subject!/usr/bin/probe' }),
    );
  });

  it('is read in a directory as well, beside what else lies there', async () => {
    const root = directory({ 'bin/sfx': fixture('probe-sfx-adjusted'), 'lib.so': elf('exe-musl-static') });
    const report = await inspect({ paths: ['.'], cwd: root, env: { HOME: root }, target: 'ubuntu-20.04' });
    expect(pathsOf(report)).toEqual(['bin/sfx', ...FILES.map((path) => `bin/sfx!/${path}`), 'lib.so']);
    expect(report.summary).toMatchObject({ incompatible: 1, unreadable: 0 });
  });

  it.each([
    ['in another archive', () => zipArchive([{ name: 'sfx', data: fixture('probe-sfx') }]), 'sfx'],
    ['in a gem', () => buildGem({ files: [{ name: 'sfx', data: fixture('probe-sfx') }] }), 'sfx'],
    ['of PyInstaller', () => fixture('probe-pyinstaller'), 'subject'],
    [
      'of a format that is not read',
      () => Buffer.concat([stub(), Buffer.from('377abcaf271c', 'hex'), Buffer.alloc(40, 1)]),
      'subject',
    ],
  ])('leaves the verdict open where it is not read: %s', async (_where, bytes, file) => {
    const report = await inspectBytes(bytes(), { target: 'debian-13' });
    expect(inspectExitCode(report)).toBe(3);
    expect(pathsOf(report)).toEqual([file]);
    expect(report.unreadable).toEqual([expect.objectContaining({ file, code: 'ELF_PACKED' })]);
  });

  it('that is damaged leaves it open, and is never passed over', async () => {
    const whole = fixture('probe-sfx');
    const damaged = Buffer.from(whole);
    damaged.fill(0xff, whole.length - 200, whole.length - 100);
    const report = await inspectBytes(damaged, { target: 'debian-13' });
    expect(inspectExitCode(report)).toBe(3);
  });

  it.each([1, 21, 4096])('is not seen in %i bytes of anything else', async (length) => {
    const report = await inspectBytes(Buffer.concat([stub(), Buffer.alloc(length, 'signature')]), {
      target: 'debian-13',
    });
    expect(inspectExitCode(report)).toBe(0);
    expect(report.subjects[0]?.kind).toBe('elf');
  });
});

/** The program alone. */
function stub(): Buffer {
  const whole = fixture('probe-sfx-tar');
  return whole.subarray(0, whole.length - fixture('probe.tar.gz').length);
}
