import { createHash } from 'node:crypto';
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll } from 'vitest';

/** The committed mirror: `versions`, `names`, `info/*`, `gems/*.gem`. See fixtures/README.md. */
export const mirrorDirectory = path.join(import.meta.dirname, '../../fixtures/mirror');

/** The apps to audit, each with a Gemfile and a Gemfile.lock. */
export const appsDirectory = path.join(import.meta.dirname, '../../fixtures/apps');

/** One line of the mirror's index. */
export interface IndexedGem {
  readonly name: string;
  /** Without the platform. */
  readonly version: string;
  /** `ruby` where the line has none. */
  readonly platform: string;
  /** Of a content-addressed gem. */
  readonly address?: string;
  /** `nokogiri-1.18.0-x86_64-linux-gnu`: the file name without `.gem`, and the key of expected.json. */
  readonly fullName: string;
  /** Lower-case hex SHA-256 of the `.gem`. */
  readonly sha256: string;
  /** The line as it stands in `info/NAME`. */
  readonly line: string;
}

/** What readelf says of one file of a gem, as fixtures/mirror/record.mjs wrote it down. */
export interface RecordedBinary {
  readonly sha256: string;
  /** In bytes. */
  readonly size: number;
  /** `ELF64`. */
  readonly class: string;
  /** readelf's name: `Advanced Micro Devices X86-64`. */
  readonly machine: string;
  /** `EXEC` or `DYN`. */
  readonly type: string;
  readonly interpreter: string | null;
  readonly soname: string | null;
  readonly needed: readonly string[];
  /** DT_RUNPATH, not split. */
  readonly runpath: readonly string[];
  /** Needed library → its version names, sorted. */
  readonly verneed: Readonly<Record<string, readonly string[]>>;
  /** Version family → the highest number: `{ GLIBC: '2.29' }`. */
  readonly highest: Readonly<Partial<Record<string, string>>>;
  /** Version name → the undefined symbols that are bound to it, sorted; those without a version under `''`. */
  readonly imports: Readonly<Partial<Record<string, readonly string[]>>>;
}

/** Gem's full name → path inside it → what readelf says. A path that ends in `.gz` stands for what that member holds. */
export type RecordedBinaries = Readonly<Record<string, Readonly<Record<string, RecordedBinary>>>>;

export async function recordedBinaries(): Promise<RecordedBinaries> {
  return JSON.parse(await readFile(path.join(mirrorDirectory, 'expected.json'), 'utf8')) as RecordedBinaries;
}

/**
 * The lines of one info file. Not the product's parser: no gem of the mirror has a `-` in its version, so the platform or the
 * address is what follows the first. An address has its platform in the line's facts.
 */
function infoLines(name: string, info: string): IndexedGem[] {
  const [header, ...lines] = info.trimEnd().split('\n');
  if (header !== '---') throw new Error(`info/${name}: starts with ${JSON.stringify(header)}`);
  return lines.map((line) => {
    const { version, suffix, sha256 } =
      /^(?<version>[^ -]+)(?:-(?<suffix>\S+))? .*\|.*checksum:(?<sha256>[0-9a-f]{64})/.exec(line)?.groups ??
      {};
    const platform = /,platform:(?:= )?(?<platform>[^,]+)/.exec(line)?.groups?.['platform'];
    if (version === undefined || sha256 === undefined) throw new Error(`info/${name}: ${line}`);
    return {
      name,
      version,
      platform: platform ?? suffix ?? 'ruby',
      ...(platform === undefined || suffix === undefined ? {} : { address: suffix }),
      fullName: [name, version, ...(suffix === undefined ? [] : [suffix])].join('-'),
      sha256,
      line,
    };
  });
}

/** All gems of a mirror, in the order of its `names` and `info` files; the committed one by default. */
export async function indexedGems(directory = mirrorDirectory): Promise<IndexedGem[]> {
  const [, ...names] = (await readFile(path.join(directory, 'names'), 'utf8')).trimEnd().split('\n');
  const files = await Promise.all(
    names.map(async (name) => infoLines(name, await readFile(path.join(directory, 'info', name), 'utf8'))),
  );
  return files.flat();
}

const temporary: string[] = [];
afterAll(async () => {
  await Promise.all(temporary.map((directory) => rm(directory, { recursive: true, force: true })));
});

/** Gem name → whether a version (and platform) is kept. Gems that are not named are kept whole. */
export type MirrorFilter = Readonly<Partial<Record<string, (version: string, platform: string) => boolean>>>;

/**
 * A mirror with fewer releases: a copy of the committed one in a temporary directory, with its index made to fit. A gem
 * of which nothing is kept is gone from `names` and `versions` too. The directory is removed after the
 * tests of the file that imports this.
 *
 * @example
 * // as it was before thruster 0.1.10
 * await trimmedMirror({ thruster: (version) => ['0.1.7', '0.1.8', '0.1.9'].includes(version) });
 */
export async function trimmedMirror(filter: MirrorFilter): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), 'gemcompat-mirror-'));
  temporary.push(directory);
  const gems = await indexedGems();
  const unknown = Object.keys(filter).filter((name) => !gems.some((gem) => gem.name === name));
  if (unknown.length > 0) throw new Error(`Not in the mirror: ${unknown.join(', ')}`);

  const kept = gems.filter(({ name, version, platform }) => filter[name]?.(version, platform) ?? true);
  await mkdir(path.join(directory, 'gems'));
  await mkdir(path.join(directory, 'info'));
  await Promise.all(
    kept.map(({ fullName }) => {
      const file = path.join('gems', `${fullName}.gem`);
      return copyFile(path.join(mirrorDirectory, file), path.join(directory, file));
    }),
  );

  const names = [...new Set(kept.map(({ name }) => name))];
  const versions = await Promise.all(
    names.map(async (name) => {
      const own = kept.filter((gem) => gem.name === name);
      const info = `---\n${own.map(({ line }) => `${line}\n`).join('')}`;
      await writeFile(path.join(directory, 'info', name), info);
      const list = own.map(({ line }) => line.slice(0, line.indexOf(' '))).join(',');
      return `${name} ${list} ${createHash('md5').update(info).digest('hex')}\n`;
    }),
  );
  const original = await readFile(path.join(mirrorDirectory, 'versions'), 'utf8');
  const header = original.slice(0, original.indexOf('---\n') + 4);
  await writeFile(path.join(directory, 'versions'), `${header}${versions.join('')}`);
  await writeFile(path.join(directory, 'names'), `---\n${names.map((name) => `${name}\n`).join('')}`);
  return directory;
}
