import type { BareVariantFinding } from '../compat/types.js';
import { isProgram } from '../compat/roles.js';
import type { GemContents } from '../gem/types.js';
import type { ForcedBy } from './variant-request.js';

/** A gem's files that Bundler installs, and those of the variant that it passes over. */
export interface BareVariant {
  /** The `.gem` that is installed. */
  readonly file: string;
  readonly ruby: GemContents;
  readonly platform: string;
  readonly precompiled: GemContents;
  readonly forced?: ForcedBy;
  /** False for a variant of another machine, where there is none for this one; it is for this one by default. */
  readonly isForMachine?: boolean;
}

/**
 * What is wrong with a `ruby` variant that is installed in place of one with files for the machine: nothing where it compiles them, or
 * brings files of its own, or the other has none either.
 *
 * A launcher is an executable of the specification (`executables`) of which the other variant has an ELF file of the same name: thruster
 * has bin/thrust, and exe/x86_64-linux/thrust in the variant for x86_64-linux.
 */
export function bareVariant(variant: BareVariant): BareVariantFinding | undefined {
  const { file, ruby, platform, precompiled, forced } = variant;
  if (ruby.metadata.extensions.length > 0 || !bringsNothing(ruby)) return undefined;
  const launchers = new Set(ruby.metadata.executables);
  const started = precompiled.binaries
    .filter((binary) => isProgram(binary) && launchers.has(baseName(binary.path)))
    .map(({ path }) => path);
  const lacks = started.length > 0 ? started : precompiled.binaries.map(({ path }) => path);
  // Of libraries for another machine nothing follows.
  if (lacks.length === 0 || (started.length === 0 && variant.isForMachine === false)) return undefined;
  return {
    kind: started.length > 0 ? 'shim-alone' : 'nothing-compiled',
    ...{ file, platform, lacks: [...lacks].sort() },
    ...(forced === undefined ? {} : { forced: { file: forced.file, line: forced.line } }),
  };
}

/** Nothing in the gem could be loaded or linked on Linux. */
export function bringsNothing({ binaries, unreadable, staticArchives }: GemContents): boolean {
  return binaries.length + unreadable.length + staticArchives.length === 0;
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1).replace(/\.gz$/, '');
}
