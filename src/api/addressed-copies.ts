import { readdir } from 'node:fs/promises';
import path from 'node:path';
import type { AuditWarning } from '../audit/types.js';
import { isAddress } from '../gem/content-address.js';
import { parseGemFileName } from '../gem/name-tuple.js';
import { seesAddresses } from '../gem/variant.js';
import { listWords } from '../report/lists.js';

/** Names that a warning lists. */
const MOST_NAMES = 3;

/**
 * Content-addressed gems in `vendor/cache`, where the bundle is installed by a Bundler that does not know them: unlike those of an
 * index they are not passed over, but installed as what their platform says, whatever Ruby they are for (RubyGems 4.0.19,
 * ruby/rubygems#9773).
 *
 * @param directory of the cache, absolute; it need not be there
 * @param bundler as the lockfile has it; nothing is said where it is not known
 */
export async function addressedCopies(
  directory: string,
  bundler: string | undefined,
): Promise<AuditWarning[]> {
  if (bundler === undefined || seesAddresses({ bundler })) return [];
  const files = await readdir(directory).catch((): string[] => []);
  const addressed = files.filter((file) => {
    const [likeliest] = parseGemFileName(file);
    return likeliest !== undefined && isAddress(likeliest.platform);
  });
  if (addressed.length === 0) return [];
  const message = `${path.basename(path.dirname(directory))}/${path.basename(directory)} has ${listWords(addressed.sort(), MOST_NAMES)}, made for one Ruby: Bundler ${bundler} installs such a file on any; take it out, or lock with Bundler 4.1`;
  return [{ code: 'ADDRESSED_COPY', message }];
}
