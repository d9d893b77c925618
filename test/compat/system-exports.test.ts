import { describe, expect, it } from 'vitest';
import { judgeGem } from '../../src/compat/judge.js';
import type { Finding } from '../../src/compat/types.js';
import type { ElfFile } from '../../src/elf/types.js';
import { exportsName, exportsOf, exportsVersioned } from '../../src/target/library-exports.js';
import { readRootfs } from '../../src/target/rootfs.js';
import type { LibraryExports, Target } from '../../src/target/types.js';
import { alpine, contents, elf, target } from '../helpers/contents.js';
import { ALPINE, DEBIAN, part, systemOf } from '../target/system-files.js';

function findings(file: ElfFile, on: Target, ruby?: string): readonly Finding[] {
  const named = ruby === undefined ? {} : { ruby };
  return judgeGem(contents({ 'lib/a.so': file }), { target: on, cpu: 'x86_64', ...named }).findings;
}

const importing = (needed: readonly string[], ...names: readonly string[]): ElfFile =>
  elf({ needed, unversionedImports: names });

const missing = (...symbols: readonly string[]): object => ({
  kind: 'missing-symbol',
  symbols,
  bound: 'call',
});

describe('a name without a version, on a system that was read', () => {
  it.each([
    ['of the C library', 'new_call', []],
    ['of its first version', 'old_call', []],
    ['of its loader', '__tls_get_addr', []],
    ['of a library', 'uncompress2', []],
    ['of none of them', 'deflate', [missing('deflate')]],
    ['that glibc has, and this system not', 'malloc', [missing('malloc')]],
  ] as const)('%s: %s', async (_, name, expected) => {
    const on = await readRootfs(systemOf(DEBIAN));
    expect(findings(importing(['libz.so.1', 'libc.so.6'], name), on)).toMatchObject(expected);
  });

  it('is not found in what is not needed', async () => {
    const on = await readRootfs(systemOf(DEBIAN));
    expect(findings(importing(['libc.so.6'], 'inflate'), on)).toMatchObject([missing('inflate')]);
  });

  it('is found in a library that has no versions', async () => {
    const root = systemOf({ ...DEBIAN, 'usr/lib/libplain.so.1': part('x86_64/libplain.so.1.0') });
    const on = await readRootfs(root);
    expect(findings(importing(['libplain.so.1'], 'inflate', 'deflate'), on)).toMatchObject([
      missing('deflate'),
    ]);
  });

  it.each([
    ['of musl itself', 'call', []],
    ['that only its loader binds', 'fopen64', []],
    ['of a library', 'inflate', []],
    ['that musl has, and this one not', 'qsort_r', [missing('qsort_r')]],
  ] as const)('on musl, %s: %s', async (_, name, expected) => {
    const on = await readRootfs(systemOf(ALPINE));
    expect(findings(importing(['libz.so.1', 'libc.musl-x86_64.so.1'], name), on)).toMatchObject(expected);
  });
});

/** A library of a system, as it is read from a file. */
const library = (facts: Partial<ElfFile> = {}): LibraryExports => exportsOf(elf(facts));

function readSystem(exports: Readonly<Record<string, LibraryExports>>, more: Partial<Target> = {}): Target {
  return {
    ...target({
      versions: Object.fromEntries(Object.keys(exports).map((name) => [name, []])),
      libraries: Object.keys(exports),
      librariesComplete: true,
      ...more,
    }),
    exports,
  };
}

const libc = library({ exports: ['malloc'] });

describe('what a library of the system needs', () => {
  const a = library({ needed: ['libb.so.1'], exports: ['a'] });
  const b = library({ needed: ['libc.so.6'], exports: ['b'] });

  it('is loaded with it', () => {
    const on = readSystem({ 'libc.so.6': libc, 'liba.so.1': a, 'libb.so.1': b });
    expect(findings(importing(['liba.so.1'], 'a', 'b', 'malloc', 'c'), on)).toMatchObject([missing('c')]);
  });

  it('may define anything where it was not read', () => {
    const on = readSystem({ 'libc.so.6': libc, 'liba.so.1': a });
    expect(findings(importing(['liba.so.1'], 'c'), on)).toEqual([]);
  });

  it("is loaded with the system's own Ruby, of the version that runs", () => {
    const ruby = library({ needed: ['libb.so.1'], exports: ['rb_define_method'] });
    const on = readSystem({ 'libc.so.6': libc, 'libb.so.1': b, 'libruby-3.1.so.3.1': ruby });
    const extension = importing(['libc.so.6'], 'rb_define_method', 'b');
    expect(findings(extension, on, '3.1')).toEqual([]);
    expect(findings(extension, on, '3.3')).toMatchObject([missing('b')]);
  });
});

describe('a symbol with a version', () => {
  const versioned = (version: string, symbols: readonly string[]): ElfFile => {
    const need = { name: version, hash: 0, flags: 0, weak: false, index: 2, symbols };
    return elf({ needed: ['liba.so.1'], verneed: [{ library: 'liba.so.1', versions: [need] }] });
  };
  const definition = (
    index: number,
    name: string,
    ...symbols: readonly string[]
  ): ElfFile['verdef'][number] => ({
    name,
    index,
    flags: 0,
    base: false,
    parents: [],
    symbols,
  });
  const a = library({ verdef: [definition(2, 'A_1', 'one'), definition(3, 'A_2', 'two')] });
  const on = readSystem(
    { 'libc.so.6': libc, 'liba.so.1': a },
    { versions: { 'libc.so.6': [], 'liba.so.1': ['A_1', 'A_2'] } },
  );

  it('is missing where the library has the version and lost the symbol', () => {
    expect(findings(versioned('A_1', ['one']), on)).toEqual([]);
    expect(findings(versioned('A_1', ['one', 'two']), on)).toMatchObject([
      { ...missing('two'), library: 'liba.so.1' },
    ]);
  });

  it('is taken from whatever defines it without one', () => {
    expect(findings(versioned('A_1', ['malloc']), on)).toEqual([]);
  });

  it('is not asked for by a name that is weak, or that nothing refers to', () => {
    const file = { ...versioned('A_1', ['two', 'three']), weakImports: ['two'], idleImports: ['three'] };
    expect(findings(file, on)).toEqual([]);
  });

  it('is hidden from who asks for none, but in the first version, which glibc takes', () => {
    const hidden = library({
      verdef: [definition(2, 'A_1', 'one'), definition(3, 'A_2', 'two', 'three')],
      hiddenExports: ['one', 'two'],
    });
    const found = (name: string): readonly boolean[] => [
      exportsName(hidden, name, 'gnu'),
      exportsName(hidden, name, 'musl'),
      exportsVersioned(hidden, name, 'A_2'),
    ];
    expect(found('one')).toEqual([true, false, false]);
    expect(found('two')).toEqual([false, false, true]);
    expect(found('three')).toEqual([true, true, true]);
  });
});

it('names of musl by its table are for systems that were not read', () => {
  const read = { ...alpine, exports: { 'libc.so': library({ exports: ['call'] }) } };
  expect(findings(importing(['libc.so'], 'memcpy'), alpine)).toEqual([]);
  expect(findings(importing(['libc.so'], 'memcpy'), read)).toMatchObject([missing('memcpy')]);
});
