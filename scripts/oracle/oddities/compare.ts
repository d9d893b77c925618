/**
 * Holds verdicts on odd ELF files against what real loaders do with them: files of many kinds, made by real toolchains, are opened
 * by the glibc of four Debians and by their musl, and judged as a gem. Then the same with single fields of their headers changed.
 *
 *     npx jiti scripts/oracle/oddities/compare.ts [words of the kind…]
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Judgement } from '../../../src/compat/types.js';
import type { Target } from '../../../src/target/types.js';
import { arches } from '../exports.js';
import type { Comparison } from '../lockfiles.js';
import { lacksWhatIsNamed, mayBeUnknown } from './agreement.js';
import type { Kind } from './kind.js';
import { kindsOf } from './kinds/index.js';
import { Differences } from './differences.js';
import type { Answer, Loader } from './loaders.js';
import { ask, readLoaders } from './loaders.js';
import type { Machine } from './machine.js';
import { MACHINES, X86_64 } from './machine.js';
import { mutantsOf } from './mutants.js';
import type { Specimen } from './specimen.js';
import { isPutTo, judge, makeAll, taskOf } from './specimen.js';
import type { Tool, Toolchain } from './toolchain.js';
import { TOOLS, toolchainFor } from './toolchain.js';

const run = promisify(execFile);

export interface OdditiesOptions {
  /** Where systems are unpacked, and found again. */
  readonly into?: string;
  /** Only kinds with one of these words in their name. */
  readonly words?: readonly string[];
  readonly mutants?: number;
  readonly seed?: number;
}

/** As many mutants are made of all files together, unless GEMCOMPAT_ORACLE_MUTANTS says otherwise. */
const MUTANTS = 400;

/**
 * @throws with code ENOENT if a program is absent (gcc, apt-get, chroot), with EPERM if no root may be entered, and what apt-get says
 * if it cannot download. A CPU without a cross compiler or an emulator here is left out, and the notes say so.
 */
export async function compareOddities(options: OdditiesOptions = {}): Promise<Comparison> {
  const result: Comparison = { asked: 0, agreed: 0, differed: 0, skipped: 0, differences: [], notes: [] };
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    result.notes.push('the loaders run on x86_64 Linux only');
    return result;
  }
  const wanted = arches();
  for (const machine of MACHINES.filter(({ arch }) => wanted.includes(arch))) {
    try {
      await compareFor(machine, options, result);
    } catch (error) {
      const { code, message } = error as Error & { code?: unknown };
      if (machine === X86_64 || code !== 'ENOENT') throw error;
      result.notes.push(`${machine.arch}: cannot be asked here: ${message}`);
    }
  }
  return result;
}

