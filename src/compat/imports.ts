import type { ElfFile } from '../elf/types.js';
import type { GemBinary } from '../gem/types.js';
import type { Target } from '../target/types.js';
import { MUSL_RESERVED } from './provides.js';
import type { Role } from './roles.js';
import type { Scope } from './scope.js';
import type { MissingSymbolFinding, UncheckedSymbolFinding } from './types.js';

/** When a symbol is looked up. */
type Bound = MissingSymbolFinding['bound'];

export interface ImportsAsked {
  readonly binary: GemBinary;
  readonly role: Role;
  readonly target: Target;
  readonly scope: Scope;
  /** Whether a needed library is one of the files. */
  readonly isOwn: (library: string) => boolean;
  /**
   * Whether everything that the file is loaded with is known: what nothing defines is missing then. Without, only names that a later
   * release of the C library brings are.
   */
  readonly wholeScope: boolean;
}

/**
 * The imports of a file that nothing defines which it is loaded with. Those with a version are left to the versions, but on musl,
 * which asks for the name alone. A weak one may be missing, and one that nothing refers to is never looked up.
 */
export function importFindings(asked: ImportsAsked): (MissingSymbolFinding | UncheckedSymbolFinding)[] {
  const { binary, scope, wholeScope } = asked;
  const { path: file, elf } = binary;
  const missing = new Map<string, { bound: Bound; since?: string; symbols: string[] }>();
  const unchecked: string[] = [];
  const add = (name: string, since?: string): void => {
    const bound = boundOf(name, asked);
    const key = `${bound} ${since ?? ''}`;
    const group = missing.get(key) ?? { bound, ...(since === undefined ? {} : { since }), symbols: [] };
    group.symbols.push(name);
    missing.set(key, group);
  };
  for (const name of lookedUp(elf, asked)) {
    const definition = scope.defines(name);
    if (definition === 'provided') continue;
    const since = scope.since(name);
    if (definition === 'missing' && (wholeScope || since !== undefined)) add(name, since);
    else if (definition === 'unknown' && since !== undefined) unchecked.push(name);
  }
  return [
    ...[...missing.values()].map((group) => ({ kind: 'missing-symbol', file, ...group }) as const),
    ...(unchecked.length === 0 ? [] : [{ kind: 'unchecked-symbol', file, symbols: unchecked } as const]),
  ];
}

function lookedUp(elf: ElfFile, { target, isOwn }: ImportsAsked): string[] {
  const versioned =
    target.libc === 'musl'
      ? elf.verneed
          .filter(({ library }) => MUSL_RESERVED.test(library) || isOwn(library))
          .flatMap(({ versions }) => versions.flatMap(({ symbols }) => symbols))
      : [];
  const passedOver = new Set([...elf.weakImports, ...(elf.idleImports ?? [])]);
  return [...new Set([...elf.unversionedImports, ...versioned])].filter((name) => !passedOver.has(name));
}

/** musl binds everything of what starts with the process, and defers data as well in what is opened lazily (ldso/dynlink.c, do_relocs). */
function boundOf(name: string, { binary: { elf }, role, target }: ImportsAsked): Bound {
  if (elf.bindNow === true) return 'load';
  if (target.libc === 'musl') return role === 'opened' ? 'call' : 'load';
  return elf.eagerImports?.includes(name) === true ? 'load' : 'call';
}

/**
 * Symbols that a file asks of a library among the files under a version that the library has, and that is not in it: glibc's
 * elf/dl-lookup.c, do_lookup_x. A definition without a version is taken too. Nothing is said of a library whose names were not read.
 */
export function lostSymbolFindings(
  { path: file, elf }: GemBinary,
  library: string,
  own: GemBinary,
): MissingSymbolFinding[] {
  const { exports, verdef } = own.elf;
  const need = elf.verneed.find((each) => each.library === library);
  if (exports === undefined || need === undefined) return [];
  const lost = need.versions.flatMap(({ name, symbols }) => {
    const defined = verdef.find((version) => version.name === name)?.symbols;
    if (defined === undefined) return [];
    return symbols.filter(
      (symbol) =>
        !defined.includes(symbol) &&
        !exports.includes(symbol) &&
        !elf.weakImports.includes(symbol) &&
        elf.idleImports?.includes(symbol) !== true,
    );
  });
  const bound = (symbol: string): Bound =>
    elf.bindNow === true || elf.eagerImports?.includes(symbol) === true ? 'load' : 'call';
  return (['load', 'call'] as const).flatMap((when) => {
    const symbols = lost.filter((symbol) => bound(symbol) === when);
    return symbols.length === 0 ? [] : [{ kind: 'missing-symbol', file, symbols, bound: when, library }];
  });
}
