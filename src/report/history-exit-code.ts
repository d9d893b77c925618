import type { HistoryReport } from '../history/types.js';

/**
 * What the process ends with. 1: targets were asked for, and no version that was told fits them all, none is free of
 * prebuilt files and none is left unchecked. 3: something could not be read or, for a target, not be checked. Else 0.
 */
export function historyExitCodeOf({ versions, together }: HistoryReport): 0 | 1 | 3 {
  if (
    together?.version === undefined &&
    together?.compiled === undefined &&
    together?.unchecked.length === 0
  ) {
    return 1;
  }
  const incomplete = versions.some(
    ({ variants, verdicts }) =>
      variants.some(({ state }) => state !== 'read') || verdicts.some(({ verdict }) => verdict === 'unknown'),
  );
  return incomplete ? 3 : 0;
}
