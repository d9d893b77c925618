import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseElf } from '../../src/elf/parse.js';
import { SparseElfCollector } from '../../src/elf/sparse.js';
import type { SectionSpec } from './sectioned.js';
import { BASE, sectioned } from './sectioned.js';

const producerOf = (...args: Parameters<typeof sectioned>) => parseElf(sectioned(...args)).producer;

const comment = (text: string): SectionSpec => ({ name: '.comment', content: text });

const GCC = 'GCC: (Debian 12.2.0-14) 12.2.0\0';

describe('.comment', () => {
  it('has the names of compilers, each once', () => {
    expect(producerOf([comment(`\0${GCC}${GCC}rustc version 1.79.0 (129f3b996 2024-06-10)\0`)])).toEqual({
      comments: ['GCC: (Debian 12.2.0-14) 12.2.0', 'rustc version 1.79.0 (129f3b996 2024-06-10)'],
      marks: [],
    });
  });

  it('of a real file', () => {
    const file = readFileSync(new URL('../../fixtures/elf/bin/exe-pie', import.meta.url));
    expect(parseElf(file).producer?.comments).toEqual(['GCC: (Debian 12.2.0-14+deb12u1) 12.2.0']);
  });

  it('is bounded, however much there is of it', () => {
    const many = Array.from({ length: 5000 }, (_, index) => `compiler ${index} ${'x'.repeat(index)}`).join(
      '\0',
    );
    const comments = producerOf([comment(many)])?.comments ?? [];
    expect(comments.length).toBeLessThanOrEqual(32);
    for (const each of comments) expect(each.length).toBeLessThanOrEqual(200);
  });

  it('is nothing where it is stripped, empty or loaded', () => {
    expect(producerOf([])).toBeUndefined();
    expect(producerOf([comment('\0\0')])).toBeUndefined();
    expect(producerOf([{ ...comment(GCC), loaded: true }])).toBeUndefined();
    expect(producerOf([comment(GCC)], { stripped: true })).toBeUndefined();
  });
});

const SENTINEL = '0123456789abcdef';
const MODULES = `${SENTINEL}path\tgithub.com/a/thing/cmd/thing\nmod\tgithub.com/a/thing\t(devel)\t\ndep\tgolang.org/x/net\tv0.1.0\th1:x=\nbuild\t-compiler=gc\nbuild\tCGO_ENABLED=1\nbuild\t-ldflags="-X main.secret=hunter2"\nbuild\tvcs.revision=0123\n${SENTINEL}`;
const READ = {
  version: 'go1.22.4',
  path: 'github.com/a/thing/cmd/thing',
  module: 'github.com/a/thing',
  settings: { '-compiler': 'gc', CGO_ENABLED: '1' },
};

function varint(value: number): string {
  return value < 0x80
    ? String.fromCharCode(value)
    : String.fromCharCode((value & 0x7f) | 0x80) + varint(value >>> 7);
}

/** From Go 1.18 on: strings behind the header. */
function inlineInfo(version: string, modules: string): string {
  const head = `\xff Go buildinf:\x08\x02`.padEnd(32, '\0');
  return `${head}${varint(version.length)}${version}${varint(modules.length)}${modules}`;
}

/** Before Go 1.18: pointers to string headers. `at`: address of the section. */
function pointedInfo(version: string, modules: string, at: bigint, bigEndian: boolean): Uint8Array {
  const size = 32 + 32 + version.length + modules.length;
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  const put = (text: string, offset: number): void => {
    bytes.set(
      Uint8Array.from(text, (character) => character.charCodeAt(0)),
      offset,
    );
  };
  put('\xff Go buildinf:\x08', 0);
  bytes[15] = bigEndian ? 1 : 0;
  const u64 = (offset: number, value: bigint): void => {
    view.setBigUint64(offset, value, !bigEndian);
  };
  u64(16, at + 32n);
  u64(24, at + 48n);
  u64(32, at + 64n);
  u64(40, BigInt(version.length));
  u64(48, at + 64n + BigInt(version.length));
  u64(56, BigInt(modules.length));
  put(version, 64);
  put(modules, 64 + version.length);
  return bytes;
}

const INFO = inlineInfo('go1.22.4', MODULES);

