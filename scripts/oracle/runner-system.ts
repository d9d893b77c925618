/** Small systems of Debian's suites in which programs and libraries made elsewhere are started and opened, and their musl. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { debianSystem, unpackDebs } from './debian-system.js';
import { ROOT_PACKAGES } from './loader-packages.js';

export interface RunnerSystem {
  /** The suite's root, with its glibc alone. */
  readonly root: string;
  /** The suite's musl package, which is not unpacked in it. */
  readonly musl: string;
}

/**
 * @param into the directory below which the systems are: every part asks the same ones, and they are downloaded once
 * @param arch dpkg's name of the CPU. Of another one than amd64 there is no shell
 * @throws if apt-get, dpkg-deb or tar fails or is absent.
 */
export async function runnerSystem(suite: string, into: string, arch = 'amd64'): Promise<RunnerSystem> {
  const native = arch === 'amd64';
  const root = join(into, native ? `run-${suite}` : `run-${suite}-${arch}`);
  const names = native ? [...ROOT_PACKAGES, 'dash', 'coreutils'] : ROOT_PACKAGES;
  const packages = await debianSystem({ suite, arch, names, beside: ['musl'], into: root });
  const musl = packages.find((name) => name.startsWith('musl_'));
  if (musl === undefined) throw new Error(`apt-get downloaded no musl of ${suite}`);
  return { root, musl: join(`${root}.apt`, 'cache', 'archives', musl) };
}

/** A root in which there is nothing but the package's musl. */
export async function muslRoot({ musl }: RunnerSystem, into: string): Promise<string> {
  await rm(into, { recursive: true, force: true });
  await unpackDebs([musl], into);
  return into;
}
