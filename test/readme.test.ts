import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { gemcompat } from './helpers/cli.js';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
const examples = [...readme.matchAll(/^```console\n\$ gemcompat (.+)\n([^]*?)^```$/gm)].map(
  ([, command = '', output = '']) => ({ command, output }),
);

it('shows examples', () => {
  expect(examples.length).toBeGreaterThanOrEqual(3);
});

it.each(examples)('shows what gemcompat $command prints', async ({ command, output }) => {
  const cache = await mkdtemp(path.join(tmpdir(), 'gemcompat-readme-'));
  const { stdout } = await gemcompat(command.split(' '), { env: { GEMCOMPAT_CACHE_DIR: cache } });
  await rm(cache, { recursive: true, force: true });
  expect(stdout).toBe(output);
});
