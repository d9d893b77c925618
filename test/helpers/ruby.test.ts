import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { startRuby } from './ruby.js';

describe.each(['3.4', '4.0'] as const)('Ruby %s in WebAssembly', (version) => {
  it('has RubyGems and Bundler, takes data, reads a mounted directory and reports exceptions', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'gemcompat-'));
    await writeFile(join(directory, 'note'), 'as written');
    const ruby = await startRuby(version, { mounts: { '/given': directory } });
    expect(ruby.versions.ruby).toMatch(version === '3.4' ? /^3\.4\./ : /^4\.0\./);
    expect(ruby.versions.bundler).toMatch(version === '3.4' ? /^2\.6\./ : /^4\./);
    expect(ruby.eval('Gem::Version.new("1.0.0-rc1")')).toBe('1.0.0.pre.rc1');
    expect(ruby.evalJson('input.map { |text| text * 2 }', ['é"#{x}', '\n\\'])).toEqual([
      'é"#{x}é"#{x}',
      '\n\\\n\\',
    ]);
    expect(ruby.evalJson('File.read("/given/note")')).toBe('as written');
    expect(() => ruby.eval('raise ArgumentError, "no good"')).toThrow(/no good \(ArgumentError\)/);
    expect(ruby.eval('1 + 1')).toBe('2');
    await rm(directory, { recursive: true });
  });
});
