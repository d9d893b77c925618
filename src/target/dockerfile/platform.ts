import type { Cpu } from '../../elf/types.js';
import { parseCpu } from '../../gem/cpu-name.js';
import type { ImagePlatform } from './types.js';

/** GOARCH, and GOARM as the variant, of each CPU (https://go.dev/doc/install/source#environment). */
const ARCHITECTURES = {
  x86_64: { architecture: 'amd64' },
  aarch64: { architecture: 'arm64' },
  arm: { architecture: 'arm', variant: 'v7' },
  x86: { architecture: '386' },
  ppc64le: { architecture: 'ppc64le' },
  s390x: { architecture: 's390x' },
  riscv64: { architecture: 'riscv64' },
} as const satisfies Record<Cpu, Omit<ImagePlatform, 'os'>>;

/** Operating systems that a platform may name alone (containerd/platforms, `isKnownOS`). */
const SYSTEMS: ReadonlySet<string> = new Set(['linux', 'windows', 'darwin', 'freebsd']);

/** The platform of a Linux image for a CPU. */
export function platformOf(cpu: Cpu): ImagePlatform {
  return { os: 'linux', cpu, ...ARCHITECTURES[cpu] };
}

/** As `--platform` takes it: `linux/arm64`, `linux/arm/v7`. */
export function formatPlatform({ os, architecture, variant }: ImagePlatform): string {
  return [os, architecture, ...(variant === undefined ? [] : [variant])].join('/');
}

/**
 * Reads `OS/ARCHITECTURE[/VARIANT]`, or the architecture or system alone (containerd/platforms, `Parse`), in any of the
 * names that an architecture has; undefined where it is none.
 * @param text with its variables replaced
 * @param usual what stands in where only the system is named
 */
export function parseImagePlatform(text: string, usual: ImagePlatform): ImagePlatform | undefined {
  const parts = text.toLowerCase().split('/');
  if (parts.length > 3 || !parts.every((part) => /^[a-z0-9_.()+-]+$/.test(part))) return undefined;
  const [first = '', second, variant] = parts;
  const system = /^[a-z0-9_-]+/.exec(first)?.[0] ?? '';
  if (second === undefined) {
    if (SYSTEMS.has(system)) return { ...usual, os: system };
    const cpu = cpuOf(first, undefined);
    return cpu === undefined
      ? undefined
      : { ...platformOf(cpu), ...(first === 'armel' ? { variant: 'v6' } : {}) };
  }
  const cpu = cpuOf(second, variant);
  if (cpu === undefined)
    return { os: system, architecture: second, ...(variant === undefined ? {} : { variant }) };
  const known = ARCHITECTURES[cpu];
  return {
    os: system,
    cpu,
    architecture: known.architecture,
    // `arm64/v8` is how arm64 is.
    ...(variant === undefined || (cpu === 'aarch64' && variant === 'v8')
      ? 'variant' in known
        ? { variant: known.variant }
        : {}
      : { variant }),
  };
}

/** `386` is Go's, and in RubyGems' words no CPU at all. */
function cpuOf(architecture: string, variant: string | undefined): Cpu | undefined {
  if (architecture === '386') return 'x86';
  if (architecture === 'armel') return 'arm';
  if (architecture === 'arm') return variant === undefined || /^v?[5-8]/.test(variant) ? 'arm' : undefined;
  return parseCpu(architecture);
}
