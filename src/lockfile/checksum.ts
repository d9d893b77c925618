const hexDigest = /^[0-9a-f]{64}$/i;
const base64Digest = /^[-0-9a-z_+/]{43}={0,2}$/i;
const base64Alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** 43 characters of base64, plain or URL-safe, to 64 hexadecimal digits; undefined where they are no 32 bytes. */
function base64ToHex(text: string): string | undefined {
  const digits = text.replaceAll('-', '+').replaceAll('_', '/').replace(/=+$/, '');
  let bits = 0;
  let held = 0;
  let hex = '';
  for (const digit of digits) {
    bits = (bits << 6) | base64Alphabet.indexOf(digit);
    held += 6;
    while (held >= 4 && hex.length < 64) {
      held -= 4;
      hex += ((bits >> held) & 0xf).toString(16);
      bits &= (1 << held) - 1;
    }
  }
  // The strict decoder refuses bits that belong to no byte.
  return bits === 0 ? hex : undefined;
}

/**
 * `Bundler::Checksum.to_hexdigest`: a SHA-256 is 64 hexadecimal digits, kept as written, or base64 (then padded
 * to 44 characters), which becomes hexadecimal. Undefined where it is neither.
 */
export function sha256Hex(digest: string): string | undefined {
  if (hexDigest.test(digest)) return digest;
  if (!base64Digest.test(digest) || digest.length !== 44) return undefined;
  return base64ToHex(digest);
}

/** One `algorithm=digest` of a CHECKSUMS line, or what is wrong with it. */
export type ParsedChecksum =
  | { readonly ok: true; readonly algorithm: string; readonly digest: string }
  | { readonly ok: false; readonly reason: string };

/** `Bundler::Checksum.from_lock`. Where Bundler takes a checksum without a digest, this does not: nothing can match it. */
export function parseChecksum(text: string): ParsedChecksum {
  const equals = text.indexOf('=');
  if (equals < 0) return { ok: false, reason: 'is not of the form algorithm=digest' };
  const algorithm = text.slice(0, equals);
  const digest = text.slice(equals + 1);
  if (algorithm !== 'sha256') return { ok: true, algorithm, digest };
  const hex = sha256Hex(digest);
  return hex === undefined
    ? { ok: false, reason: 'is not a SHA-256: 64 hexadecimal digits, or 44 characters of base64' }
    : { ok: true, algorithm, digest: hex };
}
