import {
  MAGIC_LENGTH,
  gzipOfNoConcern,
  isArchive,
  isGzip,
  isScript,
  isStaticArchive,
} from '../archive/formats.js';
import { GemArchiveError } from '../errors.js';
import type { ForeignBinary } from '../elf/foreign-format.js';
import { foreignBinary } from '../elf/foreign-format.js';
import { ELF_MAGIC_LENGTH, isElf } from '../elf/magic.js';
import type { FileRange } from '../elf/retained-range.js';
import type { ElfFile } from '../elf/types.js';
import type { AppendedArchive } from './appended.js';
import { archiveError } from './archive-error.js';
import type { ElfStream } from './elf-stream.js';
import { elfStream } from './elf-stream.js';
import { inflating } from './inflate.js';
import type { InflateBudget } from './inflate.js';
import type { GemLimits } from './limits.js';
import type { EntryConsumer } from './tar.js';

/** What a file inside a gem turned out to be; nothing for the many that are of no concern. */
export type FileFinding =
  | {
      readonly kind: 'elf';
      readonly gzipped: boolean;
      readonly elf: ElfFile;
      readonly appended?: AppendedArchive;
    }
  | { readonly kind: 'foreign'; readonly binary: ForeignBinary }
  | { readonly kind: 'static-archive' }
  /** It may hold ELF files, and is not looked into. */
  | { readonly kind: 'nested-archive' }
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
const prefixLength = MAGIC_LENGTH;

/** Looks at one file of a gem as it streams by: ELF by its magic, plain or gzip-compressed, and archives. */
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
  if (isGzip(head))
    return gzipOfNoConcern(head, context.size, ELF_MAGIC_LENGTH) ? undefined : gzipConsumer(context);
  if (isScript(head)) return scriptConsumer(context);
  const foreign = foreignBinary(head);
  if (foreign !== undefined) context.report({ kind: 'foreign', binary: foreign });
  else if (isStaticArchive(head)) context.report({ kind: 'static-archive' });
  else if (isArchive(head)) context.report({ kind: 'nested-archive' });
  return undefined;
}

/** Of what gzip was undone to get at: another gzip is one layer too many. */
function holdsFiles(inflated: Uint8Array): boolean {
  return isGzip(inflated) || isArchive(inflated) || isStaticArchive(inflated);
}

/** A script is text, of which NUL is no part (POSIX, 3.387 "Text File"); behind its text a self-extracting one has binary data. */
function scriptConsumer({ report }: ProbeContext): EntryConsumer {
  let reported = false;
  return {
    push(chunk) {
      if (reported || !chunk.includes(0)) return;
      reported = true;
      report({ kind: 'nested-archive' });
    },
    end: () => undefined,
  };
}

function elfConsumer(
  size: number | undefined,
  gzipped: boolean,
  { extra, report }: Pick<ProbeContext, 'extra' | 'report'>,
): ElfStream | undefined {
  return elfStream(size, extra, (outcome) => {
    report(outcome.kind === 'elf' ? { ...outcome, gzipped } : outcome);
  });
}

/** A compressed file that cannot be inflated is a part that cannot be read; one that costs too much ends the gem. */
function gzipConsumer(context: ProbeContext): EntryConsumer {
  const { gem, path, report, limits, budget } = context;
  const read = async (inflated: AsyncIterable<Uint8Array>): Promise<void> => {
    let head: Uint8Array | undefined;
    let elf: ElfStream | undefined;
    for await (const chunk of inflated) {
      if (elf !== undefined) {
        elf.push(chunk);
        continue;
      }
      head = head === undefined ? chunk : Buffer.concat([head, chunk]);
      if (isElf(head)) {
        elf = elfConsumer(undefined, true, context);
        if (elf === undefined) return;
        elf.push(head);
      } else if (head.length >= MAGIC_LENGTH) break;
    }
    if (elf !== undefined) elf.end();
    else if (head !== undefined && holdsFiles(head)) report({ kind: 'nested-archive' });
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
