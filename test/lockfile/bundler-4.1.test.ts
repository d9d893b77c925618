import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { LockfileError } from '../../src/errors.js';
import { parseLockfile } from '../../src/lockfile/parse.js';
import type { Lockfile } from '../../src/lockfile/types.js';
import { inBoundedTime } from '../helpers/bounded-time.js';
import { random } from './mutate.js';

const read = (name: string): Promise<string> =>
  readFile(new URL(`../../fixtures/lockfiles/${name}`, import.meta.url), 'utf8');

const skinny = '86e5e59f'.repeat(8);
const fat = '7012f594'.repeat(8);

/** A lockfile with one precompiled gem, and what stands after its DEPENDENCIES. */
function locked(...sections: string[]): string {
  const head = ['GEM', '  remote: https://gem.repo2/', '  specs:', '    mygem (1.0-x86_64-linux)', ''];
  const dependencies = ['PLATFORMS', '  x86_64-linux', '', 'DEPENDENCIES', '  mygem', ''];
  return [...head, ...dependencies, ...sections, ''].join('\n');
}

const addresses = (...rows: string[]): string[] => ['CONTENT ADDRESSES', ...rows, ''];
const checksums = (...rows: string[]): string[] => ['CHECKSUMS', ...rows, ''];
const mine = `  mygem (1.0-x86_64-linux) 86e5e59f`;

function refusalOf(text: string): LockfileError {
  try {
    parseLockfile(text);
  } catch (error) {
    if (error instanceof LockfileError) return error;
    throw error;
  }
  throw new Error('it was read');
}

