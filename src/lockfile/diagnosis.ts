import type { LockfileError } from '../errors.js';
import { defaultName, refusal, shellWord } from './refusal.js';
import type { Lockfile } from './types.js';

/** What a text is that is no lockfile, by its first 4,096 characters. */
const kinds: readonly (readonly [what: string, test: (head: string) => boolean])[] = [
  ['a binary file', (head) => head.includes('\0')],
  ['JSON', (head) => /^\s*[{[]/.test(head)],
  ['HTML or XML, perhaps the error page of a download', (head) => /^\s*</.test(head)],
  [
    'a lockfile in the YAML of Bundler 0.9',
    (head) => /^(?:---.*|\w+: *)$/m.test(head.split('\n', 1)[0] ?? ''),
  ],
  ['a Git LFS pointer, not the file itself', (head) => head.startsWith('version https://git-lfs.')],
  [
    'a Gemfile',
    (head) => /^[ \t]*(?:source|gem|gemspec|ruby|group|git_source)\b[ (]*(?:["':]|do\b|$)/m.test(head),
  ],
  ['lines that end in a carriage return alone', (head) => head.includes('\r') && !head.includes('\n')],
];

function kindOf(text: string): string | undefined {
  const head = text.slice(0, 4096).replace(/^\ufeff/, '');
  return kinds.find(([, test]) => test(head))?.[0];
}

function hasAnySection(lockfile: Lockfile): boolean {
  const { sources, platforms, dependencies } = lockfile;
  const lists = sources.length + platforms.length + dependencies.length;
  const { rubyVersion, bundlerVersion, contentAddresses, overrides } = lockfile;
  return (
    lists > 0 || [rubyVersion, bundlerVersion, contentAddresses, overrides].some((part) => part !== undefined)
  );
}

/**
 * Why a text that Bundler would read without a word has no specs: it is empty, something else, without a source
 * section, or its sections hold nothing.
 */
export function noSpecs(text: string, lockfile: Lockfile, path: string | undefined): LockfileError {
  const lock = 'Run `bundle lock` beside the Gemfile to write a lockfile.';
  if (/^\ufeff?[\s]*$/.test(text.slice(0, 4096)) && text.trim() === '') {
    return refusal('LOCKFILE_EMPTY', 'the file is empty', path, { line: 1 }, [lock]);
  }
  if (!hasAnySection(lockfile)) {
    const kind = kindOf(text);
    const file = shellWord(path ?? defaultName);
    const remedy = kind === 'a Gemfile' ? `Name the lockfile that belongs to it: ${file}.lock.` : lock;
    const what = kind === undefined ? 'this is not a Gemfile.lock' : `this is not a Gemfile.lock but ${kind}`;
    return refusal('LOCKFILE_NOT_A_LOCKFILE', what, path, { line: 1 }, [remedy]);
  }
  const [passedOver] = lockfile.warnings;
  const hint = passedOver === undefined ? '' : `; line ${passedOver.line}: ${passedOver.message}`;
  const [source] = lockfile.sources;
  if (source === undefined) {
    const line = lockfile.warnings[0]?.line ?? 1;
    return refusal('LOCKFILE_NO_SOURCES', `no GEM, GIT or PATH section has specs${hint}`, path, { line }, [
      lock,
    ]);
  }
  return refusal('LOCKFILE_NO_SPECS', `the sources hold no gems${hint}`, path, { line: source.line }, [
    'Where the Gemfile names no gems there is nothing to audit; else run `bundle lock` to write the lockfile anew.',
  ]);
}
