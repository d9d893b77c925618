import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { createGzip, gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import type { Cpu } from '../../src/index.js';

const run = promisify(execFile);

const MiB = 2 ** 20;

const NAME = 'gigantic';
const VERSION = '1.0.0';

export interface LargeGem {
  /** Directory of a project whose Gemfile.lock has this gem and no other. */
  readonly app: string;
  /** A mirror with an index, and this gem in it. */
  readonly mirror: string;
  /** Sizes in bytes. */
  readonly executableSize: number;
  readonly gemSize: number;
}

/**
 * Makes a gem around one executable of `size` bytes and a little more, in a directory that is not there yet. The
 * executable is what gcc and ld make of a small C program and two sections of made-up code and data; the gem has the
 * layout that RubyGems 3 gives it.
 * @throws where gcc fails.
 */
export async function makeLargeGem(directory: string, size: number, cpu: Cpu): Promise<LargeGem> {
  const [app, mirror, build] = [join(directory, 'app'), join(directory, 'mirror'), join(directory, 'build')];
  for (const each of [app, join(mirror, 'gems'), join(mirror, 'info'), build])
    await mkdir(each, { recursive: true });
  const executable = await compile(build, size);
  const { size: executableSize } = await stat(executable);

  const platform = `${cpu}-linux`;
  const entry = `exe/${platform}/${NAME}`;
  const dataTar = join(build, 'data.tar.gz');
  await writeTar(createWriteStream(dataTar), [{ name: entry, file: executable, size: executableSize }], true);
  const metadata = gzipSync(specification(platform, entry));
  const checksums = gzipSync(await checksumsOf({ 'metadata.gz': metadata, 'data.tar.gz': dataTar }));
  const gem = join(mirror, 'gems', `${NAME}-${VERSION}-${platform}.gem`);
  await writeTar(createWriteStream(gem), [
    { name: 'metadata.gz', bytes: metadata },
    { name: 'data.tar.gz', file: dataTar, size: (await stat(dataTar)).size },
    { name: 'checksums.yaml.gz', bytes: checksums },
  ]);

  const sha256 = await digest('sha256', gem);
  await writeFile(join(mirror, 'info', NAME), `---\n${VERSION}-${platform} |checksum:${sha256}\n`);
  await writeFile(join(app, 'Gemfile.lock'), lockfile(platform));
  await rm(build, { recursive: true });
  return { app, mirror, executableSize, gemSize: (await stat(gem)).size };
}

/** Symbols of several glibc versions, as any program has them. */
const PROGRAM = `
#include <pthread.h>
#include <stdio.h>
#include <sys/stat.h>

extern const unsigned char made_up_code[], made_up_data[];

static void *sum(void *result) {
  *(unsigned long *)result = made_up_code[0] + made_up_data[0];
  return NULL;
}

int main(int argc, char **argv) {
  struct stat status;
  pthread_t thread;
  unsigned long result = 0;
  if (pthread_create(&thread, NULL, sum, &result) != 0 || pthread_join(thread, NULL) != 0) return 1;
  return printf("%lu %d\\n", result, argc > 1 ? stat(argv[1], &status) : 0) < 0;
}
`;

const SECTIONS = `
.section .text
.globl made_up_code
made_up_code: .incbin "code"
.section .rodata
.globl made_up_data
made_up_data: .incbin "data"
.section .note.GNU-stack,"",%progbits
`;

async function compile(directory: string, size: number): Promise<string> {
  await writeFile(join(directory, 'main.c'), PROGRAM);
  await writeFile(join(directory, 'sections.s'), SECTIONS);
  // Go's and Rust's executables are some three fifths code.
  const code = Math.round(size * 0.6);
  await pipeline(Readable.from(madeUpBytes(code)), createWriteStream(join(directory, 'code')));
  await pipeline(Readable.from(madeUpBytes(size - code)), createWriteStream(join(directory, 'data')));
  await run('gcc', ['-O1', '-pthread', '-o', 'program', 'main.c', 'sections.s'], { cwd: directory });
  return join(directory, 'program');
}

/** How many words there are that are not random. */
const VOCABULARY = 512;

/** Marsaglia's xorshift32 with a fixed seed: the bytes are the same in each run. */
function* xorshift(seed: number): Generator<number, never> {
  let state = seed;
  for (;;) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    yield state >>> 0;
  }
}

