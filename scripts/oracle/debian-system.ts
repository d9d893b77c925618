/**
 * Small Debian systems of any suite in which something is compiled and run: packages with all that they depend on, unpacked
 * without their maintainer scripts into a root of its own, and commands run with that root as theirs.
 */
import { execFile } from 'node:child_process';
import { access, chmod, mkdir, readFile, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { aptOptions } from './debian.js';

const run = promisify(execFile);

export interface SystemRequest {
  /** `bookworm`, `trixie`. */
  readonly suite: string;
  /** dpkg's name of the CPU; `amd64` by default. */
  readonly arch?: string;
  /** Packages to install; dependencies come with them, recommendations do not. */
  readonly names: readonly string[];
  /** Packages that are downloaded with them and not unpacked. */
  readonly beside?: readonly string[];
  /** The system's root. A complete one is used again. */
  readonly into: string;
}

export interface CommandResult {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Directories that are links on a merged-/usr system; older packages still put files through them. */
const MERGED = ['bin', 'sbin', 'lib', 'lib64'] as const;

/** What maintainer scripts would have made: path in the root, and what it links to. */
const LINKS = [
  ['usr/bin/sh', 'dash'],
  ['usr/bin/cc', 'gcc'],
  ['usr/bin/awk', 'mawk'],
] as const;

/**
 * @returns names and versions of the packages, as their files are called.
 * @throws where apt-get, dpkg-deb or tar fails or is absent.
 */
export async function debianSystem({
  suite,
  arch = 'amd64',
  names,
  beside = [],
  into,
}: SystemRequest): Promise<readonly string[]> {
  const state = `${into}.apt`;
  const complete = join(state, 'complete');
  const wanted = `${suite} ${[...names, ...beside].join(' ')}\n`;
  const archives = join(state, 'cache', 'archives');
  if ((await readFile(complete, 'utf8').catch(() => '')) !== wanted) {
    const options = await aptOptions(state, suite, arch);
    await run('apt-get', [...options, 'update'], { maxBuffer: 1 << 26 });
    await run(
      'apt-get',
      [...options, '-y', '--no-install-recommends', '--download-only', 'install', ...names, ...beside],
      {
        maxBuffer: 1 << 26,
      },
    );
    const unpacked = (await debs(archives)).filter((deb) => !beside.includes(deb.split('_')[0] ?? ''));
    await unpackDebs(
      unpacked.map((deb) => join(archives, deb)),
      into,
    );
    for (const [path, to] of LINKS) await symlink(to, join(into, path)).catch(ignoreExisting);
    for (const directory of ['tmp', 'dev', 'proc', 'work']) {
      await mkdir(join(into, directory), { recursive: true });
      await chmod(join(into, directory), 0o1777);
    }
    await rm(join(state, 'lists'), { recursive: true });
    await writeFile(complete, wanted);
  }
  await access(into);
  return debs(archives);
}

/** Unpacks packages into a new root in which `/lib` and the like are links, as everywhere today. */
export async function unpackDebs(paths: readonly string[], into: string): Promise<void> {
  await rm(into, { recursive: true, force: true });
  for (const directory of MERGED) {
    await mkdir(join(into, 'usr', directory), { recursive: true });
    await symlink(`usr/${directory}`, join(into, directory));
  }
  for (const path of paths) {
    // dpkg -x would put a directory where the link is.
    const unpack = 'dpkg-deb --fsys-tarfile "$1" | tar -x --keep-directory-symlink -C "$2"';
    await run('sh', ['-ec', unpack, 'unpack', path, into]);
  }
}

function ignoreExisting(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error;
}

async function debs(archives: string): Promise<string[]> {
  return (await readdir(archives)).filter((name) => name.endsWith('.deb')).sort();
}

/** Status by which the script below says that the root could not be made ready; chroot(1) and env(1) use it alike. */
const NOT_READY = 125;

/** Devices of a root, made where that is allowed, and the machine's own where only a namespace is. */
const ENTER = [
  'fail() { exit 125; }',
  'for device in "null 3" "zero 5" "urandom 9"; do',
  '  set -- "$1" "$2" "$3" $device',
  '  [ -c "$1/dev/$4" ] && [ "$(id -u)" = 0 ] && [ -z "$NAMESPACE" ] && continue',
  '  if [ -n "$NAMESPACE" ]; then',
  '    { [ -e "$1/dev/$4" ] || : >"$1/dev/$4"; } && mount --bind "/dev/$4" "$1/dev/$4" || fail',
  '  else',
  '    rm -f "$1/dev/$4" && mknod -m 666 "$1/dev/$4" c 1 "$5" || fail',
  '  fi',
  'done',
  'unset NAMESPACE',
  'exec chroot "$1" /bin/sh -c "cd \\"\\$1\\" || exit 126; eval \\"\\$2\\"" sh "$2" "$3"',
].join('\n');

/**
 * Runs a command with `root` as its root directory. The machine's network is shared, so that a server on the loopback can
 * be reached; nothing else of the machine is seen. As root it needs to make devices and to change the root, as anybody else
 * a user namespace.
 *
 * @param root a root directory with what the command needs in it
 * @param script for `sh`, in the root
 * @throws with code EPERM where that is not allowed here, with ENOENT where a program for it is absent. A status other
 *   than 0 is a result.
 */
export async function inSystem(
  root: string,
  script: string,
  { env = {}, cwd = '/' }: { env?: Readonly<Record<string, string>>; cwd?: string } = {},
): Promise<CommandResult> {
  const asRoot = process.getuid?.() === 0;
  const enter = ['sh', '-c', ENTER, 'sh', root, cwd, script];
  const [command = '', ...args] = asRoot ? enter : ['unshare', '--map-root-user', '--mount', ...enter];
  const base = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C.UTF-8', HOME: '/tmp' };
  try {
    const { stdout, stderr } = await run(command, args, {
      env: { ...base, NAMESPACE: asRoot ? '' : 'yes', ...env },
      maxBuffer: 1 << 28,
    });
    return { status: 0, stdout, stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code?: unknown; stdout?: string; stderr?: string };
    if (typeof code !== 'number') throw error;
    if (code === NOT_READY || (stderr ?? '').startsWith('unshare:')) {
      throw Object.assign(new Error(`no other root can be entered here: ${stderr ?? ''}`), { code: 'EPERM' });
    }
    return { status: code, stdout: stdout ?? '', stderr: stderr ?? '' };
  }
}

export interface DebianSources {
  /** Directories with a release each, by the package's name. */
  readonly directories: ReadonlyMap<string, string>;
  /** Packages of which the mirror does not have the release. */
  readonly missing: readonly string[];
}

/**
 * Unpacks source packages as their authors released them, without Debian's patches.
 * @param into each lies in a directory of its name below it. What is there already is used again.
 * @throws where apt-get cannot get the suite's lists.
 */
export async function debianSources({ suite, names, into }: SystemRequest): Promise<DebianSources> {
  const state = `${into}.apt`;
  const archives = join(state, 'archives');
  const directories = new Map<string, string>();
  const missing: string[] = [];
  let options: string[] | undefined;
  for (const name of names) {
    const directory = join(into, name);
    if (!(await exists(directory))) {
      if (options === undefined) {
        options = await aptOptions(state, suite, 'amd64', 'deb-src');
        await run('apt-get', [...options, 'update'], { maxBuffer: 1 << 26 });
      }
      // `source` writes into the working directory.
      await run('apt-get', [...options, '--download-only', '--tar-only', 'source', name], {
        cwd: archives,
      }).catch(() => undefined);
      const release = (await readdir(archives)).find((file) => file.startsWith(`${name}_`));
      if (release === undefined) {
        missing.push(name);
        continue;
      }
      const unpacked = `${directory}.new`;
      await rm(unpacked, { recursive: true, force: true });
      await mkdir(unpacked, { recursive: true });
      const strip = ['-x', '--strip-components=1', '--no-same-owner'];
      await run('tar', [...strip, '-C', unpacked, '-f', join(archives, release)]);
      await rename(unpacked, directory);
    }
    directories.set(name, directory);
  }
  return { directories, missing };
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
