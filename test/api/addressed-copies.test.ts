import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { addressedCopies } from '../../src/api/addressed-copies.js';

let directory: string;
let scratch: string;

beforeAll(async () => {
  scratch = await mkdtemp(path.join(tmpdir(), 'gemcompat-copies-'));
  directory = path.join(scratch, 'vendor/cache');
  await mkdir(directory, { recursive: true });
  for (const name of ['lexidex-0.4.4-e0fb09cd', 'lexidex-0.4.4-x86_64-linux-musl', 'rake-13.2.1'])
    await writeFile(path.join(directory, `${name}.gem`), '');
});

afterAll(async () => {
  await rm(scratch, { recursive: true, force: true });
});

it('is told of copies that an older Bundler installs on any Ruby', async () => {
  const [warning, ...others] = await addressedCopies(directory, '4.0.22');
  expect(others).toEqual([]);
  expect(warning?.code).toBe('ADDRESSED_COPY');
  expect(warning?.message).toContain('vendor/cache has lexidex-0.4.4-e0fb09cd.gem, made for one Ruby');
});

it.each([
  ['4.1.1', true],
  [undefined, true],
  ['4.0.22', false],
])('says nothing with Bundler %s, or where there is no such directory', async (bundler, isThere) => {
  expect(await addressedCopies(isThere ? directory : path.join(scratch, 'none'), bundler)).toEqual([]);
});
