import { describe, expect, it } from 'vitest';
import { knownTarget, knownTargets } from '../../src/index.js';
import { renderTarget, renderTargets } from '../../src/report/targets.js';
import { without } from './reports.js';

const all = knownTargets();
const plain = { color: false };

describe('the list of targets', () => {
  it('has a line for each, in the order given, and its head', () => {
    const [head, ...lines] = renderTargets(all, '2025-06-01', plain).trimEnd().split('\n');
    expect(head?.split(/ {2,}/)).toEqual(['TARGET', 'LIBC', 'GLIBCXX', 'CPUS', 'END OF LIFE']);
    expect(lines.map((line) => line.split(' ')[0])).toEqual(all.map(({ name }) => name));
  });

  it.each([
    ['2025-05-30', false],
    ['2025-05-31', false],
    ['2025-06-01', true],
  ])('on %s says of Ubuntu 20.04 that it has ended: %s', (today, ended) => {
    const target = { ...knownTarget('ubuntu-20.04'), endOfLife: '2025-05-31' };
    expect(renderTargets([target], today, plain).includes('2025-05-31 (ended)')).toBe(ended);
  });

  it('says – where libstdc++ is not known, and nothing where no end is', () => {
    const rest = without(knownTarget('ubuntu-20.04'), 'endOfLife');
    const line = renderTargets([{ ...rest, ceilings: {}, cpus: ['x86_64'] }], '2025-01-01', plain).split(
      '\n',
    )[1];
    expect(line).toBe('ubuntu-20.04  glibc 2.31  –        x86_64');
  });

  const widest = (width: number): number =>
    Math.max(
      ...renderTargets(all, '2025-06-01', { ...plain, width })
        .split('\n')
        .map((line) => line.length),
    );

  it.each([100, 120])('keeps to %i columns', (width) => {
    expect(widest(width)).toBeLessThanOrEqual(width);
  });

  it.fails('open: keeps to 80 columns', () => {
    expect(widest(80)).toBeLessThanOrEqual(80);
  });

  it('dims what has ended, and only with colour', () => {
    const target = { ...knownTarget('ubuntu-20.04'), endOfLife: '2020-01-01' };
    expect(renderTargets([target], '2025-01-01', { color: true }).split('\n')[1]).toContain('\u001b[2m');
    expect(renderTargets([target], '2019-01-01', { color: true }).split('\n')[1]).not.toContain('\u001b');
    expect(renderTargets([target], '2025-01-01', plain)).not.toContain('\u001b');
  });
});

describe('one target', () => {
  it.each(all.map((target) => [target.name, target] as const))(
    '%s is told with its facts and their source',
    (_, target) => {
      const shown = renderTarget(target, plain);
      expect(shown.split('\n')[0]).toBe(target.title);
      for (const fact of [
        target.libcVersion,
        ...target.aliases,
        ...target.cpus,
        ...target.libraries,
        ...target.notes,
      ]) {
        expect(shown).toContain(fact);
      }
      expect(shown).toMatch(/^source +\S/m);
      expect(shown).toMatch(/^as of +\d{4}-\d\d-\d\d/m);
      expect(shown.includes('(uncertain)')).toBe(target.uncertain);
      expect(shown).not.toMatch(/undefined|^\w[\w -]* {2,}$/m);
    },
  );
});
