import type { Scope } from './scope.js';
import type { DockerfileInstruction, EscapeCharacter } from './types.js';
import { jsonArray, quotedWords } from './words.js';

/** `bundle install` in its spellings, `bundle _2.5.6_ install` too; `bundle update` installs as well. */
const INSTALLS = /\bbundler?\s{1,99}(?:_[\w.]{1,40}_\s{1,99})?(?:install|i|update)\b/;

/** Where Bundler, RubyGems and the `ruby` images keep gems. */
const BUNDLE_PATH = /(?:^|\/)(?:bundle|gems?|vendor)(?:\/|$)|\/bundle/i;

/** One COPY out of another stage or image. */
export interface CopyFrom {
  readonly line: number;
  /** What `--from` names. */
  readonly from: string;
  /** What is copied from there, its variables replaced. */
  readonly sources: readonly string[];
}

/** Where the `ruby` images have Ruby, whole or in part: its program, or its library. */
const RUBY_PATH = /^\/usr\/local(?:\/?|\/\*|\/bin(?:\/?|\/ruby)|\/lib(?:\/?|\/ruby\/?))$/;

/** Each COPY that brings a Ruby, if what it copies from has one. */
export function rubyCopies(copies: readonly CopyFrom[]): readonly CopyFrom[] {
  return copies.filter(({ sources }) => sources.some((source) => RUBY_PATH.test(source)));
}

/** Whether a RUN installs gems. */
export function installsGems({ keyword, rest, heredocs }: DockerfileInstruction): boolean {
  if (keyword !== 'RUN') return false;
  return [rest, ...heredocs].some((text) => INSTALLS.test(text.replace(/["',]+/g, ' ')));
}

/** A COPY with `--from`; undefined for any other instruction. */
export function copyFrom(instruction: DockerfileInstruction, scope: Scope): CopyFrom | undefined {
  const { keyword, rest, flags, line } = instruction;
  if (keyword !== 'COPY') return undefined;
  const from = flags.map((flag) => /^--from=([^]*)$/.exec(flag)?.[1]).find((value) => value !== undefined);
  if (from === undefined || from === '') return undefined;
  const sources = wordsOf(rest, scope.escape)
    .slice(0, -1)
    .map((word) => scope.expand(word, line).text);
  return { line, from: scope.expand(from, line).text, sources };
}

function wordsOf(rest: string, escape: EscapeCharacter): readonly string[] {
  const words = jsonArray(rest);
  if (words?.every((word) => typeof word === 'string') === true) return words;
  return quotedWords(rest, escape);
}

/**
 * The COPY that brings the installed gems. A path that looks like theirs says it best; else a stage that installs them
 * does, unless the stage that runs installs them itself.
 * @param installs whether what `--from` names installs gems; undefined for an image
 */
export function bundleCopy(
  copies: readonly CopyFrom[],
  installs: (from: string) => boolean | undefined,
  installsItself: boolean,
): CopyFrom | undefined {
  const named = copies.find(
    ({ from, sources }) => installs(from) !== false && sources.some((source) => BUNDLE_PATH.test(source)),
  );
  if (named !== undefined || installsItself) return named;
  return copies.find(({ from }) => installs(from) === true);
}
