import { FIRST_WITH_ADDRESSES, LAST_WITHOUT_ADDRESSES, rubyAbiFor } from '../gem/content-address.js';
import { gemFileName } from '../gem/name-tuple.js';
import { installable, localPlatform, parsePlatform } from '../gem/platform.js';
import { platformDistance } from '../gem/platform-selection.js';
import type { VariantChoice } from '../gem/variant.js';
import { acceptsRuby, bestVariant, seesAddresses } from '../gem/variant.js';
import type { Release } from '../registry/types.js';
import { installContext } from '../search/install-context.js';
import type { Deployment } from '../search/types.js';
import { compareGemVersions } from '../version/gem-version.js';
import type { GemNote } from './types.js';
import type { ChooseRequest } from './variant-request.js';
import { pick, releaseOf } from './variant-request.js';

/**
 * Content-addressed gems are for one Ruby each: where it is not known which Ruby runs, what each would get; undefined where all get
 * the same.
 */
export function dependsOnRuby(request: ChooseRequest, available: readonly Release[]): string | undefined {
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
export function withoutAddresses(
  request: ChooseRequest,
  available: readonly Release[],
): Release | 'nothing' | undefined {
  if (request.deployment.rubygems !== undefined) return undefined;
  const deployment = { ...request.deployment, rubygems: LAST_WITHOUT_ADDRESSES };
  const picked = pick({ ...request, deployment }, available);
  return picked.kind === 'none' ? 'nothing' : releaseOf(picked, request, available);
}

/** A variant that is nearer to the machine than the one that is installed, and that its Ruby takes. */
export function nearerVariant(
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

/** Is there nothing for the machine but a content-addressed gem, and what runs there sees none? */
export function needsAddresses(request: ChooseRequest, available: readonly Release[]): boolean {
  if (seesAddresses(request.deployment)) return false;
  const context = installContext({
    ...request.deployment,
    ...{ bundler: FIRST_WITH_ADDRESSES, rubygems: FIRST_WITH_ADDRESSES },
  });
  const picked = bestVariant(available, context);
  return picked.kind === 'precompiled' && picked.address !== undefined;
}
