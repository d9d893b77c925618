import type { Cpu } from '../elf/types.js';
import { CPUS, parseCpu } from '../gem/cpu-name.js';
import { COMPUTED, withoutErb } from './kamal-erb.js';
import { YamlFile } from './yaml-file.js';

/** Where Kamal keeps it, at the root of a project. */
export const KAMAL_FILE = 'config/deploy.yml';

/** What a destination changes: `config/deploy.staging.yml` (Kamal's Configuration.destination_config_file). */
export function destinationFile(destination: string): string {
  return KAMAL_FILE.replace(/yml$/, `${destination}.yml`);
}

/** What Kamal builds an image with. */
export interface KamalConfig {
  /** Path of the file that was read, as the user would write it. */
  readonly path: string;
  /** CPUs that the image is built for; empty where the file does not say. */
  readonly arches: readonly Cpu[];
  /** `CONFIG_VALUE` where Ruby computes them: to be thrown where nothing else says for which CPUs to check. */
  readonly archesError?: Error;
  /** The image that is built, without a tag. */
  readonly image?: string;
  /** Path of the Dockerfile, from the root of the project. */
  readonly dockerfile?: string;
  /** The stage that runs. */
  readonly target?: string;
  /** The builder image of Cloud Native Buildpacks: there is no Dockerfile then. */
  readonly buildpackBuilder?: string;
  readonly buildArgs: Readonly<Record<string, string>>;
  /** Build arguments whose value is not known, with a sentence that has path and line. */
  readonly unknownArgs: Readonly<Record<string, string>>;
  /** One sentence each, with path and line. */
  readonly warnings: readonly string[];
}

export interface ReadKamalOptions {
  /** As the user would write it; `config/deploy.yml` by default. */
  readonly path?: string;
  /** What the files hold that its ERB reads (`erbFiles`), by the names that it gives them. */
  readonly files?: ReadonlyMap<string, string>;
}

/**
 * Reads the part of a Kamal configuration that says what is built: `builder` of Kamal 2 (arch, dockerfile, target, args,
 * pack), and `multiarch`, `local.arch` and `remote.arch` of Kamal 1 (https://kamal-deploy.org/docs/configuration/builders/).
 * Nothing of its ERB is run: what it computes is not known, which is an `archesError` for the arch, and a warning for the rest. A plain
 * read of a file, `<%= File.read(".ruby-version").strip %>`, is taken.
 * @throws ConfigError `CONFIG_SYNTAX`, `CONFIG_VALUE`, `CONFIG_LIMIT`
 */
export function readKamalConfig(text: string, options: ReadKamalOptions = {}): KamalConfig {
  const path = options.path ?? KAMAL_FILE;
  const { yaml, decides } = withoutErb(text, options.files ?? new Map());
  const reader = new KamalReader(new YamlFile(yaml, path, { repeatedKeys: true }));
  const config = reader.read();
  const warning = `${path}: Ruby in the file decides which lines count; they are all read, as if each did.`;
  return decides ? { ...config, warnings: [warning, ...config.warnings] } : config;
}

/**
 * A configuration with that of a destination over it, as `kamal --destination NAME` reads `config/deploy.NAME.yml`: what
 * the destination says goes before, build arguments one by one.
 */
export function withDestination(base: KamalConfig, destination: KamalConfig): KamalConfig {
  const { arches, archesError } =
    destination.arches.length > 0 || destination.archesError !== undefined ? destination : base;
  const merged = {
    ...base,
    ...destination,
    arches,
    buildArgs: { ...without(base.buildArgs, destination.unknownArgs), ...destination.buildArgs },
    unknownArgs: { ...without(base.unknownArgs, destination.buildArgs), ...destination.unknownArgs },
    warnings: [...base.warnings, ...destination.warnings],
  };
  if (archesError === undefined) delete merged.archesError;
  else merged.archesError = archesError;
  return merged;
}

function without(
  values: Readonly<Record<string, string>>,
  names: Readonly<Record<string, string>>,
): Record<string, string> {
  return Object.fromEntries(Object.entries(values).filter(([name]) => !Object.hasOwn(names, name)));
}

type Path = readonly (string | number)[];

class KamalReader {
  readonly #file: YamlFile;
  readonly #warnings: string[] = [];
  #archesError: Error | undefined;

  constructor(file: YamlFile) {
    this.#file = file;
  }

