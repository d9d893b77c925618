import type { Override } from '../version/override.js';
import type { PinPlan } from '../search/types.js';
import type { AuditWarning } from './types.js';

/** Pins that have no effect, since an `override` of the Gemfile goes before every requirement on the gem. */
export function overriddenPins(
  overrides: readonly Override[],
  plan: Pick<PinPlan, 'pins'> | undefined,
): AuditWarning[] {
  const overridden = new Set(
    overrides.flatMap((one) => (one.kind === 'requirement' && one.field === 'version' ? [one.gem] : [])),
  );
  return (plan?.pins ?? []).flatMap(({ name, bounds }) =>
    bounds.length > 0 && overridden.has(name)
      ? [
          {
            code: 'OVERRIDE_BEFORE_PIN',
            message: `the Gemfile has an override of ${name}'s version, which goes before the pin: write ${bounds.join(', ')} there`,
          },
        ]
      : [],
  );
}
