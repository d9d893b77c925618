import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { ParsedRuby } from './ruby-node.js';

/** Source text with one character a byte (latin1), so that an index into it is the byte offset that Prism speaks of. */
export type ByteText = string;

/**
 * Ruby's own parser.
 * @throws SourceTooDeep where the nesting is more than its stack holds; SourceEncodingUnknown
 */
export type RubyParser = (source: ByteText) => ParsedRuby;

export class SourceTooDeep extends Error {}

/** Ruby knows the encoding of the magic comment, and this platform does not. */
export class SourceEncodingUnknown extends Error {}

/** The functions of Prism's library that are called, by the names of its headers (include/prism.h). */
interface PrismExports {
  readonly memory: WebAssembly.Memory;
  _initialize(): void;
  calloc(count: number, size: number): number;
  free(pointer: number): void;
  pm_buffer_sizeof(): number;
  pm_buffer_init(buffer: number): void;
  pm_buffer_value(buffer: number): number;
  pm_buffer_length(buffer: number): number;
  pm_buffer_free(buffer: number): void;
  pm_serialize_parse(buffer: number, source: number, size: number, options: number): void;
}

/** `__WASI_ERRNO_NOSYS` (wasi/api.h): the parser has no use for the system, and gets none of it. */
const ENOSYS = 52;

/** No options: pm_options_read takes them for the defaults. */
const DEFAULTS = 0;

let loading: Promise<RubyParser> | undefined;

/**
 * Loads the parser, once. Its package would load it through node:wasi, whose warning has no place on a user's terminal,
 * and could not be given bytes that are no UTF-8.
 */
export function loadRubyParser(): Promise<RubyParser> {
  loading ??= load();
  return loading;
}

async function load(): Promise<RubyParser> {
  const file = createRequire(import.meta.url).resolve('@ruby/prism/src/prism.wasm');
  const [library, { deserialize }] = await Promise.all([
    readFile(file).then((bytes) => WebAssembly.compile(bytes)),
    import('@ruby/prism/src/deserialize.js'),
  ]);
  let prism = start(library);
  return (source) => {
    const bytes = Buffer.from(source, 'latin1');
    try {
      return deserialize(bytes, serialized(prism, bytes));
    } catch (error) {
      // Of an instance that ran out of stack nothing can be said any more.
      prism = start(library);
      if (error instanceof WebAssembly.RuntimeError || isStackOverflow(error)) {
        throw new SourceTooDeep('the source is nested more deeply than Prism can follow', { cause: error });
      }
      if ((error as NodeJS.ErrnoException).code === 'ERR_ENCODING_NOT_SUPPORTED') {
        throw new SourceEncodingUnknown((error as Error).message, { cause: error });
      }
      throw error;
    }
  };
}

function isStackOverflow(error: unknown): boolean {
  return error instanceof RangeError && error.message.includes('call stack');
}

function start(library: WebAssembly.Module): PrismExports {
  const imports: Record<string, Record<string, () => number>> = {};
  for (const { module, name } of WebAssembly.Module.imports(library)) {
    (imports[module] ??= {})[name] = () => ENOSYS;
  }
  const prism = new WebAssembly.Instance(library, imports).exports as unknown as PrismExports;
  prism._initialize();
  return prism;
}

function serialized(prism: PrismExports, source: Uint8Array): Uint8Array {
  // A byte more than the source: the parser may look at the one behind it.
  const pointer = prism.calloc(1, source.length + 1);
  const buffer = prism.calloc(1, prism.pm_buffer_sizeof());
  prism.pm_buffer_init(buffer);
  new Uint8Array(prism.memory.buffer, pointer, source.length).set(source);
  prism.pm_serialize_parse(buffer, pointer, source.length, DEFAULTS);
  const result = new Uint8Array(
    prism.memory.buffer,
    prism.pm_buffer_value(buffer),
    prism.pm_buffer_length(buffer),
  ).slice();
  prism.pm_buffer_free(buffer);
  prism.free(buffer);
  prism.free(pointer);
  return result;
}
