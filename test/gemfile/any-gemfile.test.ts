import { mkdtemp, readFile, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GemfileEditor } from '../../src/gemfile/gemfile-editor.js';
import type { LinePin } from '../../src/gemfile/pin-call.js';
import { canonical } from '../../src/gemfile/pin-call.js';
import type { RubyParser } from '../../src/gemfile/ruby-parser.js';
import { loadRubyParser } from '../../src/gemfile/ruby-parser.js';
import { appsDirectory } from '../helpers/mirror.js';
import type { BundlerDsl, ReadGem } from './bundler-dsl.js';
import { startBundlerDsl } from './bundler-dsl.js';

let parser: RubyParser;
let bundler: BundlerDsl;

beforeAll(async () => {
  [parser, bundler] = await Promise.all([loadRubyParser(), startBundlerDsl()]);
});

afterAll(() => bundler.close());

const NAMES = ['ant', 'bee', 'cat', 'dog', 'elk', 'fox'];
const anySpace = fc.constantFrom(' ', '  ', '\t', ' \\\n  ');
const anyGap = fc.constantFrom('', ' ', '  ', '\n    ', '\n\n  ', ' # so: [1] "2"\n    ');
const anyQuoted = (text: string): fc.Arbitrary<string> =>
  fc.constantFrom(`'${text}'`, `"${text}"`, `%q(${text})`, `%Q[${text}]`, `'${text}'.freeze`, `("${text}")`);
const anyRequirement = fc
  .constantFrom('~> 1.16', '>= 1', '!= 1.2', '1.5', '>= 0', '< 3')
  .chain((text) => anyQuoted(text));
const anyArray = fc.array(anyRequirement, { maxLength: 2 }).map((each) => `[${each.join(', ')}]`);
const anyOption = fc.constantFrom(
  'require: false',
  ':require => false',
  'group: :test',
  '"group" => [:test, :ci]',
  'platforms: %i[ruby mri]',
  'require: "größe/日本"',
  ':install_if => -> { true }',
  '**{ require: false }',
);
const anyArguments = fc
  .tuple(
    fc.oneof(
      fc.array(anyRequirement, { maxLength: 2 }),
      anyArray.map((array) => [array]),
    ),
    fc.uniqueArray(anyOption, {
      maxLength: 2,
      selector: (option) => /require|group|platforms|install_if/.exec(option)?.[0],
    }),
    fc.boolean(),
  )
  .map(([requirements, options, braces]) => [
    ...requirements,
    ...(braces && options.length > 0 ? [`{ ${options.join(', ')} }`] : options),
  ]);
const anyCall = fc
  .tuple(fc.boolean(), anySpace, fc.constantFrom(...NAMES).chain(anyQuoted), anyArguments, anyGap)
  .map(([parentheses, space, name, rest, gap]) => {
    const list = [name, ...rest].join(`,${gap === '' ? ' ' : gap}`);
    // `gem ("a"), "b"` is another call than `gem("a", "b")`, and both are Ruby.
    return parentheses
      ? `gem(${gap.startsWith('\n') ? gap : ''}${list}${gap.startsWith('\n') ? ',\n' : ''})`
      : `gem${space}${list}`;
  });
const anyStatement = fc
  .tuple(
    anyCall,
    fc.constantFrom(
      '',
      ' # why: größer',
      '   ',
      ' if true',
      ' unless nil # maybe',
      '; nil',
      ' \\\n  if true',
    ),
  )
  .map(([call, tail]) => call + tail);
const anyBlock = fc
  .tuple(
    fc.constantFrom(
      'group :development do',
      'platforms :ruby do',
      'if true',
      'install_if(true) do',
      'begin',
      '[1].each do |_|',
    ),
    fc.array(anyStatement, { minLength: 1, maxLength: 2 }),
    fc.constantFrom('  ', '\t', ''),
  )
  .map(
    ([opening, statements, indent]) =>
      `${opening}\n${statements.map((each) => indent + each).join('\n')}\nend`,
  );
