import { describe, expect, it } from 'vitest';
import { judgeFiles, judgeGem } from '../../src/compat/judge.js';
import { GemInside } from '../../src/compat/inside.js';
import type { Finding } from '../../src/compat/types.js';
import type { ElfFile } from '../../src/elf/types.js';
import type { Target } from '../../src/target/types.js';
import { alpine, contents, elf, target } from '../helpers/contents.js';

const glibc = (libcVersion: string): Target =>
  target({
    libcVersion,
    ceilings: { GLIBC: libcVersion },
    libraries: [
      'libc.so.6',
      'libm.so.6',
      'libpthread.so.0',
      'libresolv.so.2',
      'libstdc++.so.6',
      'libgcc_s.so.1',
      'libz.so.1',
    ],
  });
const musl = (libcVersion: string, name = `musl-${libcVersion}`): Target => ({
  ...alpine,
  name,
  libcVersion,
});

function findings(files: Record<string, ElfFile>, on: Target, ruby?: string): readonly Finding[] {
  return judgeGem(contents(files), { target: on, cpu: 'x86_64', ...(ruby === undefined ? {} : { ruby }) })
    .findings;
}

/** A library that needs libc and imports these names without a version, all looked up lazily. */
const importing = (names: readonly string[], facts: Partial<ElfFile> = {}): ElfFile =>
  elf({ needed: ['libc.so.6'], unversionedImports: names, ...facts });
const onMusl = (names: readonly string[], facts: Partial<ElfFile> = {}): ElfFile =>
  importing(names, { needed: ['libc.so'], ...facts });

/** A file that belongs to no gem. */
function loose(one: ElfFile, on = glibc('2.36')): readonly Finding[] {
  const gem = contents({ 'a.so': one });
  const inside = new GemInside(gem, { libc: on.libc });
  return judgeFiles({ ...gem, loose: true }, inside, { target: on, cpu: 'x86_64' }).findings;
}

/** The same with a version of glibc. */
function versioned(
  library: string,
  version: string,
  symbols: readonly string[],
  facts: Partial<ElfFile> = {},
): ElfFile {
  const need = { name: version, hash: 0, flags: 0, weak: false, index: 2, symbols };
  return elf({ needed: [library], verneed: [{ library, versions: [need] }], ...facts });
}

describe('a name on musl', () => {
  it.each([
    ['qsort_r', '1.2.2', '1.2.3'],
    ['statx', '1.2.3', '1.2.5'],
    // What Alpine 3.19 has.
    ['statx', '1.2.4_git20230717', '1.2.5'],
    ['posix_getdents', '1.2.5', '1.2.6'],
  ] as const)('%s is missing in %s', (name, release, since) => {
    const [finding] = findings({ 'lib/a.so': onMusl([name]) }, musl(release));
    expect(finding).toMatchObject({ kind: 'missing-symbol', symbols: [name], bound: 'call', since });
  });

  it.each([
    ['qsort_r', '1.2.3'],
    ['statx', '1.2.5'],
    ['fopen64', '1.2.5'],
    ['fopen64', '1.1.24'],
    ['memcpy', '1.2.2'],
  ] as const)('%s is there in %s', (name, release) => {
    expect(findings({ 'lib/a.so': onMusl([name]) }, musl(release))).toEqual([]);
  });

  it('of a newer release is not known to be missing', () => {
    expect(findings({ 'lib/a.so': onMusl(['not_yet']) }, musl('1.2.99'))).toEqual([]);
  });

  it('is asked whatever version of glibc it was linked with', () => {
    const built = versioned('libc.so.6', 'GLIBC_2.38', ['memcpy']);
    expect(findings({ 'lib/a.so': built }, musl('1.2.5'))).toMatchObject([{ kind: 'other-libc' }]);
    const fortified = versioned('libc.so.6', 'GLIBC_2.3.4', ['__memcpy_chk']);
    expect(findings({ 'lib/a.so': fortified }, musl('1.2.5'))).toMatchObject([
      { kind: 'missing-symbol', symbols: ['__memcpy_chk'] },
    ]);
    const newer = versioned('libc.so.6', 'GLIBC_2.38', ['__isoc23_strtol']);
    expect(findings({ 'lib/a.so': newer }, musl('1.2.5'))).toMatchObject([
      { kind: 'missing-symbol', symbols: ['__isoc23_strtol'] },
    ]);
  });

  it('is musl’s to define where the file asks glibc for it, whatever opens the file', () => {
    const fortified = versioned('libc.so.6', 'GLIBC_2.3.4', ['__memcpy_chk'], {
      unversionedImports: ['own'],
    });
    expect(loose(fortified, musl('1.2.5'))).toMatchObject([
      { kind: 'missing-symbol', symbols: ['__memcpy_chk'] },
    ]);
  });

  it('is bound when a program starts, and when a library that asks for it is opened', () => {
    const program = onMusl(['qsort_r'], { pie: true, interpreter: '/lib/ld-musl-x86_64.so.1' });
    expect(findings({ 'exe/a': program }, musl('1.2.2'))).toMatchObject([{ bound: 'load' }]);
    const now = onMusl(['qsort_r'], { bindNow: true });
    expect(findings({ 'lib/a.so': now }, musl('1.2.2'))).toMatchObject([{ bound: 'load' }]);
  });

  it('may be weak, or never be looked up', () => {
    expect(
      findings({ 'lib/a.so': onMusl(['nowhere'], { weakImports: ['nowhere'] }) }, musl('1.2.5')),
    ).toEqual([]);
    expect(
      findings({ 'lib/a.so': onMusl(['nowhere'], { idleImports: ['nowhere'] }) }, musl('1.2.5')),
    ).toEqual([]);
  });

  it('may come from a library of the gem, unless it is hidden behind its version', () => {
    const user = (): ElfFile => onMusl(['bar'], { needed: ['libc.so', 'libb.so'], runpath: ['$ORIGIN'] });
    const library = (facts: Partial<ElfFile>): ElfFile => elf({ soname: 'libb.so', exports: [], ...facts });
    const verdef = [{ name: 'V1', index: 2, flags: 0, base: false, parents: [], symbols: ['bar'] }];
    const on = musl('1.2.5');
    expect(findings({ 'lib/a.so': user(), 'lib/libb.so': library({ exports: ['bar'] }) }, on)).toEqual([]);
    expect(findings({ 'lib/a.so': user(), 'lib/libb.so': library({ verdef }) }, on)).toEqual([]);
    expect(
      findings({ 'lib/a.so': user(), 'lib/libb.so': library({ verdef, hiddenExports: ['bar'] }) }, on),
    ).toMatchObject([{ kind: 'missing-symbol', symbols: ['bar'] }]);
  });
});

