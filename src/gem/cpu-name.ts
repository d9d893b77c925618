import type { Cpu } from '../elf/types.js';
import { linuxTarget, parsePlatform } from './platform.js';

/** The CPUs that are judged, by RubyGems' names. */
export const CPUS: readonly Cpu[] = ['x86_64', 'aarch64', 'arm', 'x86', 'ppc64le', 's390x', 'riscv64'];

/** Docker's and Debian's names where they are not RubyGems' (GOARCH and dpkg-architecture). */
const ALIASES: Readonly<Record<string, Cpu>> = {
  amd64: 'x86_64',
  x64: 'x86_64',
  arm64: 'aarch64',
  armhf: 'arm',
  i386: 'x86',
  ppc64el: 'ppc64le',
};

/** A CPU by any name that people give it: `x86_64`, `amd64`, `arm64`, `armv7l`, `i686`, `powerpc64le`. */
export function parseCpu(text: string): Cpu | undefined {
  const name = text.trim().toLowerCase();
  return Object.hasOwn(ALIASES, name) ? ALIASES[name] : linuxTarget(parsePlatform(`${name}-linux`))?.cpu;
}
