import { describe, expect, it } from 'vitest';
import { judgeGem } from '../../src/compat/judge.js';
import type { Finding } from '../../src/compat/types.js';
import type { ElfFile } from '../../src/elf/types.js';
import { readRootfs } from '../../src/target/rootfs.js';
import type { Target } from '../../src/target/types.js';
import { contents, elf } from '../helpers/contents.js';
import type { Files } from '../target/system-files.js';
import { ALPINE, link, part, systemOf } from '../target/system-files.js';

/** Alpine's package gcompat, as its main/gcompat/APKBUILD lays it out. */
const GCOMPAT: Files = {
  ...ALPINE,
  'lib/ld-linux-x86-64.so.2': part('x86_64/gcompat-loader'),
  'lib64/ld-linux-x86-64.so.2': link('../lib/ld-linux-x86-64.so.2'),
  'lib/libgcompat.so.0': part('x86_64/libgcompat.so.0'),
  'lib/libc.so.6': link('libgcompat.so.0'),
  'lib/libresolv.so.2': link('libgcompat.so.0'),
};

/** The libc6-compat of older ones, which links to musl (main/musl/APKBUILD). */
const LIBC6_COMPAT: Files = {
  ...ALPINE,
  lib64: link('lib'),
  'lib/ld-linux-x86-64.so.2': link('/lib/libc.musl-x86_64.so.1'),
};

function findings(files: Readonly<Record<string, ElfFile>>, on: Target): readonly Finding[] {
  return judgeGem(contents(files), { target: on, cpu: 'x86_64' }).findings;
}

const interpreter = '/lib64/ld-linux-x86-64.so.2';

/** A program or a library that is built for glibc. */
function built(facts: Partial<ElfFile>, ...symbols: readonly string[]): ElfFile {
  const need = { name: 'GLIBC_2.3.4', hash: 0, flags: 0, weak: false, index: 2, symbols };
  return elf({
    needed: ['libc.so.6'],
    verneed: [{ library: 'libc.so.6', versions: [need] }],
    ...facts,
  });
}
const program = (...symbols: readonly string[]): ElfFile => built({ pie: true, interpreter }, ...symbols);

describe('an executable with the interpreter of glibc, on a system with musl', () => {
  it('does not start where nothing is there for it', async () => {
    const on = await readRootfs(systemOf(ALPINE));
    expect(on.glibcLayer).toBeUndefined();
    expect(findings({ 'exe/a': program('call') }, on)).toMatchObject([{ kind: 'wrong-libc' }]);
  });

  it('is started by gcompat, with its library before all others', async () => {
    const on = await readRootfs(systemOf(GCOMPAT));
    expect(on.glibcLayer).toEqual({
      loaders: ['/lib/ld-linux-x86-64.so.2', '/lib64/ld-linux-x86-64.so.2'],
      preload: 'libgcompat.so.0',
    });
    expect(findings({ 'exe/a': program('call', '__memcpy_chk') }, on)).toMatchObject([
      { kind: 'other-libc' },
    ]);
    expect(findings({ 'exe/a': program('call', '__strcpy_chk') }, on)).toMatchObject([
      { kind: 'missing-symbol', symbols: ['__strcpy_chk'], bound: 'load' },
    ]);
  });

  it('is started by the links of libc6-compat, with musl alone', async () => {
    const on = await readRootfs(systemOf(LIBC6_COMPAT));
    expect(on.glibcLayer).toEqual({ loaders: ['/lib/ld-linux-x86-64.so.2', '/lib64/ld-linux-x86-64.so.2'] });
    expect(findings({ 'exe/a': program('call') }, on)).toMatchObject([{ kind: 'other-libc' }]);
    expect(findings({ 'exe/a': program('__memcpy_chk') }, on)).toMatchObject([{ kind: 'missing-symbol' }]);
  });

  it('may need its loader as a library, under which name musl was started', async () => {
    const on = await readRootfs(systemOf(GCOMPAT));
    const need = { name: 'GLIBC_2.3', hash: 0, flags: 0, weak: false, index: 3, symbols: ['call'] };
    const file = elf({
      pie: true,
      interpreter,
      needed: ['libc.so.6', 'ld-linux-x86-64.so.2'],
      verneed: [{ library: 'ld-linux-x86-64.so.2', versions: [need] }],
    });
    expect(findings({ 'exe/a': file }, on)).toMatchObject([{ kind: 'other-libc' }]);
  });

  it('is not started from another path', async () => {
    const on = await readRootfs(systemOf(GCOMPAT));
    const elsewhere = built({ pie: true, interpreter: '/opt/ld-linux-x86-64.so.2' }, 'call');
    expect(findings({ 'exe/a': elsewhere }, on)).toMatchObject([{ kind: 'wrong-libc' }]);
  });
});

describe('a library that is opened at run time, on a system with gcompat', () => {
  it('has musl alone, unless it needs a library that is gcompat under another name', async () => {
    const on = await readRootfs(systemOf(GCOMPAT));
    // Which process opens it is not known of files that are no gem; the gem's is Ruby's.
    expect(findings({ 'lib/a.so': built({}, '__memcpy_chk') }, on)).toMatchObject([
      { kind: 'missing-symbol', symbols: ['__memcpy_chk'] },
    ]);
    const resolver = built({ needed: ['libresolv.so.2', 'libc.so.6'] }, '__memcpy_chk');
    expect(findings({ 'lib/a.so': resolver }, on)).toMatchObject([{ kind: 'other-libc' }]);
  });

  it('cannot need the loader of glibc, which is no library there', async () => {
    const on = await readRootfs(systemOf(GCOMPAT));
    const file = built({ needed: ['libc.so.6', 'ld-linux-x86-64.so.2'] }, 'call');
    expect(findings({ 'lib/a.so': file }, on)).toMatchObject([
      { kind: 'missing-library', library: 'ld-linux-x86-64.so.2' },
    ]);
  });
});
