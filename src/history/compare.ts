import { localPlatform, parsePlatform, samePlatform } from '../gem/platform.js';
import { movesBetween } from './moves.js';
import type { ToldVariant, ToldVersion } from './tell-version.js';
import type { HistoryVariant } from './types.js';
import type { VariantNeeds } from './variant-needs.js';

/** What a track last had: the variants of the newest version so far that could be read whole. */
interface Last {
  readonly version: string;
  readonly needs: ReadonlyMap<string, { readonly platform: string; readonly needs: VariantNeeds }>;
  /** Versions after it of which nothing could be read whole, oldest first. */
  readonly across: string[];
}

/**
 * Compares every variant with the one before it on the same CPU and C library: of the same platform, and for the same Ruby where it
 * is content-addressed, where the older version has that, else the one that such a machine would have installed. Only variants that were read whole are
 * compared, and compared with.
 *
 * @param newestFirst the versions that were told
 * @returns the variants of each version, in the same order
 */
export function compareVersions(newestFirst: readonly ToldVersion[]): HistoryVariant[][] {
  const last = new Map<string, Last>();
  const compared = [...newestFirst].reverse().map(({ group, variants }) => {
    const result = variants.map((told) => withMoves(told, last.get(keyOf(told))));
    const tracks = new Map<string, ToldVariant[]>();
    for (const told of variants) tracks.set(keyOf(told), [...(tracks.get(keyOf(told)) ?? []), told]);
    for (const [key, own] of tracks) {
      const needs = new Map(
        own.flatMap(({ variant, needs }) =>
          variant.state === 'read' && needs !== undefined
            ? [[nameOf(variant), { platform: variant.platform, needs }]]
            : [],
        ),
      );
      if (needs.size > 0) last.set(key, { version: group.version.text, needs, across: [] });
      else last.get(key)?.across.push(group.version.text);
    }
    return result;
  });
  return compared.reverse();
}

/** What a variant is called from version to version: by its platform, and the Ruby of a content-addressed one. */
function nameOf({
  platform,
  address,
  rubies,
}: Pick<HistoryVariant, 'platform' | 'address' | 'rubies'>): string {
  return address === undefined ? platform : `${platform} ${rubies.join()}`;
}

function keyOf({ track }: ToldVariant): string {
  return `${track.cpu} ${track.libc}`;
}

function withMoves({ variant, needs, track }: ToldVariant, last: Last | undefined): HistoryVariant {
  if (last === undefined) return { ...variant, moves: [] };
  const across = [...last.across].reverse();
  const facts = { since: last.version, ...(across.length === 0 ? {} : { across }) };
  if (needs === undefined || variant.state !== 'read') return { ...variant, moves: [] };
  const local = localPlatform(track.cpu, track.libc);
  const before =
    last.needs.get(nameOf(variant)) ??
    last.needs.get(variant.platform) ??
    [...last.needs.values()].find(({ platform }) => samePlatform(parsePlatform(platform), local)) ??
    [...last.needs.values()][0];
  if (before === undefined) return { ...variant, moves: [] };
  return { ...variant, ...facts, moves: movesBetween(before.needs, needs) };
}
