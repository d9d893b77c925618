import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { FoundArchive } from './directory-walk.js';
import type { InspectLimits } from './limits.js';
import type { TreePart } from './tree.js';

/** Smaller archives are read sooner than a thread is there. In bytes. */
const WORTH_A_THREAD = 1 << 20;

/** More do not pay: what takes the time is the disk, or one large archive. */
const MOST_THREADS = 4;

/** What goes to a thread, and what comes back: see archive-thread.ts. */
export interface ThreadTask {
  readonly archive: FoundArchive;
  readonly limits: InspectLimits;
}
export type ThreadAnswer = { readonly part: TreePart } | { readonly failure: string };

interface Thread {
  readonly worker: Worker;
  /** Answers that are still to come. */
  open: number;
}

/** Reads the large archives of a directory in threads of their own, while the directory is still being walked. */
export class ArchiveThreads {
  readonly #limits: InspectLimits;
  readonly #threads: Thread[] = [];
  readonly #parts: TreePart[] = [];
  #failure: Error | undefined;
  #wake: () => void = () => undefined;

  constructor(limits: InspectLimits) {
    this.#limits = limits;
  }

  /** Takes an archive, unless it is small, or this machine has one CPU, or the program runs from its sources. */
  take(archive: FoundArchive): boolean {
    if (archive.size < WORTH_A_THREAD || availableParallelism() < 2 || import.meta.url.endsWith('.ts'))
      return false;
    const thread = this.#thread();
    thread.open += 1;
    thread.worker.postMessage({ archive, limits: this.#limits } satisfies ThreadTask);
    return true;
  }

  /** Hands over what was found, when all of it is there. Rejects where a thread fails. */
  async finish(absorb: (part: TreePart) => void): Promise<void> {
    while (this.#failure === undefined && this.#threads.some(({ open }) => open > 0)) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    if (this.#failure !== undefined) throw this.#failure;
    for (const part of this.#parts) absorb(part);
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.map(({ worker }) => worker.terminate()));
  }

  /** The one with the least to do; a new one as long as there may be more. */
  #thread(): Thread {
    const [idlest] = [...this.#threads].sort((a, b) => a.open - b.open);
    const most = Math.min(MOST_THREADS, availableParallelism() - 1);
    if (idlest !== undefined && (idlest.open === 0 || this.#threads.length >= most)) return idlest;
    const worker = new Worker(new URL('archive-thread.js', import.meta.url));
    const thread: Thread = { worker, open: 0 };
    worker.on('message', (answer: ThreadAnswer) => {
      thread.open -= 1;
      if ('part' in answer) this.#parts.push(answer.part);
      else this.#failure ??= new Error(answer.failure);
      this.#wake();
    });
    worker.on('error', (error) => {
      this.#failure ??= error;
      this.#wake();
    });
    this.#threads.push(thread);
    return thread;
  }
}
