import type { Target } from '../target/types.js';
import type { BuildPathFinding, UncheckedLibraryFinding } from './types.js';

/**
 * Directories in which systems have nothing of their own and builds take place: homes and temporary directories; GitHub's runners
 * (/home/runner, /__w, /github), GitLab's (/builds), CircleCI's (/home/circleci), Google's (/workspace); those of package
 * builds (/build, /builddir, /buildroot, /usr/src); Nix's and Guix' stores, Homebrew's and conda's; macOS's.
 */
const BUILD_DIRECTORY =
  /^\/(?:home|root|Users|tmp|var\/tmp|private|build|builds|builddir|buildroot|buildkit|github|__w|workspace|workspaces|usr\/src|nix\/store|gnu\/store|opt\/(?:homebrew|conda|hostedtoolcache))\//;

/**
 * What a DT_NEEDED with a slash in it is, which a loader opens as it stands (glibc elf/dl-load.c, _dl_map_object; musl
 * ldso/dynlink.c, load_library): a place on the machine that built the file, another absolute path, or one that is relative to
 * the directory in which the process runs. Undefined for a soname, and for a path with a token such as `$ORIGIN`.
 */
export function neededPathOf(library: string): 'build' | 'absolute' | 'relative' | undefined {
  if (!library.includes('/') || library.includes('$')) return undefined;
  if (!library.startsWith('/')) return 'relative';
  return BUILD_DIRECTORY.test(library) ? 'build' : 'absolute';
}

/**
 * What to say of a DT_NEEDED that is such a path, at which nothing of the gem lies. Of a system that was read only its libraries are
 * known, not what lies at any path; and what the gem carries under that name may be put there.
 */
export function neededPathFinding(
  file: string,
  library: string,
  { carried, target }: { readonly carried: boolean; readonly target: Target },
): BuildPathFinding | UncheckedLibraryFinding | undefined {
  const path = neededPathOf(library);
  if (path === undefined) return undefined;
  if (path === 'build' && !carried && !target.librariesComplete) return { kind: 'build-path', file, library };
  return {
    kind: 'unchecked-library',
    file,
    library,
    carried,
    path: path === 'relative' ? 'relative' : 'absolute',
  };
}
