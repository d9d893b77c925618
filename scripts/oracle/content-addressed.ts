/**
 * Holds the choice among content-addressed gems against Bundler's own functions, run by a Ruby of this machine from a checkout of
 * RubyGems that `GEMCOMPAT_ORACLE_RUBYGEMS` names: the branch content-addressable-gems-support of Shopify/rubygems (June 2026).
 * Where that differs from what was merged later (ruby/rubygems at a4182f39), `RULES` says by which rule; a universe in which one
 * applies is asked once more without what the rule is about. As it is, it is held against a model of the merged rules (written anew,
 * from reading, in content-addressed.rb).
 *
 *     GEMCOMPAT_ORACLE_RUBYGEMS=DIR npx jiti scripts/oracle/content-addressed.ts [universes] [seed]
 */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { isAddress } from '../../src/gem/content-address.js';
import { parsePlatform, platformToString } from '../../src/gem/platform.js';
import { selectBestVariants } from '../../src/gem/platform-selection.js';
import { acceptsRuby, bestVariant } from '../../src/gem/variant.js';
import { parseInfo } from '../../src/registry/compact-index.js';
import type { Release } from '../../src/registry/types.js';
import type { Comparison } from './lockfiles.js';

/** One row of an index. */
interface Row {
  /** What follows the version: a platform, an address, nothing. */
  readonly suffix: string;
  /** Absent in a row of an ordinary gem. */
  readonly platform?: string;
  /** `platform:= x86_64-linux`, as rubygems.org wrote it until September 2026. */
  readonly isOlderForm: boolean;
  readonly ruby: string;
  readonly rubygems: string;
  readonly dependency: string;
}

/** The variants of one version, and the machine that looks for one. */
export interface AddressedUniverse {
  readonly rows: readonly Row[];
  readonly platform: string;
  readonly ruby: string;
  readonly rubygems: string;
}

interface Answer {
  readonly best: readonly number[];
  readonly local: readonly number[];
  /** What a model of the merged rules selects. */
  readonly model: readonly number[];
}

/** A rule in which the branch is not what was merged. */
interface Rule {
  /** As the table of test/gem/README.md names it. */
  readonly name: string;
  applies(universe: AddressedUniverse): boolean;
  /** The same universe without what the rule is about. */
  without(universe: AddressedUniverse): AddressedUniverse;
}

const PLATFORMS = ['x86_64-linux', 'x86_64-linux-gnu', 'x86_64-linux-musl'];
const ABIS = ['3.3', '3.4', '4.0'];
const ONE_ABI = /^~> \d+\.\d+\.0$/;

const isAddressed = ({ suffix, platform }: Row): boolean => platform !== undefined && isAddress(suffix);
const hasAbi = ({ ruby }: Row): boolean => ONE_ABI.test(ruby);
const yields = (row: Row, others: readonly Row[]): boolean =>
  others.some(
    (other) =>
      isAddressed(other) &&
      other.platform === row.platform &&
      other.suffix !== row.suffix &&
      other.suffix.startsWith(row.suffix),
  );

const RULES: readonly Rule[] = [
  {
    name: 'the longest address',
    applies: ({ rows }) => rows.some((row) => isAddressed(row) && yields(row, rows)),
    without: (universe) => ({
      ...universe,
      rows: universe.rows.filter((row) => !isAddressed(row) || !yields(row, universe.rows)),
    }),
  },
  {
    name: 'RubyGems counts as Ruby does',
    applies: ({ rubygems }) => !rubygems.startsWith('4.1'),
    without: (universe) => ({ ...universe, rubygems: '4.1.1' }),
  },
  {
    name: 'nothing but gems for other Rubies',
    applies: (universe) => {
      const here = releasesOf(universe).filter(({ platform }) => isHere(platform, universe));
      return (
        here.length > 0 &&
        here.every((release) => release.address !== undefined && !accepts(release, universe))
      );
    },
    without: (universe) => ({
      ...universe,
      rows: [
        ...universe.rows,
        { suffix: '', isOlderForm: false, ruby: '>= 3.1', rubygems: '', dependency: '' },
      ],
    }),
  },
  {
    name: 'one Ruby ABI',
    applies: ({ rows }) => rows.some((row) => isAddressed(row) && !hasAbi(row)),
    without: (universe) => ({
      ...universe,
      rows: universe.rows.filter((row) => !isAddressed(row) || hasAbi(row)),
    }),
  },
  {
    name: 'the platform without =',
    applies: ({ rows }) => rows.some((row) => isAddressed(row) && !row.isOlderForm),
    without: (universe) => ({
      ...universe,
      rows: universe.rows.map((row) => ({ ...row, isOlderForm: true })),
    }),
  },
];

