import type { AuditReport, GemReport, MultiTargetReport } from '../audit/types.js';
import type { Misfits, PlannedPin } from '../search/types.js';
import type { TargetSummary } from '../target/summary.js';
import { findingWords } from './finding-words.js';

/** Systems that one comment names. */
const MOST_TARGETS = 2;

/**
 * Why a pin is there, in the words of its comment in the Gemfile: `glibc 2.28 (rhel-8): 1.18.0+ needs 2.29`.
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
      : pin.misfits !== undefined
        ? heldWords(pin.misfits)
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

/** Of a gem that an earlier pin keeps from what does not fit. */
function heldWords({ from, onwards, needs: [need] }: Misfits): string {
  const versions = `${from}${onwards ? '+' : ''}`;
  return need === undefined ? `${versions} does not fit` : `${versions} needs ${need.glibc}`;
}

function needWords(gem: GemReport, target: TargetSummary, { bounds, misfits }: PlannedPin): string {
  const isUpper = bounds.some((bound) => bound.startsWith('< '));
  if (misfits?.onwards !== true || !isUpper) return ownNeedWords(gem, target, gem.version);
  if (misfits.from === gem.version) return ownNeedWords(gem, target, `${gem.version}+`);
  // What is true of the locked version need not be why the lowest does not fit.
  const lowest = misfits.needs.find((need) => need.target === target.name)?.glibc;
  if (lowest !== undefined && lowest === gem.requires?.glibc && target.libc === 'gnu')
    return `${misfits.from}+ needs ${lowest}`;
  return `${ownNeedWords(gem, target, gem.version)}; ${misfits.from}+ does not fit`;
}

function ownNeedWords(gem: GemReport, target: TargetSummary, version: string): string {
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
