/** Small projects for `npm run oracle -- install`, made from a seed: an index, a Gemfile, a lockfile, a machine. */
import fc from 'fast-check';

/** One row of the index. */
export interface IndexRow {
  readonly name: string;
  readonly version: string;
  readonly platform: string;
  /** `required_ruby_version`; empty where there is none. */
  readonly ruby: readonly string[];
  /** `required_rubygems_version`; empty where there is none. */
  readonly rubygems: readonly string[];
  /** Name, then requirement. */
  readonly dependencies: readonly (readonly string[])[];
}

/** A gem of the Gemfile. */
export interface ProjectGem {
  readonly name: string;
  /** The platforms that the lockfile lists. */
  readonly locked: readonly string[];
  /** The Gemfile says `force_ruby_platform: true`. */
  readonly forceRuby: boolean;
}

export interface Project {
  readonly index: readonly IndexRow[];
  readonly gems: readonly ProjectGem[];
  /** PLATFORMS. */
  readonly platforms: readonly string[];
  /** `Gem::Platform.local`. */
  readonly local: string;
  readonly ruby: string;
  readonly frozen: boolean;
  /** Bundler's setting `force_ruby_platform`. */
  readonly forceAll: boolean;
}

/** What Bundler is given. */
export interface ProjectFiles {
  readonly gemfile: string;
  readonly lockfile: string;
}

const PER_CPU = {
  x86_64: ['x86_64-linux', 'x86_64-linux-gnu', 'x86_64-linux-musl'],
  aarch64: ['aarch64-linux', 'aarch64-linux-gnu', 'aarch64-linux-musl'],
  arm: ['arm-linux', 'arm-linux-gnu', 'arm-linux-gnueabihf', 'arm-linux-musl'],
};
const FOREIGN = ['universal-darwin', 'arm64-darwin', 'x86_64-darwin-22', 'x64-mingw-ucrt', 'java'];
const LOCALS = [
  ['x86_64', 'x86_64-linux'],
  ['x86_64', 'x86_64-linux-musl'],
  ['aarch64', 'aarch64-linux'],
  ['aarch64', 'aarch64-linux-musl'],
  ['arm', 'armv7l-linux-eabihf'],
] as const;

const often = <T>(usual: T, other: fc.Arbitrary<T>, weight = 3): fc.Arbitrary<T> =>
  fc.oneof({ weight, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: other });

const bounds = fc.record({
  ruby: often<readonly string[]>([], fc.constantFrom(['>= 3.1', '< 3.4.dev'], ['>= 3.4'], ['< 3.3'])),
  rubygems: often<readonly string[]>([], fc.constantFrom(['>= 3.3.22'], ['>= 99']), 6),
});

const machine = fc.record({
  place: fc.constantFrom(...LOCALS),
  ruby: fc.constantFrom('3.2.2', '3.3.6', '3.4.1'),
  frozen: fc.boolean(),
  forceAll: often(false, fc.constant(true), 9),
});

function gemFor(name: string, cpu: keyof typeof PER_CPU): fc.Arbitrary<[ProjectGem, IndexRow[]]> {
  const here = PER_CPU[cpu];
  return fc
    .record({
      offered: fc.subarray([...here, 'ruby', ...FOREIGN.slice(0, 2)], { minLength: 1 }),
      // The lockfile: some of what is offered, or of what is not.
      kept: fc.array(fc.nat(6), { minLength: 1, maxLength: 3 }),
      stray: often<string | undefined>(undefined, fc.constantFrom(...here, 'ruby', ...FOREIGN), 8),
      bounds: fc.array(bounds, { minLength: 7, maxLength: 7 }),
      sameBounds: often(true, fc.constant(false), 1),
      forceRuby: often(false, fc.constant(true), 5),
      order: fc.boolean(),
    })
    .map(({ offered, kept, stray, sameBounds, forceRuby, order, bounds: each }) => {
      const locked = new Set(kept.map((at) => offered[at % offered.length] ?? 'ruby'));
      if (stray !== undefined) locked.add(stray);
      const rows = (order ? offered : [...offered].reverse()).map((platform, at) => ({
        ...{ name, version: '1.0', platform, dependencies: [] },
        ...((sameBounds && platform !== 'ruby' ? each[0] : each[at]) ?? { ruby: [], rubygems: [] }),
      }));
      return [{ name, locked: [...locked], forceRuby }, rows];
    });
}

const project: fc.Arbitrary<Project> = machine.chain(({ place: [cpu, local], ...rest }) =>
  fc
    .record({
      gem: gemFor('probe', cpu),
      platforms: fc.oneof(
        { weight: 2, arbitrary: fc.constant<string[]>([local]) },
        { weight: 1, arbitrary: fc.constant<string[]>(['ruby']) },
        {
          weight: 3,
          arbitrary: fc.uniqueArray(fc.constantFrom(local, ...PER_CPU[cpu], 'ruby', ...FOREIGN), {
            minLength: 1,
            maxLength: 4,
          }),
        },
      ),
    })
    .map(({ gem: [gem, index], platforms }) => ({ ...rest, local, platforms, gems: [gem], index })),
);

/** @param count how many, always the same ones for a seed */
export function projects(count: number, seed: number): readonly Project[] {
  return fc.sample(project, { numRuns: count, seed });
}

export function filesOf({ gems, platforms }: Project, bundler: string): ProjectFiles {
  const lines = (list: readonly string[]): string =>
    [...list]
      .sort()
      .map((line) => `${line}\n`)
      .join('');
  const specs = gems.flatMap(({ name, locked }) =>
    locked.map((platform) => `    ${name} (1.0${platform === 'ruby' ? '' : `-${platform}`})`),
  );
  return {
    gemfile: `source 'https://rubygems.org'\n${gems
      .map(({ name, forceRuby }) => `gem '${name}'${forceRuby ? ', force_ruby_platform: true' : ''}\n`)
      .join('')}`,
    lockfile: `GEM\n  remote: https://rubygems.org/\n  specs:\n${lines(specs)}\nPLATFORMS\n${lines(
      platforms.map((name) => `  ${name}`),
    )}\nDEPENDENCIES\n${lines(gems.map(({ name }) => `  ${name}`))}\nBUNDLED WITH\n   ${bundler}\n`,
  };
}
