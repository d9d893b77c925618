import { randomBytes } from 'node:crypto';
import { linkSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { inspectReportSchema } from '../../src/report/inspect-schema.js';
import { ROOT, gemcompat } from '../helpers/cli.js';
import { directory, elf, zipArchive } from '../inspect/trees.js';

const fixtures = join(ROOT, 'fixtures/inspect');

describe('gemcompat inspect', () => {
  it('tells what a package needs and where it runs', async () => {
    const { code, stdout, stderr } = await gemcompat(['inspect', 'probe-xz.deb'], { cwd: fixtures });
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(stdout).toContain('probe-xz.deb: Debian package, 3 ELF files among 4');
    expect(stdout).toContain('x86_64: needs glibc 2.34');
    expect(stdout).toMatch(/runs on rhel-9/);
    expect(stdout).toContain('usr/bin/probe');
  });

  it('gives verdicts with a target, with symbols and trees, and exit code 1', async () => {
    const args = ['inspect', 'probe-descriptors.zip', '--target', 'ubuntu-20.04', '--symbols', '--tree'];
    const { code, stdout } = await gemcompat(args, { cwd: fixtures });
    expect(code).toBe(1);
    expect(stdout).toContain(
      'needs GLIBC_2.34 of libc.so.6 (__libc_start_main, pthread_create, pthread_join); ubuntu-20.04 has GLIBC_2.31',
    );
    expect(stdout).toMatch(/__libc_start_main@GLIBC_2\.34\n\s+starts main\(\)/);
    expect(stdout).toMatch(/libanswer\.so\.1 → usr\/lib64\/libanswer\.so\.1, by runpath/);
    expect(stdout).toMatch(/4 files: 2 fit, 2 do not fit\.\n$/);
  });

  it('writes JSON as its schema says', async () => {
    const args = [
      'inspect',
      'probe.tar.xz',
      'probe-gzip.rpm',
      '-t',
      'ubuntu-20.04',
      '-t',
      'alpine-3.20',
      '-f',
      'json',
      '--symbols',
      '--tree',
    ];
    const { code, stdout } = await gemcompat(args, { cwd: fixtures });
    expect(code).toBe(1);
    const report = inspectReportSchema.parse(JSON.parse(stdout));
    expect(report.subjects.map(({ kind }) => kind)).toEqual(['tar', 'rpm']);
    expect(report.targets?.map(({ name }) => name)).toEqual(['ubuntu-20.04', 'alpine-3.20']);
    expect(report.subjects[0]?.groups[0]?.results?.map(({ findings }) => findings[0]?.kind)).toEqual([
      'symbol-version',
      'wrong-libc',
    ]);
  });

  it('writes to a file', async () => {
    const cwd = directory({ run: elf() });
    const { code, stdout } = await gemcompat(
      ['inspect', 'run', '-t', 'debian-13', '-f', 'json', '-o', 'report.json'],
      { cwd },
    );
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(JSON.parse(readFileSync(join(cwd, 'report.json'), 'utf8'))).toMatchObject({
      summary: { compatible: 1 },
    });
  });

  it.each([
    [['nowhere'], 'there is no file or directory nowhere'],
    [['run', '--arch', 'vax'], '--arch vax is not a CPU'],
    [['run', '--target', 'ubuntu-99'], 'ubuntu-99'],
    [['run', '--ruby', 'x'], 'is not a version of Ruby'],
    [[], 'path'],
  ])('ends with 2 for %j', async (args, words) => {
    const { code, stdout, stderr } = await gemcompat(['inspect', ...args], {
      cwd: directory({ run: elf() }),
    });
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain(words);
  });

  it('reads a large tree in threads as in one: files, hard links, archives', async () => {
    const files: Record<string, Uint8Array | string> = {};
    for (let at = 0; at < 3000; at += 1) files[`d${at % 60}/e${at % 7}/f${at}.txt`] = `text ${at}`;
    for (let at = 0; at < 60; at += 1) files[`d${at}/run`] = elf();
    const large = { name: 'data', data: randomBytes(1 << 20) };
    files['d0/large.zip'] = zipArchive([large, { name: 'bin/run', data: elf('exe-relr') }]);
    const cwd = directory(files);
    for (let at = 1; at < 60; at += 1) linkSync(join(cwd, 'd0/run'), join(cwd, `d${at}/linked`));
    const { code, stdout } = await gemcompat(['inspect', '.', '-f', 'json', '-t', 'debian-13'], { cwd });
    expect(code).toBe(0);
    const report = inspectReportSchema.parse(JSON.parse(stdout));
    expect(report.subjects[0]?.filesSeen).toBe(3000 + 60 + 59 + 1 + 2);
    expect(report.summary).toMatchObject({ files: 120, compatible: 1, unreadable: 0 });
    expect(report.subjects[0]?.groups[0]?.files.map(({ path }) => path)).toContain('d0/large.zip!/bin/run');
  });

  it('judges by the page size of the kernel that runs there', async () => {
    const args = ['inspect', 'fixtures/elf/bin/lib-aarch64-pages-of-16k.so', '--target'];
    const fits = await gemcompat([...args, 'debian-13']);
    expect([fits.code, fits.stderr]).toEqual([0, '']);
    const own = await gemcompat([...args, 'rhel-8', '--format', 'json']);
    expect(own.code).toBe(1);
    const report = inspectReportSchema.parse(JSON.parse(own.stdout));
    expect(report.targets?.[0]?.pageSize).toEqual({ aarch64: 65_536 });
    expect(report.subjects[0]?.groups[0]?.results?.[0]?.findings).toEqual([
      {
        kind: 'page-size',
        file: 'lib-aarch64-pages-of-16k.so',
        page: 65_536,
        largest: 16_384,
        why: 'address-not-page-aligned',
      },
    ]);
    const said = await gemcompat([...args, 'debian-13', '--page-size', '64k']);
    expect(said.code).toBe(1);
    expect(said.stdout).toContain('is linked for pages of 16 KiB at most; debian-13 has pages of 64 KiB');
    expect((await gemcompat([...args, 'rhel-8', '--page-size', '16k'])).code).toBe(0);
  });

  it('refuses a page size that no kernel has, and tells of one that nothing takes', async () => {
    const wrong = await gemcompat(['inspect', 'fixtures/elf/bin/exe-pie', '--page-size', '8k']);
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain('--page-size 8k is not a page size [PAGE_SIZE_UNKNOWN]');
    const unused = await gemcompat(['inspect', 'fixtures/elf/bin/exe-pie', '--page-size', '4k']);
    expect(unused.stderr).toContain('--page-size: no target is named, so nothing takes it');
  });

  it('ends with 3 where something could not be read', async () => {
    const cwd = directory({ 'bin/run': elf(), 'lib/cut.so': elf().subarray(0, 500) });
    for (const args of [
      ['inspect', '.'],
      ['inspect', '.', '-t', 'debian-13'],
    ]) {
      const { code, stdout } = await gemcompat(args, { cwd });
      expect(code).toBe(3);
      expect(stdout).toContain('lib/cut.so');
    }
  });
});

describe('schema/inspect-report.json', () => {
  it('is made from the schema of the source', async () => {
    const { z } = await import('zod');
    const published: unknown = JSON.parse(readFileSync(join(ROOT, 'schema/inspect-report.json'), 'utf8'));
    expect(published).toEqual(JSON.parse(JSON.stringify(z.toJSONSchema(inspectReportSchema))));
  });
});
