import type { ElfFile, ProducerMark } from '../elf/types.js';

/** What kind of toolchain a file came from; it decides which remedies there are. */
export type ToolchainKind = 'c' | 'rust' | 'go' | 'graalvm' | 'bun' | 'dart' | 'zig';

/** One program that left its name in `.comment`. */
export interface Compiler {
  readonly name: 'gcc' | 'clang' | 'rustc' | 'lld' | 'mold' | 'other';
  /** `12.2.0`; absent where the text has none. */
  readonly version?: string;
  /** What a distribution adds to its own build of the compiler: `Debian 12.2.0-14+deb12u1`. */
  readonly vendor?: string;
  /** The string as it stands in the file. */
  readonly text: string;
}

export interface Toolchain {
  readonly kind: ToolchainKind;
  /** Version of the language's own toolchain: `1.22.4` of Go, `1.79.0` of Rust. */
  readonly version?: string;
  /** For Go: whether C code could be linked in, where the build says so. */
  readonly cgo?: boolean;
  /** For Go: package path of main. */
  readonly module?: string;
  readonly compilers: readonly Compiler[];
  /** What gave it away: `.go.buildinfo`, `.comment`, a section or a trailer. */
  readonly evidence: string;
}

const MARKS: Readonly<Record<ProducerMark, { readonly kind: ToolchainKind; readonly evidence: string }>> = {
  graalvm: { kind: 'graalvm', evidence: 'section .svm_heap' },
  bun: { kind: 'bun', evidence: 'what bun build --compile appends' },
  dart: { kind: 'dart', evidence: 'what dart compile exe appends' },
  rust: { kind: 'rust', evidence: '/rustc/ in .rodata' },
};

/** Marks of what is made out of a program of another language go before that language's own. */
const MARK_ORDER: readonly ProducerMark[] = ['bun', 'dart', 'graalvm', 'rust'];

/**
 * Takes a string of `.comment` apart, as GCC (`-fident`), LLVM (`llvm.ident`), rustc and linkers write it:
 * `GCC: (Debian 12.2.0-14) 12.2.0`, `Ubuntu clang version 14.0.0-1ubuntu1.1`, `rustc version 1.79.0 (129f3b996 2024-06-10)`,
 * `Linker: LLD 17.0.6`, `mold 2.3.2 (compatible with GNU ld)`.
 */
export function parseComment(text: string): Compiler {
  const gcc = /^GCC: \(([^()]*(?:\([^()]*\)[^()]*)*)\) (\d[\w.-]*)(?: \d{8})?(?: \((.+)\))?/.exec(text);
  if (gcc !== null) {
    const vendor = gcc[3] ?? (gcc[1] === 'GNU' ? undefined : gcc[1]);
    return { name: 'gcc', version: gcc[2] ?? '', ...(vendor === undefined ? {} : { vendor }), text };
  }
  const rustc = /^rustc version (\d[\w.-]*)/.exec(text);
  if (rustc !== null) return { name: 'rustc', version: rustc[1] ?? '', text };
  const clang = /^(?:(.+?) )?clang version (\d+(?:\.\d+)*)(\S*)/.exec(text);
  if (clang !== null) {
    const [, distribution, version = '', suffix = ''] = clang;
    const vendor =
      distribution ?? (/ubuntu/i.test(suffix) ? 'Ubuntu' : /deb|\+b\d|~/.test(suffix) ? 'Debian' : undefined);
    return { name: 'clang', version, ...(vendor === undefined ? {} : { vendor }), text };
  }
  const linker = /^(?:Linker: )?(?:.* )?(LLD|mold) (\d+(?:\.\d+)*)/.exec(text);
  if (linker !== null) return { name: linker[1] === 'LLD' ? 'lld' : 'mold', version: linker[2] ?? '', text };
  return { name: 'other', text };
}

/** Zig carries a clang of its own, and that says so. */
const ZIG = /ziglang\/zig-bootstrap|\bzig (\d[\w.-]*)/;

/**
 * Who built the file, as far as it says; undefined where it does not. It never bears on a verdict: sections may be stripped
 * or say what is not so.
 */
export function toolchainOf({ producer }: Pick<ElfFile, 'producer'>): Toolchain | undefined {
  if (producer === undefined) return undefined;
  const { comments, go, marks } = producer;
  const compilers = comments.map(parseComment);
  for (const mark of MARK_ORDER) {
    // rustc says its version in .comment; the mark alone is for files without.
    if (marks.includes(mark) && mark !== 'rust') return { ...MARKS[mark], compilers };
  }
  if (go !== undefined) {
    const cgo = go.settings['CGO_ENABLED'];
    const version = /^go(\d[\w.-]*)/.exec(go.version)?.[1];
    return {
      kind: 'go',
      ...(version === undefined ? {} : { version }),
      ...(cgo === undefined ? {} : { cgo: cgo === '1' }),
      ...(go.path === undefined ? {} : { module: go.path }),
      compilers,
      evidence: '.go.buildinfo',
    };
  }
  const rustc = compilers.find(({ name }) => name === 'rustc');
  if (rustc !== undefined) {
    return {
      kind: 'rust',
      ...(rustc.version === undefined ? {} : { version: rustc.version }),
      compilers,
      evidence: '.comment',
    };
  }
  if (marks.includes('rust')) return { ...MARKS.rust, compilers };
  if (comments.some((comment) => ZIG.test(comment))) return { kind: 'zig', compilers, evidence: '.comment' };
  if (compilers.some(({ name }) => name === 'gcc' || name === 'clang')) {
    return { kind: 'c', compilers, evidence: '.comment' };
  }
  return undefined;
}
