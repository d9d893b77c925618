import { localPlatform, platformToString } from '../gem/platform.js';
import type { Release } from '../registry/types.js';
import { compareGemVersions } from '../version/gem-version.js';
import { satisfies } from '../version/requirement.js';
import { boundsFor, pinLine } from './pin.js';
import type { Candidate, Choice, Conflict, Suggestion } from './types.js';
import { uncheckedBounds } from './unchecked-bounds.js';

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
  /** The same with `force_ruby_platform: true`. */
  readonly forced: readonly Candidate[];
  /** The lockfile's PLATFORMS. */
  readonly platforms: readonly string[];
  /** The Gemfile names the gem. */
  readonly direct: boolean;
  /** The Gemfile's own requirement; empty where there is none. */
  readonly gemfile: readonly string[];
  readonly parents: readonly ParentRequirement[];
}

/** What the search asks of the outside, and only as often as it must. */
export interface Probe {
  /** Reads a precompiled gem: does it fit? `unknown` where it could not be checked. */
  fits(choice: Choice): Promise<'compatible' | 'incompatible' | 'unknown'>;
  /** Reads a `ruby` gem: does it have extensions to compile? Without any, nothing would stand in for the binaries. */
  compiles(release: Release): Promise<boolean>;
  /** Can what the release itself depends on be had beside the rest of the bundle? */
  resolves(release: Release): Promise<boolean>;
  /** Is the release content with what is locked beside it, so that nothing else has to move for it? */
  asLocked(release: Release): boolean;
}

/** The way out, with the releases that it comes to. */
export interface Found {
  readonly suggestion: Suggestion;
  readonly releases: readonly Release[];
}

/**
 * How many versions below the answer are read to find where the unbroken run of fitting versions begins: what a wider
 * `'>= y'` is worth in downloads.
 */
const MOST_PROBES_FOR_LOWER_BOUND = 12;

/**
 * The highest version that fits, and the pin that makes Bundler resolve to it. Compatibility is not monotonic in the
 * version, so candidates are tried one by one, newest first, above the locked version as well as below.
 *
 * Best first: the locked version by a variant that the lockfile lacks; a version whose binaries fit, by preference within
 * the Gemfile's requirement, always within the other gems'; the locked version compiled on the target; a version that
 * Bundler would compile anyway; last, to be shown but not used, one that another gem of the bundle forbids.
 * `undefined` where there is none.
 */
export function findHighestFitting(request: SearchRequest, probe: Probe): Promise<Found | undefined> {
  return new Search(request, probe).run();
}

/** `built`: Bundler would compile it on at least one deployment, and what is precompiled of it fits on the others. */
type Fit = 'fits' | 'built' | 'no';

class Search {
  readonly #request: SearchRequest;
  readonly #probe: Probe;
  readonly #fits = new Map<string, Promise<Fit>>();

  constructor(request: SearchRequest, probe: Probe) {
    this.#request = request;
    this.#probe = probe;
  }

