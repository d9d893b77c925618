import { RegistryError } from '../errors.js';
import type { Release } from './types.js';
import { isAddressedRow } from '../gem/content-address.js';
import { fullName } from '../gem/name-tuple.js';

/*
 * The body of `/info/NAME` of a compact index, as served by rubygems.org and read by Bundler's
 * `CompactIndexClient::Parser` and `Gem::Resolver::APISet::GemParser`
 * (https://guides.rubygems.org/rubygems-org-compact-index-api/):
 *
 *     ---
 *     VERSION[-PLATFORM|-ADDRESS] [DEP:REQ[&REQ…][,DEP:REQ…]]|[KEY:VALUE[&VALUE…][,KEY:VALUE…]]
 *
 * Keys in use are `checksum` (SHA-256), `ruby` (`required_ruby_version`), `rubygems` (`required_rubygems_version`), `created_at`,
 * and for a content-addressed gem `platform` (`= x86_64-linux-musl`; guides#542 writes it without the `=`). Yanked versions are
 * not listed: they are marked in `/versions` only.
 */

/** `Gem::Version::VERSION_PATTERN` without the part after a dash: the line is split at the first dash before. */
const VERSION = /^[0-9]+(?:\.[0-9a-zA-Z]+)*$/;

/** rubygems.org's pattern for the parts of a full name. */
const PLATFORM = /^[a-zA-Z0-9._-]+$/;

