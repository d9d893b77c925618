import { localPlatform, parsePlatform, platformToString } from '../gem/platform.js';
import { platformLocked } from '../gem/variant.js';
import type { Lockfile } from '../lockfile/types.js';
import type { Deployment } from '../search/types.js';
import type { AuditWarning, PlatformRefusal } from './types.js';

/** What PLATFORMS of a lockfile come to on the CPUs of a target. */
export interface PlatformsOnTarget {
  readonly refused: readonly PlatformRefusal[];
  readonly warnings: readonly AuditWarning[];
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
    const local = forceRubyFrom === undefined ? localPlatform(cpu, target.libc) : 'ruby';
    if (platformLocked(platforms, { local, ...(bundler === undefined ? {} : { bundler }) })) continue;
    const platform = platformToString(local);
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
