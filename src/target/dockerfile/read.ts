import { distance } from 'fastest-levenshtein';
import type { Cpu } from '../../elf/types.js';
import type { BuildArguments } from './build-arguments.js';
import { PREDEFINED, declarations, declare, predefined } from './build-arguments.js';
import { bundleCopy, installsGems, rubyCopies } from './bundle-origin.js';
import { DockerfileError, quoted } from './dockerfile-error.js';
import { parseDockerfile } from './parse.js';
import { parseImagePlatform, platformOf } from './platform.js';
import type { Expansion, Scope } from './scope.js';
import type { StageContents } from './stage-contents.js';
import { contentsOf } from './stage-contents.js';
import type { StageLinks } from './stage-links.js';
import { chainOf, linkStages } from './stage-links.js';
import type { Stage, StagedDockerfile } from './stages.js';
import { stagesOf } from './stages.js';
import type { BundleOrigin, Dockerfile, DockerfileReading, ImagePlatform, StageReading } from './types.js';
import { unsetArgument } from './unset-argument.js';

export interface ReadDockerfileOptions {
  /** As the user would write it; `Dockerfile` by default. */
  readonly path?: string;
  /** `docker build --build-arg`. */
  readonly buildArgs?: BuildArguments;
  /** `docker build --target`: the stage that runs, in place of the last one. */
  readonly stage?: string;
  /** The CPU that the image is built for; x86_64 by default. */
  readonly cpu?: Cpu;
}

/**
 * What the image is built on that a Dockerfile makes: the base of its last stage, or of the one that is named, followed
 * through the stages. Nothing is looked up: the base is the image's name.
 * @throws DockerfileError `DOCKERFILE_EMPTY`, `DOCKERFILE_NO_FROM`, `DOCKERFILE_SYNTAX`, `DOCKERFILE_LIMIT`,
 *   `DOCKERFILE_STAGE_UNKNOWN`, `DOCKERFILE_ARGUMENT_UNSET`, `DOCKERFILE_PLATFORM`
 */
export function readDockerfile(text: string, options: ReadDockerfileOptions = {}): DockerfileReading {
  return new Reading(parseDockerfile(text, options.path), text, options).result();
}

class Reading {
  readonly #file: Dockerfile;
  readonly #lines: readonly string[];
  readonly #staged: StagedDockerfile;
  readonly #given: BuildArguments;
  /** What stands in where a platform is left open. */
  readonly #usual: ImagePlatform;
  readonly #runs: Stage;
  readonly #global: Scope;
  readonly #links: StageLinks;

