/**
 * Parses a `.bundle/config` as Bundler does (`Gem::YAMLSerializer` and `Bundler::Settings#load_config`): not YAML, but
 * lines of `KEY: value` with optional quotes and no escapes. Keys come back in the form in which the environment has them
 * (`.` as `__`, `-` as `___`); a URL key ends with a slash. Nested maps and lists hold no setting and are passed over.
 *
 * A value is cut at a `#` that is not its first character, even inside quotes: Bundler 2 and 4 both do so.
 *
 * @param text The file, decoded as UTF-8.
 */
export function parseBundlerConfig(text: string): ReadonlyMap<string, string> {
  const config = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    const entry = parseLine(line);
    if (entry !== undefined) config.set(settingKey(entry.key), entry.value);
  }
  return config;
}

function parseLine(line: string): { key: string; value: string } | undefined {
  const colon = keyEnd(line);
  if (colon === -1) return undefined;
  // Two spaces are one level of nesting.
  const indent = Math.min(/^ */.exec(line)?.[0].length ?? 0, colon - 1);
  if (indent >= 2) return undefined;
  const rest = line.slice(colon + (line[colon + 1] === ' ' ? 2 : 1));
  const { quote, inner } = unquote(rest);
  const value = withoutComment(inner);
  // An unquoted empty value opens a nested map, an unquoted [] is an empty list.
  if ((quote === '' && value === '') || value === '[]') return undefined;
  return { key: line.slice(indent, colon), value };
}

/** Offset of the colon that ends the key: the last one before any `#` that white space or the end of the line follows. */
function keyEnd(line: string): number {
  const hash = line.indexOf('#');
  const limit = hash === -1 ? line.length : hash;
  for (let colon = line.lastIndexOf(':', limit - 1); colon > 0; colon = line.lastIndexOf(':', colon - 1)) {
    const next = line[colon + 1];
    if (next === undefined || /\s/.test(next)) return colon;
  }
  return -1;
}

function unquote(text: string): { quote: string; inner: string } {
  const quote = text[0];
  if ((quote === '"' || quote === "'") && text.length >= 2 && text.endsWith(quote)) {
    return { quote, inner: text.slice(1, -1) };
  }
  return { quote: '', inner: text };
}

function withoutComment(value: string): string {
  const hash = value.indexOf('#');
  return hash > 0 ? value.slice(0, hash).trim() : value;
}

function settingKey(written: string): string {
  const slashed =
    /https?:/i.test(written) && !/(?:\/|__FALLBACK_TIMEOUT)$/.test(written) ? `${written}/` : written;
  return slashed.replaceAll('.', '__').replaceAll('-', '___');
}
