import { GemInside } from '../compat/inside.js';
import { FilesOnSystems, filesOfGem } from '../compat/judge.js';
import type { Requires } from '../compat/types.js';
import type { Cpu } from '../elf/types.js';
import type { GemContents } from '../gem/types.js';
import type { Deployment } from '../search/types.js';
import { targetsFittingOn } from '../target/catalog.js';
import type { NamedTarget } from '../target/types.js';

/**
 * Names of the known systems on which judging finds nothing, as `targetsFitting` orders them; none where any libc or none is
 * needed. What is needed rules most of them out before any is judged.
 *
 * @param fits whether judging finds nothing on a system, which is reduced to the CPU
 */
export function systemsThatRun(
  requires: Requires,
  cpu: Cpu,
  today: string,
  fits: (target: NamedTarget) => boolean,
): string[] {
  const { libc } = requires;
  if (libc !== 'gnu' && libc !== 'musl') return [];
  return targetsFittingOn({ ...requires, libc, cpu }, today)
    .filter(fits)
    .map(({ name }) => name);
}

/** The known systems that run a gem as it is. @param deployment whose CPU counts, and whose Ruby where a system brings none */
export function systemsThatRunGem(
  contents: GemContents,
  requires: Requires,
  { cpu, ruby: projects }: Deployment,
  today: string,
): string[] {
  const inside = new GemInside(
    contents,
    requires.libc === 'gnu' || requires.libc === 'musl' ? { libc: requires.libc } : {},
  );
  const files = new FilesOnSystems(filesOfGem(contents));
  return systemsThatRun(requires, cpu, today, (target) => {
    const ruby = target.ruby ?? projects;
    return files.fit(inside, { target, cpu, ...(ruby === undefined ? {} : { ruby }) });
  });
}
