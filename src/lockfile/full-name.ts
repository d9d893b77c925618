import type { LockedSpec } from './types.js';

/** `Gem::NameTuple#full_name`, by which Bundler tells specs apart. */
export function fullName({
  name,
  version,
  platform,
}: Pick<LockedSpec, 'name' | 'version' | 'platform'>): string {
  return platform === 'ruby' ? `${name}-${version}` : `${name}-${version}-${platform}`;
}
