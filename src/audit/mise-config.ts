import type { NamedRuby } from './ruby-word.js';
import { parseRubyWord } from './ruby-word.js';

/**
 * The Ruby that `mise.toml` names. Of TOML (toml.io, 1.0.0) no more is read than it takes to find that one value, in every form
 * that mise documents: `[tools] ruby = "3.3"`, a list, a table `{ version = "3.3" }`, `[tools.ruby] version = "3.3"`, and dotted
 * keys. Undefined where there is none, or where it is made by a template.
 */
export function parseMiseConfig(text: string): NamedRuby | undefined {
  let section: readonly string[] = [];
  for (const line of statements(text)) {
    const header = /^\[([^[\]]+)\]$/.exec(line)?.[1];
    if (header !== undefined) {
      section = keyParts(header) ?? ['?'];
      continue;
    }
    if (line.startsWith('[')) {
      section = ['?'];
      continue;
    }
    const [, left, right] = /^((?:"[^"]*"|'[^']*'|[^=])+?)\s*=\s*(.+)$/s.exec(line) ?? [];
    const key = left === undefined ? undefined : keyParts(left);
    if (key === undefined || right === undefined) continue;
    const [tools, tool, field, ...rest] = [...section, ...key];
    if (tools !== 'tools' || !isRuby(tool) || rest.length > 0) continue;
    if (field !== undefined && field !== 'version') continue;
    const word = firstString(right, field === undefined);
    return word === undefined ? undefined : parseRubyWord(word);
  }
  return undefined;
}

/** mise names a tool by itself or with the backend that installs it. */
function isRuby(tool: string | undefined): boolean {
  return tool === 'ruby' || tool === 'core:ruby' || tool === 'asdf:ruby';
}

/** `tools."core:ruby"` → its parts; undefined for what is no key. */
function keyParts(text: string): string[] | undefined {
  const parts: string[] = [];
  const part = /\s*(?:"([^"\\]*)"|'([^']*)'|([A-Za-z0-9_-]+))\s*(\.|$)/y;
  for (let match = part.exec(text); match !== null; match = part.exec(text)) {
    parts.push(match[1] ?? match[2] ?? match[3] ?? '');
    if (match[4] === '') return parts;
  }
  return undefined;
}

/** A string, the first of a list, or the `version` of a table. A backslash or a template names no release. */
function firstString(value: string, tables: boolean): string | undefined {
  const table = tables ? /^\{(.*)\}$/s.exec(value)?.[1] : undefined;
  const named =
    table === undefined ? value : (/(?:^|,)\s*["']?version["']?\s*=\s*(.+)$/s.exec(table)?.[1] ?? '');
  const inList = named.replace(/^\[\s*/, '');
  if (inList.startsWith('{')) return firstString(inList.replace(/\}.*$/s, '}'), true);
  const [, double, single] = /^(?:"([^"\\{]*)"|'([^'{]*)')/.exec(inList) ?? [];
  return double ?? single;
}

/**
 * The headers and assignments of a text in TOML: comments are taken away, lists over several lines are put together, and
 * strings over several lines, of which no value here is one, are passed over.
 */
function statements(text: string): string[] {
  const found: string[] = [];
  let open = '';
  const tokens =
    /"""[^]*?"""|'''[^]*?'''|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'|#[^\n]*|[[\]{}]|\n|[^"'#[\]{}\n]+|["']/g;
  let depth = 0;
  for (const [token] of text
    .replace(/^\uFEFF/, '')
    .replaceAll('\r\n', '\n')
    .matchAll(tokens)) {
    if (token.startsWith('#')) continue;
    if (token.startsWith('"""') || token.startsWith("'''")) open += '?';
    else if (token !== '\n') {
      if (/^[[{]$/.test(token)) depth += 1;
      if (/^[\]}]$/.test(token)) depth = Math.max(0, depth - 1);
      open += token;
    } else if (depth > 0) open += ' ';
    else {
      if (open.trim() !== '') found.push(open.trim());
      open = '';
    }
  }
  if (open.trim() !== '') found.push(open.trim());
  return found;
}
