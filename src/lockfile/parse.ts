import type { LockfileError } from '../errors.js';
import { parsePlatform, platformToString } from '../gem/platform.js';
import type { PlatformDialect } from '../gem/platform.js';
import { canonicalGemVersion, isGemVersion } from '../version/gem-version.js';
import { canonicalRequirementList, RequirementError, splitRequirementList } from '../version/requirement.js';
import { rubyStrip, trimRubySpace } from '../version/ruby-text.js';
import { noSpecs } from './diagnosis.js';
import { DigestSections } from './digest-sections.js';
import { fullName } from './full-name.js';
import { findMergeConflict } from './merge-conflict.js';
import { parseNameVersion } from './name-version.js';
import type { NameVersion } from './name-version.js';
import { defaultName, quote, refusal, shellWord } from './refusal.js';
import type { RefusalCode } from './refusal.js';
import { SourceSection, sourceTypes } from './source-section.js';
import type {
  DirectDependency,
  LockedDependency,
  LockedOverride,
  LockedSource,
  LockedSpec,
  Lockfile,
} from './types.js';
import { Warnings } from './warnings.js';

export interface ParseLockfileOptions {
  /** Path of the file, for messages and for the commands that they name. */
  readonly path?: string;
  /**
   * Which RubyGems reads the platforms' names, `3.6` by default. They differ on names that no lockfile has yet:
   * `x86_64-linux-manylinux_2_28`.
   */
  readonly dialect?: PlatformDialect;
}

/** A section's own reader of one line; false where Bundler passes over the line. */
type SectionReader = (text: string) => boolean;

interface OpenSpec extends LockedSpec {
  readonly dependencies: LockedDependency[];
}

/**
 * Bundler's `LockfileParser` (lib/bundler/lockfile_parser.rb of Bundler 2.6.2 and 4.0.3, and the sections of 4.1): one pass
 * over the lines, a heading chooses the reader of those that follow. What Bundler raises on, expected or not, is a
 * `LockfileError` here.
 */
class LockfileReader {
  private readonly warnings = new Warnings();
  private readonly sources: LockedSource[] = [];
  private readonly specs = new Map<string, OpenSpec>();
  private readonly names = new Set<string>();
  private readonly platforms: string[] = [];
  private readonly dependencies = new Map<string, DirectDependency>();
  private overrides: LockedOverride[] | undefined;
  private readonly digests = new DigestSections({
    version: (text, name) => this.version(text, name),
    platform: (text) => this.platform(text),
    spec: (fullName) => this.specs.get(fullName),
    refuse: (code, what) => this.refuse(code, what),
    warnings: this.warnings,
  });
  private rubyVersion: string | undefined;
  private bundlerVersion: string | undefined;

  private lineNumber = 0;
  private readSection: SectionReader | undefined;
  private section: SourceSection | undefined;
  private currentSource: number | undefined;
  private currentSpec: OpenSpec | undefined;

  // A lockfile names few platforms, one after the other.
  private lastPlatform = { text: 'ruby', name: 'ruby' };

  private readonly path: string | undefined;
  private readonly dialect: PlatformDialect;

  private readonly sections: Readonly<Record<string, SectionReader>> = {
    DEPENDENCIES: (text) => this.readDependency(text),
    OVERRIDES: (text) => this.readOverride(text),
    'CONTENT ADDRESSES': (text) => this.digests.readAddress(text, this.lineNumber),
    CHECKSUMS: (text) => this.digests.readChecksum(text, this.lineNumber, this.dialect),
    PLATFORMS: (text) => this.readPlatform(text),
    'RUBY VERSION': (text) => this.readRubyVersion(text),
    'BUNDLED WITH': (text) => this.readBundlerVersion(text),
  };

  constructor(options: ParseLockfileOptions) {
    this.path = options.path;
    this.dialect = options.dialect ?? '3.6';
  }

