import type { Cause } from './cause.js';
import type { Fact } from './attempt.js';
import { groundsOf } from './solver/incompatibility.js';
import type { PositionSet } from './solver/position-set.js';
import { union } from './solver/position-set.js';
import type { ClashReason } from './types.js';
import type { GemPackage, Refusal } from './universe.js';

/** What is said of a gem's positions in one breath. */
interface Remark {
  readonly of: GemPackage;
  set: PositionSet;
  readonly cause: Cause;
}

/**
 * Why there is no solution, from its proof: the facts that it rests on, what is asked for before what is not to be had, those
 * that say the same of neighbouring versions as one.
 *
 * @param asked the gem that is asked about; that it does not fit as it is needs no saying
 */
export function reasonsOf(proof: Fact, asked: string): ClashReason[] {
  const remarks = new Map<string, Remark>();
  const order = groundsOf(proof);
  for (const { terms, cause } of order) {
    const [term] = terms;
    if (term === undefined || !('kind' in cause) || cause.kind === 'derived') continue;
    const about = cause.kind === 'needs' ? (terms.find(({ absent }) => !absent) ?? term) : term;
    const key = `${about.package.name} ${keyOf(cause)}`;
    const known = remarks.get(key);
    if (known === undefined) remarks.set(key, { of: about.package, set: about.set, cause });
    else known.set = union(known.set, about.set);
  }
  return [...remarks.values()]
    .filter(({ of, cause }) => cause.kind !== 'fails' || of.name !== asked)
    .flatMap((remark) => reasonOf(remark) ?? [])
    .sort((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind));
}

function keyOf(cause: Cause): string {
  switch (cause.kind) {
    case 'needs':
      return `needs ${cause.name} ${cause.requirement.join(', ')}`;
    case 'refused':
      return `refused ${cause.refusal.kind}`;
    default:
      return cause.kind;
  }
}

function reasonOf({ of, set, cause }: Remark): ClashReason | undefined {
  const gem = of.name;
  const versions = spans(of, set);
  switch (cause.kind) {
    case 'needs': {
      const { name: on, requirement } = cause;
      return { kind: 'needs', gem, versions, on, requirement };
    }
    case 'refused':
      return { kind: REFUSED[cause.refusal.kind], gem, versions };
    case 'gemfile':
      return { kind: 'gemfile', gem, requirement: cause.requirement };
    case 'stays':
      return cause.fixed ? { kind: 'fixed', gem, version: of.gem.locked?.version ?? '' } : undefined;
    case 'fails':
      return { kind: 'does-not-fit', gem, versions };
    case 'not-built':
    case 'not-forced':
    case 'asked-for':
    case 'sought':
      return of.gem.failure === undefined
        ? undefined
        : { kind: 'index-unavailable', gem, reason: of.gem.failure };
  }
}

/** What is asked for first, then why it is not to be had. */
const ORDER: readonly ClashReason['kind'][] = [
  ...(['gemfile', 'needs', 'fixed', 'does-not-fit'] as const),
  ...(['nothing-to-compile', 'not-installable', 'index-unavailable'] as const),
];

const REFUSED = {
  'not-installable': 'not-installable',
  'does-not-fit': 'does-not-fit',
  'nothing-to-compile': 'nothing-to-compile',
} as const satisfies Record<Refusal['kind'], ClashReason['kind']>;

/** Runs of neighbouring versions, the lowest first: `1.18.0`, or `3.25 to 4.30`. */
function spans(of: GemPackage, set: PositionSet): { readonly from: string; readonly to: string }[] {
  const runs: { from: string; to: string }[] = [];
  for (let i = 0; i < set.length; i += 2) {
    const from = of.positions[set[i] ?? 0];
    const to = of.positions[(set[i + 1] ?? 1) - 1];
    if (from !== undefined && to !== undefined) runs.push({ from: from.version, to: to.version });
  }
  return runs;
}
