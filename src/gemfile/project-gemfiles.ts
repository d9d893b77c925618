import { readFile, readdir, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { GemfileError } from '../errors.js';
import { RequirementError, parseRequirement } from '../version/requirement.js';
import type { GemCall } from './gem-call.js';
import { GemfileEditor } from './gemfile-editor.js';
import type { GroupNames } from './group-names.js';
import { joinGroups } from './group-names.js';
import type { GemspecDependency } from './gemspec-dependencies.js';
import { gemspecDependencies } from './gemspec-dependencies.js';
import type { EvaluatedCall, GemspecCall } from './parse-gemfile.js';
import { checkSize } from './parse-gemfile.js';
import type { ByteText, RubyParser } from './ruby-parser.js';

/** A Gemfile, or a file that it evaluates. */
export interface GemfileOnDisk {
  /** Absolute, links not followed. */
  readonly path: string;
  /** As the user would write it. */
  readonly shown: string;
  /** As it was read. */
  readonly original: ByteText;
  /** It lies in the project, links followed, so that it may be written. What lies outside is read, and not edited. */
  readonly ours: boolean;
  /** Something decides whether it is evaluated. */
  readonly conditional: boolean;
  /** The block around its evaluation that says that its gems come from git or a path. */
  readonly from?: string;
  /** A group, a platform or a condition of Bundler's own around its evaluation may leave its gems out of an installation. */
  readonly partial: boolean;
  /** The groups of the blocks around its evaluation, which all of its gems are in. */
  readonly groups: GroupNames;
  readonly editor: GemfileEditor;
}

type Around = Pick<GemfileOnDisk, 'conditional' | 'from' | 'partial' | 'groups'>;

export interface DeclaredInGemspec extends GemspecDependency {
  readonly file: string;
  readonly developmentGroup: string;
  readonly developmentGroups: GroupNames;
  /** The groups of the blocks around `gemspec`. */
  readonly groups: GroupNames;
}

/** A call that says of gems what cannot be read: a path that is computed, or of a file that is not there. */
export interface NotFollowed {
  readonly file: string;
  readonly line: number;
  readonly what: 'eval_gemfile' | 'gemspec';
}

/** All files of a project that declare gems. */
export interface ProjectGemfiles {
  /** The Gemfile itself is the first. */
  readonly files: readonly [GemfileOnDisk, ...GemfileOnDisk[]];
  readonly gemspecs: readonly DeclaredInGemspec[];
  readonly notFollowed: readonly NotFollowed[];
}

/** Files that are followed from one Gemfile, so that the work has a bound. */
const MAX_FILES = 200;

export interface ReadProjectOptions {
  /** Where the paths that are shown are relative to. */
  readonly cwd: string;
  readonly parser: RubyParser;
}

/**
 * Reads a Gemfile and what it evaluates: the files of `eval_gemfile`, each once, wherever they lie, and the gemspecs of
 * `gemspec`.
 *
 * @param gemfile absolute path
 * @throws GemfileError `GEMFILE_NOT_FOUND`, `GEMFILE_UNREADABLE`, `GEMFILE_TOO_LARGE`, what the parser says of each file,
 * and `GEMFILE_REQUIREMENT` for a requirement that RubyGems would refuse
 */
export async function readProjectGemfiles(
  gemfile: string,
  { cwd, parser }: ReadProjectOptions,
): Promise<ProjectGemfiles> {
  const root = path.dirname(gemfile);
  const notFollowed: NotFollowed[] = [];
  const gemspecs: DeclaredInGemspec[] = [];
  const known = new Set<string>();

  const open = async (file: string, around: Around): Promise<GemfileOnDisk> => {
    known.add(file);
    const shown = shownPath(file, cwd);
    const original = await readSource(file, shown);
    const ours = isInside(root, file) && isInside(await realpath(root), await realpath(file));
    const editor = new GemfileEditor(original, parser, { shown, path: file });
    if (!around.conditional) refuseMalformed(editor.syntax.calls, shown);
    // A Gemfile that is a link is written where it leads to: it is the one that was named.
    return { path: file, shown, original, ours: ours || file === gemfile, ...around, editor };
  };

  const first = await open(gemfile, { conditional: false, partial: false, groups: [] });
  const files: [GemfileOnDisk, ...GemfileOnDisk[]] = [first];
  for (const file of files) {
    const { evaluated, gemspecs: calls } = file.editor.syntax;
    for (const call of evaluated) {
      const target = evaluatedPath(call, file);
      if (target !== undefined && known.has(target)) continue;
      if (target === undefined || files.length >= MAX_FILES || !(await isFile(target))) {
        notFollowed.push({ file: file.shown, line: call.line, what: 'eval_gemfile' });
      } else files.push(await open(target, surroundings(file, call)));
    }
    for (const call of calls) {
      const found = await specificationsOf(call, root, parser);
      if (found === undefined) notFollowed.push({ file: file.shown, line: call.line, what: 'gemspec' });
      else {
        const groups = joinGroups(file.groups, call.groups);
        gemspecs.push(...found.map((each) => ({ ...each, groups, file: shownPath(each.file, cwd) })));
      }
    }
  }
  return { files, gemspecs, notFollowed };
}

function isInside(root: string, file: string): boolean {
  const inside = path.relative(root, file);
  return inside !== '' && inside !== '..' && !inside.startsWith(`..${path.sep}`) && !path.isAbsolute(inside);
}

/** Bundler stops at such a line, unless something keeps it from running. */
function refuseMalformed(calls: readonly GemCall[], shown: string): void {
  for (const { name, line, conditional, positional } of calls) {
    if (conditional) continue;
    try {
      parseRequirement(positional.flatMap(({ texts }) => texts));
    } catch (error) {
      if (!(error instanceof RequirementError)) throw error;
      throw new GemfileError(`${shown}:${line}: gem ${JSON.stringify(name)}: ${error.message}`, {
        code: 'GEMFILE_REQUIREMENT',
        path: shown,
        line,
        suggestions: [...error.suggestions, 'mend the line first; Bundler refuses it too'],
        cause: error,
      });
    }
  }
}

/** Blocks around `eval_gemfile` count for the gems of the file too: they are state of the one `Bundler::Dsl`. */
function surroundings(file: GemfileOnDisk, call: EvaluatedCall): Around {
  const from = call.from ?? file.from;
  return {
    conditional: file.conditional || call.conditional,
    partial: file.partial || call.partial,
    groups: joinGroups(file.groups, call.groups),
    ...(from === undefined ? {} : { from }),
  };
}

/** `Bundler::Dsl#with_gemfile`: relative to the file that the call stands in. */
function evaluatedPath({ path: target }: EvaluatedCall, file: GemfileOnDisk): string | undefined {
  return target === undefined ? undefined : path.resolve(path.dirname(file.path), target);
}

/** `Bundler::Dsl#gemspec`: relative to the root of the project, wherever the call stands. */
async function specificationsOf(
  { path: target, name, developmentGroup, developmentGroups }: Omit<GemspecCall, 'groups'>,
  root: string,
  parser: RubyParser,
): Promise<Omit<DeclaredInGemspec, 'groups'>[] | undefined> {
  if (target === undefined) return undefined;
  const directory = path.resolve(root, target);
  const entries = await readdir(directory).catch(() => []);
  const all = entries.filter((entry) => entry.endsWith('.gemspec')).sort();
  const named = name === undefined ? all : all.filter((entry) => entry === `${name}.gemspec`);
  const chosen = named.length > 0 ? named : all;
  if (chosen.length === 0) return undefined;
  const found: Omit<DeclaredInGemspec, 'groups'>[] = [];
  for (const entry of chosen.slice(0, MAX_FILES)) {
    const file = path.join(directory, entry);
    const source = await readSource(file, file).catch(() => undefined);
    if (source === undefined) return undefined;
    found.push(
      ...gemspecDependencies(source, parser).map((each) => ({
        ...each,
        file,
        developmentGroup,
        developmentGroups,
      })),
    );
  }
  return found;
}

/** Reads a file as it is, a character a byte. */
export async function readSource(file: string, shown: string): Promise<ByteText> {
  try {
    const stats = await stat(file);
    if (!stats.isFile()) throw new Error('it is not a regular file');
    checkSize(stats.size, shown);
    return await readFile(file, 'latin1');
  } catch (error) {
    if (error instanceof GemfileError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    const missing = code === 'ENOENT' || code === 'ENOTDIR';
    throw new GemfileError(
      missing ? `there is no ${shown} beside the lockfile` : `cannot read ${shown}: ${message}`,
      {
        code: missing ? 'GEMFILE_NOT_FOUND' : 'GEMFILE_UNREADABLE',
        path: shown,
        suggestions: missing
          ? [
              'run it where the Gemfile is: gemcompat fix path/to/app',
              'where there is a lockfile alone, print the pins: gemcompat audit --format gemfile',
            ]
          : ['check what it is, and its permissions'],
        cause: error,
      },
    );
  }
}

async function isFile(file: string): Promise<boolean> {
  return stat(file).then(
    (stats) => stats.isFile(),
    () => false,
  );
}

function shownPath(file: string, cwd: string): string {
  const relative = path.relative(cwd, file);
  return relative.startsWith(`..${path.sep}..`) ? file : relative;
}
