import { PT_LOAD } from './constants.js';
import type { ProgramHeader } from './program-headers.js';
import type { SegmentPages } from './types.js';

/** 1 GiB: far above the 64 KiB that are the largest page of any Linux, and safe as a number. In bytes. */
const LARGEST = 1n << 30n;

/**
 * How the PT_LOAD segments lie towards pages, those without content in the file included: glibc (`elf/dl-load.c`,
 * `_dl_map_object_from_fd`) asks the same of all.
 */
export function readSegmentPages(programHeaders: readonly ProgramHeader[]): SegmentPages {
  const segments = programHeaders.filter(({ type }) => type === PT_LOAD);
  const skews = segments.map(({ vaddr, offset }) => BigInt.asUintN(64, vaddr - offset));
  // The loader's own arithmetic, which for a p_align that is not a power of two is no remainder.
  const misaligned = segments.some(
    ({ align }, index) => ((skews[index] ?? 0n) & BigInt.asUintN(64, align - 1n)) !== 0n,
  );
  return {
    congruent: Math.min(...skews.map(powerDividing)),
    aligned: Math.min(...segments.map(({ align }) => powerDividing(align))),
    ...(misaligned ? { misaligned: true } : {}),
    apart: apartOf(segments),
  };
}

/** The largest power of two that divides a number, and `LARGEST` at most; 0 is divided by every one. */
function powerDividing(value: bigint): number {
  const lowest = value & -value;
  return Number(lowest === 0n || lowest > LARGEST ? LARGEST : lowest);
}

function apartOf(segments: readonly ProgramHeader[]): number {
  // One without memory counts: the loader maps the page up to its address.
  const byAddress = segments
    .map((segment, order) => ({ segment, order }))
    .sort((a, b) => (a.segment.vaddr < b.segment.vaddr ? -1 : 1));
  let apart = LARGEST;
  for (const [index, upper] of byAddress.entries()) {
    const lower = byAddress[index - 1];
    if (lower === undefined) continue;
    const [first, second] = lower.order < upper.order ? [lower, upper] : [upper, lower];
    if (!replaces(second.segment, first.segment)) continue;
    const distance = distanceOf(lower.segment, upper.segment);
    if (distance < apart) apart = distance;
  }
  return Number(apart);
}

/** The largest page by which the end of one segment and the start of the next are on different ones; 1 where they overlap. */
function distanceOf(lower: ProgramHeader, upper: ProgramHeader): bigint {
  const last = lower.vaddr + lower.memsz - 1n;
  if (last >= upper.vaddr) return 1n;
  if (last < 0n) return LARGEST;
  return 1n << BigInt((last ^ upper.vaddr).toString(2).length - 1);
}

/**
 * Whether a page of the segment that is mapped first is no longer what it was once the second is mapped over it: a permission is
 * gone, it has other content, or what was to be zero comes from the file.
 */
function replaces(second: ProgramHeader, first: ProgramHeader): boolean {
  return (
    (first.flags & ~second.flags) !== 0 ||
    first.vaddr - first.offset !== second.vaddr - second.offset ||
    first.memsz > first.filesz
  );
}
