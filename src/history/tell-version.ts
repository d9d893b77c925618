import { unavailable } from '../audit/gem-reader.js';
import type { ReadGem } from '../audit/gem-reader.js';
import { rubyAbiOf } from '../compat/judge.js';
import { verdictOf } from '../compat/verdict.js';
import { rubyAbiFor } from '../gem/content-address.js';
import type { GemContents } from '../gem/types.js';
import { fullName, gemFileName, isValidNameTuple } from '../gem/name-tuple.js';
import type { Release } from '../registry/types.js';
import type { Deployment } from '../search/types.js';
import type { Installed } from './choose.js';
import { bringsNothing, chooseOf, judgeOn } from './choose.js';
import type { Track, VersionGroup } from './releases.js';
import { trackOf } from './releases.js';
import type { HistoryVariant, SourceVariant, VersionVerdict } from './types.js';
import type { Names, VariantNeeds } from './variant-needs.js';
import { needsOf } from './variant-needs.js';

export interface TellOptions {
  readonly gem: string;
  readonly tracks: readonly Track[];
  readonly deployments: readonly Deployment[];
  /** Findings of a verdict are kept. */
  readonly detailed: boolean;
  /** The one Ruby whose builds count. */
  readonly ruby?: string;
  /** Open the variant without a platform where there is no other or a system would take it. */
  readonly all: boolean;
  readonly names: Names;
}

/** A variant before it is compared with the one of the version before it. */
export interface ToldVariant {
  readonly variant: Omit<HistoryVariant, 'moves' | 'since' | 'across'>;
  readonly track: Track;
  /** Absent where nothing could be read. */
  readonly needs?: VariantNeeds;
}

export interface ToldVersion {
  readonly group: VersionGroup;
  readonly variants: readonly ToldVariant[];
  readonly source?: SourceVariant;
  readonly verdicts: readonly VersionVerdict[];
}

/** One version: which of its gems have to be read, and what they then come to. */
export class VersionTelling {
  /** The gems that have to be read. */
  readonly reads: readonly Release[];
  readonly #group: VersionGroup;
  readonly #options: TellOptions;
  readonly #installed: readonly Installed[];
  readonly #damage: ReadonlyMap<string, ReadGem>;

