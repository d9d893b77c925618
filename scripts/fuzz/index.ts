/**
 * Feeds the parsers with damaged input and holds each outcome against what the parser promises (`check` of each subject
 * says which promises). What is found is written to fixtures/found and replayed by test/fuzz/found.test.ts.
 *
 *     npm run fuzz -- --minutes N [--seed S] [--parser NAME] [--input NUMBER]
 *
 * The minutes are shared out evenly. The same seed makes the same inputs; `--input` runs a single one again.
 */
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { fuzz } from './run.js';
import { subjects } from './subjects.js';
import { startWatchdog } from './watchdog.js';

/** Seconds after which an input that keeps the program busy is given up, and the run with it. */
const PATIENCE = 60;

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '1' },
    seed: { type: 'string', default: '1' },
    parser: { type: 'string', multiple: true },
    input: { type: 'string' },
  },
});
const minutes = Number(values.minutes);
const seed = Number(values.seed);
const chosen = subjects.filter(({ name }) => values.parser === undefined || values.parser.includes(name));
if (!(minutes > 0) || !Number.isSafeInteger(seed) || chosen.length === 0) {
  console.error(
    `Usage: --minutes N [--seed S] [--parser ${subjects.map(({ name }) => name).join('|')}] [--input NUMBER]`,
  );
  process.exit(2);
}

const watchdog = startWatchdog(PATIENCE);
const saveTo = fileURLToPath(new URL('../../fixtures/found', import.meta.url));
let total = 0;
let problems = 0;
for (const subject of chosen) {
  const bounds =
    values.input === undefined
      ? { milliseconds: (minutes * 60_000) / chosen.length }
      : { first: Number(values.input), inputs: 1 };
  const { inputs, outcomes, found } = await fuzz(subject, { seed, ...bounds, saveTo, watchdog });
  total += inputs;
  problems += found.length;
  const ends = Object.entries(outcomes)
    .sort(([, a], [, b]) => b - a)
    .map(([outcome, count]) => `${count} ${outcome}`);
  console.log(`${subject.name}: ${inputs} inputs; ${ends.join(', ')}`);
  for (const { input, problem, saved } of found) {
    console.log(`  input ${input}: ${problem}\n    ${saved ?? ''}`);
  }
}
await watchdog.stop();
console.log(`${total} inputs for ${chosen.length} parsers with seed ${seed}: ${problems} different problems`);
process.exitCode = problems === 0 ? 0 : 1;
