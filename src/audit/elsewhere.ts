import { GemcompatError } from '../errors.js';
import { isSameTuple } from '../gem/name-tuple.js';
import type { NameTuple } from '../gem/types.js';
import type { GemOrigin } from './gem-reader.js';
import type { AuditReport, AuditWarning, GemReport } from './types.js';

/** Names of gems that a warning shows; the rest are counted, and each is in the report. */
const SHOWN = 4;

/**
 * Which source of its section a gem is from, and which others have a gem of the same name. A section with one source is told without
 * asking it. Nothing where a source cannot be asked: whether it has the gem is not known then.
 */
export async function placeOf(
  origin: GemOrigin,
  gem: NameTuple,
): Promise<Pick<GemReport, 'source' | 'alsoIn'>> {
  const [first, ...others] = origin.sources;
  if (first === undefined) return {};
  if (others.length === 0) return { source: first };
  try {
    const offers = await origin.offers(gem.name);
    const taken = offers.find(({ releases }) => releases.some((release) => isSameTuple(release, gem)));
    if (taken === undefined) return {};
    const alsoIn = offers
      .filter((offer) => offer !== taken && offer.releases.length > 0)
      .map(({ source }) => source);
    return { source: taken.source, ...(alsoIn.length === 0 ? {} : { alsoIn }) };
  } catch (error) {
    if (error instanceof GemcompatError) return {};
    throw error;
  }
}

/** Gems whose name more than one source of their section has: another may have a higher version of it, by anybody (dependency confusion). */
export function inSeveralSources(reports: readonly AuditReport[]): AuditWarning[] {
  const groups = new Map<string, { readonly row: GemReport; readonly names: Set<string> }>();
  for (const row of reports.flatMap(({ gems }) => gems)) {
    if (row.source === undefined || row.alsoIn === undefined) continue;
    const key = [row.source, ...row.alsoIn].join('\n');
    const group = groups.get(key) ?? { row, names: new Set<string>() };
    group.names.add(row.name);
    groups.set(key, group);
  }
  return [...groups.values()].map(({ row: { source = '', alsoIn = [] }, names }) => {
    const shown = [...names].slice(0, SHOWN).join(', ');
    const more = names.size > SHOWN ? ` and ${names.size - SHOWN} more` : '';
    const one = names.size === 1;
    return {
      code: 'SEVERAL_SOURCES',
      message: `${shown}${more} ${one ? 'is' : 'are'} from ${source}, and ${alsoIn.join(', ')} ${alsoIn.length === 1 ? 'has' : 'have'} ${one ? 'a gem of this name' : 'gems of these names'} too: Bundler takes the highest version of any; a block of its own in the Gemfile (source "${source}" do … end) names the one that is meant`,
    };
  });
}
