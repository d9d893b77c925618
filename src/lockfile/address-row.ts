import { isAddress } from '../gem/content-address.js';

/** One row of CONTENT ADDRESSES, split. */
export interface AddressRow {
  readonly name: string;
  readonly version: string;
  readonly platform: string;
  readonly address: string;
  /** What follows the address: `sha256=…`. */
  readonly checksums?: string;
}

/** A row, or what is wrong with it. */
export type ParsedAddressRow =
  ({ readonly ok: true } & AddressRow) | { readonly ok: false; readonly reason: string };

const form = 'is not of the form NAME (VERSION-PLATFORM) ADDRESS sha256=DIGEST';

/** Why a row is refused whose gem is one for every platform. */
export const noPlatform = 'has no platform, and only a precompiled gem has a content address';

/**
 * Splits a row without its indentation: `mygem (1.0-x86_64-linux) 86e5e59f sha256=…`, the digest only where the lockfile has
 * checksums (`LockfileGenerator#add_content_addresses`). Bundler passes over a row that it cannot read; here it is refused,
 * since a file that is not looked at would count as one that fits. Linear in the length of the row.
 */
export function parseAddressRow(row: string): ParsedAddressRow {
  const open = row.indexOf(' (');
  const close = row.lastIndexOf(') ');
  const [address = '', checksums, more] = close < 0 ? [] : row.slice(close + 2).split(' ', 3);
  if (open <= 0 || close <= open || more !== undefined) return { ok: false, reason: form };
  if (!isAddress(address)) {
    return { ok: false, reason: 'has an address that is not 8 to 64 lower-case hexadecimal digits' };
  }
  const inside = row.slice(open + 2, close);
  const dash = inside.indexOf('-');
  if (dash < 0 || dash === inside.length - 1) return { ok: false, reason: noPlatform };
  return {
    ok: true,
    name: row.slice(0, open),
    version: inside.slice(0, dash),
    platform: inside.slice(dash + 1),
    address,
    ...(checksums === undefined ? {} : { checksums }),
  };
}
