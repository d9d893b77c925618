import { HARD_GEMFILES } from '../../test/gemfile/hard-gemfiles.js';
import { mutate } from '../../test/lockfile/mutate.js';
import { GemfileError } from '../../src/errors.js';
import { GemfileEditor } from '../../src/gemfile/gemfile-editor.js';
import { loadRubyParser } from '../../src/gemfile/ruby-parser.js';
import { mutateBytes } from './bytes.js';
import type { Random } from './random.js';
import type { Subject } from './subject.js';
import { BrokenPromise } from './subject.js';
import { encoded, longTexts } from './text.js';

const seeds = HARD_GEMFILES.map(({ gemfile, bytes }) =>
  bytes === true ? new Uint8Array(Buffer.from(gemfile, 'latin1')) : encoded(gemfile),
);

/** Calls that are pinned in one input, so that one of a thousand lines does not take a thousand parses. */
const MOST_CALLS = 4;

/**
 * Only `GemfileError` escapes; a pin changes the call that it is for and no other, is there when it is written again, and what
 * was there before comes back when it is lifted.
 */
async function check(bytes: Uint8Array): Promise<string> {
  const parser = await loadRubyParser();
  const source = Buffer.from(bytes).toString('latin1');
  const options = { shown: 'Gemfile', path: '/project/Gemfile' };
  let editor: GemfileEditor;
  try {
    editor = new GemfileEditor(source, parser, options);
    // A mutated record of ours may say what never was: lifting it is the input's own doing.
    if (editor.own.length > 0) return 'pinned before';
  } catch (error) {
    if (error instanceof GemfileError) return error.code;
    throw error;
  }
  const outcomes = new Set<string>();
  for (const at of editor.syntax.calls.slice(0, MOST_CALLS).keys()) {
    for (const replaces of [false, true]) {
      const before = editor.syntax.calls.map(({ span }) => editor.source.slice(span.start, span.end));
      const pin = { bounds: ['< 987.6'], replaces, forceRuby: replaces };
      const outcome = editor.pin(at, pin, 'glibc 2.28 (rhel-8): 987.6+ needs 2.29');
      outcomes.add(outcome);
      if (outcome !== 'done') {
        if (editor.source !== source) throw new BrokenPromise(`${outcome}, and the source is another`);
        continue;
      }
      const after = editor.syntax.calls.map(({ span }) => editor.source.slice(span.start, span.end));
      for (const [index, text] of after.entries()) {
        const around = editor.syntax.calls[index];
        const inner = editor.syntax.calls[at];
        const encloses =
          around && inner && around.span.start <= inner.span.start && around.span.end >= inner.span.end;
        if (encloses !== true && text !== before[index])
          throw new BrokenPromise(`call ${index} is changed with call ${at}`);
      }
      if (editor.pin(at, pin, 'other words') !== 'there') throw new BrokenPromise('a pin is written twice');
      const [own, ...more] = editor.own;
      if (own === undefined || more.length > 0)
        throw new BrokenPromise(`${more.length + 1} pins are found of one`);
      editor.lift(own);
      if (editor.source !== source) throw new BrokenPromise('what was there does not come back');
    }
  }
  return outcomes.size === 0 ? 'no calls' : [...outcomes].sort().join(', ');
}

function make(random: Random): Uint8Array {
  const seed = random.pick(seeds);
  if (random.chance(0.3)) return mutateBytes(seed, random);
  const text = Buffer.from(seed).toString('latin1');
  const other = Buffer.from(random.pick(seeds)).toString('latin1');
  const joined = random.chance(0.3) ? `${text}\n${other}` : text;
  return new Uint8Array(Buffer.from(random.chance(0.7) ? mutate(joined, random.next) : joined, 'latin1'));
}

export const gemfileSubject: Subject = {
  name: 'gemfile',
  fixed: [
    ...longTexts('gem "rake", "~> 13"', '\n'),
    { title: 'fifty-thousand-parentheses', bytes: () => encoded(`gem ${'('.repeat(50_000)}`) },
    { title: 'twenty-thousand-calls-in-a-chain', bytes: () => encoded(`a${'.b'.repeat(20_000)}`) },
    { title: 'three-thousand-gem-lines', bytes: () => encoded('gem "a", "1"\n'.repeat(3000)) },
    {
      title: 'ten-thousand-records-in-one-comment',
      bytes: () => encoded(`gem "a" ${'# gemcompat: x [adds < 1] '.repeat(10_000)}`),
    },
  ],
  make,
  check,
};
