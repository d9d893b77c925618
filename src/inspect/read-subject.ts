import { stat } from 'node:fs/promises';
import { constants } from 'node:fs';
import { basename, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { ElfError, GemArchiveError, UsageError } from '../errors.js';
import { parseElf } from '../elf/parse.js';
import { isGemVersion } from '../version/gem-version.js';
import { appendedArchive } from '../gem/appended.js';
import type { AppendedArchive } from '../gem/appended.js';
import { readAppended } from './appended.js';
import { ReaderThreads } from './reader-threads.js';
import { readArchive, unreadable } from './archive-walk.js';
import type { WalkPorts } from './archive-walk.js';
import { isSystemError, walkDirectory } from './directory-walk.js';
import type { DirectoryFindings, FoundArchive } from './directory-walk.js';
import { readFoundArchive } from './found-archive.js';
import { subjectError } from './inspect-error.js';
import type { InspectLimits } from './limits.js';
import { MAGIC_LENGTH, magicOf, unsupportedFormat } from '../archive/formats.js';
import type { ArchiveFormat } from '../archive/formats.js';
import { FileSource, OPEN_FLAGS, elfBytes } from '../archive/source.js';
import { readStandardInput } from './standard-input.js';
import type { Tree } from './tree.js';
import { TreeCollector } from './tree.js';
import type { InspectWarning, SubjectKind } from './types.js';

/** What is to be read: found to be there, but not opened yet. */
export type SubjectToRead =
  | { readonly kind: 'input' }
  | { readonly kind: 'file'; readonly path: string; readonly file: string }
  | { readonly kind: 'directory'; readonly path: string; readonly file: string }
  | { readonly kind: 'release'; readonly path: string; readonly name: string; readonly version: string }
  /** It is there, and cannot be read or is no file. */
  | { readonly kind: 'refused'; readonly path: string; readonly error: UsageError };

export interface ReadSubject {
  /** As the user wrote it. */
  readonly path: string;
  readonly kind: SubjectKind;
  /** Its own name, for files that belong to no gem. */
  readonly name: string;
  readonly tree: Tree;
  readonly warnings: readonly InspectWarning[];
}

export interface ReadPorts {
  readonly limits: InspectLimits;
  readonly input: Readable & { readonly fd?: number; readonly isTTY?: boolean };
  /** Runs the readings of archives that lie in a directory, some of them at a time. */
  readonly limit: <Result>(task: () => Promise<Result>) => Promise<Result>;
  readonly seen?: (path: string) => void;
  readonly signal?: AbortSignal;
}

/**
 * Finds out what an argument means, before anything is read.
 * @throws UsageError `INSPECT_NOT_FOUND`
 */
export async function findSubject(path: string, cwd: string): Promise<SubjectToRead> {
  if (path === '-') return { kind: 'input' };
  const file = resolve(cwd, path);
  try {
    const stats = await stat(file);
    if (stats.isDirectory()) return { kind: 'directory', path, file };
    if (stats.isFile()) return { kind: 'file', path, file };
  } catch (error) {
    const gem = isMissing(error) ? gemNamed(path) : undefined;
    if (gem !== undefined) return { kind: 'release', path, ...gem };
    const refused = systemError(path, error);
    if (refused instanceof UsageError && refused.code !== 'INSPECT_NOT_FOUND')
      return { kind: 'refused', path, error: refused };
    throw refused;
  }
  const error = subjectError('INSPECT_NOT_A_FILE', `${path} is neither a file nor a directory`, [
    'to read what a program writes, pipe it in and name it "-"',
  ]);
  return { kind: 'refused', path, error };
}

/** What is wrong with the program's own use, whatever the path. */
const OF_ITS_USE: readonly string[] = [
  'INSPECT_STDIN_TERMINAL',
  'INSPECT_STDIN_LIMIT',
  'INSPECT_STDIN_UNREADABLE',
];

/**
 * A subject of which nothing can be read, as one with a finding: the others have answers all the same.
 * @returns undefined for an error that is none of the subject's
 */
export function unreadSubject(path: string, error: unknown): ReadSubject | undefined {
  if (!(error instanceof UsageError || error instanceof GemArchiveError)) return undefined;
  if (OF_ITS_USE.includes(error.code)) return undefined;
  const tree = new TreeCollector();
  const name = path === '-' ? 'standard input' : path;
  tree.report(name, { kind: 'unreadable', code: error.code, reason: error.message });
  return { path, kind: 'unread', name, tree: tree.finish(), warnings: [] };
}

/** `nokogiri@1.18.3` */
function gemNamed(text: string): { name: string; version: string } | undefined {
  const [, name, version] = /^([A-Za-z0-9._-]+)@([^@/]+)$/.exec(text) ?? [];
  if (name === undefined || version === undefined || !isGemVersion(version)) return undefined;
  return { name, version };
}

function isMissing(error: unknown): boolean {
  return isSystemError(error) && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}

function systemError(path: string, error: unknown): unknown {
  if (!isSystemError(error)) return error;
  if (isMissing(error)) {
    const gem = /^[A-Za-z0-9._-]+$/.test(path) && !path.includes('.gem');
    return subjectError(
      'INSPECT_NOT_FOUND',
      `there is no file or directory ${path}`,
      gem ? [`to look at a gem of that name, say which version: ${path}@1.2.3`] : ['check the path'],
      error,
    );
  }
  const denied = error.code === 'EACCES' || error.code === 'EPERM';
  return subjectError(
    'INSPECT_UNREADABLE',
    `${path} cannot be read: ${error.code ?? error.message}`,
    [denied ? 'run as a user who may read it' : 'check the disk and the path'],
    error,
  );
}

/**
 * Reads a subject whole.
 * @throws UsageError that refused it; `INSPECT_EMPTY`, also for what holds no files; `INSPECT_NOT_BINARY`, `INSPECT_UNSUPPORTED`, `INSPECT_UNREADABLE`, and what
 *   `readStandardInput` throws; UsageError with the code of its ArchiveError, and GemArchiveError, for an archive of which nothing
 *   can be read
 */
export async function readSubject(
  subject: Exclude<SubjectToRead, { kind: 'release' }>,
  ports: ReadPorts,
): Promise<ReadSubject> {
  if (subject.kind === 'refused') throw subject.error;
  if (subject.kind === 'directory') return readDirectory(subject.path, subject.file, ports);
  const path = subject.kind === 'input' ? '-' : subject.path;
  const source = await open(subject, ports).catch((error: unknown) => {
    throw systemError(path, error);
  });
  try {
    return await readFile(
      path,
      subject.kind === 'input' ? 'standard input' : basename(subject.file),
      source,
      ports,
    );
  } catch (error) {
    throw systemError(path, error);
  } finally {
    source.close();
  }
}

async function open(
  subject: Extract<SubjectToRead, { kind: 'input' | 'file' }>,
  ports: ReadPorts,
): Promise<FileSource> {
  if (subject.kind === 'input') return readStandardInput(ports.input, ports.limits.standardInput);
  // A link that the user names is meant.
  return FileSource.open(subject.file, OPEN_FLAGS & ~constants.O_NOFOLLOW);
}

function walkPorts(tree: TreeCollector, { limits, seen, signal }: ReadPorts): WalkPorts {
  return {
    tree,
    limits,
    ...(seen === undefined ? {} : { seen }),
    ...(signal === undefined ? {} : { signal }),
  };
}

async function readFile(
  path: string,
  name: string,
  source: FileSource,
  ports: ReadPorts,
): Promise<ReadSubject> {
  const shown = path === '-' ? 'standard input' : path;
  if (source.size === 0) throw subjectError('INSPECT_EMPTY', `${shown} is empty`, ['check how it was made']);
  const head = source.read(0, MAGIC_LENGTH);
  const magic = magicOf(head);
  const tree = new TreeCollector();
  let kind: 'elf' | ArchiveFormat;
  switch (magic) {
    case undefined:
    case 'script':
    case 'foreign':
      throw subjectError(
        'INSPECT_NOT_BINARY',
        `${shown} is neither an ELF file nor an archive: ${beginsWith(head)}`,
        [WHAT_TO_NAME],
      );
    case 'static-archive':
      throw subjectError(
        'INSPECT_UNSUPPORTED',
        `${shown} is an archive for a linker: nothing loads it, so there is nothing to judge`,
        ['name the executable or library that is linked from it'],
      );
    case 'unsupported-archive': {
      const { name: format, unpack } = unsupportedFormat(head);
      throw subjectError(
        'INSPECT_UNSUPPORTED',
        `${shown} is compressed or packed with ${format}, which is not read`,
        [
          unpack.includes('|')
            ? `pipe it in unpacked: ${unpack}`
            : `unpack it, and name the directory: ${unpack}`,
        ],
      );
    }
    case 'elf':
      tree.filesSeen = 1;
      kind = (await readElf(name, shown, source, walkPorts(tree, ports))) ?? magic;
      break;
    default:
      kind = magic;
      await readArchive({ source, format: magic, name, prefix: '' }, walkPorts(tree, ports)).catch(
        (error: unknown) => {
          throw archiveError(shown, magic, error);
        },
      );
  }
  const finished = tree.finish();
  if (isEmpty(finished)) {
    if (magic === 'gzip' || magic === 'zstd' || magic === 'xz') {
      throw subjectError(
        'INSPECT_NOT_BINARY',
        `${shown} is compressed, and what is in it is neither an ELF file nor an archive with files`,
        [WHAT_TO_NAME],
      );
    }
    // A package may be there for what it depends on.
    if (magic === 'zip' || magic === 'tar' || magic === 'cpio') throw holdsNothing(shown);
  }
  const warnings = holdsLayers(finished)
    ? [
        {
          code: 'IMAGE_ARCHIVE',
          message: `${shown}: looks like a saved image, whose layers are judged each by itself; docker export writes its files as one, and --target docker-archive:FILE takes it for a target`,
        },
      ]
    : [];
  return { path, kind: kindOf(kind, finished), name, tree: finished, warnings };
}

/** @returns the format of an archive that was read out of it */
async function readElf(
  name: string,
  shown: string,
  source: FileSource,
  ports: WalkPorts,
): Promise<ArchiveFormat | undefined> {
  const { tree } = ports;
  let appended: AppendedArchive | undefined;
  try {
    const bytes = elfBytes(source);
    const elf = parseElf(bytes);
    if (!elf.loadable) {
      throw subjectError(
        'INSPECT_UNSUPPORTED',
        `${shown} is ${NOT_LOADED[elf.type]}: no loader takes it, so there is nothing to judge`,
        ['name the executable or library that it belongs to'],
      );
    }
    tree.report(name, { kind: 'elf', compressed: false, elf });
    appended = appendedArchive(bytes, elf);
  } catch (error) {
    if (!(error instanceof ElfError)) throw error;
    tree.report(name, { kind: 'unreadable', code: error.code, reason: error.message });
  }
  return appended === undefined ? undefined : readAppended(source, name, appended, ports);
}

const WHAT_TO_NAME =
  'name an executable, a library, a .gem, a directory, a zip, a tar archive, or a .deb or .rpm package';

/** Executables and libraries of systems that have no ELF, by their first bytes as hex. */
const NOT_ELF: readonly (readonly [RegExp, string])[] = [
  // mach-o/loader.h, MH_MAGIC and MH_MAGIC_64 in both byte orders; mach-o/fat.h, with fewer architectures than Java has versions.
  [/^(?:feedfac[ef]|c[ef]faedfe|cafebabe000000(?:0|1)|cafebabf)/, 'it is a Mach-O file, which macOS loads'],
  [/^cafebabe/, 'it is a class of Java'],
  // Microsoft's "PE Format": the MS-DOS stub.
  [/^4d5a/, 'it begins as a PE file does, which Windows loads'],
  [/^01(?:df|f7)/, 'it is an XCOFF file, which AIX loads'],
  [/^0061736d/, 'it is WebAssembly'],
];

function beginsWith(head: Buffer): string {
  const hex = head.toString('hex', 0, 8);
  const known = NOT_ELF.find(([magic]) => magic.test(hex))?.[1];
  // What is no ASCII would be shown as letters of Latin-1 that nobody wrote.
  const bytes = JSON.stringify(head.toString('latin1', 0, 16)).replace(
    /[\x7f-\xff]/g,
    (byte) => `\\x${byte.charCodeAt(0).toString(16)}`,
  );
  return known ?? `it begins with ${bytes}`;
}

/** Nothing was met in it, not even something that could not be read. */
function isEmpty({ filesSeen, specialFiles, binaries, gems, unreadable, nestedArchives }: Tree): boolean {
  const found = binaries.length + gems.length + unreadable.length + nestedArchives.length;
  return filesSeen + specialFiles + found === 0;
}

function holdsNothing(shown: string, links = 0): Error {
  return subjectError('INSPECT_EMPTY', `${shown} holds no files`, [
    links === 0
      ? 'check the path, and that what fills it has run'
      : 'links in it are not followed: name what they lead to',
  ]);
}

/** ELF files that are no executables and no libraries, by their types; of the latter two it is the separate debug information. */
const NOT_LOADED = {
  rel: 'an object file or a kernel module',
  core: 'a core dump',
  exec: 'the debug information of an executable',
  dyn: 'the debug information of an executable or library',
  other: 'an ELF file of an unknown type',
} as const;

/** What unpacks a package whatever it is compressed with. */
const UNPACKERS: Readonly<Partial<Record<ArchiveFormat, string>>> = {
  rpm: 'rpm2cpio FILE.rpm | gemcompat inspect -',
  deb: 'dpkg-deb --fsys-tarfile FILE.deb | gemcompat inspect -',
  zstd: 'zstd -d --long=31 -c FILE | gemcompat inspect -',
};

function archiveError(path: string, format: ArchiveFormat, error: unknown): unknown {
  if (error instanceof GemArchiveError) return error;
  const result = unreadable(error);
  if (result?.kind !== 'unreadable') return error;
  const message = `${path} cannot be read: ${result.reason}`;
  const remedies: Readonly<Record<string, string>> = {
    ARCHIVE_TRUNCATED: 'download or copy it again',
    ARCHIVE_UNSUPPORTED: UNPACKERS[format] ?? 'unpack it, and name the directory',
    ARCHIVE_LIMIT: UNPACKERS[format] ?? 'unpack it, and name the directory',
    ARCHIVE_ENCRYPTED: 'decrypt it first',
  };
  return subjectError(result.code, message, [remedies[result.code] ?? 'check that it is whole'], error);
}

/** Layers by their names in an archive of `docker save`: of the OCI image layout (`blobs/sha256/…`), or of Docker's own before. */
function holdsLayers({ binaries }: Tree): boolean {
  return binaries.some(({ path }) =>
    /^(?:blobs\/sha256\/[0-9a-f]{64}|[0-9a-f]{64}\/layer\.tar)!\//.test(path),
  );
}

function kindOf(magic: 'elf' | ArchiveFormat, tree: Tree): SubjectKind {
  if (magic !== 'gzip' && magic !== 'zstd' && magic !== 'xz') return magic;
  return tree.binaries.some(({ gzipped }) => gzipped) && tree.filesSeen === 0 ? 'compressed' : 'tar';
}

async function readDirectory(path: string, file: string, ports: ReadPorts): Promise<ReadSubject> {
  const tree = new TreeCollector();
  const { seen, signal, limits } = ports;
  const threads = new ReaderThreads(limits);
  let found: DirectoryFindings;
  try {
    found = await walkDirectory(file, {
      tree,
      threads,
      ...(seen === undefined ? {} : { seen }),
      ...(signal === undefined ? {} : { signal }),
    });
    const read = (archive: FoundArchive): Promise<void> =>
      ports.limit(() => readFoundArchive(archive, walkPorts(tree, ports)));
    await Promise.all(found.archives.map(read));
    for (let next = threads.takeBack(); next !== undefined; next = threads.takeBack()) {
      await read(next);
      // What the threads have to say is heard in between.
      await setImmediate();
    }
    for (const part of await threads.archives()) tree.absorb(part);
  } catch (error) {
    throw systemError(path, error);
  } finally {
    await threads.close();
  }
  const finished = tree.finish();
  if (isEmpty(finished) && found.passedOver.length === 0) {
    throw holdsNothing(path, Object.keys(finished.links).length);
  }
  const bundle = finished.gemDirectories.length > 0;
  const warnings: InspectWarning[] = [];
  if (found.cachedGems > 0) {
    warnings.push({
      code: 'GEM_CACHE',
      message: `${path}: ${found.cachedGems} packed gems in cache/ are copies of what is installed beside them, and were not opened`,
    });
  }
  for (const each of found.passedOver) {
    warnings.push({
      code: 'NO_FILES',
      message: `${path}: ${each} was passed over: the kernel makes what is in it`,
    });
  }
  return { path, kind: bundle ? 'bundle' : 'directory', name: path, tree: finished, warnings };
}
