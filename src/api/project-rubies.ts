import path from 'node:path';
import { lockedRuby } from '../audit/project-ruby.js';
import { readNamedRubyFile, readRequiredRuby, readRubyFiles } from '../audit/ruby-files.js';
import type { RequiredRuby } from '../audit/ruby-refusal.js';
import { rubyOfRequirement } from '../audit/ruby-requirement.js';
import type { RubyStatement } from '../audit/ruby-sources.js';
import { GemfileError } from '../errors.js';
import { readSource } from '../gemfile/project-gemfiles.js';
import type { RubyCall } from '../gemfile/ruby-call.js';
import { MAY_NAME_RUBY, readRubyCall } from '../gemfile/ruby-call.js';
import { SourceEncodingUnknown, SourceTooDeep, loadRubyParser } from '../gemfile/ruby-parser.js';
import type { Lockfile } from '../lockfile/types.js';
import { gemfileOf } from './gemfile-and-lockfile.js';

/** A lockfile, and where it lies. */
export interface LockfileOfProject {
  readonly lockfile: Lockfile;
  /** As the user would write it. */
  readonly path: string;
  /** Absolute. */
  readonly cwd: string;
  /** The directory of the project's other files, absolute. */
  readonly root: string;
}

/**
 * What a project says of its Ruby, what counts most first: RUBY VERSION of the lockfile, the Gemfile's `ruby`, `.ruby-version`,
 * `.tool-versions`, `mise.toml`.
 */
export async function projectRubies(project: LockfileOfProject): Promise<RubyStatement[]> {
  const locked = lockedRuby(project.lockfile, project.path);
  const [gemfile, files] = await Promise.all([
    gemfileRuby(project, locked[0]?.version),
    readRubyFiles(project.root),
  ]);
  return [...locked, ...(gemfile === undefined ? [] : [gemfile]), ...files];
}

/** @param locked what RUBY VERSION says: a line that names the same branch need not be parsed */
async function gemfileRuby(
  { path: lockfile, cwd }: LockfileOfProject,
  locked: string | undefined,
): Promise<RubyStatement | undefined> {
  const gemfile = gemfileOf(path.resolve(cwd, lockfile));
  if (gemfile === undefined) return undefined;
  const call = await rubyCallOf(gemfile, locked);
  if (call === undefined) return undefined;
  const { requirement, file, engine, line } = call;
  const from = { source: 'gemfile', place: `${path.basename(gemfile)}:${line}` } as const;
  if (engine !== undefined) return { engine, from };
  if (file !== undefined) {
    const named = await readNamedRubyFile(path.resolve(path.dirname(gemfile), file));
    return named === undefined ? undefined : { ...named, from };
  }
  const version = rubyOfRequirement(requirement);
  return requirement.length === 0 || version === undefined ? undefined : { version, from };
}

/**
 * The requirement of the Gemfile's `ruby` line on the Ruby that runs; undefined if there is none, or only running the Gemfile would
 * tell it. Of another engine than MRI nothing is judged.
 */
export async function requiredRuby({
  path: lockfile,
  cwd,
}: LockfileOfProject): Promise<RequiredRuby | undefined> {
  const gemfile = gemfileOf(path.resolve(cwd, lockfile));
  const call = gemfile === undefined ? undefined : await rubyCallOf(gemfile, undefined);
  if (gemfile === undefined || call === undefined || call.engine !== undefined) return undefined;
  const { requirement, file, line } = call;
  const named =
    file === undefined ? undefined : await readRequiredRuby(path.resolve(path.dirname(gemfile), file));
  const asked = file === undefined ? requirement : named === undefined ? [] : [named];
  return asked.length === 0 ? undefined : { requirement: asked, place: `${path.basename(gemfile)}:${line}` };
}

/** A Gemfile that is not there or cannot be parsed names none: `fix`, which needs it whole, says what is wrong. */
async function rubyCallOf(gemfile: string, locked: string | undefined): Promise<RubyCall | undefined> {
  try {
    const source = await readSource(gemfile, gemfile);
    const [line] = MAY_NAME_RUBY.exec(source) ?? [];
    const branch = locked === undefined ? undefined : /^\d+\.\d+/.exec(locked)?.[0];
    if (line === undefined || (branch !== undefined && line.includes(`${branch}.`))) return undefined;
    return readRubyCall(source, await loadRubyParser(), gemfile);
  } catch (error) {
    const expected =
      error instanceof GemfileError ||
      error instanceof SourceTooDeep ||
      error instanceof SourceEncodingUnknown;
    if (!expected) throw error;
    return undefined;
  }
}
