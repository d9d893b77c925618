import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { linkSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, it, onTestFinished } from 'vitest';
import { inspect } from '../../src/api/inspect.js';
import { inspectExitCode } from '../../src/inspect/report.js';
import { buildGem } from '../helpers/gems.js';
import { directory, elf, fixture, inspectBytes, packed, pathsOf, zipArchive } from './trees.js';

describe('a directory', () => {
  it('does not follow links, and has a file with several names under each', async () => {
    const root = directory({
      'lib/a.so.1': elf('exe-pie'),
      'lib/a.so': '-> a.so.1',
      'lib/up': '-> ..',
      'lib/out': '-> /usr/lib',
    });
    linkSync(join(root, 'lib/a.so.1'), join(root, 'lib/b.so.1'));
    const report = await inspect({ paths: ['.'], cwd: root, env: {} });
    expect(pathsOf(report)).toEqual(['lib/a.so.1', 'lib/b.so.1']);
    expect(report.subjects[0]?.filesSeen).toBe(2);
  });

  it.each([
    ['a directory', (root: string) => root],
    [
      'a tar archive',
      (root: string) => {
        execFileSync('tar', ['-C', root, '-cf', `${root}.tar`, '.']);
        onTestFinished(() => {
          rmSync(`${root}.tar`);
        });
        return `${root}.tar`;
      },
    ],
  ])('judges a file in %s where each of its names lies: $ORIGIN is another there', async (_, made) => {
    const root = directory({
      'usr/bin/probe': packed('usr/bin/probe-also'),
      'usr/lib64/libanswer.so.1': packed('usr/lib64/libanswer.so.1.0'),
      'other/readme': 'text',
    });
    linkSync(join(root, 'usr/bin/probe'), join(root, 'other/probe'));
    const report = await inspect({ paths: [made(root)], cwd: '/', env: {}, target: 'debian-12' });
    expect(pathsOf(report)).toEqual(['other/probe', 'usr/bin/probe', 'usr/lib64/libanswer.so.1']);
    expect(report.subjects[0]?.groups[0]?.results?.[0]?.findings).toEqual([
      { kind: 'unchecked-library', file: 'other/probe', library: 'libanswer.so.1', carried: true },
    ]);
  });

  it.each([
    ['an empty directory', {}, 'INSPECT_EMPTY', /^\. holds no files$/],
    ['directories alone', { 'a/b/c/': '' }, 'INSPECT_EMPTY', /holds no files/],
    ['links alone', { bundle: '-> /nowhere' }, 'INSPECT_EMPTY', /holds no files/],
  ])('of %s is refused', async (_, files, code, message) => {
    const root = directory({});
    for (const [path, content] of Object.entries(files as Record<string, string>)) {
      if (path.endsWith('/')) mkdirSync(join(root, path), { recursive: true });
      else symlinkSync(content.slice(3), join(root, path));
    }
    await expect(inspect({ paths: ['.'], cwd: root, env: {} })).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message) as unknown,
    });
  });

  it('without an ELF file has nothing to check, and says so', async () => {
    const root = directory({ 'lib/a.rb': 'puts 1' });
    const report = await inspect({ paths: ['.'], cwd: root, env: {}, target: 'debian-12' });
    expect(inspectExitCode(report)).toBe(0);
    expect(report.warnings).toEqual([
      { code: 'NO_ELF', message: expect.stringMatching(/^\.: nothing in it is an executable/) as unknown },
    ]);
  });

  it.each([
    ['cffaedfe07000001', /Mach-O file, which macOS loads/],
    ['4d5a9000', /PE file does, which Windows loads/],
    ['cafebabe0000003d', /a class of Java/],
    ['01f7000c', /XCOFF/],
    ['ff00fe', /begins with "\\xff\\u0000\\xfe"/],
  ])('refuses %s by what it is', async (head, message) => {
    const bytes = Buffer.concat([Buffer.from(head, 'hex')]);
    await expect(inspectBytes(bytes)).rejects.toMatchObject({
      code: 'INSPECT_NOT_BINARY',
      message: expect.stringMatching(message) as unknown,
    });
  });

  it.each([
    ['lambda-provided.al2023', 'compatible', []],
    ['al2023', 'compatible', []],
    ['debian-12', 'unknown', [expect.objectContaining({ library: 'libanswer.so.1', carried: true })]],
  ])('finds libraries where LD_LIBRARY_PATH of %s leads', async (target, verdict, findings) => {
    const files = {
      bootstrap: packed('usr/bin/probe-also'),
      'lib/libanswer.so.1.0': packed('usr/lib64/libanswer.so.1.0'),
      'lib/libanswer.so.1': '-> libanswer.so.1.0',
    };
    const report = await inspect({ paths: ['.'], cwd: directory(files), env: {}, target });
    expect(report.subjects[0]?.groups[0]?.results).toEqual([expect.objectContaining({ verdict, findings })]);
  });

  it('finds libraries through linked directories', async () => {
    const files = {
      'usr/bin/probe': packed('usr/bin/probe-also'),
      'opt/real/libanswer.so.1': packed('usr/lib64/libanswer.so.1.0'),
      'usr/lib64': '-> ../opt/real',
    };
    const report = await inspect({ paths: ['.'], cwd: directory(files), env: {}, target: 'debian-12' });
    expect(report.subjects[0]?.groups[0]?.verdict).toBe('compatible');
  });

  it('never opens what is no file', async () => {
    const root = directory({ run: elf() });
    execFileSync('mkfifo', [join(root, 'pipe')]);
    const report = await inspect({ paths: ['.'], cwd: root, env: {} });
    expect(pathsOf(report)).toEqual(['run']);
    expect(report.subjects[0]?.specialFiles).toBe(1);
  });

  it('reads files whose names are no UTF-8', async () => {
    const root = directory({ run: elf() });
    writeFileSync(Buffer.concat([Buffer.from(`${root}/`), Buffer.from([0xff, 0xfe])]), elf());
    expect(pathsOf(await inspect({ paths: ['.'], cwd: root, env: {} }))).toHaveLength(2);
  });

  it('tells an ELF file that is cut short, and calls nothing compatible', async () => {
    const root = directory({ 'lib/cut.so': elf().subarray(0, 600) });
    const report = await inspect({ paths: ['.'], cwd: root, env: {}, target: 'debian-13' });
    expect(report.unreadable).toHaveLength(1);
    expect(inspectExitCode(report)).toBe(3);
  });

  it('judges each file for its own CPU, or for the one that is asked for', async () => {
    const root = directory({ 'a/run': elf('exe-pie'), 'b/run': elf('exe-aarch64') });
    const each = await inspect({ paths: ['.'], cwd: root, env: {}, target: 'debian-13' });
    expect(each.subjects[0]?.groups[0]?.results?.map(({ arch, verdict }) => [arch, verdict])).toEqual([
      ['aarch64', 'compatible'],
      ['x86_64', 'compatible'],
    ]);
    const other = await inspect({ paths: ['.'], cwd: root, env: {}, target: 'debian-13', arches: ['s390x'] });
    expect(other.subjects[0]?.groups[0]?.results?.[0]?.findings).toEqual([
      expect.objectContaining({ kind: 'wrong-machine', wanted: 's390x' }),
    ]);
    expect(inspectExitCode(other)).toBe(1);
  });
});

