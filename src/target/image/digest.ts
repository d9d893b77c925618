import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';

/** Registered algorithms (OCI image-spec, descriptor.md, "Digests"), and the length of each in hexadecimal digits. */
const LENGTHS = { sha256: 64, sha512: 128 } as const;

/** `sha256:` and 64 lower-case hexadecimal digits, or the same with sha512: what can be verified here. */
export function isDigest(text: string): boolean {
  const [algorithm = '', hex = '', ...more] = text.split(':');
  if (more.length > 0 || !Object.hasOwn(LENGTHS, algorithm)) return false;
  return /^[0-9a-f]+$/.test(hex) && hex.length === LENGTHS[algorithm as keyof typeof LENGTHS];
}

/** A hash of the algorithm that a digest names. The caller has asked `isDigest`. */
export function hashFor(digest: string): Hash {
  return createHash(digest.slice(0, digest.indexOf(':')));
}

/** The digest of what a hash of `hashFor(like)` was given. */
export function digestOf(hash: Hash, like: string): string {
  return `${like.slice(0, like.indexOf(':'))}:${hash.digest('hex')}`;
}

export function sha256(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}
