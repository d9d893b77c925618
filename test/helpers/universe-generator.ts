import type { UniverseGem } from './universe.js';

/** A system that the bundle is deployed to. */
export interface System {
  readonly libc: 'gnu' | 'musl';
  /** `2.28`, `1.2.5`. */
  readonly version: string;
  /** `rhel-8`; by default its C library and version are the name. */
  readonly name?: string;
}

export interface GemfileLine {
  readonly name: string;
  readonly requirement: readonly string[];
  /** For Windows only, as `tzinfo-data` is in a new Rails application: DEPENDENCIES lists it, and the bundle is without it. */
  readonly elsewhere?: boolean;
}

/** A project, the gems that there are, and the systems that it is deployed to. Plain data, so that it can be cut down. */
export interface Universe {
  readonly seed: number;
  readonly gems: readonly UniverseGem[];
  /** The newest version that there was of a gem on the day of the lock; of gems that are not named there were all. */
  readonly newestThen: Readonly<Record<string, string>>;
  readonly gemfile: readonly GemfileLine[];
  /** The lockfile's PLATFORMS; the first is the machine that locks. */
  readonly platforms: readonly string[];
  readonly ruby: string;
  readonly targets: readonly System[];
  readonly cpus: readonly ('x86_64' | 'aarch64')[];
}

/** mulberry32: 32 bits of state, the same numbers on every machine. */
class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
    // Seeds that lie beside each other would begin alike.
    for (let skip = 0; skip < 4; skip++) this.roll();
  }

  /** From 0 up to 1. */
  roll(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  chance(probability: number): boolean {
    return this.roll() < probability;
  }

  below(limit: number): number {
    return Math.floor(this.roll() * limit);
  }

  of<Item>(...items: readonly [Item, ...Item[]]): Item {
    return items[this.below(items.length)] ?? items[0];
  }
}

const NAMES = [
  ...['ant', 'bee', 'cat', 'dog', 'elk', 'fox', 'gnu', 'hen', 'ibis', 'jay'],
  ...['kiwi', 'lynx', 'mole', 'newt', 'owl', 'pug', 'quail', 'rat', 'seal', 'toad'],
];

/** Versions that libc.so.6 of that glibc defines on both CPUs; GLIBC_2.31 came into it with 2.34 only. */
const FLOORS = ['2.14', '2.17', '2.26', '2.27', '2.28', '2.29', '2.30', '2.34', '2.35', '2.38'];
const RUBIES = ['3.2.8', '3.3.6', '3.4.1'] as const;

/** What a gem is in all its versions; some change with time. */
interface Character {
  readonly name: string;
  readonly kind: 'native' | 'pure' | 'compiled';
  readonly versions: readonly string[];
  readonly edges: readonly Edge[];
}

interface Edge {
  readonly to: number;
  readonly style: 'any' | 'least' | 'pessimistic' | 'below' | 'exact' | 'range' | 'not';
  /** The first version, counted from the oldest, that depends on it. */
  readonly since: number;
}

/**
 * Five to twenty gems, most often few: with several versions each, dependencies that most often agree and sometimes clash, platforms,
 * Rubies, floors that rise and fall. About every third cannot be locked at all, or has nothing that fails.
 */
