import type { Release } from '../registry/types.js';
import type { Override, RequirementOverride } from '../version/override.js';
import { overriddenRequirement } from '../version/override.js';
import type { Dependency } from './bundle-gem.js';

/**
 * What `override` lines of a Gemfile (Bundler 4.1) make of what gems ask for, in a resolution and when a gem is installed
 * (lib/bundler/override.rb). What is said of one gem goes before what is said of all. Requirements have been read before: they are
 * requirements.
 */
export class Overrides {
  readonly #overrides: readonly Override[];

  constructor(overrides: readonly Override[]) {
    this.#overrides = overrides;
  }

  get isEmpty(): boolean {
    return this.#overrides.length === 0;
  }

  /** A release as Bundler sees it. */
  release(release: Release): Release {
    if (this.isEmpty) return release;
    const { name, requiredRuby, requiredRubygems, dependencies } = release;
    return {
      ...release,
      requiredRuby: this.#changed(name, 'required_ruby_version', requiredRuby),
      requiredRubygems: this.#changed(name, 'required_rubygems_version', requiredRubygems),
      dependencies: this.dependencies(name, dependencies),
    };
  }

  /** What is asked of the versions of a gem, by whomever. */
  requirement(gem: string, requirement: readonly string[]): readonly string[] {
    return this.#changed(gem, 'version', requirement);
  }

  /** What a gem asks for. */
  dependencies(of: string, dependencies: readonly Dependency[]): readonly Dependency[] {
    if (this.isEmpty) return dependencies;
    return dependencies.flatMap((dependency) => {
      const { name, requirement } = this.#replaced(of, dependency) ?? {};
      if (name === undefined || requirement === undefined) return [];
      return [{ name, requirement: this.requirement(name, requirement) }];
    });
  }

  #changed(
    gem: string,
    field: RequirementOverride['field'],
    requirement: readonly string[],
  ): readonly string[] {
    const about = this.#overrides.filter((one) => one.kind === 'requirement' && one.field === field);
    const own = about.find((one) => one.gem === gem) ?? about.find((one) => one.gem === undefined);
    return own?.kind === 'requirement' ? overriddenRequirement(requirement, own.operation) : requirement;
  }

  /** `undefined` where it is dropped. */
  #replaced(of: string, dependency: Dependency): Dependency | undefined {
    const about = this.#overrides.find(
      (one) => one.kind === 'dependency' && one.of === of && one.gem === dependency.name,
    );
    if (about?.kind !== 'dependency') return dependency;
    if (about.by === undefined) return undefined;
    const { gem: name, requirement = '>= 0' } = about.by;
    return { name, requirement: [requirement] };
  }
}
