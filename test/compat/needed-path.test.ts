import { describe, expect, it } from 'vitest';
import { judgeGem } from '../../src/compat/judge.js';
import { neededPathOf } from '../../src/compat/needed-path.js';
import { findingRemedies } from '../../src/report/finding-remedies.js';
import { findingWords } from '../../src/report/finding-words.js';
import { targetSummary } from '../../src/target/summary.js';
import { alpine, contents, elf, target } from '../helpers/contents.js';

describe('a DT_NEEDED with a slash in it', () => {
  it.each([
    ['/home/runner/work/gem/gem/tmp/libfoo.so', 'build'],
    ['/__w/gem/libfoo.so', 'build'],
    ['/builds/group/gem/libfoo.so', 'build'],
    ['/nix/store/abc-zlib/lib/libz.so.1', 'build'],
    ['/Users/me/libfoo.dylib', 'build'],
    ['/tmp/build/libfoo.so', 'build'],
    ['/usr/lib/x86_64-linux-gnu/libz.so.1', 'absolute'],
    ['/usr/local/lib/libfoo.so', 'absolute'],
    ['/opt/vendor/libfoo.so', 'absolute'],
    ['/homes/libfoo.so', 'absolute'],
    ['../ext/libfoo.so', 'relative'],
    ['./libfoo.so', 'relative'],
    ['lib/libfoo.so', 'relative'],
    ['libfoo.so', undefined],
    ['$ORIGIN/../libfoo.so', undefined],
    ['${ORIGIN}/libfoo.so', undefined],
  ])('%s is %s', (library, expected) => {
    expect(neededPathOf(library)).toBe(expected);
  });
});

describe('a gem that needs a library by its path', () => {
  const built = '/home/runner/work/x/x/libfoo.so';
  const gem = (library: string, more: Parameters<typeof contents>[0] = {}) =>
    contents({ 'lib/x.so': elf({ needed: ['libc.so.6', library] }), ...more });
  const judged = (library: string, on = target(), more: Parameters<typeof contents>[0] = {}) =>
    judgeGem(gem(library, more), { target: on, cpu: 'x86_64' });

  it.each([
    ['glibc', target()],
    ['musl', alpine],
  ])('on the machine that built it fails everywhere else: %s', (_, on) => {
    const needy = contents({ 'lib/x.so': elf({ needed: [built] }) });
    expect(judgeGem(needy, { target: on, cpu: 'x86_64' })).toMatchObject({
      verdict: 'incompatible',
      findings: [{ kind: 'build-path', file: 'lib/x.so', library: built }],
    });
  });

  it('that it carries elsewhere is not known: it may be put there', () => {
    expect(judged(built, target(), { 'lib/libfoo.so': elf({ soname: 'libfoo.so' }) })).toMatchObject({
      verdict: 'unknown',
      findings: [{ kind: 'unchecked-library', library: built, carried: true, path: 'absolute' }],
    });
  });

  it.each([
    ['/usr/lib/x86_64-linux-gnu/libm.so.6', 'absolute'],
    ['/usr/local/lib/libfoo.so', 'absolute'],
    ['ext/libfoo.so', 'relative'],
  ])('%s is not known', (library, path) => {
    const finding = { kind: 'unchecked-library', library, carried: false, path };
    expect(judged(library)).toMatchObject({ verdict: 'unknown', findings: [finding] });
    // Of a system that was read the libraries are known, and not every file.
    const read = target({ librariesComplete: true });
    expect(judged(library, read)).toMatchObject({ verdict: 'unknown', findings: [finding] });
    expect(judged(built, read).verdict).toBe('unknown');
  });

  it('is told so, with what to do', () => {
    const on = targetSummary(target(), ['x86_64']);
    const [finding] = judged(built).findings;
    if (finding === undefined) throw new Error('nothing was found');
    expect(findingWords(finding, on)).toBe(
      'needs /home/runner/work/x/x/libfoo.so, a path on the machine that built it; ubuntu-20.04 has nothing there',
    );
    expect(findingRemedies(finding, on).join()).toContain(
      'patchelf --replace-needed /home/runner/work/x/x/libfoo.so libfoo.so lib/x.so',
    );
    const [relative] = judged('ext/libfoo.so').findings;
    if (relative === undefined) throw new Error('nothing was found');
    expect(findingWords(relative, on)).toContain('the directory that the process is started in');
    expect(findingRemedies(relative, on, false).join()).toContain('patchelf --replace-needed');
  });
});