const digits = fc.string({
  unit: fc.constantFrom(...Array.from({ length: 16 }, (_, digit) => digit.toString(16))),
  minLength: 8,
  maxLength: 8,
});

/** Rows of all the kinds, in any order; one address of eight begins another. */
const universe: fc.Arbitrary<AddressedUniverse> = fc
  .record({
    fat: fc.subarray(PLATFORMS),
    skinny: fc.array(
      fc.record({
        platform: fc.constantFrom(...PLATFORMS),
        abi: fc.constantFrom(...ABIS),
        address: digits,
        isLonger: fc.nat(7),
        isLoose: fc.nat(19),
      }),
      { maxLength: 7 },
    ),
    // A platform that looks like an address.
    odd: fc.option(digits, { freq: 10 }),
    hasSource: fc.boolean(),
    isOlderForm: fc.nat(9).map((number) => number > 0),
    dependencies: fc.array(fc.constantFrom('', '', 'rack:>= 3'), { minLength: 20, maxLength: 20 }),
    order: fc.array(fc.nat(1000), { minLength: 20, maxLength: 20 }),
    platform: fc.constantFrom(...PLATFORMS, 'aarch64-linux'),
    ruby: fc.constantFrom('3.2.9', '3.3.6', '3.3.0', '3.4.7', '4.0.1', '4.0.0.preview2', '4.1.0'),
    rubygems: fc.constantFrom('4.1.1', '4.1.1', '4.1.1', '4.1.0.beta1', '4.0.22'),
  })
  .map(({ fat, skinny, odd, hasSource, isOlderForm, dependencies, order, ...machine }) => {
    const plain = { isOlderForm, rubygems: '', dependency: '' };
    const rows = [
      ...fat.map((suffix) => ({ ...plain, suffix, ruby: '< 4.1.dev&>= 3.2', rubygems: '>= 3.3.22' })),
      ...(hasSource ? [{ ...plain, suffix: '', ruby: '>= 3.1' }] : []),
      ...(odd === null ? [] : [{ ...plain, suffix: odd, ruby: '~> 3.3.0' }]),
      ...skinny.flatMap(({ platform, abi, address, isLonger, isLoose }) => {
        const row = { ...plain, platform, ruby: `~> ${abi}.0`, rubygems: '>= 4.1.0.a', suffix: address };
        if (isLoose === 0) return [{ ...row, ruby: `>= ${abi}` }];
        return isLonger === 0 ? [row, { ...row, suffix: `${address}${address.slice(0, 2)}` }] : [row];
      }),
    ];
    const unique = rows.filter((row, at) => rows.findIndex(({ suffix }) => suffix === row.suffix) === at);
    return {
      ...machine,
      rows: unique
        .map((row, at) => ({ row: { ...row, dependency: dependencies[at] ?? '' }, at: order[at] ?? 0 }))
        .sort((one, other) => one.at - other.at)
        .map(({ row }) => row),
    };
  });

function lineOf({ suffix, platform, isOlderForm, ruby, rubygems, dependency }: Row): string {
  const facts = [
    `checksum:${'0'.repeat(64)}`,
    `ruby:${ruby}`,
    `rubygems:${rubygems === '' ? '>= 0' : rubygems}`,
    ...(platform === undefined ? [] : [`platform:${isOlderForm ? '= ' : ''}${platform}`]),
  ];
  return `1.0${suffix === '' ? '' : `-${suffix}`} ${dependency}|${facts.join()}`;
}

function releasesOf({ rows }: AddressedUniverse): readonly Release[] {
  return parseInfo('demo', `---\n${rows.map((row) => `${lineOf(row)}\n`).join('')}`, 'universe');
}

function isHere(platform: string, { platform: local }: AddressedUniverse): boolean {
  return selectBestVariants([{ platform }], parsePlatform(local), () => true).length > 0;
}

function accepts(release: Release, { ruby, rubygems }: AddressedUniverse): boolean {
  return acceptsRuby(release, { ruby, rubygems });
}

