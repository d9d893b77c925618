/**
 * Holds verdicts on the files of real gems against real loaders: every ELF file of each precompiled gem for x86_64 is opened with
 * dlopen, every name bound at once, where Ruby's names are there as in a Ruby; of executables the loader itself is asked. Then those
 * that are for the Ruby of a Debian are opened in that Ruby.
 *
 *     npx jiti scripts/oracle/oddities/real-gems.ts DIR…
 *
 * Without directories: the fixtures' mirror, and those of GEMCOMPAT_ORACLE_GEMS, separated by colons.
 */
import { execFile } from 'node:child_process';
import { createReadStream, existsSync } from 'node:fs';
import { lstat, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { GemInside } from '../../../src/compat/inside.js';
import { judgeGem } from '../../../src/compat/judge.js';
import { selectBinaries } from '../../../src/compat/select.js';
import type { Finding, Judgement } from '../../../src/compat/types.js';
import { effectOf } from '../../../src/compat/verdict.js';
import { inspectGem } from '../../../src/gem/contents.js';
import type { GemBinary, GemContents } from '../../../src/gem/types.js';
import { defaultGemDirs } from '../gems.js';
import type { Comparison } from '../lockfiles.js';
import { mayBeUnknown, lacksWhatIsNamed } from './agreement.js';
import { Differences } from './differences.js';
import type { Answer, Loader } from './loaders.js';
import { ask, readLoaders } from './loaders.js';
import { X86_64 } from './machine.js';
import type { RubyProcess } from './ruby-process.js';
import { openInRuby, readRubies } from './ruby-process.js';
import { toolchainFor } from './toolchain.js';

const run = promisify(execFile);

/** Names that Ruby's own program or library exports. */
const OF_RUBY = /^(?:rb_|ruby_|onig|Onig|st_)/;

/** Names that Node exports to its addons. */
const OF_NODE = /^(?:napi_|node_api_|node_module_|uv_|_ZNK?2v8|_ZN4node)/;

const isAddon = ({ path }: GemBinary): boolean => path.endsWith('.node');

/** A library with every name of the program that opens it, Ruby or Node, that some file imports: it is opened before the file, for all to see. */
const STUB = 'libgemcompat-ruby.so';

interface Unpacked {
  readonly gem: string;
  readonly place: string;
  readonly contents: GemContents;
  /** Files that a loader of x86_64 is asked about. */
  readonly asked: readonly GemBinary[];
}

/** @throws as `compareOddities` */
export async function compareRealGems(
  dirs: readonly string[] = defaultGemDirs(),
  into = join(tmpdir(), 'gemcompat-oracle', 'systems'),
): Promise<Comparison> {
  const result: Comparison = { asked: 0, agreed: 0, differed: 0, skipped: 0, differences: [], notes: [] };
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    result.notes.push('the loaders run on x86_64 Linux only');
    return result;
  }
  const { loaders } = await readLoaders(into, await toolchainFor(X86_64));
  const directory = await mkdtemp(join(tmpdir(), 'gemcompat-gems-'));
  try {
    const gems: Unpacked[] = [];
    for (const path of await gemsIn(dirs, result.notes)) {
      gems.push(await unpack(path, directory, String(gems.length)));
    }
    await buildStub(gems, directory);
    const probes = loaders.map((loader) => probeOf(loader, directory));
    await compareGems('loaders', gems, probes, result);
    const { rubies, absent } = await readRubies(into);
    result.notes.push(...absent.map((each) => `no ${each.replaceAll(';', ',')}`));
    const processes = rubies.map((ruby) => rubyOf(ruby, directory));
    await compareGems('Rubies of Debian', gems, processes, result);
  } finally {
    await rm(directory, { recursive: true });
  }
  return result;
}

async function gemsIn(dirs: readonly string[], notes: string[]): Promise<string[]> {
  const paths: string[] = [];
  for (const dir of dirs) {
    if (!existsSync(dir)) notes.push(`${dir} is not there`);
    else paths.push(...(await readdir(dir)).sort().map((name) => join(dir, name)));
  }
  // The same gem of two directories is one.
  const byName = new Map(
    paths.filter((path) => /-x86_64-linux(?:-\w+)?\.gem$/.test(path)).map((path) => [basename(path), path]),
  );
  return [...byName.values()];
}

