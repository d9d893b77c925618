import type { TreeWalk } from '../tree-walk.js';
import type { ImageFacts } from './image-tree.js';

/** rbconfig.rb has some 20 KB. In bytes. */
const MAX_RBCONFIG = 256 << 10;

/** PATH of a container whose image does not set it (moby, oci/defaults.go). */
const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Folders below the prefix in which Ruby's own configuration lies, `*` for a folder of any name: upstream, Debian, Fedora. */
const PLACES = ['lib/ruby/*/*', 'lib/*/ruby/*', 'lib64/ruby', 'lib/ruby', 'lib/*/ruby', 'share/ruby'];

/**
 * Version of the Ruby that `ruby` is in the image, `3.3.5`: what its own rbconfig.rb says. Where several Rubies share a prefix, or
 * none can be read, what `RUBY_VERSION` of the image's environment says, as the official images set it. Undefined where there is
 * no `ruby` in PATH.
 * @throws as `TreeWalk` does
 */
export async function rubyOf(
  walk: TreeWalk,
  { env }: Pick<ImageFacts, 'env'> = { env: {} },
): Promise<string | undefined> {
  const stated = /^\d+\.\d+(?:\.\d+)?(?:[.-]?(?:preview|rc|dev)\d*)?$/.exec(env['RUBY_VERSION'] ?? '')?.[0];
  for (const directory of (env['PATH'] ?? DEFAULT_PATH).split(':')) {
    if (!directory.startsWith('/')) continue;
    const ruby = await walk.follow(`${directory}/ruby`);
    if (ruby?.entry.kind !== 'file') continue;
    const [, prefix = '', name = ''] = /^(.*)\/s?bin\/([^/]+)$/.exec(ruby.path) ?? [];
    const found = await versionsBelow(walk, prefix === '' ? '/usr' : prefix, name);
    const [only, ...others] = [...found];
    if (others.length === 0 && only !== undefined) return only;
    return found.size === 0 || (stated !== undefined && found.has(stated)) ? stated : undefined;
  }
  return undefined;
}

async function versionsBelow(walk: TreeWalk, prefix: string, program: string): Promise<ReadonlySet<string>> {
  const all = new Set<string>();
  const named = new Set<string>();
  for (const place of PLACES) {
    for (const folder of await expanded(walk, prefix, place.split('/'))) {
      const bytes = await walk.read(`${folder}/rbconfig.rb`, MAX_RBCONFIG);
      const config = bytes === undefined ? undefined : parseRbconfig(new TextDecoder().decode(bytes));
      if (config === undefined) continue;
      all.add(config.version);
      if (config.program === program) named.add(config.version);
    }
  }
  return named.size > 0 ? named : all;
}

async function expanded(walk: TreeWalk, from: string, parts: readonly string[]): Promise<string[]> {
  const [part, ...rest] = parts;
  if (part === undefined) return [from];
  if (part !== '*') return expanded(walk, `${from}/${part}`, rest);
  const listed = await walk.list(from);
  const found: string[] = [];
  for (const name of listed?.names ?? []) {
    const folder = await walk.follow(`${from}/${name}`);
    if (folder?.entry.kind === 'directory') found.push(...(await expanded(walk, `${from}/${name}`, rest)));
  }
  return found;
}

/** Settings refer to one another, `$(MAJOR).$(MINOR)`; a few levels deep. */
const MAX_EXPANSIONS = 8;

/** The settings that Ruby's own build (tool/mkconfig.rb) writes as `CONFIG["KEY"] = "value"`, expanded as RbConfig.expand does. */
function parseRbconfig(text: string): { readonly version: string; readonly program: string } | undefined {
  const settings = new Map<string, string>();
  for (const [, key = '', value = ''] of text.matchAll(/^[ \t]*CONFIG\["(\w+)"\] = "([^"\n]{0,1000})"/gm)) {
    settings.set(key, value);
  }
  const setting = (key: string): string => {
    let value = settings.get(key) ?? '';
    for (let round = 0; round < MAX_EXPANSIONS && value.length < 1000 && value.includes('$'); round++) {
      value = value.replace(
        /\$\((\w+)\)|\$\{(\w+)\}/g,
        (_all, one?: string, other?: string) => settings.get(one ?? other ?? '') ?? '',
      );
    }
    return value;
  };
  const version = setting('RUBY_PROGRAM_VERSION') || ['MAJOR', 'MINOR', 'TEENY'].map(setting).join('.');
  if (!/^\d+\.\d+\.\d+/.test(version)) return undefined;
  return { version, program: setting('ruby_install_name') || setting('RUBY_INSTALL_NAME') };
}
