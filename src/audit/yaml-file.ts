import { distance } from 'fastest-levenshtein';
import { LineCounter, isMap, isNode, isScalar, isSeq, parseDocument, visit } from 'yaml';
import type { Alias, Document } from 'yaml';
import type { z } from 'zod';
import { ConfigError } from './config-error.js';

/** Far beyond any that a person wrote. In UTF-16 code units. */
const MAX_TEXT = 1 << 18;

/** Levels of mappings and lists: the parser calls itself for each. */
const MAX_DEPTH = 100;

/** Each is looked for in the whole file, and stands for all that it names. */
const MAX_ALIASES = 100;

type Key = string | number;

/** A YAML file as plain data in which each scalar is the text that was written: `3.10` is no number. */
export class YamlFile {
  readonly path: string;
  readonly data: unknown;
  readonly #document: Document.Parsed;
  readonly #lines: LineCounter;

  /**
   * @param path as the user would write it
   * @param options `repeatedKeys`: of a key that is there twice the last counts, as for Ruby
   * @throws ConfigError `CONFIG_SYNTAX`, `CONFIG_LIMIT`
   */
  constructor(text: string, path: string, options: { readonly repeatedKeys?: boolean } = {}) {
    this.path = path;
    this.#lines = new LineCounter();
    this.#document = this.#parse(text, options.repeatedKeys ?? false);
    const [error] = this.#document.errors;
    if (error !== undefined) {
      const [reason = ''] = error.message.split('\n');
      const words =
        error.code === 'MULTIPLE_DOCS'
          ? 'a second document begins here; there is to be one'
          : `this is not YAML: ${reason}`;
      throw new ConfigError(words, {
        code: 'CONFIG_SYNTAX',
        path,
        line: this.#lines.linePos(error.pos[0]).line,
        cause: error,
      });
    }
    this.#checkAliases();
    try {
      this.data = this.#document.toJS({ maxAliasCount: MAX_ALIASES });
    } catch (error) {
      throw this.error(
        `the file cannot be read: ${error instanceof Error ? error.message : String(error)}`,
        [],
        {
          code: 'CONFIG_LIMIT',
        },
      );
    }
  }

  /** The line of what lies at a path, or of the nearest thing around it that is there. */
  lineOf(path: readonly Key[]): number {
    for (let length = path.length; length > 0; length -= 1) {
      const offset = this.#offset(path.slice(0, length));
      if (offset !== undefined) return this.#lines.linePos(offset).line;
    }
    return 1;
  }

  /** Whether a scalar stands without quotes, so that it may be a number to others who read the file. */
  isPlain(path: readonly Key[]): boolean {
    const node: unknown = this.#document.getIn(path, true);
    return isScalar(node) && node.type === 'PLAIN';
  }

  /** An error at a path. */
  error(
    message: string,
    path: readonly Key[],
    details: { readonly code: string; readonly suggestions?: readonly string[] } = { code: 'CONFIG_VALUE' },
  ): ConfigError {
    return new ConfigError(message, { ...details, path: this.path, line: this.lineOf(path) });
  }

  /**
   * The data by a schema.
   * @param keys the keys that a mapping at a path may have, for the words of an error
   * @throws ConfigError `CONFIG_KEY_UNKNOWN`, `CONFIG_VALUE`: the first in the file
   */
  check<T>(schema: z.ZodType<T>, keys: (path: readonly Key[]) => readonly string[]): T {
    const result = schema.safeParse(this.data);
    if (result.success) return result.data;
    const { issues } = result.error;
    const misspelt = new Set(
      issues.flatMap(({ code, path }) => (code === 'unrecognized_keys' ? [path.join('\n')] : [])),
    );
    // A key that is not known is why another one is missing beside it.
    const own = issues.filter(
      ({ code, path }) =>
        code !== 'invalid_type' || this.#has(path) || !misspelt.has(path.slice(0, -1).join('\n')),
    );
    const errors = own.map((issue) => this.#errorOf(issue, keys));
    throw errors.reduce((first, error) => (error.line < first.line ? error : first));
  }

  #has(path: readonly PropertyKey[]): boolean {
    return this.#document.hasIn(path);
  }

