import type { NoVariantFinding, UnavailableFinding } from '../compat/types.js';
import { LAST_WITHOUT_ADDRESSES, rubyAbiFor } from '../gem/content-address.js';
import { gemFileName } from '../gem/name-tuple.js';
import { platformDistance } from '../gem/platform-selection.js';
import { installable, localPlatform, parsePlatform, platformToString } from '../gem/platform.js';
import type { VariantChoice } from '../gem/variant.js';
import { acceptsRuby, bestVariant, isPicked, pickVariant, seesAddresses } from '../gem/variant.js';
import type { Lockfile } from '../lockfile/types.js';
import type { Release } from '../registry/types.js';
import { versionsOf } from '../search/candidates.js';
import { installContext } from '../search/install-context.js';
import type { Deployment } from '../search/types.js';
import { compareGemVersions, isPrerelease } from '../version/gem-version.js';
import type { LockedVersion } from './bundle.js';
import { unavailable } from './gem-reader.js';
import type { GemNote } from './types.js';

/** What is installed of a locked gem on a deployment. */
export type Chosen =
  | {
      readonly kind: 'release';
      readonly release: Release;
      /** What is installed in its place where an older RubyGems runs, which is not known. */
      readonly older?: Release;
      readonly notes: readonly GemNote[];
      readonly refused?: RefusedByRuby;
    }
  /** Nothing prebuilt: it comes from git or a path, or is not installed on such a machine. */
  | { readonly kind: 'source'; readonly notes: readonly GemNote[] }
  /** Nothing can be installed, or it cannot be known what. */
  | {
      readonly kind: 'none';
      readonly finding: NoVariantFinding | UnavailableFinding;
      readonly notes: readonly GemNote[];
      readonly refused?: RefusedByRuby;
    };

/** A variant would be installed, but does not accept the Ruby. */
export interface RefusedByRuby {
  readonly platform: string;
  readonly ruby: string;
  /** What is installed of the first later version that has a variant for the Ruby, by what the index says. */
  readonly later?: Release;
}

/** The Gemfile's line that speaks of `force_ruby_platform`. */
export interface ForcedBy {
  /** As the user would write it. */
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  /** Bundler is sure to compile the gem; otherwise only Ruby can tell. */
  readonly certain: boolean;
}

export interface ChooseRequest {
  readonly name: string;
  readonly forced?: ForcedBy;
  readonly locked: LockedVersion;
  readonly lockfile: Lockfile;
  readonly deployment: Deployment;
  /** All releases of the gem; asked only where the choice depends on them. Throws `RegistryError`. */
  releases(): Promise<readonly Release[]>;
}

/** Which variant of a locked gem Bundler installs on a deployment; `pickVariant` has the rules. */
export async function chooseVariant(request: ChooseRequest): Promise<Chosen> {
  const { name, locked, lockfile, deployment, forced } = request;
  const { version, platforms, sourceType } = locked;
  const gem = `${name} ${version}`;
  const local = localPlatform(deployment.cpu, deployment.target.libc);
  const wanted = platformToString(local);

  if (version === '') {
    return none(
      name,
      'LOCKFILE_SPEC_WITHOUT_VERSION',
      'the lockfile names no version of it, so Bundler cannot install it',
      ['write the lockfile anew: bundle lock'],
    );
  }
  if (sourceType === 'git' || sourceType === 'path') {
    const prebuilt = platforms.some(
      (platform) => platform !== 'ruby' && installable(parsePlatform(platform), local),
    );
    if (!prebuilt) return { kind: 'source', notes: [] };
    return none(gem, 'SOURCE_NOT_READ', `it is a precompiled gem from ${sourceType}, which is not read`, [
      'pack it with gem build, and name the directory with --source',
    ]);
  }
  const provided = lockfile.platforms.some((platform) => installable(parsePlatform(platform), local));
  // `platforms: :jruby` in a Gemfile and the like: PLATFORMS provides for the machine, and the gem is for others.
  if (provided && platforms.every(isForeign)) {
    return { kind: 'source', notes: [{ kind: 'not-installed-here', platform: wanted }] };
  }

  let picked = pick(request, undefined);
  let all: readonly Release[] = [];
  let available: readonly Release[] = [];
  let failure: UnavailableFinding | undefined;
  if (needsIndex(picked) || platforms.some((platform) => platform !== 'ruby')) {
    try {
      all = await request.releases();
      available = all.filter((release) => compareGemVersions(release.version, version) === 0);
      // A source that does not have the version says nothing of its variants: the lockfile is all there is.
      if (available.length > 0) picked = pick(request, available);
    } catch (error) {
      failure = unavailable(gem, error);
    }
  }
  // What is compiled needs no variant of its own in a lockfile that provides for the machine, a frozen one included.
  const isCompiled = provided && forced?.certain === true;
  const otherwise = onAnyRuby(request, available);
  const notes = [...notesOf(picked, wanted, isCompiled, otherwise), ...forcedNotes(picked, request)];
  const refused = refusedByRuby(request, picked, otherwise, all);
  const because = refused === undefined ? {} : { refused };
  if (picked.kind === 'none')
    return { kind: 'none', finding: failure ?? noVariant(picked.reason, wanted, gem), notes, ...because };
  const release = releaseOf(picked, request, available);
  const undecided = dependsOnRuby(request, available);
  if (undecided !== undefined)
    return none(gem, 'RUBY_NEEDED', undecided, ['say which Ruby runs there: --ruby 3.4']);
  const nearer = nearerVariant(release, available, deployment);
  const older = release.address === undefined ? undefined : withoutAddresses(request, available);
  return {
    kind: 'release',
    release,
    ...(older === undefined ? {} : { older }),
    notes: nearer === undefined ? notes : [...notes, nearer],
    ...because,
  };
}

