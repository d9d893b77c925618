import { foreignBinary } from '../elf/foreign-format.js';
import type { FileRange } from '../elf/retained-range.js';
import { elfStream } from '../gem/elf-stream.js';
import type { EntrySink } from '../archive/entry.js';
import type { ArchiveFormat, Magic } from '../archive/formats.js';
import { MAGIC_LENGTH, gzipOfNoConcern, magicOf } from '../archive/formats.js';
import type { FileResult } from './tree.js';

/** What a loader has to do with a file that begins with `head`; undefined where nothing. */
export function concernOf(head: Uint8Array, size: number | undefined): Magic | undefined {
  const magic = magicOf(head);
  // Archives for a linker are not loaded: what was linked from them is.
  if (magic === undefined || magic === 'static-archive') return undefined;
  if (magic === 'gzip' && gzipOfNoConcern(head, size)) return undefined;
  return magic;
}

export interface ProbePorts {
  readonly report: (result: FileResult) => void;
  /** Ranges of the file that an earlier pass missed. */
  readonly extra: readonly FileRange[];
  /** Takes an archive's bytes; undefined where it is not opened, which has been reported then. */
  readonly open: (format: ArchiveFormat, size: number | undefined) => EntrySink | undefined;
}

const IGNORED: EntrySink = { satisfied: true, push: () => undefined, end: () => undefined };

/** Looks at one file as it streams by. */
export class FileProbe implements EntrySink {
  readonly #size: number | undefined;
  readonly #ports: ProbePorts;
  #head: Uint8Array = new Uint8Array(0);
  #sink: EntrySink | undefined;

  /** @param size in bytes; undefined where it is not known before the end */
  constructor(size: number | undefined, ports: ProbePorts) {
    this.#size = size;
    this.#ports = ports;
  }

  get satisfied(): boolean {
    return this.#sink?.satisfied === true;
  }

  push(chunk: Uint8Array): void {
    if (this.#sink !== undefined) {
      if (!this.#sink.satisfied) this.#sink.push(chunk);
      return;
    }
    this.#head = this.#head.length === 0 ? chunk : Buffer.concat([this.#head, chunk]);
    if (this.#head.length >= Math.min(MAGIC_LENGTH, this.#size ?? MAGIC_LENGTH)) this.#decide();
  }

  end(): void {
    if (this.#sink === undefined) this.#decide();
    this.#sink?.end();
  }

  #decide(): void {
    const head = this.#head;
    this.#head = new Uint8Array(0);
    this.#sink = this.#sinkFor(concernOf(head.subarray(0, MAGIC_LENGTH), this.#size), head);
    if (!this.#sink.satisfied) this.#sink.push(head);
  }

  #sinkFor(magic: Magic | undefined, head: Uint8Array): EntrySink {
    switch (magic) {
      case undefined:
      case 'static-archive':
        return IGNORED;
      case 'elf':
        return elfSink(this.#size, false, this.#ports);
      case 'foreign':
        this.#ports.report(foreignResult(head));
        return IGNORED;
      case 'script':
        return new ScriptSink(this.#ports.report);
      case 'unsupported-archive':
        this.#ports.report({ kind: 'nested-archive' });
        return IGNORED;
      default:
        return this.#ports.open(magic, this.#size) ?? IGNORED;
    }
  }
}

/** What `concernOf` calls `foreign`, as a result. */
export function foreignResult(head: Uint8Array): FileResult {
  const binary = foreignBinary(head);
  if (binary === undefined) throw new Error('its magic was seen');
  return { kind: 'foreign', binary };
}

/** Collects an ELF file sparsely and reads it at its end. */
export function elfSink(
  size: number | undefined,
  compressed: boolean,
  { report, extra }: Pick<ProbePorts, 'report' | 'extra'>,
): EntrySink {
  const stream = elfStream(size, extra, (outcome) => {
    report(outcome.kind === 'elf' ? { ...outcome, compressed } : outcome);
  });
  return stream === undefined ? IGNORED : { satisfied: false, ...stream };
}

/** A script is text, of which NUL is no part (POSIX, 3.387 "Text File"); behind its text a self-extracting one has binary data. */
class ScriptSink implements EntrySink {
  satisfied = false;
  readonly #report: (result: FileResult) => void;

  constructor(report: (result: FileResult) => void) {
    this.#report = report;
  }

  push(chunk: Uint8Array): void {
    if (!chunk.includes(0)) return;
    this.satisfied = true;
    this.#report({ kind: 'nested-archive' });
  }

  end(): void {
    this.satisfied = true;
  }
}
