import type { Finding, Judgement, Verdict } from '../compat/types.js';
import { verdictOf } from '../compat/verdict.js';
import { judgeGem, rubyAbiOf } from '../compat/judge.js';
import { GemcompatError } from '../errors.js';
import { rubyAbiFor } from '../gem/content-address.js';
import { gemFileName, isValidNameTuple } from '../gem/name-tuple.js';
import { localPlatform } from '../gem/platform.js';
import type { GemContents } from '../gem/types.js';
import type { Release } from '../registry/types.js';
import type { Deployment } from '../search/types.js';
import { forCpu } from '../target/for-cpu.js';
import { compareGemVersions } from '../version/gem-version.js';
import type { LockedGem, LockedVersion } from './bundle.js';
import { lockedDigest, versionFor } from './bundle.js';
import { bareVariant, bringsNothing } from './bare-variant.js';
import { carriesExecutables } from './carried-executables.js';
import type { Chosen } from './choose-variant.js';
import { chooseVariant } from './choose-variant.js';
import type { GemOrigin, ReadGem } from './gem-reader.js';
import { unavailable } from './gem-reader.js';
import { placeOf } from './elsewhere.js';
import type { AuditPorts, AuditRequest, Row } from './ports.js';
import { restsOnIndex, staleIndex } from './stale-index.js';
import type { GemNote, GemReport } from './types.js';

/** The audit of one gem of the bundle on every deployment. */
export class GemAudit {
  readonly #gem: LockedGem;
  readonly #request: AuditRequest;
  readonly #ports: AuditPorts;
  readonly #releases = new Map<LockedVersion, Promise<readonly Release[]>>();
  readonly #origins = new Map<LockedVersion, Promise<GemOrigin>>();

  constructor(gem: LockedGem, request: AuditRequest, ports: AuditPorts) {
    this.#gem = gem;
    this.#request = request;
    this.#ports = ports;
  }

