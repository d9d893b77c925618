import type { System } from './universe-generator.js';
import type { UniverseGem } from './universe.js';

/** A machine that the bundle is installed on. */
export interface Machine {
  readonly system: System;
  readonly cpu: 'x86_64' | 'aarch64';
  /** `3.3.6` */
  readonly ruby: string;
}

/** `Gem::Platform.local` there, with an upstream Ruby. */
export function localOf({ system, cpu }: Machine): string {
  return `${cpu}-linux${system.libc === 'musl' ? '-musl' : ''}`;
}

export function isNative({ content }: UniverseGem): boolean {
  return content !== 'pure' && content !== 'compiles';
}

/** Whether what was packed into the gem loads on the machine: known from what was planted, and from nothing else. */
export function loads({ content }: UniverseGem, { system, ruby }: Machine): boolean {
  switch (content) {
    case 'pure':
    case 'compiles':
    case 'fits':
      return true;
    case 'musl':
      return system.libc === 'musl';
    default: {
      if (system.libc !== 'gnu') return false;
      const builds = content === 'breaks' ? ['2.34'] : content.split('+');
      const abi = ruby.split('.').slice(0, 2).join('.');
      const own = builds.find((build) => !build.includes('=') || build.startsWith(`${abi}=`));
      const floor = own?.split('=').at(-1);
      return floor !== undefined && Number(floor.slice(2)) <= Number(system.version.slice(2));
    }
  }
}

/**
 * The platforms of gems that Bundler takes on a machine or for an entry of PLATFORMS, the best first; a gem without a
 * platform comes after all of them (`Gem::Platform#===` and Bundler's `platform_specificity_match`, for the platforms
 * that universes have).
 */
export const TAKES: Readonly<Record<string, readonly string[]>> = {
  'x86_64-linux': ['x86_64-linux', 'x86_64-linux-gnu', 'ruby'],
  'x86_64-linux-gnu': ['x86_64-linux-gnu', 'x86_64-linux', 'ruby'],
  'x86_64-linux-musl': ['x86_64-linux-musl', 'x86_64-linux', 'ruby'],
  'aarch64-linux': ['aarch64-linux', 'aarch64-linux-gnu', 'ruby'],
  'aarch64-linux-musl': ['aarch64-linux-musl', 'aarch64-linux', 'ruby'],
  'arm64-darwin-23': ['arm64-darwin', 'ruby'],
  java: ['java', 'ruby'],
  ruby: ['ruby'],
};
