import { describe, expect, it } from 'vitest';
import { fuzz } from '../../scripts/fuzz/run.js';
import { subjects } from '../../scripts/fuzz/subjects.js';

/** Inputs of each parser: what takes about half a second. `npm run fuzz` is for more. */
const INPUTS: Readonly<Record<string, number>> = {
  elf: 1000,
  gem: 120,
  specification: 150,
  lockfile: 400,
  'compact-index': 2000,
  target: 300,
  version: 1000,
  'bundler-config': 2000,
  'target-table': 40,
  'system-files': 2000,
  dockerfile: 500,
  'project-files': 300,
  gemfile: 150,
  ar: 400,
  cpio: 150,
  rpm: 300,
  'xz-checks': 400,
};

/** What no seed comes upon is left out here: it takes seconds, and changes seldom. */
describe('a short run with a fixed seed', () => {
  it.each(subjects.map((subject) => [subject.name, subject] as const))('%s', async (name, subject) => {
    const inputs = INPUTS[name] ?? 0;
    const result = await fuzz({ ...subject, fixed: [] }, { seed: 20_26, inputs });
    expect(result.found).toEqual([]);
    expect(result.inputs).toBe(inputs);
    // A run that only ever ends in one way has tested nothing.
    expect(Object.keys(result.outcomes).length).toBeGreaterThan(1);
  });
});
