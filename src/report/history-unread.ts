import type { Ansis } from 'ansis';
import type { HistoryReport, VariantFinding } from '../history/types.js';
import { printable } from './printable.js';
import { listWords } from './lists.js';

/** Reasons that are shown; the JSON has them all. */
const MOST_REASONS = 8;
const MOST_GEMS = 4;

/** What could not be read, and what is odd in a gem whatever it is run on; gems with one reason stand together. */
export function unreadSection({ versions }: HistoryReport, paint: Ansis): string {
  const groups = new Map<string, { places: string[]; remedies: readonly string[] }>();
  for (const { version, variants } of versions) {
    for (const { platform, findings } of variants) {
      for (const finding of findings) {
        const reason = reasonWords(finding);
        const place = `${printable(version)} (${printable(platform)})`;
        const remedies = finding.kind === 'unavailable' ? finding.suggestions : [];
        const group = groups.get(reason) ?? { places: [], remedies };
        if (!group.places.includes(place)) group.places.push(place);
        groups.set(reason, group);
      }
    }
  }
  if (groups.size === 0) return '';
  const entries = [...groups]
    .slice(0, MOST_REASONS)
    .map(([reason, { places, remedies }]) =>
      [
        `${paint.yellow('?')} ${listWords(places, MOST_GEMS)}`,
        `    ${reason}`,
        ...remedies.map((remedy) => `    → ${printable(remedy)}`),
      ].join('\n'),
    );
  const rest = groups.size - entries.length;
  return [
    paint.bold('What could not be read or judged'),
    '',
    ...entries,
    ...(rest > 0 ? [`and ${rest} more; --format json lists them all`] : []),
  ].join('\n');
}

/** A finding that holds on any target, as a sentence. */
function reasonWords(finding: VariantFinding): string {
  const file = printable(finding.file);
  switch (finding.kind) {
    case 'unavailable':
      return `${printable(finding.reason)} [${finding.code}]`;
    case 'unreadable':
      return `${file} could not be read: ${printable(finding.reason)} [${finding.code}]`;
    case 'nested-archive':
      return `${file} is an archive inside the gem, and what is in it was not read`;
    case 'static-archive':
      return `${file} is linked on the machine that installs the gem, so what it will need is not known`;
    case 'wrong-machine':
      return `nothing in the gem is built for ${finding.wanted}; ${file} is for ${printable(finding.machine)}`;
    case 'other-machine':
      return `${file} is built for ${printable(finding.machine)}, and nothing in its path says that it is meant for that alone`;
    case 'missing-ruby-abi':
      return `the gem has no build for Ruby ${printable(finding.ruby)}; it has ${listWords(finding.available, 8)}`;
  }
}
