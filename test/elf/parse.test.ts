import { describe, expect, it } from 'vitest';
import { readingOf } from '../../scripts/oracle/readelf.js';
import { parseElf } from '../../src/elf/parse.js';
import { Dissection, fixture, fixtureNames, outcome, readelfOf } from './fixture.js';

const VERSIONS = { verneed: [], verdef: [], bindings: [], unversionedImports: [], weakImports: [] };
const withoutSectionHeaders = fixtureNames.filter((name) => name.includes('without-section-headers'));
const headerOnly = fixtureNames.filter((name) => /^(separate-debug|object-file)/.test(name));
const inFull = fixtureNames.filter(
  (name) => !withoutSectionHeaders.includes(name) && !headerOnly.includes(name),
);

describe('agrees with readelf', () => {
  it.each(inFull)('%s', (name) => {
    expect(readingOf(parseElf(fixture(name)))).toEqual(readelfOf(name).reading);
  });

  it.each(withoutSectionHeaders)('%s, as far as readelf sees without section headers', (name) => {
    const ours = readingOf(parseElf(fixture(name)));
    expect({ ...ours, ...VERSIONS }).toEqual({ ...readelfOf(name).reading, ...VERSIONS });
  });

  it.each(headerOnly)('%s: the header', (name) => {
    const elf = parseElf(fixture(name));
    const { class: bits, byteOrder, type, machine } = readelfOf(name).reading;
    expect(readingOf(elf)).toMatchObject({ class: bits, byteOrder, type, machine });
    expect(elf).toMatchObject({ loadable: false, dynamic: false, needed: [], verneed: [] });
  });
});

