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

/** How a function or layer comes to lie on a Lambda runtime; undefined for a target that is none. */
export function lambdaPlacement(target: Target): ((paths: readonly string[]) => Placement) | undefined {
  const libraryPath = lambdaLibraryPath(target);
  if (libraryPath === undefined) return undefined;
  return (paths) => ({ root: isLayer(paths) ? LAYER_ROOT : LAMBDA_TASK_ROOT, libraryPath, target });
}

/** Everything in it lies in directories that Lambda looks for in layers. A function has its handler at the top. */
function isLayer(paths: readonly string[]): boolean {
  return (
    paths.length > 0 &&
    paths.every((path) => path.includes('/') && LAYER_DIRECTORIES.has(path.slice(0, path.indexOf('/'))))
  );
}