describe('the sections of Bundler 4.1', () => {
  it('reads each, with its lines', async () => {
    const lockfile = parseLockfile(await read('bundler-4.1.lock'));
    expect(lockfile).toEqual(JSON.parse(await read('bundler-4.1.json')));
    expect(lockfile.warnings).toEqual([]);
  });

  it('has none of them in an older lockfile', async () => {
    const parts: (keyof Lockfile)[] = ['contentAddresses', 'overrides', 'bundlerChecksums'];
    const lockfile = parseLockfile(await read('every-section.lock'));
    for (const part of parts) expect(lockfile).not.toHaveProperty(part);
    for (const source of lockfile.sources) expect(source).not.toHaveProperty('overrides');
  });

  it('reads an address beside the checksum of the ordinary gem', () => {
    const lockfile = parseLockfile(
      locked(
        ...addresses(`${mine} sha256=${skinny}`),
        ...checksums(`  mygem (1.0-x86_64-linux) sha256=${fat}`),
      ),
    );
    expect(lockfile.contentAddresses).toEqual([
      {
        ...{ name: 'mygem', version: '1.0', platform: 'x86_64-linux' },
        ...{ address: '86e5e59f', digests: { sha256: skinny }, line: 13 },
      },
    ]);
    expect(lockfile.checksums).toMatchObject([{ name: 'mygem', digests: { sha256: fat }, line: 16 }]);
    expect(lockfile.specs).toMatchObject([{ name: 'mygem', version: '1.0', platform: 'x86_64-linux' }]);
  });

  it('needs no digest where the lockfile has no checksums', () => {
    const lockfile = parseLockfile(locked(...addresses(mine)));
    expect(lockfile.contentAddresses).toMatchObject([{ address: '86e5e59f', digests: {} }]);
    expect(lockfile.warnings).toEqual([]);
  });

  it('warns of a digest that Bundler 4.1.1 requires, in the order of the lines', () => {
    const lockfile = parseLockfile(locked(...addresses(mine), ...checksums('  other (1.0) sha256=')));
    expect(lockfile.warnings.map(({ line }) => line)).toEqual([13, 16]);
    expect(lockfile.warnings[0]?.message).toBe(
      'the content address of "mygem" has no SHA-256, though the file has CHECKSUMS; Bundler 4.1.1 requires one',
    );
  });

  it('takes the same row twice for one', () => {
    const rows = [mine, `${mine} sha256=${skinny.toUpperCase()}`];
    expect(parseLockfile(locked(...addresses(...rows))).contentAddresses).toMatchObject([
      { address: '86e5e59f', digests: { sha256: skinny.toUpperCase() }, line: 13 },
    ]);
  });

  it('keeps a platform that looks like an address a platform', () => {
    const text = locked().replace('(1.0-x86_64-linux)', '(1.0-abcdef12)');
    const [spec] = parseLockfile(text).specs;
    expect(spec).toMatchObject({ name: 'mygem', version: '1.0', platform: 'unknown' });
    expect(parseLockfile(text)).not.toHaveProperty('contentAddresses');
  });

  it('passes over the address of a gem that is not locked, and lines that are no rows, with a word', () => {
    const rows = [
      `  mygem (1.0-x86_64-linux-musl) 86e5e59f`,
      '  other (1.0-x86_64-linux) 86e5e59f',
      `  ${mine}`,
    ];
    const lockfile = parseLockfile(locked(...addresses(...rows)));
    expect(lockfile.contentAddresses).toEqual([]);
    expect(lockfile.warnings).toEqual([
      {
        line: 13,
        message:
          'the content address of "mygem-1.0-x86_64-linux-musl" is passed over: no gem above has this name, version and platform',
      },
      { line: 14, message: expect.stringContaining('"other-1.0-x86_64-linux"') as string },
      { line: 15, message: 'the line is passed over: "    mygem (1.0-x86_64-linux) 86e5e59f"' },
    ]);
  });

  it('keeps the rows of OVERRIDES as they are written', () => {
    const rows = ['  rails (>= 8.0)', '    nested: row  ', '\tno row', '', '  :all required_ruby_version'];
    const lockfile = parseLockfile(locked('OVERRIDES', ...rows));
    expect(lockfile.overrides).toEqual([
      { text: 'rails (>= 8.0)', line: 13 },
      { text: '  nested: row', line: 14 },
      { text: ':all required_ruby_version', line: 17 },
    ]);
    expect(lockfile.warnings).toMatchObject([{ line: 15 }]);
    expect(parseLockfile(locked('OVERRIDES')).overrides).toEqual([]);
  });

  it("reads Bundler's own checksum apart from those of the gems", () => {
    const rows = [`  bundler (4.0.17) sha256=${fat}`, `  bundler (4.0.16) sha256=${skinny}`];
    const lockfile = parseLockfile(locked(...checksums(...rows), 'BUNDLED WITH', '  4.0.16'));
    expect(lockfile.checksums).toEqual([]);
    expect(lockfile.bundlerChecksums).toEqual([
      { name: 'bundler', version: '4.0.17', platform: 'ruby', digests: { sha256: fat }, line: 13 },
      { name: 'bundler', version: '4.0.16', platform: 'ruby', digests: { sha256: skinny }, line: 14 },
    ]);
    expect(lockfile.warnings).toEqual([
      {
        line: 13,
        message:
          'CHECKSUMS has Bundler 4.0.17, but BUNDLED WITH has 4.0.16; a frozen install may refuse that',
      },
    ]);
  });

  it('reads the override remotes of a GEM section, and takes them elsewhere for an option', () => {
    const gem = locked().replace(
      '  specs:',
      '  override: https://b.example/\n  override: https://a.example\n  specs:',
    );
    expect(parseLockfile(gem).sources).toEqual([
      {
        ...{ type: 'gem', remotes: ['https://gem.repo2/'], options: {}, line: 1 },
        overrides: ['https://b.example/', 'https://a.example'],
      },
    ]);
    const git = 'GIT\n  remote: r\n  override: x\n  specs:\n    a (1)\n';
    expect(parseLockfile(git).sources[0]).toEqual({
      ...{ type: 'git', remotes: ['r'], options: { override: 'x' }, line: 1 },
    });
  });

  it.each<[what: string, text: string, code: string, line: number, message: RegExp]>([
    [
      'an address that is too short',
      locked(...addresses('  mygem (1.0-x86_64-linux) 86e5e5')),
      ...([
        'LOCKFILE_ADDRESS_MALFORMED',
        13,
        /"mygem .* 86e5e5" has an address that is not 8 to 64/,
      ] as const),
    ],
    [
      'the address of a gem for every platform',
      locked(...addresses('  mygem (1.0-ruby) 86e5e59f')),
      ...(['LOCKFILE_ADDRESS_MALFORMED', 13, /has no platform/] as const),
    ],
    [
      'a row without an address',
      locked(...addresses('  mygem')),
      ...(['LOCKFILE_ADDRESS_MALFORMED', 13, /not of the form NAME \(VERSION-PLATFORM\) ADDRESS/] as const),
    ],
    [
      'two addresses of one gem',
      locked(...addresses(mine, '  mygem (1.0-x86_64-linux) 86e5e59f86')),
      ...(['LOCKFILE_ADDRESS_CONFLICT', 14, /86e5e59f on line 13, and 86e5e59f86$/] as const),
    ],
    [
      'an address that its digest does not begin with',
      locked(...addresses(`${mine} sha256=${fat}`)),
      ...([
        'LOCKFILE_ADDRESS_CONFLICT',
        13,
        /86e5e59f, but the SHA-256 "7012f594.*begins otherwise/,
      ] as const),
    ],
    [
      'two digests of one address',
      locked(...addresses(`${mine} sha512=a`, `${mine} sha512=b`)),
      ...([
        'LOCKFILE_CHECKSUM_CONFLICT',
        14,
        /two different sha512 checksums, the first on line 13/,
      ] as const),
    ],
    [
      'a malformed digest',
      locked(...addresses(`${mine} sha256=${skinny}0`)),
      ...(['LOCKFILE_CHECKSUM_MALFORMED', 13, /not a SHA-256/] as const),
    ],
    [
      'a malformed version',
      locked(...addresses('  mygem (1..0-x86_64-linux) 86e5e59f')),
      ...(['LOCKFILE_VERSION_MALFORMED', 13, /malformed version "1\.\.0"/] as const),
    ],
    [
      "two digests of one Bundler's",
      locked(...checksums(`  bundler (4.1.1) sha256=${fat}`, `  bundler (4.1.1) sha256=${skinny}`)),
      ...(['LOCKFILE_CHECKSUM_CONFLICT', 14, /bundler has two different sha256 checksums/] as const),
    ],
    [
      'an override remote that is not a URI',
      locked().replace('  specs:', '  override: https://me:secret@a b/\n  specs:'),
      ...(['LOCKFILE_REMOTE_MALFORMED', 3, /"https:\/\/\*\*\*@a b\/" is not an absolute URI/] as const),
    ],
  ])('refuses %s', (_, text, code, line, message) => {
    const error = refusalOf(text);
    expect(error).toMatchObject({
      code,
      line,
      exitCode: 2,
      message: expect.stringMatching(message) as string,
    });
    expect(error.message).toMatch(new RegExp(`^Gemfile\\.lock:${line}: `));
    expect(error.suggestions.length).toBeGreaterThan(0);
  });
});

