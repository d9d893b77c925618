import type { Kind } from '../kind.js';
import type { Machine } from '../machine.js';
import { GLIBC_ON_MUSL } from './glibc-on-musl.js';
import { HEADER } from './header.js';
import { libraries } from './libraries.js';
import { programs } from './programs.js';
import { RELOCATION } from './relocation.js';
import { STACK } from './stack.js';
import { SYMBOLS } from './symbols.js';
import { TLS } from './tls.js';
import { TOOLCHAINS } from './toolchains.js';

/** Every oddity of files for a machine, by what is odd. */
export const kindsOf = (machine: Machine): Readonly<Record<string, readonly Kind[]>> => ({
  'executable stacks': STACK,
  'thread-local storage': TLS,
  symbols: SYMBOLS,
  libraries: libraries(machine),
  headers: HEADER,
  relocations: RELOCATION,
  programs: programs(machine),
  toolchains: TOOLCHAINS,
  'glibc on musl': GLIBC_ON_MUSL,
});
