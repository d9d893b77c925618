import { createHash } from 'node:crypto';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

/*
 * The body of `/versions` of a compact index (https://guides.rubygems.org/rubygems-org-compact-index-api/):
 *
 *     created_at: 2024-04-01T00:00:05Z
 *     ---
 *     NAME [-]VERSION[-PLATFORM][,…] MD5
 *
 * MD5 is that of the gem's `/info/NAME`. A gem that changed has a further line, and the last one counts.
 */

/** Longest line that is read, in UTF-16 code units: a gem with ten thousand versions stays below. */
const LONGEST_LINE = 4 * 1024 * 1024;

/** MD5 in lower-case hex by the name of the gem. Lines that do not follow the format are passed over. Throws what the stream emits. */
export async function digestsOfInfos(versions: Readable): Promise<ReadonlyMap<string, string>> {
  const digests = new Map<string, string>();
  const failed = new Promise<never>((_, reject) => versions.once('error', reject));
  const scan = async (): Promise<void> => {
    for await (const line of createInterface({ input: versions, crlfDelay: Infinity })) {
      if (line.length > LONGEST_LINE) continue;
      const found = /^(\S+) \S+ ([0-9a-fA-F]{32})$/.exec(line);
      if (found?.[1] !== undefined && found[2] !== undefined) digests.set(found[1], found[2].toLowerCase());
    }
  };
  await Promise.race([scan(), failed]);
  return digests;
}

/** The MD5 that `/versions` has to give for this body of `/info/NAME`. It guards against a stale or cut copy, not against an attacker. */
export function infoDigest(body: Uint8Array): string {
  return createHash('md5').update(body).digest('hex');
}