  /** @param deployments those on which the gem is installed */
  run(deployments: readonly Deployment[] = this.#request.deployments): Promise<Row[]> {
    return Promise.all(deployments.map(async (deployment) => this.#withPlace(await this.#audit(deployment))));
  }

  /** Says which source has it. A gem from git or a path is from no gem server. */
  async #withPlace(row: Row): Promise<Row> {
    const { locked, report } = row;
    if (locked.sourceType !== 'gem') return row;
    try {
      const { name, version, platform, verdict, arch, address, ...rest } = report;
      const gem = { name, version, platform, ...(address === undefined ? {} : { address }) };
      const place = await placeOf(await this.#origin(locked), gem);
      return { ...row, report: { ...gem, ...place, arch, verdict, ...rest } };
    } catch (error) {
      // A source that cannot be opened is told where something is wanted of it.
      if (error instanceof GemcompatError) return row;
      throw error;
    }
  }

  async #audit(deployment: Deployment): Promise<Row> {
    const { name } = this.#gem;
    const locked = versionFor(this.#gem, localPlatform(deployment.cpu, deployment.target.libc));
    const row = (report: Omit<GemReport, 'name' | 'version' | 'arch'>): Row => ({
      deployment,
      locked,
      report: { name, version: locked.version, arch: deployment.cpu, ...report },
    });
    const unknown = (finding: Finding, notes: readonly GemNote[] = []): Row => {
      const platform = locked.platforms[0] ?? 'ruby';
      const verdict = finding.kind === 'no-variant' ? 'incompatible' : 'unknown';
      return row({ platform, verdict, findings: [finding], ...withNotes(notes) });
    };
    try {
      const chosen = await this.#withLater(await this.#choose(locked, deployment), locked, deployment);
      if (chosen.kind === 'none') {
        const stale = restsOnIndex(chosen.finding)
          ? await staleIndex(await this.#origin(locked), name)
          : undefined;
        return unknown(stale ?? chosen.finding, chosen.notes);
      }
      const source = (notes: readonly GemNote[] = []): Row =>
        row({
          ...{ platform: 'ruby', verdict: 'source', findings: [] },
          ...withNotes([...chosen.notes, ...notes]),
        });
      if (chosen.kind === 'source') return source();
      const { platform, address } = chosen.release;
      const file = { platform, ...(address === undefined ? {} : { address }) };
      const bare = await this.#bare(chosen, locked);
      if (bare !== undefined)
        return row({ ...file, verdict: verdictOf([bare]), findings: [bare], ...withNotes(chosen.notes) });
      if (platform === 'ruby' && !this.#request.all)
        return source(carriesExecutables(name) ? [{ kind: 'carries-executables' }] : []);

      const read = await this.#read(locked, chosen.release);
      if ('failed' in read) {
        return row({ ...file, verdict: 'unknown', findings: [read.failed], ...withNotes(chosen.notes) });
      }
      // A `ruby` gem that brings nothing for Linux is compiled there, or pure Ruby.
      if (platform === 'ruby' && bringsNothing(read.contents)) return source();
      const judgement = await this.#withOlder(
        judge(read.contents, deployment, chosen.release),
        chosen,
        locked,
        deployment,
      );
      const fits = judgement.verdict === 'compatible';
      const notes: GemNote[] = [
        ...chosen.notes.filter(({ kind }) => !fits || kind !== 'nearer-variant'),
        ...(read.verified ? [] : [{ kind: 'unverified' } as const]),
      ];
      return {
        ...row({ ...file, ...judgement, ...withNotes(notes) }),
        ...this.#systems(read.contents, judgement, deployment),
      };
    } catch (error) {
      return unknown(unavailable(`${name} ${locked.version}`.trim(), error));
    }
  }

  /** Where an older RubyGems would install another file, and that one fares otherwise, nothing is known of a gem that would fit. */
  async #withOlder(
    judgement: Judgement,
    { release, older }: Chosen & { readonly kind: 'release' },
    locked: LockedVersion,
    deployment: Deployment,
  ): Promise<Judgement> {
    if (older === undefined || judgement.verdict === 'incompatible') return judgement;
    const verdict = await this.#verdictOf(older, locked, deployment);
    if (verdict === judgement.verdict) return judgement;
    const finding = {
      kind: 'rubygems-undecided',
      file: gemFileName(release),
      older: gemFileName(older),
      verdict,
    } as const;
    const findings = [...judgement.findings, finding];
    return { ...judgement, findings, verdict: verdictOf(findings) };
  }

  /** What is wrong with a `ruby` variant where there is another for the machine; nothing where they cannot be read. */
  async #bare(
    { release, instead }: Chosen & { readonly kind: 'release' },
    locked: LockedVersion,
  ): Promise<Finding | undefined> {
    if (instead === undefined) return undefined;
    const ruby = await this.#read(locked, release);
    // One that compiles what it needs is no bare one, whatever the other has.
    if ('failed' in ruby || ruby.contents.metadata.extensions.length > 0) return undefined;
    const precompiled = await this.#read(locked, instead.release);
    if ('failed' in precompiled) return undefined;
    const forced = this.#request.forced?.get(this.#gem.name);
    return bareVariant({
      ...{ file: gemFileName(release), ruby: ruby.contents },
      ...{ platform: instead.release.platform, precompiled: precompiled.contents },
      ...(forced?.certain === true ? { forced } : {}),
      isForMachine: instead.isForMachine,
    });
  }

  /** Notes what the Ruby keeps from being installed, and whether a later version would do. */
  async #withLater(chosen: Chosen, locked: LockedVersion, deployment: Deployment): Promise<Chosen> {
    if (chosen.kind === 'source' || chosen.refused === undefined) return chosen;
    const { later, platform, ruby } = chosen.refused;
    const next =
      later === undefined
        ? undefined
        : { version: later.version, verdict: await this.#verdictOf(later, locked, deployment) };
    const note = { kind: 'not-for-ruby', platform, ruby, ...(next === undefined ? {} : { next }) } as const;
    return { ...chosen, notes: [...chosen.notes, note] };
  }

  async #verdictOf(release: Release, locked: LockedVersion, deployment: Deployment): Promise<Verdict> {
    if (release.platform === 'ruby') return 'source';
    const read = await this.#read(locked, release);
    return 'failed' in read ? 'unknown' : judge(read.contents, deployment, release).verdict;
  }

