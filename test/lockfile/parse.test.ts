import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { LockfileError } from '../../src/errors.js';
import { parseLockfile } from '../../src/lockfile/parse.js';
import type { Lockfile } from '../../src/lockfile/types.js';
import { inBoundedTime } from '../helpers/bounded-time.js';

const fixture = (name: string): Promise<string> =>
  readFile(new URL(`../../fixtures/lockfiles/${name}`, import.meta.url), 'utf8');

function refusalOf(text: string, path?: string): LockfileError {
  try {
    parseLockfile(text, path === undefined ? {} : { path });
  } catch (error) {
    if (error instanceof LockfileError) return error;
    throw error;
  }
  throw new Error('it was read');
}

/** A lockfile around the lines of a GEM section's specs. */
function gems(...lines: string[]): string {
  return ['GEM', '  remote: https://rubygems.org/', '  specs:', ...lines, '', 'PLATFORMS', '  ruby', ''].join(
    '\n',
  );
}

const names = (lockfile: Lockfile): string[] =>
  lockfile.specs.map(({ name, version, platform }) => `${name} ${version} ${platform}`);

describe('parseLockfile', () => {
  it('reads every section', async () => {
    const lockfile = parseLockfile(await fixture('every-section.lock'));
    expect(lockfile).toEqual(JSON.parse(await fixture('every-section.json')));
  });

  it.each<[line: string, name: string, version: string, platform: string]>([
    ['    a (1.0)', 'a', '1.0', 'ruby'],
    ['    libv8-node (0.1.7.alpha.2-x86_64-linux)', 'libv8-node', '0.1.7.alpha.2', 'x86_64-linux'],
    ['    nokogiri (1.18.0-x86_64-linux-gnu)', 'nokogiri', '1.18.0', 'x86_64-linux-gnu'],
    ['    nokogiri (1.18.0-arm-linux-musleabihf)', 'nokogiri', '1.18.0', 'arm-linux-musleabihf'],
    ['    a (1.0-i686-linux)', 'a', '1.0', 'x86-linux'],
    ['    a (1.0-java)', 'a', '1.0', 'java'],
    ['    a (1.0-)', 'a', '1.0', 'ruby'],
    ['    a ( 01.0 )', 'a', '01.0', 'ruby'],
    ['    a ()', 'a', '0', 'ruby'],
    ['    a! (1.0)', 'a', '', 'ruby'],
    ['    a(1.0)', 'a(1.0)', '', 'ruby'],
  ])('splits %j', (line, name, version, platform) => {
    expect(parseLockfile(gems(line)).specs).toMatchObject([{ name, version, platform, line: 4 }]);
  });

  it('keeps one gem of several platforms apart, and of two alike the last', () => {
    const lockfile = parseLockfile(
      gems('    a (1-x86_64-linux)', '    a (1)', '      b', '    a (1)', '      c (~> 2, < 2.5)'),
    );
    expect(names(lockfile)).toEqual(['a 1 x86_64-linux', 'a 1 ruby']);
    expect(lockfile.specs[1]).toMatchObject({
      line: 7,
      dependencies: [{ name: 'c', requirement: ['~> 2', '< 2.5'] }],
    });
    expect(lockfile.warnings).toEqual([{ line: 7, message: 'a-1 is on line 5 already; this one counts' }]);
  });

  it('reads CRLF line ends as LF', async () => {
    const text = await fixture('every-section.lock');
    expect(parseLockfile(text.replaceAll('\n', '\r\n'))).toEqual(parseLockfile(text));
  });

  it('reads past a byte order mark, which hides the first section from Bundler, and says so', () => {
    const lockfile = parseLockfile(`\ufeff${gems('    a (1)')}`);
    expect(names(lockfile)).toEqual(['a 1 ruby']);
    expect(lockfile.warnings).toMatchObject([{ line: 1 }]);
  });

  it('warns of each line that it passes over as Bundler does', () => {
    const lockfile = parseLockfile(gems('    a (1)', '   b (1)', '\tc (1)', '', 'NEW SECTION', '  anything'));
    expect(names(lockfile)).toEqual(['a 1 ruby']);
    expect(lockfile.warnings.map(({ line }) => line)).toEqual([5, 6, 8]);
  });

  it('keeps a hundred warnings and counts the rest', () => {
    const lockfile = parseLockfile(gems('    a (1)', ...Array.from({ length: 5000 }, () => '\tb (1)')));
    expect(lockfile.warnings).toHaveLength(101);
    expect(lockfile.warnings.at(-1)).toEqual({ line: 105, message: '4900 more such lines from here on' });
  });

  it('takes option names that objects have of their own for what they are', () => {
    const text = 'GIT\n  remote: r\n  constructor: c\n  toString: t\n  specs:\n    a (1)\n';
    expect(parseLockfile(text).sources[0]?.options).toEqual({ constructor: 'c', toString: 't' });
  });
});

