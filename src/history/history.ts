import type { ReadGem } from '../audit/gem-reader.js';
import type { AuditProgress } from '../audit/ports.js';
import { targetSummary } from '../target/summary.js';
import { fullName } from '../gem/name-tuple.js';
import type { Cpu } from '../elf/types.js';
import type { Release } from '../registry/types.js';
import type { Deployment, RubyFrom } from '../search/types.js';
import type { Libc } from '../target/types.js';
import { compareVersions } from './compare.js';
import { highestOf } from './highest.js';
import type { HistoryRange, Track, VersionGroup } from './releases.js';
import { chooseVersions, hasVariantFor } from './releases.js';
import type { TellOptions, ToldVersion } from './tell-version.js';
import { VersionTelling } from './tell-version.js';
import type { Highest, HistoryReport, HistoryVersion, TargetHighest } from './types.js';
import { Names } from './variant-needs.js';

export interface HistoryRequest {
  readonly gem: string;
  /** Newest first; see `groupVersions`. */
  readonly groups: readonly VersionGroup[];
  readonly range: HistoryRange;
  /** Where nothing in the range fits all deployments, older versions are told too until one does. */
  readonly untilFitting: boolean;
  readonly arches: readonly Cpu[];
  readonly libcs: readonly Libc[];
  /** The targets that were asked for, or the known systems, on each CPU. */
  readonly deployments: readonly Deployment[];
  /** The deployments are what was asked for. */
  readonly asked: boolean;
  readonly ruby?: string;
  /** Where it is said; absent where `ruby` is. */
  readonly rubyFrom?: RubyFrom;
  readonly all: boolean;
}

/** What a history asks of the outside. */
export interface HistoryPorts {
  /** Reads a gem; never rejects for what is wrong with one. How many are read at once is the port's own matter. */
  read(release: Release): Promise<ReadGem>;
  progress?(progress: AuditProgress): void;
}

/** What the telling itself says; where the gem was looked for is its caller's to add. */
export type ToldHistory = Omit<HistoryReport, 'source' | 'lockfile' | 'warnings'>;

/** Versions that are told at a time when older ones are looked at for one that fits. */
const STRIDE = 8;

/** Tells a gem's history. One gem that cannot be read is a finding of its version. */
export async function tellHistory(request: HistoryRequest, ports: HistoryPorts): Promise<ToldHistory> {
  const { arches, libcs, deployments, asked, ruby, rubyFrom } = request;
  const tracks = arches.flatMap((cpu) => libcs.map((libc): Track => ({ cpu, libc })));
  const chosen = chooseVersions(request.groups, request.range, tracks);
  const teller = new Teller(ports, {
    gem: request.gem,
    tracks,
    deployments,
    detailed: asked,
    all: request.all,
    names: new Names(),
    ...(ruby === undefined ? {} : { ruby }),
  });

  const told = await teller.tell(chosen.told);
  let older = chosen.older;
  while (request.untilFitting && older.length > 0 && togetherOf(told, deployments).version === undefined) {
    told.push(...(await teller.tell(older.slice(0, STRIDE))));
    older = older.slice(STRIDE);
  }

  const variants = compareVersions(told);
  return {
    schemaVersion: 1,
    gem: request.gem,
    arches,
    ...(ruby === undefined ? {} : { ruby }),
    ...(rubyFrom === undefined ? {} : { rubyFrom }),
    all: request.all,
    targets: asked
      ? [...new Set(deployments.map(({ target }) => target))].map((target) => targetSummary(target, arches))
      : [],
    versions: told.map((version, at) => asVersion(version, variants[at] ?? [], asked)),
    omitted: {
      older: older.length,
      olderPrecompiled: older.filter((group) => hasVariantFor(group, tracks)).length,
      prereleases: chosen.prereleases,
    },
    highest: deployments.map((deployment) => highestOn(told, deployment)),
    ...(asked ? { together: togetherOf(told, deployments) } : {}),
  };
}

/** Tells versions, and how far it is. */
class Teller {
  readonly #ports: HistoryPorts;
  readonly #options: TellOptions;
  readonly #current = new Set<string>();
  #done = 0;
  #total = 0;

  constructor(ports: HistoryPorts, options: TellOptions) {
    this.#ports = ports;
    this.#options = options;
  }

  async tell(groups: readonly VersionGroup[]): Promise<ToldVersion[]> {
    const tellings = groups.map((group) => new VersionTelling(group, this.#options));
    this.#total += tellings.reduce((sum, { reads }) => sum + reads.length, 0);
    return Promise.all(tellings.map((telling) => telling.tell((release) => this.#read(release))));
  }

  async #read(release: Release): Promise<ReadGem> {
    const gem = fullName(release);
    this.#current.add(gem);
    this.#report();
    try {
      return await this.#ports.read(release);
    } finally {
      this.#current.delete(gem);
      this.#done += 1;
      this.#report();
    }
  }

  #report(): void {
    const current = this.#current.values().next().value ?? '';
    this.#ports.progress?.({ done: this.#done, total: this.#total, current });
  }
}

function asVersion(
  { group, source, verdicts }: ToldVersion,
  variants: HistoryVersion['variants'],
  asked: boolean,
): HistoryVersion {
  const platforms = [...group.releases, ...group.damaged.map(({ gem }) => gem)].map(
    ({ platform }) => platform,
  );
  const runsOn: Partial<Record<Cpu, string[]>> = {};
  for (const { target, arch, verdict } of verdicts) {
    if (verdict === 'compatible') runsOn[arch] = [...(runsOn[arch] ?? []), target];
  }
  return {
    version: group.version.text,
    prerelease: group.version.prerelease,
    platforms: [...new Set(platforms)].sort(),
    variants,
    ...(source === undefined ? {} : { source }),
    verdicts: asked ? verdicts : [],
    ...(asked ? {} : { runsOn }),
  };
}

function highestOn(told: readonly ToldVersion[], { target, cpu }: Deployment): TargetHighest {
  const { name, title, libc, libcVersion } = target;
  return {
    target: name,
    title,
    libc,
    libcVersion,
    arch: cpu,
    ...highestOf(
      told.map(({ group, verdicts }) => ({
        version: group.version.text,
        verdicts: verdicts
          .filter((verdict) => verdict.target === name && verdict.arch === cpu)
          .map(({ verdict }) => verdict),
      })),
    ),
  };
}

function togetherOf(told: readonly ToldVersion[], deployments: readonly Deployment[]): Highest {
  if (deployments.length === 0) return { unchecked: [] };
  return highestOf(
    told.map(({ group, verdicts }) => ({
      version: group.version.text,
      verdicts: verdicts.map(({ verdict }) => verdict),
    })),
  );
}
