import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BundlerPackage } from '../../src/search/bundler-package.js';
import { NONE, intersect, isSubset } from '../../src/search/solver/position-set.js';
import { parseGemVersion, sortGemVersions } from '../../src/version/gem-version.js';
import { satisfies } from '../../src/version/requirement.js';

function packageOf(versions: readonly string[]): BundlerPackage {
  const asks = (): Map<string, string> => new Map();
  return new BundlerPackage(
    'foo',
    versions.map((version) => ({ version, parsed: parseGemVersion(version), asks })),
  );
}

const anyVersion = fc
  .tuple(fc.nat(3), fc.nat(3), fc.constantFrom('', '.0', '.1', '.rc1'))
  .map(([major, minor, rest]) => `${major}.${minor}${rest}`);
const anyClause = fc
  .tuple(fc.constantFrom('=', '!=', '>', '<', '>=', '<=', '~>'), anyVersion)
  .map(([operator, version]) => `${operator} ${version}`);

describe('BundlerPackage', () => {
  it('allows the candidates that satisfy a requirement, whatever was asked of it before', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(anyVersion, { maxLength: 8, selector: (text) => text.replace(/\.0$/, '') }),
        fc.array(fc.array(anyClause, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 6 }),
        (versions, requirements) => {
          const sorted = sortGemVersions(versions);
          const of = packageOf(sorted);
          for (const requirement of requirements) {
            const set = of.allowed(requirement);
            const wanted = sorted.filter((version) => satisfies(version, requirement)).reverse();
            expect([...of.candidatesIn(set)].map((at) => of.at(at)?.version)).toEqual(wanted);
            expect(of.count(set)).toBe(wanted.length);
          }
        },
      ),
      { numRuns: 500, seed: 5 },
    );
  });

  it('knows what lies between candidates, and that there requirements differ', () => {
    const of = packageOf(['1.1', '2.1']);
    expect(intersect(of.allowed(['~> 1.0']), of.allowed(['~> 2.0']))).toEqual(NONE);
    // Bundler does not know that there is no 2.0.5.
    const between = intersect(of.allowed(['~> 2.0']), of.allowed(['< 2.1']));
    expect(between).not.toEqual(NONE);
    expect(of.count(between)).toBe(0);
    expect(isSubset(of.allowed(['= 1.7']), of.allowed(['~> 1.0']))).toBe(true);
    expect(isSubset(of.allowed(['= 1.7']), of.allowed(['> 1.7']))).toBe(false);
    expect(intersect(of.allowed(['> 1.7']), of.allowed(['<= 1.7']))).toEqual(NONE);
  });

  it('goes on where no place is left between two versions', () => {
    const of = packageOf(['1.0', '2.0']);
    for (let depth = 1; depth < 80; depth += 1) {
      const version = `1.${Array.from({ length: depth }, () => '1').join('.')}`;
      const set = intersect(of.allowed([`>= ${version}`]), of.allowed([`< ${version}`]));
      expect(set).toEqual(NONE);
      expect(of.count(of.allowed([`>= ${version}`]))).toBe(1);
    }
  });
});