describe('a name without a version on glibc', () => {
  it.each([
    ['__libc_single_threaded', '2.31', '2.32'],
    ['arc4random', '2.35', '2.36'],
  ] as const)('%s is missing in %s', (name, release, since) => {
    expect(findings({ 'lib/a.so': importing([name]) }, glibc(release))).toEqual([
      { kind: 'missing-symbol', file: 'lib/a.so', symbols: [name], bound: 'call', since },
    ]);
    expect(findings({ 'lib/a.so': importing([name]) }, glibc(since))).toEqual([]);
  });

  it('is looked up at once as data, and with -z now', () => {
    const data = importing(['arc4random', 'strlcpy'], { eagerImports: ['arc4random'] });
    expect(findings({ 'lib/a.so': data }, glibc('2.31'))).toMatchObject([
      { symbols: ['arc4random'], bound: 'load', since: '2.36' },
    ]);
    const now = importing(['arc4random'], { bindNow: true });
    expect(findings({ 'lib/a.so': now }, glibc('2.31'))).toMatchObject([{ bound: 'load' }]);
  });

  it('that nothing defines is missing in a gem and in an extension, not in a library that something else opens', () => {
    const file = importing(['nosuchfun']);
    expect(findings({ 'lib/a.so': file }, glibc('2.36'))).toMatchObject([
      { kind: 'missing-symbol', symbols: ['nosuchfun'], bound: 'call' },
    ]);
    expect(loose(file)).toEqual([]);
    expect(loose(importing(['nosuchfun', 'rb_define_module']))).toMatchObject([{ symbols: ['nosuchfun'] }]);
    expect(loose(importing(['arc4random']), glibc('2.31'))).toEqual([
      { kind: 'unchecked-symbol', file: 'a.so', symbols: ['arc4random'], since: '2.36' },
    ]);
  });

  it('is not of the C library where the linker gave versions to those that are', () => {
    // pgcrypto.so takes strlcpy from PostgreSQL, which opens it.
    const file = versioned('libc.so.6', 'GLIBC_2.14', ['memcpy'], { unversionedImports: ['strlcpy'] });
    expect(loose(file)).toMatchObject([{ kind: 'unchecked-symbol', symbols: ['strlcpy'] }]);
    expect(loose(file, glibc('2.38'))).toEqual([]);
    const inGem = versioned('libc.so.6', 'GLIBC_2.14', ['memcpy'], { unversionedImports: ['arc4random'] });
    expect(findings({ 'lib/a.so': inGem }, glibc('2.31'))).toMatchObject([
      { kind: 'missing-symbol', symbols: ['arc4random'], since: '2.36' },
    ]);
  });

  it('may be that of a program of the gem, or of Node, which open libraries too', () => {
    const plugin = importing(['host_function']);
    const program = importing([], { pie: true, interpreter: '/lib64/ld-linux-x86-64.so.2' });
    expect(findings({ 'lib/a.so': plugin, 'exe/a': program }, glibc('2.36'))).toEqual([]);
    expect(findings({ 'lib/a.node': importing(['napi_create_object']) }, glibc('2.36'))).toEqual([]);
    // A static program opens nothing, and an extension is opened by Ruby.
    const fixed = elf({ type: 'exec' });
    expect(findings({ 'lib/a.so': plugin, 'exe/a': fixed }, glibc('2.36'))).toMatchObject([
      { symbols: ['host_function'] },
    ]);
    const extension = importing(['host_function', 'rb_define_module']);
    expect(findings({ 'lib/a.so': extension, 'exe/a': program }, glibc('2.36'))).toMatchObject([
      { symbols: ['host_function'] },
    ]);
  });

  it('may be Ruby’s, of the Ruby that runs', () => {
    const file = importing(['rb_define_module', 'rb_no_such_function']);
    expect(findings({ 'lib/a.so': file }, glibc('2.36'))).toEqual([]);
    expect(findings({ 'lib/a.so': file }, glibc('2.36'), '3.3.1')).toMatchObject([
      { kind: 'missing-symbol', symbols: ['rb_no_such_function'] },
    ]);
  });

  it('may come from what the process of Ruby has loaded, or what the file needs', () => {
    expect(findings({ 'lib/a.so': importing(['pow', 'rb_define_module']) }, glibc('2.36'))).toEqual([]);
    expect(
      findings({ 'lib/a.so': importing(['ns_name_ntop', 'rb_define_module']) }, glibc('2.31')),
    ).toMatchObject([{ symbols: ['ns_name_ntop'] }]);
    const needing = importing(['ns_name_ntop'], { needed: ['libc.so.6', 'libresolv.so.2'] });
    expect(findings({ 'lib/a.so': needing }, glibc('2.31'))).toEqual([]);
  });

  it('may come from a library of which the names are not known', () => {
    const files = { 'lib/a.so': importing(['SSL_new'], { needed: ['libc.so.6', 'libssl.so.3'] }) };
    expect(findings(files, glibc('2.36'))).toMatchObject([{ kind: 'unchecked-library' }]);
    // Those of the compiler's libraries are known by their shape.
    const cpp = importing(['_ZNSt6thread4joinEv', 'nosuchfun'], { needed: ['libc.so.6', 'libstdc++.so.6'] });
    expect(findings({ 'lib/a.so': cpp }, glibc('2.36'))).toMatchObject([{ symbols: ['nosuchfun'] }]);
  });

  it('may come from an extension that is opened before', () => {
    const files = {
      'lib/core.so': importing(['rb_define_module']),
      'lib/more.so': importing(['core_function', 'rb_define_module']),
    };
    expect(findings(files, glibc('2.36'))).toEqual([]);
  });
});

