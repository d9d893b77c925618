import { describe, expect, it } from 'vitest';
import type { OtherSystemsQuestion } from '../../src/compat/other-systems.js';
import { otherSystemFindings, systemOfPlatform } from '../../src/compat/other-systems.js';
import type { ForeignFile } from '../../src/gem/types.js';
import { contents, elf } from '../helpers/contents.js';

const mac = (path: string): ForeignFile => ({ path, system: 'macOS', cpus: ['arm64'] });
const windows = (path: string): ForeignFile => ({ path, system: 'Windows', cpus: ['x64'] });
const linux = (...paths: string[]): OtherSystemsQuestion['binaries'] =>
  contents(Object.fromEntries(paths.map((path) => [path, elf()]))).binaries;

function found(question: Partial<OtherSystemsQuestion>): string[] {
  return otherSystemFindings({ foreign: [], binaries: [], at: 'gem', ...question }).map(
    ({ kind, file, system }) => `${kind} ${file} ${system}`,
  );
}

describe('a gem', () => {
  it.each([
    ['arm64-darwin', 'macOS'],
    ['universal-darwin-23', 'macOS'],
    ['x64-mingw-ucrt', 'Windows'],
    ['x86-mswin32-60', 'Windows'],
  ])('for %s is for %s, with a file or without', (platform, system) => {
    expect(found({ platform })).toEqual([`wrong-system gem ${system}`]);
    expect(systemOfPlatform(platform)?.system).toBe(system);
  });

  it('for java is not judged, and never pure Ruby', () => {
    expect(found({ platform: 'java' })).toEqual(['other-system gem JRuby']);
  });

  it.each(['ruby', 'x86_64-linux', 'aarch64-linux-musl', 'something'])(
    'for %s is for no other',
    (platform) => {
      expect(found({ platform })).toEqual([]);
    },
  );

  it('for Linux that has files for another system alone was packed wrongly', () => {
    expect(found({ platform: 'x86_64-linux', foreign: [mac('lib/a.bundle')] })).toEqual([
      'wrong-system lib/a.bundle macOS',
    ]);
    expect(
      found({ platform: 'x86_64-linux', foreign: [mac('bin/mac/a')], binaries: linux('bin/linux/a') }),
    ).toEqual([]);
  });

  it('that a Mac compiled fails, by its extension or by the name of the directory alone', () => {
    const installed = {
      platform: 'ruby',
      installed: true,
      hasExtensions: true,
      builtOn: ['arm64-darwin-23'],
    };
    expect(found({ ...installed, foreign: [mac('pg_ext.bundle')] })).toEqual([
      'wrong-system pg_ext.bundle macOS',
    ]);
    expect(found(installed)).toEqual(['wrong-system gem macOS']);
    expect(found({ ...installed, builtOn: ['x64-mingw-ucrt'] })).toEqual(['wrong-system gem Windows']);
  });

  it('that was compiled for Linux too is loaded from there', () => {
    expect(
      found({
        ...{ platform: 'ruby', installed: true, hasExtensions: true },
        builtOn: ['arm64-darwin-23', 'x86_64-linux'],
        foreign: [mac('pg_ext.bundle')],
      }),
    ).toEqual([]);
  });

  it('whose extension lies in lib/ alone is told by it, unless one for Linux lies there too', () => {
    const installed = { platform: 'ruby', installed: true, hasExtensions: true };
    const foreign = [mac('lib/pg_ext.bundle')];
    expect(found({ ...installed, foreign })).toEqual(['wrong-system lib/pg_ext.bundle macOS']);
    expect(found({ ...installed, foreign: [windows('lib/pg_ext.so')] })).toEqual([
      'wrong-system lib/pg_ext.so Windows',
    ]);
    expect(found({ ...installed, foreign, binaries: linux('lib/pg_ext.so') })).toEqual([]);
  });

  it('may bring programs for other systems that nothing loads on Linux', () => {
    expect(found({ platform: 'ruby', installed: true, foreign: [mac('bin/fsevent_watch')] })).toEqual([]);
    expect(found({ platform: 'ruby', hasExtensions: true, foreign: [mac('lib/a.bundle')] })).toEqual([]);
  });
});

describe('files that belong to no gem', () => {
  it('fail where their path does not say that they are for another system', () => {
    const question = { loose: true, foreign: [mac('bootstrap'), windows('lib/helper.so')] };
    const expected = ['wrong-system bootstrap macOS', 'wrong-system lib/helper.so Windows'];
    expect(found(question)).toEqual(expected);
    expect(found({ ...question, binaries: linux('bin/other') })).toEqual(expected);
  });

  it.each([
    'node_modules/a/prebuilds/darwin-arm64/a.node',
    'node_modules/@esbuild/darwin-arm64/bin/esbuild',
    'python3/pip/_vendor/distlib/t64.exe',
    'lib/native/macos/libfoo.so',
    'vendor/terminal-notifier.app/Contents/MacOS/terminal-notifier',
    'x86_64-w64-mingw32/lib/libgcc_s_seh-1.dll',
  ])('%s is there for another system: beside files for Linux of no concern, else not known', (path) => {
    const question = { loose: true, foreign: [mac(path)] };
    expect(found({ ...question, binaries: linux('bin/tool') })).toEqual([]);
    expect(found(question)).toEqual([`other-system ${path} macOS`]);
  });
});
