import type { Lockfile } from '../lockfile/types.js';
import type { PinPlan } from '../search/types.js';
import { compareGemVersions } from '../version/gem-version.js';
import type { AuditWarning } from './types.js';

/** The first Bundler that takes `force_ruby_platform` for one gem; an older one refuses the Gemfile (CHANGELOG of Bundler 2.3.18). */
const FORCES_ONE_GEM = '2.3.18';

/** A pin that compiles a gem, where the Bundler that wrote the lockfile, and is taken for it again, refuses such a line. */
export function bundlerTooOld(
  { bundlerVersion }: Pick<Lockfile, 'bundlerVersion'>,
  plan: Pick<PinPlan, 'pins'> | undefined,
): AuditWarning[] {
  const compiled = plan?.pins.filter(({ forceRuby }) => forceRuby).map(({ name }) => name) ?? [];
  if (bundlerVersion === undefined || compiled.length === 0) return [];
  if (compareGemVersions(bundlerVersion, FORCES_ONE_GEM) >= 0) return [];
  const gems = compiled.length > 2 ? `${compiled.length} gems` : compiled.join(' and ');
  return [
    {
      code: 'BUNDLER_TOO_OLD',
      message: `the lockfile is of Bundler ${bundlerVersion}, which refuses force_ruby_platform (for ${gems}) in a Gemfile; ${FORCES_ONE_GEM} and later know it: bundle update --bundler`,
    },
  ];
}
