/**
 * The SHA-256 that a response states of its body, as base64: `Repr-Digest` (RFC 9530), or the older `Digest` (RFC 3230). Read as
 * Bundler's `CompactIndexClient::Updater` reads it: the value stands between colons, in double quotes (rubygems.org) or bare;
 * other algorithms, and a value whose wrapping does not close, are passed over.
 */
export function statedSha256(reprDigest: string | null, digest: string | null): string | undefined {
  const header = reprDigest ?? digest;
  if (header === null) return undefined;
  let sha256: string | undefined;
  for (const item of header.split(',')) {
    const equals = item.indexOf('=');
    if (equals === -1 || item.slice(0, equals).trim().toLowerCase() !== 'sha-256') continue;
    sha256 = unwrap(item.slice(equals + 1).trim()) ?? sha256;
  }
  return sha256;
}

function unwrap(value: string): string | undefined {
  const wrapping = value[0];
  if (wrapping !== ':' && wrapping !== '"') return value === '' ? undefined : value;
  return value.length > 2 && value.endsWith(wrapping) ? value.slice(1, -1) : undefined;
}
