import { z } from 'zod';
import type { KeptFile } from './kept-file.js';
import type { LayerEntry, LayerInventory } from './layer-inventory.js';

const count = z.int().min(0);

/** One letter, the path, and what the kind of entry needs: [link target], or [size, [offset, length]…]. */
const row = z.union([
  z.tuple([z.enum(['d', 'o', 'w', 'q']), z.string()]),
  z.tuple([z.enum(['l', 'h']), z.string(), z.string()]),
  z.tuple([z.literal('f'), z.string(), count, z.array(z.tuple([count, count]))]),
]);
const rows = z.array(row);
type Row = z.infer<typeof row>;

const LETTERS = {
  directory: 'd',
  other: 'o',
  whiteout: 'w',
  opaque: 'q',
  link: 'l',
  'hard-link': 'h',
} as const;
const KINDS = { d: 'directory', o: 'other', w: 'whiteout', q: 'opaque', l: 'link', h: 'hard-link' } as const;

/** An inventory as bytes: the length of the table in four bytes, the table as JSON, then all pieces in its order. */
export function encodeLayer({ entries }: LayerInventory): Buffer {
  const pieces: Uint8Array[] = [];
  const table = entries.map((entry): Row => {
    switch (entry.kind) {
      case 'file':
        pieces.push(...entry.file.pieces.map(({ bytes }) => bytes));
        return [
          'f',
          entry.path,
          entry.file.size,
          entry.file.pieces.map(({ offset, bytes }) => [offset, bytes.length]),
        ];
      case 'link':
      case 'hard-link':
        return [LETTERS[entry.kind], entry.path, entry.to];
      default:
        return [LETTERS[entry.kind], entry.path];
    }
  });
  const json = Buffer.from(JSON.stringify(table));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(json.length);
  return Buffer.concat([length, json, ...pieces]);
}

/** Undefined for bytes that are no inventory. */
export function decodeLayer(data: Buffer): LayerInventory | undefined {
  if (data.length < 4) return undefined;
  let at = 4 + data.readUInt32BE(0);
  const table = parseJson(data.subarray(4, at));
  if (table === undefined) return undefined;
  let keptBytes = 0;
  const piece = ([offset, length]: readonly [number, number]) => {
    const bytes = data.subarray(at, at + length);
    at += length;
    keptBytes += length;
    return { offset, bytes };
  };
  const entries = table.map((entry): LayerEntry => {
    const path = entry[1];
    if (entry[0] === 'f') {
      const file: KeptFile = { size: entry[2], pieces: entry[3].map(piece) };
      return { kind: 'file', path, file };
    }
    if (entry[0] === 'l' || entry[0] === 'h') return { kind: KINDS[entry[0]], path, to: entry[2] };
    return { kind: KINDS[entry[0]], path };
  });
  return at === data.length ? { entries, keptBytes } : undefined;
}

function parseJson(bytes: Buffer): readonly Row[] | undefined {
  try {
    return rows.safeParse(JSON.parse(bytes.toString('utf8'))).data;
  } catch {
    return undefined;
  }
}