  read(text: string): Lockfile {
    let start = text.startsWith('\ufeff') ? 1 : 0;
    if (start > 0) {
      this.warnings.add(
        1,
        'the file begins with a byte order mark, so that Bundler passes over its first section',
      );
    }
    while (start < text.length) {
      this.lineNumber += 1;
      const feed = text.indexOf('\n', start);
      const end = feed < 0 ? text.length : feed;
      // A carriage return belongs to the line end only where a line feed follows.
      const trimmed = feed > start && text[end - 1] === '\r' ? end - 1 : end;
      this.readLine(text.slice(start, trimmed));
      start = end + 1;
    }
    this.digests.close(this.bundlerVersion);
    return {
      sources: this.sources,
      specs: [...this.specs.values()],
      platforms: this.platforms,
      dependencies: [...this.dependencies.values()],
      ...(this.rubyVersion === undefined ? {} : { rubyVersion: this.rubyVersion }),
      ...(this.bundlerVersion === undefined ? {} : { bundlerVersion: this.bundlerVersion }),
      ...this.digests.found,
      ...(this.overrides === undefined ? {} : { overrides: this.overrides }),
      warnings: this.warnings.list,
    };
  }

  private readLine(text: string): void {
    if (trimRubySpace(text) === '') return;
    if (trimRubySpace(text[0] ?? '') !== '') this.readHeading(text);
    else if (this.readSection?.(text) === false) this.warn(`the line is passed over: ${quote(text)}`);
  }

  private readHeading(text: string): void {
    const type = sourceTypes.get(text);
    if (type !== undefined) {
      this.section = new SourceSection(type, this.lineNumber, (code, what, line) =>
        this.refuse(code, what, line),
      );
      this.currentSource = undefined;
      this.readSection = (line) => this.readSourceLine(line);
      return;
    }
    this.readSection = Object.hasOwn(this.sections, text) ? this.sections[text] : undefined;
    if (text === 'CHECKSUMS') this.digests.openChecksums();
    if (text === 'CONTENT ADDRESSES') this.digests.openAddresses();
    if (text === 'OVERRIDES') this.overrides ??= [];
    if (this.readSection === undefined)
      this.warn(`unknown section ${quote(text)}, which Bundler passes over`);
  }

  private readSourceLine(text: string): boolean {
    if (this.section === undefined) return false;
    if (text === '  specs:') {
      this.sources.push(this.section.open());
      this.currentSource = this.sources.length - 1;
      return true;
    }
    if (this.section.readOption(text, this.lineNumber)) return true;
    const parsed = parseNameVersion(text);
    if (parsed?.indent === 4) return this.readSpec(parsed);
    if (parsed?.indent === 6) return this.readSpecDependency(parsed);
    return false;
  }

  private readSpec(parsed: NameVersion): true {
    const { name } = parsed;
    if (parsed.version === undefined) this.warn(`the gem ${quote(name)} has no version`);
    if (this.currentSource === undefined) {
      throw this.refuse(
        'LOCKFILE_SPEC_MISPLACED',
        `the gem ${quote(name)} stands before its source's "specs:"`,
      );
    }
    const spec: OpenSpec = {
      name,
      version: this.version(parsed.version, name),
      platform: this.platform(parsed.platform ?? 'ruby'),
      dependencies: [],
      source: this.currentSource,
      line: this.lineNumber,
    };
    const key = fullName(spec);
    const earlier = this.specs.get(key);
    if (earlier !== undefined) this.warn(`${key} is on line ${earlier.line} already; this one counts`);
    this.specs.set(key, spec);
    this.names.add(name);
    this.currentSpec = spec;
    return true;
  }

  private readSpecDependency(parsed: NameVersion): true {
    if (this.currentSpec === undefined) {
      throw this.refuse(
        'LOCKFILE_DEPENDENCY_MISPLACED',
        `the dependency ${quote(parsed.name)} belongs to no gem: none stands above it`,
      );
    }
    if (this.currentSpec.source !== this.currentSource) {
      this.warn(
        `the dependency ${quote(parsed.name)} follows no gem of this section and goes to ${this.currentSpec.name}`,
      );
    }
    this.currentSpec.dependencies.push({ name: parsed.name, requirement: this.requirement(parsed) });
    return true;
  }

  private readDependency(text: string): boolean {
    const parsed = parseNameVersion(text);
    if (parsed?.indent !== 2) return false;
    const { name } = parsed;
    // Bundler gives the dependency the source of a spec that stands above, and bundler itself has none.
    const pinned = parsed.pinned && this.names.has(name) && name !== 'bundler';
    if (parsed.pinned && !pinned) this.warn(`${quote(name)} is marked "!", but no source above has it`);
    const earlier = this.dependencies.get(name);
    if (earlier !== undefined)
      this.warn(`${quote(name)} is on line ${earlier.line} already; this one counts`);
    this.dependencies.set(name, {
      name,
      requirement: this.requirement(parsed),
      pinned,
      line: this.lineNumber,
    });
    return true;
  }

