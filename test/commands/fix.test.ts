import {
  chmod,
  copyFile,
  cp,
  lstat,
  rename,
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { applyPatch } from 'diff';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bundleOnPath } from '../helpers/bundle-command.js';
import type { CliResult } from '../helpers/cli.js';
import { ROOT, gemcompat } from '../helpers/cli.js';
import { fix as fixProject } from '../../src/api/fix.js';

const MIRROR = path.join(ROOT, 'fixtures/mirror');
const APPS = path.join(ROOT, 'fixtures/apps');
const ON_RHEL = ['-t', 'rhel-8', '-s', MIRROR];

let scratch: string;
let withBundler: Record<string, string>;
let cache: Record<string, string>;

beforeAll(async () => {
  scratch = await mkdtemp(path.join(tmpdir(), 'gemcompat-fix-test-'));
  // A PATH without a bundle of this machine's, but for what Node itself needs.
  const bare = path.join(scratch, 'bare');
  await mkdir(bare);
  cache = { GEMCOMPAT_CACHE_DIR: path.join(scratch, 'cache'), PATH: bare };
  const bin = await bundleOnPath(scratch);
  withBundler = { ...cache, PATH: `${bin}:/usr/bin:/bin`, TEST_MIRROR: MIRROR };
});

afterAll(() => rm(scratch, { recursive: true, force: true }));

let count = 0;

async function app(name = 'ledger'): Promise<string> {
  const directory = path.join(scratch, `app-${(count += 1)}`);
  await cp(path.join(APPS, name), directory, { recursive: true });
  return directory;
}

function fix(directory: string, args: readonly string[] = [], env = cache): Promise<CliResult> {
  return gemcompat(['fix', '.', ...ON_RHEL, ...args], { cwd: directory, env });
}

const text = (directory: string, name = 'Gemfile'): Promise<string> =>
  readFile(path.join(directory, name), 'utf8');

/** Whether the process is there: one that was killed is so until who inherits it has asked for its end. */
function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}

