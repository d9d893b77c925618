/**
 * Holds `gemcompat inspect` against what really happens: the executables of `fixtures/deployed` are built from their sources,
 * started in systems of Debian 11, 12 and 13, and the outcome is compared with the verdict on that system; gems with C
 * extensions, our own and others', are installed into a vendor/bundle by Debian's Bundler, and every library in it is asked of
 * the loaders of those systems.
 *
 *     npx jiti scripts/oracle/inspect.ts
 */
import { cp, mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliDecompressSync } from 'node:zlib';
import { effectOf } from '../../src/compat/verdict.js';
import type { Finding } from '../../src/compat/types.js';
import { gemcompat, ROOT } from '../../test/helpers/cli.js';
import { debianPackages } from './debian.js';
import { debianSources, inSystem } from './debian-system.js';
import { compareBounds } from './inspect-bounds.js';
import type { Built, BuildSuite } from './inspect-build.js';
import { build, buildFixtures, COMMITTED } from './inspect-build.js';
import type { LoaderAnswer, LoaderRoot } from './loader-judge.js';
import { askLoader, loaderRoot } from './loader-judge.js';
import { ROOT_SUITES } from './loader-packages.js';
import type { Comparison } from './lockfiles.js';
import { runnerSystem } from './runner-system.js';

/** Gems with C extensions in Debian's source packages: package, and the gem's directory in it. */
const THIRD_PARTY: Readonly<Record<BuildSuite, readonly (readonly [name: string, directory: string])[]>> = {
  bookworm: [
    ['ruby3.3', 'ext/date'],
    ['ruby3.3', '.bundle/gems/racc-1.7.3'],
    ['ruby-bcrypt', '.'],
    ['puma', '.'],
  ],
  trixie: [
    ['ruby3.3', 'ext/bigdecimal'],
    ['ruby3.3', 'ext/date'],
    ['ruby3.3', 'ext/io/console'],
    ['ruby3.3', 'ext/stringio'],
    ['ruby3.3', '.bundle/gems/racc-1.7.3'],
    ['puma', '.'],
    ['ruby-bcrypt', '.'],
    ['ruby-bindex', '.'],
    ['ruby-ffi', '.'],
  ],
};

/** Executables, the release that each is built on, and where it lies there. */
const EXECUTABLES = [
  ['proxy-cgo', 'bookworm'],
  ['proxy-static', 'bookworm'],
  ['bootstrap', 'trixie'],
  ['bootstrap-static', 'trixie'],
  ['bootstrap-musl', 'trixie'],
  ['bootstrap-musl-dynamic', 'trixie'],
] as const;

/** Named targets that a loader of ours speaks for: the same release, or another one with the same glibc. */
const NAMED: Readonly<Record<string, (typeof ROOT_SUITES)[number]>> = {
  'debian-11': 'bullseye',
  'ubuntu-20.04': 'bullseye',
  'debian-12': 'bookworm',
  'debian-13': 'trixie',
};

/** Named targets without a loader here, of which only a note is taken. */
const NOTED = ['al2023', 'alpine-3.20'] as const;

interface Runner extends LoaderRoot {
  readonly suite: string;
}

/** One finding of a report, with the gem that it is about. */
interface Located {
  readonly gem: string;
  readonly finding: Finding;
}

/**
 * @throws with code ENOENT where a program is absent (apt-get, unshare); what apt-get says where it cannot download.
 */
export async function compareInspect(
  into = join(tmpdir(), 'gemcompat-oracle', 'systems'),
): Promise<Comparison> {
  const result: Comparison = { asked: 0, agreed: 0, differed: 0, skipped: 0, differences: [], notes: [] };
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    result.notes.push('the systems run on x86_64 Linux only');
    return result;
  }
  await stat(join(ROOT, 'dist/src/cli.js'));
  const runners: Runner[] = [];
  const tools = await debianPackages({
    suite: 'bookworm',
    arch: 'amd64',
    names: ['busybox-static'],
    into: join(into, 'tools'),
  });
  for (const suite of ROOT_SUITES) {
    const { root } = await runnerSystem(suite, into);
    runners.push({ ...(await loaderRoot(root, join(tools.root, 'bin/busybox'))), suite });
  }
  const builds = {
    bookworm: await buildFixtures('bookworm', into),
    trixie: await buildFixtures('trixie', into),
  };
  await compareCommitted(builds, result);
  await compareExecutables(builds, runners, result);
  for (const built of Object.values(builds)) await compareBundle(built, into, runners, result);
  await compareBounds(into, join(builds.bookworm.out, 'proxy-cgo'), result);
  return result;
}

function answer(result: Comparison, difference: string | undefined): void {
  result.asked += 1;
  if (difference === undefined) {
    result.agreed += 1;
    return;
  }
  result.differed += 1;
  result.differences.push(difference);
}

