import { Worker } from 'node:worker_threads';

/** Reports an input that keeps the main thread from ever coming back, and ends the process. */
export interface Watchdog {
  started(input: string): void;
  idle(): void;
  stop(): Promise<unknown>;
}

const NAME_BYTES = 256;

/** Runs beside the main thread, which it could not interrupt: what it knows comes through shared memory. */
const PROGRAM = `
const { workerData: { shared, seconds } } = require('node:worker_threads');
const { writeSync } = require('node:fs');
const counter = new Int32Array(shared, 0, 2);
let seen = -1;
let since = Date.now();
setInterval(() => {
  const current = Atomics.load(counter, 0);
  if (current !== seen || Atomics.load(counter, 1) === 0) {
    seen = current;
    since = Date.now();
  } else if (Date.now() - since > seconds * 1000) {
    const name = Buffer.from(new Uint8Array(shared, 8)).toString('utf8').replace(/\\0.*$/s, '');
    writeSync(2, 'no end after ' + seconds + ' s: ' + name + '\\n');
    process.kill(process.pid, 'SIGKILL');
  }
}, 1000);
`;

export function startWatchdog(seconds: number): Watchdog {
  const shared = new SharedArrayBuffer(8 + NAME_BYTES);
  const counter = new Int32Array(shared, 0, 2);
  const name = new Uint8Array(shared, 8);
  const worker = new Worker(PROGRAM, { eval: true, workerData: { shared, seconds } });
  worker.unref();
  const encoder = new TextEncoder();
  return {
    started(input) {
      const bytes = encoder.encode(input).subarray(0, NAME_BYTES);
      name.set(bytes);
      name.fill(0, bytes.length);
      Atomics.store(counter, 1, 1);
      Atomics.add(counter, 0, 1);
    },
    idle() {
      Atomics.store(counter, 1, 0);
    },
    stop: () => worker.terminate(),
  };
}