describe('gemcompat fix', () => {
  it('writes the pins of the issue’s own story, and leaves the rest', async () => {
    const directory = await app();
    const before = await text(directory);
    const { code, stdout, stderr } = await fix(directory);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const after = await text(directory);
    expect(after.split('\n').filter((line) => !before.includes(line))).toEqual([
      'gem "pg", "~> 1.5", force_ruby_platform: true # gemcompat: glibc 2.28 (rhel-8): 1.6.1 needs 2.29; compiled there [adds force_ruby_platform]',
      'gem "nokogiri", "~> 1.16", "< 1.18.0" # gemcompat: glibc 2.28 (rhel-8): 1.18.0+ needs 2.29 [adds < 1.18.0]',
      'gem "sqlite3", "~> 2.0", "< 2.5.0", group: :test # gemcompat: glibc 2.28 (rhel-8): 2.5.0+ needs 2.29 [adds < 2.5.0]',
    ]);
    expect(stdout).toMatch(/pinned +Gemfile:9 +gem "nokogiri", "~> 1\.16", "< 1\.18\.0"/);
    expect(stdout).toContain('Next: bundle lock\n');

    const again = await fix(directory);
    expect(again.code).toBe(0);
    expect(await text(directory)).toBe(after);
  });

  it('prints a diff that applies, and writes nothing', async () => {
    const directory = await app();
    const before = await text(directory);
    const { code, stdout } = await fix(directory, ['--dry-run']);
    expect(code).toBe(0);
    expect(await text(directory)).toBe(before);
    expect(stdout).toMatch(/^--- a\/Gemfile\n\+\+\+ b\/Gemfile\n@@ /);
    await fix(directory);
    expect(applyPatch(before, stdout)).toBe(await text(directory));
    expect(await readdir(directory)).toEqual(['Gemfile', 'Gemfile.lock']);
  });

  it('writes what audit --format gemfile prints', async () => {
    const directory = await app();
    const { stdout } = await gemcompat(['audit', '.', ...ON_RHEL, '-f', 'gemfile'], {
      cwd: directory,
      env: cache,
    });
    const before = (await text(directory)).split('\n');
    await fix(directory);
    const added = (await text(directory)).split('\n').filter((line) => !before.includes(line));
    expect(stdout.trimEnd().split('\n').sort()).toEqual(added.sort());
    expect(added).toHaveLength(3);
  });

  it('asks Bundler, keeps its lockfile, and lifts what is no longer needed', async () => {
    const directory = await app();
    const original = await text(directory);
    const first = await fix(directory, ['--lock'], withBundler);
    expect(first).toMatchObject({ code: 0, stderr: '' });
    expect(first.stdout).toContain('resolves it: nokogiri 1.17.2, pg 1.6.1, sqlite3 2.4.1');
    expect(first.stdout).toContain('Next: bundle install');
    const locked = await text(directory, 'Gemfile.lock');
    expect(locked).toContain('    nokogiri (1.17.2-x86_64-linux)\n');
    expect(locked).toContain('  nokogiri (~> 1.16, < 1.18.0)\n');

    const audited = await gemcompat(['audit', '.', ...ON_RHEL], { cwd: directory, env: cache });
    expect(audited).toMatchObject({ code: 0, stderr: '' });

    const pinned = await text(directory);
    const second = await fix(directory, [], withBundler);
    expect(second).toMatchObject({ code: 0 });
    expect(second.stdout).toContain('Nothing to do');
    expect(await text(directory)).toBe(pinned);
    expect(await text(directory, 'Gemfile.lock')).toBe(locked);

    const newer = await gemcompat(['fix', '.', '-t', 'ubuntu-24.04', '-s', MIRROR], {
      cwd: directory,
      env: cache,
    });
    expect(newer).toMatchObject({ code: 0 });
    expect(newer.stdout).toMatch(/lifted +Gemfile:9 +gem "nokogiri"/);
    expect(await text(directory)).toBe(original);
  });

  it.each(['brochure', 'shop'])(
    'changes nothing the second time, once the lockfile of %s is written',
    async (name) => {
      const directory = await app(name);
      const first = await fix(directory, ['--lock'], withBundler);
      expect(first).toMatchObject({ code: 0 });
      const pinned = await text(directory);
      const second = await fix(directory);
      expect(second).toMatchObject({ code: 0 });
      expect(second.stdout).toContain('Nothing to do');
      expect(await text(directory)).toBe(pinned);
    },
  );

  it('goes by the Gemfile where it was edited after the lockfile was written', async () => {
    const directory = await app();
    const gemfile = await text(directory);
    await writeFile(
      path.join(directory, 'Gemfile'),
      gemfile.replace('"nokogiri", "~> 1.16"', '"nokogiri", "~> 1.18"'),
    );
    const { code, stdout } = await fix(directory);
    expect(code).toBe(0);
    // Within it nothing fits, and both together Bundler would refuse.
    expect(stdout).toContain('nothing within ~> 1.18 fits, so the line gives it up');
    expect(await text(directory)).toContain('gem "nokogiri", "< 1.18.0" # gemcompat:');
    const again = await fix(directory);
    expect(again).toMatchObject({ code: 0, stderr: '' });
    expect(await text(directory)).toContain('gem "nokogiri", "< 1.18.0" # gemcompat:');
  });

  it('refuses a Gemfile that its lockfile does not belong to, and loses nothing', async () => {
    const directory = await app();
    const edited = (await text(directory)).replace('"nokogiri", "~> 1.16"', '"nokogiri", ">= 2"');
    await writeFile(path.join(directory, 'Gemfile'), edited);
    const asked = [
      ['fix', '.', ...ON_RHEL],
      ['audit', '.', ...ON_RHEL, '--format', 'gemfile'],
    ];
    for (const args of asked) {
      const result = await gemcompat(args, { cwd: directory, env: cache });
      expect(result).toMatchObject({ code: 2, stdout: '' });
      expect(result.stderr).toContain(
        'the lockfile does not belong to this Gemfile: Gemfile:9 asks for nokogiri >= 2, and Gemfile.lock has 1.18.1 [GEMFILE_NOT_LOCKED]',
      );
      expect(result.stderr).toContain(
        '→ nothing was written; lock it first, and run it again: bundle lock\n',
      );
    }
    expect(await text(directory)).toBe(edited);
    const elsewhere = await gemcompat(['fix', directory, ...ON_RHEL], { cwd: scratch, env: cache });
    expect(elsewhere.stderr).toContain(`run it again: cd ${path.basename(directory)} && bundle lock\n`);
  });

  it('says what to type for the reasons, and what to run next, for a project elsewhere', async () => {
    const directory = await app();
    const gemfile = (await text(directory)).replace('gem "pg", "~> 1.5"', 'gem "pg", OPTIONS');
    await writeFile(path.join(directory, 'Gemfile'), `OPTIONS = { require: false }\n${gemfile}`);
    await rename(directory, `${directory} of mine`);
    const given = `${path.basename(directory)} of mine`;
    const args = ['fix', given, '-t', 'rhel-8,glibc-2.28', '-s', MIRROR, '--arch', 'x86_64', '-j', '2', '-v'];
    const { code, stdout } = await gemcompat(args, { cwd: scratch, env: cache });
    expect(code).toBe(1);
    const command = /→ why: gemcompat (.*)\n/.exec(stdout)?.[1] ?? '';
    expect(command).toBe(
      `audit '${given}' --target rhel-8,glibc-2.28 --arch x86_64 --source ${MIRROR} --jobs 2`,
    );
    expect(stdout).toContain(`Next: cd '${given}' && bundle lock\n`);
    const [, flags = ''] = command.split("' ");
    const why = await gemcompat(['audit', given, ...flags.split(' ')], { cwd: scratch, env: cache });
    expect(why.code).toBe(1);
  });

  it('gives Bundler the time that it is given, and writes nothing where that was too little', async () => {
    const directory = await app();
    const before = await text(directory);
    const bin = await mkdtemp(path.join(scratch, 'slow-'));
    const started = path.join(bin, 'started');
    await writeFile(
      path.join(bin, 'bundle'),
      `#!/bin/sh\necho Fetching metadata\necho $$ > ${started}\nexec sleep 600\n`,
      { mode: 0o755 },
    );
    const result = await fixProject({
      path: directory,
      target: 'rhel-8',
      sources: [MIRROR],
      env: { ...cache, PATH: `${bin}:/usr/bin:/bin` },
      bundlerTimeout: 1500,
    });
    expect(result.bundler).toEqual({
      kind: 'failed',
      message: 'bundle lock was not done after 2 s, and was ended\nFetching metadata',
    });
    expect(result).toMatchObject({ written: false, outcome: { exitCode: 2 } });
    const pid = Number(await readFile(started, 'utf8'));
    await expect.poll(() => isThere(pid), { timeout: 20_000 }).toBe(false);
    expect(await text(directory)).toBe(before);
    expect((await readdir(directory)).sort()).toEqual(['Gemfile', 'Gemfile.lock']);
  });

  it('ends with what it started, and leaves nothing behind, when it is interrupted', async () => {
    const directory = await app();
    const before = await text(directory);
    const bin = await mkdtemp(path.join(scratch, 'slow-'));
    const temporary = await mkdtemp(path.join(scratch, 'tmp-'));
    const started = path.join(bin, 'started');
    await writeFile(path.join(bin, 'bundle'), `#!/bin/sh\necho $$ > ${started}\nexec sleep 600\n`, {
      mode: 0o755,
    });
    const child = spawn(process.execPath, [path.join(ROOT, 'dist/src/cli.js'), 'fix', '.', ...ON_RHEL], {
      cwd: directory,
      env: { ...process.env, ...cache, PATH: `${bin}:/usr/bin:/bin`, TMPDIR: temporary },
      stdio: 'ignore',
    });
    const ended = once(child, 'exit');
    await expect.poll(() => readFile(started, 'utf8').catch(() => ''), { timeout: 20_000 }).toMatch(/\d\n/);
    child.kill('SIGINT');
    expect(await ended).toEqual([null, 'SIGINT']);
    const pid = Number(await readFile(started, 'utf8'));
    await expect.poll(() => isThere(pid), { timeout: 20_000 }).toBe(false);
    expect(await readdir(temporary)).toEqual([]);
    expect(await text(directory)).toBe(before);
  });

  it('writes nothing where Bundler refuses the new Gemfile, and shows its words', async () => {
    const directory = await app();
    const before = await text(directory);
    const empty = await mkdtemp(path.join(scratch, 'mirror-'));
    await mkdir(path.join(empty, 'info'));
    for (const name of ['names', 'versions']) await copyFile(path.join(MIRROR, name), path.join(empty, name));
    for (const name of await readdir(path.join(MIRROR, 'info'))) {
      const info = await readFile(path.join(MIRROR, 'info', name), 'utf8');
      await writeFile(path.join(empty, 'info', name), name === 'nokogiri' ? '---\n' : info);
    }
    const result = await fix(directory, [], { ...withBundler, TEST_MIRROR: empty });
    expect(result.code).toBe(2);
    expect(result.stdout).toContain('Bundler refuses the new Gemfile: nothing was written');
    expect(result.stdout).toMatch(/Could not find gem 'nokogiri|Could not find compatible versions/);
    expect(await text(directory)).toBe(before);
  });

  it('says that Bundler fails where there was nothing to write', async () => {
    const directory = await app();
    const bin = await mkdtemp(path.join(scratch, 'failing-'));
    await writeFile(path.join(bin, 'bundle'), '#!/bin/sh\necho no such luck\nexit 7\n', { mode: 0o755 });
    const { code, stdout } = await gemcompat(['fix', '.', '-t', 'debian-13', '-s', MIRROR, '--verify'], {
      cwd: directory,
      env: { ...cache, PATH: `${bin}:/usr/bin:/bin` },
    });
    expect(code).toBe(2);
    expect(stdout).toContain('Bundler cannot lock Gemfile as it is: nothing was written');
    expect(stdout).toContain('no such luck');
  });

  it('writes through a link, keeps the mode, and leaves nothing beside', async () => {
    const directory = await app();
    const real = path.join(directory, 'shared');
    await mkdir(real);
    await copyFile(path.join(directory, 'Gemfile'), path.join(real, 'Gemfile'));
    await chmod(path.join(real, 'Gemfile'), 0o640);
    await rm(path.join(directory, 'Gemfile'));
    await symlink('shared/Gemfile', path.join(directory, 'Gemfile'));
    expect(await fix(directory)).toMatchObject({ code: 0 });
    expect((await lstat(path.join(directory, 'Gemfile'))).isSymbolicLink()).toBe(true);
    expect((await stat(path.join(real, 'Gemfile'))).mode & 0o777).toBe(0o640);
    expect(await readFile(path.join(real, 'Gemfile'), 'utf8')).toContain('"< 1.18.0"');
    expect(await readdir(real)).toEqual(['Gemfile']);
  });

  it.each([
    ['its line', 'gem "pg", "~> 1.5", group: :test', ''],
    ['the file of its line', 'group(:test) { eval_gemfile "more.rb" }', 'gem "pg", "~> 1.5"\n'],
  ])(
    'does not have a gem compiled that others bring in where a group leaves out %s',
    async (_, line, more) => {
      const directory = await app();
      const gemfile = (await text(directory)).replace(/^gem "pg".*/m, line);
      await writeFile(path.join(directory, 'Gemfile'), gemfile);
      await writeFile(path.join(directory, 'more.rb'), more);
      const lockfile = (await text(directory, 'Gemfile.lock')).replace('    sequel (5.95.1)', '$&\n      pg');
      await writeFile(path.join(directory, 'Gemfile.lock'), lockfile);
      const { code, stdout } = await fix(directory);
      expect(code).toBe(1);
      expect(stdout).toMatch(/pg: \S+:\d+: a group or a platform may leave the line out/);
      expect(stdout).toContain("write: gem 'pg', '~> 1.5', force_ruby_platform: true");
      expect(await text(directory)).toContain(line);
      expect(await text(directory, 'more.rb')).toBe(more);
    },
  );

  it('knows gems.rb by gems.locked, and a Gemfile of another name by its lockfile', async () => {
    const directory = await app();
    await copyFile(path.join(directory, 'Gemfile'), path.join(directory, 'gems.rb'));
    await copyFile(path.join(directory, 'Gemfile.lock'), path.join(directory, 'gems.locked'));
    await rm(path.join(directory, 'Gemfile'));
    await rm(path.join(directory, 'Gemfile.lock'));
    expect(await fix(directory)).toMatchObject({ code: 0 });
    expect(await text(directory, 'gems.rb')).toContain('"< 1.18.0"');
    await copyFile(path.join(APPS, 'ledger/Gemfile'), path.join(directory, 'edge.gemfile'));
    await copyFile(path.join(APPS, 'ledger/Gemfile.lock'), path.join(directory, 'edge.gemfile.lock'));
    const named = await gemcompat(['fix', 'edge.gemfile', ...ON_RHEL], { cwd: directory, env: cache });
    expect(named).toMatchObject({ code: 0 });
    expect(await text(directory, 'edge.gemfile')).toContain('"< 1.18.0"');
  });

  it('names what is to be written by hand, with the place', async () => {
    const directory = await app();
    const gemfile = (await text(directory)).replace(
      'gem "nokogiri", "~> 1.16"',
      '%w[nokogiri].each { |name| gem name, "~> 1.16" }',
    );
    await writeFile(path.join(directory, 'Gemfile'), gemfile);
    const { code, stdout } = await fix(directory);
    expect(code).toBe(1);
    expect(stdout).toContain('Gemfile:9');
    expect(stdout).toContain("write: gem 'nokogiri'");
    expect(await text(directory)).toContain('%w[nokogiri].each { |name| gem name, "~> 1.16" }\n');
  });
});

describe('what cannot be done', () => {
  it('a Gemfile with a syntax error: Prism’s message, with the line', async () => {
    const directory = await app();
    await writeFile(path.join(directory, 'Gemfile'), 'source "x"\ngem "pg", \ngroup :test do\n');
    const { code, stdout, stderr } = await fix(directory);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/Gemfile:\d+:\d+: .*\[GEMFILE_SYNTAX\]/);
    expect(stderr).toContain('ruby -c Gemfile');
  });

  it.each([
    [
      'a lockfile without a Gemfile',
      (root: string) => rm(path.join(root, 'Gemfile')),
      [],
      'GEMFILE_NOT_FOUND',
    ],
    [
      'a Gemfile that is no file',
      async (root: string) => {
        await rm(path.join(root, 'Gemfile'));
        await symlink('/dev/zero', path.join(root, 'Gemfile'));
      },
      [],
      'GEMFILE_UNREADABLE',
    ],
    ['no lockfile', (root: string) => rm(path.join(root, 'Gemfile.lock')), [], 'LOCKFILE_NOT_FOUND'],
    ['--verify without a bundle', () => Promise.resolve(), ['--verify'], 'BUNDLE_NOT_FOUND'],
    [
      'a requirement that RubyGems would refuse',
      async (root: string) => {
        const gemfile = await text(root);
        await writeFile(path.join(root, 'Gemfile'), gemfile.replace('~> 1.16', '~> abc'));
      },
      [],
      'Gemfile:9: gem "nokogiri": malformed requirement "~> abc" [GEMFILE_REQUIREMENT]',
    ],
    [
      '--lock that is not to be made',
      () => Promise.resolve(),
      ['--lock', '--no-verify'],
      'LOCK_WITHOUT_VERIFY',
    ],
  ])('%s', async (_, prepare, args, code) => {
    const directory = await app();
    await prepare(directory);
    const result = await fix(directory, args);
    expect(result).toMatchObject({ code: 2, stdout: '' });
    expect(result.stderr).toContain(code);
    expect(result.stderr).toContain('→');
  });
});
