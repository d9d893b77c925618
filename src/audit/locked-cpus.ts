import type { Cpu } from '../elf/types.js';
import { linuxTarget, parsePlatform } from '../gem/platform.js';
import type { Lockfile } from '../lockfile/types.js';

/**
 * CPUs of PLATFORMS that are rarely deployed to: `bundle lock --add-platform`, `--normalize-platforms` and Bundler 2.6 itself write
 * `arm-linux` and `x86-linux` because gems have variants for them. The others of `CPUS` are servers' CPUs, and nobody lists ppc64le by
 * accident.
 */
const RARE: ReadonlySet<Cpu> = new Set(['arm', 'x86']);

/** The Linux CPUs that the lockfile's PLATFORMS name; x86_64 if there is none. */
export function lockedCpus({ platforms }: Pick<Lockfile, 'platforms'>): readonly Cpu[] {
  const cpus = platforms.flatMap((platform) => linuxTarget(parsePlatform(platform))?.cpu ?? []);
  return cpus.length > 0 ? [...new Set(cpus)] : ['x86_64'];
}

/**
 * The CPUs that a lockfile is judged for if nothing names any: of those in PLATFORMS the ones that servers have, and all of them if
 * servers have none.
 * @param every all of them in any case (`--arch all`)
 */
export function usualCpus(lockfile: Pick<Lockfile, 'platforms'>, every = false): readonly Cpu[] {
  const locked = lockedCpus(lockfile);
  const usual = locked.filter((cpu) => !RARE.has(cpu));
  return every || usual.length === 0 ? locked : usual;
}

/** The CPUs of PLATFORMS that `usualCpus` passes over. */
export function passedOverCpus(lockfile: Pick<Lockfile, 'platforms'>): readonly Cpu[] {
  const usual = usualCpus(lockfile);
  return lockedCpus(lockfile).filter((cpu) => !usual.includes(cpu));
}
