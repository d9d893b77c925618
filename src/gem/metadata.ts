import { isAlias, isMap, isNode, isScalar, isSeq, visit } from 'yaml';
import type { Alias, Document, Node } from 'yaml';
import { archiveError } from './archive-error.js';
import type { Spot } from './archive-error.js';
import type { GemMetadata } from './types.js';
import { readYaml, withIndentedQuotes } from './yaml.js';

/**
 * The keys of a `Gem::Specification` that anything here rests on. The others are most of the text (`files` alone may
 * have 20,000 lines), and parsing YAML costs some 1 s for each MB.
 */
const wantedKeys = [
  'name',
  'version',
  'platform',
  'dependencies',
  'required_ruby_version',
  'required_rubygems_version',
  'extensions',
  'executables',
] as const;
type WantedKey = (typeof wantedKeys)[number];

/**
 * The wanted keys' lines of a `Gem::Specification` in YAML as Psych and Syck write it: every key at the left margin,
 * what belongs to it indented or a list item. Undefined where the text is not of that form.
 */
function wantedSections(text: string): string | undefined {
  const kept: string[] = [];
  const seen = new Set<string>();
  let keep = false;
  for (const line of text.split(/\r?\n/)) {
    const key = /^([A-Za-z_]\w*):(?=\s|$)/.exec(line)?.[1];
    if (key !== undefined) {
      if (seen.has(key)) return undefined;
      seen.add(key);
      keep = wantedKeys.some((wanted) => wanted === key);
    } else if (!/^(?:[ \t]|- |-$|#|$|---|\.\.\.)/.test(line)) return undefined;
    if (keep || line.startsWith('---')) kept.push(line);
  }
  return kept.join('\n');
}

/** Those, and the whole text, in which quoted text that goes on at the left margin has been moved off it where need be. */
function sectionsOf(text: string): { readonly all: string; readonly sections: string | undefined } {
  const sections = wantedSections(text);
  if (sections !== undefined) return { all: text, sections };
  const all = withIndentedQuotes(text);
  return { all, sections: wantedSections(all) };
}

/**
 * What each alias stands for: the last node before it that has its anchor (YAML 1.2.2, 7.1). Found for all in one walk;
 * `Alias.resolve` walks the document anew for each.
 */
function aliasTargets(document: Document.Parsed): ReadonlyMap<Alias, Node> {
  const anchored = new Map<string, Node>();
  const targets = new Map<Alias, Node>();
  visit(document, {
    Node(_key, node) {
      if (isAlias(node)) {
        const target = anchored.get(node.source);
        if (target !== undefined) targets.set(node, target);
      } else if (node.anchor !== undefined) anchored.set(node.anchor, node);
    },
  });
  return targets;
}

/** One specification's nodes, with the aliases and spellings that its writers have used since 2004. */
class SpecificationReader {
  readonly #document: Document.Parsed;
  readonly #spot: Spot;
  #targets: ReadonlyMap<Alias, Node> | undefined;

  constructor(document: Document.Parsed, spot: Spot) {
    this.#document = document;
    this.#spot = spot;
  }

  invalid(what: string, cause?: unknown): Error {
    return archiveError('GEM_METADATA_INVALID', what, this.#spot, cause);
  }

  #resolve(node: unknown): Node | undefined {
    if (!isNode(node)) return undefined;
    if (!isAlias(node)) return node;
    this.#targets ??= aliasTargets(this.#document);
    const target = this.#targets.get(node);
    if (target === undefined) throw this.invalid(`the YAML alias *${node.source} has no anchor`);
    return target;
  }

  #get(node: Node | undefined, key: string): Node | undefined {
    if (!isMap(node)) return undefined;
    const pair = node.items.find((item) => isScalar(item.key) && item.key.value === key);
    return this.#resolve(pair?.value);
  }

  key(key: WantedKey): Node | undefined {
    return this.#get(this.#resolve(this.#document.contents), key);
  }

  /** A scalar's text; undefined for a missing or null one. `!binary` is Psych's form of a string that is not UTF-8. */
  text(node: Node | undefined, what: string): string | undefined {
    if (node === undefined) return undefined;
    if (!isScalar(node)) throw this.invalid(`${what} is not a string`);
    const value = typeof node.value === 'string' ? node.value : '';
    if (node.tag?.endsWith('binary') === true) return Buffer.from(value, 'base64').toString('utf8');
    const plain = node.type === undefined || node.type === 'PLAIN';
    return plain && (value === '' || value === '~' || value === 'null') ? undefined : value;
  }

  list(node: Node | undefined, what: string): readonly Node[] {
    if (node === undefined || (isScalar(node) && this.text(node, what) === undefined)) return [];
    if (!isSeq(node)) throw this.invalid(`${what} is not a list`);
    return node.items.map((item) => {
      const resolved = this.#resolve(item);
      if (resolved === undefined) throw this.invalid(`${what} has an item that is no value`);
      return resolved;
    });
  }

  strings(node: Node | undefined, what: string): readonly string[] {
    return this.list(node, what).map((item) => this.text(item, what) ?? '');
  }

  /** `Gem::Version`, or the bare string. */
  version(node: Node | undefined, what: string): string {
    const text = this.text(isMap(node) ? this.#get(node, 'version') : node, what)?.trim();
    if (
      text === undefined ||
      !/^[0-9]+(?:\.[0-9a-zA-Z]+)*(?:-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?$/.test(text)
    ) {
      throw this.invalid(`${what} is not a version: ${JSON.stringify(text ?? null)}`);
    }
    return text;
  }

  /** `Gem::Requirement` (until 2007 `Gem::Version::Requirement`): pairs of an operator and a version. */
  requirement(node: Node | undefined, what: string): readonly string[] {
    if (node === undefined || (isScalar(node) && this.text(node, what) === undefined)) return [];
    const pairs = isMap(node) ? this.#get(node, 'requirements') : node;
    const clauses = this.list(pairs, what).map((pair) => {
      if (isScalar(pair)) return this.text(pair, what) ?? '';
      const [operator, version] = this.list(pair, what);
      const shown = isMap(operator) ? '' : (this.text(operator, what) ?? '');
      // Syck read an unquoted `=` as a "default key", and Psych wrote that object down again.
      const sign = isMap(operator) || shown.includes('DefaultKey') ? '=' : shown;
      if (!/^(?:=|!=|>|<|>=|<=|~>)$/.test(sign))
        throw this.invalid(`${what} has the operator ${JSON.stringify(sign)}`);
      return `${sign} ${this.version(version, what)}`;
    });
    // "Any version", in the form that Psych and that Syck gave it.
    return clauses.filter((clause) => clause !== '>= 0' && clause !== '> 0.0.0');
  }

  platform(node: Node | undefined): string {
    if (!isMap(node)) return this.text(node, 'platform') ?? 'ruby';
    const parts = ['cpu', 'os', 'version'].map((key) => this.text(this.#get(node, key), 'platform'));
    return parts.filter((part) => part !== undefined).join('-');
  }

  dependencies(): GemMetadata['dependencies'] {
    return this.list(this.key('dependencies'), 'dependencies').flatMap((node) => {
      const name = this.text(this.#get(node, 'name'), 'the name of a dependency');
      if (name === undefined) throw this.invalid('a dependency has no name');
      const type = this.text(this.#get(node, 'type'), `the type of ${name}`) ?? ':runtime';
      if (type.replace(/^:/, '') !== 'runtime') return [];
      const requirement =
        this.#get(node, 'requirement') ??
        this.#get(node, 'version_requirements') ??
        this.#get(node, 'version_requirement');
      return [{ name, requirement: this.requirement(requirement, `the requirement on ${name}`) }];
    });
  }
}

/**
 * Reads a gem's specification, the YAML of `metadata.gz`, as written by RubyGems from 2004 on. Tags are read past, no
 * object is ever built, aliases are followed one by one, never expanded.
 *
 * Throws `GemArchiveError` with GEM_METADATA_INVALID or GEM_LIMIT at `spot`.
 */
export function parseGemMetadata(text: string, spot: Spot = {}): GemMetadata {
  const { all, sections } = sectionsOf(text);
  // A section that was cut away may hold the anchor of an alias in one that was kept.
  const whole = sections === undefined || /(?:^|[\s[,])\*[^\s,[\]{}]/m.test(sections);
  const document = readYaml(whole ? all : sections, 'the specification', spot);
  const reader = new SpecificationReader(document, spot);
  const name = reader.text(reader.key('name'), 'name');
  if (name === undefined || !/^[a-zA-Z0-9._-]+$/.test(name)) {
    throw reader.invalid(`name is not the name of a gem: ${JSON.stringify(name ?? null)}`);
  }
  return {
    name,
    version: reader.version(reader.key('version'), 'version'),
    platform: reader.platform(reader.key('platform')),
    requiredRuby: reader.requirement(reader.key('required_ruby_version'), 'required_ruby_version'),
    requiredRubygems: reader.requirement(
      reader.key('required_rubygems_version'),
      'required_rubygems_version',
    ),
    dependencies: reader.dependencies(),
    extensions: reader.strings(reader.key('extensions'), 'extensions'),
    executables: reader.strings(reader.key('executables'), 'executables'),
  };
}

/** The digests of `checksums.yaml.gz`: algorithm → member → lower-case hex. */
export type MemberChecksums = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** Reads `checksums.yaml.gz`. Throws `GemArchiveError` with GEM_METADATA_INVALID or GEM_LIMIT at `spot`. */
export function parseMemberChecksums(text: string, spot: Spot = {}): MemberChecksums {
  const { contents } = readYaml(text, 'checksums.yaml', spot);
  const invalid = (): Error =>
    archiveError(
      'GEM_METADATA_INVALID',
      'the checksums are not a map of algorithms to members to digests',
      spot,
    );
  const checksums = new Map<string, ReadonlyMap<string, string>>();
  if (!isMap(contents)) throw invalid();
  for (const { key, value } of contents.items) {
    if (!isScalar(key) || !isMap(value)) throw invalid();
    const members = new Map<string, string>();
    for (const item of value.items) {
      if (!isScalar(item.key) || !isScalar(item.value)) throw invalid();
      const { value: digest, tag } = item.value;
      const text = String(digest);
      const hex = tag?.endsWith('binary') === true ? Buffer.from(text, 'base64').toString('latin1') : text;
      members.set(String(item.key.value), hex.trim().toLowerCase());
    }
    checksums.set(String(key.value), members);
  }
  return checksums;
}
