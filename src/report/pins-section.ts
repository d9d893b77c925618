import type { Ansis } from 'ansis';
import type { AuditReport } from '../audit/types.js';
import { NOT_MINIMAL, companionReason, pinReason } from './words.js';

/** The pins, ready to paste: each with its reason as a comment, behind it where there is room, else above it. */
export function pinsSection(
  reports: readonly AuditReport[],
  pins: readonly string[],
  width: number | undefined,
  paint: Ansis,
): string {
  if (pins.length === 0) return '';
  const gems = reports.flatMap((report) => report.gems);
  const plan = reports.find((report) => report.plan !== undefined)?.plan;
  const rows = pins.map((pin) => {
    const gem = gems.find(({ suggestion }) => suggestion?.pin === pin);
    const planned = plan?.pins.find(
      ({ name }) => pin === `gem '${name}'` || pin.startsWith(`gem '${name}',`),
    );
    const move = plan?.moves.find(({ name }) => name === planned?.name);
    const reason =
      gem !== undefined ? pinReason(gem) : move && companionReason(move, planned?.direct === true);
    return {
      pin,
      direct: planned?.direct ?? gem?.suggestion?.direct === true,
      comment: reason === undefined ? '' : `# ${reason}`,
    };
  });
  const heading = rows.some(({ direct }) => direct)
    ? "Pins for the Gemfile, each in place of the gem's own line"
    : 'Pins for the Gemfile';
  const widest = Math.max(...pins.map((pin) => pin.length));
  const beside = rows.every(({ comment }) => 2 + widest + 2 + comment.length <= (width ?? Infinity));
  const lines = rows.map(({ pin, comment }) =>
    beside ? `  ${pin.padEnd(widest)}  ${paint.dim(comment)}` : `  ${paint.dim(comment)}\n  ${pin}`,
  );
  const caveat = plan?.minimal === false ? `\n\n${NOT_MINIMAL}` : '';
  return `${paint.bold(heading)}\n\n${lines.join('\n')}${caveat}`;
}
