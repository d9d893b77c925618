import type { RubyFrom } from '../search/types.js';
import type { NamedRuby } from './ruby-word.js';
import { sameAbi } from './ruby-word.js';
import type { AuditWarning } from './types.js';

/** What one place says of the Ruby that runs. */
export interface RubyStatement extends NamedRuby {
  readonly from: RubyFrom;
}

/** The Ruby that an audit goes by, and where it is said; neither where nothing says it. */
export interface ChosenRuby {
  readonly ruby?: string;
  readonly rubyFrom?: RubyFrom;
}

/** A full version says which release runs, `3.3` only which branch. */
function isExact(version: string): boolean {
  return version.split('.').length > 2;
}

/**
 * The Ruby of the first statement; a later one that is of the same branch and says the release takes its place. Two that differ in
 * `X.Y` are a warning that names both, and so is another engine than MRI: of that nothing is judged.
 * @param statements the one that counts most first
 */
export function chooseRuby(
  statements: readonly RubyStatement[],
  warn: (warning: AuditWarning) => void,
): ChosenRuby {
  const first = statements.find(({ version, engine }) => version !== undefined || engine !== undefined);
  for (const { engine, from } of statements) {
    if (engine === undefined) continue;
    const message = `${placeWords(from)} is for ${engine}; the audit judges what MRI would install`;
    warn({ code: 'RUBY_ENGINE', message });
  }
  if (first?.version === undefined) return {};
  const { version: taken, from } = first;
  const refined = isExact(taken)
    ? undefined
    : statements.find(({ version }) => version !== undefined && isExact(version) && sameAbi(version, taken));
  for (const other of statements) {
    if (other.version === undefined || sameAbi(other.version, taken)) continue;
    warn({
      code: 'RUBY_DIFFERS',
      message: `${saysWords(from, taken)}, ${saysWords(other.from, other.version)}: judged for ${taken}; --ruby decides otherwise`,
    });
  }
  return { ruby: refined?.version ?? taken, rubyFrom: refined?.from ?? from };
}

function placeWords({ source, place }: RubyFrom): string {
  return source === 'lockfile' ? `the lockfile (RUBY VERSION of ${place})` : place;
}

function saysWords(from: RubyFrom, version: string): string {
  return `${placeWords(from)} ${from.source === 'target' ? 'brings' : 'says'} Ruby ${version}`;
}
