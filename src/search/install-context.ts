import type { GemPlatform } from '../gem/platform.js';
import { localPlatform } from '../gem/platform.js';
import type { InstallContext, Runtime } from '../gem/variant.js';
import type { Deployment } from './types.js';

/** The machine of a deployment as Bundler sees it, and what installs there. */
export function installContext(deployment: Deployment): InstallContext & { readonly local: GemPlatform } {
  const { target, cpu } = deployment;
  return { local: localPlatform(cpu, target.libc), ...runtimeOf(deployment) };
}

/** Ruby, RubyGems and Bundler of a deployment. */
export function runtimeOf({ ruby, rubygems, bundler }: Deployment): Runtime {
  return {
    ...(ruby === undefined ? {} : { ruby }),
    ...(rubygems === undefined ? {} : { rubygems }),
    ...(bundler === undefined ? {} : { bundler }),
  };
}
