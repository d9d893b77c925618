import type { ElfFile } from '../elf/types.js';
import type { DefinedNames, Libc, LibraryExports } from './types.js';

/** `vd_ndx` of a library's first version: 1 is the file itself. */
const FIRST_VERSION = 2;

const SEPARATOR = '\0';

/** What a library that was read gives to those that are loaded with it. */
export function exportsOf({ needed, verdef, exports = [], hiddenExports = [] }: ElfFile): LibraryExports {
  const onlyVersioned = new Set(hiddenExports);
  const defined: DefinedNames[] = [];
  const add = (facts: Omit<DefinedNames, 'names'>, names: readonly string[]): void => {
    if (names.length > 0) defined.push({ ...facts, names: names.join(SEPARATOR) });
  };
  add({}, exports);
  for (const { name: version, index, symbols } of verdef) {
    const facts = { version, ...(index === FIRST_VERSION ? ({ first: true } as const) : {}) };
    if (onlyVersioned.size === 0) {
      add(facts, symbols);
      continue;
    }
    add(
      facts,
      symbols.filter((name) => !onlyVersioned.has(name)),
    );
    add(
      { ...facts, hidden: true },
      symbols.filter((name) => onlyVersioned.has(name)),
    );
  }
  return { needed, defined };
}

/** Sets of the libraries that were asked, which are few of those that a system has. */
const sets = new WeakMap<DefinedNames, ReadonlySet<string>>();

function has(group: DefinedNames, name: string): boolean {
  let set = sets.get(group);
  if (set === undefined) {
    set = new Set(group.names.split(SEPARATOR));
    sets.set(group, set);
  }
  return set.has(name);
}

/**
 * Whether an import without a version finds the name in a library: glibc takes a default version, or the first one (elf/dl-lookup.c,
 * check_match), musl whatever is not hidden (ldso/dynlink.c, find_sym).
 */
export function exportsName({ defined }: LibraryExports, name: string, libc: Libc): boolean {
  return defined.some(
    (group) => (group.hidden !== true || (libc === 'gnu' && group.first === true)) && has(group, name),
  );
}

/** Whether an import with a version finds the name: under that version, or without any (elf/dl-lookup.c, check_match). */
export function exportsVersioned({ defined }: LibraryExports, name: string, version: string): boolean {
  return defined.some(
    (group) => (group.version === undefined || group.version === version) && has(group, name),
  );
}
