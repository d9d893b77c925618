import { isAddress } from './content-address.js';
import { parsePlatform } from './platform.js';
import type { NameTuple } from './types.js';

/** `Gem::Specification::VALID_NAME_PATTERN`, and no name that a file system would take for a directory. */
const validName = /^(?!\.\.?$)[a-zA-Z0-9._-]+$/;

/** `Gem::Version::VERSION_PATTERN`, without the dash, which RubyGems reads as `.pre.`. */
const validVersion = /^[0-9]+(?:\.[0-9a-zA-Z]+)*$/;

/** The characters of platforms; a looser rule than RubyGems' own, but none of them leads to another directory. */
const validPlatform = /^[a-zA-Z0-9_][a-zA-Z0-9._-]*$/;

/** May the three become part of a file name or a URL? What an index, a lockfile or metadata says is not to be trusted. */
export function isValidNameTuple({ name, version, platform, address }: NameTuple): boolean {
  return (
    validName.test(name) &&
    validVersion.test(version) &&
    validPlatform.test(platform) &&
    (address === undefined || isAddress(address))
  );
}

/**
 * `Gem::NameTuple#full_name`: `thruster-0.1.9-x86_64-linux`, `rake-13.2.1` for the platform `ruby`, and
 * `rubydex-0.4.4-987027c9` for a content-addressed gem.
 */
export function fullName({ name, version, platform, address }: NameTuple): string {
  if (address !== undefined) return `${name}-${version}-${address}`;
  return platform === 'ruby' || platform === '' ? `${name}-${version}` : `${name}-${version}-${platform}`;
}

/** Name, version, platform and address as they are written: `1.0` is not `1`. */
export function isSameTuple(one: NameTuple, other: NameTuple): boolean {
  return (
    one.name === other.name &&
    one.version === other.version &&
    one.platform === other.platform &&
    one.address === other.address
  );
}

/** The name of the gem's file: `thruster-0.1.9-x86_64-linux.gem`. Throws a `RangeError` for an invalid tuple. */
export function gemFileName(gem: NameTuple): string {
  if (!isValidNameTuple(gem)) {
    throw new RangeError(`not the name of a gem: ${JSON.stringify(fullName(gem))}`);
  }
  return `${fullName(gem)}.gem`;
}

/**
 * What a `.gem` file name may mean, likeliest first; `[]` where it is none. Dashes separate name, version and
 * platform, and occur in names and platforms as well: only the metadata inside decides. (`foo-1.0-java` may be version
 * 1.0 for java; `sass-embedded-1.2-3` may be `sass-embedded-1.2` in version 3.)
 */
export function parseGemFileName(fileName: string): readonly NameTuple[] {
  const stem = /^([^/\\]+)\.gem$/.exec(fileName)?.[1];
  if (stem === undefined) return [];
  const parts = stem.split('-');
  const candidates: NameTuple[] = [];
  for (let at = 1; at < parts.length; at++) {
    const candidate = {
      name: parts.slice(0, at).join('-'),
      version: parts[at] ?? '',
      platform: parts.slice(at + 1).join('-') || 'ruby',
    };
    if (isValidNameTuple(candidate)) candidates.push(candidate);
  }
  return candidates.sort((one, other) => unlikelihood(one) - unlikelihood(other));
}

/** Fewer is likelier: a platform that RubyGems knows, then a version with a dot, then the later dash. */
function unlikelihood({ version, platform, name }: NameTuple): number {
  const parsed = parsePlatform(platform);
  const unknown = parsed !== 'ruby' && parsed.os === 'unknown' && !isAddress(platform) ? 1_000_000 : 0;
  return unknown + (version.includes('.') ? 0 : 10_000) - name.split('-').length;
}