describe('Go build information', () => {
  it('is read inline, as Go 1.18 and later write it', () => {
    const go = producerOf([{ name: '.go.buildinfo', content: INFO, loaded: true }])?.go;
    expect(go).toEqual(READ);
    // What a build was told may be secret.
    expect(JSON.stringify(go)).not.toContain('hunter2');
  });

  it.each([false, true])(
    'is read by pointers, as earlier releases write it (big-endian: %s)',
    (bigEndian) => {
      const content = pointedInfo('go1.17.13', MODULES, BASE + 128n, bigEndian);
      const go = producerOf([{ name: '.go.buildinfo', content, loaded: true }], { bigEndian })?.go;
      expect(go).toEqual({ ...READ, version: 'go1.17.13' });
    },
  );

  it('is found in the data where section headers are stripped', () => {
    const padding = { name: '.data', content: 'x'.repeat(160), loaded: true };
    expect(
      producerOf([padding, { name: '.go.buildinfo', content: INFO, loaded: true }], { stripped: true })?.go,
    ).toEqual(READ);
  });

  it.each([
    ['another magic', INFO.replace('buildinf', 'buildinx')],
    ['no version', inlineInfo('', MODULES)],
    ['a version of something else', inlineInfo('rust', '')],
    ['a length beyond the file', `${INFO.slice(0, 32)}\xff\xff\xff\xff\x0f`],
    ['pointers to nowhere', `\xff Go buildinf:\x08\0${'\xee'.repeat(64)}`],
    ['pointers of three bytes', `\xff Go buildinf:\x03\0${'\xee'.repeat(64)}`],
  ])('is nothing with %s', (_, content) => {
    expect(producerOf([{ name: '.go.buildinfo', content, loaded: true }])).toBeUndefined();
  });
});

describe('marks', () => {
  it.each<[string, Parameters<typeof sectioned>, string]>([
    ['GraalVM by its heap', [[{ name: '.svm_heap', content: 'x', loaded: true }]], 'graalvm'],
    ['Bun by its section', [[{ name: '.bun', content: 'x' }]], 'bun'],
    ['Bun by its trailer', [[], { trailer: `graph\n---- Bun! ----\n${'\0'.repeat(8)}` }], 'bun'],
    ['Dart by its trailer', [[], { trailer: `snapshot${'\0'.repeat(8)}\xdc\xdc\xf6\xf6\0\0\0\0` }], 'dart'],
    [
      'Rust by the paths of its library',
      [
        [
          {
            name: '.rodata',
            content: `${'.'.repeat(300_000)}/rustc/129f3b99/library/core/src/x.rs`,
            loaded: true,
          },
        ],
      ],
      'rust',
    ],
  ])('%s', (_, args, mark) => {
    expect(producerOf(...args)?.marks).toEqual([mark]);
  });

  it('stay away from what resembles them', () => {
    expect(
      producerOf([
        { name: '.bunny', content: 'x' },
        { name: 'x.bun', content: 'x' },
      ]),
    ).toBeUndefined();
    expect(producerOf([], { trailer: '---- Bun! ----' })).toBeUndefined();
  });
});

describe('evidence that cannot be read', () => {
  const file = sectioned([
    comment(GCC),
    { name: '.go.buildinfo', content: INFO, loaded: true },
    { name: '.rodata', content: '/rustc/x', loaded: true },
  ]);
  const { producer, ...rest } = parseElf(file);

  it('is never an error, and changes nothing else', () => {
    expect(producer?.go).toEqual(READ);
    const shoff = Number(new DataView(file.buffer).getBigUint64(40, true));
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(fc.integer({ min: shoff, max: file.length - 1 }), fc.integer({ min: 0, max: 255 })),
          { minLength: 1, maxLength: 12 },
        ),
        (changes) => {
          const mutant = file.slice();
          for (const [at, byte] of changes) mutant[at] = byte;
          const others = { ...parseElf(mutant), producer: undefined };
          // Sections that say that nothing is loaded make it a separate debug file, with or without evidence.
          if (others.loadable) expect(others).toEqual({ ...rest, producer: undefined });
        },
      ),
      { seed: 20_26, numRuns: 500 },
    );
  });

  it('is never an error in the information itself', () => {
    const start = file.indexOf(0xff);
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat({ max: 60 }), fc.integer({ min: 0, max: 255 })), {
          minLength: 1,
          maxLength: 8,
        }),
        (changes) => {
          const mutant = file.slice();
          for (const [at, byte] of changes) mutant[start + at] = byte;
          const others = { ...parseElf(mutant), producer: undefined };
          expect(others).toEqual({ ...rest, producer: undefined });
        },
      ),
      { seed: 20_26, numRuns: 500 },
    );
  });
});

describe('a file that is streamed', () => {
  const retention = { head: 512, tail: 1024, segments: 4096, extra: 1 << 20 };
  const sections: readonly SectionSpec[] = [
    { name: '.data', content: 'x'.repeat(2000), loaded: true },
    comment(GCC),
    { name: '.debug_info', content: 'd'.repeat(200_000) },
  ];

  function streamed(bytes: Uint8Array): SparseElfCollector {
    const collector = new SparseElfCollector(bytes.length, { retention });
    for (let at = 0; at < bytes.length; at += 321) collector.push(bytes.subarray(at, at + 321));
    return collector;
  }

  it('keeps what lies right behind the loaded content', () => {
    expect(parseElf(streamed(sectioned(sections)).finish()).producer?.comments).toEqual([GCC.slice(0, -1)]);
  });

  it('needs no second pass for evidence that was not kept', () => {
    const far = sectioned(sections, { gap: 100_000 });
    expect(parseElf(far).producer?.comments).toEqual([GCC.slice(0, -1)]);
    expect(parseElf(streamed(far).finish()).producer).toBeUndefined();
  });
});
