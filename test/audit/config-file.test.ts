import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../src/audit/config-error.js';
import { parseConfig } from '../../src/audit/config-file.js';
import { UsageError } from '../../src/errors.js';

function refusal(text: string): ConfigError {
  try {
    parseConfig(text, { path: 'app/.gemcompat.yml' });
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error(`was read: ${text}`);
}

const whole = `# What we deploy to.
targets:
  - ubuntu-20.04
  - dockerfile:Dockerfile
arches: [amd64, aarch64]
sources: [vendor/cache, "https://gems.example"]
ruby: 3.3.6
all: true
ignore:
  - gem: thruster
    version: "< 0.1.10"
    finding: symbol-version
    reason: started by systemd on another host
    until: 2026-12-31

  - gem: grpc
    reason: "#1234"
`;

describe('parseConfig', () => {
  it('reads everything that there is', () => {
    expect(parseConfig(whole)).toEqual({
      path: '.gemcompat.yml',
      targets: [
        { name: 'ubuntu-20.04', line: 3 },
        { name: 'dockerfile:Dockerfile', line: 4 },
      ],
      arches: ['x86_64', 'aarch64'],
      sources: ['vendor/cache', 'https://gems.example'],
      ruby: ['3.3.6'],
      all: true,
      ignore: [
        {
          gem: 'thruster',
          version: '< 0.1.10',
          finding: 'symbol-version',
          reason: 'started by systemd on another host',
          until: '2026-12-31',
          line: 10,
        },
        { gem: 'grpc', reason: '#1234', line: 16 },
      ],
      warnings: [],
    });
  });

  it.each<[string, object]>([
    ['', { ignore: [] }],
    ['# nothing\n', { ignore: [] }],
    ['---\n', { ignore: [] }],
    ['targets: focal', { targets: [{ name: 'focal', line: 1 }] }],
    ['targets: [focal]', { targets: [{ name: 'focal', line: 1 }] }],
    ['arches: arm64', { arches: ['aarch64'] }],
    ['arches: all', { arches: 'all' }],
    ['ruby: 3.10', { ruby: ['3.10'] }],
    ['ruby: "3.3"', { ruby: ['3.3'] }],
    ['ruby: [3.3, 4.0.1]', { ruby: ['3.3', '4.0.1'] }],
    ['rubygems: 4.1.1', { rubygems: '4.1.1' }],
    ['all: false', { all: false }],
    ['pageSize: 64k', { pageSize: 65_536 }],
    ['pageSize: 4096', { pageSize: 4096 }],
    ['ignore: []', { ignore: [] }],
    ['{ targets: [a], all: true }', { targets: [{ name: 'a', line: 1 }], all: true }],
    [
      'x-a: &a [focal]\n'.replace('x-a', 'targets') + 'sources: *a',
      { targets: [{ name: 'focal', line: 1 }], sources: ['focal'] },
    ],
    [
      'ignore: [{ gem: a, reason: b, version: 1.10 }]',
      { ignore: [{ gem: 'a', reason: 'b', version: '1.10', line: 1 }] },
    ],
    ['\ufefftargets: a\r\nall: true\r\n', { targets: [{ name: 'a', line: 1 }], all: true }],
  ])('reads %j', (text, expected) => {
    expect(parseConfig(text)).toMatchObject(expected);
  });

  it.each([
    [
      'a key',
      'targets: [a]\ntarget: b\n',
      'CONFIG_KEY_UNKNOWN',
      2,
      '"target" is not a key of this file',
      'Known are: targets, ',
    ],
    [
      'a key that is like another',
      'all: true\n\narchs: b\n',
      'CONFIG_KEY_UNKNOWN',
      3,
      '"archs"',
      'Known are: arches, ',
    ],
    [
      'a key of an ignore',
      'ignore:\n  - gem: a\n    resaon: b\n    reason: c\n',
      'CONFIG_KEY_UNKNOWN',
      3,
      '"resaon" is not a key of ignore[1]',
      'Known are: reason, ',
    ],
    [
      'no reason',
      'ignore:\n  - gem: a\n    reason: b\n  - gem: c\n',
      'CONFIG_VALUE',
      4,
      'ignore[2].reason is missing',
      '',
    ],
    [
      'an empty reason',
      'ignore:\n  - gem: a\n    reason: ""\n',
      'CONFIG_VALUE',
      3,
      'ignore[1].reason is empty',
      '',
    ],
    [
      'a page size that no kernel has',
      'targets: [a]\npageSize: 8k\n',
      'CONFIG_VALUE',
      2,
      'pageSize is "8k", which is not a page size',
      'Write 4k, 16k or 64k',
    ],
    ['no gem', 'ignore:\n  - reason: a\n', 'CONFIG_VALUE', 2, 'ignore[1].gem is missing', ''],
    [
      'a date that is none',
      'ignore:\n  - gem: a\n    reason: b\n    until: tomorrow\n',
      'CONFIG_VALUE',
      4,
      'ignore[1].until is "tomorrow"',
      '2026-12-31',
    ],
    [
      'a day that is not there',
      'ignore:\n  - gem: a\n    reason: b\n    until: 2026-02-30\n',
      'CONFIG_VALUE',
      4,
      '2026-02-30',
      '2026-12-31',
    ],
    [
      'a date the other way round',
      'ignore: [{ gem: a, reason: b, until: 31.12.2026 }]',
      'CONFIG_VALUE',
      1,
      '31.12.2026',
      '2026-12-31',
    ],
    [
      'a kind of finding',
      'ignore:\n- gem: a\n  reason: b\n  finding: symbols\n',
      'CONFIG_VALUE',
      4,
      'symbol-version',
      '',
    ],
    [
      'a requirement',
      'ignore:\n- gem: a\n  reason: b\n  version: latest\n',
      'CONFIG_VALUE',
      4,
      '"latest"',
      '~> 1.2',
    ],
    [
      'an ignore that is a text',
      'ignore:\n- thruster\n',
      'CONFIG_VALUE',
      2,
      'ignore[1] has to be a mapping',
      '',
    ],
    ['ignore as a mapping', 'ignore:\n  gem: a\n', 'CONFIG_VALUE', 1, 'ignore has to be a list', ''],
    ['a CPU', 'arches:\n  - amd64\n  - sparc\n', 'CONFIG_VALUE', 3, '"sparc"', 'x86_64'],
    [
      'targets as a mapping',
      'all: true\ntargets:\n  a: b\n',
      'CONFIG_VALUE',
      2,
      'targets has to be a list',
      '',
    ],
    ['no targets', 'targets: []\n', 'CONFIG_VALUE', 1, 'targets is an empty list', ''],
    ['nothing behind targets', 'all: true\ntargets:\n', 'CONFIG_VALUE', 2, 'targets has to be a list', ''],
    [
      'a target that is a list',
      'targets:\n  - a\n  - [b]\n',
      'CONFIG_VALUE',
      3,
      'targets[2] has to be a text',
      '',
    ],
    ['all: yes', 'all: yes\n', 'CONFIG_VALUE', 1, '"yes", and has to be true or false', ''],
    ['a Ruby', 'ruby: jruby\n', 'CONFIG_VALUE', 1, '"jruby"', '3.3.6'],
    ['a Ruby of one number', 'ruby: 3\n', 'CONFIG_VALUE', 1, '"3"', '3.3.6'],
    ['a list', '- a\n- b\n', 'CONFIG_VALUE', 1, 'has to be a mapping', ''],
    ['a text', 'ubuntu-20.04\n', 'CONFIG_VALUE', 1, 'has to be a mapping', ''],
    ['no YAML', 'targets: [a\nall: true\n', 'CONFIG_SYNTAX', 2, 'not YAML', ''],
    ['a key twice', 'all: true\nall: false\n', 'CONFIG_SYNTAX', 2, 'not YAML', ''],
    ['a tab', 'targets:\n\t- a\n', 'CONFIG_SYNTAX', 2, 'not YAML', ''],
    ['two documents', 'all: true\n---\nall: true\n', 'CONFIG_SYNTAX', 2, 'a second document begins here', ''],
    ['an alias to nothing', 'all: true\nsources: *x\n', 'CONFIG_SYNTAX', 2, 'not YAML', ''],
    ['too deep brackets', `\n${'['.repeat(5000)}`, 'CONFIG_LIMIT', 2, 'nested', ''],
    ['too deep dashes', `${'- '.repeat(5000)}a`, 'CONFIG_LIMIT', 1, 'nested', ''],
    [
      'too many aliases',
      `targets: &a [b]\nsources: [${'*a, '.repeat(50_000)}]`,
      'CONFIG_LIMIT',
      2,
      'aliases',
      '',
    ],
    ['too much', `# ${'x'.repeat(2_000_000)}`, 'CONFIG_LIMIT', 1, 'characters', ''],
  ])('refuses %s', (_, text, code, line, message, remedy) => {
    const error = refusal(text);
    expect({ code: error.code, line: error.line, path: error.path }).toEqual({
      code,
      line,
      path: 'app/.gemcompat.yml',
    });
    expect(error.message).toMatch(new RegExp(`^app/\\.gemcompat\\.yml:${line}: `));
    expect(error.message).toContain(message);
    expect(error.suggestions.join('\n')).toContain(remedy);
    expect(error).toBeInstanceOf(UsageError);
  });

  it('reports the key that is not known, and not the one that it was to be', () => {
    const yaml = 'ignore:\n  - gem: x\n    reazon: y\n';
    expect(() => parseConfig(yaml)).toThrow(
      expect.objectContaining({ code: 'CONFIG_KEY_UNKNOWN', line: 3 }) as Error,
    );
  });

  it('reports the first of several mistakes', () => {
    expect(refusal('ruby: x\nall: yes\nfoo: 1\n')).toMatchObject({ line: 1 });
  });

  it('is not blown up by aliases', () => {
    const levels = Array.from({ length: 20 }, (_, at) => `  - &a${at + 1} [${`*a${at},`.repeat(9)}]`).join(
      '\n',
    );
    expect(refusal(`targets:\n  - &a0 [x]\n${levels}\n`)).toMatchObject({ code: 'CONFIG_LIMIT' });
  });

  it.each([
    ['2026-11-20', 0],
    ['2026-12-31', 0],
    ['2027-01-01', 1],
  ])('on %s has %i ignores that have expired', (today, count) => {
    const { warnings } = parseConfig(whole, { today });
    expect(warnings).toHaveLength(count);
    for (const warning of warnings) {
      expect(warning).toContain('.gemcompat.yml:10: the ignore of thruster has expired on 2026-12-31');
    }
  });

  it('reads any text, or refuses it with its line', () => {
    const piece = fc.constantFrom(
      'targets',
      'ignore',
      'gem',
      'reason',
      'until',
      'version',
      'all',
      ': ',
      ':\n',
      '- ',
      '\n',
      '\n  ',
      '[',
      ']',
      '{',
      '}',
      ', ',
      'a',
      '2026-01-01',
      'true',
      '"',
      "'",
      '&a ',
      '*a',
      '<<: *a',
      '!!str ',
      '|\n',
      '>\n',
      '#',
      '? ',
      '\t',
      '---\n',
      '%YAML 1.1\n',
      '__proto__',
      'constructor',
      '\u0000',
      'é',
    );
    fc.assert(
      fc.property(
        fc.array(fc.oneof({ weight: 9, arbitrary: piece }, fc.string({ maxLength: 5 })), { maxLength: 30 }),
        (pieces) => {
          const text = pieces.join('');
          try {
            parseConfig(text, { today: '2026-01-01' });
          } catch (error) {
            expect(error).toBeInstanceOf(ConfigError);
            expect((error as ConfigError).line).toBeGreaterThanOrEqual(1);
            expect((error as ConfigError).line).toBeLessThanOrEqual(text.split('\n').length);
          }
        },
      ),
      { seed: 20_26, numRuns: 2000 },
    );
  });
});
