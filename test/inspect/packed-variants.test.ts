import { describe, expect, it } from 'vitest';
import type { GemContents } from '../../src/gem/types.js';
import { judgeSubject } from '../../src/inspect/judge-subject.js';
import { TreeCollector } from '../../src/inspect/tree.js';
import { alpine, contents, elf, target } from '../helpers/contents.js';

function variant(platform: string, needed: string, version = '1.0'): GemContents {
  const gem = contents({ 'lib/a.so': elf({ needed: [needed] }) });
  return { ...gem, metadata: { ...gem.metadata, platform, version } };
}

const gnu = variant('x86_64-linux-gnu', 'libc.so.6');
const bare = variant('x86_64-linux', 'libc.so.6');
const musl = variant('x86_64-linux-musl', 'libc.musl-x86_64.so.1');
const older = variant('x86_64-linux-musl', 'libc.musl-x86_64.so.1', '0.9');

/** Platform, version and verdicts by target of each variant in a vendor/cache. */
function told(...gems: GemContents[]): [string | undefined, Record<string, string>][] {
  const tree = new TreeCollector();
  for (const gem of gems) {
    const { name, version, platform } = gem.metadata;
    tree.report(`${name}-${version}-${platform}.gem`, { kind: 'gem', contents: gem });
  }
  const { groups } = judgeSubject({ path: 'cache', kind: 'directory' }, 'cache', tree.finish(), {
    targets: [{ target: target() }, { target: alpine }],
    symbols: false,
    tree: false,
    today: '2026-01-01',
    systemsFor: () => [],
  });
  return groups.map(({ platform, results = [] }) => [
    platform,
    Object.fromEntries(results.map((result) => [result.target, result.verdict])),
  ]);
}

describe('variants of one gem that lie packed side by side', () => {
  it.each([
    ['x86_64-linux-gnu', gnu],
    ['x86_64-linux', bare],
  ])('%s and musl are judged each where Bundler takes it', (platform, other) => {
    expect(new Map(told(other, musl))).toEqual(
      new Map([
        [platform, { 'ubuntu-20.04': 'compatible' }],
        ['x86_64-linux-musl', { 'alpine-3.20': 'compatible' }],
      ]),
    );
  });

  it('of two versions, or alone, are judged everywhere', () => {
    expect(told(gnu, older)).toEqual([
      ['x86_64-linux-musl', { 'ubuntu-20.04': 'incompatible', 'alpine-3.20': 'compatible' }],
      ['x86_64-linux-gnu', { 'ubuntu-20.04': 'compatible', 'alpine-3.20': 'unknown' }],
    ]);
  });
});
