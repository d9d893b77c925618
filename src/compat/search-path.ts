import type { Cpu } from '../elf/types.js';
import { MULTIARCH } from '../target/multiarch.js';
import type { Target } from '../target/types.js';

/** What the dynamic string tokens of an entry stand for: ld.so(8), "Dynamic string tokens". */
export interface Tokens {
  /** Directory of the file that has the entry. */
  readonly origin: string;
  /** Absent where it is not known of the target. */
  readonly lib?: string;
  readonly platform?: string;
}

/** CPUs whose 64-bit libraries glibc installs in lib64 (its sysdeps/unix/sysv/linux/<cpu>/configure, `libc_cv_slibdir`). */
const LIB64: ReadonlySet<Cpu> = new Set(['x86_64', 'aarch64', 'ppc64le', 's390x', 'riscv64']);

/** Distributions, by the first word of a target's name, that keep libraries in a directory for each architecture. */
const MULTIARCH_SYSTEM = /^(?:ubuntu|debian|heroku|google)-/;
const LIB64_SYSTEM = /^(?:rhel|ubi|rocky|alma|centos|oracle|al\d|fedora|opensuse|sles|lambda)/;

/**
 * What `$LIB` (DL_DST_LIB of glibc's Makeconfig: the last part of the library directory that it was configured with) and
 * `$PLATFORM` (AT_PLATFORM of the kernel, which on these two CPUs is one word for every machine) stand for on a target.
 * Undefined where the target does not say.
 */
export function tokensOf(cpu: Cpu | undefined, target: Target | undefined): Omit<Tokens, 'origin'> {
  const platform = cpu === 'x86_64' || cpu === 'aarch64' ? { platform: cpu } : {};
  const system = target?.base ?? target?.name ?? '';
  if (cpu === undefined || target?.libc !== 'gnu') return platform;
  if (MULTIARCH_SYSTEM.test(system)) return { ...platform, lib: `lib/${MULTIARCH[cpu]}` };
  if (LIB64_SYSTEM.test(system)) return { ...platform, lib: LIB64.has(cpu) ? 'lib64' : 'lib' };
  return platform;
}

/** A token as glibc reads it (elf/dl-load.c, is_dst): in braces, or with no word character behind it. */
const TOKEN = /\$(?:(ORIGIN|LIB|PLATFORM)(?!\w)|\{(ORIGIN|LIB|PLATFORM)\})/g;

/** One entry of a search path, its tokens replaced. */
export type Expanded =
  | { readonly kind: 'path'; readonly path: string }
  /** It has a token of which it is not known what it stands for. */
  | { readonly kind: 'unknown' };

/** Replaces the tokens of an entry as glibc does (elf/dl-load.c, _dl_dst_substitute). What is no token stays. */
export function expandTokens(entry: string, tokens: Tokens): Expanded {
  const valueOf = (name: string | undefined): string | undefined =>
    name === 'ORIGIN' ? tokens.origin : name === 'LIB' ? tokens.lib : tokens.platform;
  const names = [...entry.matchAll(TOKEN)].map(([, bare, braced]) => bare ?? braced);
  if (names.some((name) => valueOf(name) === undefined)) return { kind: 'unknown' };
  const path = entry.replace(
    TOKEN,
    (_, bare: string | undefined, braced: string | undefined) => valueOf(bare ?? braced) ?? '',
  );
  return { kind: 'path', path };
}

/**
 * The entries of DT_RPATH or DT_RUNPATH that musl's loader looks at (ldso/dynlink.c, fixup_rpath): none where one has a
 * token besides `$ORIGIN`.
 */
export function muslEntries(entries: readonly string[]): readonly string[] {
  const foreign = entries.some((entry) => /\$(?!ORIGIN|\{ORIGIN\})/.test(entry));
  return foreign ? [] : entries.flatMap((entry) => entry.split('\n'));
}

/** `$ORIGIN` and `${ORIGIN}` replaced, wherever they stand, as musl does. */
export function expandOrigin(entry: string, origin: string): string {
  return entry.replace(/\$(?:ORIGIN|\{ORIGIN\})/g, () => origin);
}

/** Directories in which systems keep their own libraries, and which their loaders know without being told. */
const SYSTEM_DIRECTORY = /^\/(?:usr\/)?lib(?:32|64)?(?:\/[^/]+-linux-gnu[^/]*)?\/*$/;

/** Whether the target's own libraries lie in that directory. */
export function isSystemDirectory(directory: string): boolean {
  return SYSTEM_DIRECTORY.test(directory);
}

/**
 * LD_LIBRARY_PATH of an AWS Lambda runtime, by the target's name; undefined for a target that is none. A function is
 * unpacked in /var/task, its layers in /opt.
 *
 * Source: AWS Lambda Developer Guide, "Defined runtime environment variables"; aws/aws-lambda-base-images,
 * Dockerfile.<runtime>, ENV LD_LIBRARY_PATH, where managed runtimes have /var/lang/lib in front.
 */
export function lambdaLibraryPath(target: Pick<Target, 'name'>): readonly string[] | undefined {
  if (!target.name.startsWith('lambda-')) return undefined;
  const language = target.name.startsWith('lambda-provided') ? [] : ['/var/lang/lib'];
  return [
    ...language,
    '/lib64',
    '/usr/lib64',
    '/var/runtime',
    '/var/runtime/lib',
    '/var/task',
    '/var/task/lib',
    '/opt/lib',
  ];
}

/** Where an AWS Lambda runtime unpacks a function's zip: LAMBDA_TASK_ROOT. A layer is unpacked in /opt. */
export const LAMBDA_TASK_ROOT = '/var/task';