  constructor(file: Dockerfile, text: string, options: ReadDockerfileOptions) {
    this.#file = file;
    this.#lines = text.split('\n');
    this.#staged = stagesOf(file);
    this.#given = options.buildArgs ?? {};
    this.#usual = platformOf(options.cpu ?? 'x86_64');
    this.#runs = this.#stageThatRuns(options.stage);
    this.#global = predefined(file, this.#usual, this.#runs.name ?? 'default', this.#given);
    for (const argument of this.#staged.global) declare(argument, this.#global, this.#given, file);
    this.#links = linkStages(this.#staged.stages, this.#global);
  }

  result(): DockerfileReading {
    const root = this.#rootOf(this.#runs);
    const base = this.#complete(this.#fromOf(root), root, `FROM ${root.from}`);
    const platform = this.#platformOf(root);
    const chain = chainOf(this.#runs, this.#links);
    const depends = [...chain.flatMap((stage) => [...this.#fromOf(stage).from]), ...(platform?.from ?? [])];
    const contents = contentsOf(chain, this.#global, this.#given, this.#file, this.#lines);
    const bundleFrom = this.#bundleOrigin(contents);
    const { installs, rubygemsUpdate: rubygems } = this.#installing(bundleFrom, contents);
    return {
      base: base.text,
      line: root.line,
      stages: this.#staged.stages.map((stage) => this.#describe(stage)),
      stage: this.#runs.index,
      perCpu: depends.some((name) => name.startsWith('TARGET')),
      ...(platform === undefined || platform.from.size > 0 ? {} : { platform: platform.platform }),
      ...(contents.ruby === undefined ? {} : { ruby: contents.ruby }),
      rubyImages: rubyCopies(contents.copies).flatMap(({ from }) => this.#imageOf(from) ?? []),
      ...(rubygems === undefined ? {} : { rubygemsUpdate: rubygems }),
      ...(contents.installsGlibcLayer ? { glibcLayer: true } : {}),
      ...(bundleFrom === undefined ? {} : { bundleFrom }),
      installs,
      packages: contents.packages,
      warnings: [...this.#untakenArguments(), ...this.#machineThatBuilds(root, depends)],
    };
  }

  #stageThatRuns(wanted: string | undefined): Stage {
    const { stages } = this.#staged;
    const found =
      wanted === undefined ? stages.at(-1) : stages.findLast(({ name }) => name === wanted.toLowerCase());
    if (found !== undefined) return found;
    const text = (wanted ?? '').toLowerCase().slice(0, 64);
    const known = [...new Set(stages.flatMap(({ name }) => name ?? []))]
      .map((name) => ({ name, edits: distance(name.slice(0, 64), text) }))
      .sort((a, b) => a.edits - b.edits)
      .slice(0, 5)
      .map(({ name }) => name);
    throw new DockerfileError(`there is no stage ${quoted(wanted ?? '')}.`, {
      code: 'DOCKERFILE_STAGE_UNKNOWN',
      path: this.#file.path,
      line: stages[0]?.line ?? 1,
      known,
      suggestions: [
        known.length > 0
          ? `Its stages are ${known.join(', ')}.`
          : 'None of its stages has a name: FROM IMAGE AS NAME gives it one.',
      ],
    });
  }

  #rootOf(stage: Stage): Stage {
    return this.#links.roots[stage.index] ?? stage;
  }

  #fromOf(stage: Stage): Expansion {
    return this.#links.from[stage.index] ?? this.#global.expand(stage.from, stage.line);
  }

  /** What a FROM says, when every variable in it has a value. */
  #complete(expansion: Expansion, stage: Stage, written: string): Expansion {
    const [name] = expansion.unset;
    if (name !== undefined) {
      throw unsetArgument(name, stage, written, {
        file: this.#file,
        staged: this.#staged,
        global: this.#global,
      });
    }
    if (expansion.text === '') {
      throw new DockerfileError(`${quoted(written)} is empty when its arguments are put in.`, {
        code: 'DOCKERFILE_ARGUMENT_UNSET',
        path: this.#file.path,
        line: stage.line,
        suggestions: ['Give the arguments a value: --build-arg NAME=VALUE'],
      });
    }
    return expansion;
  }

  /** The platform of a stage that begins with an image, and the arguments on which it depends. */
  #platformOf(
    stage: Stage,
  ): { readonly platform: ImagePlatform; readonly from: ReadonlySet<string> } | undefined {
    if (stage.platform === undefined) return undefined;
    const { text, from } = this.#complete(
      this.#global.expand(stage.platform, stage.line),
      stage,
      `--platform=${stage.platform}`,
    );
    const platform = parseImagePlatform(text, this.#usual);
    if (platform?.os === 'linux' && platform.cpu !== undefined) return { platform, from };
    throw new DockerfileError(
      platform === undefined
        ? `${quoted(text)} is not a platform.`
        : `the image is for ${quoted(text)}; only Linux can be checked, on the CPUs that it has gems for.`,
      {
        code: 'DOCKERFILE_PLATFORM',
        path: this.#file.path,
        line: stage.line,
        suggestions: ['Name it as Docker does: --platform=linux/amd64, --platform=linux/arm64'],
      },
    );
  }

  /** Which machine builds is not known, and it may be another one than it is deployed to. */
  #machineThatBuilds({ line }: Stage, depends: readonly string[]): string[] {
    const name = depends.find((each) => each.startsWith('BUILD'));
    return name === undefined
      ? []
      : [
          `${this.#file.path}:${line}: the base depends on the machine that builds (${name}), which is taken for ${this.#usual.architecture}.`,
        ];
  }

  #untakenArguments(): string[] {
    const names = Object.keys(this.#given);
    if (names.length === 0) return [];
    const declared = new Set(
      this.#file.instructions
        .filter(({ keyword }) => keyword === 'ARG')
        .flatMap((argument) => declarations(argument, this.#file).map(({ name }) => name)),
    );
    return names
      .filter((name) => !declared.has(name) && !PREDEFINED.test(name))
      .map((name) => `${this.#file.path}: no ARG takes the build argument ${quoted(name)}.`);
  }

  #describe(stage: Stage): StageReading {
    const parent = this.#links.parents[stage.index];
    const base = this.#known(stage);
    return {
      index: stage.index,
      line: stage.line,
      from: stage.from,
      ...(stage.name === undefined ? {} : { name: stage.name }),
      ...(parent === undefined ? {} : { parent: parent.index }),
      ...(base === undefined ? {} : { base }),
    };
  }

  /** The image at the end of a stage's chain, where all of its name is known. */
  #known(stage: Stage): string | undefined {
    const { text, unset } = this.#fromOf(this.#rootOf(stage));
    return unset.length > 0 || text === '' ? undefined : text;
  }

  /** What a `--from` names: the number of a stage, or its name; undefined for an image. */
  #copied(from: string): Stage | undefined {
    const { stages } = this.#staged;
    if (/^\d+$/.test(from)) return stages[Number(from)];
    return stages.findLast(({ name }) => name === from.toLowerCase());
  }

  /** The image that a `--from` names, or the base of the stage; undefined where an argument has no value. */
  #imageOf(from: string): string | undefined {
    const stage = this.#copied(from);
    return stage === undefined ? from : this.#known(stage);
  }

  /** The contents of the stage that installs the gems, which need not be the one that runs. */
  #installing(bundleFrom: BundleOrigin | undefined, running: StageContents): StageContents {
    const stage = bundleFrom === undefined ? undefined : this.#copied(bundleFrom.from);
    if (stage === undefined) return running;
    return contentsOf(chainOf(stage, this.#links), this.#global, this.#given, this.#file, this.#lines);
  }

  #bundleOrigin({ copies, installsGems: installsItself }: StageContents): BundleOrigin | undefined {
    const known = new Map<string, boolean | undefined>();
    const installs = (from: string): boolean | undefined => {
      if (!known.has(from)) {
        const stage = this.#copied(from);
        const chain = stage === undefined ? undefined : chainOf(stage, this.#links);
        known.set(
          from,
          chain?.some(({ instructions }) => instructions.some(installsGems)),
        );
      }
      return known.get(from);
    };
    const copy = bundleCopy(copies, installs, installsItself);
    if (copy === undefined) return undefined;
    const { line, from } = copy;
    const stage = this.#copied(from);
    if (stage === undefined) return { line, from, base: from };
    const base = this.#known(stage);
    if (base === undefined) return { line, from };
    const root = this.#rootOf(stage);
    const written = root.platform === undefined ? undefined : this.#global.expand(root.platform, root.line);
    const platform = written && parseImagePlatform(written.text, this.#usual);
    return { line, from, base, ...(platform === undefined ? {} : { platform }) };
  }
}