  #parse(text: string, repeatedKeys: boolean): Document.Parsed {
    if (text.length > MAX_TEXT) {
      throw new ConfigError(`the file has ${text.length} characters, more than ${MAX_TEXT}.`, {
        code: 'CONFIG_LIMIT',
        path: this.path,
        line: 1,
      });
    }
    const deep = tooDeep(text);
    if (deep !== undefined) {
      throw new ConfigError(`it is nested more than ${MAX_DEPTH} levels deep.`, {
        code: 'CONFIG_LIMIT',
        path: this.path,
        line: deep,
      });
    }
    return parseDocument(text, {
      schema: 'failsafe',
      lineCounter: this.#lines,
      prettyErrors: false,
      // With `silent` a second document would be dropped without a word.
      logLevel: 'error',
      merge: true,
      uniqueKeys: !repeatedKeys,
    });
  }

  #checkAliases(): void {
    const aliases: Alias[] = [];
    visit(this.#document, {
      Alias: (_, alias) => {
        aliases.push(alias);
        return aliases.length > MAX_ALIASES ? visit.BREAK : undefined;
      },
    });
    const open =
      aliases.length > MAX_ALIASES
        ? aliases.at(-1)
        : aliases.find((alias) => alias.resolve(this.#document) === undefined);
    if (open === undefined) return;
    const many = aliases.length > MAX_ALIASES;
    throw new ConfigError(
      many
        ? `the file has more than ${MAX_ALIASES} aliases.`
        : `this is not YAML: nothing is called &${open.source}.`,
      {
        code: many ? 'CONFIG_LIMIT' : 'CONFIG_SYNTAX',
        path: this.path,
        line: this.#lines.linePos(open.range?.[0] ?? 0).line,
      },
    );
  }

  /** Where the key of a mapping, or the item of a list, begins. In UTF-16 code units. */
  #offset(path: readonly Key[]): number | undefined {
    const last = path.at(-1);
    const parent: unknown =
      path.length === 1 ? this.#document.contents : this.#document.getIn(path.slice(0, -1), true);
    if (isMap(parent)) {
      const pair = parent.items.find(({ key }) => (isScalar(key) ? String(key.value) : '') === String(last));
      return isNode(pair?.key) ? pair.key.range?.[0] : undefined;
    }
    if (isSeq(parent) && typeof last === 'number') {
      const item = parent.items[last];
      return isNode(item) ? item.range?.[0] : undefined;
    }
    return undefined;
  }

  #errorOf(issue: z.core.$ZodIssue, keys: (path: readonly Key[]) => readonly string[]): ConfigError {
    const path = issue.path.filter((key): key is Key => typeof key !== 'symbol');
    const name = nameOf(path);
    if (issue.code === 'unrecognized_keys') {
      const [key = ''] = issue.keys;
      const known = [...keys(path)].sort((a, b) => distance(a, key) - distance(b, key));
      return this.error(
        `${JSON.stringify(key.slice(0, 80))} is not a key of ${path.length === 0 ? 'this file' : name}.`,
        [...path, key],
        { code: 'CONFIG_KEY_UNKNOWN', suggestions: [`Known are: ${known.join(', ')}.`] },
      );
    }
    if (issue.code === 'custom') {
      const { hint } = (issue.params ?? {}) as { readonly hint?: string };
      return this.error(`${name} ${issue.message}.`, path, {
        code: 'CONFIG_VALUE',
        ...(hint === undefined ? {} : { suggestions: [hint] }),
      });
    }
    return this.error(`${name} ${issue.message}.`, path);
  }
}

/** `ignore[2].gem`, counted from one as people do. */
function nameOf(path: readonly Key[]): string {
  const text = path.map((key) => (typeof key === 'number' ? `[${key + 1}]` : `.${key}`)).join('');
  return text === '' ? 'the file' : text.replace(/^\./, '');
}

/** The line at which brackets or dashes are nested too deeply; an estimate that never says it of what is not. */
function tooDeep(text: string): number | undefined {
  let brackets = 0;
  for (const [index, line] of text.split('\n').entries()) {
    const nested = /^[ \t]*(?:[-?:][ \t]+)*/.exec(line)?.[0] ?? '';
    if (nested.replaceAll(/[ \t]/g, '').length > MAX_DEPTH || nested.length > 8 * MAX_DEPTH) return index + 1;
    for (const character of line) {
      if (character === '[' || character === '{') brackets += 1;
      else if ((character === ']' || character === '}') && brackets > 0) brackets -= 1;
    }
    if (brackets > MAX_DEPTH) return index + 1;
  }
  return undefined;
}