/** What would be installed if every variant took the Ruby; undefined where that is not known, or nothing depends on it. */
function onAnyRuby(request: ChooseRequest, available: readonly Release[]): OnAnyRuby | undefined {
  const { ruby, ...others } = request.deployment;
  if (ruby === undefined || available.length === 0) return undefined;
  return { ruby, picked: pick({ ...request, deployment: others }, available) };
}

interface OnAnyRuby {
  /** The one that runs there. */
  readonly ruby: string;
  readonly picked: VariantChoice;
}

/** What would be installed precompiled, but for the Ruby. */
function refusedByRuby(
  request: ChooseRequest,
  picked: VariantChoice,
  onAny: OnAnyRuby | undefined,
  all: readonly Release[],
): RefusedByRuby | undefined {
  if (onAny === undefined || request.forced?.certain === true || picked.kind === 'precompiled')
    return undefined;
  const { ruby, picked: otherwise } = onAny;
  if (otherwise.kind !== 'precompiled') return undefined;
  const later = firstLaterFor(request, all);
  return { platform: otherwise.platform, ruby, ...(later === undefined ? {} : { later }) };
}

/** The variant of the lowest version above the locked one of which one is installed; prereleases only beside one. */
function firstLaterFor(
  { locked: { version }, lockfile, deployment }: ChooseRequest,
  all: readonly Release[],
): Release | undefined {
  const context = installContext(deployment);
  for (const later of versionsOf(all, isPrerelease(version))) {
    if (compareGemVersions(later.version, version) <= 0) continue;
    const picked = bestVariant(later.variants, context, lockfile.platforms);
    if (picked.kind === 'precompiled') return later.variants.find((one) => isPicked(one, picked));
  }
  return undefined;
}

function releaseOf(
  picked: VariantChoice,
  { name, locked: { version } }: ChooseRequest,
  available: readonly Release[],
): Release {
  const found = available.find((one) => isPicked(one, picked));
  if (found !== undefined) return found;
  const { platform, address } =
    picked.kind === 'precompiled' ? picked : { platform: 'ruby', address: undefined };
  return {
    ...{ name, version, platform, dependencies: [], requiredRuby: [], requiredRubygems: [] },
    ...(address === undefined ? {} : { address }),
  };
}

/**
 * Content-addressed gems are for one Ruby each: where it is not known which Ruby runs, what each would get; undefined where all get
 * the same.
 */
function dependsOnRuby(request: ChooseRequest, available: readonly Release[]): string | undefined {
  if (request.deployment.ruby !== undefined || !seesAddresses(request.deployment)) return undefined;
  const local = localPlatform(request.deployment.cpu, request.deployment.target.libc);
  const addressed = available.filter(
    ({ address, platform }) => address !== undefined && installable(parsePlatform(platform), local),
  );
  const abis = [...new Set(addressed.flatMap(({ requiredRuby }) => rubyAbiFor(requiredRuby) ?? []))];
  const others = available.filter(({ address }) => address === undefined);
  const answers = [
    ...abis.sort(compareGemVersions).map((ruby) => {
      const deployment = { ...request.deployment, ruby };
      return { ruby, installed: fileOf(pick({ ...request, deployment }, available), request, available) };
    }),
    { ruby: 'any other', installed: fileOf(pick(request, others), request, others) },
  ];
  if (new Set(answers.map(({ installed }) => installed)).size <= 1) return undefined;
  const told = answers.map(({ ruby, installed }) => `${ruby}: ${installed}`).join(', ');
  return `which file is installed depends on the Ruby that runs there (${told})`;
}

