/** Executable stacks: asked for, asked for by leaving the header out, and taken back. */
import { PT_GNU_STACK } from '../elf-edit.js';
import type { Kind } from '../kind.js';
import { EXTENSION, FLAVOURS, ownLibrary, shared, sharedOf, started } from '../kind.js';
import { NOTHING } from '../workshop.js';

const EXECSTACK = ['-Wl,-z,execstack'];

/** A nested function whose address is taken is called through code on the stack. */
const TRAMPOLINE = `
int apply(int (*f)(int), int n) { return f(n); }
int answer(void) { int add = 40; int nested(int n) { return n + add; } return apply(nested, 2); }
void Init_x(void) {}
`;

/** Nobody calls what it defines. */
const NO_NOTE =
  '.globl answer, Init_x\n.type answer, STT_FUNC\n.type Init_x, STT_FUNC\nanswer: .long 0\nInit_x: .long 0\n';

export const STACK: readonly Kind[] = [
  ...sharedOf(FLAVOURS, 'executable stack by a linker option', { flags: EXECSTACK }),
  ...sharedOf(FLAVOURS, 'executable stack for want of a note in assembly', {
    language: 'S',
    source: NO_NOTE,
  }),
  ...sharedOf(FLAVOURS, 'executable stack for a nested function', { source: TRAMPOLINE }),
  shared('executable stack by lld', {
    cc: ['clang', '-fuse-ld=lld'],
    tools: ['ld.lld'],
    flags: EXECSTACK,
  }),
  shared('executable stack by mold', { cc: ['gcc', '-fuse-ld=mold'], tools: ['mold'], flags: EXECSTACK }),
  shared('no header for the stack: tcc', { cc: ['tcc'] }),
  shared('no header for the stack: tcc without a C library', { cc: ['tcc', '-nostdlib'], source: NOTHING }),
  ...sharedOf(FLAVOURS, 'executable stack taken back', {
    flags: EXECSTACK,
    after: (shop) =>
      shop.edit(EXTENSION, (elf) => {
        for (const header of elf.headers(PT_GNU_STACK)) header.flags = 6;
      }),
  }),
  ...sharedOf(FLAVOURS, 'no header for the stack', {
    after: (shop) =>
      shop.edit(EXTENSION, (elf) => {
        for (const header of elf.headers(PT_GNU_STACK)) header.type = 0;
      }),
  }),
  ...sharedOf(FLAVOURS, "executable stack of the gem's own library", {
    linked: async (shop) => {
      const library = ownLibrary({
        flavour: 'bare',
        source: 'int other(void) { return 1; }\n',
        flags: EXECSTACK,
      });
      return [await shop.compile('lib/libx.so', library), '-Wl,-rpath,$ORIGIN'];
    },
  }),
  started('needs a library with an executable stack', { library: { flags: EXECSTACK } }),
  started('needs a library with an executable stack', { flavour: 'musl', library: { flags: EXECSTACK } }),
  started('has an executable stack', { flags: EXECSTACK }),
  started('has an executable stack, and a library that does not', { flags: EXECSTACK, library: {} }),
];
