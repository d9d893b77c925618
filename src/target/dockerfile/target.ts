import { readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { TargetError } from '../../errors.js';
import { resolveImage } from '../image-target.js';
import { installedGlibcLayer, withGlibcLayer } from '../glibc-layer.js';
import type { BundleReading } from '../bundle-settings.js';
import { librariesOf } from '../library-packages.js';
import type { ResolvedTarget, Target } from '../types.js';
import { DockerfileError, quoted } from './dockerfile-error.js';
import { formatPlatform, platformOf } from './platform.js';
import type { InstalledPackages } from './installed-packages.js';
import type { ReadDockerfileOptions } from './read.js';
import { readDockerfile } from './read.js';
import type { BundleOrigin, DockerfileReading, DockerfileTarget, ImagePlatform } from './types.js';

/** Names that `docker build` and `podman build` look for in a directory. */
const USUAL_NAMES = ['Dockerfile', 'Containerfile'];

export interface DockerfileTargetOptions extends Omit<ReadDockerfileOptions, 'path'> {
  /** Where a relative path is taken from; the process's directory by default. */
  readonly cwd?: string;
  /**
   * Reads the base from the image itself (`--pull`). Without it the base is matched by its name.
   * @param reference as FROM names it, arguments put in
   */
  readonly pull?: (reference: string, platform: ImagePlatform) => Promise<ResolvedTarget>;
}

/**
 * What the image that a Dockerfile makes is built on: the base of the stage that runs, matched by its name or pulled.
 * Of what the stages install the libraries of known packages count; what they copy is not looked at.
 * @param path a Dockerfile, or a directory that has one
 * @throws DockerfileError as `readDockerfile`, and `DOCKERFILE_SCRATCH`, `DOCKERFILE_BASE_UNKNOWN`
 * @throws TargetError `DOCKERFILE_NOT_FOUND`, `DOCKERFILE_UNREADABLE`, and what `pull` throws; DockerfileError
 * `DOCKERFILE_BUNDLE_LIBC` where the gems are installed for another C library than the one that they run with
 */
export async function dockerfileTarget(
  path: string,
  options: DockerfileTargetOptions = {},
): Promise<DockerfileTarget> {
  const file = await readText(path, options.cwd ?? process.cwd());
  const reading = readDockerfile(file.text, { ...options, path: file.path });
  const { base, line, platform, perCpu, stages } = reading;
  const resolved = await baseTarget(reading, file.path, options);
  const ruby =
    reading.rubyImages.map(rubyOfImage).findLast((each) => each !== undefined) ??
    resolved.ruby ??
    reading.ruby;
  const located = (message: string): string => `${file.path}:${line}: ${message}`;
  const from = stages.find((stage) => stage.line === line)?.from ?? base;
  return {
    target: installed(resolved.target, reading, file.path),
    base,
    line,
    perCpu,
    ...(platform === undefined ? {} : { platform }),
    ...(ruby === undefined ? {} : { ruby }),
    bundle: { path: file.path, installs: installsOn(reading) },
    ...(reading.rubygemsUpdate === undefined ? {} : { rubygemsUpdate: reading.rubygemsUpdate }),
    warnings: [
      ...reading.warnings,
      ...resolved.warnings.map((message) => located(from === base ? message : `${base}: ${message}`)),
      ...bundleWarnings(reading, resolved, file.path),
    ],
  };
}

/** What an image that is not known by its name sets besides is not seen. */
function installsOn({ base, bundleFrom, installs }: DockerfileReading): DockerfileReading['installs'] {
  const from = bundleFrom === undefined ? base : bundleFrom.base;
  const isKnown = from !== undefined && builtOn({ base: from }) !== undefined;
  return isKnown ? installs : installs.map((install) => ({ ...install, complete: false }));
}

/** The base with what the stage that runs installs, as far as a verdict rests on it. */
function installed(base: Target, { glibcLayer, packages }: DockerfileReading, path: string): Target {
  const target = withPackages(base, packages, path);
  if (glibcLayer !== true || target.libc !== 'musl' || target.glibcLayer !== undefined) return target;
  return withGlibcLayer(target, installedGlibcLayer());
}

/**
 * A base with the libraries that packages bring. What the packages have besides is not known, so that of a base whose libraries were
 * read nothing counts as missing any more.
 */
function withPackages(base: Target, { names, unseen }: InstalledPackages, path: string): Target {
  if (names.length === 0 && unseen.length === 0) return base;
  const asked = names.flatMap((name) => (name.startsWith('so:') ? [name.slice('so:'.length)] : []));
  const added = [...librariesOf(names, base), ...asked];
  const more = <T extends Pick<Target, 'libraries'>>(facts: T): T => ({
    ...facts,
    libraries: [...new Set([...facts.libraries, ...added])],
  });
  const byCpu =
    base.byCpu &&
    Object.fromEntries(Object.entries(base.byCpu).map(([cpu, facts]) => [cpu, more(facts)] as const));
  return {
    ...more(base),
    ...(byCpu === undefined ? {} : { byCpu }),
    librariesComplete: false,
    ...(unseen.length === 0 ? {} : { unseen: unseen.map((line) => `${path}:${line}`) }),
  };
}

/**
 * How a Dockerfile has the gems installed, whatever it is built on.
 * @throws DockerfileError as `readDockerfile`; TargetError `DOCKERFILE_NOT_FOUND`, `DOCKERFILE_UNREADABLE`
 */
export async function dockerfileReading(
  path: string,
  options: Omit<DockerfileTargetOptions, 'pull'> = {},
): Promise<BundleReading> {
  const file = await readText(path, options.cwd ?? process.cwd());
  return { path: file.path, installs: readDockerfile(file.text, { ...options, path: file.path }).installs };
}

async function readText(
  path: string,
  cwd: string,
): Promise<{ readonly text: string; readonly path: string }> {
  const candidates = [path];
  try {
    if ((await stat(resolve(cwd, path))).isDirectory()) {
      candidates.splice(0, 1, ...USUAL_NAMES.map((name) => join(path, name)));
    }
  } catch {
    // The reading below says what is wrong.
  }
  for (const [index, candidate] of candidates.entries()) {
    try {
      return { text: await readFile(resolve(cwd, candidate), 'utf8'), path: candidate };
    } catch (error) {
      const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
      if (missing && index < candidates.length - 1) continue;
      throw new TargetError(
        missing
          ? `There is no Dockerfile at ${path}.`
          : `${candidate} cannot be read: ${(error as Error).message}`,
        {
          code: missing ? 'DOCKERFILE_NOT_FOUND' : 'DOCKERFILE_UNREADABLE',
          cause: error,
          suggestions: ['Name the file, dockerfile:PATH, or the system itself, --target debian-12.'],
        },
      );
    }
  }
  throw new TargetError(`There is no Dockerfile at ${path}.`, { code: 'DOCKERFILE_NOT_FOUND' });
}

async function baseTarget(
  { base, line, platform }: DockerfileReading,
  path: string,
  options: DockerfileTargetOptions,
): Promise<ResolvedTarget> {
  if (base.toLowerCase() === 'scratch') {
    throw new DockerfileError(
      'the stage that runs begins with nothing (scratch), so no name says what it has.',
      {
        code: 'DOCKERFILE_SCRATCH',
        path,
        line,
        suggestions: [
          'Build the image and name it: docker-archive:FILE, oci:DIR or image:REF.',
          'Name the system whose libraries are copied into it: --target debian-12',
        ],
      },
    );
  }
  if (options.pull !== undefined) return options.pull(base, platform ?? platformOf(options.cpu ?? 'x86_64'));
  let cause: unknown;
  try {
    const found = resolveImage(base);
    if (found !== undefined) return found;
  } catch (error) {
    if (!(error instanceof TargetError)) throw error;
    cause = error;
  }
  const known = cause instanceof TargetError ? cause.known : [];
  throw new DockerfileError(
    cause instanceof Error
      ? `the stage that runs is built on ${quoted(base)}. ${cause.message}`
      : `the stage that runs is built on ${quoted(base)}, which is no image that is known by its name.`,
    {
      code: 'DOCKERFILE_BASE_UNKNOWN',
      path,
      line,
      known,
      cause,
      suggestions: [
        'Pull it and read what it has: --pull',
        'Or name the system that it is: --target debian-12',
        ...(known.length > 0 ? [`The nearest known names are ${known.join(', ')}.`] : []),
      ],
    },
  );
}

/** A bundle that is installed on one system and run on another: what is compiled there needs that system's libraries. */
function bundleWarnings(
  { bundleFrom, base, platform }: DockerfileReading,
  runs: ResolvedTarget,
  path: string,
): string[] {
  if (bundleFrom === undefined) return [];
  const { line, from } = bundleFrom;
  const where = `${path}:${line}: the gems are copied from ${quoted(from)}`;
  const warnings: string[] = [];
  const built = builtOn(bundleFrom);
  if (built !== undefined && built.target.libc !== runs.target.libc) {
    throw new DockerfileError(
      `the gems are copied from ${quoted(from)}, which is ${built.target.title} (${libcOf(built)}), and run on ${runs.target.title} (${libcOf(runs)}): what is compiled or chosen for one C library does not load with the other`,
      {
        code: 'DOCKERFILE_BUNDLE_LIBC',
        path,
        line,
        suggestions: [
          'install the gems in a stage whose base has the C library of the one that runs',
          `judge them as if they were installed where they run: --target ${runs.target.name}`,
        ],
      },
    );
  }
  if (bundleFrom.base !== base && built?.target.name !== runs.target.name) {
    warnings.push(
      built === undefined
        ? `${where}, which is built on ${bundleFrom.base === undefined ? 'an image that is not known' : quoted(bundleFrom.base)} and not on ${quoted(base)}: those that are compiled there may need more than ${runs.target.title} has.`
        : `${where}, which is ${built.target.title} (${libcOf(built)}), and run on ${runs.target.title} (${libcOf(runs)}): what is compiled in one image may not load in another. The gems that are compiled there are not checked.`,
    );
  }
  const { platform: other } = bundleFrom;
  if (other?.cpu !== undefined && platform?.cpu !== undefined && other.cpu !== platform.cpu) {
    warnings.push(`${where}, which is for ${formatPlatform(other)}, and run on ${formatPlatform(platform)}.`);
  }
  return warnings;
}

/** The Ruby of an image that is known by its name. */
function rubyOfImage(image: string): string | undefined {
  return builtOn({ base: image })?.ruby;
}

function builtOn({ base }: Pick<BundleOrigin, 'base'>): ResolvedTarget | undefined {
  if (base === undefined) return undefined;
  try {
    return resolveImage(base);
  } catch (error) {
    if (error instanceof TargetError) return undefined;
    throw error;
  }
}

function libcOf({ target }: ResolvedTarget): string {
  return `${target.libc === 'gnu' ? 'glibc' : 'musl'} ${target.libcVersion}`;
}
