import type { ElfHeader } from './header.js';
import { malformed } from './malformed.js';

/** Where an AppImage has `AI` and its type, in the padding of e_ident (AppImage specification, "Image format", types 1 and 2). */
const APPIMAGE_MAGIC = 8;

/**
 * How far behind the program headers UPX's `l_info` begins at most, with `UPX!` as its second word (stub/src/include/linux.h):
 * its stubs leave room for a header or two more. In bytes.
 */
const UPX_REACH = 128;

/** Its own loader's headers are at the file's beginning; those of other files may be anywhere. */
const HEADERS_AT_MOST = 4096;

/**
 * Refuses an executable that brings another one in a form of its own. Its program headers are those of the unpacker, which
 * is static as a rule: read on, the file would seem to need nothing.
 * @throws ElfError ELF_PACKED
 */
export function expectNotPacked({ reader, phoff, phentsize }: ElfHeader, segments: number): void {
  const ident = reader.read(0, 16, 'e_ident');
  const type = ident[APPIMAGE_MAGIC + 2];
  if (ident[APPIMAGE_MAGIC] === 0x41 && ident[APPIMAGE_MAGIC + 1] === 0x49 && (type === 1 || type === 2)) {
    throw malformed(
      'ELF_PACKED',
      { offset: APPIMAGE_MAGIC, structure: 'e_ident' },
      'an AppImage, whose files lie in a file system image behind it: --appimage-extract unpacks them',
    );
  }
  const offset = Number(phoff) + segments * phentsize;
  const length = Math.min(UPX_REACH, reader.bytes.size - offset);
  if (offset > HEADERS_AT_MOST || length < 8) return;
  const behind = Buffer.from(reader.read(offset, length, 'l_info'));
  for (let at = 4; at + 4 <= length; at += 4) {
    if (behind.toString('latin1', at, at + 4) !== 'UPX!') continue;
    throw malformed(
      'ELF_PACKED',
      { offset: offset + at - 4, structure: 'l_info' },
      'packed by UPX: what it needs shows once upx -d has unpacked it',
    );
  }
}
