import { UsageError } from '../errors.js';
import { isInstalledVersion } from '../version/gem-version.js';

/**
 * @param ruby one or several; undefined is none that was given
 * @throws UsageError `RUBY_MALFORMED` for what is not a version of Ruby
 */
export function checkRuby(ruby: string | readonly string[] | undefined): void {
  const wrong = [ruby ?? []].flat().find((each) => !isInstalledVersion(each));
  if (wrong === undefined) return;
  throw new UsageError(`${JSON.stringify(wrong)} is not a version of Ruby`, {
    code: 'RUBY_MALFORMED',
    suggestions: ['give all three parts: --ruby 3.3.6'],
  });
}

/** @throws UsageError `RUBYGEMS_MALFORMED` for what is not a version of RubyGems; undefined is none that was given */
export function checkRubygems(rubygems: string | undefined): void {
  if (rubygems === undefined || isInstalledVersion(rubygems)) return;
  throw new UsageError(`${JSON.stringify(rubygems)} is not a version of RubyGems`, {
    code: 'RUBYGEMS_MALFORMED',
    suggestions: ['give all three parts, as gem --version prints them: --rubygems 4.1.1'],
  });
}
