import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GemArchiveError } from '../../src/errors.js';
import { parseGemMetadata, parseMemberChecksums } from '../../src/gem/metadata.js';
import { specificationYaml } from '../helpers/gems.js';
import { inBoundedTime } from '../helpers/bounded-time.js';

/** As RubyGems 1.3 wrote it in 2009, with Syck: no quotes, `version_requirement` beside `version_requirements`. */
const syck = `--- !ruby/object:Gem::Specification
name: old_one
version: !ruby/object:Gem::Version
  version: 0.10
platform: x86-mswin32-60
dependencies:
- !ruby/object:Gem::Dependency
  name: hoe
  type: :development
  version_requirement:
  version_requirements: !ruby/object:Gem::Requirement
    requirements:
    - - ">="
      - !ruby/object:Gem::Version
        version: 1.2.0
    version:
- !ruby/object:Gem::Dependency
  name: rack
  type: :runtime
  version_requirement:
  version_requirements: &id001 !ruby/object:Gem::Requirement
    requirements:
    - - ~>
      - !ruby/object:Gem::Version
        version: "1.0"
    - - =
      - !ruby/object:Gem::Version
        version: 1.0.1
    version:
- !ruby/object:Gem::Dependency
  name: rack-test
  type: :runtime
  requirement: *id001
  version_requirements: *id001
description: |-
  name: not the name
executables: []
extensions:
- ext/extconf.rb
required_ruby_version: !ruby/object:Gem::Version::Requirement
  requirements:
  - - ">"
    - !ruby/object:Gem::Version
      version: 0.0.0
  version:
required_rubygems_version:
`;

describe('parseGemMetadata', () => {
  it('reads what Psych writes', () => {
    expect(parseGemMetadata(specificationYaml({ extensions: ['ext/a/extconf.rb'] }))).toEqual({
      name: 'probe',
      version: '1.2.3',
      platform: 'x86_64-linux',
      requiredRuby: ['>= 3.1', '< 3.5.dev'],
      requiredRubygems: ['>= 3.3.22'],
      dependencies: [{ name: 'rake', requirement: ['~> 13.0'] }],
      extensions: ['ext/a/extconf.rb'],
      executables: ['probe'],
    });
  });

  it('reads what Syck wrote: aliases, unquoted operators, versions that look like numbers', () => {
    expect(parseGemMetadata(syck)).toEqual({
      name: 'old_one',
      version: '0.10',
      platform: 'x86-mswin32-60',
      requiredRuby: [],
      requiredRubygems: [],
      dependencies: [
        { name: 'rack', requirement: ['~> 1.0', '= 1.0.1'] },
        { name: 'rack-test', requirement: ['~> 1.0', '= 1.0.1'] },
      ],
      extensions: ['ext/extconf.rb'],
      executables: [],
    });
  });

  it.each([
    ['binary strings', 'name: !binary |-\n  cHJvYmU=\nversion: 1.0\n', { name: 'probe', version: '1.0' }],
    [
      "Syck's default key",
      'name: a\nversion: 1\nrequired_ruby_version: !ruby/object:Gem::Requirement\n  requirements:\n  - - !ruby/object:YAML::Syck::DefaultKey {}\n    - !ruby/object:Gem::Version\n      version: 1.9.2\n',
      { requiredRuby: ['= 1.9.2'] },
    ],
    [
      'a platform object',
      'name: a\nversion: 1\nplatform: !ruby/object:Gem::Platform\n  cpu: x86\n  os: mingw32\n  version:\n',
      { platform: 'x86-mingw32' },
    ],
    ['no platform', 'name: a\nversion: 1\nplatform:\n', { platform: 'ruby' }],
    [
      'an anchor in a section that is cut away',
      'licenses: &x [l]\nname: a\nversion: 1\nextensions: *x\n',
      { extensions: ['l'] },
    ],
    [
      'a list of 200,000 files',
      `name: a\nversion: 1\nfiles:\n${'- lib/x.rb\n'.repeat(200_000)}extensions: [e]\n`,
      { extensions: ['e'] },
    ],
  ])('reads %s', (_, text, expected) => {
    expect(parseGemMetadata(text)).toMatchObject(expected);
  });

  it.each([
    ['nothing', '', 'GEM_METADATA_INVALID'],
    ['a name with a path', 'name: ../x\nversion: 1\n', 'GEM_METADATA_INVALID'],
    ['no version', 'name: a\n', 'GEM_METADATA_INVALID'],
    [
      'an unknown operator',
      'name: a\nversion: 1\nrequired_ruby_version: [["=>", "1"]]\n',
      'GEM_METADATA_INVALID',
    ],
    ['a dangling alias', 'name: *x\nversion: 1\n', 'GEM_METADATA_INVALID'],
    ['broken YAML', 'name: "a\nversion: 1\n', 'GEM_METADATA_INVALID'],
    ['deep brackets', `name: ${'['.repeat(100_000)}`, 'GEM_METADATA_INVALID'],
    ['deep dashes', `name: a\nversion: 1\ndependencies:\n${'- '.repeat(50_000)}`, 'GEM_METADATA_INVALID'],
    [
      'deep maps',
      `name: a\nversion: 1\ndependencies:\n${Array.from({ length: 900 }, (_, i) => `${' '.repeat(i + 1)}a:`).join('\n')}`,
      'GEM_METADATA_INVALID',
    ],
    [
      'a megabyte of dependencies',
      `name: a\nversion: 1\ndependencies:\n${'- name: b\n'.repeat(100_000)}`,
      'GEM_LIMIT',
    ],
    [
      'aliases that would expand to 2^40 items',
      `name: a\nversion: 1\nextensions: *b39\na: &a [x]\n${Array.from({ length: 40 }, (_, i) => `b${i}: &b${i} [*${i === 0 ? 'a' : `b${i - 1}`}, *${i === 0 ? 'a' : `b${i - 1}`}]\n`).join('')}`,
      'GEM_METADATA_INVALID',
    ],
  ])('refuses %s', (_, text, code) => {
    inBoundedTime(() => {
      expect(() => parseGemMetadata(text, { gem: 'x.gem' })).toThrow(
        expect.objectContaining({ code, gem: 'x.gem' }),
      );
    });
  });

  it('lets nothing but its own error escape', () => {
    const text = specificationYaml();
    const edit = fc.tuple(fc.nat(text.length), fc.nat(8), fc.string({ maxLength: 4 }));
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 3 }), (edits) => {
        const mutated = edits.reduce(
          (now, [at, cut, put]) => now.slice(0, at) + put + now.slice(at + cut),
          text,
        );
        try {
          parseGemMetadata(mutated);
        } catch (error) {
          expect(error).toBeInstanceOf(GemArchiveError);
        }
      }),
      { numRuns: 400, seed: 31 },
    );
  });
});

