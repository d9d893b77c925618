import { ChunkQueue } from '../archive/chunk-queue.js';
import type { EntrySink } from '../archive/entry.js';

interface Nested {
  readonly queue: ChunkQueue;
  readonly task: Promise<void>;
  ended: boolean;
}

/**
 * The streams that are read out of one stream while that flows by: each gets its bytes pushed and is read by a task of its own.
 * Whoever pushes awaits `settled` after each chunk, so that no more than that is ever held.
 */
export class NestedStreams {
  readonly #active = new Set<Nested>();

  /** @param read may return before the stream's end; what comes then is passed over */
  begin(read: (stream: AsyncIterable<Uint8Array>) => Promise<void>): EntrySink {
    const queue = new ChunkQueue();
    let finished = false;
    const task = read(queue).finally(() => {
      finished = true;
      queue.abandon();
    });
    // It surfaces where the streams are settled.
    task.catch(() => undefined);
    const nested: Nested = { queue, task, ended: false };
    this.#active.add(nested);
    return {
      get satisfied() {
        return finished;
      },
      push: (chunk) => {
        queue.push(chunk);
      },
      end: () => {
        nested.ended = true;
        queue.end();
      },
    };
  }

  /** Resolves when every stream has taken what was pushed, and those at their end are read. Rejects with what a task does. */
  async settled(): Promise<void> {
    for (const nested of this.#active) {
      if (nested.ended) {
        await nested.task;
        this.#active.delete(nested);
      } else await Promise.race([nested.queue.drained(), nested.task]);
    }
  }

  /** Ends the streams whose source has failed: their readers find them cut short. */
  async abandon(): Promise<void> {
    for (const nested of this.#active) {
      nested.queue.end();
      // What is wrong with the source is the reason, and not what follows from it.
      await nested.task.catch(() => undefined);
    }
    this.#active.clear();
  }
}
