import type { Cpu, ElfFile, VersionNeed, X86IsaLevel } from '../elf/types.js';
import type { GemBinary } from '../gem/types.js';
import type { GlibcLayer, Target } from '../target/types.js';
import { executableStack } from './executable-stack.js';
import { isLoaderOf, layerOf } from './glibc-layer.js';
import { neededBy } from './inside.js';
import type { GemInside } from './inside.js';
import type { ImportsAsked } from './imports.js';
import { importFindings, lostBySystemFindings, lostSymbolFindings } from './imports.js';
import { libcOf } from './libc-of.js';
import { loadersOf } from './loaders.js';
import { neededPathFinding } from './needed-path.js';
import { pageFindings } from './page-size.js';
import type { Provision } from './provides.js';
import {
  ceilingFor,
  ignoresVersions,
  isOfNoOtherLibc,
  providesLibrary,
  providesVersion,
} from './provides.js';
import { refusalsOf } from './refusals.js';
import type { Role, Roles } from './roles.js';
import { Scope } from './scope.js';
import { isSystemDirectory } from './search-path.js';
import { isRubyExtension, rubyOfLibrary } from './shared-ruby.js';
import type { Finding, SymbolVersionFinding, UncheckedVersionFinding } from './types.js';
import { effectOf } from './verdict.js';

/** glibc's libc and program interpreters, by the names in its shlib-versions. */
const ALWAYS_LOADED = /^(?:libc\.so\.6(?:\.1)?|ld-linux[-.].*|ld64\.so\.[12]|ld\.so\.1)$/;

const ISA_LEVELS: readonly X86IsaLevel[] = ['x86-64-baseline', 'x86-64-v2', 'x86-64-v3', 'x86-64-v4'];

/** What files are judged by, the same for all that are judged together. */
export interface JudgedOn {
  readonly target: Target;
  readonly cpu: Cpu;
  readonly inside: GemInside;
  readonly roles: Roles;
  /** Extensions of Ruby among the files. */
  readonly extensions: readonly GemBinary[];
  /** The files belong to no gem, so what opens them need not be Ruby. */
  readonly loose: boolean;
  /** The project's Ruby as `X.Y`. */
  readonly abi: string | undefined;
  /** The soname of Ruby's shared library that is taken for given. */
  readonly rubyLibrary: string | undefined;
  /** Grows with what is taken for given. */
  readonly given: Set<string>;
}

/** Asks of one file what the target's loader would ask of it. */
export function judgeFile(binary: GemBinary, on: JudgedOn): Finding[] {
  return [...fileFindings(binary, on)];
}

/** What `judgeFile` finds, one after the other: who asks whether there is anything need not have all of it. */
export function* fileFindings(binary: GemBinary, on: JudgedOn): Generator<Finding> {
  const { target } = on;
  const { path: file, elf } = binary;
  const role = on.roles.of(binary);
  const built = libcOf(elf);
  const other = built !== undefined && built.libc !== target.libc ? built : undefined;
  // Everything else that such a file asks for follows from its being built for the other library. musl's loader takes a library
  // that asks for glibc by name: it answers to that name itself.
  const layer = layerOf(binary, role, target);
  if (
    other !== undefined &&
    layer === undefined &&
    (target.libc === 'gnu' || (elf.interpreter !== undefined && role === 'program'))
  ) {
    yield { kind: 'wrong-libc', file, builtFor: other.libc, evidence: other.evidence };
    return;
  }

  // Its names were not read, so nothing can be missing either.
  if (other !== undefined && layer?.unread === true) {
    yield { kind: 'other-libc', file, builtFor: other.libc, evidence: other.evidence, layer: true };
    return;
  }

  let refused = false;
  for (const finding of loaderFindings(binary, role, layer, on)) {
    refused ||= effectOf(finding) === 'incompatible';
    yield finding;
  }
  if (other !== undefined && !refused)
    yield { kind: 'other-libc', file, builtFor: other.libc, evidence: other.evidence };
}

