import { readdir, readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { inspectGem } from '../../src/gem/contents.js';
import { isGemContents } from '../../src/gem/contents-shape.js';
import { contents, defines, elf } from '../helpers/contents.js';
import { opened } from '../helpers/gems.js';

const whole = contents(
  {
    'lib/x.so': elf({
      needs: { 'libc.so.6': ['GLIBC_2.34'] },
      verdef: defines('X_1'),
      interpreter: '/lib/ld.so',
      soname: 'x',
      filter: 'y',
      isaNeeded: ['x86-64-v2'],
      noDefaultLibraries: true,
      pages: { congruent: 4096, aligned: 4096, misaligned: true, apart: 65_536 },
      producer: {
        comments: ['GCC: (Debian 12.2.0-14) 12.2.0'],
        go: { version: 'go1.22.4', path: 'a/b', module: 'a', settings: { CGO_ENABLED: '1' } },
        marks: ['rust'],
      },
    }),
  },
  { unreadable: [{ path: 'a', code: 'ELF_TRUNCATED', reason: 'cut' }], links: { a: 'b' } },
);

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

const copy = (value: unknown): Json => JSON.parse(JSON.stringify(value)) as Json;

/** Paths of all values within, outermost first: `["binaries", "0", "elf", "class"]`. */
function within(value: Json, at: readonly string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [[...at, key], ...within(inner, [...at, key])]);
}

/** A copy in which `change` was made to the object or list that holds the value at the path. */
function changed(path: readonly string[], change: (holder: Record<string, Json>, key: string) => void): Json {
  const root = copy(whole);
  let holder = root as Record<string, Json>;
  for (const key of path.slice(0, -1)) holder = holder[key] as Record<string, Json>;
  change(holder, path.at(-1) ?? '');
  return root;
}

const optional = [
  'cpu',
  'interpreter',
  'pages',
  'misaligned',
  'noDefaultLibraries',
  'soname',
  'filter',
  'producer',
  'go',
];
/** What a Go program may leave unsaid. */
const optionalOfGo = ['path', 'module', 'CGO_ENABLED'];
const named = within(copy(whole)).filter((path) => !/^\d+$/.test(path.at(-1) ?? '') && path[0] !== 'links');

describe('isGemContents', () => {
  it('knows every gem of the fixtures after its way through JSON', async () => {
    const folder = new URL('../../fixtures/mirror/gems/', import.meta.url);
    const names = (await readdir(folder)).filter((name) => name.endsWith('.gem'));
    expect(names.length).toBeGreaterThan(50);
    for (const name of names) {
      const read = await inspectGem(opened(await readFile(new URL(name, folder))));
      expect([name, isGemContents(copy(read))]).toEqual([name, true]);
    }
  });

  it('asks for every field but the optional ones', () => {
    expect(isGemContents(copy(whole))).toBe(true);
    expect(named.length).toBeGreaterThan(50);
    for (const path of named) {
      const without = changed(path, (holder, key) => {
        Reflect.deleteProperty(holder, key);
      });
      expect([path.join('.'), isGemContents(without)]).toEqual([
        path.join('.'),
        (path.includes('go') && path.at(-1) !== 'go' ? optionalOfGo : optional).includes(path.at(-1) ?? ''),
      ]);
    }
  });

  it.each<[string, Json]>([
    ['null', null],
    ['a number below zero', -1],
    ['a fraction', 0.5],
    ['a word of no list', 'else'],
    ['a list of lists', [[]]],
    ['an object', { else: true }],
  ])('takes %s for no field', (_, value) => {
    for (const path of within(copy(whole))) {
      const other = changed(path, (holder, key) => {
        holder[key] = value;
      });
      // A text may be any.
      const fits = typeof value === 'string' && typeof valueAt(path) === 'string' && !enumerated(path);
      expect([path.join('.'), isGemContents(other)]).toEqual([path.join('.'), fits]);
    }
  });

  it('takes no field that it does not know', () => {
    for (const path of named) {
      if (path[0] === 'links' || path.includes('settings')) continue;
      const more = changed(path, (holder) => {
        holder['else'] = 1;
      });
      expect([path.join('.'), isGemContents(more)]).toEqual([path.join('.'), false]);
    }
  });
});

function valueAt(path: readonly string[]): Json {
  return path.reduce<Json>((value, key) => (value as Record<string, Json>)[key] ?? null, copy(whole));
}

function enumerated(path: readonly string[]): boolean {
  return ['byteOrder', 'type', 'cpu', 'isaNeeded', 'marks'].some((key) => path.includes(key));
}
