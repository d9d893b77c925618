import { execFile } from 'node:child_process';
import { chmod, copyFile, link, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** What the loader said of one file. */
export interface LoaderAnswer {
  /** `library version` of each "version `V' not found" that is required by the file itself. */
  readonly missingVersions: ReadonlySet<string>;
  /** The same of "weak version `V' not found", with which the file is loaded all the same. */
  readonly weakVersions: ReadonlySet<string>;
  /** "no version information available": a library without versions, with which the file is loaded. */
  readonly unversioned: ReadonlySet<string>;
  /** Names of "=> not found" and "cannot open shared object file". */
  readonly missingLibraries: ReadonlySet<string>;
  /** Complaints that another file's needs gave rise to. */
  readonly transitive: number;
  /** `--verify` says that there is nothing in the file for this loader: static, for another machine, no program at all. */
  readonly notForLoader: boolean;
  /** Why the loader gave up otherwise, in its words. */
  readonly refusal?: string;
}

/** A root directory with a glibc of its own, which is asked about files inside of the root, so that it finds nothing else. */
export interface LoaderRoot {
  readonly root: string;
  /** Path of the loader inside the root. */
  readonly loader: string;
  /** A static busybox, which runs the loader where there is no other program. */
  readonly busybox: string;
}

/** Directories above a file: no `$ORIGIN/../..` of a real file gets out of as many. */
const DEPTH = '1/2/3/4/5/6/7/8';

/**
 * Asks the root's own loader about files: `--verify` whether it is for it to load, `--list` whether it would, and, as ldd(1)
 * does, LD_TRACE_LOADED_OBJECTS, which goes on where `--list` stops at the first library that is not there. All three map
 * files and check versions, and execute nothing. The loader runs in the root: it has the directories of a system, and none
 * of this machine's.
 * @param files paths or contents; each is alone in a directory
 */
export async function askLoader(
  { root, loader, busybox }: LoaderRoot,
  files: readonly (string | Uint8Array)[],
): Promise<LoaderAnswer[]> {
  const probe = await mkdtemp(join(root, 'probe-'));
  try {
    await chmod(probe, 0o755);
    await copyFile(busybox, join(probe, 'busybox'));
    for (const [index, file] of files.entries()) {
      const directory = join(probe, DEPTH, String(index));
      await mkdir(directory, { recursive: true });
      const path = join(directory, 'file');
      if (typeof file === 'string') await link(file, path).catch(() => copyFile(file, path));
      else await writeFile(path, file);
    }
    const inside = `/${basename(probe)}`;
    await writeFile(
      join(probe, 'ask.sh'),
      [
        // A mutated file may send the loader round in circles: seconds of CPU of each process.
        'ulimit -t 10',
        'n=0',
        `while [ $n -lt ${files.length} ]; do`,
        '  echo "== $n"',
        `  f=${inside}/${DEPTH}/$n/file`,
        `  ${loader} --verify $f 2>&1; v=$?`,
        '  if [ $v = 0 ] || [ $v = 2 ]; then',
        `    ${loader} --list $f 2>&1; v=$?`,
        '    echo "-- $v"',
        `    LD_TRACE_LOADED_OBJECTS=1 ${loader} $f 2>&1`,
        '  else',
        '    echo "-- not for the loader"',
        '  fi',
        '  n=$((n + 1))',
        'done',
      ].join('\n'),
    );
    const chroot = ['chroot', root, `${inside}/busybox`, 'sh', `${inside}/ask.sh`];
    const [command = '', ...args] =
      process.getuid?.() === 0 ? chroot : ['unshare', '--map-root-user', ...chroot];
    const { stdout } = await run(command, args, {
      env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
      maxBuffer: 1 << 28,
      encoding: 'latin1',
    });
    const parts = stdout.split(/^== \d+\n/m).slice(1);
    if (parts.length !== files.length)
      throw new Error(`${root}: ${parts.length} answers to ${files.length} questions`);
    return parts.map((part, index) => readAnswer(part, `${inside}/${DEPTH}/${index}/file`));
  } finally {
    await rm(probe, { recursive: true });
  }
}

function readAnswer(text: string, file: string): LoaderAnswer {
  const missingVersions = new Set<string>();
  const weakVersions = new Set<string>();
  const unversioned = new Set<string>();
  const missingLibraries = new Set<string>();
  const notForLoader = /^-- not for the loader$/m.test(text);
  const status = Number(/^-- (\d+)$/m.exec(text)?.[1] ?? 0);
  let transitive = 0;
  let refusal: string | undefined;
  for (const line of text.split('\n')) {
    const [, provider, weak, version, by] =
      /: (\S+): (?:(weak )?version `(.*)' not found|no version information available) \(required by (.*)\)$/.exec(
        line,
      ) ?? [];
    const missing =
      /^\t(.*) => not found$/.exec(line)?.[1] ??
      /: error while loading shared libraries: (.*): cannot open shared object file: /.exec(line)?.[1];
    if (provider !== undefined) {
      const library = basename(provider);
      if (by !== file) transitive += 1;
      else if (version === undefined) unversioned.add(library);
      else (weak === undefined ? missingVersions : weakVersions).add(`${library} ${version}`);
    } else if (missing !== undefined && missing !== file) {
      missingLibraries.add(missing);
    } else if (line !== '' && !/^(?:\t|-- )/.test(line)) {
      refusal ??= line;
    }
  }
  const gaveUp = !notForLoader && status !== 0 && missingLibraries.size === 0;
  return {
    missingVersions,
    weakVersions,
    unversioned,
    missingLibraries,
    transitive,
    notForLoader,
    ...(gaveUp ? { refusal: refusal ?? `status ${status}` } : {}),
  };
}

/** The root's loader, wherever its packages have put it. */
export async function loaderRoot(root: string, busybox: string): Promise<LoaderRoot> {
  for (const directory of ['/lib/x86_64-linux-gnu', '/usr/lib/x86_64-linux-gnu']) {
    const names = await readdir(join(root, directory)).catch((): string[] => []);
    if (names.includes('ld-linux-x86-64.so.2')) {
      return { root, loader: `${directory}/ld-linux-x86-64.so.2`, busybox };
    }
  }
  throw new Error(`${root} has no loader`);
}
