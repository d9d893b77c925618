import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { RubySource } from '../search/types.js';
import { parseMiseConfig } from './mise-config.js';
import type { RubyStatement } from './ruby-sources.js';
import type { NamedRuby } from './ruby-word.js';
import { parseRubyVersionFile, parseToolVersions } from './ruby-word.js';

interface RubyFile {
  readonly source: RubySource;
  readonly parse: (text: string) => NamedRuby | undefined;
}

/** The files that say which Ruby a project is developed with, by their names, what counts most first. */
const RUBY_FILES = {
  '.ruby-version': { source: 'ruby-version', parse: parseRubyVersionFile },
  '.tool-versions': { source: 'tool-versions', parse: parseToolVersions },
  'mise.toml': { source: 'mise', parse: parseMiseConfig },
  '.mise.toml': { source: 'mise', parse: parseMiseConfig },
} as const satisfies Record<string, RubyFile>;

/** Largest file in bytes that is read: such files are lists of a few tools. */
const MAX_FILE = 256 * 1024;

/** Reads those of the files that a project has. Files of the directories above belong to other projects too, and are not read. */
export async function readRubyFiles(directory: string): Promise<RubyStatement[]> {
  const found = await Promise.all(
    Object.entries<RubyFile>(RUBY_FILES).map(async ([name, file]) => {
      const text = await textOf(path.join(directory, name));
      const ruby = text === undefined ? undefined : file.parse(text);
      return ruby === undefined ? [] : [{ ...ruby, from: { source: file.source, place: name } }];
    }),
  );
  return found.flat();
}

/**
 * What the file of `ruby file: "…"` names, by the format that its name stands for; of another name it is one version, as Bundler
 * takes it. Undefined where it cannot be read or names none.
 */
export async function readNamedRubyFile(file: string): Promise<NamedRuby | undefined> {
  const text = await textOf(file);
  const known: RubyFile | undefined = (RUBY_FILES as Readonly<Record<string, RubyFile>>)[path.basename(file)];
  return text === undefined ? undefined : (known?.parse ?? parseRubyVersionFile)(text);
}

/**
 * The version that the file of `ruby file: "…"` stands for to Bundler (`RubyDsl#normalize_ruby_file`): what follows `ruby` on a line of
 * its own, else the whole file. Undefined if it cannot be read.
 */
export async function readRequiredRuby(file: string): Promise<string | undefined> {
  const text = await textOf(file);
  if (text === undefined) return undefined;
  return /^ruby[\s-]*(?:=\s*)?"?([^\s#"]+)"?/m.exec(text)?.[1] ?? text.trim();
}

/** What cannot be read says nothing: where a Ruby is needed and none is named, the report asks for one. */
async function textOf(file: string): Promise<string | undefined> {
  try {
    const bytes = await readFile(file);
    return bytes.length > MAX_FILE ? undefined : bytes.toString('utf8');
  } catch {
    return undefined;
  }
}