const anyGemfile = fc
  .tuple(
    fc.array(
      fc.oneof(
        anyStatement,
        anyStatement,
        anyBlock,
        fc.constantFrom('', '# gem "ant"', 'TEXT = <<~T\n  gem "bee"\nT'),
      ),
      {
        minLength: 1,
        maxLength: 5,
      },
    ),
    fc.constantFrom('\n', '\r\n'),
    fc.constantFrom('', '\n', '\n\n', '\n__END__\ngem "cat"\n'),
    fc.constantFrom('', '\ufeff', '# encoding: utf-8\n'),
  )
  .map(([parts, eol, end, start]) => `${start}${parts.join('\n')}${end}`.replaceAll('\n', eol));

const anyPin: fc.Arbitrary<LinePin> = fc.record({
  bounds: fc.uniqueArray(fc.constantFrom('< 1.18.0', '>= 1.2', '!= 1.3', '>= 1'), { maxLength: 2 }),
  replaces: fc.boolean(),
  forceRuby: fc.boolean(),
});

describe('any Gemfile', () => {
  it('is read by Bundler as before, with just the pin, which comes out again without a trace', async () => {
    const file = path.join(await mkdtemp(path.join(bundler.directory, 'any-')), 'Gemfile');
    let done = 0;
    await fc.assert(
      fc.asyncProperty(anyGemfile, fc.nat(), anyPin, async (text, which, pin) => {
        await writeFile(file, text);
        const before = bundler.read(file);
        // The same gem twice with different requirements, and what Ruby itself takes for something else.
        fc.pre(typeof before !== 'string' && before.length > 0);
        const source = Buffer.from(text).toString('latin1');
        const editor = new GemfileEditor(source, parser, { shown: 'Gemfile', path: file });
        const names = [...new Set((before as ReadGem[]).map(({ name }) => name))].sort();
        const name = names[which % names.length] ?? '';
        const outcomes = editor.syntax.calls.flatMap((call, at) =>
          call.name === name ? [editor.pin(at, pin, 'glibc 2.28 (rhel-8): 1.18.0+ needs 2.29')] : [],
        );
        expect(outcomes.length).toBeGreaterThan(0);
        // Lines for one gem that Bundler takes together may not all be editable; what then stands there is never written.
        fc.pre(outcomes.every((outcome) => outcome === 'done' || outcome === 'there'));
        await writeFile(file, editor.source, 'latin1');
        expect(bundler.check(file)).toBe('');
        const after = bundler.read(file);
        const bounds = canonical(pin.bounds);
        expect(after).toEqual(
          (before as ReadGem[]).map((gem) => {
            if (gem.name !== name) return gem;
            const kept = pin.replaces ? [] : gem.requirement;
            const all = [...new Set([...kept.filter((each) => each !== '>= 0'), ...bounds])].sort();
            return {
              ...gem,
              requirement: expect.toSatisfy((now: string[]) => {
                const stated = now.filter((each) => each !== '>= 0');
                return stated.join() === all.join();
              }) as unknown,
              force: gem.force || pin.forceRuby,
            };
          }),
        );
        for (let own = editor.own[0]; own !== undefined; own = editor.own[0]) editor.lift(own);
        expect(editor.source).toBe(source);
        done += 1;
      }),
      { numRuns: 150, seed: 20_26 },
    );
    expect(done).toBeGreaterThan(100);
  });

  it.each([['the apps of the fixtures', appsDirectory]])(
    'of %s: every gem can be pinned, and all pins come out again',
    async (_, directory) => {
      let pinned = 0;
      for (const name of await readdir(directory)) {
        const source = await readFile(path.join(directory, name, 'Gemfile'), 'latin1').catch(() => '');
        const editor = new GemfileEditor(source, parser, {
          shown: name,
          path: path.join(directory, name, 'Gemfile'),
        });
        for (const at of editor.syntax.calls.keys()) {
          expect(
            editor.pin(at, { bounds: ['< 987.6'], replaces: at % 2 === 0, forceRuby: at % 3 === 0 }, 'x'),
          ).toBe('done');
          pinned += 1;
        }
        for (let own = editor.own[0]; own !== undefined; own = editor.own[0]) editor.lift(own);
        expect(editor.source).toBe(source);
      }
      expect(pinned).toBeGreaterThan(30);
    },
  );
});
