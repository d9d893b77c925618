import type { GroupSettings, Deployment } from '../search/types.js';
import type { GemfileGroups } from './installed-gems.js';
import type { AuditWarning } from './types.js';

/** Groups that alone are to be installed and that the Gemfile does not have: a mistyped one leaves nothing to judge. */
export function unknownGroups(
  deployments: readonly Pick<Deployment, 'groups'>[],
  groups: GemfileGroups | undefined,
): AuditWarning[] {
  if (groups === undefined || groups.of.size === 0) return [];
  const known = new Set(['default', ...[...groups.of.values()].flat(), ...groups.optional]);
  const asked = deployments.flatMap((deployment): readonly GroupSettings[] => deployment.groups ?? []);
  const messages = asked.flatMap(({ only }) =>
    (only?.names ?? [])
      .filter((name) => !known.has(name))
      .map((name) => {
        const others = [...known].sort().join(', ');
        return `${only?.place ?? ''} names the group ${name}, which the Gemfile does not have; it has ${others}`;
      }),
  );
  return [...new Set(messages)].map((message) => ({ code: 'GROUP_UNKNOWN', message }));
}
