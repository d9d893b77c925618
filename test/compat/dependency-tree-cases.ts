import type { TreeSpec } from '../../scripts/oracle/tree-builder.js';

const program = (needed: readonly string[], paths: object = {}) => ({
  path: 'bin/app',
  needed,
  program: true,
  ...paths,
});
const library = (path: string, needed: readonly string[] = [], more: object = {}) => ({
  path,
  soname: path.slice(path.lastIndexOf('/') + 1),
  needed,
  ...more,
});
const tree = (name: string, files: TreeSpec['files'], more: Partial<TreeSpec> = {}): TreeSpec => ({
  name,
  libc: 'gnu',
  files,
  links: {},
  libraryPath: [],
  ...more,
});

/**
 * The trees in fixtures/dependency-tree, each named for what is odd in it. `npx jiti fixtures/dependency-tree/build.ts`
 * builds them and records what the real loader says of each.
 */
export const CASES: readonly TreeSpec[] = [
  tree('runpath-is-not-inherited', [
    program(['liba.so.1'], { runpath: ['$ORIGIN/../lib'] }),
    library('lib/liba.so.1', ['libb.so.1']),
    library('lib/libb.so.1'),
  ]),
  tree('rpath-is-inherited', [
    program(['liba.so.1'], { rpath: ['$ORIGIN/../lib'] }),
    library('lib/liba.so.1', ['libb.so.1']),
    library('lib/libb.so.1'),
  ]),
  tree('runpath-of-a-library-ends-the-rpath-of-its-program', [
    program(['liba.so.1', 'libk.so.1'], { rpath: ['$ORIGIN/../lib'] }),
    library('lib/liba.so.1', ['libb.so.1'], { runpath: ['$ORIGIN/nothing'] }),
    library('lib/libb.so.1'),
    library('lib/libk.so.1'),
  ]),
  tree(
    'library-path-goes-before-runpath',
    [
      program(['liba.so.1'], { runpath: ['$ORIGIN/../lib'] }),
      library('lib/liba.so.1'),
      library('other/liba.so.1'),
    ],
    { libraryPath: ['@/nothing', '@/other'] },
  ),
  tree(
    'rpath-goes-before-library-path',
    [
      program(['liba.so.1'], { rpath: ['$ORIGIN/../lib'] }),
      library('lib/liba.so.1'),
      library('other/liba.so.1'),
    ],
    { libraryPath: ['@/other'] },
  ),
  tree('loaded-by-its-soname', [
    program(['libodd-name.so', 'libz9.so.1'], { runpath: ['$ORIGIN/../lib'] }),
    library('lib/libodd-name.so', [], { soname: 'libz9.so.1' }),
    library('lib/libz9.so.1'),
  ]),
  tree('circle', [
    program(['liba.so.1'], { rpath: ['$ORIGIN/../lib'] }),
    library('lib/liba.so.1', ['libb.so.1']),
    library('lib/libb.so.1', ['liba.so.1']),
  ]),
  tree(
    'links-of-files-and-directories',
    [
      program(['liba.so.1', 'libb.so.1'], { runpath: ['$ORIGIN/../current/lib'] }),
      library('v2/lib/liba.so.1.2.3', [], { soname: 'liba.so.1' }),
      library('shared/libb.so.1'),
    ],
    {
      links: {
        current: 'v2',
        'v2/lib/liba.so.1': 'liba.so.1.2.3',
        'v2/lib/libb.so.1': '../../shared/libb.so.1',
        'v2/lib/libc1': 'libc2',
        'v2/lib/libc2': 'libc1',
      },
    },
  ),
  tree('tokens', [
    program(['liba.so.1', 'libb.so.1', 'libk.so.1'], {
      runpath: ['$ORIGINAL/lib', '$ORIGIN/../${PLATFORM}', '${ORIGIN}/../$LIB'],
    }),
    library('x86_64/liba.so.1'),
    library('lib/x86_64-linux-gnu/libb.so.1'),
    library('lib/libk.so.1'),
  ]),
  tree('no-default-directories', [
    program(['liba.so.1', 'libnss_dns.so.2'], { runpath: ['$ORIGIN/../lib'], nodeflib: true }),
    library('lib/liba.so.1'),
  ]),
  tree('needed-by-a-path', [
    program(['$ORIGIN/../lib/liba.so.1', '$ORIGIN/../lib/nothing.so']),
    library('lib/liba.so.1'),
  ]),
  tree(
    'musl-inherits-runpath',
    [
      program(['liba.so.1'], { runpath: ['$ORIGIN/../lib'] }),
      library('lib/liba.so.1', ['libb.so.1'], { runpath: ['$ORIGIN/nothing'] }),
      library('lib/libb.so.1', ['libk.so.1'], { runpath: ['$ORIGIN/../$LIB', '$ORIGIN'] }),
      library('lib/libk.so.1'),
    ],
    { libc: 'musl' },
  ),
  tree(
    'musl-asks-library-path-first',
    [
      program(['liba.so.1', 'libalias.so.1'], { rpath: ['$ORIGIN/../lib'] }),
      library('lib/liba.so.1'),
      library('other/liba.so.1', [], { soname: 'libalias.so.1' }),
      library('lib/libalias.so.1'),
    ],
    { libc: 'musl', libraryPath: ['@/other'] },
  ),
];