export function universeOf(seed: number, { mostGems = 20 } = {}): Universe {
  const dice = new Dice(seed);
  const count = 5 + Math.floor(dice.roll() ** 3 * (mostGems - 4));
  const platforms = dice.of<readonly string[]>(
    ...([
      ['x86_64-linux'],
      ['x86_64-linux'],
      ['x86_64-linux'],
      ['x86_64-linux', 'aarch64-linux'],
      ['x86_64-linux', 'aarch64-linux'],
      ['aarch64-linux', 'x86_64-linux'],
      ['x86_64-linux', 'x86_64-linux-musl'],
      ['x86_64-linux', 'arm64-darwin-23'],
      ['x86_64-linux', 'ruby'],
      ['x86_64-linux', 'java'],
      ['x86_64-linux', 'x86_64-linux-gnu'],
    ] as const),
  );
  const ruby = dice.of(...RUBIES);
  const musl = platforms.some((platform) => platform.endsWith('-musl'));
  const glibc: System = { libc: 'gnu', version: dice.of('2.26', '2.28', '2.28', '2.31', '2.34') };
  const muslSystem: System = { libc: 'musl', version: '1.2.5' };
  const targets: readonly System[] = musl
    ? dice.of([muslSystem], [glibc, muslSystem])
    : dice.chance(0.1)
      ? [glibc, { libc: 'gnu', version: '2.35' }]
      : [glibc];
  const all: ('x86_64' | 'aarch64')[] = platforms.some((platform) => platform.startsWith('aarch64'))
    ? ['x86_64', 'aarch64']
    : ['x86_64'];
  const cpus =
    all.length === 2 && dice.chance(0.15) ? [dice.of<'x86_64' | 'aarch64'>('x86_64', 'aarch64')] : all;

  const characters = Array.from({ length: count }, (_, at) => characterOf(dice, at, count));
  const gems = characters.flatMap((character) =>
    releasesOf(dice, character, characters, glibc.version, platforms, ruby),
  );
  const newestThen: Record<string, string> = {};
  for (const { name, versions } of characters) {
    const cut = dice.chance(0.5) ? 1 + dice.below(versions.length) : versions.length;
    const newest = versions[cut - 1];
    if (cut < versions.length && newest !== undefined) newestThen[name] = newest;
  }
  const gemfile = characters.flatMap(({ name, versions }, at): GemfileLine[] => {
    if (at > 0 && !dice.chance(0.3)) return [];
    const then = versions.indexOf(newestThen[name] ?? versions.at(-1) ?? '');
    const about = versions[Math.max(0, then - (dice.chance(0.4) ? dice.below(3) : 0))] ?? '0';
    if (then === 0 || /[a-z]/.test(about) || dice.chance(0.5)) return [{ name, requirement: [] }];
    const requirement = dice.of(
      [`~> ${majorMinor(about)}`],
      [`>= ${about}`],
      [`~> ${major(about)}`],
      [`!= ${about}`],
      [`= ${about}`],
      [`>= ${versions[0] ?? '0'}`, `<= ${about}`],
    );
    return [{ name, requirement }];
  });
  // A line for another system, of a gem that nothing else asks for.
  const wanted = new Set(gemfile.map(({ name }) => name));
  for (const { edges } of characters) for (const { to } of edges) wanted.add(characters[to]?.name ?? '');
  const alone = characters.find(
    ({ name }) => !wanted.has(name) && !gems.some((gem) => gem.dependencies.includes(name)),
  );
  if (alone !== undefined && dice.chance(0.3))
    gemfile.push({ name: alone.name, requirement: [], elsewhere: true });
  return { seed, gems, newestThen, gemfile, platforms, ruby, targets, cpus };
}

function characterOf(dice: Dice, at: number, count: number): Character {
  const name = NAMES[at] ?? `gem${at}`;
  const chance = dice.roll();
  const kind = chance < 0.5 ? 'native' : chance < 0.9 ? 'pure' : 'compiled';
  const versions = ladder(dice, 2 + dice.below(5) + (dice.chance(0.1) ? 6 : 0));
  const edges = new Map<number, Edge>();
  const wanted = at === 0 ? 2 : dice.of(0, 1, 1, 2);
  for (let each = 0; each < wanted; each++) {
    // Downwards, so that there are few circles.
    const to =
      dice.chance(0.01) && at > 0 ? dice.below(at) : at + 1 + dice.below(Math.max(1, count - at - 1));
    if (to >= count || to === at) continue;
    const style = dice.of<Edge['style']>(
      ...(['any', 'any', 'any', 'least', 'least', 'pessimistic', 'pessimistic'] as const),
      ...(['below', 'exact', 'range', 'not'] as const),
    );
    edges.set(to, { to, style, since: dice.chance(0.25) ? dice.below(versions.length) : 0 });
  }
  return { name, kind, versions, edges: [...edges.values()] };
}

