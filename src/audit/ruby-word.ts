import { isGemVersion } from '../version/gem-version.js';

/** A Ruby as the tools that switch between Rubies write it. */
export interface NamedRuby {
  /** Of MRI: `3.3.6`, `3.3`, `3.4.0.preview1`. */
  readonly version?: string;
  /** Of another engine: `jruby 9.4.5.0`, `truffleruby`. */
  readonly engine?: string;
}

/** MRI as ruby-build and ruby-install name it: `3.3.6`, `ruby-3.3.6`, `3.3.6-p108`, `3.4.0-preview1`, `3.5-dev`. */
const MRI = /^(?:(?:ruby|mri)-)?v?(\d+\.\d+(?:\.\d+)?)(?:-?p\d+)?(?:[-.]((?:preview|rc)\d+))?(?:-dev)?$/;

/** Engines with names of their own: `jruby-9.4.5.0`, `truffleruby+graalvm-24.1.0`, `mruby-3.3.0`. */
const OTHER_ENGINE =
  /^(jruby|truffleruby(?:\+graalvm)?|mruby|rbx|rubinius|artichoke|picoruby|ree|maglev|ironruby)(?:-(.+))?$/;

/**
 * What one word of `.ruby-version`, `.tool-versions` or `mise.toml` names. Undefined for what names no release: `system`, `latest`,
 * `3`, a path, a revision.
 */
export function parseRubyWord(word: string): NamedRuby | undefined {
  // RVM adds a set of gems, `ruby-3.3.6@app`; mise and asdf name the newest of a branch `latest:3.3`, `prefix:3.3`.
  const name = word.replace(/@.*$/, '').replace(/^(?:latest|prefix):/, '');
  const [, engine, release] = OTHER_ENGINE.exec(name) ?? [];
  if (engine !== undefined) return { engine: release === undefined ? engine : `${engine} ${release}` };
  const [, number, prerelease] = MRI.exec(name) ?? [];
  if (number === undefined) return undefined;
  const version = prerelease === undefined ? number : `${number}.${prerelease}`;
  return isGemVersion(version) ? { version } : undefined;
}

/** The text of each line up to its comment; empty lines are left out. */
function lines(text: string): string[] {
  return text
    .replace(/^\uFEFF/, '')
    .split(/\r\n?|\n/)
    .map((line) => line.replace(/(?:^|\s)#.*$/, '').trim())
    .filter((line) => line !== '');
}

/** `.ruby-version`: rbenv, chruby, RVM and mise take the first word of the first line that has one. */
export function parseRubyVersionFile(text: string): NamedRuby | undefined {
  const [word] = lines(text)[0]?.split(/\s+/) ?? [];
  return word === undefined ? undefined : parseRubyWord(word);
}

/** `.tool-versions` of asdf: a tool on each line, then its versions, of which the first that is installed counts. */
export function parseToolVersions(text: string): NamedRuby | undefined {
  for (const line of lines(text)) {
    const [tool, first] = line.split(/\s+/);
    if (tool === 'ruby') return first === undefined ? undefined : parseRubyWord(first);
  }
  return undefined;
}

/** `X.Y`: the part that decides which build of an extension can be loaded. */
export function sameAbi(one: string, other: string): boolean {
  const abi = (version: string): string => version.split('.').slice(0, 2).join('.');
  return abi(one) === abi(other);
}
