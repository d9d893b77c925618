import { compareParsedVersions } from '../version/gem-version.js';
import { parseRequirement, satisfiesParsed } from '../version/requirement.js';
import type { BundlerResolution, GemfileLine, Resolved } from './bundler-resolution.js';
import type { Bundle } from './optimum.js';
import type { Gem, Position, Universe } from './universe.js';

/** A line that is to be changed, or added. */
export interface ChosenPin {
  readonly gem: Gem;
  readonly position: Position;
  readonly bounds: readonly string[];
  /** The Gemfile's own requirement is given up. */
  readonly replaces: boolean;
  readonly forceRuby: boolean;
}

export interface PinChoice {
  readonly pins: readonly ChosenPin[];
  /** Bundler's own rules lead to the answer with these pins, and with no smaller ones. False where that is not known. */
  readonly isLeast: boolean;
  /** The version of each gem that Bundler locks with them; absent where that is not known. */
  readonly resolved?: ReadonlyMap<string, string>;
}

/**
 * How many versions below the answer are read to find where the unbroken run of fitting versions begins: what a wider
 * `'>= y'` is worth in downloads.
 */
const MOST_PROBES_FOR_LOWER_BOUND = 12;

/** How often gems are added that have to be held where they are. */
const MOST_ROUNDS = 5;

/** Resolutions that are tried to make pins smaller, before they are taken as they are. */
const MOST_RESOLUTIONS = 400;

export interface PinRequest {
  readonly universe: Universe;
  readonly resolution: BundlerResolution;
  readonly bundle: Bundle;
  /** Direct gems whose requirement is given up. */
  readonly loosened: ReadonlySet<string>;
  /** Pins that there are already, by name: what they say beside the Gemfile's own requirement. They are kept where they do. */
  readonly present: ReadonlyMap<string, readonly string[]>;
}

/**
 * The least that makes Bundler resolve to a bundle: pins that bind every gem that moves or enters to just its version,
 * each made smaller as long as Bundler still gets there. Those that fit as they are first, so that what is left is
 * said of the gems that it is about.
 */
export async function choosePins(request: PinRequest): Promise<PinChoice> {
  const { universe, bundle, resolution } = request;
  const rank = (name: string): number => {
    const gem = universe.locked.get(name);
    return gem === undefined ? 0 : gem.fails ? 2 : 1;
  };
  const moving = [...bundle]
    .filter(([name, { kind }]) => kind !== 'locked' || request.loosened.has(name))
    .map(([name]) => name)
    .sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));

  const forms = new Map<string, readonly (readonly string[])[]>();
  const chosen = new Map<string, readonly string[] | undefined>();
  const bind = async (name: string): Promise<void> => {
    const own = await formsFor(name, request);
    forms.set(name, own);
    chosen.set(name, own.at(-1));
  };
  for (const name of moving) await bind(name);
  let resolutions = 0;
  let reachedBy: ReadonlyMap<string, string> | undefined;
  const reaches = async (): Promise<boolean> => {
    resolutions += 1;
    const resolved = await resolution.lock(linesOf(request, chosen));
    if (typeof resolved === 'string' || strays(resolved, request).length > 0) return false;
    reachedBy = resolved;
    return true;
  };
  let reached = await reaches();
  for (let round = 0; !reached && round < MOST_ROUNDS; round += 1) {
    // A gem that should stay comes loose where one that asks for it does, and has to be held too.
    const loose = strays(await resolution.lock(linesOf(request, chosen)), request);
    const held = loose.filter((name) => bundle.has(name) && !moving.includes(name));
    if (held.length === 0) break;
    for (const name of held) await bind(name);
    moving.unshift(...held);
    reached = await reaches();
  }
  if (!reached) {
    // There is something between the bounds that Bundler would rather take.
    for (const name of moving) chosen.set(name, [`= ${bundle.get(name)?.version ?? '0'}`]);
    reached = await reaches();
  }
  if (reached) {
    for (const name of moving) {
      const strict = chosen.get(name);
      for (const form of smallerForms(name, forms.get(name) ?? [], request)) {
        if (resolutions >= MOST_RESOLUTIONS || resolution.isSpent) break;
        chosen.set(name, form);
        if (await reaches()) break;
        chosen.set(name, strict);
      }
    }
    // The lockfile does not say in which order the Gemfile names its gems, and where two are alike Bundler goes by that.
    const reversed = new Map([...linesOf(request, chosen)].reverse());
    reached = resolution.isSpent || strays(await resolution.lock(reversed), request).length === 0;
  }
  const pins = moving.flatMap((name): ChosenPin[] => {
    const bounds = chosen.get(name);
    const position = bundle.get(name);
    const gem = universe.peek(name);
    if (bounds === undefined || position === undefined || gem === undefined) return [];
    return [
      { gem, position, bounds, replaces: request.loosened.has(name), forceRuby: position.kind === 'forced' },
    ];
  });
  return {
    pins,
    isLeast: reached && !resolution.isSpent,
    ...(reachedBy === undefined ? {} : { resolved: reachedBy }),
  };
}

