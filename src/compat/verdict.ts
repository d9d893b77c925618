import type { Finding, FindingKind, Verdict } from './types.js';

/** What one finding of a kind means for its gem. */
const EFFECT = {
  'symbol-version': 'incompatible',
  'wrong-libc': 'incompatible',
  'wrong-machine': 'incompatible',
  'wrong-system': 'incompatible',
  'missing-interpreter': 'incompatible',
  'missing-library': 'incompatible',
  'build-path': 'incompatible',
  'missing-ruby-abi': 'incompatible',
  'page-size': 'incompatible',
  'no-variant': 'incompatible',
  'shim-alone': 'incompatible',
  'executable-stack': 'incompatible',
  'static-tls': 'incompatible',
  'loader-refusal': 'incompatible',
  'missing-symbol': 'incompatible',
  'unchecked-static-tls': 'unknown',
  'unchecked-symbol': 'unknown',
  'other-libc': 'unknown',
  'ruby-undecided': 'unknown',
  'rubygems-undecided': 'unknown',
  'nothing-compiled': 'unknown',
  'other-system': 'unknown',
  'other-machine': 'unknown',
  'nested-archive': 'unknown',
  'isa-level': 'unknown',
  'unchecked-library': 'unknown',
  'unchecked-symbol-version': 'unknown',
  'static-archive': 'unknown',
  'chosen-at-run-time': 'unknown',
  'no-build-for-system': 'unknown',
  unreadable: 'unknown',
  unavailable: 'unknown',
} satisfies Record<FindingKind, Verdict>;

/** Every kind of finding. */
export const FINDING_KINDS = Object.keys(EFFECT) as readonly FindingKind[];

/**
 * Whether a finding proves that the gem does not fit (`incompatible`) or only that it could not be shown to fit
 * (`unknown`).
 */
export function effectOf(finding: Finding): 'incompatible' | 'unknown' {
  return EFFECT[finding.kind];
}

/** One proof against a gem outweighs everything that could not be checked; without findings it fits. */
export function verdictOf(findings: readonly Finding[]): Exclude<Verdict, 'source'> {
  if (findings.some((finding) => effectOf(finding) === 'incompatible')) return 'incompatible';
  return findings.length > 0 ? 'unknown' : 'compatible';
}
