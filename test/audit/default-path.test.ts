/** What is audited where no path is given: what Bundler would work on. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultPath } from '../../src/api/gemfile-and-lockfile.js';
import { openProject } from '../../src/api/project.js';
import { startRuby } from '../helpers/ruby.js';

const LOCK = `GEM\n  remote: https://rubygems.org/\n  specs:\n    foo (1.0)\n\nPLATFORMS\n  ruby\n\nDEPENDENCIES\n  foo\n`;

let root: string;
beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'gemcompat-default-'));
  const put = async (file: string, text: string): Promise<void> => {
    await mkdir(path.dirname(path.join(root, file)), { recursive: true });
    await writeFile(path.join(root, file), text);
  };
  await put('Gemfile', '');
  await put('Gemfile.lock', LOCK);
  await put('Dockerfile', 'FROM debian:12\n');
  await put('gemfiles/rails.gemfile', '');
  await put('gemfiles/rails.gemfile.lock', LOCK);
  await put('modern/gems.rb', '');
  await put('modern/gems.locked', LOCK);
  await put('configured/Gemfile', '');
  await put('configured/Gemfile.lock', LOCK);
  await put('configured/other', '');
  await put('configured/other.lock', LOCK);
  await put('configured/.bundle/config', '---\nBUNDLE_GEMFILE: "other"\n');
});
afterAll(() => rm(root, { recursive: true, force: true }));

const cases: [cwd: string, gemfile: string | undefined, lockfile: string][] = [
  ['', undefined, 'Gemfile.lock'],
  ['', '', 'Gemfile.lock'],
  ['', 'Gemfile', 'Gemfile.lock'],
  ['', 'gemfiles/rails.gemfile', 'gemfiles/rails.gemfile.lock'],
  ['', './modern/gems.rb', 'modern/gems.locked'],
  ['gemfiles', '../Gemfile', 'Gemfile.lock'],
];

describe('with no path', () => {
  it.each(cases)('in %j with BUNDLE_GEMFILE %j it is %s', async (cwd, gemfile, lockfile) => {
    const options = { cwd: path.join(root, cwd), env: { BUNDLE_GEMFILE: gemfile, HOME: '' } };
    const { path: found } = await openProject(options);
    expect(path.resolve(options.cwd, found)).toBe(path.join(root, lockfile));
  });

  it('it is what Bundler says', async () => {
    const ruby = await startRuby('3.4', { mounts: { '/p': root } });
    const said = cases.map(([cwd, gemfile = '']) =>
      ruby.eval(`
        Dir.chdir(${JSON.stringify(path.posix.join('/p', cwd))})
        ENV['BUNDLE_GEMFILE'] = ${JSON.stringify(gemfile)}
        Bundler::SharedHelpers.default_lockfile.expand_path.to_s
      `),
    );
    expect(said).toEqual(cases.map(([, , lockfile]) => path.posix.join('/p', lockfile)));
  });

  it('it is what BUNDLE_LOCKFILE names, which goes before a Gemfile', async () => {
    const env = { BUNDLE_GEMFILE: 'Gemfile', BUNDLE_LOCKFILE: 'gemfiles/rails.gemfile.lock', HOME: '' };
    const ruby = await startRuby('4.0', { mounts: { '/p': root }, env });
    const said = ruby.eval(`Dir.chdir('/p'); Bundler::SharedHelpers.default_lockfile.expand_path.to_s`);
    expect(said).toBe('/p/gemfiles/rails.gemfile.lock');
    expect(await defaultPath({ cwd: root, env })).toBe('gemfiles/rails.gemfile.lock');
    await expect(
      defaultPath({ cwd: root, env: { ...env, BUNDLE_LOCKFILE: 'x.lock' } }),
    ).rejects.toMatchObject({
      code: 'LOCKFILE_NOT_FOUND',
      message: 'BUNDLE_LOCKFILE names x.lock, which is not there',
    });
  });

  it('it is what the config of the directory names', async () => {
    expect(await defaultPath({ cwd: path.join(root, 'configured'), env: { HOME: '' } })).toBe('other.lock');
  });

  it('says which file the Gemfile that is named has not', async () => {
    await expect(
      defaultPath({ cwd: root, env: { BUNDLE_GEMFILE: 'gemfiles/next', HOME: '' } }),
    ).rejects.toMatchObject({
      code: 'LOCKFILE_NOT_FOUND',
      message: 'BUNDLE_GEMFILE names gemfiles/next, and there is no gemfiles/next.lock',
    });
  });
});

describe('the files of a project', () => {
  it.each([
    ['', 'Gemfile.lock', ''],
    ['', 'gemfiles/rails.gemfile.lock', ''],
    ['gemfiles', 'rails.gemfile.lock', 'gemfiles'],
    ['', 'modern/gems.locked', 'modern'],
  ])('in %j for %s are in %j', async (cwd, file, expected) => {
    const project = await openProject({ cwd: path.join(root, cwd), path: file, env: { HOME: '' } });
    expect(project.root).toBe(path.join(root, expected));
    expect(project.files.dockerfile).toBe(expected === '' ? path.join(root, 'Dockerfile') : undefined);
  });
});
