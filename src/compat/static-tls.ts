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
 * @param needs which of the files a file needs
 */
export function staticTlsFindings(
  opened: readonly GemBinary[],
  { libc }: Pick<Target, 'libc'>,
  needs: (from: GemBinary) => readonly GemBinary[],
): (StaticTlsFinding | UncheckedStaticTlsFinding)[] {
  const asking = opened.flatMap((binary) =>
    [...reachedInitialExec(binary, needs)].map((owner) => ({
      file: binary.path,
      owner,
      size: owner.elf.tls?.size ?? 0,
    })),
  );
  if (libc === 'musl') return asking.map(({ file, size }) => ({ kind: 'static-tls', file, size, room: 0 }));
  // Data that several files reach takes its room once.
  const owners = new Set(asking.map(({ owner }) => owner));
  const total = [...owners].reduce((sum, { elf: { tls } }) => sum + (tls === undefined ? 0 : roomOf(tls)), 0);
  if (total <= STATIC_TLS_SURE) return [];
  const refused = total > STATIC_TLS_ROOM + ROUNDED_UP;
  return asking.map(({ file, size }) => ({
    kind: refused ? 'static-tls' : 'unchecked-static-tls',
    file,
    size,
    room: STATIC_TLS_ROOM,
    ...(owners.size > 1 ? { total } : {}),
  }));
}

/** The files whose thread-local data a file reaches by that model: itself, and those of which it imports it. */
function* reachedInitialExec(
  binary: GemBinary,
  needs: (from: GemBinary) => readonly GemBinary[],
): Generator<GemBinary> {
  const { tls, initialExecImports = [] } = binary.elf;
  if (tls?.initialExec === true) yield binary;
  if (initialExecImports.length === 0) return;
  for (const owner of needs(binary)) {
    const { tls: its, exports, verdef } = owner.elf;
    const names = exports && [...exports, ...verdef.flatMap(({ symbols }) => symbols)];
    if (its !== undefined && (names === undefined || initialExecImports.some((name) => names.includes(name))))
      yield owner;
  }
}