/** `Gem::Requirement::PATTERN`, to be matched after trimming so that it stays linear. */
const REQUIREMENT =
  /^(?:=|!=|>|<|>=|<=|~>)?\s*[0-9]+(?:\.[0-9a-zA-Z]+)*(?:-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?$/;

/** A digest as `Bundler::Checksum.to_hexdigest` accepts it: hex, or base64 in either alphabet. */
const SHA256_HEX = /^[0-9a-fA-F]{64}$/;
const SHA256_BASE64 = /^[-0-9a-zA-Z_+/]{43}={0,2}$/;

/** A name without what could only come from a damaged line. */
const DEPENDENCY_NAME = /^[^\s\p{Cc}]+$/u;

/**
 * Longest version, platform or requirement, in UTF-16 code units; rubygems.org allows 255. Past some thousand repetitions a regular
 * expression overflows V8's stack.
 */
const LONGEST_PART = 255;

/** Longest excerpt of a malformed line that a message quotes, in UTF-16 code units. */
const EXCERPT = 120;

/**
 * Parses the body of `/info/NAME`.
 *
 * Lines up to the first `---` are the header; a body without one is all releases. Of two lines for the same version and
 * platform the last counts, in the place of the first, as in `Bundler::Index`. Keys that are not known are passed over.
 * Requirements are kept as written, split at `&`; a dependency without one gets `>= 0`.
 *
 * @param name The gem that the body is about.
 * @param text The body, decoded as UTF-8.
 * @param origin Where the body comes from, for messages: a URL without credentials, or a path.
 * @returns The releases, oldest first as the index has them.
 * @throws RegistryError `REGISTRY_MALFORMED_INFO` with line number and value for any line that does not follow the format.
 */
export function parseInfo(name: string, text: string, origin: string): Release[] {
  const releases = new Map<string, Release>();
  const known: KnownLists = { dependencies: new Map(), requirements: new Map() };
  let { start, line } = afterHeader(text);
  // Trailing newlines end the body; they are no lines of their own (Ruby's `split("\n")`).
  let end = text.length;
  while (end > start && text.charCodeAt(end - 1) === NEWLINE) end--;
  while (start < end) {
    const newline = text.indexOf('\n', start);
    const stop = newline === -1 || newline > end ? end : newline;
    const release = parseLine(name, text.slice(start, stop), known, (reason) =>
      malformed(name, origin, line, text.slice(start, stop), reason),
    );
    releases.set(fullName(release), release);
    start = stop + 1;
    line++;
  }
  return [...releases.values()];
}

/** The gem names of a body of `/names`: a line each, after a `---`. What cannot be a name is passed over. */
export function parseNames(text: string): string[] {
  return text
    .slice(afterHeader(text).start)
    .split('\n')
    .filter((name) => matches(DEPENDENCY_NAME, name));
}

const NEWLINE = 0x0a;

/** Offset and 1-based line number of the first line after `---`; the very start where there is no such line. */
function afterHeader(text: string): { start: number; line: number } {
  let start = 0;
  for (let line = 1; start < text.length; line++) {
    const newline = text.indexOf('\n', start);
    const stop = newline === -1 ? text.length : newline;
    if (stop - start === 3 && text.startsWith('---', start)) return { start: stop + 1, line: line + 1 };
    start = stop + 1;
  }
  return { start: 0, line: 1 };
}

type Malformed = (reason: string) => RegistryError;

/** Most versions of a gem ask for the same: lists that are written alike are read once for a body, and shared. */
interface KnownLists {
  readonly dependencies: Map<string, Release['dependencies']>;
  readonly requirements: Map<string, readonly string[]>;
}

function onceEach<Value>(known: Map<string, Value>, text: string, read: () => Value): Value {
  const there = known.get(text);
  if (there !== undefined) return there;
  const value = read();
  known.set(text, value);
  return value;
}

function parseLine(name: string, line: string, known: KnownLists, fail: Malformed): Release {
  const space = line.indexOf(' ');
  if (space === -1) throw fail('no space after the version');
  const bar = line.indexOf('|', space);
  if (bar === -1) throw fail('no "|" after the dependencies');
  const { version, suffix } = splitVersion(line.slice(0, space), fail);
  const list = line.slice(space + 1, bar);
  const dependencies = onceEach(known.dependencies, list, () =>
    items(list).map((item) => parseDependency(item, fail)),
  );
  const { platform, ...metadata } = parseMetadata(line.slice(bar + 1), known, fail);
  const tuple =
    platform !== undefined && isAddressedRow(suffix, platform, metadata.requiredRuby)
      ? { platform, address: suffix }
      : { platform: suffix };
  return { name, version, ...tuple, dependencies, ...metadata };
}

function splitVersion(text: string, fail: Malformed): { version: string; suffix: string } {
  const dash = text.indexOf('-');
  const version = dash === -1 ? text : text.slice(0, dash);
  const suffix = dash === -1 ? 'ruby' : text.slice(dash + 1);
  if (!matches(VERSION, version)) throw fail(`${quote(version)} is not a version`);
  if (!matches(PLATFORM, suffix)) throw fail(`${quote(suffix)} is not a platform`);
  return { version, suffix };
}

function matches(pattern: RegExp, part: string): boolean {
  return part.length <= LONGEST_PART && pattern.test(part);
}

function items(list: string): string[] {
  return list === '' ? [] : list.split(',');
}

/** `KEY:VALUE`, split at the first colon: the value of `created_at` holds colons of its own. */
function pair(item: string, fail: Malformed): { key: string; value: string } {
  const colon = item.indexOf(':');
  if (colon <= 0) throw fail(`${quote(item)} is not NAME:VALUE`);
  return { key: item.slice(0, colon), value: item.slice(colon + 1) };
}

function parseDependency(item: string, fail: Malformed): Release['dependencies'][number] {
  const { key, value } = pair(item, fail);
  if (!matches(DEPENDENCY_NAME, key)) throw fail(`${quote(key)} is not a gem name`);
  return { name: key, requirement: value === '' ? ['>= 0'] : requirements(value, fail) };
}

function requirements(value: string, fail: Malformed): string[] {
  return value.split('&').map((part) => {
    const requirement = part.trim();
    if (!matches(REQUIREMENT, requirement)) throw fail(`${quote(part)} is not a requirement`);
    return requirement;
  });
}

type Metadata = Pick<Release, 'requiredRuby' | 'requiredRubygems' | 'sha256' | 'createdAt'> & {
  /** What a content-addressed gem is built for. */
  readonly platform?: string;
};

function parseMetadata(text: string, known: KnownLists, fail: Malformed): Metadata {
  let sha256: string | undefined;
  let platform: string | undefined;
  let createdAt: string | undefined;
  let requiredRuby: readonly string[] = [];
  let requiredRubygems: readonly string[] = [];
  const bounds = (value: string): readonly string[] =>
    onceEach(known.requirements, value, () => requirements(value, fail));
  for (const item of items(text)) {
    const { key, value } = pair(item, fail);
    // An empty value says nothing; Bundler passes over it too.
    if (value === '') continue;
    if (key === 'checksum') sha256 = hexDigest(value, fail);
    else if (key === 'ruby') requiredRuby = bounds(value);
    else if (key === 'rubygems') requiredRubygems = bounds(value);
    else if (key === 'platform') platform = platformOf(value, fail);
    else if (key === 'created_at' && !Number.isNaN(Date.parse(value))) createdAt = value;
  }
  return {
    requiredRuby,
    requiredRubygems,
    ...(sha256 === undefined ? {} : { sha256 }),
    ...(createdAt === undefined ? {} : { createdAt }),
    ...(platform === undefined ? {} : { platform }),
  };
}

/** `= x86_64-linux`, or the platform alone. */
function platformOf(value: string, fail: Malformed): string {
  const platform = value.replace(/^=\s*/, '').trim();
  if (!matches(PLATFORM, platform)) throw fail(`${quote(value)} is not a platform`);
  return platform;
}

function hexDigest(value: string, fail: Malformed): string {
  if (SHA256_HEX.test(value)) return value.toLowerCase();
  if (!SHA256_BASE64.test(value)) throw fail(`checksum ${quote(value)} is not a SHA-256 in hex or base64`);
  return Array.from(atob(value.slice(0, 43).replaceAll('-', '+').replaceAll('_', '/')), (byte) =>
    byte.charCodeAt(0).toString(16).padStart(2, '0'),
  ).join('');
}

function quote(text: string): string {
  return JSON.stringify(text.length > EXCERPT ? `${text.slice(0, EXCERPT)}…` : text);
}

function malformed(name: string, origin: string, line: number, text: string, reason: string): RegistryError {
  return new RegistryError(
    `${origin} is not a compact index for ${name}: line ${line}: ${reason} in ${quote(text)}`,
    {
      code: 'REGISTRY_MALFORMED_INFO',
      ...(isUrl(origin) ? { url: origin } : {}),
      suggestions: [
        isUrl(origin)
          ? 'Open the address in a browser: a proxy or a login page may answer in place of the gem server.'
          : `Correct line ${line} of the file, or copy the file again from the server that it mirrors.`,
      ],
    },
  );
}

/** `origin` is a URL or a path. */
function isUrl(origin: string): boolean {
  return /^https?:\/\//i.test(origin);
}
