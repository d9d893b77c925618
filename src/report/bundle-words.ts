import type { AuditReport, BundleRefusal, NotInstalledGem } from '../audit/types.js';
import { listWords } from './lists.js';
import { printable } from './printable.js';

const MOST_GEMS = 8;
const MOST_PLACES = 6;

/** What is not installed, in one line: `3 gems of the group development are not installed there (Dockerfile:5): debug, …` */
export function notInstalledWords({
  notInstalled = [],
  groups = [],
}: {
  readonly notInstalled?: readonly NotInstalledGem[];
  readonly groups?: AuditReport['groups'];
}): string {
  if (notInstalled.length === 0) return '';
  const names = notInstalled.map(({ name }) => name);
  const of = [...new Set(notInstalled.flatMap((gem) => gem.groups))].sort();
  const places = [
    ...new Set(
      groups.flatMap((each) =>
        [each.without, each.only].flatMap((one) => (one === undefined ? [] : one.place)),
      ),
    ),
  ];
  const who = `${names.length} ${names.length === 1 ? 'gem' : 'gems'}`;
  const where = places.length === 0 ? 'optional in the Gemfile' : listWords(places, MOST_PLACES);
  const verb = names.length === 1 ? 'is' : 'are';
  const group = of.length === 1 ? 'group' : 'groups';
  return `${who} of the ${group} ${groupsWords(of)} ${verb} not installed there (${where}): ${listWords(names, MOST_GEMS)}.`;
}

/** Which CPUs of PLATFORMS were not checked, in one line; empty if all were. */
export function passedOverWords({ passedOver = [] }: Pick<AuditReport, 'passedOver'>): string {
  if (passedOver.length === 0) return '';
  const [them, are] = passedOver.length === 1 ? ['it', 'is'] : ['them', 'are'];
  return `${groupsWords(passedOver)} of the lockfile's PLATFORMS ${are} not checked; --arch all checks ${them} too.`;
}

function groupsWords(names: readonly string[]): string {
  const safe = names.map(printable);
  const last = safe.at(-1) ?? '';
  return safe.length < 2 ? last : `${safe.slice(0, -1).join(', ')} and ${last}`;
}

/** Why Bundler installs nothing there. */
export function refusalWords(refusal: BundleRefusal): string {
  if (refusal.kind === 'ruby-not-accepted') {
    const { ruby, requirement, place } = refusal;
    return `bundle install refuses this bundle, whatever its gems are: the target's Ruby is ${printable(ruby)}, and ${printable(place)} asks for ${listWords(requirement)}`;
  }
  const { platform, locked, frozenFrom, forceRubyFrom } = refusal;
  const machine =
    forceRubyFrom === undefined
      ? `have none for ${printable(platform)}`
      : `do not have ruby, which Bundler is set to use (force_ruby_platform, ${printable(forceRubyFrom)})`;
  const frozen = frozenFrom === undefined ? 'frozen' : `frozen (${printable(frozenFrom)})`;
  return `bundle install refuses this bundle, whatever its gems are: it is ${frozen}, and the lockfile's PLATFORMS (${listWords(locked)}) ${machine}`;
}

/** What to do about it. */
export function refusalRemedy(refusal: BundleRefusal): string {
  return refusal.kind === 'ruby-not-accepted'
    ? `take an image with a Ruby that ${printable(refusal.place)} accepts, or change that line and run bundle lock; if another Ruby runs there, name it with --ruby`
    : `run: bundle lock --add-platform ${printable(refusal.platform)}`;
}
