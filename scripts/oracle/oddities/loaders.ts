/** The real loaders of a CPU: glibc's of four Debians and musl's, each in a root of its own, and the targets that they speak for. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import type { Cpu } from '../../../src/elf/types.js';
import { namedTargets } from '../../../src/target/catalog.js';
import { forCpu } from '../../../src/target/for-cpu.js';
import { SMALLEST_PAGE, withPageSize } from '../../../src/target/page-size.js';
import { parseTarget } from '../../../src/target/parse.js';
import { readRootfs } from '../../../src/target/rootfs.js';
import type { Libc, Target } from '../../../src/target/types.js';
import { SAMPLE_SUITES } from '../loader-packages.js';
import { muslRoot, runnerSystem } from '../runner-system.js';
import type { Machine } from './machine.js';
import { X86_64 } from './machine.js';
import { buildProbe } from './probe.js';
import type { Toolchain } from './toolchain.js';

const run = promisify(execFile);

/** Where gems and the probe are in a root. */
export const INSIDE = 'oddities';

export interface Loader {
  /** `glibc 2.31`, `musl 1.2.2` */
  readonly name: string;
  readonly libc: Libc;
  readonly cpu: Cpu;
  readonly version: string;
  readonly root: string;
  /** Path, in the root, of what runs its programs, if this machine does not. */
  readonly emulator?: string;
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

/** The loaders of one CPU. */
export interface Loaders {
  readonly loaders: readonly Loader[];
  /** Suites that have no packages for the CPU, or whose mirror has none. */
  readonly absent: readonly string[];
}

/**
 * @param into the directory below which the systems are
 * @throws with code ENOENT if a program is absent; what apt-get says if it cannot download for x86_64.
 */
export async function readLoaders(into: string, toolchain: Toolchain): Promise<Loaders> {
  const { machine } = toolchain;
  const loaders: Loader[] = [];
  const musls: string[] = [];
  const absent: string[] = [];
  for (const suite of SAMPLE_SUITES) {
    try {
      const system = await runnerSystem(suite, into, machine.arch);
      loaders.push(await loaderIn(system.root, 'gnu', toolchain));
      musls.push(await muslRoot(system, join(into, `musl-${suite}${suffix(machine)}`)));
    } catch (error) {
      const { cmd } = error as { cmd?: unknown };
      if (machine === X86_64 || typeof cmd !== 'string' || !cmd.startsWith('apt-get')) throw error;
      absent.push(suite);
    }
  }
  musls.push(...(await otherMusls(into, machine)));
  for (const root of musls) loaders.push(await loaderIn(root, 'musl', toolchain));
  return { loaders, absent };
}

const suffix = (machine: Machine): string => (machine === X86_64 ? '' : `-${machine.arch}`);

/** `DIR/<version>/ld-musl-x86_64.so.1`, with DIR in GEMCOMPAT_ORACLE_MUSL: releases that no Debian has, for any CPU. */
async function otherMusls(into: string, machine: Machine): Promise<string[]> {
  const from = process.env['GEMCOMPAT_ORACLE_MUSL'];
  if (from === undefined || from === '') return [];
  const name = basename(machine.interpreters.musl);
  const roots: string[] = [];
  for (const version of (await readdir(from)).sort()) {
    const library = join(from, version, name);
    if (!existsSync(library)) continue;
    const root = join(into, `musl-${version}${suffix(machine)}`);
    await mkdir(join(root, 'lib'), { recursive: true });
    await copyFile(library, join(root, 'lib', name));
    roots.push(root);
  }
  return roots;
}

/** Path, in a root, of what runs its programs. */
const EMULATOR = `/${INSIDE}/emulator`;

async function loaderIn(root: string, libc: Libc, toolchain: Toolchain): Promise<Loader> {
  const { machine } = toolchain;
  const { cpu, arch } = machine;
  const directory = join(root, INSIDE);
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory);
  const emulated = machine.emulator === undefined ? undefined : await programAt(machine.emulator);
  if (emulated !== undefined) await copyFile(emulated, join(root, EMULATOR));
  const emulator = emulated === undefined ? undefined : EMULATOR;
  const scratch = await mkdtemp(join(root, 'probe-'));
  try {
    await buildProbe(libc, toolchain, join(scratch, 'probe'), emulator);
    await copyFile(join(scratch, 'probe'), join(directory, 'probe'));
  } finally {
    await rm(scratch, { recursive: true });
  }
  const target = await readRootfs(root, cpu);
  // What the loader says of itself: the package's files do not name musl's release.
  const version =
    libc === 'gnu'
      ? target.libcVersion
      : await muslVersion([
          ...(emulated === undefined ? [] : [emulated]),
          join(root, machine.interpreters.musl),
        ]);
  const targets = targetsOf(target, libc, version, machine);
  const name = `${libc === 'gnu' ? 'glibc' : 'musl'} ${version}${machine === X86_64 ? '' : ` ${arch}`}`;
  return { name, libc, cpu, version, root, targets, ...(emulator === undefined ? {} : { emulator }) };
}

/** The root as we read it, and what the table has of the same C library, as they are on a machine. */
export function targetsOf(root: Target, libc: Libc, version: string, machine: Machine = X86_64): Target[] {
  return [root, ...ofTable(libc, version)].map((each) => onThisMachine(forCpu(each, machine.cpu), machine));
}

/** An emulated kernel has pages of 4 KiB, whatever the CPU's usual ones are. */
function onThisMachine(target: Target, { emulator }: Machine): Target {
  return emulator === undefined ? target : withPageSize(target, SMALLEST_PAGE);
}

/** @throws with code ENOENT if there is no such program on the PATH. */
async function programAt(name: string): Promise<string> {
  const found = await run('sh', ['-c', 'command -v "$1"', 'sh', name]).catch(() => undefined);
  if (found === undefined) throw Object.assign(new Error(`no ${name}`), { code: 'ENOENT' });
  return found.stdout.trim();
}

async function muslVersion([command = '', ...args]: readonly string[]): Promise<string> {
  const words = await run(command, args).then(
    ({ stderr }) => stderr,
    (error: unknown) => String((error as { stderr?: unknown }).stderr),
  );
  const version = /^Version (\S+)$/m.exec(words)?.[1];
  if (version === undefined)
    throw new Error(`${[command, ...args].join(' ')} does not say its version: ${words}`);
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
export async function ask(
  { root, emulator }: Loader,
  files: string,
  tasks: readonly string[],
): Promise<Answer[]> {
  const there = join(root, INSIDE, 'files');
  await rm(there, { recursive: true, force: true });
  // Links take no room; across file systems there are none.
  await run('cp', ['-al', files, there]).catch(() => run('cp', ['-a', files, there]));
  try {
    const answers: Answer[] = [];
    for (let start = 0; start < tasks.length; start += TASKS) {
      answers.push(...(await askSome(root, emulator, tasks.slice(start, start + TASKS))));
    }
    return answers;
  } finally {
    await rm(there, { recursive: true, force: true });
  }
}

async function askSome(
  root: string,
  emulator: string | undefined,
  tasks: readonly string[],
): Promise<Answer[]> {
  const probe = [...(emulator === undefined ? [] : [emulator]), `/${INSIDE}/probe`];
  const inside = ['chroot', root, ...probe, ...tasks];
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
  return answersIn(stdout, tasks.length);
}

/** The answers in what the probe printed. @throws if there are not as many as tasks */
export function answersIn(output: string, tasks: number): Answer[] {
  const parts = output.split(`${MARK}== `).slice(1);
  if (parts.length !== tasks) throw new Error(`${parts.length} answers to ${tasks} tasks`);
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
