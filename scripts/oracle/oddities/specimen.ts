/** A gem that was made: its files as a loader gets them and as we read them. */
import { mkdir, readFile, readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import pLimit from 'p-limit';
import { judgeGem } from '../../../src/compat/judge.js';
import type { Judgement } from '../../../src/compat/types.js';
import { parseElf } from '../../../src/elf/parse.js';
import type { Cpu, ElfFile } from '../../../src/elf/types.js';
import { ElfError } from '../../../src/errors.js';
import type { Target } from '../../../src/target/types.js';
import { contents } from '../../../test/helpers/contents.js';
import type { Kind } from './kind.js';
import { EXTENSION } from './kind.js';
import type { Loader } from './loaders.js';
import type { Tool, Toolchain } from './toolchain.js';
import { Workshop } from './workshop.js';

export interface Specimen {
  readonly name: string;
  /** Directory below the one that is given to loaders, with the gem's files in it. */
  readonly place: string;
  readonly kind: Kind;
  /** Files that we can read, by their path in the gem. */
  readonly files: Readonly<Record<string, ElfFile>>;
  readonly unreadable: readonly { readonly path: string; readonly code: string; readonly reason: string }[];
}

export interface Made {
  readonly specimens: readonly Specimen[];
  /** Kinds that could not be made, and why. */
  readonly skipped: readonly string[];
}

/** @param directory below which each kind has a directory of its own */
export async function makeAll(
  kinds: readonly Kind[],
  directory: string,
  { tools, toolchain }: { readonly tools: ReadonlySet<Tool>; readonly toolchain: Toolchain },
): Promise<Made> {
  const specimens: Specimen[] = [];
  const skipped: string[] = [];
  const limit = pLimit(2);
  await Promise.all(
    kinds.map((kind, index) =>
      limit(async () => {
        const lacking = kind.tools.filter((tool) => !tools.has(tool));
        if (lacking.length > 0) {
          skipped.push(`${kind.name}: no ${lacking.join(', ')}`);
          return;
        }
        const place = String(index);
        await mkdir(join(directory, place));
        const shop = new Workshop(join(directory, place), toolchain);
        try {
          await kind.make(shop);
        } catch (error) {
          const { message, stderr } = error as Error & { stderr?: string };
          skipped.push(`${kind.name}: it cannot be made: ${(stderr ?? '').trim() || message}`.slice(0, 600));
          return;
        }
        specimens.push(await readSpecimen(kind.name, kind, shop.gem, `${place}/gem`));
      }),
    ),
  );
  return { specimens, skipped };
}

/** Reads the ELF files of a gem that lies unpacked in a directory. */
export async function readSpecimen(
  name: string,
  kind: Kind,
  directory: string,
  place: string,
): Promise<Specimen> {
  const files: Record<string, ElfFile> = {};
  const unreadable: { path: string; code: string; reason: string }[] = [];
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const real = join(entry.parentPath, entry.name);
    const path = relative(directory, real);
    const elf = readElf(new Uint8Array(await readFile(real)));
    if (elf instanceof ElfError) unreadable.push({ path, code: elf.code, reason: elf.message });
    else files[path] = elf;
  }
  return { name, place, kind, files, unreadable };
}

function readElf(bytes: Uint8Array): ElfFile | ElfError {
  try {
    return parseElf(bytes);
  } catch (error) {
    if (error instanceof ElfError) return error;
    throw error;
  }
}

/** What a loader is to do with it; see `buildProbe`. @param how `now` binds every name at once, as gemcompat judges */
export function taskOf({ kind, place }: Specimen, how: 'now' | 'lazy'): string {
  const inside = `/oddities/files/${place}`;
  if (kind.start !== undefined) return `start ${inside}/${kind.start}`;
  return `${how} ${(kind.open ?? [EXTENSION]).map((path) => `${inside}/${path}`).join('|')}`;
}

export function judge({ files, unreadable }: Specimen, target: Target, cpu: Cpu): Judgement {
  return judgeGem(contents(files, { unreadable }), { target, cpu });
}

/** Whether any of its files is linked to the other C library than the loader's. */
export function isPutTo({ kind }: Specimen, loader: Loader): boolean {
  return kind.notFor?.(loader) !== true;
}
