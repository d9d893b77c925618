import type { GemContents } from '../gem/types.js';
import type { Release } from '../registry/types.js';
import type { BundlePorts } from '../search/bundle-gem.js';
import type { Choice } from '../search/types.js';
import { compareGemVersions } from '../version/gem-version.js';
import type { LockedGem, LockedVersion } from './bundle.js';
import type { CooldownRules } from './cooldown.js';
import { cooldownDays, isTooYoung } from './cooldown.js';
import { lockedDigest } from './bundle.js';
import { judge } from './gem-audit.js';
import type { GemOrigin } from './gem-reader.js';
import type { AuditPorts } from './ports.js';

/** What the search for an answer asks of the sources: each gem of its own section's, a new one of that of who asks for it. */
export class SearchPorts implements BundlePorts {
  readonly #ports: AuditPorts;
  readonly #cooldown: CooldownRules | undefined;
  readonly #old = new Map<string, readonly Release[]>();
  readonly #tooYoung = new Set<string>();
  readonly #locked = new Map<string, LockedVersion>();
  readonly #origins = new Map<LockedVersion, Promise<GemOrigin>>();
  readonly #failures = new Map<string, string[]>();

  constructor(gems: readonly LockedGem[], ports: AuditPorts, cooldown?: CooldownRules) {
    this.#ports = ports;
    this.#cooldown = cooldown;
    for (const { name, versions } of gems) {
      const from = versions.find(({ sourceType }) => sourceType === 'gem') ?? versions[0];
      if (from !== undefined) this.#locked.set(name, from);
    }
  }

  /** What could not be read or looked up of a gem. */
  failuresOf(gem: string): readonly string[] {
    return this.#failures.get(gem) ?? [];
  }

  async releases(name: string, by: string): Promise<readonly Release[]> {
    const locked = this.#locked.get(name) ?? this.#from(by);
    if (locked !== undefined) this.#locked.set(name, locked);
    try {
      const releases = await (await this.#origin(name)).releases(name);
      return this.#oldEnough(name, releases, locked);
    } catch (error) {
      if (error instanceof Error) this.#fail(name, error.message);
      throw error;
    }
  }

  /** Versions that were passed over because they are too young for the project's cooldown: `nokogiri 1.19.0`. */
  get tooYoung(): readonly string[] {
    return [...this.#tooYoung];
  }

  /** The version that is locked stays, however young it is. */
  #oldEnough(
    name: string,
    releases: readonly Release[],
    locked: LockedVersion | undefined,
  ): readonly Release[] {
    const rules = this.#cooldown;
    if (rules === undefined || cooldownDays(locked?.remotes ?? [], rules) === 0) return releases;
    const known = this.#old.get(name);
    if (known !== undefined) return known;
    const old = releases.filter((release) => {
      const young = isTooYoung(release, locked?.remotes ?? [], rules) && release.version !== locked?.version;
      if (young) this.#tooYoung.add(`${name} ${release.version}`);
      return !young;
    });
    this.#old.set(name, old);
    return old;
  }

  /** A section of a gem server: that of who asks, or where that is a path of the project, any. */
  #from(by: string): LockedVersion | undefined {
    const asking = this.#locked.get(by);
    if (asking?.sourceType === 'gem') return asking;
    return [...this.#locked.values()].find(({ sourceType }) => sourceType === 'gem') ?? asking;
  }

  #origin(name: string): Promise<GemOrigin> {
    const locked = this.#locked.get(name);
    if (locked === undefined) throw new Error(`${name} comes from nowhere`);
    const origin = this.#origins.get(locked) ?? this.#ports.originOf(locked);
    this.#origins.set(locked, origin);
    return origin;
  }

  async fits({ release, deployment }: Choice): Promise<'compatible' | 'incompatible' | 'unknown'> {
    const contents = await this.#read(release);
    return contents === undefined ? 'unknown' : judge(contents, deployment, release).verdict;
  }

  async glibcBeyond({ release, deployment }: Choice): Promise<string | undefined> {
    const contents = await this.#read(release);
    const { requires, findings = [] } = contents === undefined ? {} : judge(contents, deployment, release);
    const needed = requires?.glibc;
    const beyond = findings.some(
      (finding) => finding.kind === 'symbol-version' && finding.symbolVersion === `GLIBC_${needed ?? ''}`,
    );
    return beyond ? needed : undefined;
  }

  async compiles(release: Release): Promise<boolean> {
    return ((await this.#read(release))?.metadata.extensions.length ?? 0) > 0;
  }

  async #read(release: Release): Promise<GemContents | undefined> {
    const { name, version } = release;
    const locked = this.#locked.get(name);
    const same =
      locked !== undefined && locked.version !== '' && compareGemVersions(version, locked.version) === 0;
    const checksum = same ? lockedDigest(locked, release) : undefined;
    const read = await this.#ports.reader.read(await this.#origin(name), release, checksum);
    if (!('failed' in read)) return read.contents;
    this.#fail(name, read.failed.reason);
    return undefined;
  }

  #fail(name: string, reason: string): void {
    this.#failures.set(name, [...(this.#failures.get(name) ?? []), reason]);
  }
}
