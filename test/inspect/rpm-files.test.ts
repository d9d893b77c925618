import { describe, expect, it } from 'vitest';
import { ArchiveError } from '../../src/archive/archive-error.js';
import { CpioReader } from '../../src/archive/cpio.js';
import type { ArchiveEntry } from '../../src/archive/entry.js';
import { RpmPrologue } from '../../src/archive/rpm.js';
import { rpmFiles } from '../../src/archive/rpm-files.js';
import type { RpmHeader } from '../../src/archive/rpm-files.js';
import { fixture } from './trees.js';

/** The header of a package of fixtures/inspect, and its payload. */
function opened(name: string): { readonly header: RpmHeader; readonly payload: Buffer } {
  const payload: Uint8Array[] = [];
  const prologue = new RpmPrologue((chunk) => void payload.push(chunk));
  prologue.push(fixture(name));
  prologue.end();
  if (prologue.header === undefined) throw new Error('the payload was not reached');
  return { header: prologue.header, payload: Buffer.concat(payload) };
}

type Values = readonly (readonly [tag: number, type: number, values: readonly (number | string)[]])[];

/** rpm's `format_header` manual. */
function headerOf(values: Values): RpmHeader {
  const index: Buffer[] = [];
  const data: Buffer[] = [];
  for (const [tag, type, list] of values) {
    const offset = data.reduce((sum, { length }) => sum + length, 0);
    const entry = Buffer.alloc(16);
    for (const [at, number] of [tag, type, offset, list.length].entries())
      entry.writeUInt32BE(number, at * 4);
    index.push(entry);
    data.push(...list.map((value) => encoded(type, value)));
  }
  return { index: Buffer.concat(index), data: Buffer.concat(data) };
}

function encoded(type: number, value: number | string): Buffer {
  if (typeof value === 'string') return Buffer.from(`${value}\0`);
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes.subarray(type === 3 ? 6 : type === 4 ? 4 : 0);
}

const HUGE = 5 * 2 ** 30;
const ONE_HUGE: Values = [
  [1030, 3, [0o100644]],
  [1116, 4, [0]],
  [1117, 8, ['huge']],
  [1118, 8, ['/srv/']],
  [5008, 5, [HUGE]],
];

describe('the files of a package', () => {
  it('are those that rpm -qp --dump shows', () => {
    expect(rpmFiles(opened('probe-v6-none.rpm').header)).toEqual([
      {
        name: 'usr/bin/probe',
        size: 6312,
        mode: 0o100755,
        identity: expect.any(String) as string,
        last: false,
      },
      {
        name: 'usr/bin/probe-also',
        size: 6312,
        mode: 0o100755,
        identity: expect.any(String) as string,
        last: true,
      },
      { name: 'usr/lib64/libanswer.so.1', size: 16, mode: 0o120777, last: true },
      { name: 'usr/lib64/libanswer.so.1.0', size: 4944, mode: 0o100755, last: true },
      { name: 'usr/lib64/readme', size: 5, mode: 0o100644, last: true },
    ]);
  });

  it('of rpm 4 are the same, beside the links to build IDs that it adds', () => {
    const listed = (name: string): (readonly [string, number])[] =>
      rpmFiles(opened(name).header)
        .filter((file) => !file.name.startsWith('usr/lib/'))
        .map((file) => [file.name, file.size]);
    expect(listed('probe-none.rpm')).toEqual(listed('probe-v6-none.rpm'));
  });

  it('have the size of the tag for 4 GB and more', () => {
    expect(rpmFiles(headerOf(ONE_HUGE))).toEqual([
      { name: 'srv/huge', size: HUGE, mode: 0o100644, last: true },
    ]);
  });

  it.each([
    ['a directory', ONE_HUGE.map((each) => (each[0] === 1116 ? ([1116, 4, [7]] as const) : each))],
    ['a size', ONE_HUGE.filter(([tag]) => tag !== 5008)],
    ['names', ONE_HUGE.map((each) => (each[0] === 1118 ? ([1118, 6, ['/srv/']] as const) : each))],
  ])('without %s are an error', (_what, values) => {
    expect(() => rpmFiles(headerOf(values))).toThrow(ArchiveError);
  });
});

describe('entries in RPM’s own form', () => {
  const seen = (bytes: Buffer, header: RpmHeader, chunk: number): ArchiveEntry[] => {
    const entries: ArchiveEntry[] = [];
    const reader = new CpioReader(
      (entry) => void entries.push(entry),
      () => rpmFiles(header),
    );
    for (let at = 0; at < bytes.length; at += chunk) reader.push(bytes.subarray(at, at + chunk));
    reader.end();
    return entries;
  };

  it.each([1, 7, 4096])('are those of the payload, in chunks of %i bytes', (chunk) => {
    const { header, payload } = opened('probe-v6-none.rpm');
    expect(
      seen(payload, header, chunk).map(({ kind, name, linkname, size }) => [kind, name, linkname, size]),
    ).toEqual([
      ['link', 'usr/lib64/libanswer.so.1', 'libanswer.so.1.0', 0],
      ['file', 'usr/lib64/libanswer.so.1.0', '', 4944],
      ['file', 'usr/lib64/readme', '', 5],
      ['hard-link', 'usr/bin/probe', 'usr/bin/probe-also', 0],
      ['file', 'usr/bin/probe-also', '', 6312],
    ]);
  });

  it('may be of 4 GB and more, and are waited for', () => {
    const sizes: number[] = [];
    const reader = new CpioReader(
      ({ size }) => void sizes.push(size),
      () => rpmFiles(headerOf(ONE_HUGE)),
    );
    reader.push(Buffer.from('07070X00000000\0\0the first of its bytes'));
    expect(sizes).toEqual([HUGE]);
    expect(() => {
      reader.end();
    }).toThrow(expect.objectContaining({ code: 'ARCHIVE_TRUNCATED' }) as Error);
  });

  it.each(['07070X00000009\0\0', '07070Xno number'])(
    'of no file of the package are an error: %j',
    (entry) => {
      expect(() => seen(Buffer.from(entry.padEnd(16, '\0')), headerOf(ONE_HUGE), 16)).toThrow(
        /which the package's header does not have/,
      );
    },
  );
});