/** Versions, oldest first, as they follow each other in a project's life; a prerelease before some. */
function ladder(dice: Dice, length: number): string[] {
  let [first, second, third] = [dice.below(3), dice.of(0, 1, 8), dice.chance(0.3) ? dice.of(0, 8) : -1];
  const versions: string[] = [];
  while (versions.length < length) {
    const shown = third < 0 ? `${first}.${second}` : `${first}.${second}.${third}`;
    if (versions.length > 0 && dice.chance(0.1)) versions.push(`${shown}.${dice.of('rc1', 'beta2', 'pre')}`);
    versions.push(shown);
    const step = dice.roll();
    if (step < 0.2) [first, second, third] = [first + 1, 0, third < 0 ? third : 0];
    else if (third >= 0 && step < 0.6) third += 1;
    else [second, third] = [second + 1, third < 0 ? third : 0];
  }
  return versions;
}

const major = (version: string): string => `${version.split('.')[0] ?? '0'}.0`;
const majorMinor = (version: string): string => version.split('.').slice(0, 2).join('.');

function releasesOf(
  dice: Dice,
  { name, kind, versions, edges }: Character,
  all: readonly Character[],
  glibc: string,
  platforms: readonly string[],
  ruby: string,
): UniverseGem[] {
  const limit = FLOORS.findLastIndex((each) => Number(each.slice(2)) <= Number(glibc.slice(2)));
  const floor = (): string =>
    dice.chance(0.45)
      ? (FLOORS[limit + 1 + dice.below(FLOORS.length - limit - 1)] ?? '2.38')
      : dice.chance(0.15)
        ? 'fits'
        : (FLOORS[dice.below(limit + 1)] ?? '2.14');
  const fat = dice.chance(0.15);
  const builds = (): string => {
    if (!fat) return floor();
    const abis = ['3.2', '3.3', '3.4'].filter((abi) => abi === abiOf(ruby) || dice.chance(0.6));
    const dropped = dice.chance(0.1) ? abis.filter((abi) => abi !== abiOf(ruby)) : abis;
    const content = (dropped.length > 0 ? dropped : abis).map((abi) => {
      const needs = floor();
      return `${abi}=${needs === 'fits' ? '2.14' : needs}`;
    });
    return content.join('+');
  };
  /** From this version on the platforms are named `-linux-gnu` and `-linux-musl`. */
  const renamed = dice.chance(0.3) ? dice.below(versions.length) : versions.length;
  // Builds for what the lockfile does not name are rare: Bundler passes over them, at a price.
  const named = (part: string): boolean => platforms.some((each) => each.includes(part));
  const arm = dice.chance(named('aarch64') ? 0.95 : 0.15);
  const withMusl = dice.chance(named('-musl') ? 0.85 : 0.1);
  const withDarwin = dice.chance(named('darwin') ? 0.9 : 0.1);
  const fallback = dice.of(
    'compiles',
    'compiles',
    'compiles',
    named('ruby') ? 'compiles' : 'none',
    'none',
    'pure',
  );
  // What is only needed to build it, as mini_portile2 is.
  const below = all.slice(all.findIndex((each) => each.name === name) + 1);
  const extra = dice.chance(0.15) ? below[dice.below(below.length)] : undefined;
  let x86Floor = builds();
  let armFloor = builds();
  return versions.flatMap((version, at): UniverseGem[] => {
    const dependencies = edges
      .filter(({ since }) => at >= since)
      .map((edge) => requirementOn(dice, edge, at / versions.length, all))
      .join(',');
    const bounds = dice.chance(0.12)
      ? dice.of('ruby:>= 3.3', 'ruby:>= 3.4', 'ruby:< 3.4', 'ruby:>= 3.0&< 3.5.dev', 'ruby:< 3.3')
      : '';
    const release = (platform: string, content: string, more = ''): UniverseGem => ({
      ...{ name, version, platform, content },
      dependencies: [dependencies, more].filter((part) => part !== '').join(','),
      requirements: bounds,
    });
    if (kind === 'pure') return [release('ruby', 'pure')];
    if (kind === 'compiled') return [release('ruby', 'compiles')];
    if (dice.chance(0.6)) x86Floor = builds();
    if (dice.chance(0.6)) armFloor = dice.chance(0.7) ? x86Floor : builds();
    const gnu = at >= renamed ? '-gnu' : '';
    const linux = dice.chance(0.93);
    const made: UniverseGem[] = [];
    if (linux) made.push(release(`x86_64-linux${gnu}`, x86Floor));
    if (linux && arm && dice.chance(0.95)) made.push(release(`aarch64-linux${gnu}`, armFloor));
    if (linux && withMusl && dice.chance(0.95))
      made.push(release('x86_64-linux-musl', dice.chance(0.9) ? 'musl' : x86Floor));
    if (withDarwin && dice.chance(0.95)) made.push(release('arm64-darwin', 'pure'));
    if (platforms.includes('java') && dice.chance(0.7)) made.push(release('java', 'pure'));
    if (fallback !== 'none') {
      const known = extra === undefined || dependencies.includes(`${extra.name}:`);
      made.push(release('ruby', fallback, known ? '' : `${extra.name}:>= 0`));
    }
    return made.length > 0 ? made : [release('ruby', 'compiles')];
  });
}

