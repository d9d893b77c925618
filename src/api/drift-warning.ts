import path from 'node:path';
import type { AuditWarning } from '../audit/types.js';
import { GemfileError } from '../errors.js';
import { driftOf } from '../fix/drift.js';
import { readProjectGemfiles } from '../gemfile/project-gemfiles.js';
import { loadRubyParser } from '../gemfile/ruby-parser.js';
import type { Lockfile } from '../lockfile/types.js';
import { driftWords } from '../report/drift-words.js';
import { bundleCommand } from '../report/shell-command.js';
import { gemfileOf } from './gemfile-and-lockfile.js';

/**
 * Tells whoever edited the Gemfile and did not lock it that what is judged is what was locked. Undefined where the two belong
 * together, and where there is no Gemfile or it cannot be read.
 * @param file the lockfile, as the user would write it
 */
export async function driftWarning(
  file: string,
  lockfile: Lockfile,
  cwd: string,
): Promise<AuditWarning | undefined> {
  const gemfile = gemfileOf(path.resolve(cwd, file));
  if (gemfile === undefined) return undefined;
  try {
    const parser = await loadRubyParser();
    const project = await readProjectGemfiles(gemfile, { cwd, parser });
    const drifts = driftOf(project, lockfile, parser, file);
    if (drifts.length === 0) return undefined;
    const lock = bundleCommand('bundle lock', project.files[0].shown);
    return {
      code: 'GEMFILE_NOT_LOCKED',
      message: `${driftWords(drifts, file)}; what is judged is what is locked. Lock it first: ${lock}`,
    };
  } catch (error) {
    if (error instanceof GemfileError) return undefined;
    throw error;
  }
}
