/** The real loaders: glibc's of four Debians and musl's, each in a root of its own, and the targets that they speak for. */
import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { namedTargets } from '../../../src/target/catalog.js';
import { forCpu } from '../../../src/target/for-cpu.js';
import { parseTarget } from '../../../src/target/parse.js';
import { readRootfs } from '../../../src/target/rootfs.js';
import type { Libc, Target } from '../../../src/target/types.js';
import { SAMPLE_SUITES } from '../loader-packages.js';
import { muslRoot, runnerSystem } from '../runner-system.js';
import { buildProbe } from './probe.js';

const run = promisify(execFile);

/** Where gems and the probe are in a root. */
export const INSIDE = 'oddities';

export interface Loader {
  /** `glibc 2.31`, `musl 1.2.2` */
  readonly name: string;
  readonly libc: Libc;
  readonly version: string;
  readonly root: string;
  /** The root as we read it, and the systems of the table with the same C library. */
  readonly targets: readonly Target[];
}

/** What a loader made of one task. */
export interface Answer {
  readonly loaded: boolean;
  /** Why not: the loader's words, or the signal that it died of. */
  readonly words: string;
  /** The signal that the loader, or what it ran, died of. */
  readonly signal?: string;
}

/**
 * @param into the directory below which the systems are
 * @throws with code ENOENT if a program is absent; what apt-get says if it cannot download.
 */
export async function readLoaders(into: string): Promise<Loader[]> {
  const loaders: Loader[] = [];
  const musls: string[] = [];
  for (const suite of SAMPLE_SUITES) {
    const system = await runnerSystem(suite, into);
    loaders.push(await loaderIn(system.root, 'gnu'));
    musls.push(await muslRoot(system, join(into, `musl-${suite}`)));
  }
  musls.push(...(await otherMusls(into)));
  for (const root of musls) loaders.push(await loaderIn(root, 'musl'));
  return loaders;
}

const MUSL = 'ld-musl-x86_64.so.1';

/** `DIR/<version>/ld-musl-x86_64.so.1`, with DIR in GEMCOMPAT_ORACLE_MUSL: releases that no Debian has. */
async function otherMusls(into: string): Promise<string[]> {
  const from = process.env['GEMCOMPAT_ORACLE_MUSL'];
  if (from === undefined || from === '') return [];
  const roots: string[] = [];
  for (const version of (await readdir(from)).sort()) {
    const root = join(into, `musl-${version}`);
    await mkdir(join(root, 'lib'), { recursive: true });
    await copyFile(join(from, version, MUSL), join(root, 'lib', MUSL));
    roots.push(root);
  }
  return roots;
}

async function loaderIn(root: string, libc: Libc): Promise<Loader> {
  const directory = join(root, INSIDE);
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory);
  const scratch = await mkdtemp(join(root, 'probe-'));
  try {
    await buildProbe(libc, join(scratch, 'probe'));
    await copyFile(join(scratch, 'probe'), join(directory, 'probe'));
  } finally {
    await rm(scratch, { recursive: true });
  }
  const target = await readRootfs(root, 'x86_64');
  // What the loader says of itself: the package's files do not name musl's release.
  const version = libc === 'gnu' ? target.libcVersion : await muslVersion(join(root, 'lib', MUSL));
  const targets = [target, ...ofTable(libc, version)].map((each) => forCpu(each, 'x86_64'));
  return { name: `${libc === 'gnu' ? 'glibc' : 'musl'} ${version}`, libc, version, root, targets };
}

async function muslVersion(loader: string): Promise<string> {
  const words = await run(loader).then(
    ({ stderr }) => stderr,
    (error: unknown) => String((error as { stderr?: unknown }).stderr),
  );
  const version = /^Version (\S+)$/m.exec(words)?.[1];
  if (version === undefined) throw new Error(`${loader} does not say its version: ${words}`);
  return version;
}

const DISTRIBUTIONS: Readonly<Record<Libc, string>> = { gnu: 'debian', musl: 'alpine' };

/**
 * The first Debian or Alpine that has the C library, and the library by its name: musl is the same everywhere, while Debian's glibc has
 * more versions than its number says, so that it is asked for by its number only if no Debian of the table has it.
 */
function ofTable(libc: Libc, version: string): Target[] {
  const system = namedTargets().find(
    (each) => each.distribution === DISTRIBUTIONS[libc] && each.libcVersion === version,
  );
  const alone = parseTarget(`${libc === 'gnu' ? 'glibc' : 'musl'}-${version}`);
  if (system === undefined) return [alone];
  return libc === 'musl' ? [alone, system] : [system];
}

/** Nothing of this machine's bears on what a loader does. */
const ENVIRONMENT = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' };

/** Arguments of one process, far below what the kernel takes. */
const TASKS = 400;

/**
 * Puts tasks to a loader (see `buildProbe`), with everything below `files` in the root's `/oddities/files`.
 * @throws with code EPERM if no other root can be entered here.
 */
export async function ask({ root }: Loader, files: string, tasks: readonly string[]): Promise<Answer[]> {
  const there = join(root, INSIDE, 'files');
  await rm(there, { recursive: true, force: true });
  // Links take no room; across file systems there are none.
  await run('cp', ['-al', files, there]).catch(() => run('cp', ['-a', files, there]));
  try {
    const answers: Answer[] = [];
    for (let start = 0; start < tasks.length; start += TASKS) {
      answers.push(...(await askSome(root, tasks.slice(start, start + TASKS))));
    }
    return answers;
  } finally {
    await rm(there, { recursive: true, force: true });
  }
}

async function askSome(root: string, tasks: readonly string[]): Promise<Answer[]> {
  const inside = ['chroot', root, `/${INSIDE}/probe`, ...tasks];
  const [command = '', ...args] =
    process.getuid?.() === 0 ? inside : ['unshare', '--map-root-user', ...inside];
  const { stdout } = await run(command, args, {
    env: ENVIRONMENT,
    maxBuffer: 1 << 28,
    encoding: 'latin1',
  }).catch((error: unknown) => {
    const { stderr = '' } = error as { stderr?: string };
    if (!/^(?:chroot|unshare): /.test(stderr)) throw error;
    throw Object.assign(new Error(`no other root can be entered here: ${stderr}`), { code: 'EPERM' });
  });
  const parts = stdout.split(`${MARK}== `).slice(1);
  if (parts.length !== tasks.length) {
    throw new Error(`${basename(root)}: ${parts.length} answers to ${tasks.length} tasks`);
  }
  return parts.map(readAnswer);
}

/** Begins the probe's own lines. */
const MARK = '\u0001';

/** A list that glibc's loader ends with 0, and says in it what is not there. */
const INCOMPLETE = /: version `.*' not found \(|^\t.* => not found$/m;

function readAnswer(part: string): Answer {
  const [text = '', end] = part.split(`${MARK}-- `);
  const [signal, status] = end?.trim().split(' ') ?? [];
  if (signal === undefined) throw new Error(`the probe did not end a task: ${JSON.stringify(part)}`);
  const words = text
    .replace(/^\d+\n/, '')
    .replace(/^!! /m, '')
    .trim();
  if (signal !== '0') return { loaded: false, words: `signal ${signal} ${words}`.trim(), signal };
  const found = status === '0' && !INCOMPLETE.test(words);
  return { loaded: found, words: found ? '' : words || `status ${status ?? ''}` };
}
