/** A thread of ArchiveThreads: reads one archive after another. */
import { parentPort } from 'node:worker_threads';
import type { ThreadAnswer, ThreadTask } from './archive-threads.js';
import { readFoundArchive } from './found-archive.js';
import { TreeCollector } from './tree.js';

async function answerTo({ archive, limits }: ThreadTask): Promise<ThreadAnswer> {
  const { file } = archive;
  const tree = new TreeCollector();
  try {
    // A Buffer arrives as a Uint8Array.
    const place = typeof file === 'string' ? file : Buffer.from(file);
    await readFoundArchive({ ...archive, file: place }, { tree, limits });
    return { part: tree.part() };
  } catch (error) {
    return { failure: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

let last: Promise<void> = Promise.resolve();
parentPort?.on('message', (task: ThreadTask) => {
  last = last.then(async () => {
    parentPort?.postMessage(await answerTo(task));
  });
});
