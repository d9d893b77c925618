import { expect, it } from 'vitest';
import { nearestGems } from '../../src/history/nearest-gems.js';
import { inBoundedTime } from '../helpers/bounded-time.js';

const NAMES = [
  'nokogiri',
  'nokogumbo',
  'sqlite3',
  'pg',
  'pry',
  'activerecord',
  'rails',
  'rake',
  'rack',
  'racc',
  'ruby',
];

it.each([
  ['nokogri', ['nokogiri']],
  ['Nokogiri', ['nokogiri']],
  ['active_record', ['activerecord']],
  ['sqlite', ['sqlite3']],
  ['ract', ['racc', 'rack']],
  ['somethingelse', []],
])('near %s are %j', (wanted, near) => {
  expect(nearestGems(wanted, NAMES)).toEqual(near);
});

it('names five at most, the nearest first, and never the name itself', () => {
  const names = Array.from({ length: 30 }, (_, i) => `gem-number-${i}`);
  const near = nearestGems('gem-number-1', names);
  expect(near).toHaveLength(5);
  expect(near).not.toContain('gem-number-1');
});

it('looks through a large source in little time', () => {
  const names = Array.from({ length: 250_000 }, (_, i) => `gem-${i.toString(36)}-${'x'.repeat(i % 24)}`);
  expect(inBoundedTime(() => nearestGems('gem-4x9-xxxxxx', names)).length).toBeGreaterThan(0);
});
