import type { Kind } from '../kind.js';
import { GLIBC_ON_MUSL } from './glibc-on-musl.js';
import { HEADER } from './header.js';
import { LIBRARIES } from './libraries.js';
import { PROGRAMS } from './programs.js';
import { RELOCATION } from './relocation.js';
import { STACK } from './stack.js';
import { SYMBOLS } from './symbols.js';
import { TLS } from './tls.js';
import { TOOLCHAINS } from './toolchains.js';

/** Every oddity, by what is odd. */
export const KINDS: Readonly<Record<string, readonly Kind[]>> = {
  'executable stacks': STACK,
  'thread-local storage': TLS,
  symbols: SYMBOLS,
  libraries: LIBRARIES,
  headers: HEADER,
  relocations: RELOCATION,
  programs: PROGRAMS,
  toolchains: TOOLCHAINS,
  'glibc on musl': GLIBC_ON_MUSL,
};