/** What the loader, and the kernel before it, would find in a file. */
function* loaderFindings(
  binary: GemBinary,
  role: Role,
  layer: GlibcLayer | undefined,
  on: JudgedOn,
): Generator<Finding> {
  const { target, cpu } = on;
  const { path: file, elf } = binary;
  if (
    elf.interpreter !== undefined &&
    role === 'program' &&
    layer === undefined &&
    !loadersOf(target.libc, cpu).includes(elf.interpreter)
  ) {
    yield { kind: 'missing-interpreter', file, interpreter: elf.interpreter };
  }
  for (const refusal of refusalsOf({ elf, role, cpu, target })) {
    yield { kind: 'loader-refusal', file, ...refusal };
  }
  const because = role === 'opened' ? executableStack(elf, target, cpu) : undefined;
  if (because !== undefined) yield { kind: 'executable-stack', file, because };

  const { unresolved, found } = judgeLibraries(binary, layer, on);
  yield* found;
  const imports = importsOf(binary, role, layer, on);
  yield* judgeVersions(imports, unresolved, on);
  yield* importFindings(imports);

  yield* pageFindings(binary, role, target, cpu);
  const level = elf.isaNeeded.at(-1);
  const provided = target.isa ?? 'x86-64-baseline';
  if (level !== undefined && ISA_LEVELS.indexOf(level) > ISA_LEVELS.indexOf(provided)) {
    yield { kind: 'isa-level', file, level, provided };
  }
}

/** Whether each needed library is found. */
function judgeLibraries(
  binary: GemBinary,
  layer: GlibcLayer | undefined,
  on: JudgedOn,
): { readonly unresolved: ReadonlySet<string>; readonly found: readonly Finding[] } {
  const { inside, target, abi, cpu } = on;
  const { path: file, elf } = binary;
  const findings: Finding[] = [];
  const unresolved = new Set<string>();
  for (const library of neededBy(elf, target.libc)) {
    const ruby = isRubyExtension(elf) ? rubyOfLibrary(library) : undefined;
    if (ruby !== undefined && abi !== undefined && ruby !== abi) {
      unresolved.add(library);
      findings.push({ kind: 'missing-ruby-abi', file, ruby: abi, available: [ruby], library });
      continue;
    }
    const own = inside.resolve(binary, library);
    if (own !== undefined) {
      // glibc's loader passes such a file over; musl's does not look at the machine (ldso/dynlink.c, map_library).
      if (own.elf.machine !== elf.machine)
        findings.push({
          kind: 'wrong-machine',
          file: own.path,
          machine: own.elf.cpu ?? String(own.elf.machine),
          wanted: cpu,
        });
      continue;
    }
    const path = neededPathFinding(file, library, { carried: inside.carries(library), target });
    if (path !== undefined) {
      unresolved.add(library);
      findings.push(path);
      continue;
    }
    if (isLoaderOf(layer, library)) continue;
    const provision = providesLibrary(target, library);
    if (provision === 'provided') {
      if (looksElsewhere(elf, library, target)) {
        findings.push({
          kind: 'unchecked-library',
          file,
          library,
          carried: inside.carries(library),
          noDefaultLibraries: true,
        });
      }
      continue;
    }
    if (ruby !== undefined && provision === 'unknown' && library === on.rubyLibrary) {
      on.given.add(library);
      continue;
    }
    unresolved.add(library);
    // musl opens a path as it is written: no file is called $ORIGIN.
    if (target.libc === 'musl' && library.includes('/') && library.includes('$'))
      findings.push({ kind: 'missing-library', file, library });
    else if (inside.carries(library))
      findings.push({ kind: 'unchecked-library', file, library, carried: true });
    else if (provision === 'missing' && (!looksInOwnDirectories(elf) || isOfNoOtherLibc(target, library)))
      findings.push({ kind: 'missing-library', file, library });
    else findings.push({ kind: 'unchecked-library', file, library, carried: false });
  }
  return { unresolved, found: findings };
}

/** Whether the file names directories of its own to look in, of which it is not known what a target has there. */
export function looksInOwnDirectories({ rpath, runpath }: ElfFile): boolean {
  return [...rpath, ...runpath].some((entry) => entry.startsWith('/') && !isSystemDirectory(entry));
}