/**
 * Words of eight bytes: seven of eight from a vocabulary in which a few are frequent, one of eight random. gzip makes a
 * good third of them, as it does of machine code.
 */
function* madeUpBytes(size: number): Generator<Buffer> {
  const random = xorshift(0x9e3779b9);
  const next = (): number => random.next().value;
  const vocabulary = Uint32Array.from({ length: 2 * VOCABULARY }, next);
  for (let made = 0; made < size; made += MiB) {
    const words = new Uint32Array(MiB / 4);
    for (let at = 0; at < words.length; at += 2) {
      const draw = next();
      if ((draw & 7) === 0) {
        words[at] = next();
        words[at + 1] = next();
      } else {
        // The smaller of two draws: low indices are frequent.
        const word = 2 * Math.min((draw >>> 3) % VOCABULARY, (draw >>> 16) % VOCABULARY);
        words[at] = vocabulary[word] ?? 0;
        words[at + 1] = vocabulary[word + 1] ?? 0;
      }
    }
    yield Buffer.from(words.buffer, 0, Math.min(MiB, size - made));
  }
}

type Member =
  | { readonly name: string; readonly bytes: Buffer }
  | { readonly name: string; readonly file: string; readonly size: number };

async function writeTar(to: NodeJS.WritableStream, members: readonly Member[], gzip = false): Promise<void> {
  const tar = pack();
  const written = gzip ? pipeline(tar, createGzip(), to) : pipeline(tar, to);
  const filled = (async () => {
    for (const member of members) {
      const size = 'bytes' in member ? member.bytes.length : member.size;
      const entry = tar.entry({ name: member.name, size, mode: 0o755 });
      await pipeline(
        'bytes' in member ? Readable.from([member.bytes]) : createReadStream(member.file),
        entry,
      );
    }
    tar.finalize();
  })();
  await Promise.all([filled, written]);
}

async function digest(algorithm: string, content: string | Buffer): Promise<string> {
  const hash = createHash(algorithm);
  await pipeline(typeof content === 'string' ? createReadStream(content) : Readable.from([content]), hash);
  return hash.digest('hex');
}

/** `checksums.yaml.gz` as `Gem::Package#add_checksums` writes it. */
async function checksumsOf(members: Readonly<Record<string, string | Buffer>>): Promise<string> {
  const lines = ['---'];
  for (const algorithm of ['SHA256', 'SHA512']) {
    lines.push(`${algorithm}:`);
    for (const [name, content] of Object.entries(members))
      lines.push(`  ${name}: ${await digest(algorithm.toLowerCase(), content)}`);
  }
  return `${lines.join('\n')}\n`;
}

function specification(platform: string, executable: string): string {
  const anyVersion = `!ruby/object:Gem::Requirement
  requirements:
  - - ">="
    - !ruby/object:Gem::Version
      version: '0'`;
  return `--- !ruby/object:Gem::Specification
name: ${NAME}
version: !ruby/object:Gem::Version
  version: ${VERSION}
platform: ${platform}
authors:
- gemcompat
dependencies: []
executables: []
extensions: []
files:
- ${executable}
require_paths:
- lib
required_ruby_version: ${anyVersion}
required_rubygems_version: ${anyVersion}
rubygems_version: 3.6.2
specification_version: 4
summary: One large executable
`;
}

function lockfile(platform: string): string {
  return `GEM
  remote: https://rubygems.org/
  specs:
    ${NAME} (${VERSION}-${platform})

PLATFORMS
  ${platform}

DEPENDENCIES
  ${NAME}

BUNDLED WITH
   2.6.2
`;
}
