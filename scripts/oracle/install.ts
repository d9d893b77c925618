/**
 * What would be installed of generated projects, held against Bundler's own installer, variant by variant: with the Bundlers that
 * `GEMCOMPAT_ORACLE_BUNDLERS` has a directory of each (a checkout of rubygems/rubygems at the tag bundler-vVERSION), run by the Ruby of
 * this machine, and with those of Ruby in WebAssembly.
 *
 *     GEMCOMPAT_ORACLE_BUNDLERS=DIR npx jiti scripts/oracle/install.ts [projects of each] [seed]
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parsePlatform, platformToString } from '../../src/gem/platform.js';
import { pickVariant } from '../../src/gem/variant.js';
import type { VariantChoice } from '../../src/gem/variant.js';
import type { Ruby } from '../../test/helpers/ruby.js';
import { SOCKETS, startRuby } from '../../test/helpers/ruby.js';
import { compareGemVersions } from '../../src/version/gem-version.js';
import type { Project } from './install-projects.js';
import { filesOf, projects } from './install-projects.js';
import type { Comparison } from './lockfiles.js';

/** What one Bundler made of one project. */
type Answer =
  | { readonly specs: readonly (readonly [name: string, version: string, platform: string])[] }
  | { readonly error: string; readonly message: string; readonly at: string };

interface Answers {
  readonly bundler: string;
  readonly rubygems: string;
  readonly answers: readonly Answer[];
}

/** One Bundler with the RubyGems beside it. */
interface Installer {
  readonly bundler: string;
  ask(asked: readonly Project[]): Promise<Answers> | Answers;
}

const SCRIPT = fileURLToPath(new URL('install.rb', import.meta.url));
const kept = 20;
/** Older ones are not held against yet: RubyGems 3.3 reads `-gnu` in another way. */
const OLDEST = '2.4';

function questions(asked: readonly Project[], bundler: string): readonly unknown[] {
  return asked.map((project) => ({ ...project, ...filesOf(project, bundler) }));
}

/** The Bundlers of a directory with one checkout for each version. */
function checkouts(directory: string): readonly Installer[] {
  return readdirSync(directory)
    .filter((name) => compareGemVersions(name, OLDEST) >= 0)
    .sort(compareGemVersions)
    .map((bundler) => ({
      bundler,
      ask: (asked) => {
        const from = join(directory, bundler);
        const libraries = ['-I', join(from, 'lib'), '-I', join(from, 'bundler/lib')];
        return JSON.parse(
          execFileSync('ruby', ['--disable-gems', '-W0', ...libraries, '-rrubygems', SCRIPT], {
            input: JSON.stringify(questions(asked, bundler)),
            encoding: 'utf8',
            maxBuffer: 64 * 1024 * 1024,
          }),
        ) as Answers;
      },
    }));
}

/** The Bundlers of Ruby in WebAssembly. */
async function inWebAssembly(version: '3.4' | '4.0'): Promise<Installer> {
  const work = mkdtempSync(join(tmpdir(), 'gemcompat-install-'));
  const ruby: Ruby = await startRuby(version, { mounts: { '/work': work }, env: { HOME: '/work' } });
  ruby.eval(SOCKETS);
  ruby.eval(readFileSync(SCRIPT, 'utf8'));
  const { bundler, rubygems } = ruby.versions;
  return {
    bundler,
    ask: (asked) => ({
      ...{ bundler, rubygems },
      answers: ruby.evalJson<readonly Answer[]>(
        'InMemory.answers(input, "/work")',
        questions(asked, bundler),
      ),
    }),
  };
}

/** What we say of each gem: its platform, or why there is none. */
function ours(
  project: Project,
  runs: Pick<Answers, 'bundler' | 'rubygems'>,
): ReadonlyMap<string, VariantChoice> {
  return new Map(
    project.gems.map(({ name, locked, forceRuby }) => [
      name,
      pickVariant({
        ...{ locked, forceRuby, ...runs, ruby: project.ruby, frozen: project.frozen },
        local: project.forceAll ? 'ruby' : parsePlatform(project.local),
        lockedPlatforms: project.platforms,
        available: project.index
          .filter((row) => row.name === name)
          .map(({ platform, ruby, rubygems }) => ({
            ...{ platform, requiredRuby: ruby, requiredRubygems: rubygems },
          })),
      }),
    ]),
  );
}

function platformOf(choice: VariantChoice): string {
  if (choice.kind === 'precompiled') return platformToString(parsePlatform(choice.platform));
  return choice.kind === 'ruby' ? 'ruby' : `none (${choice.reason})`;
}

/** What differs; undefined where nothing does. */
function difference(
  project: Project,
  theirs: Answer,
  runs: Pick<Answers, 'bundler' | 'rubygems'>,
): string | undefined {
  const choices = ours(project, runs);
  const refused = [...choices.values()].some(({ kind }) => kind === 'none');
  const own = [...choices].map(([name, choice]) => `${name} ${platformOf(choice)}`).sort();
  const upstream =
    'error' in theirs ? [] : theirs.specs.map(([name, , platform]) => `${name} ${platform}`).sort();
  // A gem that Bundler passes over in silence is not installed: that is a refusal of ours.
  const installed = own.filter((line) => !line.includes(' none ('));
  const isPassedOver = !('error' in theirs) && theirs.specs.length < project.gems.length;
  const isSame =
    'error' in theirs ? refused : (!refused || isPassedOver) && installed.join() === upstream.join();
  if (isSame) return undefined;
  const said = 'error' in theirs ? `${theirs.error}: ${theirs.message} (${theirs.at})` : upstream.join();
  return `Bundler ${runs.bundler}: ours ${own.join()}; theirs ${said}: ${JSON.stringify(project)}`;
}

async function installers(): Promise<readonly Installer[]> {
  const directory = process.env['GEMCOMPAT_ORACLE_BUNDLERS'];
  const found = directory === undefined ? [] : checkouts(directory);
  const others = await Promise.all((['3.4', '4.0'] as const).map((version) => inWebAssembly(version)));
  return [...found, ...others.filter(({ bundler }) => !found.some((one) => one.bundler === bundler))];
}

/** @param count projects, asked of each Bundler */
export async function compareInstalls(count = 60, seed = 1): Promise<Comparison> {
  const result: Comparison = { asked: 0, agreed: 0, differed: 0, skipped: 0, differences: [], notes: [] };
  const asked = projects(count, seed);
  for (const installer of await installers()) {
    const { answers, ...runs } = await installer.ask(asked);
    const found = asked.flatMap((project, at) => {
      const answer = answers[at];
      const told = answer === undefined ? 'no answer' : difference(project, answer, runs);
      return told ?? [];
    });
    result.asked += asked.length;
    result.differed += found.length;
    result.agreed += asked.length - found.length;
    result.differences.push(...found.slice(0, kept));
    const installs = answers.filter((answer) => 'specs' in answer).length;
    result.notes.push(
      `Bundler ${runs.bundler}, RubyGems ${runs.rubygems}: ${installs} of ${asked.length} install, ${found.length} differ`,
    );
  }
  return result;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [count, seed] = process.argv.slice(2).map(Number);
  const { differences, notes, ...counts } = await compareInstalls(count, seed);
  console.log(counts);
  for (const line of [...notes, ...differences]) console.log(line);
  process.exitCode = counts.differed === 0 ? 0 : 1;
}