/** Whether each needed version is defined by the library that it is asked of. */
function judgeVersions(
  imports: ImportsAsked,
  unresolved: ReadonlySet<string>,
  { inside, target }: JudgedOn,
): readonly Finding[] {
  const { binary } = imports;
  const { path: file, elf } = binary;
  const findings: Finding[] = [];
  for (const { library, versions } of elf.verneed) {
    // A library that is not there, or of which nothing is known, is a finding already.
    if (unresolved.has(library) || ignoresVersions(target, library)) continue;
    const own = inside.resolve(binary, library);
    // musl knows no versions: what matters is whether the names are there.
    if (own !== undefined && target.libc === 'musl') continue;
    // The loader aborts where nothing has loaded the library by then (elf/dl-version.c: assert (needed != NULL)). The C
    // library and the loader itself are always there, under the names that the target has for them.
    if (
      !neededBy(elf, target.libc).includes(library) &&
      !(ALWAYS_LOADED.test(library) && providesLibrary(target, library) === 'provided')
    ) {
      findings.push({ kind: 'unchecked-library', file, library, carried: inside.carries(library) });
      continue;
    }
    if (own === undefined) findings.push(...lostBySystemFindings(imports, library));
    else findings.push(...lostSymbolFindings(imports, library, own));
    for (const need of versions) {
      const provision =
        own === undefined
          ? providesVersion(target, library, need.name, need.symbols)
          : definesVersion(own, need.name);
      const finding = versionFinding(binary, library, need, provision);
      if (finding === undefined) continue;
      const provided = own === undefined ? ceilingFor(target, need.name) : undefined;
      const known = finding.kind === 'symbol-version' && provided !== undefined ? { provided } : {};
      findings.push({ ...finding, ...known });
    }
  }
  return findings;
}

/** The imports of a file, with all that it is loaded with. */
function importsOf(binary: GemBinary, role: Role, layer: GlibcLayer | undefined, on: JudgedOn): ImportsAsked {
  const { target, cpu, abi, inside, loose } = on;
  const files = inside.loadedWith(binary, target.libc);
  const libraries = new Set(layer?.preload === undefined ? [] : [layer.preload]);
  for (const each of [binary, ...files]) {
    for (const library of neededBy(each.elf, target.libc)) {
      if (isLoaderOf(layer, library)) continue;
      if (inside.resolve(each, library) === undefined && rubyOfLibrary(library) === undefined)
        libraries.add(library);
    }
  }
  const extension = isRubyExtension(binary.elf);
  // What is no extension may be opened by a program of the gem, or by Node, which have names of their own.
  const byRuby = !loose && !binary.path.endsWith('.node') && !on.roles.hasOpener;
  const inRuby = role === 'opened' && (extension || byRuby);
  // Ruby opens extensions with RTLD_GLOBAL (its dln.c), so that a later one finds the names of those before it.
  const before = extension ? on.extensions.filter((other) => nameOf(other) !== nameOf(binary)) : [];
  const scope = new Scope(target, cpu, {
    files: [...files, ...before],
    libraries: [...libraries],
    ...(inRuby ? { ruby: { abi } } : {}),
  });
  const isOwn = (library: string): boolean => inside.resolve(binary, library) !== undefined;
  return { binary, role, target, scope, isOwn, wholeScope: inRuby || role === 'program' };
}

function nameOf({ path }: GemBinary): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/**
 * Whether DF_1_NODEFLIB keeps glibc's loader (elf/dl-load.c; musl's does not know it) from finding what the target has. What
 * loads a library has loaded the C library before.
 */
function looksElsewhere(elf: ElfFile, library: string, { libc }: Target): boolean {
  if (elf.noDefaultLibraries !== true || libc !== 'gnu') return false;
  return !ALWAYS_LOADED.test(library) || (elf.interpreter !== undefined && library.startsWith('libc.so.'));
}

function versionFinding(
  { path: file, elf }: GemBinary,
  library: string,
  { name, weak, symbols }: VersionNeed,
  provision: Provision,
): SymbolVersionFinding | UncheckedVersionFinding | undefined {
  if (provision === 'provided') return undefined;
  const facts = { file, library, symbolVersion: name, symbols };
  if (!weak)
    return { kind: provision === 'missing' ? 'symbol-version' : 'unchecked-symbol-version', ...facts };
  // A weak need does not keep the file from being loaded (elf/dl-version.c, match_symbol: "If it was a weak reference it
  // is not fatal"), but a symbol of it that is not weak itself fails when it is looked up.
  const strong = symbols.filter((symbol) => !elf.weakImports.includes(symbol));
  return strong.length === 0 ? undefined : { kind: 'unchecked-symbol-version', ...facts, symbols: strong };
}

/** A library without any version definitions satisfies every version need (elf/dl-version.c, match_symbol). */
function definesVersion(library: GemBinary, name: string): 'provided' | 'missing' {
  const { verdef } = library.elf;
  return verdef.length === 0 || verdef.some((definition) => definition.name === name)
    ? 'provided'
    : 'missing';
}