  private readOverride(text: string): boolean {
    if (!text.startsWith('  ')) return false;
    this.overrides?.push({ text: text.slice(2).trimEnd(), line: this.lineNumber });
    return true;
  }

  private readPlatform(text: string): boolean {
    if (!text.startsWith('  ')) return false;
    this.platforms.push(this.platform(rubyStrip(text)));
    return true;
  }

  private readRubyVersion(text: string): boolean {
    this.rubyVersion = rubyStrip(text);
    return true;
  }

  private readBundlerVersion(text: string): boolean {
    const version = rubyStrip(text);
    if (!isGemVersion(version)) return false;
    this.bundlerVersion = canonicalGemVersion(version);
    return true;
  }

  private version(text: string | undefined, name: string): string {
    // Gem::Version.new(nil): the empty text to RubyGems 3.6, zero to 4.0. A registry has neither.
    if (text === undefined) return this.dialect === '3.6' ? '' : '0';
    if (!isGemVersion(text)) {
      throw this.refuse(
        'LOCKFILE_VERSION_MALFORMED',
        `${quote(name)} has the malformed version ${quote(text)}`,
      );
    }
    return canonicalGemVersion(text);
  }

  private platform(text: string): string {
    if (text === 'current') {
      throw this.refuse(
        'LOCKFILE_PLATFORM_CURRENT',
        'the platform "current" means another one on each machine',
      );
    }
    if (text !== this.lastPlatform.text) {
      this.lastPlatform = { text, name: platformToString(parsePlatform(text, this.dialect), this.dialect) };
    }
    return this.lastPlatform.name;
  }

  private requirement(parsed: NameVersion): readonly string[] {
    try {
      return canonicalRequirementList(splitRequirementList(parsed.version ?? ''));
    } catch (error) {
      if (!(error instanceof RequirementError)) throw error;
      const what = `${quote(parsed.name)} has the malformed requirement ${quote(error.clause)}`;
      throw this.refuse('LOCKFILE_REQUIREMENT_MALFORMED', what);
    }
  }

  private warn(message: string): void {
    this.warnings.add(this.lineNumber, message);
  }

  private refuse(code: RefusalCode, what: string, line: number = this.lineNumber): LockfileError {
    return refusal(code, what, this.path, { line });
  }
}

function positionOf(text: string, index: number): { line: number; column: number } {
  let line = 1;
  let start = 0;
  for (let feed = text.indexOf('\n'); feed >= 0 && feed < index; feed = text.indexOf('\n', feed + 1)) {
    line += 1;
    start = feed + 1;
  }
  return { line, column: index - start + 1 };
}

/**
 * Reads a Gemfile.lock (or gems.locked) as Bundler does: the same specs with the same split into name, version and
 * platform, the last of two specs of one full name, requirements as `Gem::Requirement#as_list`. What Bundler passes over
 * without a word is a warning with its line.
 *
 * Throws `LockfileError`, with the line and the command that mends it, where Bundler refuses the file (merge-conflict
 * markers, malformed versions, requirements, remotes and checksums) and where it would read no spec at all. Time and
 * memory are linear in the length of the text.
 */
export function parseLockfile(text: string, options: ParseLockfileOptions = {}): Lockfile {
  const conflict = findMergeConflict(text);
  if (conflict !== undefined) {
    const file = shellWord(options.path ?? defaultName);
    const what = `the merge-conflict marker ${quote(conflict.marker)}: Bundler refuses such a file`;
    throw refusal('LOCKFILE_MERGE_CONFLICT', what, options.path, positionOf(text, conflict.index), [
      `Take one side and resolve again: \`git checkout --theirs ${file} && bundle lock\` (\`--ours\` keeps this branch's).`,
      `Outside a merge, \`git checkout HEAD -- ${file}\` gets the last committed lockfile back.`,
    ]);
  }
  const lockfile = new LockfileReader(options).read(text);
  if (lockfile.specs.length === 0) throw noSpecs(text, lockfile, options.path);
  return lockfile;
}
