import type { Expansion, Scope } from './scope.js';
import type { Stage } from './stages.js';

/** Which stage continues which. */
export interface StageLinks {
  /** What FROM says, its variables replaced. */
  readonly from: readonly Expansion[];
  /** The stage that each one continues; undefined for one that begins with an image. */
  readonly parents: readonly (Stage | undefined)[];
  /** The stage with which each chain begins. */
  readonly roots: readonly Stage[];
}

/**
 * Links each stage to the last one before it that has the name in its FROM. A variable without a value leaves the name
 * open, so such a stage begins a chain.
 * @param global the arguments that a FROM sees
 * @throws DockerfileError `DOCKERFILE_SYNTAX`
 */
export function linkStages(stages: readonly Stage[], global: Scope): StageLinks {
  const named = new Map<string, Stage>();
  const from: Expansion[] = [];
  const parents: (Stage | undefined)[] = [];
  const roots: Stage[] = [];
  for (const stage of stages) {
    const base = global.expand(stage.from, stage.line);
    const parent = base.unset.length > 0 ? undefined : named.get(base.text);
    from.push(base);
    parents.push(parent);
    roots.push((parent && roots[parent.index]) ?? stage);
    if (stage.name !== undefined) named.set(stage.name, stage);
  }
  return { from, parents, roots };
}

/** A stage and those that it continues, the one that begins the chain first. */
export function chainOf(stage: Stage, { parents }: StageLinks): Stage[] {
  const chain: Stage[] = [];
  for (let next: Stage | undefined = stage; next !== undefined; next = parents[next.index]) chain.push(next);
  return chain.reverse();
}
