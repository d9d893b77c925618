import { quote } from './refusal.js';
import type { RefusalCode } from './refusal.js';
import { remoteProblem } from './remote.js';
import type { LockedSource, LockedSourceType } from './types.js';

/** Headings of the source sections (`SOURCE` in lib/bundler/lockfile_parser.rb). */
export const sourceTypes: ReadonlyMap<string, LockedSourceType> = new Map([
  ['GEM', 'gem'],
  ['GIT', 'git'],
  ['PATH', 'path'],
  ['PLUGIN SOURCE', 'plugin'],
]);

/** `OPTIONS`: two spaces, letters, a colon, a space, the value. */
function splitOption(text: string): readonly [name: string, value: string] | undefined {
  const colon = text.indexOf(': ');
  if (!text.startsWith('  ') || colon < 3) return undefined;
  const name = text.slice(2, colon);
  return name.length <= 64 && /^[a-z]+$/i.test(name) ? [name, text.slice(colon + 2)] : undefined;
}

/** Makes the error for the given line. */
type Refuse = (code: RefusalCode, what: string, line: number) => Error;

/** A location without its user and password, for messages. */
function withoutCredentials(remote: string): string {
  const scheme = remote.indexOf('://');
  const at = remote.indexOf('@', scheme);
  const slash = remote.indexOf('/', scheme + 3);
  const hasUserinfo = scheme >= 0 && at >= 0 && (slash < 0 || at < slash);
  return hasUserinfo ? `${remote.slice(0, scheme + 3)}***${remote.slice(at)}` : remote;
}

interface Remote {
  readonly text: string;
  readonly line: number;
}

/** The options of one source section, from its heading to its `specs:`. */
export class SourceSection {
  private remotes: Remote[] = [];
  private overrides: Remote[] = [];
  private repeated: { readonly name: string; readonly line: number } | undefined;
  private readonly options = new Map<string, string>();
  private readonly type: LockedSourceType;
  private readonly line: number;
  private readonly refuse: Refuse;

  constructor(type: LockedSourceType, line: number, refuse: Refuse) {
    this.type = type;
    this.line = line;
    this.refuse = refuse;
  }

  /** Takes a line that is an option; false where it is none. */
  readOption(text: string, line: number): boolean {
    const option = splitOption(text);
    if (option === undefined) return false;
    const [name, value] = option;
    if (name === 'override' && this.type === 'gem') {
      this.overrides.push({ text: value, line });
      return true;
    }
    const repeated = name === 'remote' ? this.remotes.length > 0 : this.options.has(name);
    if (repeated) this.repeated ??= { name, line };
    if (name === 'remote') this.remotes.push({ text: value, line });
    else this.options.set(name, value);
    return true;
  }

  /**
   * The source that a `specs:` line opens. Its remotes are used up, but for a plugin's: a second `specs:` in
   * the section has none.
   */
  open(): LockedSource {
    const { type, line, repeated } = this;
    // Bundler would make a list of it, which only a GEM section has a use for.
    if (repeated !== undefined && type !== 'gem') {
      const what = `the option ${quote(repeated.name)} stands in this section twice`;
      throw this.refuse('LOCKFILE_OPTION_REPEATED', what, repeated.line);
    }
    const remotes = this.remotes.map(({ text }) => text);
    const overrides = this.overrides.map(({ text }) => text);
    for (const { text, line: remoteLine } of [...this.remotes, ...this.overrides]) {
      const problem = remoteProblem(type, text);
      if (problem !== undefined) {
        const what = `the remote ${quote(withoutCredentials(text))} ${problem}`;
        throw this.refuse('LOCKFILE_REMOTE_MALFORMED', what, remoteLine);
      }
    }
    if (type !== 'plugin') this.remotes = [];
    this.overrides = [];
    const own = overrides.length === 0 ? { remotes } : { remotes, overrides };
    return { type, ...own, options: Object.fromEntries(this.options), line };
  }
}
