import type { PlatformDialect } from '../gem/platform.js';
import { isGemVersion } from '../version/gem-version.js';
import { noPlatform, parseAddressRow } from './address-row.js';
import { addDigests } from './digests.js';
import type { DigestRow } from './digests.js';
import { fullName } from './full-name.js';
import { parseNameVersion } from './name-version.js';
import { quote } from './refusal.js';
import type { RefusalCode } from './refusal.js';
import type { LockedAddress, LockedChecksum, LockedSpec, Lockfile } from './types.js';
import type { Warnings } from './warnings.js';

/** What the rows depend on, from the reader of the whole file. */
interface Reader {
  version(text: string | undefined, name: string): string;
  platform(text: string): string;
  /** The spec of a full name, of those above the row. */
  spec(fullName: string): LockedSpec | undefined;
  /** Makes the error for the line that is read. */
  refuse(code: RefusalCode, what: string): Error;
  readonly warnings: Warnings;
}

type OpenChecksum = LockedChecksum & DigestRow;
type OpenAddress = LockedAddress & DigestRow;

/** The sections CHECKSUMS and CONTENT ADDRESSES: what the files of the locked gems are to be. */
export class DigestSections {
  private checksums: Map<string, OpenChecksum> | undefined;
  private readonly bundlerChecksums = new Map<string, OpenChecksum>();
  private addresses: Map<string, OpenAddress> | undefined;
  private readonly reader: Reader;

  constructor(reader: Reader) {
    this.reader = reader;
  }

  openChecksums(): void {
    this.checksums ??= new Map();
  }

  openAddresses(): void {
    this.addresses ??= new Map();
  }

  /** Reads a row of CHECKSUMS; false where Bundler passes over it. */
  readChecksum(text: string, line: number, dialect: PlatformDialect): boolean {
    const parsed = parseNameVersion(text);
    if (parsed?.indent !== 2) return false;
    const { name } = parsed;
    // Bundler 2.6 does not look at a line without checksums, Bundler 4 does.
    const unread = parsed.checksums === undefined && dialect === '3.6';
    if (unread && !isGemVersion(parsed.version ?? '')) return false;
    const version = this.reader.version(parsed.version, name);
    const platform = this.reader.platform(parsed.platform ?? 'ruby');
    const key = fullName({ name, version, platform });
    const entries = this.checksumsFor(key, name);
    if (entries === undefined) return false;
    const entry = entries.get(key) ?? { name, version, platform, digests: {}, line };
    entries.set(key, entry);
    const refuse = (code: RefusalCode, what: string): Error => this.reader.refuse(code, what);
    for (const unused of addDigests(entry, parsed.checksums, refuse)) {
      const what = `the checksum ${quote(unused)} of ${quote(name)} is of a form that Bundler checks nothing by`;
      this.reader.warnings.add(line, `${what}; bundle lock --add-checksums writes it anew`);
    }
    return true;
  }

  /** The checksum store belongs to a spec's source, so Bundler drops what it has no spec for; but for itself. */
  private checksumsFor(key: string, name: string): Map<string, OpenChecksum> | undefined {
    if (this.reader.spec(key) !== undefined) return this.checksums;
    return name === 'bundler' ? this.bundlerChecksums : undefined;
  }

  /** Reads a row of CONTENT ADDRESSES; false where the line is not one. */
  readAddress(text: string, line: number): boolean {
    if (!/^ {2}\S/.test(text)) return false;
    const row = parseAddressRow(text.slice(2));
    if (!row.ok) throw this.malformed(text, row.reason);
    const { name, address } = row;
    const version = this.reader.version(row.version, name);
    const platform = this.reader.platform(row.platform);
    if (platform === 'ruby') throw this.malformed(text, noPlatform);
    const key = fullName({ name, version, platform });
    if (this.reader.spec(key)?.name !== name) {
      const which = `the content address of ${quote(key)}`;
      const what = `${which} is passed over: no gem above has this name, version and platform`;
      this.reader.warnings.add(line, what);
      return true;
    }
    const entry = this.addresses?.get(key) ?? { name, version, platform, address, digests: {}, line };
    if (entry.address !== address) {
      const what = `${key} has two content addresses: ${entry.address} on line ${entry.line}, and ${address}`;
      throw this.reader.refuse('LOCKFILE_ADDRESS_CONFLICT', what);
    }
    this.addresses?.set(key, entry);
    addDigests(entry, row.checksums, (code, what) => this.reader.refuse(code, what));
    this.checkDigest(key, entry);
    return true;
  }

  private malformed(text: string, reason: string): Error {
    const what = `the content address ${quote(text.slice(2))} ${reason}`;
    return this.reader.refuse('LOCKFILE_ADDRESS_MALFORMED', what);
  }

  /** An address is a prefix of the file's SHA-256: no file could be both that a row says. */
  private checkDigest(key: string, { address, digests }: OpenAddress): void {
    const digest = digests['sha256'];
    if (digest === undefined || digest.toLowerCase().startsWith(address)) return;
    const what = `${key} has the content address ${address}, but the SHA-256 ${quote(digest)} begins otherwise`;
    throw this.reader.refuse('LOCKFILE_ADDRESS_CONFLICT', what);
  }

  /** Warns of what Bundler 4.1.1 reads, but refuses in a frozen install (ruby/rubygems#10122 and #9750). */
  close(bundledWith: string | undefined): void {
    if (this.checksums === undefined) return;
    for (const { name, line, digests } of this.addresses?.values() ?? []) {
      if (Object.hasOwn(digests, 'sha256')) continue;
      const what = `the content address of ${quote(name)} has no SHA-256, though the file has CHECKSUMS`;
      this.reader.warnings.add(line, `${what}; Bundler 4.1.1 requires one`);
    }
    for (const { version, line } of this.bundlerChecksums.values()) {
      if (bundledWith === undefined || bundledWith === version) continue;
      const what = `CHECKSUMS has Bundler ${version}, but BUNDLED WITH has ${bundledWith}`;
      this.reader.warnings.add(line, `${what}; a frozen install may refuse that`);
    }
  }

  /** What the sections hold, as far as they are there. */
  get found(): Pick<Lockfile, 'checksums' | 'bundlerChecksums' | 'contentAddresses'> {
    const { checksums, bundlerChecksums, addresses } = this;
    return {
      ...(checksums === undefined ? {} : { checksums: [...checksums.values()] }),
      ...(bundlerChecksums.size === 0 ? {} : { bundlerChecksums: [...bundlerChecksums.values()] }),
      ...(addresses === undefined ? {} : { contentAddresses: [...addresses.values()] }),
    };
  }
}