async function compareFor(machine: Machine, options: OdditiesOptions, result: Comparison): Promise<void> {
  const toolchain = await toolchainFor(machine);
  const into = options.into ?? join(tmpdir(), 'gemcompat-oracle', 'systems');
  const { loaders, absent } = await readLoaders(into, toolchain);
  if (absent.length > 0) result.notes.push(`${machine.arch}: apt-get cannot get ${absent.join(', ')}`);
  const directory = await mkdtemp(join(tmpdir(), 'gemcompat-oddities-'));
  try {
    const kinds = someOf(
      Object.values(kindsOf(machine))
        .flat()
        .filter(({ name }) => options.words?.some((word) => name.includes(word)) ?? true),
      machine,
    );
    const tools = await toolsHere(toolchain);
    const { specimens, skipped } = await makeAll(kinds, directory, { tools, toolchain });
    result.skipped += skipped.length;
    result.notes.push(
      ...skipped.map((each) => each.replaceAll(';', ',')).map((each) => onMachine(machine, each)),
    );
    const all = { machine, loaders, directory };
    await compareAll('kinds', specimens, all, result);
    const count = options.mutants ?? Number(process.env['GEMCOMPAT_ORACLE_MUTANTS'] ?? MUTANTS);
    const mutants = await mutantsOf(specimens, { directory, count, seed: options.seed ?? 1 });
    await compareAll('mutants', mutants, all, result);
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** All of x86_64; of another CPU as many as GEMCOMPAT_ORACLE_KINDS says, spread evenly. */
function someOf(kinds: readonly Kind[], machine: Machine): readonly Kind[] {
  const limit = Number(process.env['GEMCOMPAT_ORACLE_KINDS'] ?? Infinity);
  if (machine === X86_64 || kinds.length <= limit) return kinds;
  return kinds.filter(
    (_, index) =>
      Math.floor((index * limit) / kinds.length) !== Math.floor(((index + 1) * limit) / kinds.length),
  );
}

const onMachine = (machine: Machine, words: string): string =>
  machine === X86_64 ? words : `${machine.arch}: ${words}`;

async function toolsHere(toolchain: Toolchain): Promise<Set<Tool>> {
  const here = await Promise.all(
    TOOLS.map(async (tool) => {
      const program = toolchain.programOf(tool) ?? '';
      const there = await run('sh', ['-c', 'command -v "$1"', 'sh', program]).catch(() => undefined);
      return there === undefined ? [] : [tool];
    }),
  );
  return new Set(here.flat());
}

async function compareAll(
  what: string,
  specimens: readonly Specimen[],
  { machine, loaders, directory }: { machine: Machine; loaders: readonly Loader[]; directory: string },
  result: Comparison,
): Promise<void> {
  const differences = new Differences(loaders);
  const ended: string[] = [];
  const count = { loaded: 0, lazily: 0, refused: 0, unknown: 0 };
  for (const loader of loaders) {
    const put = specimens.filter((specimen) => isPutTo(specimen, loader));
    result.skipped += specimens.length - put.length;
    const tasks = put.flatMap((specimen) => [taskOf(specimen, 'now'), taskOf(specimen, 'lazy')]);
    const answers = await ask(loader, directory, tasks);
    for (const [index, specimen] of put.entries()) {
      const now = answers[index * 2];
      const lazy = answers[index * 2 + 1];
      if (now === undefined || lazy === undefined) throw new Error(`no answer about ${specimen.name}`);
      count[now.loaded ? 'loaded' : lazy.loaded ? 'lazily' : 'refused'] += 1;
      if (now.signal !== undefined) ended.push(`${specimen.name} on ${loader.name} (signal ${now.signal})`);
      for (const target of loader.targets) {
        if (lacksWhatIsNamed({ elfs: Object.values(specimen.files), loader, target })) {
          result.skipped += 1;
          continue;
        }
        const judgement = judge(specimen, target, machine.cpu);
        const { verdict, findings } = judgement;
        result.asked += 1;
        if (verdict === 'unknown') count.unknown += 1;
        if (agrees(specimen, loader, now, target, judgement)) {
          result.agreed += 1;
          continue;
        }
        result.differed += 1;
        differences.add({ specimen: specimen.name, loader, target, answer: now, lazy, verdict, findings });
      }
    }
  }
  result.differences.push(...differences.lines());
  result.notes.push(
    onMachine(
      machine,
      `${specimens.length} ${what} × ${loaders.length} loaders: ${count.loaded} load, ${count.lazily} load lazily alone, ${count.refused} are refused`,
    ),
    ...(ended.length === 0 ? [] : [`loaders that ended: ${ended.join(', ')}`]),
    onMachine(machine, `verdicts on ${what} that are unknown: ${count.unknown}`),
  );
}

function agrees(
  { kind, files }: Specimen,
  loader: Loader,
  answer: Answer,
  target: Target,
  { verdict, findings }: Judgement,
): boolean {
  if (verdict !== 'unknown') return answer.loaded === (verdict === 'compatible');
  if (kind.unknown?.(loader) === true) return true;
  return mayBeUnknown(Object.values(files), { loader, target, answer, findings });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const words = process.argv.slice(2);
  const started = performance.now();
  const { differences, notes, ...counts } = await compareOddities(words.length === 0 ? {} : { words });
  console.log([...differences, ...notes].join('\n'));
  console.log(counts, `${Math.round((performance.now() - started) / 1000)} s`);
  process.exitCode = counts.differed === 0 ? 0 : 1;
}
