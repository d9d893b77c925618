import type { Lockfile } from '../lockfile/types.js';

/** What RUBY VERSION says. */
export interface ProjectRuby {
  /** `3.3.6`; with another engine the version of Ruby that it is compatible with. */
  readonly version: string;
  /** Absent for MRI: `jruby 9.4.5.0`. */
  readonly engine?: string;
}

/** Reads RUBY VERSION: `ruby 3.3.6p108`, `ruby 3.1.4p0 (jruby 9.4.5.0)`. `undefined` where the lockfile has none. */
export function projectRuby(lockfile: Lockfile): ProjectRuby | undefined {
  const match = /^ruby (\d+(?:\.\d+)*(?:\.[a-z]\w*)?)(?:p-?\d+)?(?: \((\S+ [^)]+)\))?/.exec(
    lockfile.rubyVersion ?? '',
  );
  if (match?.[1] === undefined) return undefined;
  return { version: match[1], ...(match[2] === undefined ? {} : { engine: match[2] }) };
}

/** `X.Y`: the part that decides which build of an extension can be loaded. */
export function sameAbi(one: string, other: string): boolean {
  const abi = (version: string): string => version.split('.').slice(0, 2).join('.');
  return abi(one) === abi(other);
}
