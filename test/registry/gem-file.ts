import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { onTestFinished } from 'vitest';
import type { NameTuple } from '../../src/gem/types.js';

/** A directory that is removed when the test ends. */
export async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), 'gemcompat-test-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

/** Writes files below a directory, with the directories that they need. */
export async function writeFiles(
  directory: string,
  files: Readonly<Record<string, string | Buffer>>,
): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(directory, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, content);
  }
}

export interface GemFileOptions {
  /** `[">= 3.0", "< 3.5.dev"]`. */
  readonly requiredRuby?: readonly string[];
  /** Name → requirement. */
  readonly dependencies?: Readonly<Record<string, readonly string[]>>;
  /** Bytes of random data inside. */
  readonly ballast?: Buffer;
}

/** A `.gem` in the layout of RubyGems: `metadata.gz`, `data.tar.gz`, `checksums.yaml.gz`. */
export async function gemFile(gem: NameTuple, options: GemFileOptions = {}): Promise<Buffer> {
  const data = gzipSync(await tar({ 'lib/it.rb': options.ballast ?? Buffer.from('# ruby\n') }));
  const metadata = gzipSync(specification(gem, options));
  const digests = `---\nSHA256:\n  metadata.gz: ${sha256(metadata)}\n  data.tar.gz: ${sha256(data)}\n`;
  return tar({ 'metadata.gz': metadata, 'data.tar.gz': data, 'checksums.yaml.gz': gzipSync(digests) });
}

export function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

async function tar(entries: Readonly<Record<string, Buffer>>): Promise<Buffer> {
  const archive = pack();
  for (const [name, content] of Object.entries(entries)) archive.entry({ name, mode: 0o444 }, content);
  archive.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of archive) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** The form in which `Gem::Specification#to_yaml` writes it. */
function specification(
  gem: NameTuple,
  { requiredRuby = ['>= 0'], dependencies = {} }: GemFileOptions,
): string {
  const lines = Object.entries(dependencies).flatMap(([name, requirement]) => [
    '- !ruby/object:Gem::Dependency',
    `  name: ${name}`,
    '  requirement: !ruby/object:Gem::Requirement',
    ...requirements('    ', requirement),
    '  type: :runtime',
    '  prerelease: false',
  ]);
  return [
    '--- !ruby/object:Gem::Specification',
    `name: ${gem.name}`,
    'version: !ruby/object:Gem::Version',
    `  version: ${gem.version}`,
    `platform: ${gem.platform}`,
    lines.length === 0 ? 'dependencies: []' : 'dependencies:',
    ...lines,
    'executables: []',
    'extensions: []',
    'required_ruby_version: !ruby/object:Gem::Requirement',
    ...requirements('  ', requiredRuby),
    'required_rubygems_version: !ruby/object:Gem::Requirement',
    ...requirements('  ', ['>= 0']),
    'rubygems_version: 3.6.2',
    'specification_version: 4',
    '',
  ].join('\n');
}

function requirements(indent: string, list: readonly string[]): string[] {
  return [
    `${indent}requirements:`,
    ...list.flatMap((requirement) => {
      const [operator = '', version = ''] = requirement.split(' ');
      return [
        `${indent}- - "${operator}"`,
        `${indent}  - !ruby/object:Gem::Version`,
        `${indent}    version: '${version}'`,
      ];
    }),
  ];
}
