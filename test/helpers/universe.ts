import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { GemInput, TarEntryInput } from './gems.js';
import { buildGem, specificationYaml, tinyElf } from './gems.js';
import { sharedObject } from './universe-elf.js';

/**
 * What a gem brings:
 * - `fits`: a static executable, which runs on every Linux.
 * - `breaks`: an executable that needs GLIBC_2.34, more than Ubuntu 20.04 has (glibc 2.31).
 * - `musl`: a file linked to musl.
 * - `2.29`: a shared object that needs GLIBC_2.29.
 * - `3.2=2.17+3.3=2.29`: a fat gem, a shared object for each Ruby with the glibc that it needs.
 * - `compiles`: no binary, but an extension to compile.
 * - `pure`: neither.
 */
export type Content = string;

const CONTENT = /^(?:fits|breaks|musl|compiles|pure|2\.\d+|\d\.\d=2\.\d+(?:\+\d\.\d=2\.\d+)*)$/;

export interface UniverseGem {
  readonly name: string;
  readonly version: string;
  readonly platform: string;
  readonly content: Content;
  /** As the compact index writes them: `bar:>= 2&< 3,baz:>= 0`. */
  readonly dependencies: string;
  /** `ruby:>= 3.4,rubygems:>= 3.3.22`. */
  readonly requirements: string;
}

/**
 * Releases of one gem, a line each: `1.0 breaks`, `1.0-aarch64-linux fits`, `1.1 fits bar:>= 2|ruby:>= 3.4`. The platform
 * is x86_64-linux where the line names none, and `ruby` for what is to be compiled or pure.
 */
export function releases(name: string, ...lines: string[]): UniverseGem[] {
  return lines.map((line) => {
    const {
      full,
      content,
      rest = '',
    } = /^(?<full>\S+) (?<content>\S+)(?: (?<rest>.*))?$/.exec(line)?.groups ?? {};
    if (full === undefined || content === undefined || !CONTENT.test(content))
      throw new Error(`not a release: ${line}`);
    const dash = full.indexOf('-');
    const usual = content === 'compiles' || content === 'pure' ? 'ruby' : 'x86_64-linux';
    const [dependencies = '', requirements = ''] = rest.split('|');
    return {
      name,
      version: dash < 0 ? full : full.slice(0, dash),
      platform: dash < 0 ? usual : full.slice(dash + 1),
      content,
      dependencies,
      requirements,
    };
  });
}

const BIN = path.join(import.meta.dirname, '../../fixtures/elf/bin');
const packed = new Map<string, Promise<Buffer>>();

/** Gems are packed once for a process: packing the same bytes again would be most of a test's time. */
function pack(gem: UniverseGem): Promise<Buffer> {
  const key = [gem.name, gem.version, gem.platform, gem.content].join(' ');
  const known = packed.get(key) ?? packNow(gem);
  packed.set(key, known);
  return known;
}

async function packNow({ name, version, platform, content }: UniverseGem): Promise<Buffer> {
  const input: GemInput = {
    name,
    version,
    platform,
    extensions: content === 'compiles' ? [`ext/${name}/extconf.rb`] : [],
    files: [
      { name: `lib/${name}.rb`, data: '# frozen_string_literal: true\n' },
      ...(await binariesOf(name, content, platform)),
    ],
  };
  return buildGem({ ...input, metadata: specificationYaml(input) });
}

async function binariesOf(name: string, content: Content, platform: string): Promise<TarEntryInput[]> {
  const arm = platform.startsWith('aarch64');
  const cpu = arm ? 'aarch64' : 'x86_64';
  switch (content) {
    case 'fits':
      return [{ name: `libexec/${name}`, data: tinyElf({ machine: arm ? 183 : 62 }) }];
    case 'breaks':
      return [
        { name: `libexec/${name}`, data: await readFile(path.join(BIN, arm ? 'exe-aarch64' : 'exe-pie')) },
      ];
    case 'musl':
      return [
        {
          name: `libexec/${name}`,
          data: arm ? sharedObject({ cpu, libc: 'musl' }) : await readFile(path.join(BIN, 'exe-musl')),
        },
      ];
    case 'compiles':
    case 'pure':
      return [];
    default:
      return content.split('+').map((build) => {
        const [ruby, libc = ruby] = build.split('=');
        const directory = libc === ruby ? name : `${name}/${ruby ?? ''}`;
        return { name: `lib/${directory}/${name}.so`, data: sharedObject({ cpu, libc: libc ?? '' }) };
      });
  }
}

/** The lines of `info/NAME`, by name. */
async function indexOf(gems: readonly UniverseGem[]): Promise<Map<string, string[]>> {
  const index = new Map<string, string[]>();
  for (const gem of gems) {
    const { name, version, platform, dependencies, requirements } = gem;
    const full = platform === 'ruby' ? version : `${version}-${platform}`;
    const sha256 = createHash('sha256')
      .update(await pack(gem))
      .digest('hex');
    const facts = [`checksum:${sha256}`, ...(requirements === '' ? [] : [requirements])].join(',');
    const lines = index.get(name) ?? [];
    lines.push(`${full} ${dependencies}|${facts}`);
    index.set(name, lines);
  }
  return index;
}

/** Writes the compact index of these gems, without the gems, into a new directory inside `parent`, and returns it. */
export async function writeIndex(parent: string, gems: readonly UniverseGem[]): Promise<string> {
  const directory = await mkdtemp(path.join(parent, 'mirror-'));
  await mkdir(path.join(directory, 'info'));
  const versions: string[] = [];
  const index = await indexOf(gems);
  for (const [name, lines] of index) {
    const info = `---\n${lines.join('\n')}\n`;
    await writeFile(path.join(directory, 'info', name), info);
    const listed = lines.map((line) => line.slice(0, line.indexOf(' '))).join(',');
    versions.push(`${name} ${listed} ${createHash('md5').update(info).digest('hex')}\n`);
  }
  await writeFile(path.join(directory, 'names'), `---\n${[...index.keys()].join('\n')}\n`);
  await writeFile(
    path.join(directory, 'versions'),
    `created_at: 2025-01-01T00:00:00Z\n---\n${versions.join('')}`,
  );
  return directory;
}

/** Writes a mirror of these gems into a new directory inside `parent`, compact index and all, and returns it. */
export async function writeMirror(parent: string, gems: readonly UniverseGem[]): Promise<string> {
  const directory = await writeIndex(parent, gems);
  await mkdir(path.join(directory, 'gems'));
  for (const gem of gems) {
    const { name, version, platform } = gem;
    const full = platform === 'ruby' ? version : `${version}-${platform}`;
    await writeFile(path.join(directory, 'gems', `${name}-${full}.gem`), await pack(gem));
  }
  return directory;
}
