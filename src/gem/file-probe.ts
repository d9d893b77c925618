import { gunzipSync, constants } from 'node:zlib';
import { ElfError, GemArchiveError } from '../errors.js';
import { ELF_MAGIC_LENGTH, isElf } from '../elf/magic.js';
import { MissingRangeError } from '../elf/missing-range.js';
import { parseElf } from '../elf/parse.js';
import type { FileRange } from '../elf/retained-range.js';
import { SparseElfCollector } from '../elf/sparse.js';
import type { ElfFile } from '../elf/types.js';
import { archiveError } from './archive-error.js';
import { inflating, isGzip } from './inflate.js';
import type { InflateBudget } from './inflate.js';
import type { GemLimits } from './limits.js';
import type { EntryConsumer } from './tar.js';

/** What a file inside a gem turned out to be; nothing for the many that are of no concern. */
export type FileFinding =
  | { readonly kind: 'elf'; readonly gzipped: boolean; readonly elf: ElfFile }
  | { readonly kind: 'static-archive' }
  | { readonly kind: 'unreadable'; readonly code: string; readonly reason: string }
  /** It has to be streamed once more, and this range kept. */
  | { readonly kind: 'missing-range'; readonly range: FileRange };

export interface ProbeContext {
  readonly gem: string | undefined;
  /** Path inside the gem, for messages. */
  readonly path: string;
  /** In bytes, as the tar header has it. */
  readonly size: number;
  /** The ranges that earlier passes missed. */
  readonly extra: readonly FileRange[];
  readonly limits: GemLimits;
  readonly budget: InflateBudget;
  readonly report: (finding: FileFinding) => void;
}

/** Enough for every magic number here, and for a gzip header with its file name and some data. */
const prefixLength = 512;

/** ar(5): `!<arch>\n`, and GNU's thin archives. */
const archiveMagics = ['!<arch>\n', '!<thin>\n'];

/** Looks at one file of a gem as it streams by: ELF by its magic, plain or gzip-compressed, and `ar` archives. */
export function probeFile(context: ProbeContext): EntryConsumer | undefined {
  if (context.size < 3) return undefined;
  const wanted = Math.min(prefixLength, context.size);
  let prefix: Uint8Array | undefined;
  let sink: EntryConsumer | undefined;
  const choose = (head: Uint8Array): void | Promise<void> => {
    sink = consumerFor(head, context) ?? ignore;
    return sink.push(head);
  };
  return {
    push(chunk) {
      if (sink !== undefined) return sink.push(chunk);
      prefix = prefix === undefined ? chunk : Buffer.concat([prefix, chunk]);
      return prefix.length >= wanted ? choose(prefix) : undefined;
    },
    end: () => sink?.end(),
  };
}

const ignore: EntryConsumer = { push: () => undefined, end: () => undefined };

function consumerFor(head: Uint8Array, context: ProbeContext): EntryConsumer | undefined {
  if (isElf(head)) return elfConsumer(context.size, false, context);
  if (archiveMagics.includes(Buffer.from(head.subarray(0, 8)).toString('latin1'))) {
    context.report({ kind: 'static-archive' });
    return undefined;
  }
  return isGzip(head) && mayHoldElf(head) ? gzipConsumer(context) : undefined;
}

/** True also where the first bytes do not say: the stream will. */
function mayHoldElf(head: Uint8Array): boolean {
  try {
    const inflated = gunzipSync(head.subarray(0, prefixLength), { finishFlush: constants.Z_SYNC_FLUSH });
    return inflated.length < ELF_MAGIC_LENGTH || isElf(inflated);
  } catch {
    return true;
  }
}

function elfConsumer(
  size: number | undefined,
  gzipped: boolean,
  context: Pick<ProbeContext, 'extra' | 'report'>,
): { readonly push: (chunk: Uint8Array) => void; readonly end: () => void } {
  const { extra, report } = context;
  const fail = (error: unknown): void => {
    if (!(error instanceof ElfError)) throw error;
    report({ kind: 'unreadable', code: error.code, reason: error.message });
  };
  let collector: SparseElfCollector | undefined;
  try {
    collector = new SparseElfCollector(size, { extra });
  } catch (error) {
    fail(error);
  }
  return {
    push(chunk) {
      collector?.push(chunk);
    },
    end() {
      if (collector === undefined) return;
      try {
        const elf = parseElf(collector.finish());
        // Object files and separate debug files are never loaded.
        if (elf.loadable) report({ kind: 'elf', gzipped, elf });
      } catch (error) {
        if (error instanceof MissingRangeError) {
          const { offset, length } = error;
          report({ kind: 'missing-range', range: { offset, length } });
        } else fail(error);
      }
    },
  };
}

/** A compressed file that cannot be inflated is a part that cannot be read; one that costs too much ends the gem. */
function gzipConsumer(context: ProbeContext): EntryConsumer {
  const { gem, path, report, limits, budget } = context;
  const read = async (inflated: AsyncIterable<Uint8Array>): Promise<void> => {
    let head: Uint8Array | undefined;
    let elf: ReturnType<typeof elfConsumer> | undefined;
    for await (const chunk of inflated) {
      if (elf !== undefined) {
        elf.push(chunk);
        continue;
      }
      head = head === undefined ? chunk : Buffer.concat([head, chunk]);
      if (head.length < ELF_MAGIC_LENGTH) continue;
      if (!isElf(head)) return;
      elf = elfConsumer(undefined, true, context);
      elf.push(head);
    }
    elf?.end();
  };
  const readOrReport = async (inflated: AsyncIterable<Uint8Array>): Promise<void> => {
    try {
      await read(inflated);
    } catch (error) {
      if (!(error instanceof GemArchiveError)) throw error;
      if (error.code === 'GEM_LIMIT') throw archiveError('GEM_LIMIT', error.message, { gem, entry: path });
      report({ kind: 'unreadable', code: error.code, reason: error.message });
    }
  };
  return inflating(readOrReport, {}, limits, budget);
}

/** Why a file that changed between two passes cannot be judged. */
export function changedError(gem: string | undefined): GemArchiveError {
  return archiveError('GEM_CHANGED', 'its bytes were others when it was read for a second time', { gem });
}
