import type { Requires } from '../compat/types.js';
import type { Cpu } from '../elf/types.js';
import { targetsFitting } from '../target/catalog.js';

/** Names of the known systems that have what is needed, as `targetsFitting` orders them; none where any libc or none is needed. */
export function systemsThatRun(requires: Requires, cpu: Cpu, today: string): string[] {
  const { libc } = requires;
  if (libc !== 'gnu' && libc !== 'musl') return [];
  return targetsFitting({ ...requires, libc, cpu }, today).map(({ name }) => name);
}
