import type { Judgement, NoVariantFinding, UnavailableFinding } from '../compat/types.js';
import { judgeGem } from '../compat/judge.js';
import { gemFileName } from '../gem/name-tuple.js';
import { localPlatform, platformToString } from '../gem/platform.js';
import type { GemContents } from '../gem/types.js';
import type { VariantChoice } from '../gem/variant.js';
import { pickVariant } from '../gem/variant.js';
import type { Release } from '../registry/types.js';
import { candidatesOf } from '../search/candidates.js';
import { findHighestFitting } from '../search/highest-fitting.js';
import type { Choice, Deployment, Suggestion } from '../search/types.js';
import { forCpu } from '../target/for-cpu.js';
import type { LockedGem } from './bundle.js';
import type { GemOrigin, ReadGem } from './gem-reader.js';
import { unavailable } from './gem-reader.js';
import type { AuditPorts, AuditRequest, Row } from './ports.js';
import type { GemNote, GemReport } from './types.js';

/** The audit of one gem of the bundle on every deployment. */
export class GemAudit {
  readonly #gem: LockedGem;
  readonly #request: AuditRequest;
  readonly #ruby: string | undefined;
  readonly #ports: AuditPorts;
  #from: Promise<GemOrigin> | undefined;
  #releases: Promise<readonly Release[]> | undefined;

  constructor(gem: LockedGem, request: AuditRequest, ruby: string | undefined, ports: AuditPorts) {
    this.#gem = gem;
    this.#request = request;
    this.#ruby = ruby;
    this.#ports = ports;
  }

  async run(): Promise<Row[]> {
    const rows = await Promise.all(
      this.#request.deployments.map((deployment) =>
        this.#audit(deployment).catch((error: unknown) => this.#failed(deployment, error)),
      ),
    );
    if (!rows.some(({ report }) => report.verdict === 'incompatible')) return rows;

