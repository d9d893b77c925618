import fc from 'fast-check';
import type { Release } from '../../src/registry/types.js';
import type { BundleGem, BundlePorts, BundleRequest } from '../../src/search/bundle-gem.js';
import type { CandidateRules } from '../../src/search/candidates.js';
import type { Deployment } from '../../src/search/types.js';
import { satisfies } from '../../src/version/requirement.js';
import { target } from '../helpers/contents.js';

export const deployment: Deployment = { cpu: 'x86_64', target: target(), ruby: '3.3.6' };
export const rules: CandidateRules = { deployments: [deployment], platforms: ['x86_64-linux'] };

/** What one version of a gem is: whether its binary fits, and what it asks for. */
export interface SmallVersion {
  readonly content: 'fits' | 'breaks' | 'pure' | 'compiles';
  /** It has something to compile, besides its binary. */
  readonly source?: boolean;
  readonly needs: Readonly<Record<string, readonly string[]>>;
}

/** Gem → version → what it is. */
export type SmallIndex = Readonly<Record<string, Readonly<Record<string, SmallVersion>>>>;

export interface SmallBundle {
  readonly index: SmallIndex;
  readonly gemfile: Readonly<Record<string, readonly string[]>>;
  readonly locked: Readonly<Record<string, string>>;
}

export function releasesOf(index: SmallIndex, name: string): Release[] {
  return Object.entries(index[name] ?? {}).flatMap(([version, { content, source = false, needs }]) => {
    const dependencies = Object.entries(needs).map(([on, requirement]) => ({ name: on, requirement }));
    const release = (platform: string): Release => {
      return { name, version, platform, dependencies, requiredRuby: [], requiredRubygems: [] };
    };
    if (content === 'pure' || content === 'compiles') return [release('ruby')];
    return source ? [release('ruby'), release('x86_64-linux')] : [release('x86_64-linux')];
  });
}

export function requestOf({ index, gemfile, locked }: SmallBundle): BundleRequest {
  const gems = Object.entries(locked).map(([name, version]): BundleGem => {
    const own = index[name]?.[version];
    return {
      name,
      version,
      versions: [version],
      platforms:
        own === undefined || own.content === 'fits' || own.content === 'breaks' ? ['x86_64-linux'] : ['ruby'],
      dependencies: Object.entries(own?.needs ?? {}).map(([on, requirement]) => ({ name: on, requirement })),
      direct: name in gemfile,
      gemfile: gemfile[name] ?? [],
      movable: true,
      fails: own?.content === 'breaks',
    };
  });
  return { gems, gemfile: new Map(Object.entries(gemfile)) };
}

/** Ports over an index in memory, and what was read through them. */
export function portsOf(
  index: SmallIndex,
): BundlePorts & { readonly read: string[]; readonly asked: string[] } {
  const read: string[] = [];
  const asked: string[] = [];
  return {
    read,
    asked,
    releases: (name) => {
      asked.push(name);
      return Promise.resolve(releasesOf(index, name));
    },
    fits: ({ release: { name, version } }) => {
      read.push(`${name} ${version}`);
      return Promise.resolve(index[name]?.[version]?.content === 'fits' ? 'compatible' : 'incompatible');
    },
    compiles: ({ name, version }) => {
      const own = index[name]?.[version];
      return Promise.resolve(own?.content === 'compiles' || own?.source === true);
    },
  };
}

const NAMES = ['ant', 'bee', 'cat', 'dog', 'elk'];
const VERSIONS = ['1.0', '1.1', '2.0', '2.1'];

const requirement = fc
  .tuple(fc.constantFrom('>=', '<', '~>', '=', '!='), fc.constantFrom(...VERSIONS))
  .map(([operator, version]) => [`${operator} ${version}`]);
const rarely = <Value>(arbitrary: fc.Arbitrary<Value>, otherwise: Value): fc.Arbitrary<Value> =>
  fc.oneof({ weight: 2, arbitrary: fc.constant(otherwise) }, { weight: 1, arbitrary });

/** Bundles of up to five gems that are locked consistently, in which one at least does not fit. */
export const anySmallBundle: fc.Arbitrary<SmallBundle> = fc
  .record({
    index: fc.array(
      fc.array(
        fc.record({
          content: fc.constantFrom('fits', 'breaks', 'breaks', 'pure', 'compiles'),
          source: fc.boolean(),
          needs: fc.array(fc.tuple(fc.nat(4), requirement), { maxLength: 2 }),
        }),
        { minLength: VERSIONS.length, maxLength: VERSIONS.length },
      ),
      { minLength: 3, maxLength: NAMES.length },
    ),
    direct: fc.array(rarely<readonly string[]>(requirement, []), { minLength: 5, maxLength: 5 }),
    named: fc.array(fc.boolean(), { minLength: 5, maxLength: 5 }),
    pick: fc.nat(1_000_000),
  })
  .map(({ index: gems, direct, named, pick }) => {
    const index: SmallIndex = Object.fromEntries(
      gems.map((versions, at) => [
        NAMES[at] ?? '',
        Object.fromEntries(
          versions.map(({ content, source, needs }, v) => [
            VERSIONS[v] ?? '',
            {
              content,
              source,
              needs: Object.fromEntries(
                needs.flatMap(([to, asked]) =>
                  to !== at && to < gems.length ? [[NAMES[to] ?? '', asked]] : [],
                ),
              ),
            },
          ]),
        ),
      ]),
    );
    const gemfile = Object.fromEntries(
      NAMES.slice(0, gems.length).flatMap((name, at) =>
        at === 0 || named[at] === true ? [[name, direct[at] ?? []]] : [],
      ),
    );
    const all = bundlesOf(index, gemfile);
    return { index, gemfile, locked: all[pick % Math.max(1, all.length)] ?? {} };
  })
  .filter(({ index, locked }) =>
    Object.entries(locked).some(([name, version]) => index[name]?.[version]?.content === 'breaks'),
  );

/** Every bundle that the Gemfile and the dependencies allow, whether it fits or not. */
export function bundlesOf(
  index: SmallIndex,
  gemfile: Readonly<Record<string, readonly string[]>>,
  versionsOf: (name: string) => readonly string[] = (name) => Object.keys(index[name] ?? {}),
): Record<string, string>[] {
  const found: Record<string, string>[] = [];
  const extend = (chosen: Readonly<Record<string, string>>): void => {
    const asked = [
      ...Object.entries(gemfile),
      ...Object.entries(chosen).flatMap(([name, version]) =>
        Object.entries(index[name]?.[version]?.needs ?? {}),
      ),
    ];
    for (const [name, wanted] of asked) {
      const version = chosen[name];
      if (version !== undefined && !satisfies(version, wanted)) return;
    }
    const open = asked.find(([name]) => chosen[name] === undefined);
    if (open === undefined) {
      found.push({ ...chosen });
      return;
    }
    for (const version of versionsOf(open[0])) extend({ ...chosen, [open[0]]: version });
  };
  extend({});
  return found;
}