describe('what the loader reads', () => {
  it('ignores the PT_GNU_PROPERTY that patchelf left on other bytes, and reads the one that it wrote', () => {
    expect(parseElf(fixture('exe-patchelf')).isaNeeded).toEqual(parseElf(fixture('exe-pie')).isaNeeded);
  });

  it('needs no section headers', () => {
    // Who built it is written in sections alone.
    const { producer, ...whole } = parseElf(fixture('exe-pie'));
    expect(producer?.comments).toHaveLength(1);
    expect(parseElf(fixture('exe-without-section-headers'))).toEqual(whole);
  });

  it('counts symbols by the relocations where GNU ld wrote an empty DT_GNU_HASH and nothing else says how many there are', () => {
    const { producer, ...whole } = parseElf(fixture('lib-empty-gnu-hash.so'));
    expect(producer?.marks).toEqual([]);
    expect(whole.verneed.flatMap(({ versions }) => versions).map(({ symbols }) => symbols)).toEqual([
      ['new_call'],
      ['old_call'],
    ]);
    expect(parseElf(fixture('lib-empty-gnu-hash-without-section-headers.so'))).toEqual(whole);
  });

  it.each([
    ['exe-pie', 'x86_64'],
    ['exe-x86', 'x86'],
    ['exe-aarch64', 'aarch64'],
    ['exe-arm', 'arm'],
    ['exe-s390x', 's390x'],
  ])('names the CPU of %s %s', (name, cpu) => {
    expect(parseElf(fixture(name)).cpu).toBe(cpu);
  });

  it('binds a copy relocation to the version of the library that has the original', () => {
    const [libc] = parseElf(fixture('exe-no-pie-copy-relocation')).verneed;
    expect(libc?.versions.find(({ name }) => name === 'GLIBC_2.2.5')?.symbols).toContain('stdout');
  });

  it('tells a weak need from a strong one', () => {
    const [stub] = parseElf(fixture('lib-weak-verneed.so')).verneed;
    expect(stub?.versions.map(({ name, weak, symbols }) => ({ name, weak, symbols }))).toEqual([
      { name: 'STUB_2', weak: true, symbols: ['new_call'] },
      { name: 'STUB_1', weak: false, symbols: ['old_call'] },
    ]);
    expect(parseElf(fixture('lib-weak-verneed.so')).weakImports).toEqual(['new_call']);
  });

  it('lists versions that are no numbers', () => {
    const names = parseElf(fixture('exe-relr')).verneed.flatMap(({ versions }) =>
      versions.map(({ name }) => name),
    );
    expect(names).toContain('GLIBC_ABI_DT_RELR');
  });

  it.each(fixtureNames)('without the names of defined symbols, the rest of %s is the same', (name) => {
    const whole = parseElf(fixture(name));
    const verdef = whole.verdef.map((version) => ({ ...version, symbols: [] }));
    const without = { ...whole, verdef, exports: undefined, hiddenExports: undefined };
    // toEqual takes what is undefined for absent.
    expect(parseElf(fixture(name), { definedSymbols: false })).toEqual(without);
  });

  it('keeps a hidden and a default definition of one symbol apart, and what a version inherits', () => {
    const versions = parseElf(fixture('lib-verdef.so')).verdef.filter(({ base }) => !base);
    expect(
      versions.map(({ name, parents, symbols }) => ({ name, parents, symbols: [...symbols].sort() })),
    ).toEqual([
      { name: 'ANSWER_1', parents: [], symbols: ['answer', 'plain'] },
      { name: 'ANSWER_2', parents: ['ANSWER_1'], symbols: ['answer'] },
      { name: 'ANSWER_3', parents: ['ANSWER_1', 'ANSWER_2'], symbols: [] },
    ]);
  });

  it('splits RPATH and RUNPATH and leaves $ORIGIN as it is', () => {
    expect(parseElf(fixture('exe-runpath-origin'))).toMatchObject({
      rpath: [],
      runpath: ['$ORIGIN/../lib', '/opt/lib'],
    });
    expect(parseElf(fixture('exe-rpath-origin'))).toMatchObject({ rpath: ['$ORIGIN'], runpath: [] });
  });

  it('takes the last of a tag that is there twice', () => {
    const file = new Dissection('exe-runpath-origin');
    const relativeCount = file.dynamic(0x6ffffff9);
    file.u64(relativeCount, 29);
    file.u64(relativeCount + 8, file.dynamicValue(1));
    expect(relativeCount).toBeGreaterThan(file.dynamic(29));
    expect(parseElf(file.bytes).runpath).toEqual(['libc.so.6']);
  });

  it('reads a static executable as one that needs nothing', () => {
    const elf = parseElf(fixture('exe-musl-static'));
    expect(elf).toMatchObject({ loadable: true, dynamic: false, needed: [], verneed: [] });
    expect(elf).not.toHaveProperty('interpreter');
  });

  it('reads a static-pie as dynamic without interpreter', () => {
    const elf = parseElf(fixture('exe-static-pie'));
    expect(elf).toMatchObject({ loadable: true, dynamic: true, pie: true, needed: [] });
    expect(elf).not.toHaveProperty('interpreter');
  });

  it('finds PT_DYNAMIC by its address, as the loader does, whatever its offset says', () => {
    const file = new Dissection('exe-pie');
    file.u64(file.programHeader(2) + 8, 0);
    expect(parseElf(file.bytes)).toEqual(parseElf(fixture('exe-pie')));
  });

  it('reads past p_filesz of PT_DYNAMIC up to DT_NULL, as the loader does', () => {
    const file = new Dissection('exe-pie');
    file.u64(file.programHeader(2) + 32, 16);
    expect(parseElf(file.bytes)).toEqual(parseElf(fixture('exe-pie')));
  });

  it('follows DT_VERNEED without DT_VERNEEDNUM', () => {
    const file = new Dissection('exe-pie');
    file.u64(file.dynamic(0x6fffffff), 21);
    expect(parseElf(file.bytes)).toEqual(parseElf(fixture('exe-pie')));
  });

  it('reads PN_XNUM program headers', () => {
    const file = new Dissection('exe-pie');
    const count = file.view.getUint16(56, true);
    const sections = Number(file.view.getBigUint64(40, true));
    file.u16(56, 0xffff);
    file.u32(sections + 44, count);
    expect(parseElf(file.bytes)).toEqual(parseElf(fixture('exe-pie')));
  });

  it('leaves a core dump at its header', () => {
    const file = new Dissection('exe-pie');
    file.u16(16, 4);
    expect(parseElf(file.bytes)).toMatchObject({ type: 'core', loadable: false, dynamic: false });
  });

  it('is plain data', () => {
    const elf = parseElf(fixture('exe-pie'));
    expect(JSON.parse(JSON.stringify(elf))).toEqual(elf);
  });
});

describe('DT_HASH on s390x', () => {
  /** Spare entries of its dynamic section hold a table whose words have 4 bytes, as mold writes them; the ABI's have 8. */
  function withNarrowWords({ gnuHash }: { readonly gnuHash: boolean }): Uint8Array {
    const bytes = fixture('lib-verdef-s390x.so');
    const view = new DataView(bytes.buffer);
    const dynamic = 0xef8;
    const gnuHashEntry = dynamic + 16;
    const spare = dynamic + 9 * 16;
    const table = dynamic + 11 * 16;
    view.setBigUint64(spare, 4n);
    view.setBigUint64(spare + 8, BigInt(table + 0x1000));
    view.setUint32(table, 1);
    view.setUint32(table + 4, 7);
    if (!gnuHash) view.setBigUint64(gnuHashEntry, 21n);
    return bytes;
  }

  it('is read with the words that it has if loaders look at DT_GNU_HASH', () => {
    expect(outcome(withNarrowWords({ gnuHash: true }))).toEqual(outcome(fixture('lib-verdef-s390x.so')));
  });

  it('is damaged if they look at it', () => {
    expect(outcome(withNarrowWords({ gnuHash: false }))).toMatchObject({ code: 'ELF_BAD_HASH_TABLE' });
  });
});
