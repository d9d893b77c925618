import type { GemBinary } from '../gem/types.js';
import { acceptsRuby } from '../gem/variant.js';
import { compareDotted } from '../version/symbol-version.js';
import { buildsPath, rubyBuilds } from './select.js';
import type { Judgement, RubyUndecidedFinding } from './types.js';
import { effectOf } from './verdict.js';

/**
 * Branches of Ruby that are in normal or security maintenance, by which a gem without a build for one of them is told. Source:
 * https://www.ruby-lang.org/en/downloads/branches/ on 2026-11-30.
 */
const RUBIES_IN_USE: readonly string[] = ['3.3', '3.4', '4.0'];

/**
 * Judges a gem where it is not known which Ruby runs: for each Ruby that it has a build for, and each in use that its
 * `required_ruby_version` accepts. Where that makes a difference the verdict is `unknown`.
 *
 * @param binaries those for the CPU, by their paths in the gem; a gem that is not fat is judged once
 * @param judge judges for one Ruby, `X.Y`; without one every build is judged together
 */
export function judgeForAnyRuby(
  binaries: readonly GemBinary[],
  requiredRuby: readonly string[],
  judge: (ruby?: string) => Judgement,
): Judgement {
  const whole = judge();
  const finding = undecidedRuby(binaries, requiredRuby, judge);
  if (finding === undefined) return whole;
  // What keeps one of the builds from loading is no proof against the gem.
  const open = whole.findings.filter((each) => effectOf(each) === 'unknown');
  return { ...whole, verdict: 'unknown', findings: [finding, ...open] };
}

/** What there is to say of such a gem where it makes a difference which Ruby runs; undefined where it makes none. */
export function undecidedRuby(
  binaries: readonly GemBinary[],
  requiredRuby: readonly string[],
  judge: (ruby: string) => Judgement,
): RubyUndecidedFinding | undefined {
  const builds = rubyBuilds(binaries);
  if (builds.length === 0) return undefined;
  const rubies = [...new Set([...builds, ...RUBIES_IN_USE])]
    .filter((ruby) => acceptsRuby({ platform: 'ruby', requiredRuby }, { ruby }))
    .sort(compareDotted);
  const verdicts = rubies.map((ruby) => ({ ruby, verdict: judge(ruby).verdict }));
  if (new Set(verdicts.map(({ verdict }) => verdict)).size <= 1) return undefined;

  const those = (has: (one: (typeof verdicts)[number]) => boolean): string[] =>
    verdicts.filter(has).map(({ ruby }) => ruby);
  const fits = ({ verdict }: (typeof verdicts)[number]): boolean => verdict === 'compatible';
  return {
    kind: 'ruby-undecided',
    file: buildsPath(binaries) ?? '',
    fitting: those(fits),
    failing: those((one) => !fits(one) && builds.includes(one.ruby)),
    missing: those((one) => !fits(one) && !builds.includes(one.ruby)),
  };
}
