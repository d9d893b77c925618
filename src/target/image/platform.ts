import type { Cpu } from '../../elf/types.js';
import { imageError } from './image-error.js';
import type { Descriptor, ImageConfig } from './image-documents.js';
import type { TargetError } from '../../errors.js';

/** How a platform is written: GOOS, GOARCH and the variant (OCI image-spec, image-index.md, "Platform Variants"). */
export interface Platform {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string | null | undefined;
}

/**
 * GOARCH, and the variants in which binaries of the CPU run, best first; no variant is the usual one. ARMv5 is left out: its
 * images are soft-float, which the gems of `arm-linux` are not. Of x86-64, the image for every machine goes before those for
 * newer ones.
 */
const ARCHITECTURES = {
  x86_64: { architecture: 'amd64', variants: ['', 'v1', 'v2', 'v3', 'v4'] },
  aarch64: { architecture: 'arm64', variants: ['v8', '', 'v8.0', 'v9'] },
  arm: { architecture: 'arm', variants: ['v7', '', 'v8', 'v6'] },
  x86: { architecture: '386', variants: [''] },
  ppc64le: { architecture: 'ppc64le', variants: ['', 'power8', 'power9', 'power10'] },
  s390x: { architecture: 's390x', variants: [''] },
  riscv64: { architecture: 'riscv64', variants: ['', 'rva20u64', 'rva22u64', 'rva23u64'] },
} as const satisfies Record<Cpu, { architecture: string; variants: readonly string[] }>;

/** Position among the variants that run on the CPU; undefined for another platform. */
function suits(platform: Platform, cpu: Cpu): number | undefined {
  const { architecture, variants } = ARCHITECTURES[cpu];
  if (platform.os !== 'linux' || platform.architecture !== architecture) return undefined;
  const rank = (variants as readonly string[]).indexOf(platform.variant ?? '');
  return rank === -1 ? undefined : rank;
}

/** `linux/arm64/v8`. */
export function platformName({ os, architecture, variant }: Platform): string {
  return [os, architecture, variant ?? ''].filter((part) => part !== '').join('/');
}

/** The best of an index for the CPU; undefined where none of those that say their platform is for it. */
export function choosePlatform(manifests: readonly Descriptor[], cpu: Cpu): Descriptor | undefined {
  let best: { readonly rank: number; readonly descriptor: Descriptor } | undefined;
  for (const descriptor of manifests) {
    const rank = descriptor.platform ? suits(descriptor.platform, cpu) : undefined;
    if (rank !== undefined && (best === undefined || rank < best.rank)) best = { rank, descriptor };
  }
  return best?.descriptor;
}

/** @param have platforms that there are */
export function notForCpu(image: string, have: readonly Platform[], cpu: Cpu): TargetError {
  // Attestations stand in an index as images for unknown/unknown.
  const names = [
    ...new Set(have.map(platformName).filter((name) => name !== '' && !name.startsWith('unknown'))),
  ];
  return imageError(
    'TARGET_NOT_FOR_CPU',
    `${image} has no image for linux/${ARCHITECTURES[cpu].architecture}${names.length === 0 ? '' : `, but for ${names.join(', ')}`}.`,
    {
      suggestions: [
        names.some((name) => name.startsWith('linux/'))
          ? 'Ask for one of its CPUs with --arch, or name an image for this one.'
          : 'Name an image for Linux.',
      ],
    },
  );
}

/** Whether an image's own configuration is for the CPU. It often says nothing of the variant, or more than is known here. */
export function isFor({ os, architecture }: ImageConfig, cpu: Cpu): boolean {
  return os === 'linux' && architecture === ARCHITECTURES[cpu].architecture;
}

/** @throws TargetError `TARGET_NOT_FOR_CPU` */
export function assertPlatform(image: string, config: ImageConfig, cpu: Cpu): void {
  if (!isFor(config, cpu)) throw notForCpu(image, [config], cpu);
}
