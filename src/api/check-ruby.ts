import { UsageError } from '../errors.js';
import { isGemVersion } from '../version/gem-version.js';

/** @throws UsageError `RUBY_MALFORMED` for what is no version of Ruby; undefined is none that was given */
export function checkRuby(ruby: string | undefined): void {
  if (ruby === undefined || (isGemVersion(ruby) && /^\d+\.\d+/.test(ruby))) return;
  throw new UsageError(`${JSON.stringify(ruby)} is not a version of Ruby`, {
    code: 'RUBY_MALFORMED',
    suggestions: ['give all three parts: --ruby 3.3.6'],
  });
}