describe('installed gems that are content-addressed', () => {
  const spec = (address: string): string =>
    `# -*- encoding: utf-8 -*-\n# stub: rubydex 0.4.4 ${address} lib\n# stub-target: platform=x86_64-linux\n`;

  it('are each for the Ruby whose folder has the specification', async () => {
    const root = directory({
      'bundle/specifications/3.3/rubydex-0.4.4-33333333.gemspec': spec('33333333'),
      'bundle/specifications/4.0/rubydex-0.4.4-40404040.gemspec': spec('40404040'),
      'bundle/gems/rubydex-0.4.4-33333333/lib/rubydex/rubydex.so': elf('exe-relr'),
      'bundle/gems/rubydex-0.4.4-40404040/lib/rubydex/rubydex.so': elf('exe-pie'),
    });
    const report = await inspect({ paths: ['bundle'], cwd: root, env: {}, target: 'debian-13' });
    expect(report.subjects[0]?.groups).toMatchObject([
      { name: 'rubydex', version: '0.4.4', platform: 'x86_64-linux', address: '33333333', rubyAbi: '3.3.0' },
      { name: 'rubydex', version: '0.4.4', platform: 'x86_64-linux', address: '40404040', rubyAbi: '4.0.0' },
    ]);
  });

  it('packed, have to be what their name claims', async () => {
    const gem = buildGem({
      name: 'rubydex',
      version: '0.4.4',
      platform: 'x86_64-linux',
      files: [{ name: 'lib/x.so', data: elf('exe-pie') }],
    });
    const address = createHash('sha256').update(gem).digest('hex').slice(0, 8);
    const root = directory({ [`rubydex-0.4.4-${address}.gem`]: gem, 'rubydex-0.4.4-abcdef12.gem': gem });
    const read = async (name: string): Promise<unknown> =>
      (await inspect({ paths: [name], cwd: root, env: {} })).subjects[0]?.groups[0];
    expect(await read(`rubydex-0.4.4-${address}.gem`)).toMatchObject({ address, findings: [] });
    expect(await read('rubydex-0.4.4-abcdef12.gem')).toMatchObject({
      findings: [{ kind: 'unreadable', code: 'GEM_CHECKSUM_MISMATCH' }],
    });
  });
});

