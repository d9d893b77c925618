import type { Finding } from '../compat/types.js';
import type { Cpu, ElfFile } from '../elf/types.js';
import type { Target } from '../target/types.js';
import type { Toolchain } from './toolchain.js';

export interface RemedyQuestion {
  readonly elf: ElfFile;
  /** What is wrong with this file on the target. */
  readonly findings: readonly Finding[];
  readonly target: Target;
  readonly cpu: Cpu;
  /** It lies in a gem, so that the gem's maintainer builds it. */
  readonly inGem: boolean;
  /** ISO date, by which systems out of support are offered last. */
  readonly today: string;
}

/** Something that whoever builds the file can do, with the target's own numbers. */
export type Remedy =
  | {
      readonly kind: 'cargo-zigbuild';
      /** `x86_64-unknown-linux-gnu.2.34` */
      readonly triple: string;
    }
  | {
      readonly kind: 'zig-cc';
      /** `x86_64-linux-gnu.2.34` */
      readonly triple: string;
    }
  | {
      readonly kind: 'build-on';
      /** Canonical name of the target to build on: `ubuntu-22.04`. */
      readonly system: string;
      readonly title: string;
      readonly libcVersion: string;
      /** Image to build in: `ubuntu:22.04`. */
      readonly image?: string;
      /** Label of GitHub's hosted runner: `ubuntu-22.04`. */
      readonly runner?: string;
      /** It is the target itself, or what it is built on. */
      readonly same: boolean;
    }
  | { readonly kind: 'rust-crt-static'; readonly triple: string }
  | { readonly kind: 'rust-musl'; readonly triple: string }
  | { readonly kind: 'cgo-off' }
  | { readonly kind: 'go-static' }
  | {
      readonly kind: 'rake-compiler-dock';
      /** Highest glibc that its present images link to on that CPU. */
      readonly floor: string;
      readonly version: string;
    }
  | { readonly kind: 'native-image-static'; readonly flag: '--static --libc=musl' | '--static-nolibc' }
  | { readonly kind: 'bun-musl'; readonly target: string }
  | { readonly kind: 'relr-off'; readonly flag: string }
  | { readonly kind: 'rebuild-for-libc'; readonly libc: 'gnu' | 'musl' };

/** The remedies that would mend the findings at hand, best first; empty where none would. */
export function remediesFor(question: RemedyQuestion, toolchain: Toolchain | undefined): readonly Remedy[] {
  question;
  toolchain;
  return [];
}