  /** Where else it would run, while its files are at hand. */
  #systems(
    contents: GemContents,
    { verdict, requires }: Judgement,
    deployment: Deployment,
  ): Pick<Row, 'systems'> {
    const wanted = verdict === 'incompatible' || this.#request.systemsForAll === true;
    if (!wanted || requires === undefined) return {};
    return { systems: this.#ports.systemsFor(contents, requires, deployment) };
  }

  #choose(locked: LockedVersion, deployment: Deployment): Promise<Chosen> {
    const forced = this.#request.forced?.get(this.#gem.name);
    return chooseVariant({
      name: this.#gem.name,
      ...(forced === undefined ? {} : { forced }),
      locked,
      lockfile: this.#request.lockfile,
      deployment,
      releases: () => this.#allReleases(locked),
    });
  }

  /** All versions of the gem; asked for once, and only when something depends on it. */
  #allReleases(locked: LockedVersion): Promise<readonly Release[]> {
    const asked =
      this.#releases.get(locked) ?? this.#origin(locked).then((origin) => origin.releases(this.#gem.name));
    this.#releases.set(locked, asked);
    return asked;
  }

  #origin(locked: LockedVersion): Promise<GemOrigin> {
    const origin = this.#origins.get(locked) ?? this.#ports.originOf(locked);
    this.#origins.set(locked, origin);
    return origin;
  }

  async #read(locked: LockedVersion, release: Release): Promise<ReadGem> {
    if (!isValidNameTuple(release)) {
      const reason = `${JSON.stringify(release.name)} cannot be the name of a gem`;
      const finding = {
        kind: 'unavailable',
        file: this.#gem.name,
        code: 'GEM_NAME_INVALID',
        reason,
      } as const;
      return { failed: { ...finding, suggestions: ['write the lockfile anew: bundle lock'] } };
    }
    const sameVersion = compareGemVersions(release.version, locked.version) === 0;
    const checksum = sameVersion ? lockedDigest(locked, release) : undefined;
    try {
      return await this.#ports.reader.read(await this.#origin(locked), release, checksum);
    } catch (error) {
      return { failed: unavailable(gemFileName(release), error) };
    }
  }
}

/** Whether what is in a gem fits a deployment. @param release as which it is installed */
export function judge(contents: GemContents, { target, cpu, ruby }: Deployment, release: Release): Judgement {
  const on = { target: forCpu(target, cpu), cpu, ...(ruby === undefined ? {} : { ruby }) };
  const judgement = judgeGem(contents, on);
  const other = otherRuby(contents, ruby, release);
  if (other === undefined) return judgement;
  const findings = [...judgement.findings, other];
  return { ...judgement, findings, verdict: verdictOf(findings) };
}

/** What a content-addressed gem is made for, by its own word, where that is not the Ruby that runs: an override may let it in. */
function otherRuby(
  { metadata }: GemContents,
  ruby: string | undefined,
  release: Release,
): Finding | undefined {
  const abi = release.address === undefined ? undefined : rubyAbiFor(metadata.requiredRuby);
  if (abi === undefined || rubyAbiOf(ruby) === abi) return undefined;
  const file = gemFileName(release);
  if (ruby !== undefined) {
    return { kind: 'missing-ruby-abi', file, ruby: rubyAbiOf(ruby) ?? ruby, available: [abi] };
  }
  const reason = `it is made for Ruby ${abi} alone, and it is not known which Ruby runs there`;
  const suggestions = [`say which Ruby runs there: --ruby ${abi}`];
  return { kind: 'unavailable', file, code: 'RUBY_NEEDED', reason, suggestions };
}

function withNotes(notes: readonly GemNote[]): { notes?: readonly GemNote[] } {
  return notes.length > 0 ? { notes } : {};
}
