import { describe, expect, it } from 'vitest';
import { knownTarget, knownTargets } from '../../src/index.js';
import { renderTarget, renderTargets, renderTargetsJson } from '../../src/report/targets.js';
import { without } from './reports.js';

const all = knownTargets();
const plain = { color: false };

describe('the list of targets', () => {
  it('has a line for each, in the order given, and its head', () => {
    const [head, ...lines] = renderTargets(all, '2025-06-01', plain).trimEnd().split('\n');
    expect(head?.split(/ {2,}/)).toEqual(['TARGET', 'LIBC', 'GLIBCXX', 'CPUS', 'END OF LIFE', 'SOURCE']);
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
    expect(line).toMatch(/^ubuntu-20\.04 {2}glibc 2\.31 {2}– {8}x86_64 {15}mayeut\/pep600_compliance, /);
  });

  const widest = (width: number): number =>
    Math.max(
      ...renderTargets(all, '2025-06-01', { ...plain, width })
        .split('\n')
        .map((line) => line.length),
    );

  it.each([80, 100, 120, 200])('keeps to %i columns, a line for each', (width) => {
    expect(widest(width)).toBeLessThanOrEqual(width);
    const lines = renderTargets(all, '2025-06-01', { ...plain, width }).split('\n');
    expect(lines.slice(1, all.length + 1).map((line) => line.split(' ')[0])).toEqual(
      all.map(({ name }) => name),
    );
  });

  it.each([80, 130])('in %i columns says below what is past its end, and each source once', (width) => {
    const shown = renderTargets(all, '2025-06-01', { ...plain, width });
    expect(shown).toMatch(/^ubuntu-20\.04 .* 2025-05-31 † +\d+$/m);
    expect(shown).toMatch(/^ubuntu-24\.04 .* 2029-05-31 +\d+$/m);
    expect(shown).toContain('† past its end of life');
    const sources = [...shown.matchAll(/^ {2}# (\d+): /gm)].map(([, number]) => Number(number));
    expect(sources.length).toBeGreaterThan(5);
    expect(sources).toEqual(sources.map((_, index) => index + 1));
    const used = [...shown.matchAll(/ (\d+)$/gm)].map(([, number]) => Number(number));
    expect(new Set(used)).toEqual(new Set(sources));
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
      const shown = renderTarget({ target }, '2025-06-01', plain);
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
      const narrow = renderTarget({ target }, '2025-06-01', { ...plain, width: 80 });
      expect(Math.max(...narrow.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
    },
  );

  it('tells the symbol versions of one CPU, and where the others differ', () => {
    const target = knownTarget('debian-12');
    const shown = renderTarget({ target }, '2025-06-01', plain);
    expect(shown).toMatch(/^symbol versions on x86_64/m);
    expect(shown).toMatch(/^libc\.so\.6 +GLIBC_2\.2\.5 2\.2\.6 .* 2\.36, GLIBC_ABI_DT_RELR$/m);
    expect(shown).toMatch(/^on s390x +.*GCC_7\.0\.0.*ld64\.so\.1$/m);
    const arm = renderTarget({ target }, '2025-06-01', { ...plain, cpu: 'aarch64' });
    expect(arm).toMatch(/^libc\.so\.6 +GLIBC_2\.17 /m);
    expect(arm).toMatch(/^on x86_64 +.*ld-linux-x86-64\.so\.2/m);
  });

  it.each([
    ['2026-07-11', false],
    ['2026-07-12', true],
  ])('on %s says of its end that it is past: %s', (today, past) => {
    const target = { ...knownTarget('debian-12'), endOfLife: '2026-07-11' };
    expect(renderTarget({ target }, today, plain).includes('2026-07-11 (ended)')).toBe(past);
  });

  it('of a system that was read says its Ruby, and that nothing else is there', () => {
    const { name, title, libc, libcVersion, ceilings, source } = knownTarget('debian-12');
    const target = { name, title: `${title}\u001b[31m`, libc, libcVersion, ceilings, source };
    const shown = renderTarget(
      { target: { ...target, libraries: ['libc.so.6'], librariesComplete: true }, ruby: '3.3.6' },
      '2026-01-01',
      plain,
    );
    expect(shown).toMatch(/^Ruby +3\.3\.6$/m);
    expect(shown).toMatch(/^libraries +libc\.so\.6$/m);
    expect(shown).not.toContain('\u001b');
  });
});

it('JSON has the facts of one or of all, and no control character', () => {
  const one = renderTargetsJson({ target: knownTarget('debian-12'), warnings: [], ruby: '3.3' });
  expect(JSON.parse(one)).toMatchObject({ name: 'debian-12', ruby: '3.3', byCpu: { x86_64: {} } });
  const listed = JSON.parse(renderTargetsJson(knownTargets({ name: 'focal' }))) as unknown;
  expect(listed).toMatchObject([{ name: 'ubuntu-20.04', endOfLife: '2025-05-31', supported: false }]);
});
