import type { GemBinary } from '../gem/types.js';
import type { Target } from '../target/types.js';
import type { StaticTlsFinding, UncheckedStaticTlsFinding } from './types.js';

/**
 * Room that glibc lays out at start-up for the thread-local data of what is opened later, in bytes: TLS_STATIC_SURPLUS of
 * elf/dl-tls.c, 64 + 16 × 100, and from 2.32 on the same by another reckoning ("the historic value 1664"), 512 of them
 * set aside for what is opened (`glibc.rtld.optional_static_tls`).
 */
export const STATIC_TLS_ROOM = 1664;
export const STATIC_TLS_SURE = 512;
/** The block is rounded up to its alignment, which is 64 bytes in glibc's own libraries (TCB_ALIGNMENT). */
const ROUNDED_UP = 64;

/** Bytes that a file's thread-local data takes of that room. */
function roomOf({ size, align }: NonNullable<GemBinary['elf']['tls']>): number {
  const alignment = Math.max(align, 1);
  return Math.ceil(size / alignment) * alignment;
}

/**
 * What is wrong with the thread-local data of files that are opened while a process runs, where they reach it by the
 * initial-exec model. musl has no room for it (ldso/dynlink.c, do_relocs: "initial-exec TLS resolves to dynamic definition");
 * glibc has some, which all files share (elf/dl-reloc.c, _dl_try_allocate_static_tls).
 * @param opened files that are opened at run time
 */
export function staticTlsFindings(
  opened: readonly GemBinary[],
  { libc }: Pick<Target, 'libc'>,
): (StaticTlsFinding | UncheckedStaticTlsFinding)[] {
  const asking = opened.flatMap(({ path: file, elf: { tls } }) =>
    tls?.initialExec === true ? [{ file, size: tls.size, room: roomOf(tls) }] : [],
  );
  if (libc === 'musl') return asking.map(({ file, size }) => ({ kind: 'static-tls', file, size, room: 0 }));
  const total = asking.reduce((sum, { room }) => sum + room, 0);
  if (total <= STATIC_TLS_SURE) return [];
  const refused = total > STATIC_TLS_ROOM + ROUNDED_UP;
  return asking.map(({ file, size }) => ({
    kind: refused ? 'static-tls' : 'unchecked-static-tls',
    file,
    size,
    room: STATIC_TLS_ROOM,
    ...(asking.length > 1 ? { total } : {}),
  }));
}
