import type { GemBinary } from '../gem/types.js';
import type { NoBuildForSystemFinding } from './types.js';

/** A file named for a distribution, as wkhtmltopdf-binary's `wkhtmltopdf_ubuntu_20.04_amd64.gz`. */
const SYSTEM_IN_NAME =
  /(?<=[-_])(ubuntu|debian|linuxmint|centos|rhel|rocky|rockylinux|almalinux|oraclelinux|amazonlinux|amzn|fedora|opensuse|sles|alpine|archlinux)[-_]?(\d+(?:\.\d+)?)?(?=[-_.][^/]*$)/i;

/** Canonical names of targets: `ubuntu-24.04`, `centos-stream-9`, `opensuse-leap-15.6`, `al2023`. */
const TARGET_NAME =
  /^(?:(ubuntu|debian|rhel|centos(?:-stream)?|rocky|alma|oracle|fedora|opensuse(?:-leap)?|sles|alpine|arch)(?:-(\d+(?:\.\d+)?))?|(al)(\d+))$/;

/** Distributions under their other names, and the rebuilds of RHEL, which are binary compatible with it. */
const FAMILY: Readonly<Record<string, string>> = {
  centos: 'rhel',
  'centos-stream': 'rhel',
  rocky: 'rhel',
  rockylinux: 'rhel',
  alma: 'rhel',
  almalinux: 'rhel',
  oracle: 'rhel',
  oraclelinux: 'rhel',
  amazonlinux: 'al',
  amzn: 'al',
  'opensuse-leap': 'opensuse',
  archlinux: 'arch',
};

/** A distribution, and its release where one is named. */
interface Distribution {
  readonly family: string;
  readonly release?: string;
  /** For people: `ubuntu 24.04`. */
  readonly words: string;
}

function distribution(name: string, release: string | undefined): Distribution {
  const family = FAMILY[name] ?? name;
  return {
    family,
    // RHEL and its rebuilds keep one C library through all minor releases.
    ...(release === undefined ? {} : { release: family === 'rhel' ? release.replace(/\..*/, '') : release }),
    words: release === undefined ? name : `${name} ${release}`,
  };
}

function namedBy(path: string): Distribution | undefined {
  const [, name, release] = SYSTEM_IN_NAME.exec(path) ?? [];
  return name === undefined ? undefined : distribution(name.toLowerCase(), release);
}

/** Whether a file is named for a distribution, so that it depends on the system whether it is run there. */
export function isNamedForSystem(path: string): boolean {
  return SYSTEM_IN_NAME.test(path);
}

function ofTarget(name: string): Distribution | undefined {
  const [, distro, release, amazon, amazonRelease] = TARGET_NAME.exec(name) ?? [];
  if (amazon !== undefined) return distribution(amazon, amazonRelease);
  return distro === undefined ? undefined : distribution(distro, release);
}

function isFor(build: Distribution, system: Distribution): boolean {
  return build.family === system.family && (build.release === undefined || build.release === system.release);
}

/** What of files that are named for distributions is run on a system. */
export interface NamedSelection {
  /** Judged each for itself: those that are named for nothing, and those for the system. */
  readonly binaries: readonly GemBinary[];
  /** One of each group is picked at run time, and the target does not say which: it names no distribution. */
  readonly alternatives: readonly (readonly GemBinary[])[];
  readonly findings: readonly NoBuildForSystemFinding[];
}

/**
 * Selects among files that differ in the name of a distribution alone. A gem with such files has a launcher that takes the one
 * for its system by /etc/os-release; which one it takes on a system that none is named for, if any, only the launcher knows.
 *
 * @param systems names of the target: its own, and that of the system that it is built on
 */
export function selectNamedFor(binaries: readonly GemBinary[], systems: readonly string[]): NamedSelection {
  const known = systems.flatMap((name) => ofTarget(name) ?? []);
  const [system] = known;
  const kept: GemBinary[] = [];
  const groups = new Map<string, { binary: GemBinary; build: Distribution }[]>();
  for (const binary of binaries) {
    const build = namedBy(binary.path);
    if (build === undefined) {
      kept.push(binary);
      continue;
    }
    const key = binary.path.replace(SYSTEM_IN_NAME, '*');
    groups.set(key, [...(groups.get(key) ?? []), { binary, build }]);
  }
  const alternatives: GemBinary[][] = [];
  const findings: NoBuildForSystemFinding[] = [];
  for (const [file, group] of groups) {
    const exact = group.filter(({ build }) => known.some((one) => isFor(build, one)));
    // A lone file is not one of several that something picks from: its name says where it was built.
    if (group.length === 1 || exact.length > 0) {
      kept.push(...(exact.length > 0 ? exact : group).map(({ binary }) => binary));
    } else if (system === undefined) alternatives.push(group.map(({ binary }) => binary));
    else {
      const named = [...new Set(group.map(({ build }) => build.words))].sort(byRelease);
      findings.push({ kind: 'no-build-for-system', file, named, system: system.words });
    }
  }
  return { binaries: kept, alternatives, findings };
}

function byRelease(one: string, other: string): number {
  return one.localeCompare(other, 'en', { numeric: true });
}
