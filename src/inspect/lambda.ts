import type { Placement } from '../compat/inside.js';
import { LAMBDA_TASK_ROOT, lambdaLibraryPath } from '../compat/search-path.js';
import type { Target } from '../target/types.js';

/** Where layers are unpacked (Lambda developer guide, "Layer paths for each Lambda runtime"). */
const LAYER_ROOT = '/opt';

/** What a layer has at its top, for the paths of the runtimes ("Layer paths for each Lambda runtime"), and extensions. */
const LAYER_DIRECTORIES: ReadonlySet<string> = new Set([
  'bin',
  'lib',
  'ruby',
  'python',
  'nodejs',
  'java',
  'jre',
  'extensions',
]);

/** What a function of a custom runtime has at its top (Lambda developer guide, "Building a custom runtime"). */
const BOOTSTRAP = 'bootstrap';

/** The systems that Lambda's custom runtimes are made of, by the names of their targets. */
const RUNTIME_SYSTEM = /^al(?:2|2023)$/;

/**
 * How a function or layer comes to lie on a Lambda runtime; undefined for a target that is none. A function by its
 * `bootstrap` lies on one where the target is the system that the runtime is made of.
 */
export function lambdaPlacement(target: Target): ((paths: readonly string[]) => Placement) | undefined {
  const libraryPath = lambdaLibraryPath(target);
  if (libraryPath !== undefined) {
    return (paths) => ({ root: isLayer(paths) ? LAYER_ROOT : LAMBDA_TASK_ROOT, libraryPath, target });
  }
  if (!RUNTIME_SYSTEM.test(target.name)) return undefined;
  const ofCustomRuntime = lambdaLibraryPath({ name: `lambda-provided.${target.name}` }) ?? [];
  return (paths) =>
    paths.includes(BOOTSTRAP) ? { root: LAMBDA_TASK_ROOT, libraryPath: ofCustomRuntime, target } : {};
}

/** Whether files are taken for a Lambda function though the target is the runtime's system, and bring libraries of their own. */
export function isTakenForFunction(target: Target, paths: readonly string[]): boolean {
  return (
    RUNTIME_SYSTEM.test(target.name) &&
    paths.includes(BOOTSTRAP) &&
    paths.some((path) => /^(?:lib\/)?[^/]+\.so(?:\.|$)/.test(path))
  );
}

/** Everything in it lies in directories that Lambda looks for in layers. A function has its handler at the top. */
function isLayer(paths: readonly string[]): boolean {
  return (
    paths.length > 0 &&
    paths.every((path) => path.includes('/') && LAYER_DIRECTORIES.has(path.slice(0, path.indexOf('/'))))
  );
}
