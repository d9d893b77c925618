/** Small systems in which one library is odd, each asked of its own loader; `ldconfig` and gcc are the machine's. */
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

const fixture = (name: string): string => fileURLToPath(new URL(`../../fixtures/${name}`, import.meta.url));

/** Puts something into a root: where, and what. */
interface Placed {
  readonly path: string;
  readonly put: (real: string) => Promise<void>;
}

export interface Stage {
  readonly name: string;
  readonly placed: readonly Placed[];
}

const copy = (path: string, from: string): Placed => ({ path, put: (real) => cp(from, real) });
const text = (path: string, content: string): Placed => ({ path, put: (real) => writeFile(real, content) });
const link = (path: string, to: string): Placed => ({ path, put: (real) => symlink(to, real) });
/** Runs ldconfig over the root as it is by then. */
const ldconfig: Placed = {
  path: '/etc/ld.so.cache',
  put: async (real) => {
    await run('ldconfig', ['-r', dirname(dirname(real))], { env: { PATH: '/usr/sbin:/sbin:/usr/bin:/bin' } });
  },
};

/** libstub.so.1 with the versions of a map, or with none. */
function built(path: string, map: string | undefined): Placed {
  return {
    path,
    put: async (real) => {
      const folder = await mkdtemp(join(tmpdir(), 'gemcompat-stage-'));
      try {
        const script = join(folder, 'stub.map');
        if (map !== undefined) await writeFile(script, map);
        const versions = map === undefined ? [] : [`-Wl,--version-script=${script}`];
        const flags = ['-Os', '-s', '-shared', '-fPIC', '-nostdlib', '-Wl,-soname,libstub.so.1', ...versions];
        await run('gcc', [...flags, fixture('elf/src/stub.c'), '-o', real]);
      } finally {
        await rm(folder, { recursive: true });
      }
    },
  };
}

const FIRST = '/lib/x86_64-linux-gnu/libstub.so.1';
const LAST = '/usr/lib/libstub.so.1';
const BOTH = 'STUB_1 { global: old_call; local: *; }; STUB_2 { global: new_call; } STUB_1;';

/**
 * What is asked about in each of them is `lib-weak-verneed.so`, which needs STUB_1 of libstub.so.1, and STUB_2 weakly.
 */
export const STAGES: readonly Stage[] = [
  { name: 'the library is not there', placed: [] },
  { name: 'both versions', placed: [built(FIRST, BOTH)] },
  {
    name: 'the version that is needed weakly is not defined',
    placed: [built(FIRST, 'STUB_1 { global: *; };')],
  },
  { name: 'the version that is needed is not defined', placed: [built(FIRST, 'STUB_2 { global: *; };')] },
  { name: 'no versions at all', placed: [built(FIRST, undefined)] },
  {
    name: 'its own name is its only version',
    placed: [copy(FIRST, fixture('elf/bin/lib-verdefs-share-verdaux.so'))],
  },
  {
    name: 'one for another machine lies in front',
    placed: [copy(FIRST, fixture('rootfs/bin/aarch64/libz.so.1.2.13')), built(LAST, BOTH)],
  },
  {
    name: 'one of 32 bits lies in front',
    placed: [copy(FIRST, fixture('elf/bin/exe-x86')), built(LAST, BOTH)],
  },
  {
    name: 'one with the other order of bytes lies in front',
    placed: [copy(FIRST, fixture('elf/bin/lib-verdef-s390x.so')), built(LAST, BOTH)],
  },
  { name: 'a text lies in front', placed: [text(FIRST, 'INPUT(-lstub)\n'.repeat(20)), built(LAST, BOTH)] },
  { name: 'an empty file lies in front', placed: [text(FIRST, ''), built(LAST, BOTH)] },
  { name: 'an object file', placed: [copy(FIRST, fixture('elf/bin/object-file.o')), built(LAST, BOTH)] },
  { name: 'a separate debug file', placed: [copy(FIRST, fixture('elf/bin/separate-debug-objcopy'))] },
  { name: 'a position-independent executable', placed: [copy(FIRST, fixture('elf/bin/exe-pie'))] },
  { name: 'a link in a loop', placed: [link(FIRST, 'libstub.so.1'), built(LAST, BOTH)] },
  {
    name: 'a link through a file',
    placed: [link(FIRST, 'libc.so.6/libstub.so.1'), built(LAST, BOTH)],
  },
  {
    name: 'a directory of that name',
    placed: [text(`${FIRST}/file`, ''), built(LAST, BOTH)],
  },
  { name: 'a link that dangles', placed: [link(FIRST, '/nowhere'), built(LAST, BOTH)] },
  { name: 'an absolute link', placed: [built('/opt/stub/file', BOTH), link(FIRST, '/opt/stub/file')] },
  {
    name: 'in a directory of ld.so.conf, in the cache',
    placed: [
      text('/etc/ld.so.conf', 'include *.d/[a-z]*\n'),
      text('/etc/some.d/stub', '/opt/lib\n'),
      built('/opt/lib/libstub.so.1', BOTH),
      ldconfig,
    ],
  },
  {
    name: 'in a directory of ld.so.conf, copied after ldconfig was run',
    placed: [text('/etc/ld.so.conf', '/opt/lib\n'), ldconfig, built('/opt/lib/libstub.so.1', BOTH)],
  },
  {
    name: 'in a directory of ld.so.conf without a link from its soname',
    placed: [text('/etc/ld.so.conf', '/opt/lib/ # ours\n'), built('/opt/lib/libstub.so.1.0', BOTH), ldconfig],
  },
  {
    name: 'in a directory of ld.so.conf, in front of the system’s',
    placed: [
      text('/etc/ld.so.conf', '/opt/lib\n'),
      built('/opt/lib/libstub.so.1', 'STUB_2 { global: *; };'),
      built(FIRST, BOTH),
      ldconfig,
    ],
  },
  {
    name: 'in a directory of ld.so.conf that has another name too',
    placed: [
      text('/etc/ld.so.conf', '/opt/link\n/opt/lib\n'),
      built('/opt/lib/libstub.so.1', BOTH),
      link('/opt/link', 'lib'),
      ldconfig,
    ],
  },
  { name: 'in a directory of no loader', placed: [built('/opt/lib/libstub.so.1', BOTH)] },
  { name: 'in /lib64, where Debian’s loader does not look', placed: [built('/lib64/libstub.so.1', BOTH)] },
];

/** A copy of a root with the stage's files in it. The caller removes it. */
export async function stageRoot(base: string, { placed }: Stage): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'gemcompat-stage-'));
  try {
    await cp(base, root, { recursive: true, verbatimSymlinks: true });
    for (const { path, put } of placed) {
      const real = join(root, path);
      await mkdir(dirname(real), { recursive: true });
      await put(real);
    }
    return root;
  } catch (error) {
    await rm(root, { recursive: true });
    throw error;
  }
}

export const STAGED = fixture('elf/bin/lib-weak-verneed.so');