/** With tar, so that what the loaders get does not depend on how we read a gem. */
async function unpack(path: string, directory: string, place: string): Promise<Unpacked> {
  const gem = basename(path, '.gem');
  const contents = await inspectGem(() => Promise.resolve(createReadStream(path)), { gem });
  const to = join(directory, place);
  await mkdir(to);
  await run('sh', ['-ec', 'tar -xOf "$1" data.tar.gz | tar -xz --no-same-owner -C "$2"', 'sh', path, to]);
  await run('chmod', ['-R', 'u+rwX', to]);
  const asked = contents.binaries.filter(
    ({ elf, gzipped }) => !gzipped && elf.loadable && elf.dynamic && elf.cpu === 'x86_64',
  );
  return { gem, place, contents, asked };
}

async function buildStub(gems: readonly Unpacked[], directory: string): Promise<void> {
  const lines = new Set<string>();
  for (const { asked } of gems) {
    for (const file of asked) {
      const addon = isAddon(file);
      for (const name of file.elf.unversionedImports) {
        // No loader looks at what a name stands for; but addons call some of Node's as they are loaded.
        if (addon && OF_NODE.test(name)) lines.add(`long ${name}(void) { return 0; }\n`);
        if (!addon && OF_RUBY.test(name)) lines.add(`long ${name}[8] = {1};\n`);
      }
    }
  }
  const source = join(directory, 'ruby.c');
  await writeFile(source, [...lines].join(''));
  const flags = ['-shared', '-fPIC', '-nostdlib', '-fno-builtin', '-w'];
  await run('gcc', [...flags, '-o', join(directory, STUB), source]);
}

/** One loader, and the files of each gem that it is asked about. */
interface Asker {
  readonly loader: Loader;
  /** The project's Ruby, by which the gem is judged; absent for a program that has Ruby's names. */
  readonly ruby?: string;
  filesOf(gem: Unpacked): readonly GemBinary[];
  ask(files: readonly Asked[]): Promise<Answer[]>;
}

interface Asked {
  readonly gem: Unpacked;
  readonly file: GemBinary;
}

function probeOf(loader: Loader, directory: string): Asker {
  return {
    loader,
    filesOf: ({ asked }) => asked,
    ask: (files) =>
      ask(
        loader,
        directory,
        files.map(({ gem, file }) => taskOf(gem, file)),
      ),
  };
}

/** Only what that Ruby would open is put to it: no program, and nothing that is for another one. */
function rubyOf(process: RubyProcess, directory: string): Asker {
  const { ruby, libc } = process;
  return {
    loader: process,
    ruby,
    filesOf({ asked, contents }) {
      const wanted = { cpu: 'x86_64', libc, systems: [], rubyAbi: ruby } as const;
      const { binaries, findings } = selectBinaries(contents.binaries, wanted);
      if (findings.length > 0) return [];
      return asked.filter((file) => binaries.includes(file) && !isProgram(file.elf) && !isAddon(file));
    },
    ask: (files) =>
      openInRuby(
        process,
        directory,
        files.map(({ gem, file }) => inRoot(gem, file)),
      ),
  };
}

interface Count {
  files: number;
  loaded: number;
  refused: number;
  unknown: number;
  allowed: number;
}

async function compareGems(
  what: string,
  gems: readonly Unpacked[],
  askers: readonly Asker[],
  result: Comparison,
): Promise<void> {
  const differences = new Differences(askers.map(({ loader }) => loader));
  const count: Count = { files: 0, loaded: 0, refused: 0, unknown: 0, allowed: 0 };
  for (const asker of askers) await compareWith(asker, gems, { differences, count, result });
  result.differences.push(...differences.lines());
  result.notes.push(
    `${gems.length} gems, ${askers.length} ${what}, ${count.files} files: ${count.loaded} load, ${count.refused} are refused`,
    `verdicts that are unknown: ${count.unknown}, ${count.allowed} of them where only a run can tell`,
  );
}

