import type { NameTuple } from './types.js';

/*
 * Content-addressed gems, which RubyGems 4.1 calls skinny: one file for each platform and Ruby ABI, named by the start of its own
 * SHA-256 where the platform would stand. The rules are those of lib/rubygems/content_address.rb (ruby/rubygems at a4182f39).
 */

/** An address: 8 to 64 lower-case hex digits. */
const ADDRESS = /^[0-9a-f]{8,64}$/;

/** The only requirement that binds a gem to one Ruby ABI: `~> 3.3.0`. */
const ONE_ABI = /^\s*~>\s*(\d+)\.(\d+)\.0\s*$/;

/**
 * The first release of RubyGems and of Bundler, which come out together, that knows them: Bundler 4.1 on an older RubyGems takes no row
 * of an index for one.
 */
export const FIRST_WITH_ADDRESSES = '4.1.0.a';

/** A RubyGems that knows none of them: of the last release before. */
export const LAST_WITHOUT_ADDRESSES = '4.0.99';

/** Could it be an address? A platform may look like one too: what a row or the gem itself says decides. */
export function isAddress(text: string): boolean {
  return ADDRESS.test(text);
}

/** `3.3` of `~> 3.3.0`; undefined for any other requirement, which leaves a gem without an address. */
export function rubyAbiFor(requiredRuby: readonly string[]): string | undefined {
  const [only, ...others] = requiredRuby;
  const [, major, minor] = others.length > 0 ? [] : (ONE_ABI.exec(only ?? '') ?? []);
  return major === undefined || minor === undefined ? undefined : `${Number(major)}.${Number(minor)}`;
}

/**
 * Does `suffix` of a row `VERSION-SUFFIX` name a content-addressed gem? It does beside a platform and a Ruby ABI; a row that lacks
 * either is one for a platform that is called so.
 * @param platform the row's own `platform:`; absent where it has none
 */
export function isAddressedRow(
  suffix: string,
  platform: string | undefined,
  requiredRuby: readonly string[],
): boolean {
  return (
    isAddress(suffix) &&
    platform !== undefined &&
    platform !== 'ruby' &&
    rubyAbiFor(requiredRuby) !== undefined
  );
}

/**
 * The address that a file name claims for the gem inside (`file_name_claim`): what follows name and version, where it looks like
 * one and is not the gem's own platform. A claim is to be held against the file's SHA-256, whatever the gem is.
 * @param stem the file's name without `.gem`
 */
export function claimedAddress(stem: string, { name, version, platform }: NameTuple): string | undefined {
  const start = `${name}-${version}-`;
  if (!stem.startsWith(start)) return undefined;
  const suffix = stem.slice(start.length);
  return isAddress(suffix) && suffix !== platform ? suffix : undefined;
}

/** What is wrong with a gem whose bytes are not those that its address claims; undefined where they are, or where it has none. */
export function addressMismatch(sha256: string, address: string | undefined): string | undefined {
  if (address === undefined || sha256.startsWith(address)) return undefined;
  return `its SHA-256 is ${sha256}, which does not begin with ${address}`;
}
