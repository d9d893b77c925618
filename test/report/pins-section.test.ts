import { Ansis } from 'ansis';
import { describe, expect, it } from 'vitest';
import { pinsSection } from '../../src/report/pins-section.js';
import { renderGemfile } from '../../src/report/gemfile.js';
import { SUGGESTIONS, gem, report, suggestion, thruster } from './reports.js';

const paint = new Ansis(0);
const other = gem({
  name: 'pg',
  version: '1.6',
  suggestion: suggestion({ version: '1.5.9', pin: "gem 'pg', '< 1.6'", direct: false }),
});
const two = report([thruster, other]);
const section = (reports: readonly ReturnType<typeof report>[], width?: number): string =>
  pinsSection(
    reports,
    reports.flatMap(({ pins }) => pins),
    width,
    paint,
  );

describe('the pins', () => {
  it('are not there where there are none', () => {
    expect(section([report([gem()])])).toBe('');
    expect(renderGemfile(report([gem()]))).toBe('');
  });

  it('stand beside their reasons where there is room', () => {
    expect(section([two])).toMatchInlineSnapshot(`
      "Pins for the Gemfile, each in place of the gem's own line

        gem 'thruster', '< 0.1.9'  # 0.1.9 → 0.1.8
        gem 'pg', '< 1.6'          # 1.6 → 1.5.9; a new line: another gem brings it in"
    `);
  });

  it('stand below their reasons where there is not', () => {
    expect(section([two], 60)).toMatchInlineSnapshot(`
      "Pins for the Gemfile, each in place of the gem's own line

        # 0.1.9 → 0.1.8
        gem 'thruster', '< 0.1.9'
        # 1.6 → 1.5.9; a new line: another gem brings it in
        gem 'pg', '< 1.6'"
    `);
  });

  it('go beside their reasons as soon as the widest fits, and not before', () => {
    const widest = Math.max(
      ...section([two])
        .split('\n')
        .map((line) => line.length),
    );
    expect(section([two], widest)).toBe(section([two]));
    expect(section([two], widest - 1)).not.toBe(section([two]));
  });

  it('say that they stand in place of a line only where one of them does', () => {
    expect(section([report([other])]).split('\n')[0]).toBe('Pins for the Gemfile');
    expect(section([report([thruster])]).split('\n')[0]).toContain("in place of the gem's own line");
  });

  it('have their reasons from whichever target has them', () => {
    expect(section([report([gem()]), two])).toBe(section([two]));
  });

  it('are alone, a line each, in the form for a Gemfile', () => {
    expect(renderGemfile(two)).toBe("gem 'thruster', '< 0.1.9'\ngem 'pg', '< 1.6'\n");
    const forced = report([gem({ suggestion: SUGGESTIONS.forced })]);
    expect(renderGemfile(forced)).toBe("gem 'thruster', force_ruby_platform: true\n");
  });
});
