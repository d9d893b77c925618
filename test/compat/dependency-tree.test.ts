import { readFileSync, realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { deployedFiles, INTERPRETERS, traceOf } from '../../scripts/oracle/tree-builder.js';
import type { DeployedFile } from '../../src/compat/deployed-files.js';
import type { Deployment } from '../../src/compat/dependency-tree.js';
import { dependencyTree, dependencyTrees } from '../../src/compat/dependency-tree.js';
import { lambdaLibraryPath } from '../../src/compat/search-path.js';
import type { ElfFile } from '../../src/elf/types.js';
import { dependencyTreeLines } from '../../src/report/dependency-tree.js';
import { findNamed } from '../../src/target/catalog.js';
import type { Target } from '../../src/target/types.js';
import { elf } from '../helpers/contents.js';
import { CASES } from './dependency-tree-cases.js';
import { inBoundedTime } from '../helpers/bounded-time.js';

const BIN = fileURLToPath(new URL('../../fixtures/dependency-tree/bin', import.meta.url));
const RECORDED = JSON.parse(
  readFileSync(new URL('../../fixtures/dependency-tree/loader.json', import.meta.url), 'utf8'),
) as Record<string, Record<string, readonly string[]>>;

function named(name: string): Target {
  const target = findNamed(name);
  if (target === undefined) throw new Error(`no target ${name}`);
  return target;
}

describe.each(CASES)('$name', (spec) => {
  const root = realpathSync(`${BIN}/${spec.name}`);
  // Debian's, where the answers were recorded: its $LIB is in the paths.
  const target = named(spec.libc === 'musl' ? 'alpine-3.20' : 'debian-12');

  async function ours(path: string): Promise<readonly string[]> {
    const deployment: Deployment = {
      files: await deployedFiles(spec, root),
      links: spec.links,
      root,
      target,
      libraryPath: spec.libraryPath.map((entry) => entry.replaceAll('@', root)),
    };
    const tree = dependencyTree(deployment, path);
    return tree === undefined ? ['no tree'] : traceOf(tree);
  }

  it.each(spec.files.map(({ path }) => path))('%s: what the loader said', async (path) => {
    const said = RECORDED[spec.name]?.[path];
    const expected = said?.filter((line) => !line.startsWith('libnss_dns'));
    expect((await ours(path)).filter((line) => !line.startsWith('libnss_dns'))).toEqual(expected);
  });
});

function file(path: string, facts: Partial<ElfFile> = {}): DeployedFile {
  return { path, elf: elf(facts) };
}

const PROGRAM = { interpreter: INTERPRETERS.gnu, pie: true } as const;

function foundIn(deployment: Deployment, path: string, library: string) {
  return dependencyTree(deployment, path)?.nodes[0]?.needs.find((need) => need.library === library)?.found;
}

describe('what is not in the tree', () => {
  const files = [
    file('bootstrap', { ...PROGRAM, needed: ['libc.so.6', 'libpq.so.5', 'libmine.so.1'] }),
    file('other/libmine.so.1'),
  ];

  it('comes from the target, or is not known of it', () => {
    const deployment = { files, links: {}, target: named('al2023') };
    expect(foundIn(deployment, 'bootstrap', 'libc.so.6')).toEqual({ where: 'target' });
    expect(foundIn(deployment, 'bootstrap', 'libpq.so.5')).toEqual({ where: 'unchecked', carried: [] });
    expect(foundIn(deployment, 'bootstrap', 'libmine.so.1')).toEqual({
      where: 'unchecked',
      carried: ['other/libmine.so.1'],
    });
  });

  it('is found nowhere where all that the target has is known', () => {
    const target = { ...named('al2023'), librariesComplete: true };
    expect(foundIn({ files, links: {}, target }, 'bootstrap', 'libpq.so.5')).toEqual({
      where: 'nowhere',
      carried: [],
    });
  });

  it('is not said to be nowhere where a search path leads to a directory that is not known', () => {
    const target = { ...named('al2023'), librariesComplete: true };
    const astray = [file('bootstrap', { ...PROGRAM, needed: ['libpq.so.5'], runpath: ['/opt/vendor/lib'] })];
    expect(foundIn({ files: astray, links: {}, target }, 'bootstrap', 'libpq.so.5')?.where).toBe('unchecked');
  });

  it('is not taken from the target by a file that forbids its default directories', () => {
    const strict = [file('app', { ...PROGRAM, needed: ['libc.so.6'], noDefaultLibraries: true })];
    expect(foundIn({ files: strict, links: {}, target: named('al2023') }, 'app', 'libc.so.6')?.where).toBe(
      'unchecked',
    );
  });

  it('is not known without a target', () => {
    expect(foundIn({ files, links: {} }, 'bootstrap', 'libc.so.6')?.where).toBe('unchecked');
  });
});

describe('an AWS Lambda function', () => {
  const target = named('lambda-ruby3.3');
  const function_ = (needed: readonly string[]): Deployment => ({
    files: [
      file('vendor/bundle/ruby/3.3.0/gems/pg-1.6.0/lib/pg_ext.so', { needed }),
      file('lib/libpq.so.5', { soname: 'libpq.so.5', needed: ['libldap.so.2'] }),
      file('lib/libldap.so.2', { soname: 'libldap.so.2' }),
      file('lib/libc.so.6', { soname: 'libc.so.6' }),
    ],
    links: {},
    root: '/var/task',
    target,
    libraryPath: lambdaLibraryPath(target) ?? [],
  });

  it('finds what lies in lib/, behind the directories of the system', () => {
    const [tree] = dependencyTrees(function_(['libpq.so.5', 'libc.so.6']));
    expect(tree?.root).toBe('lib/libc.so.6');
    const extension = dependencyTree(
      function_(['libpq.so.5', 'libc.so.6']),
      'vendor/bundle/ruby/3.3.0/gems/pg-1.6.0/lib/pg_ext.so',
    );
    expect(extension?.nodes[0]?.needs).toEqual([
      {
        library: 'libpq.so.5',
        found: {
          where: 'inside',
          path: 'lib/libpq.so.5',
          step: 'library-path',
          entry: '/var/task/lib',
          unlessOnTarget: true,
        },
      },
      // The system's own goes first.
      { library: 'libc.so.6', found: { where: 'target' } },
    ]);
    expect(extension?.nodes.map(({ path }) => path)).toContain('lib/libldap.so.2');
  });

  it.each([
    ['lambda-ruby3.3', '/var/lang/lib'],
    ['lambda-provided.al2023', '/lib64'],
  ])('%s begins its search with %s', (name, first) => {
    expect(lambdaLibraryPath(named(name))?.[0]).toBe(first);
    expect(lambdaLibraryPath(named(name))).toContain('/var/task/lib');
  });

  it('no other system has such a path', () => {
    expect(lambdaLibraryPath(named('al2023'))).toBeUndefined();
  });

  it('a layer is unpacked in /opt', () => {
    const layer: Deployment = {
      files: [file('bin/tool', { ...PROGRAM, needed: ['libx.so.1'] }), file('lib/libx.so.1')],
      links: {},
      root: '/opt',
      target,
      libraryPath: lambdaLibraryPath(target) ?? [],
    };
    expect(foundIn(layer, 'bin/tool', 'libx.so.1')).toMatchObject({
      path: 'lib/libx.so.1',
      entry: '/opt/lib',
    });
  });
});

describe('a DT_FILTER', () => {
  const needs = (target: Target): readonly string[] | undefined =>
    dependencyTree(
      { files: [file('a.so', { needed: ['libx.so'], filter: 'libreal.so' })], links: {}, target },
      'a.so',
    )?.nodes[0]?.needs.map(({ library }) => library);

  it("is looked for by glibc's loader, and not known to musl's", () => {
    expect(needs(named('debian-12'))).toEqual(['libx.so', 'libreal.so']);
    expect(needs(named('alpine-3.20'))).toEqual(['libx.so']);
  });
});

describe('dependencyTrees', () => {
  it('has a tree for each program, and for each library that nothing loads', () => {
    const files = [
      file('bin/app', { ...PROGRAM, needed: ['liba.so'], rpath: ['$ORIGIN/../lib'] }),
      file('bin/static', { type: 'exec', dynamic: false }),
      file('lib/liba.so', { needed: ['libb.so'] }),
      file('lib/libb.so'),
      file('ext/pg_ext.so', { needed: ['libk.so'], runpath: ['$ORIGIN/../lib'] }),
      file('lib/libk.so'),
      file('object.o', { type: 'rel', loadable: false }),
    ];
    expect([...dependencyTrees({ files, links: {} })].map(({ root }) => root)).toEqual([
      'bin/app',
      'bin/static',
      'ext/pg_ext.so',
    ]);
  });

  it('begins a circle that nothing else loads with its first file', () => {
    const ring = ['a', 'b', 'k'].map((name, index) =>
      file(`lib/lib${name}.so`, { needed: [`lib${'bka'[index] ?? ''}.so`], runpath: ['$ORIGIN'] }),
    );
    const trees = [...dependencyTrees({ files: ring, links: {} })];
    expect(trees.map(({ root }) => root)).toEqual(['lib/liba.so']);
    expect(trees[0]?.nodes.map(({ path }) => path)).toEqual(['lib/liba.so', 'lib/libb.so', 'lib/libk.so']);
  });

  it('does not depend on the order of the files', () => {
    const files = [
      file('lib/liba.so', { needed: ['libb.so'], runpath: ['$ORIGIN'] }),
      file('lib/libb.so'),
      file('app', { ...PROGRAM, needed: ['liba.so'], runpath: ['$ORIGIN/lib'] }),
    ];
    const roots = [...dependencyTrees({ files, links: {} })];
    expect([...dependencyTrees({ files: [...files].reverse(), links: {} })]).toEqual(roots);
  });

  it('follows links that leave the tree nowhere, and links that loop to their end', () => {
    const files = [
      file('app', { ...PROGRAM, needed: ['liba.so', 'libb.so', 'libk.so'], runpath: ['$ORIGIN/lib'] }),
      file('real.so'),
    ];
    const links = {
      'lib/liba.so': '/etc/real.so',
      'lib/libb.so': 'libb.so',
      'lib/libk.so': '/srv/app/real.so',
      up: '../..',
    };
    const deployment = { files, links, root: '/srv/app' };
    expect(foundIn(deployment, 'app', 'liba.so')?.where).toBe('unchecked');
    expect(foundIn(deployment, 'app', 'libb.so')?.where).toBe('unchecked');
    expect(foundIn(deployment, 'app', 'libk.so')).toMatchObject({ where: 'inside', path: 'real.so' });
  });

  it('passes over a file for another machine', () => {
    const files = [
      file('app', { ...PROGRAM, needed: ['liba.so'], runpath: ['$ORIGIN/arm', '$ORIGIN/x86'] }),
      file('arm/liba.so', { machine: 183, cpu: 'aarch64' }),
      file('x86/liba.so'),
    ];
    expect(foundIn({ files, links: {} }, 'app', 'liba.so')).toMatchObject({
      path: 'x86/liba.so',
      entry: '$ORIGIN/x86',
    });
  });

  it('takes thousands of libraries that all need each other', () => {
    const names = Array.from({ length: 3000 }, (_, index) => `lib${index}.so`);
    const files = names.map((name, index) =>
      file(`lib/${name}`, {
        soname: name,
        needed: Array.from(
          { length: 20 },
          (_, step) => names[(index * 7 + step * 13 + 1) % names.length] ?? '',
        ),
        runpath: ['$ORIGIN'],
      }),
    );
    const trees = inBoundedTime(() => [...dependencyTrees({ files, links: {} })]);
    expect(trees.length).toBeGreaterThan(0);
  });
});

describe('dependencyTreeLines', () => {
  const files = [
    file('bootstrap', {
      ...PROGRAM,
      needed: ['libpq.so.5', 'libc.so.6', 'libgone.so.2'],
      rpath: ['$ORIGIN/lib'],
    }),
    file('lib/libpq.so.5', { soname: 'libpq.so.5', needed: ['libldap.so.2', 'libssl.so.3'] }),
    file('lib/libldap.so.2', { soname: 'libldap.so.2', needed: ['libpq.so.5', 'libssl.so.3', 'libc.so.6'] }),
    file('lib/libssl.so.3', { soname: 'libssl.so.3', needed: ['libc.so.6'] }),
    file('elsewhere/libgone.so.2'),
  ];
  const tree = dependencyTree(
    { files, links: {}, target: { ...named('al2023'), librariesComplete: true } },
    'bootstrap',
  );
  const lines = (options: Parameters<typeof dependencyTreeLines>[1]): string =>
    `\n${dependencyTreeLines(tree ?? { root: '', nodes: [] }, options).join('\n')}\n`;

  it('reads', () => {
    expect(lines({})).toMatchInlineSnapshot(`
      "
      bootstrap
      ├─ libpq.so.5 → lib/libpq.so.5, by rpath $ORIGIN/lib
      │  ├─ libldap.so.2 → lib/libldap.so.2, by rpath $ORIGIN/lib of bootstrap
      │  │  ├─ libpq.so.5 → lib/libpq.so.5 (see above)
      │  │  ├─ libssl.so.3 → lib/libssl.so.3
      │  │  │  └─ libc.so.6: from the system
      │  │  └─ libc.so.6: from the system
      │  └─ libssl.so.3 → lib/libssl.so.3, by rpath $ORIGIN/lib of bootstrap (see above)
      ├─ libc.so.6: from the system
      └─ libgone.so.2: NOT FOUND (the loader does not look at elsewhere/libgone.so.2)
      "
    `);
  });

  it('fits into 60 columns', () => {
    const narrow = lines({ width: 60 });
    for (const line of narrow.split('\n')) expect(line.length).toBeLessThanOrEqual(60);
    expect(narrow).toMatchInlineSnapshot(`
      "
      bootstrap
      ├─ libpq.so.5 → lib/libpq.so.5, by rpath $ORIGIN/lib
      │  ├─ libldap.so.2 → lib/libldap.so.2, by rpath $ORIGIN/lib
      │  │    of bootstrap
      │  │  ├─ libpq.so.5 → lib/libpq.so.5 (see above)
      │  │  ├─ libssl.so.3 → lib/libssl.so.3
      │  │  │  └─ libc.so.6: from the system
      │  │  └─ libc.so.6: from the system
      │  └─ libssl.so.3 → lib/libssl.so.3, by rpath $ORIGIN/lib of
      │       bootstrap (see above)
      ├─ libc.so.6: from the system
      └─ libgone.so.2: NOT FOUND (the loader does not look at
           elsewhere/libgone.so.2)
      "
    `);
  });

  it('leaves out what the target has, and ends where it is told to', () => {
    expect(lines({ withoutTarget: true, most: 3 })).toMatchInlineSnapshot(`
      "
      bootstrap
      ├─ libpq.so.5 → lib/libpq.so.5, by rpath $ORIGIN/lib
      │  ├─ libldap.so.2 → lib/libldap.so.2, by rpath $ORIGIN/lib of bootstrap
      … and 4 more
      "
    `);
  });

  it('writes control characters of a name as escapes', () => {
    const odd = dependencyTree(
      { files: [file('a\u001b[31m', { needed: ['lib\nb.so'] })], links: {} },
      'a\u001b[31m',
    );
    for (const line of dependencyTreeLines(odd ?? { root: '', nodes: [] })) {
      expect(line).not.toContain('\n');
      expect(line).not.toContain('\u001b');
    }
  });
});
