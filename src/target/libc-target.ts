import type { Cpu } from '../elf/types.js';
import { compareDotted } from '../version/symbol-version.js';
import { comesWithGlibc, libcLibraries } from './libc-libraries.js';
import { unknownTarget } from './nearest.js';
import { acrossCpus } from './provisions.js';
import { CPUS, glibcVersions, newestGlibc } from './symbol-versions.js';
import type { CpuFacts, ResolvedTarget } from './types.js';

/** First release of glibc for Linux under the soname libc.so.6 (1997). */
const OLDEST_GLIBC = '2.0';
/** A release a year on either side is more than a typing error away; glibc has two a year. */
const FUTURE_RELEASES = 20;

/**
 * What glibc of that release brings to binaries of each CPU, and nothing besides. A CPU that the release does not run on
 * is left out.
 */
function glibcFacts(release: string): Partial<Record<Cpu, CpuFacts>> {
  const byCpu: Partial<Record<Cpu, CpuFacts>> = {};
  for (const cpu of CPUS) {
    const all = glibcVersions(cpu, release);
    if (all === undefined) continue;
    const versions = Object.fromEntries(Object.entries(all).filter(([soname]) => comesWithGlibc(soname)));
    const libraries = new Set([...libcLibraries('gnu', cpu), ...Object.keys(versions)]);
    byCpu[cpu] = { ceilings: { GLIBC: release }, libraries: [...libraries], versions };
  }
  return byCpu;
}

/**
 * A system of which only the glibc release is known: `glibc-2.31`. Its libstdc++ and libgcc_s are not known. The symbol
 * versions are those of the release upstream.
 */
function glibcTarget(text: string, version: string): ResolvedTarget {
  const [, minor] = version.split('.').map(Number);
  const [, newest] = newestGlibc().split('.').map(Number);
  if (
    minor === undefined ||
    newest === undefined ||
    compareDotted(version, OLDEST_GLIBC) < 0 ||
    !version.startsWith('2.') ||
    minor > newest + FUTURE_RELEASES
  ) {
    throw unknownTarget(text, `there is no glibc ${version}; known are ${OLDEST_GLIBC} to ${newestGlibc()}`);
  }
  const release = `2.${minor}`;
  const future = minor > newest;
  const byCpu = future ? {} : glibcFacts(release);
  const known = Object.keys(byCpu).length > 0;
  return {
    target: {
      name: `glibc-${release}`,
      title: `glibc ${release}`,
      libc: 'gnu',
      libcVersion: release,
      ceilings: { GLIBC: release },
      librariesComplete: false,
      ...(known
        ? { ...acrossCpus(byCpu), byCpu }
        : { libraries: [...new Set(CPUS.flatMap((cpu) => libcLibraries('gnu', cpu)))] }),
      source: 'symbol versions of the glibc release, upstream',
    },
    warnings: future
      ? [
          `glibc ${release} is newer than ${newestGlibc()}, the newest that is known: versions are compared by number.`,
        ]
      : [],
  };
}

/** A system of which only the musl release is known: `musl-1.2.5`. musl has no symbol versions. */
function muslTarget(text: string, version: string): ResolvedTarget {
  if (compareDotted(version, '0.9') < 0 || compareDotted(version, '2') >= 0) {
    throw unknownTarget(text, `there is no musl ${version}; known are 0.9 to 1.2`);
  }
  return {
    target: {
      name: `musl-${version}`,
      title: `musl ${version}`,
      libc: 'musl',
      libcVersion: version,
      ceilings: {},
      libraries: [...new Set(CPUS.flatMap((cpu) => libcLibraries('musl', cpu)))],
      librariesComplete: false,
      source: 'the name itself',
    },
    warnings: [],
  };
}

/** `glibc-2.31`, `glibc-2.31.0`, `GNU libc 2.31`, `musl-1.2.5`; undefined for a text of another form. */
export function resolveLibc(text: string): ResolvedTarget | undefined {
  const match = /^(glibc|gnu[-_ ]?libc|musl|musllinux)[-_: ]?(\d{1,4}(?:[._]\d{1,4}){1,2})$/i.exec(text);
  const [, kind = '', number = ''] = match ?? [];
  if (match === null) return undefined;
  const version = number.replaceAll('_', '.');
  return /^musl/i.test(kind) ? muslTarget(text, version) : glibcTarget(text, version);
}
