import type {
  AbiTag,
  Cpu,
  ElfFile,
  GoBuild,
  LibraryNeed,
  Producer,
  ProducerMark,
  ThreadLocalStorage,
  SegmentPages,
  VersionDefinition,
  VersionNeed,
  X86IsaLevel,
} from '../elf/types.js';
import type { ForeignFile, GemBinary, GemContents, GemMetadata, UnreadablePart } from './types.js';

type Is<T> = (value: unknown) => value is T;

/** A check for every field, optional ones included: a field that is added to a type and not here does not compile. */
type Shape<T> = { readonly [Key in keyof T]-?: Is<Exclude<T[Key], undefined>> };

/** The keys that may be absent. */
type OptionalKey<T> = {
  [Key in keyof T]-?: undefined extends { [K in Key]: T[K] }[Key] ? Key : never;
}[keyof T];

/** An object with these fields and no others: JSON of another version of the type is none of this one. */
function object<T>(shape: Shape<T>, ...optional: readonly OptionalKey<T>[]): Is<T> {
  const checks = new Map(Object.entries<Is<unknown>>(shape));
  const required = [...checks.keys()].filter((key) => !(optional as readonly PropertyKey[]).includes(key));
  return (value): value is T => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
    const fields = Object.entries(value);
    return (
      required.every((key) => Object.hasOwn(value, key)) &&
      fields.every(([key, field]) => checks.get(key)?.(field) === true)
    );
  };
}

function listOf<T>(is: Is<T>): Is<readonly T[]> {
  return (value): value is readonly T[] => Array.isArray(value) && value.every(is);
}

function oneOf<const T>(...members: readonly T[]): Is<T> {
  return (value): value is T => (members as readonly unknown[]).includes(value);
}

/** Each member of a union, by name: one that is added to the union and not here does not compile. */
function member<T extends string>(members: Readonly<Record<T, true>>): Is<T> {
  return (value): value is T => typeof value === 'string' && Object.hasOwn(members, value);
}

const text: Is<string> = (value) => typeof value === 'string';
const flag: Is<boolean> = (value) => typeof value === 'boolean';
/** The numbers of ELF's and the archive's headers that are kept: none is negative or a fraction. */
const count: Is<number> = (value): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
const texts = listOf(text);
const textByText: Is<Readonly<Record<string, string>>> = (value): value is Readonly<Record<string, string>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && Object.values(value).every(text);

const cpu = member<Cpu>({
  x86_64: true,
  aarch64: true,
  arm: true,
  x86: true,
  ppc64le: true,
  s390x: true,
  riscv64: true,
});

const isaLevel = member<X86IsaLevel>({
  'x86-64-baseline': true,
  'x86-64-v2': true,
  'x86-64-v3': true,
  'x86-64-v4': true,
});

const versionNeed = object<VersionNeed>({
  name: text,
  hash: count,
  flags: count,
  weak: flag,
  index: count,
  symbols: texts,
});

const libraryNeed = object<LibraryNeed>({ library: text, versions: listOf(versionNeed) });

const versionDefinition = object<VersionDefinition>({
  name: text,
  index: count,
  flags: count,
  base: flag,
  parents: texts,
  symbols: texts,
});

const goBuild = object<GoBuild>(
  { version: text, path: text, module: text, settings: textByText },
  'path',
  'module',
);

const producer = object<Producer>(
  {
    comments: texts,
    go: goBuild,
    marks: listOf(
      member<ProducerMark>({
        graalvm: true,
        bun: true,
        dart: true,
        rust: true,
      }),
    ),
  },
  'go',
);

const segmentPages = object<SegmentPages>(
  { congruent: count, aligned: count, misaligned: oneOf(true as const), apart: count },
  'misaligned',
);

const elfFile = object<ElfFile>(
  {
    class: oneOf(32, 64),
    byteOrder: member<ElfFile['byteOrder']>({ little: true, big: true }),
    osAbi: count,
    abiVersion: count,
    identPadding: oneOf(true as const),
    type: member<ElfFile['type']>({ exec: true, dyn: true, rel: true, core: true, other: true }),
    machine: count,
    flags: count,
    cpu,
    system: text,
    interpreter: text,
    loadable: flag,
    pages: segmentPages,
    dynamic: flag,
    pie: flag,
    noDefaultLibraries: oneOf(true as const),
    noOpen: oneOf(true as const),
    bindNow: oneOf(true as const),
    stack: member<NonNullable<ElfFile['stack']>>({ executable: true, unmarked: true }),
    tls: object<ThreadLocalStorage>(
      { size: count, align: count, initialExec: oneOf(true as const) },
      'initialExec',
    ),
    relr: oneOf(true as const),
    ifunc: oneOf(true as const),
    noHashTable: oneOf(true as const),
    oversizedSegment: oneOf(true as const),
    emptySegment: oneOf(true as const),
    abiTag: object<AbiTag>({ os: count, kernel: text }),
    soname: text,
    needed: texts,
    rpath: texts,
    runpath: texts,
    verneed: listOf(libraryNeed),
    verdef: listOf(versionDefinition),
    filter: text,
    unversionedImports: texts,
    weakImports: texts,
    eagerImports: texts,
    idleImports: texts,
    initialExecImports: texts,
    exports: texts,
    hiddenExports: texts,
    isaNeeded: listOf(isaLevel),
    producer,
    appended: object<NonNullable<ElfFile['appended']>>({ offset: count, size: count }),
  },
  'abiVersion',
  'identPadding',
  'cpu',
  'system',
  'interpreter',
  'pages',
  'noDefaultLibraries',
  'noOpen',
  'bindNow',
  'stack',
  'tls',
  'relr',
  'ifunc',
  'noHashTable',
  'oversizedSegment',
  'emptySegment',
  'abiTag',
  'soname',
  'filter',
  'eagerImports',
  'idleImports',
  'initialExecImports',
  'exports',
  'hiddenExports',
  'producer',
  'appended',
);

const metadata = object<GemMetadata>({
  name: text,
  version: text,
  platform: text,
  requiredRuby: texts,
  requiredRubygems: texts,
  dependencies: listOf(object<GemMetadata['dependencies'][number]>({ name: text, requirement: texts })),
  extensions: texts,
  executables: texts,
});

/** Whether a value that was stored as JSON is a `GemContents` of today: every field, to the last symbol, and no other. */
export const isGemContents: Is<GemContents> = object<GemContents>(
  {
    sha256: text,
    size: count,
    metadata,
    binaries: listOf(object<GemBinary>({ path: text, gzipped: flag, elf: elfFile })),
    unreadable: listOf(object<UnreadablePart>({ path: text, code: text, reason: text })),
    staticArchives: texts,
    nestedArchives: texts,
    links: textByText,
    foreign: listOf(object<ForeignFile>({ path: text, system: oneOf('macOS', 'Windows'), cpus: texts })),
  },
  'foreign',
);
