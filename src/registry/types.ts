import type { Readable } from 'node:stream';
import type { GemcompatError } from '../errors.js';
import type { NameTuple } from '../gem/types.js';

/** One gem that a source offers. */
export interface Release extends NameTuple {
  /** Lower-case hex SHA-256 that the source publishes; absent where it publishes none (a plain directory). */
  readonly sha256?: string;
  /** When it was published, as the index writes it: `2026-11-16T08:30:00Z`. */
  readonly createdAt?: string;
  /** Runtime dependencies. */
  readonly dependencies: readonly { readonly name: string; readonly requirement: readonly string[] }[];
  /** `required_ruby_version`; `[]` where there is none. */
  readonly requiredRuby: readonly string[];
  /** `required_rubygems_version`; `[]` where there is none. */
  readonly requiredRubygems: readonly string[];
}

/** A gem that a source has and whose own description cannot be read, by what its file name says. */
export interface DamagedGem {
  readonly gem: NameTuple;
  readonly error: GemcompatError;
}

/**
 * A place that gems come from: a server with a compact index, a mirror on disk, a directory of `.gem` files.
 * Yanked gems are not offered.
 */
export interface GemSource {
  /** For people: the URL without credentials, or the directory. */
  readonly name: string;
  /**
   * All releases of a gem, oldest first as the index has them; `[]` where the source does not know the name. Throws `RegistryError`:
   * for one gem that is damaged too, unless `damaged` is there to be told of it.
   */
  releases(name: string, damaged?: (gem: DamagedGem) => void): Promise<readonly Release[]>;
  /** The names of all gems that it has, where it can tell. Throws `RegistryError`. */
  names?(): Promise<readonly string[]>;
  /**
   * Whether what the source says of a gem is what its own list of all versions is about; undefined where nothing tells. `false`: it is a
   * cut or stale copy. It may ask for the whole list. Throws `RegistryError` as `releases`.
   */
  isCurrent?(name: string): Promise<boolean | undefined>;
  /** The bytes of one `.gem`. May be called again for the same gem. Throws `RegistryError`. */
  open(gem: NameTuple): Promise<Readable>;
}

/** One server, or one directory. */
export interface SingleSource extends GemSource {
  /** Its gems are files of this machine: opening one asks nothing of the network. */
  readonly local: boolean;
  /** One release; undefined where the source does not have it. Asks for no more than it needs. Throws `RegistryError`. */
  release(gem: NameTuple): Promise<Release | undefined>;
}
