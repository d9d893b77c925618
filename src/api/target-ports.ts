import { homedir } from 'node:os';
import { cacheDirectory } from '../registry/cache.js';
import type { ReadTargetOptions } from '../target/read-target.js';
import { packageVersion } from './package-version.js';

/** What reading a target that is more than a name takes from where a command runs. */
export type TargetPorts = Pick<
  ReadTargetOptions,
  'cwd' | 'env' | 'home' | 'cacheDirectory' | 'offline' | 'userAgent' | 'warn'
>;

/** @param warn is told of a cache that cannot be used */
export function targetPorts(
  {
    cwd,
    env,
    offline = false,
  }: {
    readonly cwd: string;
    readonly env: Readonly<Record<string, string | undefined>>;
    readonly offline?: boolean | undefined;
  },
  warn: (message: string) => void,
): TargetPorts {
  return {
    cwd,
    env,
    home: env['HOME'] ?? homedir(),
    cacheDirectory: cacheDirectory(env),
    offline,
    userAgent: `gemcompat/${packageVersion()}`,
    warn,
  };
}