const abiOf = (ruby: string): string => ruby.split('.').slice(0, 2).join('.');

/** New versions most often ask for new versions: what is asked for lies about as far up as the one that asks. */
function requirementOn(dice: Dice, { to, style }: Edge, height: number, all: readonly Character[]): string {
  const child = all[to];
  if (child === undefined) throw new Error(`no gem ${to}`);
  const { name, versions } = child;
  const noise = dice.chance(0.2) ? dice.roll() - 0.5 : 0;
  const at = Math.min(versions.length - 1, Math.max(0, Math.floor((height + noise) * versions.length)));
  // A requirement that names a prerelease asks for prereleases.
  const named = versions.slice(0, at + 1).findLast((version) => !/[a-z]/.test(version) || dice.chance(0.15));
  const about = named ?? versions[at] ?? '0';
  const above = versions[Math.min(versions.length - 1, at + 2)] ?? '0';
  switch (style) {
    case 'any':
      return `${name}:>= 0`;
    case 'least':
      return `${name}:>= ${about}`;
    case 'pessimistic':
      return `${name}:~> ${major(about)}`;
    case 'below':
      return `${name}:< ${above === about ? major(about).replace(/^\d+/, (n) => String(Number(n) + 1)) : above}`;
    case 'exact':
      return `${name}:= ${about}`;
    case 'range':
      return `${name}:>= ${versions[Math.max(0, at - 2)] ?? '0'}&<= ${above}`;
    case 'not':
      return `${name}:!= ${about}`;
  }
}

/** The universe as one would write it in a test. */
export function describeUniverse(universe: Universe): string {
  const { seed, gems, gemfile, platforms, ruby, targets, cpus, newestThen } = universe;
  const lines = [...new Set(gems.map(({ name }) => name))].map((name) => {
    const own = gems.filter((gem) => gem.name === name);
    const each = own.map(({ version, platform, content, dependencies, requirements }) => {
      const tail = [dependencies, requirements].join('|').replace(/^\|$/, '');
      return `'${[`${version}-${platform}`, content, tail.replace(/\|$/, '')].filter(Boolean).join(' ')}'`;
    });
    return `  ...releases('${name}', ${each.join(', ')}),`;
  });
  return [
    `seed ${seed}; Ruby ${ruby}; on ${targets.map(({ libc, version }) => `${libc === 'gnu' ? 'glibc' : libc} ${version}`).join(' and ')}, ${cpus.join(' and ')}`,
    `PLATFORMS ${platforms.join(' ')}`,
    ...(Object.keys(newestThen).length === 0
      ? []
      : [
          `on the day of the lock: ${Object.entries(newestThen)
            .map(([name, version]) => `${name} <= ${version}`)
            .join(', ')}`,
        ]),
    'gems: [',
    ...lines,
    ']',
    ...gemfile.map(lineOf),
  ].join('\n');
}

/** `gem 'nokogiri', '~> 1.16'`. */
export function lineOf({ name, requirement, elsewhere = false }: GemfileLine): string {
  const options = elsewhere ? ['platforms: :windows'] : [];
  return [`gem '${name}'`, ...requirement.map((part) => `'${part}'`), ...options].join(', ');
}
