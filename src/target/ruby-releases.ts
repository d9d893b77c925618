/*
 * The RubyGems that comes with each release of Ruby: github.com/janlelis/stdgems at d5ff03ef (2026-07-17), default_gems.json. A newer
 * patch release brings the last one of its line or a later one.
 */

/** For each line of releases the first patch level with another RubyGems, and that RubyGems. */
const RUBYGEMS: Readonly<Record<string, readonly (readonly [patch: number, rubygems: string])[]>> = {
  '2.6': [
    [0, '3.0.1'],
    [2, '3.0.3'],
    [7, '3.0.3.1'],
  ],
  '2.7': [
    [0, '3.1.2'],
    [2, '3.1.4'],
    [3, '3.1.6'],
  ],
  '3.0': [
    [0, '3.2.3'],
    [1, '3.2.15'],
    [3, '3.2.32'],
    [4, '3.2.33'],
  ],
  '3.1': [
    [0, '3.3.3'],
    [1, '3.3.7'],
    [3, '3.3.26'],
    [5, '3.3.27'],
  ],
  '3.2': [
    [0, '3.4.1'],
    [1, '3.4.6'],
    [2, '3.4.10'],
    [3, '3.4.19'],
  ],
  '3.3': [
    [0, '3.5.3'],
    [1, '3.5.9'],
    [3, '3.5.11'],
    [5, '3.5.16'],
    [6, '3.5.22'],
  ],
  '3.4': [
    [0, '3.6.2'],
    [3, '3.6.7'],
    [5, '3.6.9'],
  ],
  '4.0': [
    [0, '4.0.3'],
    [2, '4.0.6'],
    [4, '4.0.10'],
    [6, '4.0.16'],
  ],
};

/**
 * The RubyGems that a Ruby brings.
 * @param ruby `3.3.6`; of `3.3` the newest release, which a moving tag of an image stands for
 * @returns undefined for a line that is not known, and for a prerelease
 */
export function bundledRubygems(ruby: string): string | undefined {
  const [, line = '', patch] = /^(\d+\.\d+)(?:\.(\d+))?$/.exec(ruby) ?? [];
  const releases = RUBYGEMS[line] ?? [];
  if (patch === undefined) return releases.at(-1)?.[1];
  return releases.findLast(([first]) => first <= Number(patch))?.[1];
}

/** The RubyGems of the first release of a Ruby's line: the least that runs there. @param ruby `3.3`, `3.3.6` */
export function leastRubygems(ruby: string): string | undefined {
  return RUBYGEMS[ruby.split('.').slice(0, 2).join('.')]?.[0]?.[1];
}
