import { describe, expect, it } from 'vitest';
import type { CooldownRules } from '../../src/audit/cooldown.js';
import { cooldownDays, isTooYoung } from '../../src/audit/cooldown.js';

const now = new Date('2026-11-30T12:00:00Z');
const REMOTE = 'https://rubygems.org/';
const rules = (facts: Partial<CooldownRules>): CooldownRules => ({
  bundler: '4.1.1',
  sources: [],
  now,
  ...facts,
});

describe('days', () => {
  it.each([
    ['the source of the Gemfile', { sources: [{ source: 'https://rubygems.org', days: 7 }] }, 7],
    ['another source', { sources: [{ source: 'https://gems.example.com', days: 7 }] }, 0],
    ['a source that shows only when it runs', { sources: [{ days: 3 }] }, 3],
    ['the setting before the Gemfile', { setting: 2, sources: [{ source: REMOTE, days: 7 }] }, 2],
    ['the setting that lifts it', { setting: 0, sources: [{ source: REMOTE, days: 7 }] }, 0],
    ['an older Bundler', { bundler: '4.0.12', setting: 7 }, 0],
    ['the first that has it', { bundler: '4.0.13', setting: 7 }, 7],
    ['an unknown length', { sources: [{ source: REMOTE }] }, 0],
  ])('%s: %j', (_what, facts, days) => {
    expect(cooldownDays([REMOTE], rules(facts))).toBe(days);
  });
});

describe('a version', () => {
  it.each([
    ['2026-11-24T00:00:00Z', true],
    ['2026-11-23T12:00:00Z', false],
    ['2026-11-23T12:00:01Z', true],
    // Without an offset it is a time in UTC, wherever it is read.
    ['2026-11-23T12:00:01', true],
    ['2026-11-23T12:00:00', false],
    ['2026-11-23', false],
    ['yesterday', false],
    [undefined, false],
  ])('published %s is too young for a week: %s', (createdAt, expected) => {
    const release = createdAt === undefined ? {} : { createdAt };
    expect(isTooYoung(release, [REMOTE], rules({ setting: 7 }))).toBe(expected);
  });
});
