import type { ElfFile } from '../elf/types.js';
import type { Libc } from '../target/types.js';

/** The C library that a file is linked to, with what says so. */
export interface LibcEvidence {
  readonly libc: Libc;
  readonly evidence: string;
}

/** glibc's program interpreters, by the ABI names of its `shlib-versions` and `sysdeps` (ld.so.1 is ppc64 ELFv1's and MIPS'). */
const GLIBC_LOADER = /^(?:ld-linux[-.].*|ld64\.so\.[12]|ld\.so\.1)$/;
/** musl's `ldso` install name, `ld-musl-$(ARCH)$(SUBARCH).so.1`, from its Makefile. */
const MUSL_LOADER = /^ld-musl-.*\.so\.1$/;
/** musl's library by its link name, and by the soname that Alpine gives it. */
const MUSL_LIBRARY = /^libc\.(?:so|musl-.*\.so\.1)$/;

/** Each library that a file needs is looked for by the rules of its own C library. */
const known = new WeakMap<ElfFile, { readonly evidence: LibcEvidence | undefined }>();

/**
 * Tells glibc from musl by PT_INTERP, DT_NEEDED and verneed. `undefined` for a file that asks for neither: a static
 * executable, or a library that needs no C library.
 */
export function libcOf(elf: ElfFile): LibcEvidence | undefined {
  let found = known.get(elf);
  if (found === undefined) {
    found = { evidence: evidenceIn(elf) };
    known.set(elf, found);
  }
  return found.evidence;
}

function evidenceIn(elf: ElfFile): LibcEvidence | undefined {
  const names = [...(elf.interpreter === undefined ? [] : [elf.interpreter]), ...elf.needed];
  for (const name of names) {
    const base = name.slice(name.lastIndexOf('/') + 1);
    if (MUSL_LOADER.test(base) || MUSL_LIBRARY.test(base)) return { libc: 'musl', evidence: name };
  }
  for (const name of names) {
    const base = name.slice(name.lastIndexOf('/') + 1);
    // libc.so.6.1 is the soname on alpha and ia64 (shlib-versions).
    if (GLIBC_LOADER.test(base) || /^libc\.so\.6(?:\.1)?$/.test(base)) return { libc: 'gnu', evidence: name };
  }
  for (const { library, versions } of elf.verneed) {
    const version = versions.find(({ name }) => name.startsWith('GLIBC_'));
    if (version !== undefined) return { libc: 'gnu', evidence: `${library} (${version.name})` };
  }
  return undefined;
}
