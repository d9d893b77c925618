/** Stands where ERB puts a value in that only Ruby knows: no YAML of its own, and nothing that anyone writes. */
export const COMPUTED = 'gemcompat_erb_value';

/** An ERB tag, to the end of the file where it does not end. */
const TAG = /<%(%|#|=|-)?([^]*?)(?:-?%>|$)/g;

/** `File.read(".ruby-version").strip`: a file of the project, and methods that take white space or a prefix away. */
const READ =
  /^\s*(?:File|IO)\.read\(?\s*(["'])([^"'#\\]+)\1\s*\)?((?:\.\w+(?:\(\s*(?:"[^"#\\]*"|'[^'\\]*')\s*\))?)*)\s*$/;

const METHOD = /\.(\w+)(?:\(\s*(?:"([^"]*)"|'([^']*)')\s*\))?/g;

/** The files that the tags of a text read and put in, by the names in it. */
export function erbFiles(text: string): string[] {
  const names = [...text.matchAll(TAG)].flatMap(([, kind, code = '']) =>
    kind === '=' ? (READ.exec(code)?.[2] ?? []) : [],
  );
  return [...new Set(names)];
}

/**
 * A text with each value that ERB puts in: the contents of a file that is read as it is, else `COMPUTED`. Every line stays where it was.
 * `decides` says whether other Ruby in it decides which lines count.
 * @param files what the files of `erbFiles` hold; one that is absent is not known
 */
export function withoutErb(
  text: string,
  files: ReadonlyMap<string, string>,
): { readonly yaml: string; readonly decides: boolean } {
  const parts: string[] = [];
  let decides = false;
  let end = 0;
  // Line ends inside a tag go behind the line that it ends on, where they cut no text in two.
  let owed = 0;
  const copy = (literal: string): void => {
    const at = literal.indexOf('\n');
    if (owed === 0 || at < 0) {
      parts.push(literal);
      return;
    }
    parts.push(literal.slice(0, at), '\n'.repeat(owed), literal.slice(at));
    owed = 0;
  };
  for (const match of text.matchAll(TAG)) {
    const [tag, kind, code = ''] = match;
    copy(text.slice(end, match.index));
    end = match.index + tag.length;
    if (kind === '%') {
      copy(tag);
      continue;
    }
    owed += tag.split('\n').length - 1;
    if (kind === '=') parts.push(valueOf(code, files) ?? COMPUTED);
    else if (kind !== '#') decides = true;
  }
  copy(text.slice(end));
  return { yaml: parts.join(''), decides };
}

/** What a tag puts in; undefined if only Ruby knows, or if it has several lines. */
function valueOf(code: string, files: ReadonlyMap<string, string>): string | undefined {
  const [, , name = '', methods = ''] = READ.exec(code) ?? [];
  let value = files.get(name);
  for (const [, method = '', double, single] of methods.matchAll(METHOD)) {
    const argument = double ?? single;
    if (value === undefined) return undefined;
    if (/^(?:strip|chomp|rstrip|lstrip|to_s)$/.test(method) && argument === undefined) {
      value = method === 'to_s' ? value : method === 'lstrip' ? value.trimStart() : trimmed(value, method);
    } else if (method === 'delete_prefix' && argument !== undefined)
      value = value.startsWith(argument) ? value.slice(argument.length) : value;
    else return undefined;
  }
  // A line end at the end of a value is nothing to YAML.
  const line = value?.replace(/\r?\n$/, '');
  return line === undefined || /[\r\n]/.test(line) ? undefined : line;
}

function trimmed(value: string, method: string): string {
  if (method === 'chomp') return value.replace(/\r?\n$|\r$/, '');
  return method === 'rstrip' ? value.trimEnd() : value.trim();
}
