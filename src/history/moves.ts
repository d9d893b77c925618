import type { Floor } from '../compat/requires.js';
import { FLOORS, FLOOR_PREFIXES } from '../compat/requires.js';
import type { Requires } from '../compat/types.js';
import { compareDotted, parseSymbolVersion } from '../version/symbol-version.js';
import type { Direction, Move, VersionAsk } from './types.js';
import type { VariantNeeds } from './variant-needs.js';

/** A gem without any file that would be loaded asks for nothing. */
const NOTHING: Requires = { libc: 'static' };

/** What `newer` needs otherwise than `older`: the C library first, then the floors, the markers, the libraries. */
export function movesBetween(older: VariantNeeds, newer: VariantNeeds): Move[] {
  const before = older.requires ?? NOTHING;
  const after = newer.requires ?? NOTHING;
  const moves: Move[] = [];
  if (before.libc !== after.libc) {
    const asking = after.libc === 'static' ? older : newer;
    moves.push({ kind: 'libc', from: before.libc, to: after.libc, files: asking.linked });
  }
  for (const floor of FLOORS) {
    const from = before[floor];
    const to = after[floor];
    const order = compareDotted(to ?? '0', from ?? '0');
    if (order === 0) continue;
    const direction = order > 0 ? 'up' : 'down';
    moves.push({
      kind: 'floor',
      floor,
      direction,
      ...(from === undefined ? {} : { from }),
      ...(to === undefined ? {} : { to }),
      asks: asksAbove(asker(older, newer, direction), floor, (direction === 'up' ? from : to) ?? '0'),
    });
  }
  for (const { name, direction } of difference(before.markers, after.markers)) {
    const asks = asker(older, newer, direction).asks.filter(({ symbolVersion }) => symbolVersion === name);
    moves.push({ kind: 'marker', symbolVersion: name, direction, asks });
  }
  for (const { name, direction } of difference(older.libraries, newer.libraries)) {
    const files = asker(older, newer, direction).neededBy.get(name) ?? [];
    moves.push({ kind: 'library', library: name, direction, files });
  }
  return moves;
}

/** The one of the two that needs more. */
function asker(older: VariantNeeds, newer: VariantNeeds, direction: Direction): VariantNeeds {
  return direction === 'up' ? newer : older;
}

function asksAbove({ asks }: VariantNeeds, floor: Floor, bound: string): VersionAsk[] {
  return asks
    .flatMap((ask) => {
      const { prefix, number } = parseSymbolVersion(ask.symbolVersion);
      const above =
        prefix === FLOOR_PREFIXES[floor] && number !== undefined && compareDotted(number, bound) > 0;
      return above ? [{ ask, number }] : [];
    })
    .sort((a, b) => compareDotted(b.number, a.number))
    .map(({ ask }) => ask);
}

function difference(
  before: readonly string[] = [],
  after: readonly string[] = [],
): { name: string; direction: Direction }[] {
  return [
    ...after.filter((name) => !before.includes(name)).map((name) => ({ name, direction: 'up' }) as const),
    ...before.filter((name) => !after.includes(name)).map((name) => ({ name, direction: 'down' }) as const),
  ];
}