/** Whether the sources make what is committed. Another point release of a compiler may make other bytes: that is noted. */
async function compareCommitted(
  builds: Readonly<Record<BuildSuite, Built>>,
  result: Comparison,
): Promise<void> {
  const others: string[] = [];
  for (const [name, suite] of Object.entries(COMMITTED)) {
    const committed = await readFile(join(ROOT, 'fixtures/deployed/bin', name));
    const made = await readFile(join(builds[suite].out, basename(name, '.br')));
    if (!made.equals(name.endsWith('.br') ? brotliDecompressSync(committed) : committed)) others.push(name);
  }
  const count = Object.keys(COMMITTED).length;
  result.notes.push(
    `built again: ${count - others.length} of ${count} fixtures byte for byte${others.length > 0 ? `, not ${others.join(', ')}` : ''}`,
  );
}

async function inspect(path: string, target: string): Promise<{ code: number | null; found: Located[] }> {
  const { code, stdout, stderr } = await gemcompat(['inspect', path, '--target', target, '--format', 'json']);
  if (!stdout.startsWith('{'))
    throw new Error(`inspect ${path} --target ${target}: status ${code}: ${stderr}`);
  const { subjects } = JSON.parse(stdout) as {
    subjects: { groups: { name: string; results?: { findings: Finding[] }[] }[] }[];
  };
  const groups = subjects.flatMap((subject) => subject.groups);
  return {
    code,
    found: groups.flatMap(({ name, results = [] }) =>
      results.flatMap(({ findings }) => findings.map((finding) => ({ gem: name, finding }))),
    ),
  };
}

/** Started or refused, and by what. */
async function compareExecutables(
  builds: Readonly<Record<BuildSuite, Built>>,
  runners: readonly Runner[],
  result: Comparison,
): Promise<void> {
  let started = 0;
  let refused = 0;
  for (const { root, suite } of runners) {
    const task = join(root, 'work/task');
    for (const [name, from] of EXECUTABLES) {
      await rm(task, { recursive: true, force: true });
      await mkdir(task, { recursive: true });
      await cp(join(builds[from].out, name), join(task, name));
      // The layer is the same for all: only `bootstrap` is linked to it.
      await cp(join(builds.trixie.out, 'lib'), join(task, 'lib'), { recursive: true });
      const { ran, complaint } = await start(root, name);
      if (ran) started += 1;
      else refused += 1;
      const { code, found } = await inspect(join(task, name), `rootfs:${root}`);
      // Where the function's own library lies is said by LD_LIBRARY_PATH.
      const against = found
        .map(({ finding }) => finding)
        .filter((finding) => effectOf(finding) === 'incompatible')
        .filter((finding) => !('library' in finding && finding.library === 'libgreeting.so'));
      const said = against.length > 0 || (code === 1 && found.length === 0) ? 'incompatible' : 'compatible';
      const where = `${name} on ${suite}`;
      if (ran !== (said === 'compatible')) {
        answer(
          result,
          `${where}: ${ran ? 'it runs' : `it does not run (${complaint})`}, we say ${said} (${code})`,
        );
        continue;
      }
      const version = /version `([^']+)' not found/.exec(complaint)?.[1];
      const named = against.some(
        (finding) => finding.kind === 'symbol-version' && finding.symbolVersion === version,
      );
      answer(
        result,
        version !== undefined && !named
          ? `${where}: the loader misses ${version}, we do not name it`
          : undefined,
      );
    }
    await rm(task, { recursive: true, force: true });
  }
  result.notes.push(`executables: ${started} started, ${refused} refused`);
}

/** Starts an executable of /work/task in a system, the runtimes against a runtime API that has one event. */
async function start(root: string, name: string): Promise<{ ran: boolean; complaint: string }> {
  const responses: string[] = [];
  let events = 1;
  const api = createServer((request, response) => {
    if (request.method === 'POST') {
      request.setEncoding('utf8').on('data', (text: string) => responses.push(text));
      request.on('end', () => response.writeHead(202).end());
    } else if (events > 0) {
      events -= 1;
      response.writeHead(200, { 'Lambda-Runtime-Aws-Request-Id': '1' }).end('{}');
    } else response.writeHead(410).end();
  });
  await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve));
  try {
    const { port } = api.address() as AddressInfo;
    const env = { AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${port}`, LD_LIBRARY_PATH: '/work/task/lib' };
    const { status, stdout, stderr } = await inSystem(root, `./${name}`, { cwd: '/work/task', env });
    const answered = name.startsWith('proxy')
      ? /^proxy with(?:out libc| glibc \d)/.test(stdout)
      : responses.length === 1 && (responses[0] ?? '').includes('hello from');
    return { ran: status === 0 && answered, complaint: `status ${status} ${stderr.trim()}` };
  } finally {
    api.close();
    api.closeAllConnections();
  }
}

