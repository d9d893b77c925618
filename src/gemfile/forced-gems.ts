import type { GemCall } from './gem-call.js';
import type { ProjectGemfiles } from './project-gemfiles.js';

/** A `gem` line that speaks of `force_ruby_platform`. */
export interface ForcedLine {
  /** As the user would write it. */
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  /**
   * Bundler is sure to compile the gem wherever it installs it. Otherwise only Ruby can tell: a condition, a value that is
   * computed, or lines that cannot be read may say something else.
   */
  readonly certain: boolean;
}

interface DeclaredGem {
  readonly file: string;
  readonly call: GemCall;
  readonly conditional: boolean;
  readonly partial: boolean;
}

const OPTION = 'force_ruby_platform';

/**
 * The gems for which a Gemfile says `force_ruby_platform`: of those Bundler installs the `ruby` variant, whatever variants the
 * lockfile lists (`SpecSet#materialize_dependencies`, which takes the first line of a gem that it meets, and the Gemfile's
 * lines before what gems ask of each other).
 *
 * @param isNeeded other gems of the bundle ask for it, so that it is installed without its own line too
 */
export function forcedGems(
  project: ProjectGemfiles,
  isNeeded: (name: string) => boolean,
): Map<string, ForcedLine> {
  const { files, notFollowed } = project;
  const isRead =
    notFollowed.every(({ what }) => what === 'gemspec') &&
    files.every(({ editor: { syntax } }) => syntax.dynamic.length === 0 && !syntax.redefinesGem);
  const byName = new Map<string, DeclaredGem[]>();
  for (const { shown, editor, conditional, partial } of files) {
    for (const call of editor.syntax.calls) {
      const known = byName.get(call.name) ?? [];
      known.push({
        ...{ file: shown, call },
        conditional: conditional || call.conditional,
        partial: partial || call.partial,
      });
      byName.set(call.name, known);
    }
  }
  const forced = new Map<string, ForcedLine>();
  for (const [name, lines] of byName) {
    const speaking = lines.find(({ call }) => call.options?.elements.some(({ key }) => key === OPTION));
    if (speaking === undefined || lines.every(({ call }) => saysFalse(call))) continue;
    const { file, call } = speaking;
    const certain =
      isRead &&
      lines.every((each) => saysTrue(each.call)) &&
      lines.some((each) => !each.conditional && (!each.partial || !isNeeded(name)));
    forced.set(name, { file, line: call.line, certain });
  }
  return forced;
}

/** `force_ruby_platform: true`, once, and nothing beside it that may say otherwise when it runs. */
function saysTrue({ options }: GemCall): boolean {
  const elements = options?.elements ?? [];
  const own = elements.filter(({ key }) => key === OPTION);
  return own.length === 1 && own[0]?.isTrue === true && elements.every(({ key }) => key !== undefined);
}

function saysFalse({ options }: GemCall): boolean {
  const own = (options?.elements ?? []).filter(({ key }) => key === OPTION);
  return own.length === 1 && own[0]?.isFalse === true;
}