  read(): KamalConfig {
    const root = this.#file.data;
    if (root !== '' && root !== null && !isMapping(root)) {
      throw this.#file.error('a Kamal configuration is a mapping of service, image, servers, …', []);
    }
    const image = this.#text(['image']);
    const dockerfile = this.#text(['builder', 'dockerfile']);
    const target = this.#text(['builder', 'target']);
    const buildpackBuilder = this.#text(['builder', 'pack', 'builder']);
    const arches = this.#arches();
    const args = this.#buildArgs();
    return {
      path: this.#file.path,
      arches: this.#archesError === undefined ? arches : [],
      ...(this.#archesError === undefined ? {} : { archesError: this.#archesError }),
      ...(image === undefined ? {} : { image }),
      ...(dockerfile === undefined ? {} : { dockerfile }),
      ...(target === undefined ? {} : { target }),
      ...(buildpackBuilder === undefined ? {} : { buildpackBuilder }),
      buildArgs: Object.fromEntries(args.known),
      unknownArgs: Object.fromEntries(args.unknown),
      warnings: this.#warnings,
    };
  }

  /** What lies at a path; undefined where there is nothing, or nothing is written behind the key. */
  #at(path: Path): unknown {
    let value = this.#file.data;
    for (const [index, key] of path.entries()) {
      if (!isMapping(value)) {
        // `pack`, `local` and `remote` may be a text or a truth value in one of Kamal's versions.
        if (value === undefined || value === null || value === '' || index > 1) return undefined;
        throw this.#file.error(
          `${path.slice(0, index).join('.')} has to be a mapping.`,
          path.slice(0, index),
        );
      }
      value = Object.hasOwn(value, key) ? value[key] : undefined;
    }
    return value === '' ? undefined : value;
  }

  #text(path: Path): string | undefined {
    const value = this.#at(path);
    if (value === undefined) return undefined;
    if (typeof value !== 'string') throw this.#file.error(`${path.join('.')} has to be a text.`, path);
    if (!value.includes(COMPUTED)) return value;
    this.#warn(path, `${path.join('.')} is computed by Ruby and not known`);
    return undefined;
  }

  #arches(): Cpu[] {
    const current = this.#cpus(['builder', 'arch']);
    if (current.length > 0 || this.#archesError !== undefined) return current;
    const former = [
      ...this.#cpus(['builder', 'local', 'arch']),
      ...this.#cpus(['builder', 'remote', 'arch']),
    ];
    if (former.length > 0) return [...new Set(former)];
    return this.#at(['builder', 'multiarch']) === 'true' ? ['x86_64', 'aarch64'] : [];
  }

  #cpus(path: Path): Cpu[] {
    const value = this.#at(path);
    if (value === undefined) return [];
    const names: readonly unknown[] = Array.isArray(value) ? value : [value];
    const cpus = names.flatMap((name, index) => {
      const at = Array.isArray(value) ? [...path, index] : path;
      if (typeof name !== 'string')
        throw this.#file.error(`${path.join('.')} has to be a text or a list.`, at);
      if (name.includes(COMPUTED)) {
        this.#archesError ??= this.#file.error(
          `${path.join('.')} is computed by Ruby, so it is not known.`,
          at,
          { code: 'CONFIG_VALUE', suggestions: ['Say it on the command line: --arch x86_64'] },
        );
        return [];
      }
      const cpu = parseCpu(name.replace(/^linux\//, ''));
      if (cpu !== undefined) return cpu;
      throw this.#file.error(
        `${path.join('.')} has ${JSON.stringify(name.slice(0, 80))}, which is no CPU.`,
        at,
        {
          code: 'CONFIG_VALUE',
          suggestions: [`Kamal builds for amd64 and arm64; known are ${CPUS.join(', ')}.`],
        },
      );
    });
    return [...new Set(cpus)];
  }

  #buildArgs(): { known: Map<string, string>; unknown: Map<string, string> } {
    const path = ['builder', 'args'];
    const value = this.#at(path);
    const known = new Map<string, string>();
    const unknown = new Map<string, string>();
    if (value === undefined) return { known, unknown };
    if (!isMapping(value))
      throw this.#file.error('builder.args has to be a mapping of names to values.', path);
    for (const [name, given] of Object.entries(value)) {
      const at = [...path, name];
      if (typeof given !== 'string') throw this.#file.error(`builder.args.${name} has to be a text.`, at);
      if (given === '') {
        unknown.set(
          name,
          this.#located(
            at,
            `the build argument ${name} is taken from the environment of the build, and not known`,
          ),
        );
      } else if (given.includes(COMPUTED)) {
        unknown.set(name, this.#located(at, `the build argument ${name} is computed by Ruby and not known`));
      } else known.set(name, this.#asRuby(given, at));
    }
    return { known, unknown };
  }

  /** What Kamal passes on: to Ruby's YAML `3.10` without quotes is a number, which is 3.1. */
  #asRuby(value: string, path: Path): string {
    if (!this.#file.isPlain(path) || !/^\d+\.\d+$/.test(value)) return value;
    const number = value.replace(/^0+(?=\d)/, '').replace(/(\.\d+?)0+$/, '$1');
    if (number !== value) {
      this.#warn(
        path,
        `${value} without quotes is the number ${number} to Kamal; write it in quotes, "${value}"`,
      );
    }
    return number;
  }

  #warn(path: Path, message: string): void {
    this.#warnings.push(this.#located(path, message));
  }

  #located(path: Path, message: string): string {
    return `${this.#file.path}:${this.#file.lineOf(path)}: ${message}.`;
  }
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
