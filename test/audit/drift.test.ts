/** An audit of a project whose Gemfile was edited and not locked. */
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { audit } from '../../src/index.js';
import { ROOT } from '../helpers/cli.js';

/** The warnings of an audit of fixtures/apps/ledger, whose Gemfile asks for this of nokogiri. */
async function warningsFor(requirement: string, target: string): Promise<readonly string[]> {
  const directory = await mkdtemp(path.join(tmpdir(), 'gemcompat-drift-'));
  onTestFinished(() => rm(directory, { recursive: true }));
  await cp(path.join(ROOT, 'fixtures/apps/ledger'), directory, { recursive: true });
  const gemfile = path.join(directory, 'Gemfile');
  const text = await readFile(gemfile, 'utf8');
  await writeFile(gemfile, text.replace('"nokogiri", "~> 1.16"', `"nokogiri", ${requirement}`));
  const { warnings } = await audit({
    target,
    cwd: directory,
    sources: [path.join(ROOT, 'fixtures/mirror')],
    env: { HOME: directory, GEMCOMPAT_CACHE_DIR: path.join(directory, 'cache') },
  });
  return warnings.filter(({ code }) => code === 'GEMFILE_NOT_LOCKED').map(({ message }) => message);
}

it('says that a pin was not locked where the locked version fails', async () => {
  expect(await warningsFor('"~> 1.16", "< 1.18.0"', 'rhel-8')).toEqual([
    'the lockfile does not belong to this Gemfile: Gemfile:9 asks for nokogiri ~> 1.16, < 1.18.0, and Gemfile.lock has 1.18.1; what is judged is what is locked. Lock it first: bundle lock',
  ]);
});

it.each([
  ['the two belong together', '"~> 1.16"', 'rhel-8'],
  ['a requirement is met by what is locked', '"~> 1.18.0"', 'rhel-8'],
  ['everything that is locked fits', '"< 1.18.0"', 'debian-12'],
  ['the Gemfile is no Ruby', '"(', 'rhel-8'],
])('says nothing where %s', async (_, requirement, target) => {
  expect(await warningsFor(requirement, target)).toEqual([]);
});
