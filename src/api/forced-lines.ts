import { stat } from 'node:fs/promises';
import type { AuditWarning } from '../audit/types.js';
import { GemfileError } from '../errors.js';
import { isNeeded } from '../fix/own-requirements.js';
import type { ForcedLine } from '../gemfile/forced-gems.js';
import { forcedGems } from '../gemfile/forced-gems.js';
import { readProjectGemfiles, readSource } from '../gemfile/project-gemfiles.js';
import { loadRubyParser } from '../gemfile/ruby-parser.js';
import type { Lockfile } from '../lockfile/types.js';
import { gemfileOf } from './gemfile-and-lockfile.js';

/** What of a Gemfile decides whether it has to be parsed at all. */
const MAY_FORCE = /force_ruby_platform|eval_gemfile/;

/**
 * The gems that the Gemfile beside a lockfile has compiled, which no lockfile says. None where there is no Gemfile; where it
 * cannot be read none either, with a warning, so that the precompiled gems are judged. What DEPENDENCIES do not name the lockfile
 * was made without: of a line that did not run, or that is of another lockfile, nothing is certain.
 *
 * @param file absolute path of the lockfile
 */
export async function forcedLines(
  file: string,
  lockfile: Lockfile,
  { cwd, warn }: { readonly cwd: string; readonly warn: (warning: AuditWarning) => void },
): Promise<Map<string, ForcedLine>> {
  const gemfile = gemfileOf(file);
  const isFile = await stat(gemfile ?? '').then(
    (stats) => stats.isFile(),
    () => false,
  );
  if (gemfile === undefined || !isFile) return new Map();
  try {
    if (!MAY_FORCE.test(await readSource(gemfile, gemfile))) return new Map();
    const project = await readProjectGemfiles(gemfile, { cwd, parser: await loadRubyParser() });
    const direct = new Set(lockfile.dependencies.map(({ name }) => name));
    const forced = forcedGems(project, (name) => isNeeded(lockfile, name));
    return new Map(
      [...forced].map(([name, line]) => [name, { ...line, certain: line.certain && direct.has(name) }]),
    );
  } catch (error) {
    if (!(error instanceof GemfileError)) throw error;
    warn({
      code: 'GEMFILE_UNREAD',
      message: `${error.message}; which gems the Gemfile has compiled (force_ruby_platform) is not known, so the precompiled ones are judged`,
    });
    return new Map();
  }
}