    const { suggestion, note } = await this.#search().catch((error: unknown) => ({
      suggestion: undefined,
      note: { kind: 'search-incomplete' as const, reason: unavailable(this.#gem.name, error).reason },
    }));
    return rows.map((row) => {
      if (row.report.verdict !== 'incompatible') return row;
      const { requires } = row.report;
      const runsOn =
        requires === undefined ? undefined : this.#ports.systemsFor(requires, row.deployment.cpu);
      const report: GemReport = {
        ...row.report,
        ...(suggestion === undefined ? {} : { suggestion }),
        ...(runsOn === undefined ? {} : { runsOn }),
        ...(note === undefined ? {} : { notes: [...(row.report.notes ?? []), note] }),
      };
      return { ...row, report };
    });
  }

  /** All versions of the gem; asked for once, and only when something depends on it. */
  #allReleases(): Promise<readonly Release[]> {
    this.#releases ??= this.#origin().then((origin) => origin.releases(this.#gem.name));
    return this.#releases;
  }

  #origin(): Promise<GemOrigin> {
    this.#from ??= this.#ports.originOf(this.#gem);
    return this.#from;
  }

  async #audit(deployment: Deployment): Promise<Row> {
    const { name, version } = this.#gem;
    const base = { name, version, arch: deployment.cpu, findings: [] };
    const source: Row = { deployment, report: { ...base, platform: 'ruby', verdict: 'source' } };
    // What Bundler takes from git or a path it compiles there.
    if (this.#gem.sourceType === 'git' || this.#gem.sourceType === 'path') return source;

    let available: readonly Release[] | undefined;
    let failure: UnavailableFinding | undefined;
    let picked = this.#pick(deployment, undefined);
    if (needsIndex(picked) || this.#gem.platforms.some((platform) => platform !== 'ruby')) {
      try {
        available = (await this.#allReleases()).filter((release) => release.version === version);
      } catch (error) {
        failure = unavailable(`${name} ${version}`, error);
      }
      // An index that does not know the version says nothing of its variants: the lockfile is all there is.
      if (available !== undefined && available.length > 0) picked = this.#pick(deployment, available);
    }

    const notes = notesOf(picked, deployment);
    const noted = notes.length > 0 ? { notes } : {};
    if (picked.kind === 'none') {
      const wanted = platformName(deployment);
      const platform = this.#gem.platforms[0] ?? 'ruby';
      const finding = failure ?? noVariant(picked.reason, wanted, `${name} ${version}`);
      // Nothing but a `ruby` variant is known of it, so nothing prebuilt can be run.
      if (failure === undefined && finding.kind === 'unavailable' && this.#onlyRuby()) {
        return { deployment, report: { ...source.report, ...noted } };
      }
      const verdict = finding.kind === 'no-variant' ? 'incompatible' : 'unknown';
      return { deployment, report: { ...base, platform, verdict, findings: [finding], ...noted } };
    }
    const platform = picked.kind === 'ruby' ? 'ruby' : picked.platform;
    if (platform === 'ruby' && !this.#request.all)
      return { deployment, report: { ...source.report, ...noted } };

    const release =
      available?.find((one) => one.platform === platform) ??
      ({
        name,
        version,
        platform,
        dependencies: [],
        requiredRuby: [],
        requiredRubygems: [],
      } satisfies Release);
    const read = await this.#read(release);
    if ('failed' in read) {
      const findings = [failure ?? read.failed];
      return { deployment, report: { ...base, platform, verdict: 'unknown', findings, ...noted } };
    }
    const judgement = this.#judge(read.contents, deployment);
    const opened = read.contents.binaries.length + read.contents.unreadable.length > 0;
    // A `ruby` gem that brings nothing for Linux is compiled there, or pure Ruby.
    if (platform === 'ruby' && !opened) return { deployment, report: { ...source.report, ...noted } };
    return { deployment, report: { ...base, platform, ...judgement, ...noted } };
  }

  async #read(release: Release): Promise<ReadGem> {
    const locked =
      release.version === this.#gem.version ? this.#gem.checksums.get(release.platform) : undefined;
    try {
      return await this.#ports.reader.read(await this.#origin(), release, locked);
    } catch (error) {
      return { failed: unavailable(gemFileName(release), error) };
    }
  }

  #failed(deployment: Deployment, error: unknown): Row {
    const { name, version, platforms } = this.#gem;
    const findings = [unavailable(`${name} ${version}`, error)];
    const platform = platforms[0] ?? 'ruby';
    return {
      deployment,
      report: { name, version, platform, arch: deployment.cpu, verdict: 'unknown', findings },
    };
  }

  #onlyRuby(): boolean {
    return this.#gem.platforms.every((platform) => platform === 'ruby');
  }

  #judge(contents: GemContents, { target, cpu }: Deployment): Judgement {
    return judgeGem(contents, { target: forCpu(target, cpu), cpu, ...this.#rubyOption() });
  }

  #rubyOption(): { ruby?: string } {
    return this.#ruby === undefined ? {} : { ruby: this.#ruby };
  }

  #pick({ target, cpu }: Deployment, available: readonly Release[] | undefined): VariantChoice {
    return pickVariant({
      locked: this.#gem.platforms,
      lockedPlatforms: this.#request.lockfile.platforms,
      local: localPlatform(cpu, target.libc),
      forceRuby: this.#request.forceRuby,
      ...(available === undefined ? {} : { available }),
      ...this.#rubyOption(),
    });
  }

  async #search(): Promise<{ suggestion?: Suggestion; note?: GemNote }> {
    const { name, version, gemfile, parents } = this.#gem;
    const releases = await this.#allReleases();
    const candidates = candidatesOf(releases, {
      locked: version,
      deployments: this.#request.deployments,
      platforms: this.#request.lockfile.platforms,
      forceRuby: this.#request.forceRuby,
      ...this.#rubyOption(),
    });
    const lockedRuby = releases.find((release) => release.version === version && release.platform === 'ruby');
    const failures: string[] = [];
    const suggestion = await findHighestFitting(
      {
        name,
        locked: version,
        candidates,
        gemfile,
        parents,
        ...(lockedRuby === undefined ? {} : { lockedRuby }),
      },
      {
        fits: (choice) => this.#fits(choice, failures),
        compiles: async (release) => {
          const read = await this.#read(release);
          if (!('failed' in read)) return read.contents.metadata.extensions.length > 0;
          failures.push(read.failed.reason);
          return false;
        },
      },
    );
    const reason = failures[0];
    return {
      ...(suggestion === undefined ? {} : { suggestion }),
      ...(reason === undefined ? {} : { note: { kind: 'search-incomplete', reason } }),
    };
  }

  async #fits(choice: Choice, failures: string[]): Promise<'compatible' | 'incompatible' | 'unknown'> {
    const { release, deployment } = choice;
    const read = await this.#read(release);
    if ('failed' in read) {
      failures.push(read.failed.reason);
      return 'unknown';
    }
    return this.#judge(read.contents, deployment).verdict;
  }
}

function needsIndex(picked: VariantChoice): boolean {
  return picked.kind === 'none' || picked.notes.includes('not-in-lockfile');
}

function platformName({ target, cpu }: Deployment): string {
  return platformToString(localPlatform(cpu, target.libc));
}

function notesOf(picked: VariantChoice, deployment: Deployment): GemNote[] {
  return picked.notes.includes('not-in-lockfile')
    ? [{ kind: 'not-in-lockfile', platform: platformName(deployment) }]
    : [];
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
    reason: `which variant Bundler installs on ${wanted} depends on what the source offers, and it does not offer this version`,
    suggestions: ['name the source that has it with --source'],
  };
}
