import path from 'node:path';
import type { SourceCooldown } from '../audit/cooldown.js';
import type { AuditWarning } from '../audit/types.js';
import { isFile } from '../audit/project-files.js';
import { GemfileError } from '../errors.js';
import { isNeeded } from '../fix/own-requirements.js';
import type { ForcedLine } from '../gemfile/forced-gems.js';
import type { GemfileGroups } from '../gemfile/gem-groups.js';
import { gemfileGroups } from '../gemfile/gem-groups.js';
import { forcedGems } from '../gemfile/forced-gems.js';
import type { ProjectGemfiles } from '../gemfile/project-gemfiles.js';
import { readSource } from '../gemfile/project-gemfiles.js';
import type { Override } from '../version/override.js';
import { RequirementError, parseRequirement } from '../version/requirement.js';
import type { Project } from './project.js';

/** What of a Gemfile decides whether it has to be parsed at all. */
const MAY_MATTER = /force_ruby_platform|eval_gemfile|\boverride\b|\bcooldown\b|\boptional\b/;

/** What a Gemfile says that its lockfile does not. */
export interface GemfileFacts {
  /** Gems that it has compiled. */
  readonly forced: ReadonlyMap<string, ForcedLine>;
  /** What Bundler 4.1 is to make of other gems' requirements. */
  readonly overrides: readonly Override[];
  readonly cooldowns: readonly SourceCooldown[];
  /** The groups of its gems; absent where that is not known. */
  readonly groups?: GemfileGroups;
}

const ALL_INSTALLED =
  'so which gems are of the groups that are not installed is not known, and all are judged';

const NOTHING: GemfileFacts = { forced: new Map(), overrides: [], cooldowns: [] };

/**
 * What the Gemfile beside a lockfile says that no lockfile does. Nothing where there is no Gemfile; where it cannot be read nothing
 * either, with a warning, so that the precompiled gems are judged. What DEPENDENCIES do not name the lockfile was made without: of a
 * line that did not run, or that is of another lockfile, nothing is certain.
 *
 * @param byGroup something says which groups are installed
 */
export async function gemfileFacts(
  project: Project,
  { warn, byGroup = false }: { readonly warn: (warning: AuditWarning) => void; readonly byGroup?: boolean },
): Promise<GemfileFacts> {
  const { lockfile } = project;
  try {
    if (!byGroup && !(await mayMatter(project))) return NOTHING;
    const gemfiles = await project.gemfiles();
    if (gemfiles === undefined) {
      if (byGroup)
        warn({
          code: 'GROUPS_UNKNOWN',
          message: `there is no Gemfile beside ${path.relative(project.cwd, project.lockfilePath)}, ${ALL_INSTALLED}`,
        });
      return NOTHING;
    }
    const direct = new Set(lockfile.dependencies.map(({ name }) => name));
    const forced = forcedGems(gemfiles, (name) => isNeeded(lockfile, name));
    return {
      forced: new Map(
        [...forced].map(([name, line]) => [name, { ...line, certain: line.certain && direct.has(name) }]),
      ),
      overrides: overridesOf(gemfiles, warn),
      cooldowns: cooldownsOf(gemfiles, warn),
      groups: gemfileGroups(gemfiles),
    };
  } catch (error) {
    if (!(error instanceof GemfileError)) throw error;
    warn({
      code: 'GEMFILE_UNREAD',
      message: `${error.message}; which gems the Gemfile has compiled (force_ruby_platform) is not known, so the precompiled ones are judged`,
    });
    if (byGroup) warn({ code: 'GROUPS_UNKNOWN', message: `${error.path} cannot be read, ${ALL_INSTALLED}` });
    return NOTHING;
  }
}

/** Whether it has to be parsed at all: most Gemfiles say nothing of this. Throws GemfileError. */
async function mayMatter({ gemfilePath }: Project): Promise<boolean> {
  if (gemfilePath === undefined || !(await isFile(gemfilePath))) return false;
  return MAY_MATTER.test(await readSource(gemfilePath, gemfilePath));
}

/** What only Ruby can tell is told, and left out. */
function overridesOf({ files }: ProjectGemfiles, warn: (warning: AuditWarning) => void): Override[] {
  return files.flatMap(({ shown, conditional: around, editor }) =>
    editor.syntax.overrides.flatMap((call): Override[] => {
      const { line, conditional } = call;
      if (call.kind !== 'unknown' && !conditional && !around && isReadable(call)) return [call];
      const about = call.gem === undefined ? '' : ` of ${call.gem}`;
      const message = `${shown}:${line}: what this override${about} does shows only when Bundler runs it; it is left out of the search for versions that fit`;
      warn({ code: 'OVERRIDE_UNREAD', message });
      return [];
    }),
  );
}

function isReadable(call: Override): boolean {
  const requirement =
    call.kind === 'dependency'
      ? call.by?.requirement
      : call.operation.kind === 'replace'
        ? call.operation.requirement
        : undefined;
  try {
    parseRequirement(requirement === undefined ? [] : [requirement]);
    return true;
  } catch (error) {
    if (error instanceof RequirementError) return false;
    throw error;
  }
}

function cooldownsOf({ files }: ProjectGemfiles, warn: (warning: AuditWarning) => void): SourceCooldown[] {
  const all = files.flatMap(({ shown, editor }) =>
    editor.syntax.cooldowns.map((cooldown) => ({ shown, ...cooldown })),
  );
  for (const { shown, line, days } of all) {
    if (days !== undefined) continue;
    const message = `${shown}:${line}: how long this cooldown is shows only when Bundler runs it; versions that are younger are proposed all the same`;
    warn({ code: 'COOLDOWN_UNREAD', message });
  }
  return all;
}
