import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { once } from './once.js';

const schema = z.strictObject({
  asOf: z.iso.date(),
  /** Sonames of libraries without any version definition: they satisfy every need. */
  withoutVersions: z.array(z.string().min(1)),
  /** Each holds for all its targets; what no group says of a target is not known of it. */
  groups: z.array(
    z.strictObject({
      source: z.string().min(1),
      targets: z.array(z.string().min(1)).min(1),
      libraries: z.array(z.string().min(1)).min(1),
    }),
  ),
});

const table = once(() => {
  const url = new URL('./base-libraries.json', import.meta.url);
  const { groups, withoutVersions } = schema.parse(JSON.parse(readFileSync(url, 'utf8')));
  const byTarget = new Map<string, Set<string>>();
  for (const { targets, libraries } of groups) {
    for (const target of targets) {
      byTarget.set(target, new Set([...(byTarget.get(target) ?? []), ...libraries]));
    }
  }
  return { byTarget, withoutVersions };
});

/**
 * Libraries that glibc builds and distributions package as they like, of those whose base system is known to have them: sonames
 * besides those that every glibc installs.
 * @param name canonical name of a system: `debian-12`
 */
export function baseLibraries(name: string): readonly string[] {
  return [...(table().byTarget.get(name) ?? [])];
}

/** The systems that something is known of, for a check against the table of targets. */
export function systemsWithBaseLibraries(): readonly string[] {
  return [...table().byTarget.keys()];
}

/** The version sets of those among the libraries that define no version. */
export function setsWithoutVersions(
  libraries: readonly string[],
): Readonly<Record<string, readonly string[]>> {
  const { withoutVersions } = table();
  return Object.fromEntries(
    libraries.filter((soname) => withoutVersions.includes(soname)).map((soname) => [soname, []]),
  );
}
