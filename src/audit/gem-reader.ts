import type { Readable } from 'node:stream';
import type { UnavailableFinding } from '../compat/types.js';
import { GemcompatError } from '../errors.js';
import { addressMismatch } from '../gem/content-address.js';
import { gemFileName } from '../gem/name-tuple.js';
import { parsePlatform, samePlatform } from '../gem/platform.js';
import type { GemContents, NameTuple } from '../gem/types.js';
import type { CombinedSource } from '../registry/combined-source.js';
import type { GemSource, Release } from '../registry/types.js';
import { compareGemVersions } from '../version/gem-version.js';

/** Where the gems of one section of the lockfile come from. */
export interface GemOrigin extends GemSource, Pick<CombinedSource, 'sources' | 'offers'> {
  /**
   * The SHA-256 of a gem that lies at hand, so that it is its true bytes of which something is remembered; `undefined` where
   * they would have to be downloaded.
   */
  digest(gem: NameTuple): Promise<string | undefined>;
}

/** What the reader asks of the outside. */
export interface GemReaderPorts {
  /** Reads a gem whole. */
  inspect(open: () => Promise<Readable>, gem: string): Promise<GemContents>;
  /** What is remembered of a gem with these bytes. */
  recall(sha256: string): Promise<GemContents | undefined>;
  remember(contents: GemContents): Promise<void>;
}

/** `verified`: its bytes are those that the index or the lockfile gives the digest of. */
export type ReadGem =
  { readonly contents: GemContents; readonly verified: boolean } | { readonly failed: UnavailableFinding };

/**
 * Reads gems, each once in a run however often it is asked for, and never again once its SHA-256 is known. What is read
 * counts only when its digest is the one that the index and the lockfile give.
 */
export class GemReader {
  readonly #ports: GemReaderPorts;
  readonly #limit: <Result>(task: () => Promise<Result>) => Promise<Result>;
  readonly #read = new Map<string, Promise<ReadGem>>();

  constructor(ports: GemReaderPorts, limit: <Result>(task: () => Promise<Result>) => Promise<Result>) {
    this.#ports = ports;
    this.#limit = limit;
  }

  /** `locked` is the lockfile's own digest of the gem, where it has one. Never rejects for what is wrong with a gem. */
  read(origin: GemOrigin, release: Release, locked?: string): Promise<ReadGem> {
    const gem = gemFileName(release);
    const key = `${gem} ${release.sha256 ?? ''} ${locked ?? ''}`;
    const known = this.#read.get(key);
    if (known !== undefined) return known;
    const reading = this.#limit(() => this.#readOnce(origin, release, gem, locked)).catch(
      (error: unknown) => ({
        failed: unavailable(gem, error),
      }),
    );
    this.#read.set(key, reading);
    return reading;
  }

  async #readOnce(
    origin: GemOrigin,
    release: Release,
    gem: string,
    locked: string | undefined,
  ): Promise<ReadGem> {
    const { sha256 } = release;
    if (sha256 !== undefined && locked !== undefined && sha256 !== locked) {
      return mismatch(gem, `the index gives it the SHA-256 ${sha256}, the lockfile ${locked}`);
    }
    const expected = sha256 ?? locked;
    const recalled = await this.#recall(origin, release, expected);
    const contents = recalled ?? (await this.#ports.inspect(() => origin.open(release), gem));
    if (expected !== undefined && contents.sha256 !== expected) {
      const whose = sha256 === undefined ? 'the lockfile' : 'the index';
      return mismatch(gem, `its SHA-256 is ${contents.sha256}, ${whose} gives ${expected}`);
    }
    const misnamed = addressMismatch(contents.sha256, release.address);
    if (misnamed !== undefined) return mismatch(gem, misnamed);
    if (recalled === undefined) await this.#ports.remember(contents);
    if (!isSameGem(contents.metadata, release)) {
      const { name, version, platform } = contents.metadata;
      return {
        failed: failure(
          gem,
          'GEM_IDENTITY_MISMATCH',
          `what is in it says that it is ${name} ${version} for ${platform}`,
        ),
      };
    }
    return { contents, verified: expected !== undefined };
  }

  /** A gem that lies at hand is hashed before what is remembered of it counts: it may have changed since. */
  async #recall(
    origin: GemOrigin,
    release: Release,
    expected: string | undefined,
  ): Promise<GemContents | undefined> {
    const key = expected ?? (await origin.digest(release));
    const recalled = key === undefined ? undefined : await this.#ports.recall(key);
    if (recalled === undefined || expected === undefined) return recalled;
    const actual = await origin.digest(release);
    return actual === undefined || actual === expected ? recalled : undefined;
  }
}

function isSameGem(one: NameTuple, other: NameTuple): boolean {
  return (
    one.name === other.name &&
    compareGemVersions(one.version, other.version) === 0 &&
    samePlatform(parsePlatform(one.platform), parsePlatform(other.platform))
  );
}

function mismatch(gem: string, reason: string): ReadGem {
  return { failed: failure(gem, 'GEM_CHECKSUM_MISMATCH', reason) };
}

function failure(file: string, code: string, reason: string): UnavailableFinding {
  const suggestions = ['fetch the gem again from a source that you trust, or find out who changed it'];
  return { kind: 'unavailable', file, code, reason, suggestions };
}

/** An expected failure as a finding; a programmer's mistake goes on as what it is. */
export function unavailable(gem: string, error: unknown): UnavailableFinding {
  if (!(error instanceof GemcompatError)) throw error;
  return {
    kind: 'unavailable',
    file: gem,
    code: error.code,
    reason: error.message,
    suggestions: error.suggestions,
  };
}
