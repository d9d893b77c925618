import type { AuditReport, Cpu } from '../../src/index.js';

/** Highest glibc version that a gem needs by the gem's full name, `-` where it needs none. */
export type Floors = ReadonlyMap<string, string>;

/** What `gemcompat audit --format json` says of the precompiled gems of one CPU. */
export function floorsOfReport(json: string, cpu: Cpu): Floors {
  const { gems } = JSON.parse(json) as AuditReport;
  return new Map(
    gems
      .filter(({ arch, platform }) => arch === cpu && platform !== 'ruby')
      .map(({ name, version, platform, requires }) => [
        `${name}-${version}-${platform}`,
        requires === undefined ? 'not read' : (requires.glibc ?? '-'),
      ]),
  );
}

/** What by-hand.sh prints. */
export function floorsByHand(output: string): Floors {
  return new Map(
    output
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => line.split('\t') as [string, string]),
  );
}

/**
 * Two programs that do not say the same cannot be compared by their speed.
 * @throws where they differ, or where neither says anything.
 */
export function assertAgreement(gemcompat: Floors, byHand: Floors): void {
  const differences = [...new Set([...gemcompat.keys(), ...byHand.keys()])]
    .filter((gem) => gemcompat.get(gem) !== byHand.get(gem))
    .map(
      (gem) =>
        `  ${gem}: gemcompat ${gemcompat.get(gem) ?? 'nothing'}, by hand ${byHand.get(gem) ?? 'nothing'}`,
    );
  if (differences.length > 0)
    throw new Error(
      `gemcompat and objdump do not agree on what is needed of glibc:\n${differences.join('\n')}`,
    );
  if (byHand.size === 0) throw new Error('no precompiled gem was read, so nothing was compared');
}
