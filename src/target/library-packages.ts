import { compareDotted } from '../version/symbol-version.js';
import type { Family, Since } from './package-table.js';
import { DEPENDENCIES, PACKAGES } from './package-table.js';
import type { Target } from './types.js';

interface System {
  readonly family: Family;
  /** Empty where it is not known. */
  readonly release: string;
}

/** Systems that are others by another name, as their titles or names begin: the first that fits counts. */
const SYSTEMS: readonly (readonly [pattern: RegExp, family: Family])[] = [
  [/^(?:ubuntu|heroku|google)\D*(\d+(?:\.\d+)?)?/i, 'ubuntu'],
  [/^debian\D*(\d+)?/i, 'debian'],
  [/^(?:alpine)\D*(\d+\.\d+)?/i, 'alpine'],
  [/^(?:al|amazon linux )(\d+)/i, 'amazon'],
  [/^fedora\D*(\d+)?/i, 'fedora'],
  [/^(?:rhel|ubi|red hat|centos|rocky|alma|oracle)\D*(\d+)?/i, 'rhel'],
  [/^(?:opensuse|sles|suse)\D*(\d+(?:\.\d+)?)?/i, 'suse'],
];

/** The distribution of a target, by its name or, of one that was read, by what it calls itself. */
function systemOf({ name, title }: Pick<Target, 'name' | 'title'>): System | undefined {
  if (/^lambda-(?:ruby(?:2\.7|3\.2)|provided\.al2)$/.test(name)) return { family: 'amazon', release: '2' };
  if (name.startsWith('lambda-')) return { family: 'amazon', release: '2023' };
  for (const text of [name, title]) {
    for (const [pattern, family] of SYSTEMS) {
      const match = pattern.exec(text);
      if (match === null) continue;
      const release = match[1] ?? '';
      // heroku-22 and google-22 are Ubuntu 22.04.
      return { family, release: family === 'ubuntu' && /^\d+$/.test(release) ? `${release}.04` : release };
    }
  }
  return undefined;
}

const INSTALL: Readonly<Record<Family, string>> = {
  debian: 'apt-get install',
  ubuntu: 'apt-get install',
  rhel: 'dnf install',
  fedora: 'dnf install',
  amazon: 'dnf install',
  alpine: 'apk add',
  suse: 'zypper install',
};

/** What is known of the package that brings a library on a target. */
export type LibraryPackage =
  | { readonly kind: 'package'; readonly command: string; readonly name: string }
  /** The distribution has none in that release. */
  | { readonly kind: 'none' };

/** The package with a library of that soname on the target's distribution; undefined where that is not known. */
export function packageOf(
  soname: string,
  target: Pick<Target, 'name' | 'title'>,
): LibraryPackage | undefined {
  const system = systemOf(target);
  const name = system === undefined ? undefined : nameIn(soname, system);
  if (system === undefined || name === undefined) return undefined;
  const { family, release } = system;
  // RHEL 7 and Amazon Linux 1 and 2 have yum and no dnf.
  const old = (family === 'rhel' && release === '7') || (family === 'amazon' && release !== '2023');
  const command = old ? 'yum install' : INSTALL[family];
  return name === '' ? { kind: 'none' } : { kind: 'package', command: `${command} ${name}`, name };
}

/** A package's name in a release; empty if none has the library, undefined if that is not known. */
function nameIn(soname: string, { family, release }: System): string | undefined {
  const found = Object.hasOwn(PACKAGES, soname) ? PACKAGES[soname]?.[family] : undefined;
  return typeof found === 'string' || found === undefined ? found : ofRelease(found, release);
}

/**
 * The libraries of the table that packages bring on a target's distribution, with those of packages that they depend on as far as the
 * table has them. A package that is not known brings nothing.
 */
export function librariesOf(
  packages: Iterable<string>,
  target: Pick<Target, 'name' | 'title'>,
): readonly string[] {
  const system = systemOf(target);
  if (system === undefined) return [];
  const named = new Set(packages);
  const family = system.family === 'ubuntu' ? 'debian' : system.family;
  const dependencies = family === 'debian' || family === 'alpine' ? DEPENDENCIES[family] : {};
  const brought = new Set(
    [...named].flatMap((name) => (Object.hasOwn(dependencies, name) ? (dependencies[name] ?? []) : [])),
  );
  return Object.keys(PACKAGES).filter((soname) => {
    const name = nameIn(soname, system);
    return name !== undefined && name !== '' && (named.has(name) || brought.has(soname));
  });
}

function ofRelease(since: Since, release: string): string | undefined {
  if (release === '') return undefined;
  return since.findLast(([first]) => compareDotted(first, release) <= 0)?.[1];
}