  constructor(group: VersionGroup, options: TellOptions) {
    this.#group = group;
    this.#options = options;
    const known = new Set(group.releases.map(fullName));
    const damaged = group.damaged.filter(({ gem }) => !known.has(fullName(gem)));
    this.#damage = new Map(
      damaged.map(({ gem, error }) => [fullName(gem), { failed: unavailable(gemFileName(gem), error) }]),
    );
    // What is wrong with a gem is told when it comes to be read, so until then it stands for what its name says.
    const all: Release[] = [
      ...group.releases,
      ...damaged.map(({ gem }) => ({ ...gem, dependencies: [], requiredRuby: [], requiredRubygems: [] })),
    ];
    this.#installed = options.deployments.map((deployment) => chooseOf(options.gem, all, deployment));
    const precompiled = all.filter((release) => this.#tracksOf(release).length > 0);
    const opened = all.filter(({ platform }) => platform === 'ruby' && this.#opensSource(precompiled));
    this.reads = [...precompiled, ...opened];
  }

  async tell(read: (release: Release) => Promise<ReadGem>): Promise<ToldVersion> {
    const variants: ToldVariant[] = [];
    const verdicts: VersionVerdict[] = this.#installed.flatMap((installed) =>
      this.#withoutReading(installed),
    );
    let source: SourceVariant | undefined = this.#group.releases.some(({ platform }) => platform === 'ruby')
      ? 'unopened'
      : undefined;
    for (const { release, result } of await Promise.all(
      this.reads.map(async (release) => ({ release, result: await this.#told(release, read) })),
    )) {
      variants.push(...result.variants);
      verdicts.push(...result.verdicts);
      if (release.platform === 'ruby' && result.source !== undefined) source = result.source;
    }
    return {
      group: this.#group,
      variants: variants.sort((a, b) => this.#order(a, b)),
      ...(source === undefined ? {} : { source }),
      verdicts: this.#inOrder(verdicts),
    };
  }

  /** Reads one gem, and keeps of it only what is told. */
  async #told(
    release: Release,
    read: (release: Release) => Promise<ReadGem>,
  ): Promise<Pick<ToldVersion, 'variants' | 'verdicts' | 'source'>> {
    const result = this.#damage.get(fullName(release)) ?? (await this.#checked(release, read));
    const contents = 'contents' in result ? result.contents : undefined;
    const verdicts = this.#installed
      .filter((installed) => installed.kind === 'release' && installed.release === release)
      .map(({ deployment }): VersionVerdict => {
        const judged =
          'failed' in result
            ? ({ verdict: 'unknown', findings: [result.failed] } as const)
            : judgeOn(result.contents, deployment);
        return this.#verdict(deployment, release, judged);
      });
    if (release.platform === 'ruby' && contents !== undefined && bringsNothing(contents)) {
      return {
        variants: [],
        verdicts,
        source: contents.metadata.extensions.length > 0 ? 'compiled' : 'pure',
      };
    }
    const variants = this.#tracksOf(release).map((track) => this.#variant(release, track, result));
    return { variants, verdicts };
  }

  #checked(release: Release, read: (release: Release) => Promise<ReadGem>): Promise<ReadGem> {
    if (isValidNameTuple(release)) return read(release);
    const reason = `${JSON.stringify(fullName(release))} cannot be the name of a gem`;
    const failed = {
      kind: 'unavailable',
      file: fullName(release),
      code: 'GEM_NAME_INVALID',
      reason,
    } as const;
    return Promise.resolve({ failed: { ...failed, suggestions: ['ask those who run the source'] } });
  }

  #variant(release: Release, track: Track, result: ReadGem): ToldVariant {
    const { address } = release;
    const abi = address === undefined ? undefined : rubyAbiFor(release.requiredRuby);
    const own = abi === undefined ? [] : [abi];
    const facts = {
      platform: release.platform,
      ...(address === undefined ? {} : { address }),
      arch: track.cpu,
      libc: track.libc,
      requiredRuby: release.requiredRuby,
      requiredRubygems: release.requiredRubygems,
    };
    if ('failed' in result) {
      const unread = {
        verified: false,
        rubies: own,
        libraries: [],
        state: 'unread',
        picksAtRunTime: false,
        findings: [result.failed],
      } as const;
      return { track, variant: { ...facts, ...unread } };
    }
    const needs = this.#needs(result.contents, track);
    const { requires, rubies, libraries, findings, partly, picks } = needs;
    return {
      track,
      needs,
      variant: {
        ...facts,
        sha256: result.contents.sha256,
        verified: result.verified,
        rubies: rubies.length > 0 ? rubies : own,
        state: partly ? 'partly' : 'read',
        picksAtRunTime: picks,
        ...(requires === undefined ? {} : { requires }),
        libraries,
        findings,
      },
    };
  }

  #needs(contents: GemContents, track: Track): VariantNeeds {
    return needsOf(contents, track, this.#options.names, rubyAbiOf(this.#options.ruby));
  }

  /**
   * The machines that a gem is told for: that of its platform; where it names none (no CPU in it, or no platform at all), or
   * another C library than was asked for, those that would install it.
   */
  #tracksOf(release: Release): readonly Track[] {
    const own = trackOf(release.platform);
    if (own !== undefined && this.#options.tracks.some((track) => sameTrack(track, own))) return [own];
    const takers = this.#installed
      .filter((installed) => installed.kind === 'release' && installed.release === release)
      .map(({ deployment: { cpu, target } }): Track => ({ cpu, libc: target.libc }));
    if (takers.length === 0) return [];
    if (own !== undefined) return [own];
    if (release.platform === 'ruby' && !this.#options.all) return [];
    return takers.filter((track, at) => takers.findIndex((other) => sameTrack(track, other)) === at);
  }

  /** With `all`, the variant without a platform is opened where nothing else is there or a target would take it. */
  #opensSource(precompiled: readonly Release[]): boolean {
    if (!this.#options.all || precompiled.some(({ platform }) => platform === 'ruby')) return false;
    return precompiled.length === 0;
  }

  #withoutReading(installed: Installed): VersionVerdict[] {
    const { deployment } = installed;
    if (installed.kind === 'none') {
      return [
        this.#verdict(
          deployment,
          { platform: 'ruby' },
          { verdict: verdictOf([installed.finding]), findings: [installed.finding] },
        ),
      ];
    }
    if (this.reads.includes(installed.release)) return [];
    return [this.#verdict(deployment, installed.release, { verdict: 'source', findings: [] })];
  }

  #verdict(
    { target, cpu }: Deployment,
    { platform, address }: Pick<Release, 'platform' | 'address'>,
    { verdict, findings }: Pick<VersionVerdict, 'verdict' | 'findings'>,
  ): VersionVerdict {
    return {
      target: target.name,
      arch: cpu,
      platform,
      ...(address === undefined ? {} : { address }),
      verdict,
      findings: this.#options.detailed ? findings : [],
    };
  }

  /** Verdicts in the order of the deployments. */
  #inOrder(verdicts: readonly VersionVerdict[]): VersionVerdict[] {
    return this.#options.deployments.flatMap(({ target, cpu }) =>
      verdicts.filter((verdict) => verdict.target === target.name && verdict.arch === cpu),
    );
  }

  #order(a: ToldVariant, b: ToldVariant): number {
    const place = ({ track }: ToldVariant): number =>
      this.#options.tracks.findIndex((other) => sameTrack(other, track));
    const name = ({ variant: { platform, rubies, address } }: ToldVariant): string =>
      address === undefined ? platform : `${platform} ${rubies.join()} ${address}`;
    return place(a) - place(b) || (name(a) < name(b) ? -1 : 1);
  }
}

export function sameTrack(one: Track, other: Track): boolean {
  return one.cpu === other.cpu && one.libc === other.libc;
}
