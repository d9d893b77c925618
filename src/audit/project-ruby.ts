import type { Lockfile } from '../lockfile/types.js';
import type { RubyStatement } from './ruby-sources.js';

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

/** RUBY VERSION as a statement; empty where the lockfile has none. @param place of the lockfile, for people */
export function lockedRuby(lockfile: Lockfile, place = 'Gemfile.lock'): RubyStatement[] {
  const ruby = projectRuby(lockfile);
  if (ruby === undefined) return [];
  const from = { source: 'lockfile', place } as const;
  return [ruby.engine === undefined ? { version: ruby.version, from } : { engine: ruby.engine, from }];
}
