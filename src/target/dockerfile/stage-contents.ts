import type { BundleInstall } from '../bundle-settings.js';
import type { BuildArguments } from './build-arguments.js';
import { declarations, declare } from './build-arguments.js';
import type { CopyFrom } from './bundle-origin.js';
import { copyFrom, installsGems } from './bundle-origin.js';
import { BundlerState } from './bundler-state.js';
import type { InstalledPackages } from './installed-packages.js';
import { PackageState, installsGlibcLayer } from './installed-packages.js';
import type { RubygemsUpdate } from './rubygems-update.js';
import { rubygemsUpdate } from './rubygems-update.js';
import { Scope } from './scope.js';
import type { Stage } from './stages.js';
import type { Dockerfile } from './types.js';
import { environmentOf } from './words.js';

/** What the instructions of a stage, and of those that it continues, say of Ruby and of the gems. */
export interface StageContents {
  readonly copies: readonly CopyFrom[];
  readonly installsGems: boolean;
  /** A RUN installs what has glibc's program interpreter on Alpine. */
  readonly installsGlibcLayer: boolean;
  readonly packages: InstalledPackages;
  /** Another RubyGems than the one that came with Ruby; the last one. */
  readonly rubygemsUpdate?: RubygemsUpdate;
  /** The commands that install gems with Bundler's settings at that moment; one without a line if none is seen. */
  readonly installs: readonly BundleInstall[];
  /** RUBY_VERSION, where it is a version. */
  readonly ruby?: string;
}

/**
 * Carries out the ARG and ENV of a chain of stages.
 * @param chain the one that begins with an image first
 * @param global the arguments that a FROM sees
 * @param lines of the Dockerfile, to name the one in an instruction that says something
 * @throws DockerfileError `DOCKERFILE_SYNTAX`
 */
export function contentsOf(
  chain: readonly Stage[],
  global: Scope,
  given: BuildArguments,
  file: Dockerfile,
  lines: readonly string[],
): StageContents {
  const copies: CopyFrom[] = [];
  const scope = new Scope(file);
  const bundler = new BundlerState(lines);
  const packages = new PackageState();
  let installs = false;
  let installsLayer = false;
  let ruby: string | undefined;
  let rubygems: RubygemsUpdate | undefined;
  for (const { instructions } of chain) {
    scope.endStage();
    bundler.endStage();
    for (const instruction of instructions) {
      if (instruction.keyword === 'ARG') {
        declare(instruction, scope, given, file, global);
        for (const { name } of declarations(instruction, file))
          bundler.setArgument(name, scope.get(name), instruction);
      } else if (instruction.keyword === 'ENV') {
        const assignments = environmentOf(instruction.rest, file.escape);
        // One ENV sets all of its variables at once: none of them sees the other.
        const values = (typeof assignments === 'string' ? [] : assignments).map(
          ({ name, value = '' }) => [name, scope.expand(value, instruction.line)] as const,
        );
        for (const [name, value] of values) {
          scope.setEnvironment(name, value);
          bundler.setEnvironment(name, value, instruction);
        }
      } else {
        installs ||= installsGems(instruction);
        bundler.run(instruction, scope);
        packages.run(instruction, scope);
        rubygems = rubygemsUpdate(instruction, scope) ?? rubygems;
        installsLayer ||= installsGlibcLayer(instruction);
        const copy = copyFrom(instruction, scope);
        if (copy !== undefined) copies.push(copy);
      }
    }
    ruby = /^\d+\.\d+(?:\.\d+)?(?=$|-)/.exec(scope.get('RUBY_VERSION') ?? '')?.[0] ?? ruby;
  }
  return {
    copies,
    installsGems: installs,
    installsGlibcLayer: installsLayer,
    packages: packages.seen,
    installs: bundler.seen,
    ...(rubygems === undefined ? {} : { rubygemsUpdate: rubygems }),
    ...(ruby === undefined ? {} : { ruby }),
  };
}
