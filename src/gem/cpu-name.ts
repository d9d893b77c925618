import type { Cpu } from '../elf/types.js';
import { linuxTarget, parsePlatform } from './platform.js';

/** The CPUs that are judged, by RubyGems' names; `ppc64le` is the one that RubyGems calls otherwise: `powerpc64le`. */
export const CPUS: readonly Cpu[] = ['x86_64', 'aarch64', 'arm', 'x86', 'ppc64le', 's390x', 'riscv64'];

/** The names of Docker (GOARCH) and Debian (dpkg-architecture), and spellings, where RubyGems does not have them. */
const ALIASES: Readonly<Record<string, Cpu>> = {
  amd64: 'x86_64',
  x64: 'x86_64',
  'x86-64': 'x86_64',
  arm64: 'aarch64',
  armhf: 'arm',
  i386: 'x86',
  '386': 'x86',
  ppc64el: 'ppc64le',
};

/** A CPU by any name that people give it: `x86_64`, `amd64`, `arm64`, `armv7l`, `i686`, `powerpc64le`. */
export function parseCpu(text: string): Cpu | undefined {
  const name = text.trim().toLowerCase();
  // Before RubyGems is asked: it has no platform `ppc64le-linux`.
  const own = CPUS.find((cpu) => cpu === name) ?? (Object.hasOwn(ALIASES, name) ? ALIASES[name] : undefined);
  return own ?? linuxTarget(parsePlatform(`${name}-linux`))?.cpu;
}
