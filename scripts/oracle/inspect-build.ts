/**
 * Builds the binaries of `fixtures/deployed` from their sources, in small systems of the Debian releases that
 * `fixtures/deployed/build.sh` names. Run as a program it writes those that are committed:
 *
 *     npx jiti scripts/oracle/inspect-build.ts
 */
import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants } from 'node:zlib';
import { debianSystem, inSystem } from './debian-system.js';

const SOURCES = fileURLToPath(new URL('../../fixtures/deployed/', import.meta.url));

const SYSTEM = ['binutils', 'coreutils', 'dash', 'findutils', 'grep', 'gzip', 'mawk', 'sed', 'tar'];
const RUBY = ['bundler', 'g++', 'gcc', 'libc6-dev', 'libffi-dev', 'libyaml-dev', 'make', 'ruby', 'ruby-dev'];

/** What each release's system has besides the shell's programs. */
const PACKAGES = {
  bookworm: [...SYSTEM, ...RUBY, 'golang-1.19-go'],
  trixie: [...SYSTEM, ...RUBY, 'musl-tools', 'rustc', 'zip'],
} as const;

export type BuildSuite = keyof typeof PACKAGES;

export interface Built {
  readonly suite: BuildSuite;
  /** The system in which everything was built: a root directory. */
  readonly root: string;
  /** Where the results lie: executables, `lib/`, `vendor/bundle`, zips. */
  readonly out: string;
  /** `rustc_1.85.0+dfsg3-1_amd64.deb` */
  readonly packages: readonly string[];
}

/** Path in the system of what is built there. */
const OUT = '/work/out';

/**
 * @param into the directory below which the systems lie
 * @throws where a package cannot be had, or a build fails, with what it printed.
 */
export async function buildFixtures(suite: BuildSuite, into: string): Promise<Built> {
  const root = join(into, suite);
  const packages = await debianSystem({ suite, names: PACKAGES[suite], into: root });
  await rm(join(root, 'work'), { recursive: true, force: true });
  await cp(SOURCES, join(root, 'work'), { recursive: true, filter: (path) => basename(path) !== 'bin' });
  const built: Built = { suite, root, out: join(root, OUT), packages };
  const parts = suite === 'bookworm' ? ['go'] : ['rust'];
  const gems = (await readdir(join(SOURCES, 'src/gems'))).sort().map((name) => `src/gems/${name}`);
  await build(built, `gems ${OUT} ${gems.join(' ')}`);
  for (const part of parts) await build(built, `${part} ${OUT}`);
  if (suite === 'trixie') await build(built, `function ${OUT}`);
  return built;
}

/** One part of `build.sh`. */
export async function build({ root }: Built, args: string): Promise<void> {
  const { status, stdout, stderr } = await inSystem(root, `sh build.sh ${args}`, { cwd: '/work' });
  if (status !== 0) throw new Error(`build.sh ${args}: status ${status}\n${stdout}${stderr}`);
}

/** What is committed: file of `fixtures/deployed/bin`, and the release that it comes from; `.br` is compressed. */
export const COMMITTED = {
  'proxy-cgo.br': 'bookworm',
  'proxy-static.br': 'bookworm',
  'function.zip': 'trixie',
  'function-musl.zip': 'trixie',
  'function-musl-dynamic.zip': 'trixie',
} as const satisfies Readonly<Record<string, BuildSuite>>;

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const bin = join(SOURCES, 'bin');
  await mkdir(bin, { recursive: true });
  const into = join(tmpdir(), 'gemcompat-oracle', 'systems');
  const built = {
    bookworm: await buildFixtures('bookworm', into),
    trixie: await buildFixtures('trixie', into),
  };
  for (const [name, suite] of Object.entries(COMMITTED)) {
    const from = join(built[suite].out, basename(name, '.br'));
    const bytes = await readFile(from);
    const params = { [constants.BROTLI_PARAM_LGWIN]: 24, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
    await writeFile(join(bin, name), name.endsWith('.br') ? brotliCompressSync(bytes, { params }) : bytes);
    console.log(name, (await readFile(join(bin, name))).length);
  }
}