describe('any lockfile of Bundler 4.1', () => {
  it('is kept whole: every row is in the reading, as its line has it', () => {
    const next = random(41);
    const hex = (length: number): string =>
      Array.from({ length }, () => Math.floor(next() * 16).toString(16)).join('');
    for (let count = 0; count < 300; count += 1) {
      const withDigests = next() < 0.5;
      const gems = Array.from({ length: 1 + Math.floor(next() * 8) }, (_, at) => {
        const digest = hex(64);
        const tuple = `g${at} (${at}.${Math.floor(next() * 9)}-${next() < 0.5 ? 'x86_64-linux' : 'java'})`;
        const address = digest.slice(0, 8 + Math.floor(next() * 57));
        return { tuple, row: `${tuple} ${address}${withDigests ? ` sha256=${digest}` : ''}` };
      });
      const addressed = gems.filter(() => next() < 0.7);
      const text = [
        ...[
          'GEM',
          '  remote: https://rubygems.org/',
          '  specs:',
          ...gems.map(({ tuple }) => `    ${tuple}`),
          '',
        ],
        ...addresses(...addressed.map(({ row }) => `  ${row}`)),
        ...(withDigests ? checksums(...gems.map(({ tuple }) => `  ${tuple}`)) : []),
      ].join('\n');
      const lockfile = parseLockfile(text);
      const written = (lockfile.contentAddresses ?? []).map(
        ({ name, version, platform, address, digests }) => {
          const list = Object.entries(digests).map(([algorithm, digest]) => ` ${algorithm}=${digest}`);
          return `${name} (${version}-${platform}) ${address}${list.join('')}`;
        },
      );
      expect(written).toEqual(addressed.map(({ row }) => row));
      const lines = text.split('\n');
      const found = lockfile.contentAddresses?.map(({ line }) => lines[line - 1]);
      expect(found).toEqual(addressed.map(({ row }) => `  ${row}`));
      expect(lockfile.warnings).toEqual([]);
    }
  });

  const tenMillion = 10_000_000;
  it.each<[what: string, row: string, ended: string]>([
    ['an address', `  mygem (1.0-x86_64-linux) ${'a'.repeat(tenMillion)}`, 'LOCKFILE_ADDRESS_MALFORMED'],
    ['parentheses', `  mygem${' (1-x)'.repeat(tenMillion / 6)} 86e5e59f`, 'read'],
    ['spaces', `  mygem (1-x) ${' '.repeat(tenMillion)}`, 'LOCKFILE_ADDRESS_MALFORMED'],
    ['dashes', `  mygem (1${'-x'.repeat(tenMillion / 2)}) 86e5e59f`, 'read'],
  ])('is read in bounded time with a row of 10 MB of %s', (_, row, ended) => {
    const outcome = (): string => {
      try {
        parseLockfile(locked(...addresses(row)));
        return 'read';
      } catch (error) {
        if (!(error instanceof LockfileError)) throw error;
        return error.code;
      }
    };
    expect(inBoundedTime(outcome)).toBe(ended);
  });
});
