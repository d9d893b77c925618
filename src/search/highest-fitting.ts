import type { Release } from '../registry/types.js';
import { compareGemVersions } from '../version/gem-version.js';
import { satisfies } from '../version/requirement.js';
import { boundsFor, pinLine } from './pin.js';
import type { Candidate, Choice, Conflict, Suggestion } from './types.js';

/** A requirement on the gem that is in force besides the Gemfile's: a gem of the bundle that depends on it. */
export interface ParentRequirement {
  readonly name: string;
  readonly requirement: readonly string[];
}

export interface SearchRequest {
  readonly name: string;
  readonly locked: string;
  /** In any order; see `candidatesOf`. */
  readonly candidates: readonly Candidate[];
  /** The Gemfile's own requirement; empty where it does not name the gem. */
  readonly gemfile: readonly string[];
  readonly parents: readonly ParentRequirement[];
  /** The locked version's `ruby` variant, where there is one that Bundler could install. */
  readonly lockedRuby?: Release;
}

/** What the search asks of the outside, and only as often as it must. */
export interface Probe {
  /** Reads a precompiled gem: does it fit? `unknown` where it could not be checked. */
  fits(choice: Choice): Promise<'compatible' | 'incompatible' | 'unknown'>;
  /** Reads a `ruby` gem: does it have extensions to compile? Without any, nothing would stand in for the binaries. */
  compiles(release: Release): Promise<boolean>;
}

/** `built`: Bundler would compile it on at least one deployment, and what is precompiled of it fits on the others. */
type Fit = 'fits' | 'built' | 'no';

/**
 * How many versions below the answer are read to find where the unbroken run of fitting versions begins: what a wider
 * `'>= y'` is worth in downloads.
 */
const MOST_PROBES_FOR_LOWER_BOUND = 12;

/**
 * The highest version that fits, and the pin that makes Bundler resolve to it. Compatibility is not monotonic in the
 * version, so candidates are tried one by one, newest first, above the locked version as well as below.
 *
 * Best first: a version whose binaries fit, by preference within the Gemfile's and the other gems' requirements; the
 * locked version compiled on the target; a version that Bundler would compile anyway. `undefined` where there is none.
 */
export async function findHighestFitting(
  request: SearchRequest,
  probe: Probe,
): Promise<Suggestion | undefined> {
  const newestFirst = [...request.candidates].sort((a, b) => compareGemVersions(b.version, a.version));
  const fitOf = remember(probe);

  const allowedByParents = (candidate: Candidate): boolean =>
    request.parents.every(({ requirement }) => satisfies(candidate.version, requirement));
  const allowedByGemfile = (candidate: Candidate): boolean => satisfies(candidate.version, request.gemfile);
  // What may be given up, in this order: first nothing, then the Gemfile's line, which the pin can replace.
  const tiers = [
    newestFirst.filter((candidate) => allowedByParents(candidate) && allowedByGemfile(candidate)),
    newestFirst.filter((candidate) => allowedByParents(candidate)),
    newestFirst,
  ];

  for (const tier of tiers) {
    for (const candidate of tier) {
      if ((await fitOf(candidate)) === 'fits') return suggest(request, tier, candidate, 'precompiled', fitOf);
    }
  }
  if (request.lockedRuby !== undefined && (await probe.compiles(request.lockedRuby))) {
    return {
      version: request.locked,
      direction: 'same',
      requirement: '',
      pin: pinLine({ name: request.name, requirement: request.gemfile, forceRuby: true }),
      method: 'force-ruby',
      needsCompiler: true,
      conflicts: [],
    };
  }
  for (const tier of tiers) {
    for (const candidate of tier) {
      if ((await fitOf(candidate)) !== 'built' || !(await compiles(candidate, probe))) continue;
      return suggest(request, tier, candidate, 'compile', fitOf);
    }
  }
  return undefined;
}

/** Asks about a candidate until the first answer against it, and once only. */
function remember(probe: Probe): (candidate: Candidate) => Promise<Fit> {
  const known = new Map<string, Fit>();
  const ask = async ({ choices }: Candidate): Promise<Fit> => {
    for (const choice of choices) {
      if (choice.kind === 'precompiled' && (await probe.fits(choice)) !== 'compatible') return 'no';
    }
    return choices.some(({ kind }) => kind === 'ruby') ? 'built' : 'fits';
  };
  return async (candidate) => {
    const answer = known.get(candidate.version) ?? (await ask(candidate));
    known.set(candidate.version, answer);
    return answer;
  };
}

/** Every `ruby` variant that would be installed has something to compile. */
async function compiles({ choices }: Candidate, probe: Probe): Promise<boolean> {
  const built = new Set(choices.filter(({ kind }) => kind === 'ruby').map(({ release }) => release));
  for (const release of built) {
    if (!(await probe.compiles(release))) return false;
  }
  return true;
}

async function suggest(
  request: SearchRequest,
  newestFirst: readonly Candidate[],
  answer: Candidate,
  method: 'precompiled' | 'compile',
  fitOf: (candidate: Candidate) => Promise<Fit>,
): Promise<Suggestion> {
  const { name, locked, gemfile, parents } = request;
  const order = compareGemVersions(answer.version, locked);

  let fitsFrom = answer.version;
  const below = newestFirst.filter(
    ({ version }) =>
      compareGemVersions(version, answer.version) < 0 && compareGemVersions(version, locked) > 0,
  );
  for (const candidate of below.slice(0, MOST_PROBES_FOR_LOWER_BOUND)) {
    if ((await fitOf(candidate)) !== (method === 'compile' ? 'built' : 'fits')) break;
    fitsFrom = candidate.version;
  }

  const keepsGemfile = satisfies(answer.version, gemfile);
  const eligible = newestFirst.map(({ version }) => version);
  const bounds = boundsFor({ locked, answer: answer.version, eligible, fitsFrom });
  const conflicts: Conflict[] = parents
    .filter(({ requirement }) => !satisfies(answer.version, requirement))
    .map((parent) => ({ by: parent.name, kind: 'gem', requirement: parent.requirement }));
  if (!keepsGemfile) conflicts.unshift({ by: 'Gemfile', kind: 'gemfile', requirement: gemfile });

  return {
    version: answer.version,
    direction: order > 0 ? 'upgrade' : order < 0 ? 'downgrade' : 'same',
    requirement: bounds.join(', '),
    pin: pinLine({ name, requirement: [...(keepsGemfile ? gemfile : []), ...bounds] }),
    method,
    needsCompiler: method === 'compile',
    conflicts,
  };
}
