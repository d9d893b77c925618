import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { gemcompat } from './helpers/cli.js';

const root = new URL('..', import.meta.url);
const pages = ['README.md', ...readdirSync(new URL('docs/', root)).map((name) => `docs/${name}`)].map(
  (page) => ({ page, text: readFileSync(new URL(page, root), 'utf8') }),
);
const all = pages.map(({ text }) => text).join('\n');
const examples = [...all.matchAll(/^```console\n\$ gemcompat (.+)\n([^]*?)^```$/gm)].map(
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

/** GitHub's name of a heading. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\w\- ]/g, '')
    .replaceAll(' ', '-');

it.each(pages)('$page links to what is there', ({ page, text }) => {
  for (const [, target = ''] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
    if (/^https?:/.test(target)) continue;
    const [file = '', anchor] = target.split('#');
    const url = file === '' ? new URL(page, root) : new URL(file, new URL(page, root));
    expect(existsSync(url), `${page}: ${target}`).toBe(true);
    if (anchor === undefined) continue;
    const headings = [...readFileSync(url, 'utf8').matchAll(/^#+ (.+)$/gm)].map(([, text = '']) => text);
    expect(headings.map(anchorOf), `${page}: ${target}`).toContain(anchor);
  }
});