describe('a library of the gem', () => {
  const verdef = [{ name: 'V1', index: 2, flags: 0, base: false, parents: [], symbols: ['kept'] }];
  const user = (symbols: readonly string[], facts: Partial<ElfFile> = {}): ElfFile =>
    versioned('libb.so', 'V1', symbols, { runpath: ['$ORIGIN'], ...facts });
  const library = elf({ soname: 'libb.so', exports: ['plain'], verdef });

  it('has the version and has lost the symbol', () => {
    expect(
      findings({ 'lib/a.so': user(['kept', 'gone', 'plain']), 'lib/libb.so': library }, glibc('2.36')),
    ).toEqual([
      { kind: 'missing-symbol', file: 'lib/a.so', symbols: ['gone'], bound: 'call', library: 'libb.so' },
    ]);
  });

  it('is not judged by names that were not read', () => {
    const unread = elf({ soname: 'libb.so', verdef });
    expect(findings({ 'lib/a.so': user(['gone']), 'lib/libb.so': unread }, glibc('2.36'))).toEqual([]);
  });

  it('may lose what is weak', () => {
    const weak = user(['gone'], { weakImports: ['gone'] });
    expect(findings({ 'lib/a.so': weak, 'lib/libb.so': library }, glibc('2.36'))).toEqual([]);
  });
});
