import { mkdirSync, mkdtempSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inspectGem } from '../../src/gem/contents.js';
import { parseGemMetadata } from '../../src/gem/metadata.js';
import { buildGem, opened, specificationYaml, tinyElf } from '../helpers/gems.js';
import type { Ruby } from '../helpers/ruby.js';
import { startRuby } from '../helpers/ruby.js';

type Input = readonly { readonly name: string; readonly linkname?: string }[];

/** The links that are on the disk. */
function linksBelow(root: string, at = ''): [string, string][] {
  return readdirSync(join(root, at), { withFileTypes: true }).flatMap((entry): [string, string][] => {
    const path = at === '' ? entry.name : `${at}/${entry.name}`;
    if (entry.isSymbolicLink()) return [[path, readlinkSync(join(root, path))]];
    return entry.isDirectory() ? linksBelow(root, path) : [];
  });
}

describe.each(['3.4', '4.0'] as const)('RubyGems of Ruby %s', (version) => {
  let ruby: Ruby;
  let work: string;

  beforeAll(async () => {
    work = mkdtempSync(join(tmpdir(), 'gemcompat-rubygems-'));
    ruby = await startRuby(version, { mounts: { '/work': work } });
    // There are no modes of files in WebAssembly; what is left out is told on stderr.
    ruby.eval(`
      require 'rubygems/package'
      require 'fileutils'
      def FileUtils.chmod(*, **) = nil
      class File
        def chmod(*) = 0
        def self.chmod(*) = 0
      end
      Gem::DefaultUserInteraction.ui = Gem::SilentUI.new
    `);
  });
  afterAll(() => {
    rmSync(work, { recursive: true });
  });

  it.each<[string, Input]>([
    ['a link to a file', [{ name: 'lib/x.so.1' }, { name: 'lib/x.so', linkname: 'x.so.1' }]],
    [
      'a link in front of the link that it leads to',
      [
        { name: 'lib/x.so', linkname: 'x.so.1' },
        { name: 'lib/x.so.1', linkname: 'x.so.1.2' },
        { name: 'lib/x.so.1.2' },
      ],
    ],
    [
      'a link behind it',
      [
        { name: 'lib/x.so.1', linkname: 'x.so.1.2' },
        { name: 'lib/x.so', linkname: 'x.so.1' },
        { name: 'lib/x.so.1.2' },
      ],
    ],
    [
      'a target packed with its directory',
      [{ name: 'lib/x.so.1' }, { name: 'lib/x.so', linkname: 'lib/x.so.1' }],
    ],
    [
      'a link through a link to a directory',
      [
        { name: 'lib/x.so.1' },
        { name: 'current', linkname: 'lib' },
        { name: 'x.so', linkname: 'current/x.so.1' },
      ],
    ],
  ])('makes the links that we say: %s', async (_what, entries) => {
    const gem = buildGem({
      files: entries.map(({ name, linkname }) =>
        linkname === undefined ? { name, data: tinyElf() } : { name, type: '2', linkname },
      ),
    });
    const { links } = await inspectGem(opened(gem));
    writeFileSync(join(work, 'x.gem'), gem);
    rmSync(join(work, 'out'), { recursive: true, force: true });
    mkdirSync(join(work, 'out'));
    ruby.eval(`Gem::Package.new('/work/x.gem').extract_files('/work/out')`);
    expect(Object.fromEntries(linksBelow(join(work, 'out')))).toEqual(links);
  });

  it.each(['../outside', '/usr/lib/x.so', '.'])('refuses a link to %s', (linkname) => {
    writeFileSync(
      join(work, 'x.gem'),
      buildGem({
        files: [
          { name: 'lib/x', data: tinyElf() },
          { name: 'link', type: '2', linkname },
        ],
      }),
    );
    expect(() => ruby.eval(`Gem::Package.new('/work/x.gem').extract_files('/work/out')`)).toThrow(
      /is not allowed/,
    );
  });

  it('reads quoted text at the left margin of a specification', () => {
    const yaml = specificationYaml({ name: 'older', version: '3.1.4' }).replace(
      '\nplatform:',
      "\ndescription: ! 'It is long.\n\n\nname: of this\n\n'\nplatform:",
    );
    const read = ruby.evalJson<{ name: string; version: string; platform: string }>(
      `s = Gem::Specification.from_yaml(input); { name: s.name, version: s.version.to_s, platform: s.platform.to_s }`,
      yaml,
    );
    expect(parseGemMetadata(yaml)).toMatchObject(read);
  });
});