/** `undefined` stands for no pin at all. */
function* smallerForms(
  name: string,
  forms: readonly (readonly string[])[],
  { bundle, loosened, present }: PinRequest,
): Generator<readonly string[] | undefined> {
  const isForced = bundle.get(name)?.kind === 'forced';
  const there = present.get(name);
  if (there !== undefined) yield there;
  yield isForced || loosened.has(name) ? [] : undefined;
  for (const form of forms.slice(0, -1)) if (form.length > 0) yield form;
}

/** What a pin can say of a gem, the least first, all that may be needed last. */
async function formsFor(name: string, request: PinRequest): Promise<(readonly string[])[]> {
  const { universe, bundle, loosened } = request;
  const gem = universe.peek(name);
  const position = bundle.get(name);
  if (gem === undefined || position === undefined) return [[]];
  const parents = [...bundle].flatMap(([parent, at]) => {
    const dependencies = universe.peek(parent)?.dependencies(at) ?? [];
    return dependencies.filter((one) => one.name === name).map(({ requirement }) => requirement);
  });
  const own = universe.request.gemfile.get(name);
  const asked = (own === undefined || loosened.has(name) ? parents : [...parents, own]).map((requirement) =>
    parseRequirement(requirement),
  );
  const isEligible = (one: Position): boolean =>
    one.kind === 'locked' ||
    (asked.every((requirement) => satisfiesParsed(one.parsed, requirement)) &&
      gem.candidate(one) !== undefined);
  const others = gem.isKnown ? gem.full.positions.filter((one) => one !== position && isEligible(one)) : [];
  const above = others.find((one) => compareParsedVersions(one.parsed, position.parsed) > 0);
  const locked = gem.locked?.version;
  const upper = above === undefined ? [] : [`< ${above.version}`];
  const exact = [`>= ${position.version}`];
  const from = await fitsFrom(gem, position, others, universe);
  const lower = [`>= ${from}`];
  const not = locked === undefined || locked === position.version ? [] : [[`!= ${locked}`]];
  const forms = [upper, lower, exact, ...not, [...lower, ...upper]].filter((form) => form.length > 0);
  return [...forms, [...exact, ...upper]];
}

/** The lowest version from which on all fit, up to the answer, where it is one that the gem moves up to. */
async function fitsFrom(
  gem: Gem,
  answer: Position,
  eligible: readonly Position[],
  universe: Universe,
): Promise<string> {
  const locked = gem.isKnown ? gem.full.positions.find(({ kind }) => kind === 'locked') : undefined;
  let from = answer.version;
  if (locked === undefined || answer.kind !== 'version') return from;
  const between = eligible.filter(
    (one) =>
      compareParsedVersions(one.parsed, answer.parsed) < 0 &&
      compareParsedVersions(one.parsed, locked.parsed) > 0,
  );
  for (const one of between.reverse().slice(0, MOST_PROBES_FOR_LOWER_BOUND)) {
    if (universe.isBuilt(gem, one) !== universe.isBuilt(gem, answer)) break;
    if ((await universe.refusal(gem, one)) !== 'none') break;
    from = one.version;
  }
  return from;
}

/** The Gemfile with pins in place. */
export function linesOf(
  { universe, bundle, loosened }: Pick<PinRequest, 'universe' | 'bundle' | 'loosened'>,
  pins: ReadonlyMap<string, readonly string[] | undefined>,
): Map<string, GemfileLine> {
  const lines = new Map<string, GemfileLine>();
  for (const [name, requirement] of universe.request.gemfile) {
    const own = loosened.has(name) && pins.get(name) !== undefined ? [] : requirement;
    const forceRuby = pins.get(name) !== undefined && bundle.get(name)?.kind === 'forced';
    lines.set(name, { requirement: [...own, ...(pins.get(name) ?? [])], forceRuby });
  }
  for (const [name, bounds] of pins) {
    if (bounds === undefined || lines.has(name)) continue;
    lines.set(name, { requirement: bounds, forceRuby: bundle.get(name)?.kind === 'forced' });
  }
  return lines;
}

/**
 * Gems that Bundler would have elsewhere than the bundle does; all of them where it finds nothing. One that does not fit
 * and stays for want of an answer may be where it likes.
 */
function strays(resolved: Resolved, { universe, bundle }: PinRequest): string[] {
  if (typeof resolved === 'string') return [...bundle.keys()];
  return [...new Set([...bundle.keys(), ...resolved.keys()])].filter((name) => {
    const position = bundle.get(name);
    const isUnanswered = position?.kind === 'locked' && universe.locked.get(name)?.fails === true;
    return !isUnanswered && resolved.get(name) !== position?.version;
  });
}