  async run(): Promise<Found | undefined> {
    const { candidates, forced, locked } = this.#request;
    const newestFirst = [...candidates].sort((a, b) => compareGemVersions(b.version, a.version));
    const allowed = newestFirst.filter((candidate) => this.#allowedByParents(candidate));
    // What may be given up, in this order: nothing, then the Gemfile's line, which the pin can replace.
    const tiers = [allowed.filter((candidate) => this.#allowedByGemfile(candidate)), allowed];

    const relocked = newestFirst.find(({ version }) => compareGemVersions(version, locked) === 0);
    if (relocked !== undefined && (await this.#fit(relocked)) === 'fits') return this.#addPlatform(relocked);
    return (
      (await this.#first(tiers, 'precompiled')) ??
      (await this.#forceRuby(forced.find(({ version }) => compareGemVersions(version, locked) === 0))) ??
      (await this.#first(tiers, 'compile')) ??
      (await this.#first([newestFirst], 'precompiled'))
    );
  }

  #allowedByParents({ version }: Candidate): boolean {
    return this.#request.parents.every(({ requirement }) => satisfies(version, requirement));
  }

  #allowedByGemfile({ version }: Candidate): boolean {
    return satisfies(version, this.#request.gemfile);
  }

  async #first(
    tiers: readonly (readonly Candidate[])[],
    method: 'precompiled' | 'compile',
  ): Promise<Found | undefined> {
    for (const tier of tiers) {
      for (const candidate of tier) {
        if ((await this.#fit(candidate)) !== (method === 'compile' ? 'built' : 'fits')) continue;
        if (method === 'compile' && !(await this.#compiles(candidate))) continue;
        if (await this.#resolves(candidate)) return this.#suggest(tier, candidate, method);
      }
    }
    return undefined;
  }

  /** Asks about a candidate until the first answer against it, and once only. */
  #fit(candidate: Candidate): Promise<Fit> {
    const known = this.#fits.get(candidate.version);
    if (known !== undefined) return known;
    const ask = async (): Promise<Fit> => {
      for (const choice of candidate.choices) {
        if (choice.kind === 'precompiled' && (await this.#probe.fits(choice)) !== 'compatible') return 'no';
      }
      return candidate.choices.some(({ kind }) => kind === 'ruby') ? 'built' : 'fits';
    };
    const answer = ask();
    this.#fits.set(candidate.version, answer);
    return answer;
  }

  /** Every `ruby` variant that would be installed has something to compile. */
  async #compiles(candidate: Candidate): Promise<boolean> {
    const built = candidate.choices.filter(({ kind }) => kind === 'ruby').map(({ release }) => release);
    return everyOne(new Set(built), (release) => this.#probe.compiles(release));
  }

  async #resolves(candidate: Candidate): Promise<boolean> {
    return everyOne(new Set(releasesOf(candidate)), (release) => this.#probe.resolves(release));
  }

  /** Machines that the lockfile lists no variant for by their own name, though a bare `-linux` installs on them. */
  #unlisted({ choices }: Candidate): string[] {
    const locals = choices
      .filter(({ kind }) => kind === 'precompiled')
      .map(({ deployment }) => platformToString(localPlatform(deployment.cpu, deployment.target.libc)));
    return [...new Set(locals)].filter((name) => !this.#request.platforms.includes(name));
  }

  /** On musl a pin alone is not enough: Bundler would lock, and install, the bare variant that is built for glibc. */
  #command(answer: Candidate): { command?: string } {
    const musl = this.#unlisted(answer).filter((name) => name.endsWith('-musl'));
    return musl.length === 0 ? {} : { command: `bundle lock --add-platform ${musl.join(' ')}` };
  }

  #addPlatform(candidate: Candidate): Found {
    const platforms = this.#unlisted(candidate);
    const all = candidate.choices.map(({ deployment }) =>
      platformToString(localPlatform(deployment.cpu, deployment.target.libc)),
    );
    return {
      releases: releasesOf(candidate),
      suggestion: {
        ...this.#common(candidate, 'add-platform'),
        requirement: '',
        command: `bundle lock --add-platform ${(platforms.length > 0 ? platforms : [...new Set(all)]).join(' ')}`,
        conflicts: [],
      },
    };
  }

  /** The locked version compiled: bound below the next version that Bundler would rather compile. */
  async #forceRuby(candidate: Candidate | undefined): Promise<Found | undefined> {
    if (candidate === undefined) return undefined;
    if (!(await this.#compiles(candidate)) || !(await this.#resolves(candidate))) return undefined;
    const { name, gemfile, locked, forced } = this.#request;
    const eligible = forced.filter((one) => this.#allowedByParents(one) && this.#allowedByGemfile(one));
    const bounds = boundsFor({
      locked,
      answer: candidate.version,
      eligible: eligible.map(({ version }) => version),
      fitsFrom: candidate.version,
    });
    return {
      releases: releasesOf(candidate),
      suggestion: {
        ...this.#common(candidate, 'force-ruby'),
        requirement: bounds.join(', '),
        pin: pinLine({ name, requirement: [...gemfile, ...bounds], forceRuby: true }),
        conflicts: [],
      },
    };
  }

  async #suggest(
    newestFirst: readonly Candidate[],
    answer: Candidate,
    method: 'precompiled' | 'compile',
  ): Promise<Found> {
    const { name, locked, gemfile, parents } = this.#request;
    const wanted: Fit = method === 'compile' ? 'built' : 'fits';
    let fitsFrom = answer.version;
    const between = newestFirst.filter(
      ({ version }) =>
        compareGemVersions(version, answer.version) < 0 && compareGemVersions(version, locked) > 0,
    );
    // Bundler rather keeps what is locked than takes the newest: a version that moves other gems has to be asked for.
    const moves = !releasesOf(answer).every((release) => this.#probe.asLocked(release));
    for (const candidate of moves ? [] : between.slice(0, MOST_PROBES_FOR_LOWER_BOUND)) {
      if ((await this.#fit(candidate)) !== wanted) break;
      fitsFrom = candidate.version;
    }

    const keepsGemfile = this.#allowedByGemfile(answer);
    const bounds = boundsFor({
      locked,
      answer: answer.version,
      eligible: newestFirst.map(({ version }) => version),
      fitsFrom,
      exact: moves,
    });
    const conflicts: Conflict[] = parents
      .filter(({ requirement }) => !satisfies(answer.version, requirement))
      .map((parent) => ({ by: parent.name, kind: 'gem', requirement: parent.requirement }));
    if (!keepsGemfile) conflicts.unshift({ by: 'Gemfile', kind: 'gemfile', requirement: gemfile });
    return {
      releases: releasesOf(answer),
      suggestion: {
        ...this.#common(answer, method),
        requirement: bounds.join(', '),
        pin: pinLine({ name, requirement: [...(keepsGemfile ? gemfile : []), ...bounds] }),
        ...this.#command(answer),
        conflicts,
      },
    };
  }

  #common(
    { version, choices }: Candidate,
    method: Suggestion['method'],
  ): Pick<Suggestion, 'version' | 'direction' | 'method' | 'direct' | 'needsCompiler' | 'unchecked'> {
    const order = compareGemVersions(version, this.#request.locked);
    const unchecked = new Set(
      choices.flatMap(({ release, deployment }) => uncheckedBounds(release, deployment)),
    );
    return {
      version,
      direction: order > 0 ? 'upgrade' : order < 0 ? 'downgrade' : 'same',
      method,
      direct: this.#request.direct,
      needsCompiler: method === 'force-ruby' || method === 'compile',
      ...(unchecked.size > 0 ? { unchecked: [...unchecked] } : {}),
    };
  }
}

function releasesOf({ choices }: Candidate): Release[] {
  return choices.map(({ release }) => release);
}

async function everyOne<Item>(
  items: Iterable<Item>,
  holds: (item: Item) => Promise<boolean>,
): Promise<boolean> {
  for (const item of items) {
    if (!(await holds(item))) return false;
  }
  return true;
}