describe('quoted text that goes on at the left margin, as older Psychs wrote it', () => {
  it.each([
    ['in single quotes', "description: ! 'It''s long.\n\n\nplatform: none\n\n- of this\n\n'"],
    ['in double quotes', 'description: "It \\"is\\" long.\n\nname: other\\\n\\ and on\nend"'],
    ['in a list', "requirements:\n- ! 'one\n\ntwo'\n- three"],
    [
      'where nothing else is odd',
      "summary: ! 'One\n\n  two'\npost_install_message: |\n  'Tis a text: \"x\nauthors: []",
    ],
  ])('%s', (_where, text) => {
    const yaml = specificationYaml({ name: 'older', version: '3.1.4' }).replace(
      '\nplatform:',
      `\n${text}\nplatform:`,
    );
    expect(yaml).toContain(text);
    expect(parseGemMetadata(yaml)).toEqual(
      parseGemMetadata(specificationYaml({ name: 'older', version: '3.1.4' })),
    );
  });

  it('is the text of a wanted key too', () => {
    const yaml = specificationYaml({ name: 'older', version: '3.1.4' });
    const more = `${yaml.trimEnd()}\nextensions:\n- ! 'ext/a\n\nb.rb'\n`.replace(/^extensions: .*\n/m, '');
    expect(parseGemMetadata(more).extensions).toEqual(['ext/a\nb.rb']);
  });
});

describe('parseMemberChecksums', () => {
  it('reads algorithms, members and digests', () => {
    const read = parseMemberChecksums(
      '---\nSHA256:\n  data.tar.gz: AB12\nSHA1:\n  metadata.gz: !binary |-\n    YWI=\n',
    );
    expect(read.get('SHA256')?.get('data.tar.gz')).toBe('ab12');
    expect(read.get('SHA1')?.get('metadata.gz')).toBe('ab');
  });

  it.each(['', '- a', 'SHA256: x', 'SHA256:\n  a: [b]'])('refuses %j', (text) => {
    expect(() => parseMemberChecksums(text)).toThrow(
      expect.objectContaining({ code: 'GEM_METADATA_INVALID' }),
    );
  });
});
