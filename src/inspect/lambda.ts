import type { Placement } from '../compat/inside.js';
import type { Target } from '../target/types.js';

/** Where a function and its layers are unpacked (Lambda developer guide: LAMBDA_TASK_ROOT; "Layer paths"). */
const TASK_ROOT = '/var/task';
const LAYER_ROOT = '/opt';
const RUNTIME_ROOT = '/var/runtime';

/** LD_LIBRARY_PATH of every runtime (Lambda developer guide, "Defined runtime environment variables"). */
export const LAMBDA_LIBRARY_PATH: readonly string[] = [
  '/lib64',
  '/usr/lib64',
  RUNTIME_ROOT,
  `${RUNTIME_ROOT}/lib`,
  TASK_ROOT,
  `${TASK_ROOT}/lib`,
  `${LAYER_ROOT}/lib`,
];

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
  if (!target.name.startsWith('lambda-')) return undefined;
  return (paths) => ({ root: isLayer(paths) ? LAYER_ROOT : TASK_ROOT, libraryPath: LAMBDA_LIBRARY_PATH });
}

/** Everything in it lies in directories that Lambda looks for in layers. A function has its handler at the top. */
function isLayer(paths: readonly string[]): boolean {
  return (
    paths.length > 0 &&
    paths.every((path) => path.includes('/') && LAYER_DIRECTORIES.has(path.slice(0, path.indexOf('/'))))
  );
}
