/**
 * Packages of any Debian suite and architecture, downloaded with apt and unpacked, without a change to the
 * machine's own apt: sources, lists, cache and status are of its own.
 */
import { execFile } from 'node:child_process';
import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { debianMirror } from '../debian-mirror.js';

const run = promisify(execFile);

export interface DebianRequest {
  /** `bullseye`, `bookworm`, `trixie`, `sid`. */
  readonly suite: string;
  /** dpkg's name: `amd64`, `arm64`, `armhf`, `i386`, `ppc64el`, `s390x`, `riscv64`. */
  readonly arch: string;
  readonly names: readonly string[];
  /**
   * The root below which the packages are unpacked, as on a disk of that system. What is there already is used
   * again.
   */
  readonly into: string;
}

export interface DebianPackages {
  /** `into`. */
  readonly root: string;
  /** File names of the packages, with version and architecture. */
  readonly packages: readonly string[];
}

const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';

/**
 * Downloads and unpacks packages, without their dependencies. Safe to call again: a root that is complete is not
 * touched.
 * @throws where apt-get or dpkg fails or is absent.
 */
export async function debianPackages({ suite, arch, names, into }: DebianRequest): Promise<DebianPackages> {
  const state = `${into}.apt`;
  const archives = join(state, 'archives');
  const missing = await lacking(names, archives, into);
  if (missing.length > 0) {
    await mkdir(into, { recursive: true });
    const options = await aptOptions(state, suite, arch);
    await run('apt-get', [...options, 'update'], { maxBuffer: 1 << 26 });
    // `download` writes into the working directory.
    await run('apt-get', [...options, 'download', ...missing], { cwd: archives, maxBuffer: 1 << 26 });
    for (const deb of await debs(archives)) await run('dpkg', ['-x', join(archives, deb), into]);
    await rm(join(state, 'lists'), { recursive: true });
  }
  return { root: into, packages: await debs(archives) };
}

/** Options of an apt-get with sources, lists, cache and status of its own below `state`. */
export async function aptOptions(
  state: string,
  suite: string,
  arch: string,
  type: 'deb' | 'deb-src' = 'deb',
): Promise<string[]> {
  for (const folder of ['lists/partial', 'cache/archives/partial', 'archives', 'empty.d']) {
    await mkdir(join(state, folder), { recursive: true });
  }
  const sources = join(state, 'sources.list');
  await writeFile(sources, `${type} [signed-by=${KEYRING}] ${await debianMirror()} ${suite} main\n`);
  await writeFile(join(state, 'status'), '');
  const settings: Readonly<Record<string, string>> = {
    'Dir::Etc::SourceList': sources,
    'Dir::Etc::SourceParts': join(state, 'empty.d'),
    'Dir::State::Lists': join(state, 'lists'),
    'Dir::State::status': join(state, 'status'),
    'Dir::Cache': join(state, 'cache'),
    'APT::Architecture': arch,
    'APT::Architectures': arch,
    // The sandbox user cannot write into the working directory of a download.
    'APT::Sandbox::User': 'root',
    'Acquire::Languages': 'none',
    'Acquire::Retries': '3',
  };
  return ['-q', ...Object.entries(settings).flatMap(([key, value]) => ['-o', `${key}=${value}`])];
}

async function lacking(names: readonly string[], archives: string, into: string): Promise<readonly string[]> {
  if (!(await exists(archives)) || !(await exists(into))) return names;
  const have = new Set((await debs(archives)).map((deb) => deb.split('_')[0]));
  return names.filter((name) => !have.has(name));
}

async function debs(archives: string): Promise<string[]> {
  return (await readdir(archives)).filter((name) => name.endsWith('.deb')).sort();
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
