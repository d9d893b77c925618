import { posix } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { LockfileError } from '../../src/errors.js';
import { decodeLockfile } from '../../src/lockfile/decode.js';
import { parseLockfile } from '../../src/lockfile/parse.js';
import type { LockedSource, Lockfile } from '../../src/lockfile/types.js';
import type { CorpusLockfile } from './corpus.js';

interface ExpectedSource {
  readonly type: string;
  readonly remotes?: readonly string[];
  readonly remote?: string;
  readonly options?: Readonly<Record<string, unknown>>;
}

interface ExpectedLockfile {
  readonly sources: readonly ExpectedSource[];
  readonly specs: readonly {
    readonly name: string;
    readonly version: string;
    readonly platform: string;
    readonly source: ExpectedSource;
    readonly dependencies: readonly { readonly name: string; readonly requirement: readonly string[] }[];
  }[];
  readonly platforms: readonly string[];
  readonly dependencies: readonly {
    readonly name: string;
    readonly requirement: readonly string[];
    readonly pinned: boolean;
  }[];
  readonly ruby_version: string | null;
  readonly bundled_with: string | null;
  readonly checksums: readonly string[] | null;
}

type Expected = { readonly error: string } | { readonly lockfile: ExpectedLockfile };

const text = (value: unknown): string => JSON.stringify(value);

function sourceText({ type, remotes, options }: LockedSource): string {
  if (type === 'gem') {
    return text({
      type,
      remotes: remotes.map((remote) => (remote.endsWith('/') ? remote : `${remote}/`)).sort(),
    });
  }
  const remote =
    type === 'path'
      ? posix.normalize(remotes[0] ?? '').replace(/(?<=.)\/$/, '')
      : (remotes[0] ?? '').replace(/\/$/, '');
  const entries = Object.entries(options).sort(([a], [b]) => (a < b ? -1 : 1));
  return text({ type, remote, options: Object.fromEntries(entries) });
}

function expectedSourceText({ type, remotes, remote, options }: ExpectedSource): string {
  if (type === 'gem') return text({ type, remotes: [...(remotes ?? [])].sort() });
  const entries = Object.entries(options ?? {}).map(([name, value]) => [name, String(value)] as const);
  return text({ type, remote, options: Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1))) });
}

function dependencyText({ name, requirement }: { name: string; requirement: readonly string[] }): string {
  return `${name} ${[...requirement].sort().join(', ')}`;
}

const sortedText = (list: readonly string[]): string[] => [...list].sort();

function ours(lockfile: Lockfile): Record<string, unknown> {
  const source = (index: number): string => {
    const found = lockfile.sources[index];
    return found === undefined ? 'none' : sourceText(found);
  };
  return {
    sources: sortedText(lockfile.sources.map(sourceText)),
    specs: sortedText(
      lockfile.specs.map((spec) =>
        text([
          spec.name,
          spec.version,
          spec.platform,
          source(spec.source),
          sortedText(spec.dependencies.map(dependencyText)),
        ]),
      ),
    ),
    platforms: sortedText(lockfile.platforms),
    dependencies: sortedText(
      lockfile.dependencies.map((dep) => `${dependencyText(dep)} ${String(dep.pinned)}`),
    ),
    ruby: lockfile.rubyVersion ?? null,
    bundler: lockfile.bundlerVersion ?? null,
    checksums:
      lockfile.checksums === undefined
        ? null
        : sortedText(
            lockfile.checksums
              .filter(({ digests }) => Object.keys(digests).length > 0)
              .map(({ name, version, platform, digests }) => {
                const tuple = platform === 'ruby' ? version : `${version}-${platform}`;
                const list = sortedText(
                  Object.entries(digests).map(([algorithm, digest]) => `${algorithm}=${digest}`),
                );
                return `${name} (${tuple}) ${list.join(',')}`;
              }),
          ),
  };
}

function theirs(lockfile: ExpectedLockfile): Record<string, unknown> {
  return {
    sources: sortedText(lockfile.sources.map(expectedSourceText)),
    specs: sortedText(
      lockfile.specs.map((spec) =>
        text([
          spec.name,
          spec.version,
          spec.platform,
          expectedSourceText(spec.source),
          sortedText(spec.dependencies.map(dependencyText)),
        ]),
      ),
    ),
    platforms: sortedText(lockfile.platforms),
    dependencies: sortedText(
      lockfile.dependencies.map((dep) => `${dependencyText(dep)} ${String(dep.pinned)}`),
    ),
    ruby: lockfile.ruby_version,
    bundler: lockfile.bundled_with,
    // Entries without a digest are "name (version)": Bundler 2.6 has nothing of them.
    checksums:
      lockfile.checksums === null
        ? null
        : sortedText(lockfile.checksums.filter((line) => line.includes('='))),
  };
}

/**
 * What differs between our reading of a corpus file and what Bundler 2.6.9 read; undefined where nothing does. Where
 * Bundler refuses, so must we; where it reads no spec without a word, we must refuse too.
 */
export function corpusDifference({ bytes, expected }: CorpusLockfile): string | undefined {
  const wanted = JSON.parse(expected) as Expected;
  let lockfile: Lockfile;
  try {
    lockfile = parseLockfile(decodeLockfile(bytes));
  } catch (error) {
    if (!(error instanceof LockfileError)) throw error;
    const silent = 'lockfile' in wanted && wanted.lockfile.specs.length === 0;
    return silent || 'error' in wanted ? undefined : `we refuse: ${error.message}`;
  }
  if ('error' in wanted) {
    // A PLUGIN SOURCE is read by whoever has the plugin; the corpus was made without.
    return wanted.error === 'Bundler::Plugin::UnknownSourceError'
      ? undefined
      : `Bundler refuses: ${wanted.error}`;
  }
  const [a, b] = [ours(lockfile), theirs(wanted.lockfile)];
  if (isDeepStrictEqual(a, b)) return undefined;
  const key = Object.keys(b).find((candidate) => !isDeepStrictEqual(a[candidate], b[candidate])) ?? '';
  return `${key}: ours ${text(a[key])}; Bundler ${text(b[key])}`;
}
