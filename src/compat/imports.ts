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
   * Whether everything that the file is loaded with is known: what nothing defines is missing then. Without, nothing is said but of
   * names that a later release of the C library brings, and those may come from elsewhere.
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
  const missing = new Groups<Pick<MissingSymbolFinding, 'bound' | 'since'>>();
  const unchecked = new Groups<Pick<UncheckedSymbolFinding, 'since'>>();
  const ofLibc = new Set(askedOfLibc(elf, asked));
  for (const name of lookedUp(elf, asked)) {
    const definition = scope.defines(name);
    if (definition === 'provided') continue;
    const since = scope.since(name);
    if (definition === 'missing' && (wholeScope || ofLibc.has(name)))
      missing.add(name, { bound: boundOf(name, asked), ...(since === undefined ? {} : { since }) });
    // Something that is not known may define it all the same: a library, or what opens the file.
    else if (since !== undefined) unchecked.add(name, { since });
  }
  return [
    ...missing.all().map((group) => ({ kind: 'missing-symbol', file, ...group }) as const),
    ...unchecked.all().map((group) => ({ kind: 'unchecked-symbol', file, ...group }) as const),
  ];
}

/** Names of which the same is to be said. */
class Groups<Facts extends object> {
  readonly #groups = new Map<string, Facts & { readonly symbols: string[] }>();

  add(name: string, facts: Facts): void {
    const key = JSON.stringify(facts);
    const group = this.#groups.get(key) ?? { ...facts, symbols: [] };
    group.symbols.push(name);
    this.#groups.set(key, group);
  }

  all(): readonly (Facts & { readonly symbols: readonly string[] })[] {
    return [...this.#groups.values()];
  }
}

/** On musl, which does not look at the versions, the names that the file asks of the C library under one. */
function askedOfLibc({ verneed }: ElfFile, { target }: ImportsAsked): string[] {
  if (target.libc !== 'musl') return [];
  return verneed
    .filter(({ library }) => MUSL_RESERVED.test(library))
    .flatMap(({ versions }) => versions.flatMap(({ symbols }) => symbols));
}

function lookedUp(elf: ElfFile, { target, isOwn }: ImportsAsked): string[] {
  const versioned =
    target.libc === 'musl'
      ? elf.verneed
          .filter(
            ({ library }) => target.exports !== undefined || MUSL_RESERVED.test(library) || isOwn(library),
          )
          .flatMap(({ versions }) => versions.flatMap(({ symbols }) => symbols))
      : [];
  const isPassedOver = passedOver(elf);
  return [...new Set([...elf.unversionedImports, ...versioned])].filter((name) => !isPassedOver(name));
}

/** A weak import may stay without a definition, and one that nothing refers to is never looked up. */
function passedOver({ weakImports, idleImports = [] }: ElfFile): (name: string) => boolean {
  const names = new Set([...weakImports, ...idleImports]);
  return (name) => names.has(name);
}

/** musl binds everything of what starts with the process, and defers data as well in what is opened lazily (ldso/dynlink.c, do_relocs). */
function boundOf(name: string, { binary: { elf }, role, target }: ImportsAsked): Bound {
  if (elf.bindNow === true) return 'load';
  if (target.libc === 'musl') return role === 'opened' ? 'call' : 'load';
  return elf.eagerImports?.includes(name) === true ? 'load' : 'call';
}

/**
 * Symbols that a file asks of a library of a system that was read, under a version that the library has, and that nothing defines
 * under it which the file is loaded with: glibc's loader looks for name and version in all of it, whatever library is named.
 */
export function lostBySystemFindings(asked: ImportsAsked, library: string): MissingSymbolFinding[] {
  const { binary, scope, target, wholeScope } = asked;
  const known = target.versions?.[library];
  const need = binary.elf.verneed.find((each) => each.library === library);
  if (!wholeScope || known === undefined || need === undefined || target.libc === 'musl') return [];
  const isPassedOver = passedOver(binary.elf);
  const lost = need.versions
    .filter(({ name }) => known.length === 0 || known.includes(name))
    .flatMap(({ name, symbols }) =>
      symbols.filter((symbol) => !isPassedOver(symbol) && scope.definesVersion(symbol, name) === 'missing'),
    );
  return byBound(lost, (symbol) => boundOf(symbol, asked), { file: binary.path, library });
}

/**
 * Symbols that a file asks of a library among the files under a version that the library has, and that is not in it: glibc's
 * elf/dl-lookup.c, do_lookup_x. A definition without a version is taken too. Nothing is said of a library whose names were not read.
 */
export function lostSymbolFindings(
  asked: ImportsAsked,
  library: string,
  own: GemBinary,
): MissingSymbolFinding[] {
  const { path: file, elf } = asked.binary;
  const { exports, verdef } = own.elf;
  const need = elf.verneed.find((each) => each.library === library);
  if (exports === undefined || need === undefined) return [];
  const isPassedOver = passedOver(elf);
  const lost = need.versions.flatMap(({ name, symbols }) => {
    const defined = verdef.find((version) => version.name === name)?.symbols;
    if (defined === undefined) return [];
    return symbols.filter(
      (symbol) => !defined.includes(symbol) && !exports.includes(symbol) && !isPassedOver(symbol),
    );
  });
  return byBound(lost, (symbol) => boundOf(symbol, asked), { file, library });
}

function byBound(
  symbols: readonly string[],
  boundOf: (symbol: string) => Bound,
  of: { readonly file: string; readonly library: string },
): MissingSymbolFinding[] {
  return (['load', 'call'] as const).flatMap((bound) => {
    const some = symbols.filter((symbol) => boundOf(symbol) === bound);
    return some.length === 0
      ? []
      : [{ kind: 'missing-symbol', file: of.file, symbols: some, bound, library: of.library }];
  });
}