describe('what parseLockfile refuses', () => {
  const at = (line: number, column?: number): object => (column === undefined ? { line } : { line, column });

  it.each<[what: string, text: string, code: string, where: object]>([
    ['a malformed version', gems('    a (1..0)'), 'LOCKFILE_VERSION_MALFORMED', at(4)],
    ['a version with a space', gems('    a (1) (2)'), 'LOCKFILE_VERSION_MALFORMED', at(4)],
    ['a malformed requirement', gems('    a (1)', '      b (=> 2)'), 'LOCKFILE_REQUIREMENT_MALFORMED', at(5)],
    ['an empty clause', gems('    a (1)', '      b (> 1,, < 2)'), 'LOCKFILE_REQUIREMENT_MALFORMED', at(5)],
    ['a gem before its specs:', 'GEM\n  remote: https://a/\n    a (1)\n', 'LOCKFILE_SPEC_MISPLACED', at(3)],
    ['a dependency of nothing', gems('      b (> 1)'), 'LOCKFILE_DEPENDENCY_MISPLACED', at(4)],
    [
      'a relative remote',
      'GEM\n  remote: rubygems.org\n  specs:\n    a (1)\n',
      'LOCKFILE_REMOTE_MALFORMED',
      at(2),
    ],
    [
      'a repeated option',
      'GIT\n  remote: r\n  revision: 1\n  revision: 2\n  specs:\n    a (1)\n',
      'LOCKFILE_OPTION_REPEATED',
      at(4),
    ],
    [
      'the platform current',
      gems('    a (1)').replace('  ruby', '  current'),
      'LOCKFILE_PLATFORM_CURRENT',
      at(7),
    ],
    [
      'a checksum without a digest',
      `${gems('    a (1)')}\nCHECKSUMS\n  a (1) sha256\n`,
      'LOCKFILE_CHECKSUM_MALFORMED',
      at(10),
    ],
    [
      'a SHA-256 that is too short',
      `${gems('    a (1)')}\nCHECKSUMS\n  a (1) sha256=abc\n`,
      'LOCKFILE_CHECKSUM_MALFORMED',
      at(10),
    ],
    [
      'two digests of one gem',
      `${gems('    a (1)')}\nCHECKSUMS\n  a (1) sha512=a\n  a (1) sha512=b\n`,
      'LOCKFILE_CHECKSUM_CONFLICT',
      at(11),
    ],
    ['a merge conflict', gems('    a (1)', '<<<<<<< HEAD', '    b (1)'), 'LOCKFILE_MERGE_CONFLICT', at(5, 1)],
    [
      'a conflict marker inside a line',
      gems('    a (1)', '  x ======='),
      'LOCKFILE_MERGE_CONFLICT',
      at(5, 5),
    ],
    ['an empty file', '', 'LOCKFILE_EMPTY', at(1)],
    ['white space', '\ufeff \r\n\t\n', 'LOCKFILE_EMPTY', at(1)],
    ['a Gemfile', "source 'https://rubygems.org'\n\ngem 'rails'\n", 'LOCKFILE_NOT_A_LOCKFILE', at(1)],
    ['JSON', '{"dependencies": {}}', 'LOCKFILE_NOT_A_LOCKFILE', at(1)],
    ['HTML', '<!DOCTYPE html>\n<title>404</title>\n', 'LOCKFILE_NOT_A_LOCKFILE', at(1)],
    ['a binary file', '\u007fELF\u0002\u0001\u0001\0\0\0', 'LOCKFILE_NOT_A_LOCKFILE', at(1)],
    [
      'the YAML of Bundler 0.9',
      '--- \nspecs: \n- rake: \n    version: 0.8.7\n',
      'LOCKFILE_NOT_A_LOCKFILE',
      at(1),
    ],
    ['carriage returns alone', gems('    a (1)').replaceAll('\n', '\r'), 'LOCKFILE_NOT_A_LOCKFILE', at(1)],
    ['a text', 'bogus', 'LOCKFILE_NOT_A_LOCKFILE', at(1)],
    ['no source section', 'PLATFORMS\n  ruby\n\nDEPENDENCIES\n', 'LOCKFILE_NO_SOURCES', at(1)],
    ['only a Ruby version', 'RUBY VERSION\n   ruby 3.3.0p0\n', 'LOCKFILE_NO_SOURCES', at(1)],
    ['a heading with a space', gems('    a (1)').replace('GEM', 'GEM '), 'LOCKFILE_NO_SOURCES', at(1)],
    ['sources without gems', gems(), 'LOCKFILE_NO_SPECS', at(1)],
    ['tabs for indentation', gems('\ta (1)'), 'LOCKFILE_NO_SPECS', at(1)],
  ])('%s', (_, text, code, where) => {
    const error = refusalOf(text, 'app/Gemfile.lock');
    expect(error).toMatchObject({ code, path: 'app/Gemfile.lock', exitCode: 2, ...where });
    expect(error.message).toMatch(/^app\/Gemfile\.lock:\d+(?::\d+)?: /);
    expect(error.suggestions.length).toBeGreaterThan(0);
  });

  it('says each in words', () => {
    const words = (text: string): string => refusalOf(text).message;
    expect(words("source 'https://rubygems.org'\ngem 'rails'\n")).toBe(
      'Gemfile.lock:1: this is not a Gemfile.lock but a Gemfile',
    );
    expect(words(gems('\ta (1)'))).toBe(
      'Gemfile.lock:1: the sources hold no gems; line 4: the line is passed over: "\\ta (1)"',
    );
    expect(words(gems('    a (1..0)'))).toBe('Gemfile.lock:4: "a" has the malformed version "1..0"');
  });

  it('names the commands that mend a merge conflict, and quotes the path for the shell', () => {
    expect(refusalOf('=======', "my app/Joe's.lock").suggestions).toEqual([
      "Take one side and resolve again: `git checkout --theirs 'my app/Joe'\\''s.lock' && bundle lock` (`--ours` keeps this branch's).",
      "Outside a merge, `git checkout HEAD -- 'my app/Joe'\\''s.lock'` gets the last committed lockfile back.",
    ]);
  });

  it('never repeats the password of a remote', () => {
    const error = refusalOf('GEM\n  remote: https://me:secret@gems.example.com:x/\n  specs:\n');
    expect(error.code).toBe('LOCKFILE_REMOTE_MALFORMED');
    expect(error.message).toContain('***@gems.example.com');
    expect(error.message).not.toContain('secret');
  });
});

