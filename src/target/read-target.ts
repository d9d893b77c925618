import { UsageError } from '../errors.js';
import { resolveTarget } from './parse.js';
import { resolveRootfs } from './rootfs.js';
import type { ResolvedTarget } from './types.js';

/**
 * What a text stands for, read from the system itself where it says where that lies: `rootfs:DIR`. Everything else is
 * `resolveTarget`'s.
 * @param cwd where a relative directory is taken from
 * @throws TargetError as `resolveTarget` and `resolveRootfs` do; UsageError `TARGET_DIRECTORY_MISSING` for a bare `rootfs:`
 */
export async function readTarget(text: string, cwd: string): Promise<ResolvedTarget> {
  const wanted = text.trim();
  const [, directory] = /^rootfs:(.*)$/is.exec(wanted) ?? [];
  if (directory === undefined) return resolveTarget(text);
  if (directory === '') {
    throw new UsageError('rootfs: is not followed by a directory.', {
      code: 'TARGET_DIRECTORY_MISSING',
      suggestions: ['Name the directory that is "/" on the system: rootfs:/srv/root.'],
    });
  }
  return resolveRootfs(directory, { cwd });
}
