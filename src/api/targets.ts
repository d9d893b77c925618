import { TargetError } from '../errors.js';
import { findNamed, namedTargets } from '../target/catalog.js';
import { resolveTarget } from '../target/parse.js';
import type { NamedTarget } from '../target/types.js';

/** Every target that is known by name, by distribution, older releases first. */
export function knownTargets(): readonly NamedTarget[] {
  return namedTargets();
}

/**
 * A target of `knownTargets` by any of its names.
 *
 * @throws TargetError for a name that is not known, and for one that stands for no row: `glibc-2.31`.
 */
export function knownTarget(name: string): NamedTarget {
  const { target } = resolveTarget(name);
  const row = findNamed(target.name);
  if (row !== undefined) return row;
  throw new TargetError(`${name} is no system of the table, but a C library on its own`, {
    code: 'TARGET_NOT_NAMED',
    suggestions: ['gemcompat targets lists the systems that are known'],
  });
}
