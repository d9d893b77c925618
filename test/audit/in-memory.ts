import { Readable } from 'node:stream';
import type { GemOrigin } from '../../src/audit/gem-reader.js';
import { GemReader } from '../../src/audit/gem-reader.js';
import type { AuditPorts } from '../../src/audit/ports.js';
import type { ElfFile } from '../../src/elf/types.js';
import { GemArchiveError, RegistryError } from '../../src/errors.js';
import { gemFileName } from '../../src/gem/name-tuple.js';
import type { GemContents } from '../../src/gem/types.js';
import { parseLockfile } from '../../src/lockfile/parse.js';
import type { Lockfile } from '../../src/lockfile/types.js';
import type { Release } from '../../src/registry/types.js';
import { contents, elf } from '../helpers/contents.js';

export interface LockfileInput {
  /** Lines below `specs:` of the GEM section, without their four spaces. */
  readonly specs: readonly string[];
  readonly platforms?: readonly string[];
  /** By default the gems that no other names. */
  readonly dependencies?: readonly string[];
  readonly ruby?: string;
  readonly bundler?: string;
  /** Sections that stand before GEM, and after DEPENDENCIES. */
  readonly before?: string;
  readonly after?: string;
}

/** A lockfile through the product's parser, which the corpus holds against Bundler. */
export function lockfile(input: LockfileInput): Lockfile {
  return parseLockfile(lockfileText(input));
}

export function lockfileText(input: LockfileInput): string {
  const { specs, platforms = ['x86_64-linux'], dependencies = [], bundler = '2.6.2' } = input;
  const indent = (lines: readonly string[], by: number): string =>
    lines.map((line) => `${' '.repeat(by)}${line}\n`).join('');
  return (
    `${input.before ?? ''}GEM\n  remote: https://rubygems.org/\n  specs:\n${indent(specs, 4)}\n` +
    `PLATFORMS\n${indent(platforms, 2)}\nDEPENDENCIES\n${indent(dependencies, 2)}\n${input.after ?? ''}` +
    `${input.ruby === undefined ? '' : `RUBY VERSION\n   ruby ${input.ruby}\n\n`}BUNDLED WITH\n   ${bundler}\n`
  );
}

/** A gem of the in-memory source, and what is in it. */
export interface StockedGem {
  readonly release: Release;
  readonly files: Readonly<Record<string, ElfFile>>;
  readonly more?: Partial<GemContents>;
  /** Opening it fails. */
  readonly broken?: boolean;
}

export function release(full: string, more: Partial<Release> = {}): Release {
  const [name = '', version = '', ...platform] = full.split(/ |(?<=\d)-/);
  return {
    name,
    version,
    platform: platform.length === 0 ? 'ruby' : platform.join('-'),
    dependencies: [],
    requiredRuby: [],
    requiredRubygems: [],
    ...more,
  };
}

/** What needs glibc 2.34, which Ubuntu 20.04 does not have. */
export const tooNew: ElfFile = elf({ needs: { 'libc.so.6': ['GLIBC_2.34'] } });
export const oldEnough: ElfFile = elf({ needs: { 'libc.so.6': ['GLIBC_2.17'] } });

/** `foo 1.0-x86_64-linux` with one file. */
export function stocked(
  full: string,
  file?: ElfFile,
  more: Partial<Omit<StockedGem, 'release' | 'files'>> & { readonly release?: Partial<Release> } = {},
): StockedGem {
  const { release: facts = {}, ...rest } = more;
  return { release: release(full, facts), files: file === undefined ? {} : { 'lib/it.so': file }, ...rest };
}

export interface Shop {
  readonly ports: AuditPorts;
  /** File names of the gems that were read, and names that the index was asked about, in order. */
  readonly read: string[];
  readonly asked: string[];
}

/** Ports over gems in memory; a gem that is named in `failing` makes the index fail. */
export function shop(
  gems: readonly StockedGem[],
  { failing = [] }: { failing?: readonly string[] } = {},
): Shop {
  const read: string[] = [];
  const asked: string[] = [];
  const origin: GemOrigin = {
    name: 'memory',
    sources: ['memory'],
    offers: async (name) => [{ source: 'memory', releases: await origin.releases(name) }],
    releases: (name) => {
      asked.push(name);
      if (failing.includes(name)) {
        return Promise.reject(
          new RegistryError(`memory has no answer for ${name}`, { code: 'REGISTRY_DOWN' }),
        );
      }
      return Promise.resolve(gems.map((gem) => gem.release).filter((each) => each.name === name));
    },
    open: () => Promise.resolve(Readable.from([])),
    digest: () => Promise.resolve(undefined),
  };
  const inspect = (_: unknown, file: string): Promise<GemContents> => {
    read.push(file);
    const gem = gems.find((each) => gemFileName(each.release) === file);
    if (gem === undefined) {
      return Promise.reject(new RegistryError(`memory does not have ${file}`, { code: 'GEM_NOT_FOUND' }));
    }
    if (gem.broken === true) {
      return Promise.reject(
        new GemArchiveError(`${file} is no tar archive`, { code: 'GEM_NOT_TAR', gem: file }),
      );
    }
    const { name, version, platform, sha256 } = gem.release;
    const base = contents(gem.files, gem.more);
    return Promise.resolve({
      ...base,
      ...(sha256 === undefined ? {} : { sha256 }),
      metadata: { ...base.metadata, name, version, platform },
    });
  };
  const reader = new GemReader(
    { inspect, recall: () => Promise.resolve(undefined), remember: () => Promise.resolve() },
    (task) => task(),
  );
  return {
    read,
    asked,
    ports: { reader, originOf: () => Promise.resolve(origin), systemsFor: () => ['debian-12'] },
  };
}
