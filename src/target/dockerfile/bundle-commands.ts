import type { BundlerSetting, StatedSetting } from '../bundle-settings.js';
import { BUNDLER_SETTINGS } from '../bundle-settings.js';
import type { ShellCommand } from './shell-commands.js';
import { shellCommands } from './shell-commands.js';
import type { Decided } from './shell-guards.js';
import { passes } from './shell-guards.js';
import { evaluate } from './shell-tokens.js';

/** A value as it is written, or none if it shows only when the image is built. */
type Value = Pick<StatedSetting, 'value'>;
type Values = ReadonlyMap<BundlerSetting, Value>;

/** What a script has Bundler do, as far as it bears on its settings. */
export type BundleCommand =
  | {
      readonly kind: 'config';
      readonly setting: BundlerSetting;
      readonly value: Value | 'unset';
      /** Absent: the project's if there is one, else the user's. */
      readonly scope?: 'local' | 'global';
      readonly conditional: boolean;
    }
  | {
      readonly kind: 'install';
      /** Flags that hold for this command alone. */
      readonly flags: Values;
      /** Flags that are kept in the project's config; undefined: taken out of it. */
      readonly remembered: ReadonlyMap<BundlerSetting, Value | undefined>;
      /** What the script sets in the environment of the command. */
      readonly environment: Values;
      readonly conditional: boolean;
    };

type Variables = (name: string) => string | undefined;
type Words = readonly (string | undefined)[];

const MAX_NESTED = 4;
/** Far more than any script sets. */
const MAX_VARIABLES = 200;
const VARIABLE = /^BUNDLE_([A-Z_]+)$/;
const SHELLS = /^(?:sh|bash|ash|dash|zsh|su)$/;

/**
 * The commands of a script that set or install, in their order: `bundle config` in its old and new forms, `bundle install` with the
 * flags of Bundler 1 to 4, what stands before it (`BUNDLE_WITHOUT=test bundle install`) and what was exported.
 * @param valueOf what the environment has before the script runs
 */
export function bundleCommands(script: string, valueOf: Variables): BundleCommand[] {
  return commandsIn(script, valueOf, { given: new Map(), conditional: false, nested: 0 });
}

/** What a script has of the one that runs it. */
interface Outer {
  /** In its environment. */
  readonly given: ReadonlyMap<string, string | undefined>;
  readonly conditional: boolean;
  readonly nested: number;
}

function commandsIn(script: string, valueOf: Variables, outer: Outer): BundleCommand[] {
  const own = new Map<string, string | undefined>(outer.given);
  const exported = new Set<string>(own.keys());
  const value: Variables = (name) => (own.has(name) ? own.get(name) : valueOf(name));
  const found: BundleCommand[] = [];
  const decided: Decided = new Map();
  for (const command of shellCommands(script)) {
    const assigned = command.assignments.map((each) => [each.name, evaluate(each.value, value)] as const);
    const { words, given } = withoutPrefixes(
      command.words.map((word) => evaluate(word, value)),
      assigned,
    );
    const [name, ...rest] = words;
    const runs = passes(command.guards, value, decided);
    if (runs === false) continue;
    const conditional = outer.conditional || runs === undefined;
    const environment = (): ReadonlyMap<string, string | undefined> =>
      new Map([...[...own].filter(([key]) => exported.has(key) || valueOf(key) !== undefined), ...given]);
    const set = (key: string, text: string | undefined): void => {
      if (own.has(key) || own.size < MAX_VARIABLES) own.set(key, conditional ? undefined : text);
    };
    if (words.length === 0) for (const [key, text] of given) set(key, text);
    else if (name === 'export') {
      for (const [key, text] of exportsOf(command, value)) {
        if (text !== undefined || !own.has(key)) set(key, text);
        if (own.has(key)) exported.add(key);
      }
    } else if (isShell(name)) {
      const inner = outer.nested < MAX_NESTED ? scriptOf(rest) : undefined;
      if (inner === undefined) continue;
      found.push(
        ...commandsIn(inner, value, { given: environment(), conditional, nested: outer.nested + 1 }),
      );
    } else if (isBundle(name)) found.push(...readBundle(rest, conditional, settingsIn(environment())));
  }
  return found;
}

function isBundle(name: string | undefined): boolean {
  return name !== undefined && /(?:^|\/)bundler?$/.test(name);
}

/** Commands that do not run what they are given. */
const WRITES = /^(?:echo|printf|grep|sed|cat)$/;

/** What stands before a command: `env A=b`, `sudo -E`, `gosu app`, `timeout 600`. */
export function withoutPrefixes(
  all: Words,
  assigned: readonly (readonly [string, string | undefined])[],
): { readonly words: Words; readonly given: readonly (readonly [string, string | undefined])[] } {
  let words = all;
  const given = [...assigned];
  for (;;) {
    const [first, second] = words;
    if (first === undefined) break;
    if (/^(?:env|sudo|doas|exec|command|nice|time|!)$/.test(first)) {
      words = words.slice(1);
      for (let word = words[0]; word !== undefined && /^-|^\w+=/.test(word); word = words[0]) {
        const [, name, text] = /^(\w+)=([^]*)$/.exec(word) ?? [];
        if (name !== undefined) given.push([name, text]);
        words = words.slice(/^-[ug]$/.test(word) ? 2 : 1);
      }
    } else if (
      /^(?:gosu|su-exec)$/.test(first) ||
      (/^(?:rbenv|asdf|mise)$/.test(first) && second === 'exec')
    ) {
      words = words.slice(2);
      if (words[0] === '--') words = words.slice(1);
    } else break;
  }
  const at = words.findIndex(
    (word, index) => isBundle(word) && /^(?:install|update|config)$/.test(words[index + 1] ?? ''),
  );
  return { words: at > 0 && !WRITES.test(words[0] ?? '') ? words.slice(at) : words, given };
}