describe('installed gems', () => {
  const home = 'vendor/bundle/ruby/3.3.0';
  const spec = (line: string): string =>
    `# -*- encoding: utf-8 -*-\n# stub: ${line} lib\n# stub: ext/x/extconf.rb\n`;
  const files = {
    [`${home}/specifications/pg-1.5.9.gemspec`]: spec('pg 1.5.9 ruby'),
    [`${home}/specifications/nokogiri-1.18.3-x86_64-linux-gnu.gemspec`]: spec(
      'nokogiri 1.18.3 x86_64-linux-gnu',
    ),
    [`${home}/gems/pg-1.5.9/lib/pg_ext.so`]: elf('exe-relr'),
    [`${home}/extensions/x86_64-linux/3.3.0/pg-1.5.9/pg_ext.so`]: elf('exe-relr'),
    [`${home}/gems/nokogiri-1.18.3-x86_64-linux-gnu/lib/nokogiri/3.3/nokogiri.so`]: elf('exe-pie'),
    [`${home}/gems/rake-13.2.1/lib/rake.rb`]: 'module Rake; end',
    [`${home}/bundler/gems/thing-0123456789ab/lib/thing.so`]: elf('exe-pie'),
    [`${home}/cache/pg-1.5.9.gem`]: buildGem({ name: 'pg', version: '1.5.9' }),
    'bin/server': elf('exe-pie'),
  };

  it('are grouped by gem and Ruby ABI; pure Ruby is counted, packed copies are told', async () => {
    const root = directory(files);
    const report = await inspect({ paths: ['.'], cwd: root, env: {}, target: 'ubuntu-20.04' });
    const [subject] = report.subjects;
    expect(subject?.kind).toBe('bundle');
    expect(
      subject?.groups.map(({ kind, name, version, platform, rubyAbi, verdict, files: own }) => ({
        kind,
        name,
        version,
        platform,
        rubyAbi,
        verdict,
        files: own.length,
      })),
    ).toEqual([
      {
        kind: 'files',
        name: '.',
        version: undefined,
        platform: undefined,
        rubyAbi: undefined,
        verdict: 'incompatible',
        files: 1,
      },
      {
        kind: 'gem',
        name: 'nokogiri',
        version: '1.18.3',
        platform: 'x86_64-linux-gnu',
        rubyAbi: '3.3.0',
        verdict: 'incompatible',
        files: 1,
      },
      {
        kind: 'gem',
        name: 'pg',
        version: '1.5.9',
        platform: 'ruby',
        rubyAbi: '3.3.0',
        verdict: 'incompatible',
        files: 2,
      },
      {
        kind: 'gem',
        name: 'thing',
        version: '0123456789ab',
        platform: 'ruby',
        rubyAbi: '3.3.0',
        verdict: 'incompatible',
        files: 1,
      },
    ]);
    expect(subject?.gemsWithoutBinaries).toBe(1);
    expect(report.warnings).toContainEqual(expect.objectContaining({ code: 'GEM_CACHE' }));
  });

  it('are called what their specifications say, in a directory as in a zip', async () => {
    const odd = {
      [`${home}/specifications/thing-1.0-2.gemspec`]: spec('thing 1.0 2'),
      [`${home}/gems/thing-1.0-2/lib/thing.so`]: elf('exe-pie'),
    };
    const unpacked = await inspect({ paths: ['.'], cwd: directory(odd), env: {} });
    const zipped = await inspectBytes(
      zipArchive(Object.entries(odd).map(([name, data]) => ({ name, data: Buffer.from(data) }))),
    );
    for (const { subjects } of [unpacked, zipped]) {
      expect(subjects[0]?.groups).toMatchObject([{ name: 'thing', version: '1.0', platform: '2' }]);
    }
  });

  it('do not fit a Ruby that they are not installed for', async () => {
    const report = await inspect({
      paths: ['.'],
      cwd: directory(files),
      env: {},
      target: 'debian-13',
      ruby: '3.4.1',
    });
    const pg = report.subjects[0]?.groups.find(({ name }) => name === 'pg');
    expect(pg?.results?.[0]?.findings).toContainEqual(
      expect.objectContaining({ kind: 'missing-ruby-abi', ruby: '3.4', available: ['3.3'] }),
    );
  });
});

