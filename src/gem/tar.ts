import { extract } from 'tar-stream';
import type { Header } from 'tar-stream';
import { archiveError } from './archive-error.js';
import type { Spot } from './archive-error.js';
import { GemcompatError } from '../errors.js';

/** What a tar header says, as far as a gem's contents rest on it. */
export interface TarHeader {
  /** Prefix, GNU long names and PAX paths put together; as stored, not made safe. */
  readonly name: string;
  /** In bytes. */
  readonly size: number;
  /** tar-stream's word for the type flag; null for a flag that it does not know, such as GNU's sparse `S`. */
  readonly type: string | null;
  /** Target of a symbolic or hard link. */
  readonly linkname: string | null;
  /** The PAX records that apply to this entry. */
  readonly pax: Readonly<Record<string, string>>;
}

/** Takes the bytes of one tar entry. A promise that is returned holds the stream back. */
export interface EntryConsumer {
  push(chunk: Uint8Array): void | Promise<void>;
  /** The entry is complete. */
  end(): void | Promise<void>;
}

/** Asked once for each entry, in order. Undefined: its bytes are passed over. What it throws ends the reading. */
export type EntryVisitor = (header: TarHeader) => EntryConsumer | undefined;

/**
 * Reads a tar archive in one pass: ustar, GNU and PAX names, v7. Any number of zero blocks may lie between entries,
 * and what follows them is read too: RubyGems stops there, but it is better to look at too much. Resolves to true at
 * the archive's end, to false where `done` said earlier that enough was seen.
 *
 * Throws `GemArchiveError` with GEM_TAR_INVALID or GEM_TRUNCATED at `spot`, and whatever `source` or the visitor throws.
 */
export async function readTar(
  source: AsyncIterable<Uint8Array>,
  visit: EntryVisitor,
  spot: Spot,
  done: () => boolean = () => false,
): Promise<boolean> {
  // The option is not in tar-stream's own types. Without it, v7 archives are refused.
  const options: Parameters<typeof extract>[0] & { allowUnknownFormat: boolean } = {
    allowUnknownFormat: true,
  };
  const tar = extract(options);
  let failure: { readonly error: unknown } | undefined;
  const fail = (error: unknown): void => {
    failure ??= { error };
    tar.destroy();
  };
  const close = new Promise<void>((resolve) => {
    tar.once('close', resolve);
  });
  tar.on('error', (error) => {
    failure ??= { error: tarError(error, spot) };
  });
  tar.on('entry', (header, body, next) => {
    const guarded = (step: () => void | Promise<void>, then: () => void): void => {
      try {
        const result = step();
        if (result === undefined) then();
        else result.then(then, fail);
      } catch (error) {
        fail(error);
      }
    };
    body.on('error', () => undefined);
    let consumer: EntryConsumer | undefined;
    guarded(
      () => {
        consumer = visit(checkedHeader(header, spot));
      },
      () => {
        body.on('end', () => {
          guarded(
            () => consumer?.end(),
            () => {
              next();
            },
          );
        });
        if (consumer === undefined) {
          body.resume();
          return;
        }
        const sink = consumer;
        body.on('data', (data) => {
          let waits = false;
          guarded(
            () => {
              const result = sink.push(data as Uint8Array);
              waits = result !== undefined;
              if (waits) body.pause();
              return result;
            },
            () => {
              if (waits) body.resume();
            },
          );
        });
      },
    );
  });

  const drain = (): Promise<void> =>
    new Promise((resolve) => {
      tar.once('drain', resolve);
    });
  // A function, so that the compiler does not take what events change for constant.
  const failed = (): boolean => failure !== undefined || tar.destroyed;
  let finished = true;
  try {
    for await (const chunk of source) {
      if (failed()) break;
      if (!tar.write(chunk)) await Promise.race([drain(), close]);
      if (done()) {
        finished = false;
        break;
      }
    }
  } catch (error) {
    fail(error);
  }
  if (finished && !failed()) tar.end(undefined);
  else tar.destroy();
  await close;
  const outcome = failure as { readonly error: unknown } | undefined;
  if (outcome !== undefined) throw outcome.error;
  return finished;
}

function checkedHeader(header: Header, spot: Spot): TarHeader {
  const { name, size } = header;
  // tar-stream's types promise more than its decoder holds to.
  const { type, linkname } = header as { type: string | null; linkname: string | null };
  const pax = (header.pax ?? {}) as Readonly<Record<string, string>>;
  if (!Number.isSafeInteger(size) || size < 0) {
    throw archiveError('GEM_TAR_INVALID', `the size of ${JSON.stringify(name)} is ${size}`, spot);
  }
  // RubyGems passes over as many bytes; others read them as the next header. What could be hidden so is not guessed at.
  if (type === 'directory' && size > 0) {
    throw archiveError('GEM_TAR_INVALID', `the directory ${JSON.stringify(name)} has ${size} bytes`, spot);
  }
  // RubyGems reads no PAX sizes, so it would install other bytes than these. No gem is so large as to need one.
  if (pax['size'] !== undefined) {
    throw archiveError('GEM_TAR_INVALID', `${JSON.stringify(name)} has a PAX size`, spot);
  }
  return { name, size, type, linkname, pax };
}

function tarError(error: Error, spot: Spot): Error {
  if (error instanceof GemcompatError) return error;
  return error.message === 'Unexpected end of data'
    ? archiveError('GEM_TRUNCATED', 'the tar archive ends within an entry', spot, error)
    : archiveError('GEM_TAR_INVALID', `not a valid tar archive: ${error.message}`, spot, error);
}
