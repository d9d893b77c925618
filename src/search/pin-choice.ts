import { compareParsedVersions } from '../version/gem-version.js';
import { satisfies } from '../version/requirement.js';
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
  /** Bundler's own rules lead to the answer with these pins. */
  readonly reaches: boolean;
}

/**
 * How many versions below the answer are read to find where the unbroken run of fitting versions begins: what a wider
 * `'>= y'` is worth in downloads.
 */
const MOST_PROBES_FOR_LOWER_BOUND = 12;

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
  const { universe, bundle } = request;
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
  for (const name of moving) {
    const own = await formsFor(name, request);
    forms.set(name, own);
    chosen.set(name, own.at(-1));
  }
  let resolutions = 0;
  const reaches = async (): Promise<boolean> => {
    resolutions += 1;
    const lines = linesOf(request, chosen);
    return agrees(await request.resolution.lock(lines), bundle);
  };
  let reached = await reaches();
  if (!reached) {
    // There is something between the bounds that Bundler would rather take.
    for (const name of moving) chosen.set(name, [`= ${bundle.get(name)?.version ?? '0'}`]);
    reached = await reaches();
  }
  if (reached) {
    for (const name of moving) {
      const strict = chosen.get(name);
      for (const form of smallerForms(name, forms.get(name) ?? [], request)) {
        if (resolutions >= MOST_RESOLUTIONS) break;
        chosen.set(name, form);
        if (await reaches()) break;
        chosen.set(name, strict);
      }
    }
    // The lockfile does not say in which order the Gemfile names its gems, and where two are alike Bundler goes by that.
    const reversed = new Map([...linesOf(request, chosen)].reverse());
    reached = agrees(await request.resolution.lock(reversed), bundle);
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
  return { pins, reaches: reached };
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
  const asked = own === undefined || loosened.has(name) ? parents : [...parents, own];
  const isEligible = (one: Position): boolean =>
    one.kind === 'locked' ||
    (asked.every((requirement) => satisfies(one.version, requirement)) && gem.candidate(one) !== undefined);
  const others = gem.isKnown ? gem.full.positions.filter((one) => one !== position && isEligible(one)) : [];
  const above = others.find((one) => compareParsedVersions(one.parsed, position.parsed) > 0);
  const locked = gem.locked?.version;
  const upper = above === undefined ? [] : [`< ${above.version}`];
  const exact = [`>= ${position.version}`];
  const from = await fitsFrom(gem, position, others, universe);
  const lower = [`>= ${from}`];
  const not = locked === undefined || locked === position.version ? [] : [[`!= ${locked}`]];
  const strict = [...exact, ...upper];
  const forms = [upper, lower, exact, ...not, [...lower, ...upper]].filter(
    (form, i, all) =>
      form.length > 0 &&
      form.join() !== strict.join() &&
      all.findIndex((other) => other.join() === form.join()) === i,
  );
  return [...forms, strict];
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

function agrees(resolved: Resolved, bundle: Bundle): boolean {
  if (typeof resolved === 'string' || resolved.size !== bundle.size) return false;
  return [...bundle].every(([name, { version }]) => resolved.get(name) === version);
}