describe('bounded time', () => {
  /** How many specs there are, or why it is refused. */
  const outcome = (text: string): number | string => {
    try {
      return parseLockfile(text).specs.length;
    } catch (error) {
      if (!(error instanceof LockfileError)) throw error;
      return error.code;
    }
  };
  const tenMillion = 10_000_000;

  it('reads 20 MB', () => {
    const spec = (i: number): string =>
      `    gem-${i} (1.2.${i}-x86_64-linux-gnu)\n      other (~> 1.2, >= 1.2.${i})`;
    const text = gems(Array.from({ length: 250_000 }, (_, i) => spec(i)).join('\n'));
    expect(text.length).toBeGreaterThan(18_000_000);
    expect(inBoundedTime(() => parseLockfile(text)).specs).toHaveLength(250_000);
  });

  it.each<[what: string, line: string, ended: number | string]>([
    ['letters', 'a'.repeat(tenMillion), 1],
    ['a name of letters', `    ${'a'.repeat(tenMillion)}`, 2],
    ['opening parentheses', `    a${' ('.repeat(tenMillion / 2)}`, 2],
    ['parentheses', `    a${' (1)'.repeat(tenMillion / 4)}!`, 'LOCKFILE_VERSION_MALFORMED'],
    ['dashes', `    a (1${'-x'.repeat(tenMillion / 2)})`, 2],
    ['version parts', `    a (1${'.0'.repeat(tenMillion / 2)})`, 2],
    ['version zeros', `    a (${'0'.repeat(tenMillion)}x)`, 'LOCKFILE_VERSION_MALFORMED'],
    ['spaces', ' '.repeat(tenMillion), 1],
    ['spaces in a version', `    a (1${' '.repeat(tenMillion)}x)`, 'LOCKFILE_VERSION_MALFORMED'],
    ['an option', `  ${'a'.repeat(tenMillion)}: b`, 1],
    ['exclamation marks', `    a${'!'.repeat(tenMillion)}`, 2],
    ['carriage returns', '\r'.repeat(tenMillion), 1],
    ['a platform', `    a (1-${'linux'.repeat(tenMillion / 5)})`, 2],
  ])('takes a line of 10 MB of %s', (_, line, ended) => {
    expect(inBoundedTime(() => outcome(gems('    b (1)', line)))).toBe(ended);
  });
});

it('warns of a checksum in the form of Bundler 2.5.0.dev, and goes on without it', () => {
  const digest = 'ab'.repeat(32);
  const text = `GEM\n  specs:\n    a (1)\n\nPLATFORMS\n  ruby\n\nDEPENDENCIES\n  a\n\nCHECKSUMS\n  a (1) sha256-${digest}\n`;
  const { checksums, warnings } = parseLockfile(text);
  expect(checksums).toEqual([{ name: 'a', version: '1', platform: 'ruby', digests: {}, line: 12 }]);
  expect(warnings).toMatchObject([{ line: 12 }]);
  expect(warnings[0]?.message).toContain('bundle lock --add-checksums');
});
