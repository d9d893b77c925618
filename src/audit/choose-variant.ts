import type { NoVariantFinding, UnavailableFinding } from '../compat/types.js';
import { gemFileName } from '../gem/name-tuple.js';
import { installable, linuxTarget, localPlatform, parsePlatform, platformToString } from '../gem/platform.js';
import type { NoVariantReason, VariantChoice } from '../gem/variant.js';
import { bestVariant, isPicked } from '../gem/variant.js';
import type { Release } from '../registry/types.js';
import { installContext } from '../search/install-context.js';
import type { Deployment } from '../search/types.js';
import { compareGemVersions } from '../version/gem-version.js';
import { dependsOnRuby, nearerVariant, needsAddresses, withoutAddresses } from './address-choice.js';
import { unavailable } from './gem-reader.js';
import type { OnAnyRuby, RefusedByRuby } from './ruby-choice.js';
import { onAnyRuby, refusedByRuby, refusedByRubygems } from './ruby-choice.js';
import type { GemNote } from './types.js';
import type { ChooseRequest } from './variant-request.js';
import { pick, releaseOf } from './variant-request.js';

/** A precompiled variant that is not taken. */
export interface PassedOver {
  readonly release: Release;
  /** It would be installed there; one that would not still shows what a launcher starts. */
  readonly isForMachine: boolean;
}

/** What is installed of a locked gem on a deployment. */
export type Chosen =
  | {
      readonly kind: 'release';
      readonly release: Release;
      /** What is installed in its place where an older RubyGems runs, which is not known. */
      readonly older?: Release;
      /** The `ruby` variant is taken, and the source has this one. */
      readonly instead?: PassedOver;
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
  const compiles = forced?.certain === true || deployment.forceRubyFrom !== undefined;
  const isCompiled = provided && compiles;
  const otherwise = onAnyRuby(request, available);
  const notes = [...notesOf(picked, request, wanted, isCompiled, otherwise), ...forcedNotes(picked, request)];
  const refused = refusedByRuby(request, picked, otherwise, { available, all });
  const because = refused === undefined ? {} : { refused };
  const tooOld = refusedByRubygems(request, picked, available);
  if (tooOld !== undefined) {
    const finding = { kind: 'no-variant', file: gem, reason: 'old-rubygems', wanted, ...tooOld } as const;
    // What would be resolved in its place is not what Bundler gets to.
    return { kind: 'none', finding, notes: [] };
  }
  if (picked.kind === 'ruby' && picked.notes.includes('yanked') && !compiles) {
    const gone = platforms.filter((platform) => platform !== 'ruby').join(', ');
    return none(
      gem,
      'VARIANT_GONE',
      `the lockfile lists ${gone}, which its source no longer has: Bundler refuses that, or compiles the gem`,
      [`lock it anew: bundle lock --update ${name}`, 'name the source that has it with --source'],
    );
  }
  if (picked.kind === 'none') {
    const finding = failure ?? nothingFor(request, picked.reason, available, { wanted, gem });
    return { kind: 'none', finding, notes, ...because };
  }
  const release = releaseOf(picked, request, available);
  const undecided = dependsOnRuby(request, available);
  if (undecided !== undefined)
    return none(gem, 'RUBY_NEEDED', undecided, ['say which Ruby runs there: --ruby 3.4']);
  const nearer = nearerVariant(release, available, deployment);
  const instead = picked.kind === 'ruby' ? precompiledFor(available, deployment) : undefined;
  const older = release.address === undefined ? undefined : withoutAddresses(request, available);
  return {
    kind: 'release',
    release,
    ...(older === undefined || older === 'nothing' ? {} : { older }),
    ...(instead === undefined ? {} : { instead }),
    notes: [
      ...notes,
      ...(nearer === undefined ? [] : [nearer]),
      ...(older === 'nothing' ? [{ kind: 'needs-new-rubygems' } as const] : []),
    ],
    ...because,
  };
}

/** The variant that there is for a machine, whatever the lockfile and the Gemfile say of it; else any for Linux. */
function precompiledFor(available: readonly Release[], deployment: Deployment): PassedOver | undefined {
  const best = bestVariant(available, installContext(deployment));
  const own = best.kind === 'precompiled' ? available.find((one) => isPicked(one, best)) : undefined;
  if (own !== undefined) return { release: own, isForMachine: true };
  const other = available.find(({ platform }) => linuxTarget(parsePlatform(platform)) !== undefined);
  return other === undefined ? undefined : { release: other, isForMachine: false };
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
  { name, lockfile }: ChooseRequest,
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
        : {
            ...{ kind: 'not-in-lockfile', platform },
            ...(lockfile.platforms.includes(platform) ? { update: name } : {}),
          },
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

/** Why there is nothing to install. */
function nothingFor(
  request: ChooseRequest,
  reason: NoVariantReason,
  available: readonly Release[],
  { wanted, gem }: { readonly wanted: string; readonly gem: string },
): NoVariantFinding | UnavailableFinding {
  const finding = { kind: 'no-variant', file: gem, wanted } as const;
  if (needsAddresses(request, available)) return { ...finding, reason: 'content-addressed' };
  if (reason === 'no-matching-platform' || reason === 'ruby-mismatch') return { ...finding, reason };
  const samePlatform = available.filter(({ platform }) => request.locked.platforms.includes(platform));
  if (reason === 'not-available' && samePlatform.some(({ address }) => address !== undefined)) {
    const named = [...request.locked.addresses.values()].map(({ address }) => address);
    const what = named.length === 0 ? 'names no content address of it' : `names ${named.join(', ')}`;
    return {
      ...{ kind: 'unavailable', file: gem, code: 'ADDRESS_UNKNOWN' },
      reason: `the lockfile ${what}, and its source has ${samePlatform.map(gemFileName).join(', ')}: Bundler resolves it anew, or refuses it where it is frozen`,
      suggestions: [`lock it anew with Bundler 4.1: bundle lock --update ${request.name}`],
    };
  }
  if (reason === 'not-available' && available.length > 0) {
    const there = [...new Set(available.map(({ platform }) => platform))].sort();
    return { ...finding, reason: 'not-offered', asked: request.locked.platforms, there };
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
