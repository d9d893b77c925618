import { MissingRangeError } from '../elf/missing-range.js';
import { parseElf } from '../elf/parse.js';
import type { FileRange } from '../elf/retained-range.js';
import { SparseElfCollector } from '../elf/sparse.js';
import type { ElfFile } from '../elf/types.js';
import { ElfError } from '../errors.js';
import { appendedArchive } from './appended.js';
import type { AppendedArchive } from './appended.js';

/** What an ELF file comes to once it has streamed by. */
export type ElfOutcome =
  | {
      readonly kind: 'elf';
      readonly elf: ElfFile;
      /** It was not read. */
      readonly appended?: AppendedArchive;
    }
  | { readonly kind: 'unreadable'; readonly code: string; readonly reason: string }
  /** A table lies where none was expected: it takes another pass that keeps this range. */
  | { readonly kind: 'missing-range'; readonly range: FileRange };

export interface ElfStream {
  readonly push: (chunk: Uint8Array) => void;
  readonly end: () => void;
}

/**
 * Collects an ELF file sparsely as it streams by, and tells once what came of it. Nothing is told of a file that is never
 * loaded: an object file, a separate debug file.
 *
 * @param size in bytes; undefined where it is not known before the end
 * @param extra ranges of the file that an earlier pass missed
 * @returns undefined where it has been told already that nothing of the file can be read
 */
export function elfStream(
  size: number | undefined,
  extra: readonly FileRange[],
  report: (outcome: ElfOutcome) => void,
): ElfStream | undefined {
  const fail = (error: unknown): void => {
    if (!(error instanceof ElfError)) throw error;
    report({ kind: 'unreadable', code: error.code, reason: error.message });
  };
  let collector: SparseElfCollector;
  try {
    collector = new SparseElfCollector(size, { extra });
  } catch (error) {
    fail(error);
    return undefined;
  }
  return {
    push: (chunk) => {
      collector.push(chunk);
    },
    end: () => {
      try {
        const bytes = collector.finish();
        const elf = parseElf(bytes);
        if (!elf.loadable) return;
        const appended = appendedArchive(bytes, elf);
        report({ kind: 'elf', elf, ...(appended === undefined ? {} : { appended }) });
      } catch (error) {
        if (error instanceof MissingRangeError) {
          const { offset, length } = error;
          report({ kind: 'missing-range', range: { offset, length } });
        } else fail(error);
      }
    },
  };
}
