import { describe, expect, it } from 'vitest';
import { GemInside } from '../../src/compat/inside.js';
import { judgeFiles, judgeGem } from '../../src/compat/judge.js';
import { isRubyExtension, rubyLibrariesOf, rubyOfLibrary } from '../../src/compat/shared-ruby.js';
import type { Judgement } from '../../src/compat/types.js';
import type { ElfFile } from '../../src/elf/types.js';
import type { Target } from '../../src/target/types.js';
import { contents, elf, target } from '../helpers/contents.js';

/** What mkmf links where Ruby is built with --enable-shared. */
function extension(libruby = 'libruby.so.3.3', facts: Partial<ElfFile> = {}): ElfFile {
  return elf({
    needs: { 'libc.so.6': ['GLIBC_2.17'] },
    needed: [libruby, 'libc.so.6'],
    unversionedImports: ['rb_define_method'],
    ...facts,
  });
}

describe('Ruby’s shared library', () => {
  it.each([
    ['libruby.so.3.3', '3.3'],
    ['libruby-3.1.so.3.1', '3.1'],
    ['libruby-2.7.so.2.7', '2.7'],
    ['libruby33.so.3.3', '3.3'],
    ['libruby.so.3.3.0', '3.3'],
    ['libruby.so', undefined],
    ['librubyfoo.a', undefined],
    ['libc.so.6', undefined],
    ['/usr/lib/libruby.so.3.3', undefined],
  ])('%s is of Ruby %s', (soname, ruby) => {
    expect(rubyOfLibrary(soname)).toBe(ruby);
  });

  it('is seen in extensions, and not in programs that embed Ruby', () => {
    expect(isRubyExtension(extension())).toBe(true);
    expect(isRubyExtension(extension('libruby.so.3.3', { pie: true }))).toBe(false);
    expect(isRubyExtension(extension('libruby.so.3.3', { interpreter: '/lib64/ld-linux-x86-64.so.2' }))).toBe(
      false,
    );
    expect(rubyLibrariesOf([extension(), extension('libruby-3.1.so.3.1'), elf()])).toEqual([
      'libruby-3.1.so.3.1',
      'libruby.so.3.3',
    ]);
  });
});

describe('an extension that is linked to it', () => {
  const judge = (
    file: ElfFile,
    {
      on = target(),
      ruby,
      given = ['libruby.so.3.3'],
    }: { on?: Target; ruby?: string; given?: string[] } = {},
  ): Judgement => {
    const gem = contents({ 'lib/a.so': file });
    return judgeFiles(gem, new GemInside(gem), {
      target: on,
      cpu: 'x86_64',
      rubyLibraries: given,
      ...(ruby === undefined ? {} : { ruby }),
    });
  };

  it('fits where the Ruby that compiled it is taken to be there, and that is said', () => {
    expect(judge(extension(), { ruby: '3.3.6' })).toMatchObject({
      verdict: 'compatible',
      findings: [],
      given: ['libruby.so.3.3'],
    });
  });

  it.each([
    ['several Rubies, and which one runs is not known', undefined, ['libruby.so.3.2', 'libruby.so.3.3']],
    ['two builds of the Ruby that runs', '3.3', ['libruby-3.3.so.3.3', 'libruby.so.3.3']],
  ])('is unknown beside extensions of %s', (_, ruby, given) => {
    const judgement = judge(extension(), { given, ...(ruby === undefined ? {} : { ruby }) });
    expect(judgement).toMatchObject({
      verdict: 'unknown',
      findings: [{ kind: 'unchecked-library', library: 'libruby.so.3.3' }],
    });
    expect(judgement.given).toBeUndefined();
  });

  it('fits beside extensions of another Ruby, where it is for the one that runs', () => {
    expect(judge(extension(), { ruby: '3.3', given: ['libruby.so.3.2', 'libruby.so.3.3'] })).toMatchObject({
      verdict: 'compatible',
      given: ['libruby.so.3.3'],
    });
  });

  it('is unknown where nothing says that the Ruby there has it, as in a precompiled gem', () => {
    const gem = contents({ 'lib/a.so': extension() });
    expect(judgeGem(gem, { target: target(), cpu: 'x86_64', ruby: '3.3.6' })).toMatchObject({
      verdict: 'unknown',
      findings: [{ kind: 'unchecked-library', library: 'libruby.so.3.3' }],
    });
  });

  it('does not fit another Ruby', () => {
    const { verdict, findings, given } = judge(extension(), { ruby: '3.4' });
    expect({ verdict, findings, given }).toEqual({
      verdict: 'incompatible',
      findings: [
        {
          kind: 'missing-ruby-abi',
          file: 'lib/a.so',
          ruby: '3.4',
          available: ['3.3'],
          library: 'libruby.so.3.3',
        },
      ],
      given: undefined,
    });
  });

  it('needs no assumption of a system that is known whole', () => {
    const whole = target({ librariesComplete: true });
    expect(judge(extension(), { on: whole })).toMatchObject({
      verdict: 'incompatible',
      findings: [{ kind: 'missing-library', library: 'libruby.so.3.3' }],
    });
    const brought = target({ librariesComplete: true, libraries: ['libc.so.6', 'libruby.so.3.3'] });
    expect(judge(extension(), { on: brought })).toMatchObject({ verdict: 'compatible' });
    expect(judge(extension(), { on: brought }).given).toBeUndefined();
  });

  it('a program that embeds Ruby has no Ruby that has loaded it before', () => {
    const program = extension('libruby.so.3.3', { interpreter: '/lib64/ld-linux-x86-64.so.2' });
    expect(judge(program)).toMatchObject({ verdict: 'unknown', findings: [{ kind: 'unchecked-library' }] });
  });
});