/** Our answer: the selection; what differs from it in what `bestVariant` makes of it. */
function ours(asked: AddressedUniverse): { readonly best: readonly number[]; readonly unlike?: string } {
  const releases = releasesOf(asked);
  const local = parsePlatform(asked.platform);
  const selected = selectBestVariants(releases, local, (release) => accepts(release, asked));
  const [only, ...others] = selected;
  const best = selected.map((release) => releases.indexOf(release));
  if (only === undefined || others.length > 0 || !accepts(only, asked)) return { best };
  const { ruby, rubygems } = asked;
  const picked = bestVariant(releases, { local, ruby, rubygems, bundler: '4.1.1' });
  const platform = picked.kind === 'precompiled' ? picked.platform : picked.kind;
  const address = picked.kind === 'precompiled' ? picked.address : undefined;
  return platform === only.platform && address === only.address
    ? { best }
    : { best, unlike: `bestVariant: ${JSON.stringify(picked)}` };
}

function askRuby(directory: string, universes: readonly AddressedUniverse[]): readonly Answer[] {
  const script = fileURLToPath(new URL('content-addressed.rb', import.meta.url));
  const input = JSON.stringify(
    universes.map(({ rows, platform, ...rest }) => ({
      ...rest,
      platform: platformToString(parsePlatform(platform)),
      rows: rows.map(lineOf),
    })),
  );
  const output = execFileSync('ruby', ['--disable-gems', '-I', `${directory}/lib`, '-rrubygems', script], {
    input,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  return (JSON.parse(output) as { answers: Answer[] }).answers;
}

/** What differs between the two answers; undefined where nothing does. */
function difference(asked: AddressedUniverse, theirs: Answer | undefined): string | undefined {
  const { best, unlike } = ours(asked);
  const told = { ours: best, best: theirs?.best, local: theirs?.local };
  const same =
    JSON.stringify(best) === JSON.stringify(theirs?.best) &&
    best[0] === theirs?.local[0] &&
    unlike === undefined;
  return same
    ? undefined
    : `${JSON.stringify({ ...asked, rows: asked.rows.map(lineOf) })}: ${JSON.stringify(told)} ${unlike ?? ''}`;
}

function unlikeModel(asked: AddressedUniverse, theirs: Answer | undefined): string | undefined {
  const { best } = ours(asked);
  if (JSON.stringify(best) === JSON.stringify(theirs?.model)) return undefined;
  const told = { ours: best, model: theirs?.model };
  return `${JSON.stringify({ ...asked, rows: asked.rows.map(lineOf) })}: ${JSON.stringify(told)}`;
}

/** @param count universes, from `seed` on */
export async function compareContentAddressed(count = 500, seed = 1): Promise<Comparison> {
  const result: Comparison = { asked: 0, agreed: 0, differed: 0, skipped: 0, differences: [], notes: [] };
  const directory = process.env['GEMCOMPAT_ORACLE_RUBYGEMS'] ?? '';
  if (directory === '') {
    result.notes.push('GEMCOMPAT_ORACLE_RUBYGEMS names no checkout of RubyGems that knows them');
    return { ...result, skipped: count };
  }
  const universes = fc.sample(universe, { numRuns: count, seed });
  const applying = universes.map((one) => RULES.filter((rule) => rule.applies(one)));
  const without = universes.map((one, at) =>
    (applying[at] ?? []).reduce((rest, rule) => rule.without(rest), one),
  );
  const [first, second] = [askRuby(directory, universes), askRuby(directory, without)];
  const byRule = new Map<string, number>();
  let merged = 0;
  for (const [at, one] of universes.entries()) {
    result.asked += 1;
    const rules = applying[at] ?? [];
    const alone = difference(one, first[at]);
    const left =
      unlikeModel(one, first[at]) ??
      (rules.length === 0 ? alone : difference(without[at] ?? one, second[at]));
    if (left !== undefined) {
      result.differed += 1;
      result.differences.push(left);
      continue;
    }
    result.agreed += 1;
    if (alone === undefined) continue;
    merged += 1;
    for (const { name } of rules) byRule.set(name, (byRule.get(name) ?? 0) + 1);
  }
  result.notes.push(`merged otherwise: ${merged}, to which these rules apply, alone or together`);
  for (const [name, times] of byRule) result.notes.push(`${name}: ${times}`);
  return Promise.resolve(result);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [count, seed] = process.argv.slice(2).map(Number);
  const { differences, ...counts } = await compareContentAddressed(count, seed);
  console.log(counts);
  for (const line of differences.slice(0, 20)) console.log(line);
  process.exitCode = counts.differed === 0 ? 0 : 1;
}
