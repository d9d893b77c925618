import { chmod, mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readLockfile } from '../../src/audit/lockfile-file.js';
import { LockfileError } from '../../src/errors.js';

const LOCK = `GEM\n  remote: https://rubygems.org/\n  specs:\n    foo (1.0)\n\nPLATFORMS\n  ruby\n\nDEPENDENCIES\n  foo\n\nBUNDLED WITH\n   2.6.2\n`;

let root: string;
beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'gemcompat-lockfile-'));
  const put = async (file: string, text: string): Promise<void> => {
    await mkdir(path.dirname(path.join(root, file)), { recursive: true });
    await writeFile(path.join(root, file), text);
  };
  await put('app/Gemfile.lock', LOCK);
  await put('modern/gems.locked', LOCK);
  await put('both/Gemfile.lock', LOCK);
  await put('both/gems.locked', 'not this one');
  await put('ignored/Gemfile', '');
  await put('ignored/Gemfile.lock', 'not this one');
  await put('ignored/gems.rb', '');
  await put('ignored/gems.locked', LOCK);
  await put('unlocked/gems.rb', '');
  await put('unlocked/Gemfile.lock', LOCK);
  await put('odd/Gemfile.next.lock', LOCK);
  await put('conflict/Gemfile.lock', LOCK.replace('    foo', '<<<<<<< HEAD\n    foo'));
  await put('binary/Gemfile.lock', '\x7fELF\x02\x01\x01');
  await mkdir(path.join(root, 'bare'));
  await mkdir(path.join(root, 'folder/Gemfile.lock'), { recursive: true });
  await put('huge/Gemfile.lock', LOCK);
  await truncate(path.join(root, 'huge/Gemfile.lock'), 64 * 1024 * 1024 + 1);
});
afterAll(() => rm(root, { recursive: true, force: true }));

describe('a lockfile', () => {
  it.each([
    ['app', 'app/Gemfile.lock', 'app'],
    ['app/Gemfile.lock', 'app/Gemfile.lock', 'app'],
    ['modern', 'modern/gems.locked', 'modern'],
    ['both', 'both/Gemfile.lock', 'both'],
    ['ignored', 'ignored/gems.locked', 'ignored'],
    ['unlocked', 'unlocked/Gemfile.lock', 'unlocked'],
    ['odd/Gemfile.next.lock', 'odd/Gemfile.next.lock', 'odd'],
    ['./bare/../app', 'app/Gemfile.lock', 'app'],
  ])('is found for %s', async (given, file, directory) => {
    const found = await readLockfile(given, root);
    expect(found.path).toBe(file);
    expect(found.directory).toBe(path.join(root, directory));
    expect(found.lockfile.specs.map(({ name }) => name)).toEqual(['foo']);
  });

  it('is found in the current directory', async () => {
    expect((await readLockfile('.', path.join(root, 'app'))).path).toBe('Gemfile.lock');
  });

  it.each([
    ['nowhere', 'LOCKFILE_NOT_FOUND', 'there is no file or directory nowhere'],
    ['app/Gemfile.lock/further', 'LOCKFILE_NOT_FOUND', 'there is no file or directory'],
    ['bare', 'LOCKFILE_NOT_FOUND', 'bare has no Gemfile.lock and no gems.locked'],
    ['folder', 'LOCKFILE_NOT_FOUND', 'folder has no Gemfile.lock'],
    ['huge', 'LOCKFILE_TOO_LARGE', '67108865 bytes'],
    ['conflict', 'LOCKFILE_MERGE_CONFLICT', 'conflict/Gemfile.lock'],
  ])('is refused for %s: %s', async (given, code, words) => {
    const error: unknown = await readLockfile(given, root).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(LockfileError);
    expect(error).toMatchObject({ code, exitCode: 2 });
    expect((error as LockfileError).message).toContain(words);
    expect((error as LockfileError).suggestions).not.toEqual([]);
  });

  it('is refused with its path where it is none', async () => {
    await expect(readLockfile('binary', root)).rejects.toMatchObject({
      path: 'binary/Gemfile.lock',
      exitCode: 2,
    });
  });

  // Root reads whatever the permissions say.
  it.skipIf(process.getuid?.() === 0)('is refused where it may not be read', async () => {
    const file = path.join(root, 'app/Gemfile.lock');
    await chmod(file, 0o000);
    await expect(readLockfile('app', root)).rejects.toMatchObject({ code: 'LOCKFILE_UNREADABLE' });
    await chmod(file, 0o644);
  });
});
