import type { Release } from '../registry/types.js';
import type { LockedVersion } from './bundle.js';
import type { GemOrigin } from './gem-reader.js';

/** Origins of which each is opened once, and each index asked for once, however many gems of the bundle want it. */
export function sharedOrigins(
  originOf: (locked: LockedVersion) => Promise<GemOrigin>,
): (locked: LockedVersion) => Promise<GemOrigin> {
  const origins = new Map<string, Promise<GemOrigin>>();
  return (locked) => {
    const key = [locked.sourceType, ...locked.remotes].join('\n');
    const known = origins.get(key) ?? originOf(locked).then(remembering);
    origins.set(key, known);
    return known;
  };
}

function remembering(origin: GemOrigin): GemOrigin {
  const asked = new Map<string, Promise<readonly Release[]>>();
  return {
    name: origin.name,
    sources: origin.sources,
    offers: (name) => origin.offers(name),
    isCurrent: async (name) => origin.isCurrent?.(name),
    releases: (name) => {
      const known = asked.get(name) ?? origin.releases(name);
      asked.set(name, known);
      return known;
    },
    open: (gem) => origin.open(gem),
    digest: (gem) => origin.digest(gem),
  };
}
