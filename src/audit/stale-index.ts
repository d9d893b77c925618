import type { Finding, UnavailableFinding } from '../compat/types.js';
import type { GemOrigin } from './gem-reader.js';

/** Codes of findings that say that the index lacks something. */
const LACKING: ReadonlySet<string> = new Set(['VARIANT_GONE', 'VARIANT_UNKNOWN', 'ADDRESS_UNKNOWN']);

/** Whether the finding is that the index lacks something. */
export function restsOnIndex(finding: Finding): boolean {
  if (finding.kind === 'no-variant')
    return finding.reason === 'not-offered' || finding.reason === 'no-matching-platform';
  return finding.kind === 'unavailable' && LACKING.has(finding.code);
}

/** What takes the place of such a finding where the index of a gem is cut or old: what it lacks may be there. */
export async function staleIndex(origin: GemOrigin, name: string): Promise<UnavailableFinding | undefined> {
  if ((await origin.isCurrent?.(name)) !== false) return undefined;
  return {
    ...{ kind: 'unavailable', file: name, code: 'INDEX_NOT_CURRENT' },
    reason: `what ${origin.name} says of ${name} is not what its own list of versions is about (the MD5 is another): it was cut short on the way, or a cache between has an old copy, so what it lacks may be there`,
    suggestions: [
      'try again; where it stays, clear the cache of the proxy or mirror',
      'name another source with --source',
    ],
  };
}