async function compareWith(
  asker: Asker,
  gems: readonly Unpacked[],
  { differences, count, result }: { differences: Differences; count: Count; result: Comparison },
): Promise<void> {
  const { loader, ruby } = asker;
  const files = gems.flatMap((gem) => asker.filesOf(gem).map((file): Asked => ({ gem, file })));
  count.files += files.length;
  const answers = await asker.ask(files);
  const verdicts = new Map(
    gems.map((gem) => [
      gem,
      loader.targets.map((target) => ({
        target,
        ...judgeGem(gem.contents, { target, cpu: 'x86_64', ...(ruby === undefined ? {} : { ruby }) }),
      })),
    ]),
  );
  for (const [index, { gem, file }] of files.entries()) {
    const given = answers[index];
    if (given === undefined) throw new Error(`no answer about ${file.path}`);
    const answer = await startable(given, file, loader);
    count[answer.loaded ? 'loaded' : 'refused'] += 1;
    const loaded = loadedWith(file, gem.contents);
    for (const { target, findings } of verdicts.get(gem) ?? []) {
      if (lacksWhatIsNamed({ elfs: [file.elf], loader, target })) {
        result.skipped += 1;
        continue;
      }
      const about = findings.filter((finding) => loaded.has(finding.file));
      const verdict = verdictOfSome(about);
      result.asked += 1;
      if (verdict === 'unknown') count.unknown += 1;
      const allowed =
        verdict === 'unknown' && mayBeUnknown([file.elf], { loader, target, answer, findings: about });
      if (allowed) count.allowed += 1;
      if (allowed || (verdict !== 'unknown' && answer.loaded === (verdict === 'compatible'))) {
        result.agreed += 1;
        continue;
      }
      result.differed += 1;
      const specimen = `${gem.gem}: ${file.path}`;
      differences.add({ specimen, loader, target, answer, lazy: answer, verdict, findings: about });
    }
  }
}

function verdictOfSome(findings: readonly Finding[]): Judgement['verdict'] {
  if (findings.some((finding) => effectOf(finding) === 'incompatible')) return 'incompatible';
  return findings.length > 0 ? 'unknown' : 'compatible';
}

/** Paths of a file and of what the gem itself brings for it. */
function loadedWith(file: GemBinary, contents: GemContents): ReadonlySet<string> {
  const inside = new GemInside(contents);
  const found = new Set([file]);
  for (const each of found) {
    for (const library of each.elf.needed) {
      const own = inside.resolve(each, library);
      if (own !== undefined) found.add(own);
    }
  }
  return new Set([...found].map(({ path }) => path));
}

const inRoot = ({ place }: Unpacked, { path }: GemBinary): string => `/oddities/files/${place}/${path}`;

function taskOf(gem: Unpacked, file: GemBinary): string {
  const inside = inRoot(gem, file);
  if (isProgram(file.elf)) return `list ${inside}`;
  return `now +/oddities/files/${STUB}|${inside}`;
}

function isProgram({ interpreter, pie, type }: GemBinary['elf']): boolean {
  return interpreter !== undefined || pie || type === 'exec';
}

/** A loader lists what a program needs, whether or not that is the loader that the program names. */
async function startable(answer: Answer, { elf }: GemBinary, { root }: Loader): Promise<Answer> {
  if (!isProgram(elf) || elf.interpreter === undefined) return answer;
  const there = await lstat(join(root, elf.interpreter)).catch(() => undefined);
  return there === undefined ? { loaded: false, words: `there is no ${elf.interpreter}` } : answer;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const dirs = process.argv.slice(2);
  const { differences, notes, ...counts } = await compareRealGems(dirs.length > 0 ? dirs : undefined);
  console.log([...differences, ...notes].join('\n'));
  console.log(counts);
  process.exitCode = counts.differed === 0 ? 0 : 1;
}
