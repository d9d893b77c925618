import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GemfileError } from '../../src/errors.js';
import { writeFiles } from '../../src/gemfile/write-files.js';

const ROOT = path.join(import.meta.dirname, '../..');

let scratch: string;

beforeAll(async () => {
  scratch = await mkdtemp(path.join(tmpdir(), 'gemcompat-write-'));
});

afterAll(() => rm(scratch, { recursive: true, force: true }));

let count = 0;

async function directoryWith(files: Readonly<Record<string, string>>): Promise<string> {
  const directory = path.join(scratch, `${(count += 1)}`);
  await mkdir(directory);
  for (const [name, text] of Object.entries(files)) await writeFile(path.join(directory, name), text);
  return directory;
}

describe('writeFiles', () => {
  it('writes all, byte for byte, and leaves nothing beside them', async () => {
    const directory = await directoryWith({ Gemfile: 'old', 'Gemfile.lock': 'old lock' });
    await writeFiles([
      { path: path.join(directory, 'Gemfile'), shown: 'Gemfile', before: 'old', after: 'n\u00ebw\r\n' },
      {
        path: path.join(directory, 'Gemfile.lock'),
        shown: 'Gemfile.lock',
        before: 'old lock',
        after: 'new lock',
      },
    ]);
    expect(await readFile(path.join(directory, 'Gemfile'), 'latin1')).toBe('n\u00ebw\r\n');
    expect((await readdir(directory)).sort()).toEqual(['Gemfile', 'Gemfile.lock']);
  });

  it('puts back what was written where a later one was changed by someone else', async () => {
    const directory = await directoryWith({ Gemfile: 'old', 'Gemfile.lock': 'changed meanwhile' });
    const writing = writeFiles([
      { path: path.join(directory, 'Gemfile'), shown: 'Gemfile', before: 'old', after: 'new' },
      {
        path: path.join(directory, 'Gemfile.lock'),
        shown: 'Gemfile.lock',
        before: 'as read',
        after: 'new lock',
      },
    ]);
    await expect(writing).rejects.toThrow(expect.objectContaining({ code: 'GEMFILE_CHANGED' }) as Error);
    expect(await readFile(path.join(directory, 'Gemfile'), 'utf8')).toBe('old');
    expect(await readFile(path.join(directory, 'Gemfile.lock'), 'utf8')).toBe('changed meanwhile');
    expect((await readdir(directory)).sort()).toEqual(['Gemfile', 'Gemfile.lock']);
  });

  it.skipIf(process.getuid?.() === 0)(
    'refuses a file that may not be written, though its directory may',
    async () => {
      const directory = await directoryWith({ Gemfile: 'old' });
      await chmod(path.join(directory, 'Gemfile'), 0o444);
      await expect(
        writeFiles([
          { path: path.join(directory, 'Gemfile'), shown: 'Gemfile', before: 'old', after: 'new' },
        ]),
      ).rejects.toBeInstanceOf(GemfileError);
      expect(await readdir(directory)).toEqual(['Gemfile']);
    },
  );
});

const SIZE = 300_000;

/** Writes two files over and over, from all a's to all b's and back, until it is ended. */
const WRITER = `
const [directory] = process.argv.slice(2);
const loaded = await import(${JSON.stringify(pathToFileURL(path.join(ROOT, 'src/gemfile/write-files.ts')).href)});
const writeFiles = loaded.writeFiles ?? loaded.default.writeFiles;
const text = { a: 'a'.repeat(${SIZE}), b: 'b'.repeat(${SIZE}) };
process.stdout.write('ready\\n');
for (let now = 'a'; ; now = now === 'a' ? 'b' : 'a') {
  const next = now === 'a' ? 'b' : 'a';
  await writeFiles(['Gemfile', 'Gemfile.lock'].map((name) => ({
    path: directory + '/' + name, shown: name, before: text[now], after: text[next],
  })));
}
`;

async function killedWhileWriting(signal: NodeJS.Signals, after: number): Promise<string> {
  const whole = 'a'.repeat(SIZE);
  const directory = await directoryWith({ Gemfile: whole, 'Gemfile.lock': whole });
  const script = path.join(scratch, 'writer.mjs');
  await writeFile(script, WRITER);
  const jiti = pathToFileURL(path.join(ROOT, 'node_modules/jiti/lib/jiti-register.mjs')).href;
  const child = spawn(process.execPath, ['--no-warnings', '--import', jiti, script, directory], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  await once(child.stdout, 'data');
  await new Promise((resolve) => setTimeout(resolve, after));
  child.kill(signal);
  // One that comes in the moment between two writes may be lost: who writes without end gets it again.
  const again = setInterval(() => child.kill(signal), 500);
  expect(
    await ended.finally(() => {
      clearInterval(again);
    }),
  ).toEqual([null, signal]);
  return directory;
}

/** The letter that a whole file is made of; undefined for a file that is anything else. */
async function letterOf(directory: string, name: string): Promise<string | undefined> {
  const text = await readFile(path.join(directory, name), 'latin1');
  return text.length === SIZE && /^(?:a+|b+)$/.test(text) ? text[0] : undefined;
}

describe('ended in the middle of the write', () => {
  it.each([
    ['SIGINT', 31],
    ['SIGTERM', 58],
    ['SIGHUP', 83],
    ['SIGINT', 110],
  ] as const)('by %s: all are written or none, and nothing lies beside them', async (signal, after) => {
    const directory = await killedWhileWriting(signal, after);
    const letter = await letterOf(directory, 'Gemfile');
    expect(letter).toMatch(/^[ab]$/);
    expect(await letterOf(directory, 'Gemfile.lock')).toBe(letter);
    expect((await readdir(directory)).sort()).toEqual(['Gemfile', 'Gemfile.lock']);
  });

  it.each([37, 71])('by SIGKILL: each file is whole, the old one or the new', async (after) => {
    const directory = await killedWhileWriting('SIGKILL', after);
    expect(await letterOf(directory, 'Gemfile')).toMatch(/^[ab]$/);
    expect(await letterOf(directory, 'Gemfile.lock')).toMatch(/^[ab]$/);
  });
});
