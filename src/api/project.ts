import path from 'node:path';
import type { LockfileOnDisk } from '../audit/lockfile-file.js';
import { readLockfile } from '../audit/lockfile-file.js';
import type { ProjectFiles } from '../audit/project-files.js';
import { isFile, projectRoot, readProjectFiles } from '../audit/project-files.js';
import type { RubyStatement } from '../audit/ruby-sources.js';
import type { AuditWarning } from '../audit/types.js';
import type { ProjectGemfiles } from '../gemfile/project-gemfiles.js';
import { readProjectGemfiles } from '../gemfile/project-gemfiles.js';
import { loadRubyParser } from '../gemfile/ruby-parser.js';
import { parseLockfile } from '../lockfile/parse.js';
import type { Lockfile } from '../lockfile/types.js';
import type { BundlerSettings } from '../registry/bundler-settings.js';
import { bundlerSettings } from '../registry/bundler-settings.js';
import type { AuditOptions } from './audit.js';
import { checkRuby, checkRubygems } from './check-ruby.js';
import { defaultPath, gemfileOf } from './gemfile-and-lockfile.js';
import { projectRubies } from './project-rubies.js';

/** What an opened project is made of: read once, at one moment. */
interface ProjectFacts extends LockfileOnDisk {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** `YYYY-MM-DD`, UTC. */
  readonly today: string;
  /** The directory of `files`, absolute. */
  readonly root: string;
  readonly files: ProjectFiles;
  /** The user named the lockfile itself, and not the directory that holds it. */
  readonly named: boolean;
  /** What is read when it is asked for: a project that differs in its lockfile alone has the same. */
  readonly read?: OnceRead;
}

interface OnceRead {
  rubies?: Promise<readonly RubyStatement[]>;
  settings?: Promise<BundlerSettings>;
  gemfiles?: Promise<ProjectGemfiles | undefined>;
}

/** A lockfile with what lies beside it. Each of its files is read once in a run, whoever asks. */
export class Project {
  readonly lockfile: Lockfile;
  /** The lockfile, as the user would write it. */
  readonly path: string;
  /** The directory of the lockfile, absolute. */
  readonly directory: string;
  readonly cwd: string;
  readonly env: ProjectFacts['env'];
  readonly today: string;
  readonly root: string;
  readonly files: ProjectFiles;
  readonly named: boolean;
  readonly #facts: ProjectFacts;
  readonly #read: OnceRead;

  constructor(facts: ProjectFacts) {
    this.#facts = facts;
    this.lockfile = facts.lockfile;
    this.path = facts.path;
    this.directory = facts.directory;
    this.cwd = facts.cwd;
    this.env = facts.env;
    this.today = facts.today;
    this.root = facts.root;
    this.files = facts.files;
    this.named = facts.named;
    this.#read = facts.read ?? {};
  }

  /** The lockfile's path, absolute. */
  get lockfilePath(): string {
    return path.resolve(this.cwd, this.path);
  }

  /** The Gemfile's path, absolute, whether or not it is there; undefined for a lockfile that is not named after one. */
  get gemfilePath(): string | undefined {
    return gemfileOf(this.lockfilePath);
  }

  /** What is odd about the lockfile. */
  get warnings(): readonly AuditWarning[] {
    return this.lockfile.warnings.map(({ message, line }) => ({
      code: 'LOCKFILE',
      message: `${this.path}:${line}: ${message}`,
    }));
  }

  /** What it says of its Ruby, what counts most first. */
  rubies(): Promise<readonly RubyStatement[]> {
    return (this.#read.rubies ??= projectRubies(this));
  }

  /** Bundler's settings here. Throws `RegistryError` `BUNDLER_CONFIG_UNREADABLE`. */
  settings(): Promise<BundlerSettings> {
    return (this.#read.settings ??= bundlerSettings({ cwd: this.directory, env: this.env }));
  }

  /**
   * The Gemfile and what it evaluates, parsed; undefined where there is none.
   * @throws GemfileError as `readProjectGemfiles`
   */
  gemfiles(): Promise<ProjectGemfiles | undefined> {
    return (this.#read.gemfiles ??= this.#readGemfiles());
  }

  async #readGemfiles(): Promise<ProjectGemfiles | undefined> {
    const gemfile = this.gemfilePath;
    if (gemfile === undefined || !(await isFile(gemfile))) return undefined;
    return readProjectGemfiles(gemfile, { cwd: this.cwd, parser: await loadRubyParser() });
  }

  /** The same project with another text in its lockfile. Throws `LockfileError`. */
  withLockfile(text: string): Project {
    const lockfile = parseLockfile(text, { path: this.path });
    const { settings, gemfiles } = this.#read;
    const read = { ...(settings && { settings }), ...(gemfiles && { gemfiles }) };
    return new Project({ ...this.#facts, lockfile, read });
  }

  /** The lockfile at another path, with the other files of this project. Throws `LockfileError`. */
  async movedTo(file: string): Promise<Project> {
    return new Project({ ...this.#facts, ...(await readLockfile(file, this.cwd)), read: {} });
  }
}

/**
 * Opens what an audit goes by: the lockfile, `.gemcompat.yml`, what Kamal says, where the Dockerfile is.
 * @throws LockfileError, UsageError `RUBY_MALFORMED`, `RUBYGEMS_MALFORMED`, and what `readProjectFiles` throws
 */
export async function openProject(options: AuditOptions): Promise<Project> {
  const { cwd = process.cwd(), env = process.env, destination, lockfileText } = options;
  const today = new Date().toISOString().slice(0, 10);
  checkRuby(options.ruby);
  checkRubygems(options.rubygems);
  const given = options.path ?? (await defaultPath({ cwd, env }));
  const found = await readLockfile(given, cwd);
  const root = await projectRoot(path.resolve(cwd, found.path), cwd);
  const files = await readProjectFiles(root, {
    today,
    ...(destination === undefined ? {} : { destination }),
  });
  const project = new Project({ ...found, cwd, env, today, root, files, named: found.path === given });
  return lockfileText === undefined ? project : project.withLockfile(lockfileText);
}
