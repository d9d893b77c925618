import path from 'node:path';

/**
 * The Gemfile of a lockfile (Bundler::SharedHelpers#default_lockfile, the other way round); undefined for a lockfile that is
 * not named after one.
 */
export function gemfileOf(lockfile: string): string | undefined {
  const directory = path.dirname(lockfile);
  const name = path.basename(lockfile);
  if (name === 'gems.locked') return path.join(directory, 'gems.rb');
  if (name.endsWith('.lock') && name.length > '.lock'.length) return lockfile.slice(0, -'.lock'.length);
  return undefined;
}
