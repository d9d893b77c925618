import { describe, expect, it } from 'vitest';
import { renderTable } from '../../src/report/table.js';

const COLUMNS = [{ title: 'GEM' }, { title: 'NEEDS', narrowest: 6 }, { title: 'TO DO', narrowest: 8 }];
const ROWS = [
  ['thruster', 'glibc 2.34, GLIBCXX 3.4.30', 'downgrade to 0.1.8'],
  ['pg', '–', ''],
];
const plain = (cell: string): string => cell;

describe('a table', () => {
  it('is as wide as its cells where no width is given', () => {
    expect(renderTable(COLUMNS, ROWS, undefined, plain)).toBe(
      [
        'GEM       NEEDS                       TO DO',
        'thruster  glibc 2.34, GLIBCXX 3.4.30  downgrade to 0.1.8',
        'pg        –',
      ].join('\n'),
    );
  });

  it.each([56, 50, 40, 30, 26])('of %i columns keeps to them, and loses no word', (width) => {
    const table = renderTable(COLUMNS, ROWS, width, plain);
    for (const line of table.split('\n')) expect(line.length).toBeLessThanOrEqual(width);
    for (const word of ['thruster', 'GLIBCXX', '3.4.30', '0.1.8', 'pg']) expect(table).toContain(word);
  });

  it('cuts the last column first', () => {
    const [head, first] = renderTable(COLUMNS, ROWS, 50, plain).split('\n');
    expect(head?.indexOf('TO DO')).toBe(38);
    expect(first).toBe('thruster  glibc 2.34, GLIBCXX 3.4.30  downgrade to');
  });

  it('has its head alone where there are no rows', () => {
    expect(renderTable(COLUMNS, [], undefined, plain)).toBe('GEM  NEEDS  TO DO');
  });

  it('colours a cell without moving the others', () => {
    const coloured = renderTable(COLUMNS, ROWS, undefined, (cell, row, column) =>
      row === 0 && column === 0 ? `\u001b[31m${cell}\u001b[39m` : cell,
    );
    // eslint-disable-next-line no-control-regex -- it is what is looked for
    expect(coloured.replace(/\u001b\[\d+m/g, '')).toBe(renderTable(COLUMNS, ROWS, undefined, plain));
    expect(coloured).toContain('\u001b[31mthruster');
  });

  it('tells which cell it colours', () => {
    const asked: string[] = [];
    renderTable(COLUMNS, ROWS, undefined, (cell, row, column) => {
      asked.push(`${String(row)}/${column} ${cell}`);
      return cell;
    });
    expect(asked.slice(0, 4)).toEqual(['head/0 GEM', 'head/1 NEEDS', 'head/2 TO DO', '0/0 thruster']);
    expect(asked.at(-1)).toBe('1/2 ');
  });
});
