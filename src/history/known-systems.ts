import type { Cpu } from '../elf/types.js';
import { namedTargets } from '../target/catalog.js';
import type { NamedTarget } from '../target/types.js';

/**
 * The systems of the table that one could deploy to today and whose facts are certain: in standard or long-term support, no
 * policies. In the order of the table.
 *
 * @param today ISO date; a system is in support up to and with its last day
 */
export function supportedSystems(today: string, arches: readonly Cpu[]): NamedTarget[] {
  return namedTargets().filter(({ policy, uncertain, endOfLife, extendedEndOfLife, cpus }) => {
    const last = extendedEndOfLife ?? endOfLife;
    return !policy && !uncertain && (last === undefined || last >= today) && overlap(cpus, arches);
  });
}

function overlap(cpus: readonly Cpu[], arches: readonly Cpu[]): boolean {
  return arches.some((cpu) => cpus.includes(cpu));
}
