import { describe, expect, it } from 'vitest';
import { parseMiseConfig } from '../../src/audit/mise-config.js';
import { rubyOfRequirement } from '../../src/audit/ruby-requirement.js';
import { parseRubyVersionFile, parseToolVersions } from '../../src/audit/ruby-word.js';

describe('.ruby-version', () => {
  it.each([
    ['3.3.6\n', { version: '3.3.6' }],
    ['3.3', { version: '3.3' }],
    ['ruby-3.3.6\n', { version: '3.3.6' }],
    ['ruby-3.3.6@shop\n', { version: '3.3.6' }],
    ['ruby-2.7.8-p225\n', { version: '2.7.8' }],
    ['3.4.0-preview1\n', { version: '3.4.0.preview1' }],
    ['3.5-dev\n', { version: '3.5' }],
    ['\uFEFF3.3.6\r\n', { version: '3.3.6' }],
    ['# for CI too\n3.3.6 # the newest\n3.2.1\n', { version: '3.3.6' }],
    ['jruby-9.4.5.0\n', { engine: 'jruby 9.4.5.0' }],
    ['truffleruby-24.1.0\n', { engine: 'truffleruby 24.1.0' }],
    ['truffleruby+graalvm-24.1.0\n', { engine: 'truffleruby+graalvm 24.1.0' }],
    ['jruby\n', { engine: 'jruby' }],
    ['system\n', undefined],
    ['3\n', undefined],
    ['', undefined],
    ['<%= ruby %>\n', undefined],
  ])('%j', (text, ruby) => {
    expect(parseRubyVersionFile(text)).toEqual(ruby);
  });
});

describe('.tool-versions', () => {
  it.each([
    ['ruby 3.3.6\n', { version: '3.3.6' }],
    ['nodejs 20.19.0\nruby  3.3.5 system # asdf\npython 3.12.1\n', { version: '3.3.5' }],
    ['ruby jruby-9.4.5.0\n', { engine: 'jruby 9.4.5.0' }],
    ['ruby latest:3.3\n', { version: '3.3' }],
    ['ruby system 3.3.5\n', undefined],
    ['ruby ref:v3.3.5\n', undefined],
    ['ruby path:/opt/ruby-3.3\n', undefined],
    ['# ruby 3.3.6\nnodejs 20.19.0\n', undefined],
    ['rubygems 3.5.0\n', undefined],
  ])('%j', (text, ruby) => {
    expect(parseToolVersions(text)).toEqual(ruby);
  });
});

describe('mise.toml', () => {
  it.each([
    ['[tools]\nnode = "20"\nruby = "3.3.6"\n', { version: '3.3.6' }],
    ["[tools]\nruby = '3.3' # for all\n", { version: '3.3' }],
    ['[tools]\nruby = [\n  "3.3.6", # first\n  "3.2",\n]\n', { version: '3.3.6' }],
    ['[tools]\nruby = { version = "3.3.6", os = ["linux"] }\n', { version: '3.3.6' }],
    ['[tools.ruby]\nversion = "3.3.6"\n', { version: '3.3.6' }],
    ['tools.ruby = "3.3.6"\n', { version: '3.3.6' }],
    ['[tools]\n"core:ruby" = "3.3.6"\n', { version: '3.3.6' }],
    ['[ tools ]\r\nruby = "jruby-9.4.5.0"\r\n', { engine: 'jruby 9.4.5.0' }],
    ['[tools]\nruby = "{{ env.RUBY }}"\n', undefined],
    ['[tools]\nruby = "latest"\n', undefined],
    ['[env]\nruby = "3.3.6"\n', undefined],
    ['[tools]\n# ruby = "3.3.6"\nnode = "20"\n', undefined],
    ['[env]\nA = """\n[tools]\nruby = "3.2.0"\n"""\n[tools]\nruby = "3.3.6"\n', { version: '3.3.6' }],
    ['[[tools]]\nruby = "3.3.6"\n', undefined],
    ['[tools]\nruby = \n', undefined],
    ['[tools\nruby', undefined],
  ])('%j', (text, ruby) => {
    expect(parseMiseConfig(text)).toEqual(ruby);
  });
});

describe('the requirement of a Gemfile', () => {
  it.each([
    [['3.3.6'], '3.3.6'],
    [['= 3.3.6'], '3.3.6'],
    [['~> 3.3.0'], '3.3'],
    [['~> 3.3.4'], '3.3'],
    [['>= 3.2.0', '< 3.3'], '3.2'],
    [['~> 3.3'], undefined],
    [['>= 3.1'], undefined],
    [['>= 4.0'], undefined],
    [['< 3.4'], undefined],
    [['3'], undefined],
    [['nonsense'], undefined],
  ])('%j settles %j', (requirement, ruby) => {
    expect(rubyOfRequirement(requirement)).toBe(ruby);
  });
});