/** A vendor/bundle with our gems and others', as Bundler installs it. */
async function compareBundle(
  built: Built,
  into: string,
  runners: readonly Runner[],
  result: Comparison,
): Promise<void> {
  const { suite, root } = built;
  const sources = await debianSources({
    suite: 'trixie',
    names: [...new Set(THIRD_PARTY[suite].map(([name]) => name))],
    into: join(into, 'sources'),
  });
  if (sources.missing.length > 0) result.notes.push(`no source of ${sources.missing.join(', ')}`);
  const gems = (await readdir(join(root, 'work/src/gems'))).sort().map((name) => `src/gems/${name}`);
  for (const [name, directory] of THIRD_PARTY[suite]) {
    const from = sources.directories.get(name);
    if (from === undefined) continue;
    const gem = `third-party/${name}-${directory.replaceAll(/\W+/g, '-')}`;
    await cp(join(from, directory), join(root, 'work', gem), { recursive: true });
    gems.push(gem);
  }
  await build(built, `gems /work/app ${gems.join(' ')}`);
  const bundle = join(root, 'work/app/vendor/bundle');

  const own = await inspect(bundle, `rootfs:${root}`);
  const loaded = await load(built);
  answer(
    result,
    loaded === '' && own.code === 0
      ? undefined
      : `${suite}'s bundle in ${suite} itself: status ${own.code}; Ruby: ${loaded || 'loads'}`,
  );

  const libraries = await librariesOf(bundle);
  const answers = new Map<string, LoaderAnswer[]>();
  const tally = new Map<string, number>();
  for (const runner of runners) {
    const said = await askLoader(runner, libraries);
    answers.set(runner.suite, said);
    const { found } = await inspect(bundle, `rootfs:${runner.root}`);
    for (const [index, path] of libraries.entries()) {
      const theirs = said[index];
      if (theirs === undefined) throw new Error(`no answer about ${path}`);
      const file = relative(bundle, path);
      const kind = theirs.missingVersions.size > 0 ? 'refused' : 'with all versions';
      tally.set(kind, (tally.get(kind) ?? 0) + 1);
      answer(result, differenceOf(`${suite}'s ${file} on ${runner.suite}`, theirs, about(found, file), true));
    }
  }
  for (const [target, loader] of Object.entries(NAMED)) {
    const { found } = await inspect(bundle, target);
    for (const [index, path] of libraries.entries()) {
      const theirs = answers.get(loader)?.[index];
      if (theirs === undefined) throw new Error(`no answer about ${path}`);
      const file = relative(bundle, path);
      answer(result, differenceOf(`${suite}'s ${file} on ${target}`, theirs, about(found, file), false));
    }
  }
  for (const target of NOTED) {
    const { code, found } = await inspect(bundle, target);
    const broken = new Map<string, Set<string>>();
    for (const { gem, finding } of found) {
      if (effectOf(finding) !== 'incompatible') continue;
      const what = 'symbolVersion' in finding ? finding.symbolVersion : finding.kind;
      broken.set(gem, (broken.get(gem) ?? new Set()).add(what));
    }
    const words = [...broken].map(([gem, versions]) => `${gem} (${[...versions].join(', ')})`);
    result.notes.push(
      `${suite}'s bundle on ${target}, status ${code}: ${words.join(', ') || 'nothing breaks'}`,
    );
  }
  const counts = [...tally].map(([kind, count]) => `${count} ${kind}`).join(', ');
  result.notes.push(`${suite}'s bundle of ${gems.length} gems, ${libraries.length} libraries: ${counts}`);
}

/** Loads every gem of ours in the system that it was installed on. @returns what Ruby complains of */
async function load({ root }: Built): Promise<string> {
  const { status, stderr } = await inSystem(root, 'ruby ../load.rb', { cwd: '/work/app' });
  return status === 0 ? '' : `status ${status} ${stderr.trim()}`;
}

async function librariesOf(bundle: string): Promise<string[]> {
  const names = await readdir(bundle, { recursive: true });
  return names
    .filter((name) => name.endsWith('.so'))
    .sort()
    .map((name) => join(bundle, name));
}

function about(found: readonly Located[], file: string): Finding[] {
  return found.map(({ finding }) => finding).filter((finding) => finding.file === file);
}

/** @param libraries whether those that are not found are compared: of a named target they are not all known */
function differenceOf(
  where: string,
  theirs: LoaderAnswer,
  ours: readonly Finding[],
  libraries: boolean,
): string | undefined {
  const said = new Set<string>();
  const asked = new Set(theirs.missingVersions);
  for (const finding of ours) {
    if (finding.kind === 'symbol-version') said.add(`${finding.library} ${finding.symbolVersion}`);
    if (libraries && finding.kind === 'missing-library') said.add(finding.library);
  }
  if (libraries) for (const library of theirs.missingLibraries) asked.add(library);
  const only = [...said].filter((name) => !asked.has(name));
  const lacking = [...asked].filter((name) => !said.has(name));
  if (only.length + lacking.length === 0) return undefined;
  return `${where}: only we say ${JSON.stringify(only)}, only the loader says ${JSON.stringify(lacking)}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const started = performance.now();
  const { differences, ...counts } = await compareInspect();
  console.log(counts);
  for (const difference of differences) console.log(difference);
  console.log(`${Math.round((performance.now() - started) / 1000)} s`);
  process.exitCode = counts.differed === 0 ? 0 : 1;
}
