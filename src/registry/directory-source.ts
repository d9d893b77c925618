import { createReadStream } from 'node:fs';
import { open, readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { GemcompatError, RegistryError } from '../errors.js';
import type { GemMetadata, NameTuple } from '../gem/types.js';
import { parseInfo, parseNames } from './compact-index.js';
import { assertGemName, checkedFileName } from './gem-file-name.js';
import { claimedAddress } from '../gem/content-address.js';
import { fullName, isSameTuple, isValidNameTuple, parseGemFileName } from '../gem/name-tuple.js';
import { findRelease } from './find-release.js';
import { compareGemVersions } from '../version/gem-version.js';
import type { DamagedGem, Release, SingleSource } from './types.js';

/** Reads the `metadata.gz` of a gem; `open` gives its bytes from the start, each time that it is called. */
export type ReadGemMetadata = (open: () => Promise<Readable>) => Promise<GemMetadata>;

export interface DirectorySourceOptions {
  readonly directory: string;
  readonly readMetadata: ReadGemMetadata;
  /** For people; the directory as given by default. */
  readonly name?: string;
  /** No error where the directory is not there or holds no gems. */
  readonly mayBeEmpty?: boolean;
}

/** Largest info file in bytes: as over HTTP. */
const MAX_INFO_SIZE = 64 * 1024 * 1024;

/**
 * A directory that gems come from. Two layouts are told apart by what is in it:
 *
 * - a mirror (`info/NAME`, `gems/*.gem`, as `versions` or an `info` directory shows): the index says what there is, and a
 *   listed gem that is not there is an error when it is opened;
 * - `.gem` files at the top level or in `gems/` (`vendor/cache`, a `GEM_HOME/cache`): each gem's own metadata says what it is. The
 *   file name only says which files may be meant, for it is ambiguous and may be wrong. Such releases have no checksum.
 *
 * @throws RegistryError `REGISTRY_DIRECTORY` for a directory that is not there, cannot be read, or holds no gems at all.
 */
export async function directorySource(options: DirectorySourceOptions): Promise<SingleSource> {
  const { directory } = options;
  const entries = await list(directory, options.mayBeEmpty);
  const isMirror = entries.includes('versions') || (await isDirectory(path.join(directory, 'info')));
  const name = options.name ?? directory;
  return isMirror ? mirror(name, directory) : gemFiles(name, directory, entries, options);
}

/** Each info file is read once in the life of the source, however often it is asked about. */
function mirror(name: string, directory: string): SingleSource {
  const infos = new Map<string, Promise<readonly Release[]>>();
  const load = async (gem: string): Promise<readonly Release[]> => {
    const file = path.join(directory, 'info', gem);
    try {
      const { size } = await regularFile(file);
      if (size > MAX_INFO_SIZE) {
        throw fault(file, `is larger than ${MAX_INFO_SIZE} bytes`);
      }
      return parseInfo(gem, await readFile(file, 'utf8'), file);
    } catch (error) {
      if (isMissing(error)) return [];
      throw located(file, error);
    }
  };
  const releases = async (gem: string): Promise<readonly Release[]> => {
    assertGemName(gem);
    const info = infos.get(gem) ?? load(gem);
    infos.set(gem, info);
    return info;
  };
  return {
    name,
    local: true,
    releases,
    names: async () => {
      const file = path.join(directory, 'names');
      try {
        await regularFile(file);
        return parseNames(await readFile(file, 'utf8'));
      } catch (error) {
        if (isMissing(error)) return list(path.join(directory, 'info'), true);
        throw located(file, error);
      }
    },
    release: async (gem) => findRelease(await releases(gem.name), gem),
    open: async (gem) => {
      const file = path.join(directory, 'gems', checkedFileName(gem));
      try {
        return await openGem(file);
      } catch (error) {
        if (!isMissing(error)) throw located(file, error);
        throw new RegistryError(`the mirror ${name} has no ${path.join('gems', path.basename(file))}`, {
          code: 'REGISTRY_GEM_NOT_FOUND',
          suggestions: ['Copy the gem into the mirror, or remove its line from the info file.'],
        });
      }
    },
  };
}

interface GemFile {
  readonly path: string;
  readonly release: Release;
}

async function gemFiles(
  name: string,
  directory: string,
  entries: readonly string[],
  { readMetadata, mayBeEmpty }: DirectorySourceOptions,
): Promise<SingleSource> {
  const nested = path.join(directory, 'gems');
  const files = [
    ...entries.map((entry) => path.join(directory, entry)),
    ...((await isDirectory(nested)) ? (await list(nested)).map((entry) => path.join(nested, entry)) : []),
  ]
    .filter((file) => file.endsWith('.gem'))
    .sort();
  if (files.length === 0 && mayBeEmpty !== true) {
    throw new RegistryError(`${name} holds no gems: neither .gem files nor the info/ of a mirror`, {
      code: 'REGISTRY_DIRECTORY',
      suggestions: ['Give the directory that holds the .gem files, or run `bundle cache --all-platforms`.'],
    });
  }
  const read = new Map<string, Promise<GemFile>>();
  const describe = (file: string): Promise<GemFile> => {
    let description = read.get(file);
    if (description === undefined) {
      description = readRelease(file, readMetadata);
      read.set(file, description);
    }
    return description;
  };
  const filesOf = async (
    gem: string,
    damaged?: (damagedGem: DamagedGem) => void,
  ): Promise<readonly GemFile[]> => {
    assertGemName(gem);
    const described = await Promise.all(
      files
        .filter((file) => mayBe(path.basename(file), gem))
        .map((file) => {
          if (damaged === undefined) return describe(file);
          return describe(file).catch((error: unknown) => {
            const named = parseGemFileName(path.basename(file)).find(({ name: likely }) => likely === gem);
            if (named === undefined || !(error instanceof GemcompatError)) throw error;
            damaged({ gem: named, error });
            return undefined;
          });
        }),
    );
    return described.filter((found) => found?.release.name === gem).flatMap((found) => found ?? []);
  };
  const fileOf = async (gem: NameTuple): Promise<GemFile | undefined> => {
    // The file that bears the name is tried alone first, so that a damaged neighbour does not stand in its way.
    const expected = checkedFileName(gem);
    const likely = files.filter((file) => path.basename(file) === expected);
    const named = (await Promise.all(likely.map(describe))).find(({ release }) => isSameTuple(release, gem));
    return named ?? (await filesOf(gem.name)).find(({ release }) => isSameTuple(release, gem));
  };
  return {
    name,
    local: true,
    names: () => Promise.resolve(namesOf(files)),
    releases: async (gem, damaged) => {
      const releases = new Map<string, Release>();
      for (const { release } of await filesOf(gem, damaged)) releases.set(fullName(release), release);
      return [...releases.values()].sort((a, b) => compareGemVersions(a.version, b.version));
    },
    release: async (gem) => (await fileOf(gem))?.release,
    open: async (gem) => {
      const file = await fileOf(gem);
      if (file === undefined) throw await absent(name, gem, files, describe);
      try {
        return await openGem(file.path);
      } catch (error) {
        throw located(file.path, error);
      }
    },
  };
}

/** As far as the file names say: the likeliest of what each may mean. */
function namesOf(files: readonly string[]): string[] {
  const names = files.flatMap((file) => parseGemFileName(path.basename(file))[0]?.name ?? []);
  return [...new Set(names)];
}

/** Says what a file that bears the gem's name holds instead, where there is one. */
async function absent(
  name: string,
  gem: NameTuple,
  files: readonly string[],
  describe: (file: string) => Promise<GemFile>,
): Promise<RegistryError> {
  const expected = checkedFileName(gem);
  const misnamed = files.find((file) => path.basename(file) === expected);
  const says =
    misnamed === undefined
      ? ''
      : `: ${expected} says of itself that it is ${described((await describe(misnamed)).release)}`;
  return new RegistryError(`${name} has no ${described(gem)}${says}`, {
    code: 'REGISTRY_GEM_NOT_FOUND',
    suggestions: ['Run `bundle cache --all-platforms`, or name a further source with `--source`.'],
  });
}

function described({ name, version, platform, address }: NameTuple): string {
  return `${name} ${version} (${address === undefined ? platform : `${platform}, ${address}`})`;
}

/** `NAME-` and the first digit of a version. What it really is, the metadata says. */
function mayBe(file: string, gem: string): boolean {
  return file.startsWith(`${gem}-`) && /^[0-9]/.test(file.slice(gem.length + 1));
}

async function readRelease(file: string, readMetadata: ReadGemMetadata): Promise<GemFile> {
  try {
    const metadata = await readMetadata(() => openGem(file));
    const { name, version, platform, requiredRuby, requiredRubygems } = metadata;
    if (!isValidNameTuple(metadata))
      throw fault(file, 'has an invalid name, version or platform in its metadata');
    // As an index has it: a dependency on any version is one on `>= 0`.
    const dependencies = metadata.dependencies.map((dependency) =>
      dependency.requirement.length > 0 ? dependency : { ...dependency, requirement: ['>= 0'] },
    );
    // The claim is held against the file's SHA-256 when the gem is read.
    const address = claimedAddress(path.basename(file, '.gem'), metadata);
    return {
      path: file,
      release: {
        ...{ name, version, platform, dependencies, requiredRuby, requiredRubygems },
        ...(address === undefined ? {} : { address }),
      },
    };
  } catch (error) {
    throw located(file, error);
  }
}

/** Opens a gem that is a regular file; a FIFO or a device would never end. */
async function openGem(file: string): Promise<Readable> {
  await regularFile(file);
  const handle = await open(file, 'r');
  return createReadStream('', { fd: handle });
}

async function regularFile(file: string): Promise<{ size: number }> {
  const facts = await stat(file);
  if (!facts.isFile()) throw fault(file, 'is not a regular file');
  return facts;
}

async function list(directory: string, mayBeMissing = false): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if (mayBeMissing && isMissing(error)) return [];
    throw located(directory, error);
  }
}

async function isDirectory(directory: string): Promise<boolean> {
  try {
    return (await stat(directory)).isDirectory();
  } catch {
    return false;
  }
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  ENOTDIR: 'is not a directory',
  EACCES: 'may not be read (permission denied)',
  EPERM: 'may not be read (operation not permitted)',
  ELOOP: 'is a loop of symbolic links',
};

function located(file: string, error: unknown): Error {
  if (error instanceof RegistryError) return error;
  if (error instanceof GemcompatError) return fault(file, `cannot be read: ${error.message}`, error);
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === undefined) return error as Error;
  return fault(file, REASONS[code] ?? `cannot be read (${code}): ${message}`, error);
}

function fault(file: string, reason: string, cause?: unknown): RegistryError {
  return new RegistryError(`${file} ${reason}`, {
    code: 'REGISTRY_DIRECTORY',
    suggestions: ['Check the path and its permissions.'],
    ...(cause === undefined ? {} : { cause }),
  });
}
