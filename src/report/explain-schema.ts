import { z } from 'zod';
import type { DependencyTree } from '../compat/dependency-tree.js';
import type { Remedy } from '../explain/remedies.js';
import type { Toolchain } from '../explain/toolchain.js';
import type { Explanation } from '../explain/types.js';
import { cpu, libc } from './schema.js';

const text = z.string();
const list = z.array(text).readonly();

/** Who built a file. */
export const toolchain = z.strictObject({
  kind: z.enum(['c', 'rust', 'go', 'graalvm', 'bun', 'dart', 'zig']),
  version: text.exactOptional().describe("Of the language's own toolchain"),
  cgo: z.boolean().exactOptional().describe('Of Go: whether C code could be linked in'),
  module: text.exactOptional().describe('Of Go: package path of main'),
  compilers: z
    .array(
      z.strictObject({
        name: z.enum(['gcc', 'clang', 'rustc', 'lld', 'mold', 'other']),
        version: text.exactOptional(),
        vendor: text.exactOptional().describe('What a distribution adds to its own build'),
        text: text.describe('As it stands in .comment'),
      }),
    )
    .readonly(),
  evidence: text.describe('What gave it away'),
});
toolchain satisfies z.ZodType<Toolchain>;

/** Something that whoever builds a file can do. */
export const remedy = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('cargo-zigbuild'), triple: text, glibc: text }),
  z.strictObject({ kind: z.literal('zig-cc'), triple: text, glibc: text, cgo: z.boolean() }),
  z.strictObject({
    kind: z.literal('build-on'),
    same: z.boolean().describe('It is the target itself, or what the target is built on'),
    system: text,
    title: text,
    libcVersion: text,
    image: text.exactOptional(),
    runner: text.exactOptional().describe("Label of GitHub's hosted runner"),
    ended: z.boolean().describe('Past its standard support'),
  }),
  z.strictObject({ kind: z.literal('rust-crt-static'), triple: text }),
  z.strictObject({ kind: z.literal('rust-musl'), triple: text }),
  z.strictObject({ kind: z.literal('rust-target'), triple: text, libc }),
  z.strictObject({
    kind: z.literal('cgo-off'),
    known: z.boolean().describe('The build says that cgo was on'),
  }),
  z.strictObject({ kind: z.literal('go-static') }),
  z.strictObject({
    kind: z.literal('rake-compiler-dock'),
    version: text,
    most: text.describe('glibc of its images'),
    usual: text.describe('What extensions that are built in them ask for as a rule'),
    certain: z.boolean().describe('The target has what its images have at most'),
  }),
  z.strictObject({
    kind: z.literal('native-image'),
    flag: z.enum(['--static --libc=musl', '--static-nolibc']),
  }),
  z.strictObject({ kind: z.literal('bun-target'), target: text, libc }),
  z.strictObject({ kind: z.literal('static-libstdcxx') }),
  z.strictObject({ kind: z.literal('linker-flag'), flag: text, leavesOut: text }),
  z.strictObject({ kind: z.literal('run-on'), system: text, title: text, libcVersion: text }),
]);
remedy satisfies z.ZodType<Remedy>;

/** What a needed symbol is. */
export const explanation = z.strictObject({
  library: text,
  symbolVersion: text,
  symbol: text.exactOptional(),
  cpu,
  kind: z.enum([
    'moved',
    'revised',
    'added',
    'renamed',
    'redirected',
    'start-code',
    'compiler',
    'marker',
    'private',
    'base',
    'versioned',
  ]),
  project: z.enum(['glibc', 'gcc']),
  since: text.exactOptional().describe('Release of the project that brought this version'),
  from: text.exactOptional().describe('Library that it was in before'),
  before: text.exactOptional().describe('The newest version of it before this one'),
  what: text.exactOptional(),
  why: text.exactOptional(),
  rebuild: z
    .enum(['avoids', 'avoids-unless-used', 'needs-flag', 'nothing-to-avoid'])
    .describe('What a build of the same source on an older system comes to'),
  source: text,
});
explanation satisfies z.ZodType<Explanation>;

const carried = list.describe('Files of that name or soname, but where the loader does not look');

const found = z.discriminatedUnion('where', [
  z.strictObject({
    where: z.literal('inside'),
    path: text,
    step: z.enum(['loaded', 'path', 'rpath', 'library-path', 'runpath']),
    entry: text.exactOptional().describe("The search path's entry as it is written"),
    of: text.exactOptional().describe('The file that has the entry, where it is another'),
    unlessOnTarget: z
      .literal(true)
      .exactOptional()
      .describe("The target's own directories come first, and it is not known whether it is there"),
  }),
  z.strictObject({ where: z.literal('target') }),
  z.strictObject({ where: z.literal('nowhere'), carried }),
  z.strictObject({ where: z.literal('unchecked'), carried }),
]);

/** What comes into memory when one file is started or dlopened. */
export const dependencyTree = z.strictObject({
  root: text,
  nodes: z
    .array(
      z.strictObject({
        path: text,
        needs: z.array(z.strictObject({ library: text, found })).readonly(),
      }),
    )
    .readonly()
    .describe("In the loader's order; the root comes first"),
});
dependencyTree satisfies z.ZodType<DependencyTree>;
