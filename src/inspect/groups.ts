import { systemOfPlatform } from '../compat/other-systems.js';
import type { ForeignFile, GemBinary, UnreadablePart } from '../gem/types.js';
import { parseGemFileName } from '../gem/name-tuple.js';
import { installedPath, parseStub, specificationPlace } from './gem-home.js';
import type { InstalledPath, SpecificationPlace, Stub } from './gem-home.js';
import type { Tree } from './tree.js';

/** Files that belong together: those of one installed gem for one Ruby ABI, or all that belong to none. */
export interface FileGroup {
  readonly kind: 'gem' | 'files';
  readonly name: string;
  readonly version?: string;
  readonly platform?: string;
  readonly address?: string;
  readonly rubyAbi?: string;
  readonly binaries: readonly GemBinary[];
  readonly unreadable: readonly UnreadablePart[];
  readonly nestedArchives: readonly string[];
  readonly foreign: readonly ForeignFile[];
  /** Platforms of the machines that compiled its extensions. */
  readonly builtOn: readonly string[];
  /** Its specification names extensions. */
  readonly hasExtensions: boolean;
  /** Its directory, or that of its extension; empty for files of no gem. */
  readonly directory: string;
  /** What a path is called within the gem. */
  readonly nameOf: (path: string) => string;
}

interface Growing {
  readonly installed: InstalledPath | undefined;
  readonly rubyAbi: string | undefined;
  readonly binaries: GemBinary[];
  readonly unreadable: UnreadablePart[];
  readonly nestedArchives: string[];
  readonly foreign: ForeignFile[];
  readonly builtOn: Set<string>;
  readonly directories: Set<string>;
}

/** `…/ruby/3.3.0`, Debian's `/var/lib/gems/3.1.0`, `lib/ruby/gems/3.3.0`: a GEM_HOME that is named for its ABI. */
const HOME_ABI = /(?:^|\/)(?:ruby|gems)\/(\d+\.\d+\.\d+)$/;

/** Sorts what was found into the gems that are installed, and the rest. The rest comes first. */
export function groupsOf(tree: Tree, subject: string): { groups: FileGroup[]; gemsWithoutBinaries: number } {
  const stubs = stubsByGem(tree);
  const abis = abisByHome(tree);
  const groups = new Map<string, Growing>();
  const abiOf = (installed: InstalledPath | undefined): string | undefined => {
    const [only, ...others] = abis.get(installed?.home ?? '') ?? [];
    if (installed === undefined) return undefined;
    const ownAbi = installed.abi ?? stubs.get(gemKey(installed))?.abi;
    return ownAbi ?? (others.length > 0 ? undefined : only);
  };
  const keyOf = (path: string): string => {
    const installed = installedPath(path);
    return installed === undefined
      ? ''
      : `${installed.home}\0${installed.fullName}\0${abiOf(installed) ?? ''}`;
  };
  const groupFor = (path: string): Growing => {
    const installed = installedPath(path);
    const rubyAbi = abiOf(installed);
    const key = keyOf(path);
    let group = groups.get(key);
    if (group === undefined) {
      group = {
        installed,
        rubyAbi,
        binaries: [],
        unreadable: [],
        nestedArchives: [],
        foreign: [],
        builtOn: new Set(),
        directories: new Set(),
      };
      groups.set(key, group);
    }
    if (installed !== undefined) group.directories.add(installed.directory);
    return group;
  };
  for (const binary of tree.binaries) groupFor(binary.path).binaries.push(binary);
  for (const part of tree.unreadable) groupFor(part.path).unreadable.push(part);
  for (const path of tree.nestedArchives) groupFor(path).nestedArchives.push(path);
  for (const file of tree.foreign) groupFor(file.path).foreign.push(file);
  for (const path of directoriesOfOtherSystems(tree, stubs)) groupFor(path);
  for (const path of tree.extensionDirectories) {
    const builtOn = installedPath(path)?.builtOn;
    const group = builtOn === undefined ? undefined : groups.get(keyOf(path));
    if (builtOn !== undefined) group?.builtOn.add(builtOn);
  }

  const native = new Set(
    [...groups.values()].flatMap(({ installed }) => (installed === undefined ? [] : [gemKey(installed)])),
  );
  const all = new Set(
    tree.gemDirectories.flatMap((path) => {
      const installed = installedPath(path);
      return installed === undefined ? [] : [gemKey(installed)];
    }),
  );
  return {
    groups: [...groups.values()].sort(inOrder).map((group) => finished(group, stubs, subject)),
    gemsWithoutBinaries: [...all].filter((key) => !native.has(key)).length,
  };
}

function gemKey({ home, fullName }: Pick<InstalledPath, 'home' | 'fullName'>): string {
  return `${home}\0${fullName}`;
}

