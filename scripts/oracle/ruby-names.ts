/**
 * Holds src/target/ruby-names.json against what Debian's libruby exports and needs, and writes it anew with --write, but for
 * what Ruby's sources say (ruby-declared.ts).
 *
 *     npx jiti scripts/oracle/ruby-names.ts [--write]
 */
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { RUBY_PROCESS_LIBRARIES, knownRubies, rubyProvides } from '../../src/target/ruby-names.js';
import type { RubyNames } from '../../src/target/ruby-names.js';
import { compareDotted } from '../../src/version/symbol-version.js';
import type { UnpackedSystem } from './exports.js';
import { exportsOf, filesNamed, visitSystems } from './exports.js';
import type { Comparison } from './lockfiles.js';

const run = promisify(execFile);

const TABLE = new URL('../../src/target/ruby-names.json', import.meta.url);

/** The Ruby of each suite. */
const SUITES = [
  ['bullseye', '2.7'],
  ['bookworm', '3.1'],
  ['trixie', '3.3'],
  ['experimental', '3.4'],
] as const;

/** One package of one CPU. */
interface Build {
  readonly abi: string;
  /** `3.3.8-2`. */
  readonly version: string;
  readonly suite: string;
  readonly arch: string;
  /** Of libruby; `ruby` itself has none that an extension could ask for. */
  readonly names: ReadonlySet<string>;
  readonly needed: ReadonlySet<string>;
}

async function readBuild({ suite, arch, root, packages }: UnpackedSystem): Promise<Build> {
  const abi = SUITES.find(([name]) => name === suite)?.[1] ?? '';
  const [path] = await filesNamed(root, (name) => name.startsWith(`libruby-${abi}.so.${abi}.`));
  if (path === undefined) throw new Error(`${packages.join(' ')} has no libruby`);
  const { stdout } = await run('readelf', ['-dW', path]);
  return {
    abi,
    version: /libruby[^_]*_(.*?)_/.exec(packages.join(' '))?.[1] ?? '',
    suite,
    arch,
    names: new Set((await exportsOf(path)).map(({ name }) => name)),
    needed: new Set([...stdout.matchAll(/\(NEEDED\).*\[(.*)\]/g)].map(([, library = '']) => library)),
  };
}

async function readBuilds(): Promise<{
  readonly builds: readonly Build[];
  readonly failures: readonly string[];
}> {
  const builds: Build[] = [];
  const failures = await visitSystems(
    'ruby',
    SUITES.map(([suite, abi]) => [suite, [`libruby${abi}`]] as const),
    async (system) => {
      builds.push(await readBuild(system));
    },
  );
  return { builds, failures };
}

/**
 * Asks of every name that any build exports whether we say so of its release, and of the others' names that we do not; and
 * whether every build needs what we say that every build needs.
 * @throws if nm or readelf is not installed, or apt cannot get a single package.
 */
export async function compareRubyNames(): Promise<Comparison> {
  const { builds, failures } = await readBuilds();
  const result: Comparison = {
    asked: 0,
    agreed: 0,
    differed: 0,
    skipped: failures.length,
    differences: [],
    notes: [...failures],
  };
  const ask = (agrees: boolean, difference: string): void => {
    result.asked += 1;
    if (agrees) result.agreed += 1;
    else result.differed += 1;
    if (!agrees && result.differences.length < 20) result.differences.push(difference);
  };
  const all = new Set(builds.flatMap(({ names }) => [...names]));
  for (const [, abi] of SUITES) {
    const own = builds.filter((build) => build.abi === abi);
    if (own.length === 0) continue;
    for (const name of all) {
      const holders = own.filter(({ names }) => names.has(name));
      const answer = rubyProvides(abi, name);
      const agrees = holders.length > 0 ? answer === 'provided' : answer !== 'provided';
      const where = holders.map(({ arch }) => arch).join(' ');
      ask(agrees, `Ruby ${abi}: ${name}: ${answer}, and is exported on: ${where}`);
    }
  }
  for (const { abi, suite, arch, needed } of builds) {
    // Of the suites that there are, bullseye alone has a glibc from before 2.34.
    const expected = RUBY_PROCESS_LIBRARIES.filter(
      ({ before }) => before === undefined || suite === 'bullseye',
    );
    for (const { library } of expected) {
      ask(needed.has(library), `Ruby ${abi} of ${suite} ${arch} does not need ${library}`);
    }
  }
  result.notes.unshift(`${builds.length} builds, ${all.size} names`);
  return result;
}

function tableOf(builds: readonly Build[], { declared }: Pick<RubyNames, 'declared'>): RubyNames {
  const known: Record<string, string> = {};
  const changes: RubyNames['changes'] = {};
  let base: string | undefined;
  let before = new Set<string>();
  for (const [suite, abi] of [...SUITES].sort(([, a], [, b]) => compareDotted(a, b))) {
    const own = builds.filter((build) => build.abi === abi);
    const versions = [...new Set(own.map(({ version }) => version))].sort();
    known[abi] = `${versions.join(', ')} of ${suite}: ${own.map(({ arch }) => arch).join(' ')}`;
    const names = new Set(own.flatMap((build) => [...build.names]));
    const added = [...names].filter((name) => !before.has(name)).sort();
    const removed = [...before].filter((name) => !names.has(name)).sort();
    if (base === undefined) base = added.join(' ');
    else changes[abi] = { added: added.join(' '), removed: removed.join(' ') };
    before = names;
  }
  return {
    source: "nm -D of libruby in Debian's packages; a name is listed if it is exported on any of the CPUs",
    asOf: new Date().toISOString().slice(0, 10),
    known,
    base: base ?? '',
    changes,
    declared,
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv[2] === '--write') {
    const { builds, failures } = await readBuilds();
    for (const failure of failures) console.error(failure);
    const kept = JSON.parse(readFileSync(TABLE, 'utf8')) as RubyNames;
    writeFileSync(TABLE, `${JSON.stringify(tableOf(builds, kept), null, 2)}\n`);
  } else {
    console.log(`${knownRubies().length} releases known`, await compareRubyNames());
  }
}
