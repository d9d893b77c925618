import type { Remedy } from '../explain/remedies.js';
import type { Toolchain } from '../explain/toolchain.js';
import type { Target } from '../target/types.js';

/** Who built it: `Go 1.22.4 with cgo`. */
export function toolchainWords(toolchain: Toolchain): string {
  return toolchain.kind;
}

/** What to do and what it would change on the target, one sentence. */
export function toolchainRemedyWords(remedy: Remedy, target: Target): string {
  return `${remedy.kind} ${target.name}`;
}