/** A stub, and the ABI that the specification's folder is for. */
type PlacedStub = Stub & Pick<SpecificationPlace, 'abi'>;

function stubsByGem({ specifications }: Tree): Map<string, PlacedStub> {
  const stubs = new Map<string, PlacedStub>();
  for (const [path, text] of specifications) {
    const place = specificationPlace(path);
    const stub = parseStub(text);
    if (stub === undefined || place === undefined) continue;
    stubs.set(gemKey(place), { ...stub, ...(place.abi === undefined ? {} : { abi: place.abi }) });
  }
  return stubs;
}

/** The ABIs that a GEM_HOME has something for: by its own name, or by its extensions. */
function abisByHome(tree: Tree): Map<string, Set<string>> {
  const abis = new Map<string, Set<string>>();
  const foreign = tree.extensionDirectories.filter(isOfOtherSystem);
  const paths = [...tree.binaries, ...tree.foreign].map(({ path }) => path);
  for (const path of [...paths, ...foreign]) {
    const installed = installedPath(path);
    if (installed === undefined) continue;
    const known = abis.get(installed.home) ?? new Set();
    const named = HOME_ABI.exec(installed.home)?.[1];
    if (installed.abi !== undefined) known.add(installed.abi);
    else if (named !== undefined && known.size === 0) known.add(named);
    abis.set(installed.home, known);
  }
  for (const [home, known] of abis) {
    // `3.3.0-static` says more than the directory's own `3.3.0`.
    const named = HOME_ABI.exec(home)?.[1];
    if (named !== undefined && known.size > 1 && [...known].some((abi) => abi === `${named}-static`))
      known.delete(named);
  }
  return abis;
}

/** The directory of an extension that a machine of another system compiled. */
function isOfOtherSystem(path: string): boolean {
  return systemOfPlatform(installedPath(path)?.builtOn) !== undefined;
}

/** Directories of gems, and of their extensions, that are installed for another system, whatever lies in them. */
function directoriesOfOtherSystems(tree: Tree, stubs: ReadonlyMap<string, Stub>): string[] {
  const gems = tree.gemDirectories.filter((path) => {
    const installed = installedPath(path);
    return installed !== undefined && systemOfPlatform(identity(installed, stubs).platform) !== undefined;
  });
  return [...gems, ...tree.extensionDirectories.filter(isOfOtherSystem)];
}

function inOrder({ installed: one }: Growing, { installed: other }: Growing): number {
  if (one === undefined || other === undefined)
    return Number(one !== undefined) - Number(other !== undefined);
  return byText(one.fullName, other.fullName) || byText(one.home, other.home);
}

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function finished(group: Growing, stubs: ReadonlyMap<string, Stub>, subject: string): FileGroup {
  const { installed, rubyAbi, binaries, unreadable, nestedArchives, foreign, builtOn } = group;
  const parts = {
    ...{ binaries, unreadable, nestedArchives, foreign, builtOn: [...builtOn] },
    hasExtensions: installed !== undefined && hasExtensions(installed, stubs),
    directory: installed?.directory.replace(/\/$/, '') ?? '',
  };
  if (installed === undefined) {
    return { kind: 'files', name: subject, ...parts, nameOf: (path) => path };
  }
  const directories = [...group.directories];
  const nameOf = (path: string): string => {
    const directory = directories.find((each) => path.startsWith(each));
    return directory === undefined ? path : path.slice(directory.length);
  };
  return {
    kind: 'gem',
    ...identity(installed, stubs),
    ...(rubyAbi === undefined ? {} : { rubyAbi }),
    ...parts,
    nameOf,
  };
}

/** A gem from git is compiled where it has something to compile; of a gem without a specification it is not known. */
function hasExtensions(installed: InstalledPath, stubs: ReadonlyMap<string, Stub>): boolean {
  return installed.git || (stubs.get(gemKey(installed))?.extensions.length ?? 0) > 0;
}

/** By its specification; where there is none, by the name of its directory. */
function identity(
  installed: InstalledPath,
  stubs: ReadonlyMap<string, Stub>,
): Pick<FileGroup, 'name' | 'version' | 'platform' | 'address'> {
  const { fullName, git } = installed;
  if (git) {
    const dash = fullName.lastIndexOf('-');
    return { name: fullName.slice(0, dash), version: fullName.slice(dash + 1), platform: 'ruby' };
  }
  const stub = stubs.get(gemKey(installed));
  if (stub !== undefined) {
    const { name, version, platform, address } = stub;
    return { name, version, platform, ...(address === undefined ? {} : { address }) };
  }
  const [likeliest] = parseGemFileName(`${fullName}.gem`);
  return likeliest ?? { name: fullName };
}