function fileOf(picked: VariantChoice, request: ChooseRequest, available: readonly Release[]): string {
  return picked.kind === 'none' ? 'nothing' : gemFileName(releaseOf(picked, request, available));
}

/** What a RubyGems that knows no content-addressed gems would have installed, where it is not known which runs. */
function withoutAddresses(request: ChooseRequest, available: readonly Release[]): Release | undefined {
  if (request.deployment.rubygems !== undefined) return undefined;
  const deployment = { ...request.deployment, rubygems: LAST_WITHOUT_ADDRESSES };
  const picked = pick({ ...request, deployment }, available);
  return picked.kind === 'none' ? undefined : releaseOf(picked, request, available);
}

/** A variant that is nearer to the machine than the one that is installed, and that its Ruby takes. */
function nearerVariant(
  release: Release,
  available: readonly Release[],
  deployment: Deployment,
): GemNote | undefined {
  if (release.platform === 'ruby') return undefined;
  const context = installContext(deployment);
  const distance = ({ platform }: Release): number =>
    platformDistance(parsePlatform(platform), context.local);
  const [nearest] = available
    .filter(
      (one) =>
        (one.address === undefined || seesAddresses(context)) &&
        installable(parsePlatform(one.platform), context.local) &&
        acceptsRuby(one, context) &&
        distance(one) < distance(release),
    )
    .sort((one, other) => distance(one) - distance(other));
  if (nearest === undefined) return undefined;
  const because = release.address !== undefined && nearest.address === undefined ? 'address' : 'lockfile';
  return { kind: 'nearer-variant', platform: nearest.platform, because };
}

function pick(
  { locked, lockfile, deployment, forced }: ChooseRequest,
  available: readonly Release[] | undefined,
): VariantChoice {
  return pickVariant({
    ...installContext(deployment),
    locked: locked.platforms,
    addresses: new Map([...locked.addresses].map(([platform, { address }]) => [platform, address])),
    lockedPlatforms: lockfile.platforms,
    forceRuby: forced?.certain === true,
    ...(available === undefined ? {} : { available }),
  });
}

/** A gem for a system that is no Linux. */
function isForeign(platform: string): boolean {
  const parsed = parsePlatform(platform);
  return parsed !== 'ruby' && parsed.os !== 'linux';
}

function needsIndex(picked: VariantChoice): boolean {
  return picked.kind === 'none' || picked.notes.includes('not-in-lockfile');
}

function notesOf(
  { notes }: VariantChoice,
  platform: string,
  isCompiled: boolean,
  onAny: OnAnyRuby | undefined,
): GemNote[] {
  const told: GemNote[] = [];
  if (notes.includes('not-in-lockfile') && !isCompiled) {
    const becauseOfRuby = onAny?.picked.notes.includes('not-in-lockfile') === false;
    told.push(
      becauseOfRuby
        ? { kind: 'not-locked-for-ruby', ruby: onAny.ruby }
        : { kind: 'not-in-lockfile', platform },
    );
  }
  if (notes.includes('yanked')) told.push({ kind: 'yanked' });
  if (notes.includes('variant-skipped')) told.push({ kind: 'variant-skipped' });
  return told;
}

function forcedNotes(picked: VariantChoice, { forced, locked }: ChooseRequest): GemNote[] {
  if (forced === undefined || locked.platforms.every((platform) => platform === 'ruby')) return [];
  const { file, line, certain } = forced;
  if (certain) return [{ kind: 'forced-ruby', file, line }];
  return picked.kind === 'precompiled' ? [{ kind: 'force-ruby-unclear', file, line }] : [];
}

function noVariant(
  reason: (VariantChoice & { kind: 'none' })['reason'],
  wanted: string,
  gem: string,
): NoVariantFinding | UnavailableFinding {
  if (reason === 'no-matching-platform' || reason === 'ruby-mismatch') {
    return { kind: 'no-variant', file: gem, reason, wanted };
  }
  return {
    kind: 'unavailable',
    file: gem,
    code: 'VARIANT_UNKNOWN',
    reason: `which variant is installed on ${wanted} depends on what the source offers, and it does not have this version`,
    suggestions: ['name the source that has it with --source'],
  };
}

function none(file: string, code: string, reason: string, suggestions: readonly string[]): Chosen {
  return { kind: 'none', finding: { kind: 'unavailable', file, code, reason, suggestions }, notes: [] };
}
