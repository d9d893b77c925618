/** What a directory or an archive may have in it that no one expects: it is finished, within bounds, and what was not read is said. */
import { execFile } from 'node:child_process';
import { chmod, copyFile, mkdir, readFile, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { gemcompat, ROOT } from '../../helpers/cli.js';
import { peakOf, SAYS_PEAK } from '../../helpers/peak-memory.js';
import type { InspectReport } from '../../../src/index.js';
import { executable, inspect, scratch } from './fixtures.js';
import { nothing, zip } from './zip.js';

const run = promisify(execFile);

/** The most memory that a run may have, in KiB as proc(5) counts. */
const MEMORY = 512 * 1024;

async function bounded(
  ...args: readonly string[]
): Promise<{ code: number | null; stderr: string; report: InspectReport }> {
  const { code, stdout, stderr } = await gemcompat(['inspect', ...args, '--format', 'json'], {
    env: { NODE_OPTIONS: SAYS_PEAK },
  });
  const memory = peakOf(stderr);
  expect(memory).toBeGreaterThan(0);
  expect(memory).toBeLessThan(MEMORY);
  if (!stdout.startsWith('{')) throw new Error(`status ${code}: ${stderr}`);
  return { code, stderr, report: JSON.parse(stdout) as InspectReport };
}

const paths = ({ subjects }: InspectReport): string[] =>
  subjects.flatMap(({ groups }) => groups.flatMap(({ files }) => files.map(({ path }) => path))).sort();

let directory: string;
let proxy: string;
beforeAll(async () => {
  directory = await scratch();
  proxy = await executable('proxy-cgo', directory);
});

describe('a directory', () => {
  it('with links in loops, a FIFO, a socket of nobody, a dangling link and 1 GB of nothing', async () => {
    const tree = join(directory, 'tree');
    await mkdir(join(tree, 'a/b'), { recursive: true });
    await symlink('..', join(tree, 'a/up'));
    await symlink('.', join(tree, 'self'));
    await symlink('loop-b', join(tree, 'loop-a'));
    await symlink('loop-a', join(tree, 'loop-b'));
    await symlink('/nowhere/at/all', join(tree, 'dangling'));
    await symlink('/', join(tree, 'a/b/root'));
    await run('mkfifo', [join(tree, 'fifo')]);
    await writeFile(join(tree, 'large'), '');
    await truncate(join(tree, 'large'), 2 ** 30);
    await copyFile(proxy, join(tree, 'large-elf'));
    await truncate(join(tree, 'large-elf'), 2 ** 30);
    await copyFile(proxy, join(tree, 'a/b/proxy'));
    const { code, report } = await bounded(tree, '--target', 'debian-12');
    expect(code).toBe(0);
    expect(paths(report)).toEqual(['a/b/proxy', 'large-elf']);
  });

  it('with 10,000 small files in 100 directories', async () => {
    const tree = join(directory, 'many');
    for (let folder = 0; folder < 100; folder += 1) {
      const into = join(tree, String(folder));
      await mkdir(into, { recursive: true });
      await Promise.all(
        Array.from({ length: 100 }, (_, file) => writeFile(join(into, `${file}.rb`), 'puts 1\n')),
      );
    }
    await copyFile(proxy, join(tree, '50/proxy'));
    const { code, report } = await bounded(tree, '--target', 'ubuntu-20.04');
    expect(code).toBe(1);
    expect(paths(report)).toEqual(['50/proxy']);
  });

  it.skipIf(process.getuid?.() === 0)('with what may not be read is unknown', async () => {
    const tree = join(directory, 'closed');
    await mkdir(join(tree, 'folder'), { recursive: true });
    await writeFile(join(tree, 'file'), 'text');
    await copyFile(proxy, join(tree, 'proxy'));
    await chmod(join(tree, 'file'), 0);
    await chmod(join(tree, 'folder'), 0);
    try {
      const { code, report } = await bounded(tree, '--target', 'debian-12');
      expect(code).toBe(3);
      expect(report.unreadable.map(({ file }) => file).sort()).toEqual(['file', 'folder']);
    } finally {
      await chmod(join(tree, 'folder'), 0o700);
    }
  });

  it('with half an ELF file and half a zip is unknown, and says of what', async () => {
    const tree = join(directory, 'halves');
    await mkdir(tree);
    await copyFile(proxy, join(tree, 'half'));
    await truncate(join(tree, 'half'), 100_000);
    const archive = zip([{ name: 'lib/a', content: Buffer.from('a'.repeat(1000)) }]);
    await writeFile(join(tree, 'half.zip'), archive.subarray(0, archive.length - 30));
    const { code, report } = await bounded(tree, '--target', 'debian-12');
    expect(code).toBe(3);
    expect(report.unreadable.map(({ file }) => file)).toEqual(expect.arrayContaining(['half']));
  });
});

describe('an archive', () => {
  it('that inflates to far more than it is', async () => {
    const bomb = join(directory, 'bomb.zip');
    const half = nothing(256);
    await writeFile(
      bomb,
      zip([
        ...Array.from({ length: 4 }, (_, index) => ({ name: `${index}.bin`, deflated: half })),
        { name: 'bin/proxy', content: await readProxy(), mode: 0o100755 },
      ]),
    );
    const { code, report } = await bounded(bomb, '--target', 'ubuntu-20.04');
    expect(code).toBe(1);
    expect(paths(report)).toEqual(['bin/proxy']);
  }, 60_000);

  it('in an archive is opened, one in that is named', async () => {
    const inner = zip([{ name: 'bin/proxy', content: await readProxy(), mode: 0o100755 }]);
    const middle = zip([{ name: 'inner.zip', content: inner }]);
    const once = join(directory, 'once.zip');
    await writeFile(once, zip([{ name: 'layer/inner.zip', content: inner }]));
    const first = await bounded(once, '--target', 'ubuntu-20.04');
    expect(first.code).toBe(1);
    expect(paths(first.report)).toHaveLength(1);

    const twice = join(directory, 'twice.zip');
    await writeFile(twice, zip([{ name: 'middle.zip', content: middle }]));
    const second = await bounded(twice, '--target', 'ubuntu-20.04');
    expect(second.code).toBe(3);
    expect(JSON.stringify(second.report)).toContain('inner.zip');
  });

  it('with names that lead out of it writes nothing', async () => {
    const path = join(directory, 'names.zip');
    await writeFile(path, zip([{ name: 'a/../../../escaped', content: await readProxy(), mode: 0o100755 }]));
    const { code } = await gemcompat(['inspect', path, '--target', 'ubuntu-20.04']);
    expect([1, 2, 3]).toContain(code);
  });
});

const readProxy = (): Promise<Uint8Array> => readFile(proxy);

describe('the gem of a registry', () => {
  it.each([
    ['thruster@0.1.9', 1],
    ['thruster@0.1.10', 0],
  ])('%s is inspected in all its Linux variants', async (gem, expected) => {
    const { code, report } = await inspect(gem, 'ubuntu-20.04', {
      sources: ['fixtures/mirror'],
      cwd: ROOT,
      env: { HOME: directory },
    });
    expect(code).toBe(expected);
    const groups = report.subjects.flatMap((subject) => subject.groups);
    const platforms = groups.map(({ platform = 'ruby' }) => platform);
    expect(platforms).toEqual(expect.arrayContaining(['aarch64-linux', 'x86_64-linux']));
  });

  it('is not taken for Go’s vendored sources', async () => {
    const tree = join(directory, 'vendored');
    await mkdir(join(tree, 'vendor/golang.org/x/sys/unix'), { recursive: true });
    await writeFile(join(tree, 'vendor/modules.txt'), '# golang.org/x/sys v0.30.0\n');
    await writeFile(join(tree, 'vendor/golang.org/x/sys/unix/asm_linux_amd64.s'), 'TEXT ·Syscall(SB)\n');
    await copyFile(proxy, join(tree, 'proxy'));
    const { code, report } = await inspect(tree, 'ubuntu-20.04');
    expect(code).toBe(1);
    expect(paths(report)).toEqual(['proxy']);
  });
});
