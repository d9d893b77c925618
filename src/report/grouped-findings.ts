import { effectOf } from '../compat/verdict.js';
import type { Finding } from '../compat/types.js';
import { compareDotted, parseSymbolVersion } from '../version/symbol-version.js';

/** The same finding in several files of a gem, such as a fat gem's builds for each Ruby. */
export interface GroupedFinding {
  /** One of them, with the symbols of all. */
  readonly finding: Finding;
  readonly files: readonly string[];
}

/** What proves that a gem does not fit comes first; what is the same but for file and symbols stands together. */
export function groupFindings(findings: readonly Finding[]): GroupedFinding[] {
  const groups = new Map<string, { finding: Finding; files: string[] }>();
  for (const finding of findings) {
    const key = JSON.stringify({ ...finding, file: '', symbols: [] });
    const known = groups.get(key);
    if (known === undefined) {
      groups.set(key, { finding, files: [finding.file] });
      continue;
    }
    known.files.push(finding.file);
    if ('symbols' in known.finding && 'symbols' in finding) {
      const symbols = [...new Set([...known.finding.symbols, ...finding.symbols])];
      known.finding = { ...known.finding, symbols };
    }
  }
  return [...groups.values()].sort(inOrder);
}

/** Proofs first, then by place, and there the highest version first: what it takes for the file to fit. */
function inOrder(a: GroupedFinding, b: GroupedFinding): number {
  const rank = ({ finding }: GroupedFinding): number => (effectOf(finding) === 'incompatible' ? 0 : 1);
  const place = ({ files }: GroupedFinding): string => files.join('\n');
  return (
    rank(a) - rank(b) ||
    (place(a) < place(b) ? -1 : place(a) > place(b) ? 1 : 0) ||
    compareDotted(neededNumber(b.finding), neededNumber(a.finding))
  );
}

function neededNumber(finding: Finding): string {
  return ('symbolVersion' in finding ? parseSymbolVersion(finding.symbolVersion).number : undefined) ?? '0';
}
