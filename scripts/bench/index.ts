/**
 * Measures the built program beside what a person does by hand, in one run, and prints ratios. That both say the same
 * is checked; how long they take is not: machines differ.
 *
 *     npm run build && npm run bench [-- --runs N] [--case NAME]… [--size MIB]
 */
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { mkdtemp, readdir, stat } from 'node:fs/promises';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Bench } from './bench.js';
import { cases } from './cases.js';
import { createMeter } from './meter.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

try {
  await main();
} catch (error) {
  console.error(`bench: ${(error as Error).message}`);
  process.exitCode = 1;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      runs: { type: 'string', default: '5' },
      size: { type: 'string', default: '150' },
      case: { type: 'string', multiple: true, default: Object.keys(cases) },
    },
  });
  const runs = positive('--runs', values.runs);
  const size = positive('--size', values.size) * 2 ** 20;

  await assertBuilt();
  const workspace = await mkdtemp(join(tmpdir(), 'gemcompat-bench-'));
  const clean = (): void => {
    rmSync(workspace, { recursive: true, force: true });
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      clean();
      process.exit(1);
    });
  }
  try {
    const meter = createMeter(workspace);
    const bench: Bench = {
      root,
      workspace,
      runs,
      size,
      meter,
      cpu: process.arch === 'arm64' ? 'aarch64' : 'x86_64',
      // Nothing of the user's own settings of Bundler, proxies or caches.
      env: { PATH: process.env['PATH'] ?? '', HOME: workspace, TMPDIR: workspace, LC_ALL: 'C' },
      has: (program) => spawnSync(program, ['--version'], { stdio: 'ignore' }).status === 0,
      print: (text) => {
        console.log(`${text}\n`);
      },
    };
    bench.print(`# gemcompat beside the work by hand

Node ${process.version} on ${cpus()[0]?.model.trim() ?? process.arch}, ${availableParallelism()} CPUs.
Each program runs in a process of its own, in turns, ${runs} times after a warm-up; time is the median from start to end, memory the highest of all runs.
${meter.method}.
Ratios are to the line "by hand": below 1 is less than that. Files are in the system's page cache; "cold" and "warm" are gemcompat's own cache.`);
    for (const name of values.case) {
      const run = cases[name];
      if (run === undefined) throw new Error(`--case ${name} is none of ${Object.keys(cases).join(', ')}`);
      await run(bench);
    }
  } finally {
    clean();
  }
}

function positive(option: string, text: string): number {
  const number = Number(text);
  if (Number.isSafeInteger(number) && number > 0) return number;
  throw new Error(`${option} takes a positive whole number, not ${text}`);
}

/** What is measured is what users run: the compiled program, and of the sources that are here. */
async function assertBuilt(): Promise<void> {
  const built = await stat(join(root, 'dist/src/cli.js')).catch(() => undefined);
  if (built === undefined) throw new Error('there is no dist/; run: npm run build');
  for (const folder of ['src', 'commands']) {
    for (const entry of await readdir(join(root, folder), { recursive: true })) {
      const { mtimeMs } = await stat(join(root, folder, entry));
      if (entry.endsWith('.ts') && mtimeMs > built.mtimeMs)
        throw new Error(`${join(folder, entry)} is newer than dist/; run: npm run build`);
    }
  }
}
