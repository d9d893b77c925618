import type { ElfFile } from '../elf/types.js';

/** What kind of toolchain a file came from; it decides which remedies there are. */
export type ToolchainKind =
  'c' | 'c++' | 'rust' | 'go' | 'graalvm' | 'bun' | 'dart' | 'zig' | 'nim' | 'crystal';

/** One compiler that left its name in `.comment`. */
export interface Compiler {
  readonly name: 'gcc' | 'clang' | 'rustc' | 'lld' | 'mold' | 'other';
  /** `12.2.0`; absent where the text has none. */
  readonly version?: string;
  /** What the distribution adds: `Debian 12.2.0-14+deb12u1`. */
  readonly vendor?: string;
  /** The string as it stands in the file. */
  readonly text: string;
}

export interface Toolchain {
  readonly kind: ToolchainKind;
  /** Version of the language's own toolchain: `1.22.4` of Go, `1.79.0` of Rust. */
  readonly version?: string;
  /** For Go: whether C code was linked in, where the build says so. */
  readonly cgo?: boolean;
  /** Module or package path, where the file has it: Go's main package. */
  readonly module?: string;
  readonly compilers: readonly Compiler[];
  /** What gave it away: `.go.buildinfo`, `.comment`, a section or a symbol by its name. */
  readonly evidence: string;
}

/** Who built the file, as far as it says; undefined where it does not. It never bears on a verdict. */
export function toolchainOf(elf: ElfFile): Toolchain | undefined {
  elf;
  return undefined;
}
