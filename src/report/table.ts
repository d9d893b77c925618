import Table from 'cli-table3';

export interface Column {
  readonly title: string;
  /** Widest that the column may be cut to when the terminal is narrow; absent where it is never cut. */
  readonly narrowest?: number;
}

const GAP = 2;
const NO_BORDER = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '',
};

/**
 * A table without lines. Where `width` (in columns) is too small for it, the cells of columns that may be cut wrap,
 * the last such column first. `style` colours a cell after its text is laid out.
 * @param apart the gap is kept where a cell wraps, so that `narrowest` has it in it, in the last column too
 */
export function renderTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  width: number | undefined,
  style: (cell: string, row: number | 'head', column: number) => string,
  { apart = false }: { readonly apart?: boolean } = {},
): string {
  const behind = apart ? GAP : 0;
  const widths = columns.map(
    ({ title }, column) =>
      Math.max(title.length, ...rows.map((row) => (row[column] ?? '').length)) +
      (column < columns.length - 1 ? GAP : behind),
  );
  if (width !== undefined) {
    for (let column = columns.length - 1; column >= 0; column -= 1) {
      const over = widths.reduce((sum, each) => sum + each, 0) - width - behind;
      const narrowest = columns[column]?.narrowest;
      if (over > 0 && narrowest !== undefined)
        widths[column] = Math.max(narrowest, (widths[column] ?? 0) - over);
    }
  }
  const table = new Table({
    chars: NO_BORDER,
    style: { 'padding-left': 0, 'padding-right': behind, head: [], border: [], compact: true },
    colWidths: widths,
    wordWrap: true,
    wrapOnWordBoundary: true,
  });
  table.push(
    columns.map(({ title }, column) => style(title, 'head', column)),
    ...rows.map((row, index) => row.map((cell, column) => style(cell, index, column))),
  );
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}
