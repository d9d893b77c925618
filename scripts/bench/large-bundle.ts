import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { UniverseGem } from '../../test/helpers/universe.js';
import { writeMirror } from '../../test/helpers/universe.js';

/**
 * Precompiled gems of Rails applications: how many versions each has on rubygems.org, to the order of magnitude, and how
 * many of the newest need a newer glibc than 2.28; 0 where all fit.
 */
const NATIVE: readonly (readonly [
  name: string,
  versions: number,
  breaking: number,
  needs?: readonly string[],
])[] = [
  ['google-protobuf', 300, 60],
  ['grpc', 260, 40, ['google-protobuf', 'googleapis-common-protos-types']],
  ['googleapis-common-protos-types', 30, 0, ['google-protobuf']],
  ['nokogiri', 200, 14, ['racc']],
  ['sqlite3', 140, 8],
  ['ffi', 130, 3],
  ['pg', 120, 4],
  ['sass-embedded', 400, 90, ['google-protobuf']],
  ['sorbet-static', 900, 0],
  ['tailwindcss-ruby', 60, 0],
  ['thruster', 18, 0],
  ['commonmarker', 60, 6],
  ['bcrypt_pbkdf', 20, 0],
  ['libv8-node', 40, 5],
  ['mini_racer', 70, 0, ['libv8-node']],
  ['karafka-rdkafka', 60, 3],
  ['tokenizers', 30, 0],
  ['wasmtime', 80, 12],
  ['prometheus-client-mmap', 50, 0],
  ['rubydex', 40, 10],
];

export interface LargeBundle {
  /** Directory of a project with a Gemfile and a Gemfile.lock. */
  readonly app: string;
  readonly mirror: string;
  readonly specs: number;
  readonly native: number;
  readonly failing: number;
}

/**
 * A project with many gems, all locked at their newest versions, and a mirror with all versions of them: twenty
 * precompiled ones, of which half do not fit glibc 2.28, and pure ones that depend on each other as Rails and its plugins
 * do: some on exactly their own version, most on a range.
 */
export async function makeLargeBundle(directory: string, specs: number): Promise<LargeBundle> {
  const gems = new Map<string, UniverseGem[]>();
  const newest = (name: string): string => gems.get(name)?.at(-1)?.version ?? '0';
  const release = (
    name: string,
    version: string,
    platform: string,
    content: string,
    needs: string,
  ): UniverseGem => ({
    ...{ name, version, platform, content },
    dependencies: needs,
    requirements: 'ruby:>= 3.0',
  });

  const pure = specs - NATIVE.length - 1;
  for (let at = 0; at < pure; at++) {
    const name = `pure_${String(at).padStart(3, '0')}`;
    const count = 5 + ((at * 37) % 90);
    // Twelve gems of one family, each with the others' very version, and those that build on them.
    const family = at < 12;
    const below = [at - 1, at - 7, Math.floor(at / 3)].filter((one) => one >= 0 && one < at);
    const releases = Array.from({ length: family ? 90 : count }, (_, index) => {
      const version = `${1 + Math.floor(index / 30)}.${Math.floor(index / 5) % 6}.${index % 5}`;
      const needs = [...new Set(below)].map((one) => {
        const child = `pure_${String(one).padStart(3, '0')}`;
        if (family) return `${child}:= ${version}`;
        return index < count / 2
          ? `${child}:>= 1.0`
          : `${child}:>= 1.0&< ${Number(newest(child).split('.')[0]) + 1}`;
      });
      return release(name, version, 'ruby', 'pure', needs.join(','));
    });
    gems.set(name, releases);
  }
  gems.set('racc', [release('racc', '1.8.1', 'ruby', 'compiles', '')]);
  for (const [name, versions, breaking, needs = []] of NATIVE) {
    const releases = Array.from({ length: versions }, (_, index) => {
      const version = `${1 + Math.floor(index / 50)}.${Math.floor(index / 5) % 10}.${index % 5}`;
      const floor = index >= versions - breaking ? '2.29' : index % 3 === 0 ? '2.17' : '2.27';
      const wanted = needs.map((child) => `${child}:>= 1.0`).join(',');
      return [
        release(name, version, 'x86_64-linux', floor, wanted),
        release(name, version, 'aarch64-linux', floor, wanted),
        release(name, version, 'arm64-darwin', 'pure', wanted),
        release(name, version, 'ruby', 'compiles', wanted),
      ];
    });
    gems.set(name, releases.flat());
  }

  const mirror = await writeMirror(directory, [...gems.values()].flat());
  const app = join(directory, 'app');
  await mkdir(app);
  const names = [...gems.keys()].sort();
  const native = new Set(NATIVE.map(([name]) => name));
  const lines = names.flatMap((name) => {
    const version = newest(name);
    const [own] = gems.get(name)?.filter((one) => one.version === version) ?? [];
    const needs = (own?.dependencies ?? '').split(',').filter(Boolean).sort();
    const shown = needs.map((need) => `      ${need.replace(':', ' (').replaceAll('&', ', ')})`);
    return [`    ${name} (${version}${native.has(name) ? '-x86_64-linux' : ''})`, ...shown];
  });
  const wanted = new Set(
    names.flatMap((name) => {
      const version = newest(name);
      const own = gems.get(name)?.find((one) => one.version === version);
      return (own?.dependencies ?? '').split(',').map((need) => need.split(':')[0] ?? '');
    }),
  );
  // What no gem depends on, the Gemfile names; and some others too.
  const direct = names.filter((name) => native.has(name) || !wanted.has(name) || /^pure_\d\d0$/.test(name));
  await writeFile(
    join(app, 'Gemfile'),
    ["source 'https://rubygems.org'", "ruby '3.3.6'", ...direct.map((name) => `gem '${name}'`), ''].join(
      '\n',
    ),
  );
  await writeFile(
    join(app, 'Gemfile.lock'),
    [
      ...['GEM', '  remote: https://rubygems.org/', '  specs:', ...lines, ''],
      ...['PLATFORMS', '  x86_64-linux', '', 'DEPENDENCIES', ...direct.map((name) => `  ${name}`), ''],
      ...['RUBY VERSION', '   ruby 3.3.6p108', '', 'BUNDLED WITH', '   2.6.2', ''],
    ].join('\n'),
  );
  const failing = NATIVE.filter(([, , breaking]) => breaking > 0).length;
  return { app, mirror, specs: names.length, native: NATIVE.length, failing };
}
