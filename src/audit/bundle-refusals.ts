import type { GemPlatform, PlatformOrRuby } from '../gem/platform.js';
import {
  installable,
  localPlatform,
  parsePlatform,
  platformMatches,
  platformToString,
} from '../gem/platform.js';
import type { Lockfile } from '../lockfile/types.js';
import { bundlerRules } from '../gem/bundler-rules.js';
import type { Deployment } from '../search/types.js';
import type { AuditWarning, PlatformRefusal } from './types.js';

/** What PLATFORMS of a lockfile come to on the CPUs of a target. */
export interface PlatformsOnTarget {
  readonly refused: readonly PlatformRefusal[];
  readonly warnings: readonly AuditWarning[];
}

/**
 * `Bundler::Definition#current_platform_locked?`. Since 2.6.5 a bare `x86_64-linux` does not have a machine with musl any more, and
 * `x86_64-linux-musl` has a bare one. A Bundler that is not known is taken for an older one.
 */
function isLockedFor(
  platforms: readonly PlatformOrRuby[],
  local: GemPlatform,
  bundler: string | undefined,
): boolean {
  if (!bundlerRules(bundler).asksOfMachine) return platforms.some((platform) => installable(platform, local));
  return platforms.some((platform) => platform === 'ruby' || platformMatches(local, platform));
}

/**
 * Whether PLATFORMS have each machine of a target (`Bundler::Definition#validate_platforms!`). A frozen Bundler stops there before it
 * installs any gem; one that is not resolves the bundle anew. If Bundler is set to compile every gem, its platform is `ruby`.
 */
export function platformsOn(deployments: readonly Deployment[], lockfile: Lockfile): PlatformsOnTarget {
  const platforms = lockfile.platforms.map((name) => parsePlatform(name));
  const refused: PlatformRefusal[] = [];
  const warnings: AuditWarning[] = [];
  for (const { cpu, target, bundler, frozen, frozenFrom, forceRubyFrom } of deployments) {
    const local = localPlatform(cpu, target.libc);
    const isLocked =
      forceRubyFrom === undefined ? isLockedFor(platforms, local, bundler) : platforms.includes('ruby');
    if (isLocked) continue;
    const platform = forceRubyFrom === undefined ? platformToString(local) : 'ruby';
    if (frozen === true) {
      refused.push({
        ...{ kind: 'platform-not-locked', arch: cpu, platform, locked: lockfile.platforms },
        ...(frozenFrom === undefined ? {} : { frozenFrom }),
        ...(forceRubyFrom === undefined ? {} : { forceRubyFrom }),
      });
      continue;
    }
    const what =
      frozen === false
        ? 'so bundle install resolves the bundle anew there'
        : 'so a frozen bundle install refuses it there';
    warnings.push({
      code: 'PLATFORM_NOT_LOCKED',
      message: `the lockfile's PLATFORMS have none for ${platform}, ${what}; run: bundle lock --add-platform ${platform}`,
    });
  }
  return { refused, warnings };
}