describe('what cannot be inspected', () => {
  it.each([
    ['an empty file', Buffer.alloc(0), 'INSPECT_EMPTY'],
    ['a text', Buffer.from('#!/bin/sh\necho hello\n'), 'INSPECT_NOT_BINARY'],
    ['a bzip2 file', Buffer.from('BZh91AY&SY\x00\x00\x00\x00', 'latin1'), 'INSPECT_UNSUPPORTED'],
    ['an archive for a linker', Buffer.from('!<arch>\n/               0'), 'INSPECT_UNSUPPORTED'],
    ['a package that is cut short', fixture('probe-gzip.rpm').subarray(0, 500), 'ARCHIVE_TRUNCATED'],
    ['a zip without its directory', fixture('probe-links.zip').subarray(0, 900), 'ARCHIVE_TRUNCATED'],
  ])('%s', async (_, bytes, code) => {
    await expect(inspectBytes(bytes)).rejects.toMatchObject({ code, exitCode: 2 });
  });

  it.each([
    ['missing', 'INSPECT_NOT_FOUND'],
    ['missing/deeper@x', 'INSPECT_NOT_FOUND'],
  ])('%s', async (path, code) => {
    await expect(inspect({ paths: [path], cwd: directory({}), env: {} })).rejects.toMatchObject({ code });
  });

  it('a directory without ELF files says so and is no failure', async () => {
    const report = await inspect({
      paths: ['.'],
      cwd: directory({ 'a.txt': 'text' }),
      env: {},
      target: 'debian-12',
    });
    expect(report.warnings).toContainEqual(expect.objectContaining({ code: 'NO_ELF' }));
    expect(inspectExitCode(report)).toBe(0);
  });
});

describe('standard input', () => {
  it.each(['probe-descriptors.zip', 'probe.tar.zst', 'probe-xz.rpm'])('takes %s', async (name) => {
    const input = Readable.from([fixture(name).subarray(0, 700), fixture(name).subarray(700)]);
    const report = await inspect({ paths: ['-'], input, env: {} });
    expect(report.subjects[0]).toMatchObject({ path: '-', filesSeen: expect.any(Number) as unknown });
    expect(pathsOf(report)).toContain('usr/lib64/libanswer.so.1.0');
  });

  it('is limited', async () => {
    const input = Readable.from([Buffer.alloc(2000)]);
    await expect(
      inspect({ paths: ['-'], input, env: {}, limits: { standardInput: 1000 } }),
    ).rejects.toMatchObject({ code: 'INSPECT_STDIN_LIMIT' });
  });
});

describe('a script with something behind its text', () => {
  it.each([
    ['short', 0],
    ['longer than what is read of other files', 100_000],
  ])('is an archive that is not read, %s', async (_, padding) => {
    const text = `#!/bin/sh\n${'# words\n'.repeat(padding / 8)}exec java -jar "$0"\n`;
    const cwd = directory({
      run: Buffer.concat([Buffer.from(text), zipArchive([{ name: 'a', data: elf() }])]),
    });
    const report = await inspect({ paths: ['.'], cwd, env: {}, target: 'debian-13' });
    expect(report.summary).toMatchObject({ compatible: 0, unknown: 1 });
    expect(inspectExitCode(report)).toBe(3);
  });

  it('is of no concern where it is text alone', async () => {
    const cwd = directory({ run: Buffer.from(`#!/bin/sh\n${'# words\n'.repeat(20_000)}`), tool: elf() });
    const report = await inspect({ paths: ['.'], cwd, env: {}, target: 'debian-13' });
    expect(report.summary).toMatchObject({ compatible: 1, unknown: 0 });
  });
});
