import type { ShellCommand } from './shell-commands.js';
import { shellCommands } from './shell-commands.js';
import type { Decided } from './shell-guards.js';
import { passes } from './shell-guards.js';
import { evaluate } from './shell-tokens.js';

type Variables = (name: string) => string | undefined;
/** Words of which one is undefined if only the build can tell. */
export type Words = readonly (string | undefined)[];
type Environment = ReadonlyMap<string, string | undefined>;

/** A command of a script that runs, or may run. */
export interface ScriptCommand {
  /** Without what stands before it (`sudo -E`, `env A=b`). Never empty. */
  readonly words: Words;
  /** Only the build can tell whether it runs. */
  readonly conditional: boolean;
  /** A shell whose script does not show; one that does is followed, and its commands stand in its place. */
  readonly opaque: boolean;
  /** What the script has set in its environment by then. */
  readonly environment: Environment;
}

/** Shells in each other that are followed. */
const MAX_NESTED = 4;
/** Far more than any script sets. */
const MAX_VARIABLES = 200;
const SHELLS = /^(?:sh|bash|ash|dash|zsh|su)$/;

/** What a script has of the one that runs it. */
interface Outer {
  readonly given: Environment;
  readonly conditional: boolean;
  readonly nested: number;
}

/**
 * The commands that a script runs, in its order, with its variables put in and its branches decided as far as its text tells.
 * @param valueOf what the environment has before the script runs
 */
export function* scriptCommands(
  script: string,
  valueOf: Variables,
  outer: Outer = { given: new Map(), conditional: false, nested: 0 },
): Generator<ScriptCommand> {
  const own = new Map<string, string | undefined>(outer.given);
  const exported = new Set<string>(own.keys());
  const value: Variables = (name) => (own.has(name) ? own.get(name) : valueOf(name));
  const decided: Decided = new Map();
  for (const command of shellCommands(script)) {
    const runs = passes(command.guards, value, decided);
    if (runs === false) continue;
    const conditional = outer.conditional || runs === undefined;
    const assigned = command.assignments.map((each) => [each.name, evaluate(each.value, value)] as const);
    const { words, given } = withoutPrefixes(
      command.words.map((word) => evaluate(word, value)),
      assigned,
    );
    const [name, ...rest] = words;
    const set = (key: string, text: string | undefined): void => {
      if (own.has(key) || own.size < MAX_VARIABLES) own.set(key, conditional ? undefined : text);
    };
    if (words.length === 0) for (const [key, text] of given) set(key, text);
    else if (name === 'export') {
      for (const [key, text] of exportsOf(command, value)) {
        if (text !== undefined || !own.has(key)) set(key, text);
        if (own.has(key)) exported.add(key);
      }
    } else {
      const environment = new Map([
        ...[...own].filter(([key]) => exported.has(key) || valueOf(key) !== undefined),
        ...given,
      ]);
      const isShell = SHELLS.test(name?.slice(name.lastIndexOf('/') + 1) ?? '');
      const inner = isShell && outer.nested < MAX_NESTED ? scriptOf(rest) : undefined;
      if (inner === undefined) yield { words, conditional, opaque: isShell, environment };
      else yield* scriptCommands(inner, value, { given: environment, conditional, nested: outer.nested + 1 });
    }
  }
}

export function isBundle(name: string | undefined): boolean {
  return name !== undefined && /(?:^|\/)bundler?$/.test(name);
}

/** Commands that do not run what they are given. */
const WRITES = /^(?:echo|printf|grep|sed|cat)$/;

/** What stands before a command: `env A=b`, `sudo -E`, `gosu app`, `timeout 600`. */
function withoutPrefixes(
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

/** The script of `bash -lc "…"`. */
function scriptOf(words: Words): string | undefined {
  const at = words.findIndex((word) => word !== undefined && /^-\w*c$/.test(word));
  return at < 0 ? undefined : words[at + 1];
}