function exportsOf({ words }: ShellCommand, valueOf: Variables): [string, string | undefined][] {
  return words.slice(1).flatMap((word): [string, string | undefined][] => {
    const [first, ...rest] = word;
    const found = first?.kind === 'text' ? /^([A-Za-z_]\w*)(?:(=)([^]*))?$/.exec(first.text) : null;
    if (found === null) return [];
    const [, name = '', equals, text = ''] = found;
    if (equals === undefined) return [[name, undefined]];
    return [[name, evaluate([{ kind: 'text', text }, ...rest], valueOf)]];
  });
}

export function isShell(name: string | undefined): boolean {
  return name !== undefined && SHELLS.test(name.slice(name.lastIndexOf('/') + 1));
}

/** The script of `bash -lc "…"`. */
export function scriptOf(words: Words): string | undefined {
  const at = words.findIndex((word) => word !== undefined && /^-\w*c$/.test(word));
  return at < 0 ? undefined : words[at + 1];
}

function settingsIn(environment: ReadonlyMap<string, string | undefined>): Values {
  return new Map(
    [...environment].flatMap(([variable, text]) => {
      const name = settingOf(VARIABLE.exec(variable)?.[1]);
      return name === undefined ? [] : [[name, valued(text)] as const];
    }),
  );
}

function settingOf(name: string | undefined): BundlerSetting | undefined {
  return BUNDLER_SETTINGS.find((each) => each === name?.toLowerCase());
}

function valued(text: string | undefined): Value {
  return text === undefined ? {} : { value: text };
}

/** @param all what follows `bundle` */
function readBundle(all: Words, conditional: boolean, environment: Values): BundleCommand[] {
  const words = /^_[\w.]+_$/.test(all[0] ?? '') ? all.slice(1) : all;
  const [command] = words;
  if (command === 'config') {
    const setting = readConfig(words.slice(1));
    return setting === undefined ? [] : [{ ...setting, kind: 'config', conditional }];
  }
  if (
    command === 'install' ||
    command === 'i' ||
    command === 'update' ||
    command === undefined ||
    command.startsWith('-')
  ) {
    // A first word that is computed may be any command.
    if (command === undefined && words.length > 0) return [];
    return [{ kind: 'install', environment, conditional, ...readFlags(words) }];
  }
  return [];
}

/** `bundle config [set|unset] [--local|--global] NAME [VALUE…]`, and `--delete`. */
function readConfig(
  all: Words,
): Pick<BundleCommand & { kind: 'config' }, 'setting' | 'value' | 'scope'> | undefined {
  const isFlag = (word: string | undefined): boolean =>
    word !== undefined && /^--(?:local|global|system|delete|parseable)$/.test(word);
  const flags = new Set(all.filter(isFlag));
  const [first, ...rest] = all.filter((word) => !isFlag(word));
  const verb =
    first === 'set' || first === 'unset' || first === 'get' || first === 'list' ? first : undefined;
  const [name, ...values] = verb === undefined ? [first, ...rest] : rest;
  const setting = settingOf(name);
  if (setting === undefined || verb === 'get' || verb === 'list') return undefined;
  const scope = flags.has('--local')
    ? ({ scope: 'local' } as const)
    : flags.has('--global') || flags.has('--system')
      ? ({ scope: 'global' } as const)
      : {};
  if (verb === 'unset' || flags.has('--delete')) return { setting, value: 'unset', ...scope };
  if (values.length === 0) return undefined;
  const known = values.every((value) => value !== undefined);
  return { setting, value: known ? { value: values.join(' ') } : {}, ...scope };
}

/** The flags of `bundle install`; Bundler 4 has `--gemfile` alone. */
function readFlags(words: Words): Pick<BundleCommand & { kind: 'install' }, 'flags' | 'remembered'> {
  const flags = new Map<BundlerSetting, Value>();
  const remembered = new Map<BundlerSetting, Value | undefined>();
  for (let at = 0; at < words.length; at += 1) {
    const [, name, inline] = /^--([\w-]+)(?:=([^]*))?$/.exec(words[at] ?? '') ?? [];
    const next = (): Value => (inline === undefined ? valued(words[at + 1]) : { value: inline });
    if (name === 'deployment' || name === 'frozen') remembered.set(name, { value: 'true' });
    else if (name === 'no-deployment')
      for (const each of ['deployment', 'frozen'] as const) remembered.set(each, undefined);
    else if (name === 'path') remembered.set(name, next());
    else if (name === 'gemfile') flags.set(name, next());
    else if (name === 'without' || name === 'with') {
      const groups: Words = [...(inline === undefined ? [] : [inline]), ...until(words.slice(at + 1))];
      const other = name === 'without' ? 'with' : 'without';
      // `Bundler::CLI::Install#normalize_groups` takes both out before it sets them.
      if (!remembered.has(other)) remembered.set(other, undefined);
      remembered.set(name, groups.every((group) => group !== undefined) ? { value: groups.join(':') } : {});
    }
  }
  return { flags, remembered };
}

/** The words up to the next flag. */
function until(words: Words): Words {
  const end = words.findIndex((word) => word?.startsWith('-') === true);
  return end < 0 ? words : words.slice(0, end);
}
