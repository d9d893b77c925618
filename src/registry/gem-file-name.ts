import { RegistryError } from '../errors.js';
import { gemFileName, isValidNameTuple } from '../gem/name-tuple.js';
import type { NameTuple } from '../gem/types.js';

/**
 * Checks a gem name before it becomes part of a path or a URL.
 *
 * @throws RegistryError `REGISTRY_BAD_GEM_NAME` for a name that RubyGems refuses, `.` and `..` included.
 */
export function assertGemName(name: string): void {
  assertNameTuple({ name, version: '0', platform: 'ruby' }, name);
}

/**
 * The name of a gem's file, for a path or a URL: `thruster-0.1.9-x86_64-linux.gem`.
 *
 * @throws RegistryError `REGISTRY_BAD_GEM_NAME` where a part could not stand in a file name.
 */
export function checkedFileName(gem: NameTuple): string {
  assertNameTuple(gem, `${gem.name} ${gem.version} ${gem.platform}`);
  return gemFileName(gem);
}

function assertNameTuple(gem: NameTuple, shown: string): void {
  if (isValidNameTuple(gem)) return;
  throw new RegistryError(`${JSON.stringify(shown.slice(0, 100))} is not the name of a gem`, {
    code: 'REGISTRY_BAD_GEM_NAME',
    suggestions: ['A name holds letters, digits, dots, dashes and underscores only. Check the lockfile.'],
  });
}
