import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parseLockfile } from '../lockfile/parse.js';
import type { Lockfile } from '../lockfile/types.js';
import { compareGemVersions } from '../version/gem-version.js';
import type { PlannedPin } from '../search/types.js';
import type { Environment } from './bundle-command.js';
import { runBundle } from './bundle-command.js';
import { copyProject } from './project-copy.js';
import type { BundlerAnswer, FileChange } from './types.js';

export interface BundlerQuestion {
  /** Path of the executable. */
  readonly bundle: string;
  readonly env: Environment;
  /** Absolute. */
  readonly gemfile: string;
  /** Absolute. */
  readonly lockfile: string;
  readonly locked: Lockfile;
  readonly changes: readonly FileChange[];
  /** Absolute paths of files that the Gemfile evaluates. */
  readonly evaluated: readonly string[];
  /** Platforms to add to the lockfile. */
  readonly addPlatforms: readonly string[];
  readonly pins: readonly PlannedPin[];
  /** In milliseconds. */
  readonly timeout: number;
}

/**
 * Asks the real Bundler, on a copy of the project, what it makes of the edited Gemfile: `bundle lock`, which moves just
 * what the changed lines ask for and keeps the rest as it is locked.
 */
export async function askBundler(question: BundlerQuestion): Promise<BundlerAnswer> {
  const { bundle, gemfile, lockfile, changes, addPlatforms, timeout } = question;
  const copy = await copyProject({ gemfile, lockfile, changes, above: levelsAbove(question) });
  try {
    const config = question.env['BUNDLE_APP_CONFIG'];
    const env = {
      ...question.env,
      BUNDLE_GEMFILE: copy.gemfile,
      // Bundler takes it from the project's root, and that is another one here.
      ...(config === undefined ? {} : { BUNDLE_APP_CONFIG: path.resolve(path.dirname(gemfile), config) }),
    };
    const args = ['lock', ...addPlatforms.flatMap((name) => ['--add-platform', name])];
    const run = await runBundle(bundle, args, { cwd: copy.directory, env, timeout });
    const { status, output, timedOut, interrupted } = run;
    if (interrupted !== undefined) {
      await copy.remove();
      process.kill(process.pid, interrupted);
      return { kind: 'failed', message: `ended by ${interrupted}` };
    }
    if (timedOut) {
      return {
        kind: 'failed',
        message: `bundle lock was not done after ${duration(timeout)}, and was ended\n${output}`.trim(),
      };
    }
    if (status !== 0) {
      const said = output.trim().replaceAll(copy.directory, path.dirname(gemfile));
      return {
        kind: 'failed',
        message: said === '' ? `bundle lock ended with ${status ?? 'a signal'}` : said,
      };
    }
    const text = await readFile(copy.lockfile, 'utf8');
    const resolved = parseLockfile(text, { path: lockfile });
    return {
      kind: 'resolved',
      lockfile: text,
      differs: question.pins.flatMap(({ name, version }) => {
        const found = [
          ...new Set(resolved.specs.filter((spec) => spec.name === name).map((spec) => spec.version)),
        ];
        const same = found.some((each) => compareGemVersions(each, version) === 0);
        return same ? [] : [{ name, planned: version, resolved: found.join(', ') }];
      }),
      version: resolved.bundlerVersion ?? '',
    };
  } finally {
    await copy.remove();
  }
}

function duration(milliseconds: number): string {
  if (milliseconds < 1000) return `${milliseconds} ms`;
  return milliseconds < 120_000
    ? `${Math.round(milliseconds / 1000)} s`
    : `${Math.round(milliseconds / 60_000)} minutes`;
}

/** How far above the project the paths of its Gemfile reach. */
function levelsAbove({ gemfile, locked, evaluated }: BundlerQuestion): number {
  const root = path.dirname(gemfile);
  const remotes = locked.sources
    .filter(({ type }) => type === 'path')
    .flatMap(({ remotes: paths }) => paths.map((each) => path.resolve(root, each)));
  const levels = [...remotes, ...evaluated].map(
    (file) =>
      path
        .relative(root, file)
        .split(path.sep)
        .filter((part) => part === '..').length,
  );
  return Math.max(0, ...levels);
}
