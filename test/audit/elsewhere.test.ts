import { copyFile, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { audit } from '../../src/index.js';

const fixtures = path.resolve(import.meta.dirname, '../../fixtures');
const mirror = path.join(fixtures, 'mirror');
let other = '';

beforeAll(async () => {
  other = await mkdtemp(path.join(tmpdir(), 'gemcompat-elsewhere-'));
  const gems = await readdir(path.join(mirror, 'gems'));
  for (const gem of gems.filter((name) => name.startsWith('thruster-')))
    await copyFile(path.join(mirror, 'gems', gem), path.join(other, gem));
});

afterAll(() => rm(other, { recursive: true, force: true }));

const run = async (source: readonly string[]) =>
  audit({ path: path.join(fixtures, 'apps', 'shop'), target: 'ubuntu-20.04', sources: source, env: {} });

test('every gem of a gem server says which source has it', async () => {
  const { gems, warnings } = await run([mirror]);
  expect(gems.length).toBeGreaterThan(3);
  expect(new Set(gems.map(({ source }) => source))).toEqual(new Set([mirror]));
  expect(gems.every(({ alsoIn }) => alsoIn === undefined)).toBe(true);
  expect(warnings.filter(({ code }) => code === 'SEVERAL_SOURCES')).toEqual([]);
});

test('of two sources with one name the first counts, and the other is told', async () => {
  for (const [first, second] of [
    [mirror, other],
    [other, mirror],
  ] as const) {
    const { gems, warnings } = await run([first, second]);
    const rows = gems.filter(({ name }) => name === 'thruster');
    expect(rows.length).toBeGreaterThan(0);
    for (const row of rows) expect(row).toMatchObject({ source: first, alsoIn: [second] });
    for (const row of gems.filter(({ name }) => name !== 'thruster')) {
      expect(row.source).toBe(mirror);
      expect(row.alsoIn).toBeUndefined();
    }
    const told = warnings.filter(({ code }) => code === 'SEVERAL_SOURCES');
    expect(told).toHaveLength(1);
    expect(told[0]?.message).toContain(`thruster is from ${first}, and ${second} has a gem of this name too`);
  }
});
