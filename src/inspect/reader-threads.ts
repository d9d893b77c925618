import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { FoundArchive, PendingDirectory, WalkedPart } from './directory-walk.js';
import type { InspectLimits } from './limits.js';
import type { TreePart } from './tree.js';

/** Smaller archives are read sooner than a thread is there. In bytes. */
const WORTH_A_THREAD = 1 << 20;

/** Archives that a thread has at a time: one that it reads, and one that it need not wait for. */
const MOST_AT_A_THREAD = 2;

/** More do not pay: what takes the time is the system, or one large archive. */
const MOST_THREADS = 4;

/** What goes to a thread: see reader-thread.ts. */
export type ThreadTask =
  | { readonly kind: 'archive'; readonly archive: FoundArchive; readonly limits: InspectLimits }
  | { readonly kind: 'directory'; readonly root: string; readonly directory: PendingDirectory };

/** What comes back. */
export type ThreadAnswer =
  | { readonly kind: 'archive'; readonly part: TreePart }
  | { readonly kind: 'directory'; readonly part: TreePart; readonly walked: WalkedPart }
  | { readonly kind: 'failure'; readonly message: string };

interface Thread {
  readonly worker: Worker;
  /** Answers that are still to come. */
  open: number;
}

/** Reads parts of a directory in threads of their own: large archives, and directories while others are being walked. */
export class ReaderThreads {
  readonly #limits: InspectLimits;
  readonly #most: number;
  readonly #threads: Thread[] = [];
  readonly #archives: TreePart[] = [];
  /** Archives that no thread has yet. */
  readonly #waiting: FoundArchive[] = [];
  readonly #walked: Extract<ThreadAnswer, { kind: 'directory' }>[] = [];
  #walking = 0;
  #failure: Error | undefined;
  #wake: () => void = () => undefined;

  constructor(limits: InspectLimits) {
    this.#limits = limits;
    // From its sources the program runs in one thread: Node would not load a TypeScript file into another.
    this.#most = import.meta.url.endsWith('.ts') ? 0 : Math.min(MOST_THREADS, availableParallelism() - 1);
  }

  /** Takes an archive, unless it is small or there is no thread to spare. */
  takeArchive(archive: FoundArchive): boolean {
    if (archive.size < WORTH_A_THREAD || this.#most === 0) return false;
    this.#waiting.push(archive);
    this.#feed();
    return true;
  }

  /** An archive that was taken and that no thread has begun: whoever asks reads it. */
  takeBack(): FoundArchive | undefined {
    return this.#waiting.pop();
  }

  /** Takes a directory to walk, if a thread has nothing to do. */
  takeDirectory(root: string, directory: PendingDirectory): boolean {
    if (this.#most === 0) return false;
    const thread = this.#thread();
    if (thread.open > 0) return false;
    this.#walking += 1;
    this.#post(thread, { kind: 'directory', root, directory });
    return true;
  }

  /** What was walked since it was last asked. Throws what a thread failed with. */
  walked(): Extract<ThreadAnswer, { kind: 'directory' }>[] {
    if (this.#failure !== undefined) throw this.#failure;
    return this.#walked.splice(0);
  }

  /** Resolves when something that is being walked is there; to false where nothing is. */
  async nextWalked(): Promise<boolean> {
    if (this.#walking === 0 && this.#walked.length === 0) return false;
    while (this.#walked.length === 0 && this.#failure === undefined) await this.#answer();
    return true;
  }

  /** What was found in the archives, when all of it is there. Rejects where a thread fails. */
  async archives(): Promise<readonly TreePart[]> {
    while (this.#failure === undefined && this.#threads.some(({ open }) => open > 0)) await this.#answer();
    if (this.#failure !== undefined) throw this.#failure;
    return this.#archives;
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.map(({ worker }) => worker.terminate()));
  }

  #feed(): void {
    while (this.#waiting.length > 0) {
      const thread = this.#thread();
      if (thread.open >= MOST_AT_A_THREAD) return;
      const archive = this.#waiting.shift();
      if (archive !== undefined) this.#post(thread, { kind: 'archive', archive, limits: this.#limits });
    }
  }

  #answer(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  #post(thread: Thread, task: ThreadTask): void {
    thread.open += 1;
    thread.worker.postMessage(task);
  }

  /** The one with the least to do; a new one as long as there may be more. */
  #thread(): Thread {
    const [idlest] = [...this.#threads].sort((a, b) => a.open - b.open);
    if (idlest !== undefined && (idlest.open === 0 || this.#threads.length >= this.#most)) return idlest;
    const worker = new Worker(new URL('reader-thread.js', import.meta.url));
    const thread: Thread = { worker, open: 0 };
    worker.on('message', (answer: ThreadAnswer) => {
      thread.open -= 1;
      if (answer.kind === 'archive') this.#archives.push(answer.part);
      else if (answer.kind === 'directory') {
        this.#walking -= 1;
        this.#walked.push(answer);
      } else this.#failure ??= new Error(answer.message);
      this.#feed();
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
