import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bundleCommand, shellWord } from '../../src/report/shell-command.js';

describe('shellWord', () => {
  it.each([
    ['path/to/app-1.2_x', 'path/to/app-1.2_x'],
    ['dockerfile:Dockerfile', 'dockerfile:Dockerfile'],
    ['rhel-8,al2023', 'rhel-8,al2023'],
    ['my app', "'my app'"],
    ["it's", `'it'\\''s'`],
    ['~/app', "'~/app'"],
    ['', "''"],
    ['$HOME', "'$HOME'"],
  ])('%s', (text, word) => {
    expect(shellWord(text)).toBe(word);
  });

  it('is read back by a shell as it was', () => {
    const anyText = fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\0'));
    const words = fc.sample(anyText, { numRuns: 200, seed: 26 });
    const script = `printf '%s\\0' ${words.map(shellWord).join(' ')}`;
    expect(execFileSync('/bin/sh', ['-c', script], { encoding: 'utf8' }).split('\0').slice(0, -1)).toEqual(
      words,
    );
  });
});

describe('bundleCommand', () => {
  it.each([
    ['Gemfile', 'bundle lock'],
    ['gems.rb', 'bundle lock'],
    ['./Gemfile', 'bundle lock'],
    ['../app/Gemfile', 'cd ../app && bundle lock'],
    ['/srv/my app/gems.rb', "cd '/srv/my app' && bundle lock"],
    ['/Gemfile', 'cd / && bundle lock'],
    ['edge.gemfile', 'BUNDLE_GEMFILE=edge.gemfile bundle lock'],
    ['gemfiles/rails 8.gemfile', "BUNDLE_GEMFILE='gemfiles/rails 8.gemfile' bundle lock"],
  ])('%s', (gemfile, command) => {
    expect(bundleCommand('bundle lock', gemfile)).toBe(command);
  });
});
