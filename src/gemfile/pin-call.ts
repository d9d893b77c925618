import { canonicalRequirementList } from '../version/requirement.js';
import type { GemCall, Quote } from './gem-call.js';
import { canRecord } from './own-comment.js';
import type { Edit } from './splice.js';
import type { ByteText } from './ruby-parser.js';

/** What is to be true of a gem's line. */
export interface LinePin {
  readonly bounds: readonly string[];
  /** The bounds stand in the place of what the line requires. */
  readonly replaces: boolean;
  readonly forceRuby: boolean;
}

/**
 * Why a call cannot be edited safely.
 * - `computed-requirement`: what is to be replaced shows only when it runs, or lies in a heredoc.
 * - `computed-options`: a variable may be a hash of options, so that no option can be put behind it.
 * - `option-set`: `force_ruby_platform` is set to something else.
 * - `unrecordable`: what is to be replaced could not be put back from a comment.
 */
export type CallRefusal = 'computed-requirement' | 'computed-options' | 'option-set' | 'unrecordable';

export interface CallEdits {
  readonly edits: readonly Edit[];
  /** What of the pin was not there yet. */
  readonly adds: readonly string[];
  readonly forceRuby: boolean;
  readonly was?: ByteText;
}

/** The edits that bring a pin into a call; none where all of it is there. */
export function pinCall(
  source: ByteText,
  call: GemCall,
  pin: LinePin,
  usual: Quote,
): CallEdits | CallRefusal {
  const requirement = pin.replaces ? replacement(source, call, pin, usual) : addition(call, pin, usual);
  if (typeof requirement === 'string') return requirement;
  const option = pin.forceRuby ? forceOption(call) : [];
  if (typeof option === 'string') return option;
  return {
    ...requirement,
    edits: [...requirement.edits, ...option],
    forceRuby: option.length > 0,
  };
}

type RequirementEdits = Omit<CallEdits, 'forceRuby'>;

function addition(call: GemCall, { bounds }: LinePin, usual: Quote): RequirementEdits {
  const there = new Set(call.positional.flatMap(({ texts }) => canonical(texts)));
  const adds = canonical(bounds).filter((bound) => !there.has(bound));
  if (adds.length === 0) return { edits: [], adds };
  const { positional, nameSpan } = call;
  const last = positional.at(-1);
  const quote = quoteOf(call, usual);
  const list = adds.map((bound) => quote + bound + quote).join(', ');
  // Behind an argument that may be a hash of options nothing can stand; between it and the name everything can.
  if (last === undefined || positional.some(({ kind }) => kind === 'opaque')) {
    return { edits: [insert(nameSpan.end, `, ${list}`)], adds };
  }
  if (last.kind === 'array' && last.elements !== undefined) {
    const element = last.elements.at(-1);
    const at = element === undefined ? last.span.start + 1 : element.span.end;
    return { edits: [insert(at, element === undefined ? list : `, ${list}`)], adds };
  }
  return { edits: [insert(last.span.end, `, ${list}`)], adds };
}

function replacement(
  source: ByteText,
  call: GemCall,
  { bounds }: LinePin,
  usual: Quote,
): RequirementEdits | CallRefusal {
  const { positional } = call;
  const first = positional[0];
  const last = positional.at(-1);
  const adds = bounds.length === 0 ? ['>= 0'] : canonical(bounds);
  if (first === undefined || last === undefined)
    return addition(call, { bounds, replaces: false, forceRuby: false }, usual);
  if (positional.some(({ kind, elsewhere }) => kind === 'opaque' || elsewhere)) return 'computed-requirement';
  const there = new Set(positional.flatMap(({ texts }) => canonical(texts)));
  if (there.size === adds.length && adds.every((bound) => there.has(bound))) return { edits: [], adds: [] };
  const was = source.slice(first.span.start, last.span.end);
  if (!canRecord(was)) return 'unrecordable';
  const quote = quoteOf(call, usual);
  const list = adds.map((bound) => quote + bound + quote).join(', ');
  return { edits: [{ start: first.span.start, end: last.span.end, text: list }], adds, was };
}

/** The quote of the last requirement, else of the name, else the file's. */
function quoteOf({ quote }: GemCall, usual: Quote): Quote {
  return quote ?? usual;
}

const FORCE = 'force_ruby_platform';

function forceOption({ options, positional, nameSpan }: GemCall): Edit[] | CallRefusal {
  const known = options?.elements.find(({ key }) => key === FORCE);
  if (known !== undefined) return known.isTrue ? [] : 'option-set';
  const last = options?.elements.at(-1);
  if (options !== undefined) {
    const pair = last?.rocket === true ? `:${FORCE} => true` : `${FORCE}: true`;
    // Of a hash without elements there is but `{}`, or what stands between the braces.
    return [last === undefined ? insert(options.span.start + 1, pair) : insert(last.span.end, `, ${pair}`)];
  }
  if (positional.some(({ kind }) => kind === 'opaque')) return 'computed-options';
  return [insert(positional.at(-1)?.span.end ?? nameSpan.end, `, ${FORCE}: true`)];
}

function insert(at: number, text: string): Edit {
  return { start: at, end: at, text };
}

/** As Gem::Requirement writes them; what it would refuse stays as it is, since Bundler will say so. */
export function canonical(texts: readonly string[]): string[] {
  return texts.flatMap((text) => {
    try {
      return canonicalRequirementList([text]);
    } catch {
      return [text];
    }
  });
}
