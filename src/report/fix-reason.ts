import type { AuditReport, GemReport, MultiTargetReport } from '../audit/types.js';
import type { TargetSummary } from '../target/summary.js';
import type { PlannedPin } from '../search/types.js';
import { compareGemVersions } from '../version/gem-version.js';
import { findingWords } from './words.js';

/** Systems that one comment names. */
const MOST_TARGETS = 2;

/**
 * Why a pin is there, in the words of its comment in the Gemfile: `glibc 2.28 (rhel-8): 1.18.1+ needs 2.29`.
 *
 * @param parents gems of the bundle that depend on it
 */
export function pinComment(
  pin: PlannedPin,
  report: AuditReport | MultiTargetReport,
  parents: readonly string[],
): string {
  const reports = 'targets' in report ? report.targets : [report];
  const failing = (name: string): { gem: GemReport; target: TargetSummary }[] =>
    reports.flatMap(({ gems, target }) =>
      gems
        .filter((gem) => gem.name === name && gem.verdict === 'incompatible' && gem.ignored === undefined)
        .map((gem) => ({ gem, target })),
    );
  const own = failing(pin.name);
  const [first] = own;
  const forWhom = (pin.along ?? []).flatMap(failing);
  const systems =
    own.length > 0 ? own : forWhom.length > 0 ? forWhom : reports.map(({ target }) => ({ target }));
  const names = [...new Set(systems.map(({ target }) => systemWords(target)))];
  const where =
    names.length > MOST_TARGETS
      ? `${names.slice(0, MOST_TARGETS).join(', ')} and ${names.length - MOST_TARGETS} more`
      : names.join(', ');
  const parts = [
    first !== undefined
      ? needWords(first.gem, first.target, pin)
      : pin.along !== undefined && pin.along.length > 0
        ? `moves with ${pin.along.join(', ')}`
        : `${pin.version} is the highest that fits`,
    ...(pin.forceRuby ? ['compiled there'] : []),
    ...(pin.direct || parents.length === 0 ? [] : [`for ${parents.slice(0, 2).join(', ')}`]),
  ];
  return `${where}: ${parts.join('; ')}`;
}

/** `glibc 2.28 (rhel-8)` */
function systemWords({ name, libc, glibc, musl }: TargetSummary): string {
  const system = libc === 'gnu' ? `glibc ${glibc ?? '?'}` : `musl ${musl ?? '?'}`;
  return name === system.replace(' ', '-') ? system : `${system} (${name})`;
}

function needWords(gem: GemReport, target: TargetSummary, { bounds }: PlannedPin): string {
  // An upper bound says that nothing from there on fits, the locked version included.
  const upper = bounds.find((bound) => bound.startsWith('< '))?.slice(2);
  const onwards = upper !== undefined && compareGemVersions(upper, gem.version) <= 0 ? '+' : '';
  const version = `${gem.version}${onwards}`;
  const numbers = gem.findings.flatMap((finding) =>
    finding.kind === 'symbol-version' && finding.symbolVersion.startsWith('GLIBC_') ? [finding] : [],
  );
  const { requires } = gem;
  if (numbers.length > 0 && requires?.glibc !== undefined && target.libc === 'gnu') {
    const beyond = numbers.some(({ symbolVersion }) => symbolVersion === `GLIBC_${requires.glibc ?? ''}`);
    return `${version} needs ${beyond ? requires.glibc : (numbers[0]?.symbolVersion ?? requires.glibc)}`;
  }
  const [finding] = gem.findings;
  if (finding === undefined) return `${version} does not fit`;
  switch (finding.kind) {
    case 'symbol-version':
      return `${version} needs ${finding.symbolVersion}`;
    case 'wrong-libc':
      return `${version} is built for ${finding.builtFor === 'gnu' ? 'glibc' : 'musl'}`;
    case 'missing-library':
      return `${version} needs ${finding.library}`;
    case 'missing-ruby-abi':
      return `${version} has no build for Ruby ${finding.ruby}`;
    case 'no-variant':
      return `${version} has nothing to install there`;
    default:
      return `${version} ${findingWords(finding, target)}`;
  }
}
