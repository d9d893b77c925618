import { isAddress } from '../gem/content-address.js';
import type { EntrySink } from '../archive/entry.js';

/**
 * Where RubyGems and Bundler put an installed gem below a GEM_HOME (Gem::Specification#gem_dir and #extension_dir,
 * Gem.extension_api_version, Bundler::Source::Git#install_path):
 *
 *     gems/NAME-VERSION[-PLATFORM]/…                         bundler/gems/NAME-REVISION/…
 *     extensions/PLATFORM/ABI/NAME-VERSION[-PLATFORM]/…      bundler/gems/extensions/PLATFORM/ABI/NAME-REVISION/…
 *     specifications/NAME-VERSION[-PLATFORM].gemspec         cache/NAME-VERSION[-PLATFORM].gem
 *
 * RubyGems 4.1 writes the address of a content-addressed gem in place of the platform, and its specification to specifications/X.Y.
 */
export interface InstalledPath {
  /** The GEM_HOME: `vendor/bundle/ruby/3.3.0`; empty where it is the subject itself. */
  readonly home: string;
  /** `nokogiri-1.18.3-x86_64-linux-gnu`, `rails-0123456789ab`. */
  readonly fullName: string;
  readonly git: boolean;
  /** Below `extensions`: the Ruby ABI, `3.3.0` or `3.3.0-static`. */
  readonly abi?: string;
  /** Below `extensions`: the platform of the machine that compiled it, `x86_64-linux`, `arm64-darwin-23`. */
  readonly builtOn?: string;
  /** Path of the gem's own directory, with a slash at its end. */
  readonly directory: string;
}

/** A version begins behind a dash with a digit; the revision of a gem from git has hexadecimal digits alone. */
const IN_GEMS = /^(?:(.*?)\/)?gems\/([^/]+-\d[^/]*)\//;
const IN_GIT = /^(?:(.*?)\/)?bundler\/gems\/([^/]+-[0-9a-f]{7,40})\//;
const IN_EXTENSIONS =
  /^(?:(.*?)\/)?(bundler\/gems\/)?extensions\/([^/]+)\/(\d+\.\d+\.\d+(?:-static)?)\/([^/]+)\//;

/** Where a path lies below a GEM_HOME, by its form alone: the outermost one counts where there are several. */
export function installedPath(path: string): InstalledPath | undefined {
  if (!mayBeInstalled(path)) return undefined;
  const found: InstalledPath[] = [];
  const extension = IN_EXTENSIONS.exec(path);
  if (extension !== null) {
    const [directory, home = '', git, builtOn = '', abi = '', fullName = ''] = extension;
    found.push({ home, fullName, git: git !== undefined, abi, builtOn, directory });
  }
  const inGit = IN_GIT.exec(path);
  if (inGit !== null) {
    const [directory, home = '', fullName = ''] = inGit;
    found.push({ home, fullName, git: true, directory });
  }
  const inGems = IN_GEMS.exec(path);
  if (inGems !== null && !/(?:^|\/)bundler$/.test(inGems[1] ?? '')) {
    const [directory, home = '', fullName = ''] = inGems;
    found.push({ home, fullName, git: false, directory });
  }
  return found.sort((one, other) => one.home.length - other.home.length)[0];
}

/** Told soon of every path of a tree: most have neither in them. */
export function mayBeInstalled(path: string): boolean {
  return path.includes('gems/') || path.includes('extensions/');
}

/** Notes the directory of the installed gem, or of its compiled extension, that a path lies in. @param path of a directory, or in it */
export function noteDirectory(
  path: string,
  tree: { gemDirectory(path: string): void; extensionDirectory(path: string): void },
): void {
  const installed = installedPath(path);
  if (installed === undefined) return;
  if (installed.abi === undefined) tree.gemDirectory(installed.directory);
  else tree.extensionDirectory(installed.directory);
}

const SPECIFICATION = /^(?:(.*)\/)?specifications\/(?:default\/|(\d+\.\d+)\/)?([^/]+)\.gemspec$/;

/** The gem that a specification is of, by the place of the file. */
export interface SpecificationPlace {
  readonly home: string;
  readonly fullName: string;
  /** The Ruby that a content-addressed gem is for, as RubyGems names an ABI: `4.0.0`. */
  readonly abi?: string;
}

/** Where a specification lies below a GEM_HOME; undefined for any other file. */
export function specificationPlace(path: string): SpecificationPlace | undefined {
  const [, home = '', abi, fullName] = path.endsWith('.gemspec') ? (SPECIFICATION.exec(path) ?? []) : [];
  if (fullName === undefined) return undefined;
  return { home, fullName, ...(abi === undefined ? {} : { abi: `${abi}.0` }) };
}

export function isSpecification(path: string): boolean {
  return specificationPlace(path) !== undefined;
}

/** A gem as it was installed from, kept beside the installed ones. */
export function isCachedGem(path: string): boolean {
  return path.endsWith('.gem') && /(?:^|\/)cache\/[^/]+\.gem$/.test(path);
}

/** The stub lines are the first of a specification (Gem::StubSpecification). In bytes. */
export const SPECIFICATION_HEAD = 4096;

/** Keeps the first bytes of a specification. */
export function specificationSink(report: (text: string) => void): EntrySink {
  const chunks: Uint8Array[] = [];
  let size = 0;
  return {
    get satisfied() {
      return size >= SPECIFICATION_HEAD;
    },
    push: (chunk) => {
      chunks.push(chunk);
      size += chunk.length;
    },
    end: () => {
      report(Buffer.concat(chunks).toString('utf8', 0, SPECIFICATION_HEAD));
    },
  };
}

/**
 * What a specification's stub line says: `# stub: nokogiri 1.18.3 x86_64-linux-gnu lib`. Of a content-addressed gem it has the address
 * there, and `# stub-target: platform=x86_64-linux` below (RubyGems 4.1, lib/rubygems/stub_specification.rb).
 */
export interface Stub {
  readonly name: string;
  readonly version: string;
  readonly platform: string;
  readonly address?: string;
  /** Scripts that build native code, `# stub: ext/pg/extconf.rb`; empty where nothing is built. */
  readonly extensions: readonly string[];
}

/** The encoding, the stub, its extensions, its target. */
const STUB_LINES = 4;

/** Gem::StubSpecification::StubLine; undefined for a specification without one, as hand-written ones are. */
export function parseStub(text: string): Stub | undefined {
  const head = text.split('\n').slice(0, STUB_LINES);
  const lines = head.filter((line) => line.startsWith('# stub: '));
  const [name, version, slot] = lines[0]?.slice('# stub: '.length).split(' ') ?? [];
  if (name === undefined || version === undefined || slot === undefined) return undefined;
  const extensions = lines[1]?.slice('# stub: '.length).split('\0') ?? [];
  const target = head.flatMap((line) => /^# stub-target: platform=(\S+)$/.exec(line)?.[1] ?? [])[0];
  if (target === undefined || !isAddress(slot)) return { name, version, platform: slot, extensions };
  return { name, version, platform: target, address: slot, extensions };
}
