/** A thread of ReaderThreads: does one task after another. */
import { parentPort } from 'node:worker_threads';
import { walkPart } from './directory-walk.js';
import { readFoundArchive } from './found-archive.js';
import type { ThreadAnswer, ThreadTask } from './reader-threads.js';
import { TreeCollector } from './tree.js';

async function answerTo(task: ThreadTask): Promise<ThreadAnswer> {
  const tree = new TreeCollector();
  try {
    if (task.kind === 'directory') {
      const walked = await walkPart(task.root, task.directory, tree);
      return { kind: 'directory', part: tree.part(), walked };
    }
    const { archive, limits } = task;
    // A Buffer arrives as a Uint8Array.
    const file = typeof archive.file === 'string' ? archive.file : Buffer.from(archive.file);
    await readFoundArchive({ ...archive, file }, { tree, limits });
    return { kind: 'archive', part: tree.part() };
  } catch (error) {
    return {
      kind: 'failure',
      message: error instanceof Error ? (error.stack ?? error.message) : String(error),
    };
  }
}

let last: Promise<void> = Promise.resolve();
parentPort?.on('message', (task: ThreadTask) => {
  last = last.then(async () => {
    parentPort?.postMessage(await answerTo(task));
  });
});
