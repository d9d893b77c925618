import type { Advice } from './universe-advice.js';
import { isNative } from './universe-facts.js';
import type { UniverseGem } from './universe.js';

/** What may be given up to have a bundle at all. */
export interface Relaxation {
  /** Gems whose line in the Gemfile is set aside. */
  readonly loosened: readonly string[];
  /** Failing gems that are compiled: the locked version, by `force_ruby_platform`. */
  readonly forced: readonly string[];
  /** Failing gems of which a version is taken that Bundler compiles on a machine at least, having no binary for it. */
  readonly compiled: readonly string[];
}

export const NOTHING_GIVEN_UP: Relaxation = { loosened: [], forced: [], compiled: [] };

/** What an answer gives up: lines that are replaced, and failing gems that are compiled where they are installed. */
export function givenUp(
  { pins }: Advice,
  installed: readonly (readonly UniverseGem[])[],
  failing: ReadonlySet<string>,
): Relaxation {
  const forced = pins.filter(({ forceRuby }) => forceRuby).map(({ name }) => name);
  const compiled = installed.flatMap((gems) =>
    gems.filter((gem) => failing.has(gem.name) && !isNative(gem)).map(({ name }) => name),
  );
  return {
    loosened: pins.filter(({ replaces }) => replaces).map(({ name }) => name),
    forced,
    compiled: [...new Set(compiled)].filter((name) => !forced.includes(name)),
  };
}

/** Each way to give up one thing less, and to give up nothing. */
export function lesserWays(way: Relaxation): Relaxation[] {
  const kinds = ['loosened', 'forced', 'compiled'] as const;
  const each = kinds.flatMap((kind) =>
    way[kind].map((name) => ({ ...way, [kind]: way[kind].filter((one) => one !== name) })),
  );
  return each.length > 1 ? [NOTHING_GIVEN_UP, ...each] : each;
}

/** Every way to compile some of the failing gems; of many failing gems all in one way. */
export function waysToCompile(failing: readonly string[]): Relaxation[] {
  let ways: Relaxation[] = [NOTHING_GIVEN_UP];
  if (failing.length > 3) {
    return [
      { ...NOTHING_GIVEN_UP, forced: failing },
      { ...NOTHING_GIVEN_UP, compiled: failing },
    ];
  }
  for (const name of failing) {
    ways = ways.flatMap((way) => [
      way,
      { ...way, forced: [...way.forced, name] },
      { ...way, compiled: [...way.compiled, name] },
    ]);
  }
  return ways.slice(1);
}

/** For people: `(without the line of bee)`. */
export function shownWay({ loosened, forced, compiled }: Relaxation): string {
  const parts = [
    ...(loosened.length > 0 ? [`without the line of ${loosened.join(', ')}`] : []),
    ...(forced.length > 0 ? [`with ${forced.join(', ')} forced to be compiled`] : []),
    ...(compiled.length > 0 ? [`with ${compiled.join(', ')} compiled`] : []),
  ];
  return parts.length > 0 ? `(${parts.join(', ')})` : '(nothing given up)';
}
