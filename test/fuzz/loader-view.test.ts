import { describe, expect, it } from 'vitest';
import { elfSeeds, elfSubject, holdAgainstLoader } from '../../scripts/fuzz/elf.js';
import { LoaderGivesUp, loaderView } from '../../scripts/fuzz/loader-view.js';
import { BrokenPromise } from '../../scripts/fuzz/subject.js';
import { parseElf } from '../../src/elf/parse.js';
import { Dissection, readelfOf } from '../elf/fixture.js';

const STRTAB = 5;
const VERNEED = 0x6ffffffe;

/** Name as readelf prints it: `library: version flags index`. */
const asReadelf = (version: string): string =>
  version.replace(/^(\S+) (\S+?)( weak)?$/, (_, library: string, name: string, weak?: string) =>
    [library, name, weak === undefined ? 0 : 2].join(' '),
  );

describe('the second reading, against readelf', () => {
  const whole = [...elfSeeds].filter(([name, bytes]) => {
    const { loadable } = parseElf(bytes);
    // readelf finds versions through section headers only.
    return loadable && readelfOf(name).hasSectionHeaders;
  });

  it.each(whole)('%s', (name, bytes) => {
    const { reading } = readelfOf(name);
    const view = loaderView(bytes);
    expect(view.needed).toEqual(reading.needed);
    expect(view.interpreter).toBe(reading.interpreter);
    expect(view.unmeetable).toEqual([]);
    expect(view.versions.map(asReadelf)).toEqual(
      reading.verneed.map((need) => need.replace(/^(.*): (\S+) (\d+) \d+$/, '$1 $2 $3')),
    );
  });

  it('is of more than a handful of files with versions', () => {
    expect(whole.filter(([, bytes]) => loaderView(bytes).versions.length > 0).length).toBeGreaterThan(10);
  });

  it('has no view of an object file', () => {
    expect(() => loaderView(elfSeeds.get('object-file.o') ?? new Uint8Array())).toThrow(LoaderGivesUp);
  });
});

describe('the rule for ELF files', () => {
  it('GLIBC_2.99 is incompatible, and an error once its name says less than its hash', () => {
    const file = new Dissection('lib-needs-glibc-2.99.so');
    expect(elfSubject.check(file.bytes)).toBe('incompatible');
    const at = Buffer.from(file.bytes).indexOf('GLIBC_2.99');
    file.bytes.set(Buffer.from('GLIBC_2.17'), at);
    expect(elfSubject.check(file.bytes)).toBe('ELF_BAD_VERNEED');
    expect(loaderView(file.bytes).unmeetable).toEqual(['libc.so.6 GLIBC_2.17']);
  });

  it('a name and a hash that were both changed is another need, and may fit', () => {
    const file = new Dissection('lib-needs-glibc-2.99.so');
    const name = Buffer.from(file.bytes).indexOf('GLIBC_2.99');
    const need = file.dynamicValue(VERNEED);
    const strings = file.dynamicValue(STRTAB);
    let aux = need + file.view.getUint32(need + 8, true);
    while (strings + file.view.getUint32(aux + 8, true) !== name) aux += file.view.getUint32(aux + 12, true);
    file.bytes.set(Buffer.from('GLIBC_2.17'), name);
    // Hash of "GLIBC_2.17", as `readelf -V` and glibc's abi-versions have it.
    file.u32(aux, 0x06969197);
    expect(elfSubject.check(file.bytes)).toBe('compatible');
  });

  const bytes = elfSeeds.get('lib-needs-glibc-2.99.so') ?? new Uint8Array();
  const elf = parseElf(bytes);

  it.each([
    ['no needed library', { ...elf, needed: [] }],
    ['no needed version', { ...elf, verneed: [] }],
    [
      'every need as a weak one',
      {
        ...elf,
        verneed: elf.verneed.map((need) => ({
          ...need,
          versions: need.versions.map((version) => ({ ...version, weak: true })),
        })),
      },
    ],
    ['nothing to load', { ...elf, loadable: false }],
  ])('catches a reading with %s', (_, shorter) => {
    expect(holdAgainstLoader(elf, bytes)).toBe('incompatible');
    expect(() => holdAgainstLoader(shorter, bytes)).toThrow(BrokenPromise);
  });

  it('holds for every bit of the needed versions, and every third of headers and dynamic table', () => {
    const file = new Dissection('lib-needs-glibc-2.99.so');
    const headers = [0, 64 + 56 * file.view.getUint16(56, true)];
    const dynamic = [file.dynamicEnd() - 16 * 20, file.dynamicEnd() + 16];
    const verneed = [file.dynamicValue(VERNEED), file.dynamicValue(VERNEED) + 48];
    const outcomes: Record<string, number> = {};
    for (const [from = 0, to = 0] of [headers, dynamic, verneed]) {
      for (let bit = from * 8; bit < to * 8; bit += from === verneed[0] ? 1 : 3) {
        const at = bit >> 3;
        const before = file.view.getUint8(at);
        file.view.setUint8(at, before ^ (1 << (bit & 7)));
        const outcome = holdOutcome(file.bytes);
        outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
        file.view.setUint8(at, before);
      }
    }
    // Never silently better: what fits now has lost its PT_DYNAMIC, its DT_VERNEED or the need's strength.
    const { compatible = 0, incompatible = 0 } = outcomes;
    expect(incompatible).toBeGreaterThan(500);
    expect(compatible).toBeLessThan(200);
  });
});

/** As `check` ends; what breaks the rule is thrown. */
function holdOutcome(bytes: Uint8Array): string {
  const outcome = elfSubject.check(bytes);
  if (typeof outcome !== 'string') throw new Error('the check of ELF files does not wait');
  return outcome;
}
