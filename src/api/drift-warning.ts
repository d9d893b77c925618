import type { AuditWarning } from '../audit/types.js';
import { GemfileError } from '../errors.js';
import { driftOf } from '../fix/drift.js';
import { loadRubyParser } from '../gemfile/ruby-parser.js';
import { driftWords } from '../report/drift-words.js';
import { bundleCommand } from '../report/shell-command.js';
import type { Project } from './project.js';

/**
 * Tells whoever edited the Gemfile and did not lock it that what is judged is what was locked. Undefined where the two belong
 * together, and where there is no Gemfile or it cannot be read.
 */
export async function driftWarning(project: Project): Promise<AuditWarning | undefined> {
  const { path: file, lockfile } = project;
  try {
    const gemfiles = await project.gemfiles();
    const drifts = gemfiles === undefined ? [] : driftOf(gemfiles, lockfile, await loadRubyParser(), file);
    if (gemfiles === undefined || drifts.length === 0) return undefined;
    const lock = bundleCommand('bundle lock', gemfiles.files[0].shown);
    return {
      code: 'GEMFILE_NOT_LOCKED',
      message: `${driftWords(drifts, file)}; what is judged is what is locked. Lock it first: ${lock}`,
    };
  } catch (error) {
    if (error instanceof GemfileError) return undefined;
    throw error;
  }
}
