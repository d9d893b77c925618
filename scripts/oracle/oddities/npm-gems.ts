/**
 * Packs the executables and libraries for Linux that npm has as gems, for `real-gems`: thousands of projects run them, and other people's
 * toolchains made them.
 *
 *     npx jiti scripts/oracle/oddities/npm-gems.ts DIR
 *     GEMCOMPAT_ORACLE_GEMS=DIR npm run oracle real-gems
 */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { isElf } from '../../../src/elf/magic.js';
import { buildGem } from '../../../test/helpers/gems.js';

const run = promisify(execFile);

/** Versions of 2026-11: Go, Rust, C, C++, Dart; executables and addons; glibc, musl and static. */
const PACKAGES = `
  @ast-grep/napi-linux-x64-gnu@0.51.1 @biomejs/cli-linux-x64-musl@2.6.6 @biomejs/cli-linux-x64@2.6.8
  @bufbuild/buf-linux-x64@1.75.0 @cloudflare/workerd-linux-64@1.20261117.1 @dprint/linux-x64-glibc@0.57.4
  @duckdb/node-bindings-linux-x64@1.5.6-r.1 @esbuild/linux-x64@0.28.2 @img/sharp-libvips-linux-x64@1.3.4
  @img/sharp-libvips-linuxmusl-x64@1.3.4 @img/sharp-linux-x64@0.35.5 @img/sharp-linuxmusl-x64@0.35.5
  @libsql/linux-x64-gnu@0.5.29 @libsql/linux-x64-musl@0.5.29 @napi-rs/canvas-linux-x64-gnu@1.1.1
  @next/swc-linux-x64-gnu@16.4.6 @node-rs/argon2-linux-x64-gnu@2.2.1 @node-rs/bcrypt-linux-x64-musl@1.10.9
  @oxc-parser/binding-linux-x64-gnu@0.158.0 @oxc-parser/binding-linux-x64-musl@0.158.0 @oxlint/linux-x64-gnu@1.43.0
  @parcel/watcher-linux-x64-glibc@2.6.0 @parcel/watcher-linux-x64-musl@2.6.0 @resvg/resvg-js-linux-x64-gnu@2.6.2
  @rollup/rollup-linux-x64-gnu@4.68.5 @rollup/rollup-linux-x64-musl@4.68.2 @rspack/binding-linux-x64-gnu@2.3.2
  @sentry/cli-linux-x64@3.8.0 @swc/core-linux-x64-gnu@1.16.22 @swc/core-linux-x64-musl@1.16.22
  @tailwindcss/oxide-linux-x64-gnu@4.3.5 @tailwindcss/oxide-linux-x64-musl@4.3.5
  @typescript/native-preview-linux-x64@7.0.0-dev.20260707.2 @unrs/resolver-binding-linux-x64-gnu@1.13.0
  lefthook-linux-x64@2.2.2 lightningcss-linux-x64-gnu@1.33.0 lightningcss-linux-x64-musl@1.33.0
  sass-embedded-linux-x64@1.108.2 turbo-linux-64@2.8.17`;

/** Packs the ELF files of one package. @returns how many there are @throws if npm cannot get it */
async function pack(specifier: string, into: string): Promise<number> {
  const scratch = await mkdtemp(join(tmpdir(), 'gemcompat-npm-'));
  try {
    const { stdout } = await run('npm', ['pack', '--silent', '--pack-destination', scratch, specifier], {
      cwd: scratch,
    });
    await run('tar', ['-xzf', join(scratch, stdout.trim()), '-C', scratch]);
    const entries = await readdir(scratch, { recursive: true, withFileTypes: true });
    const files: { name: string; data: Uint8Array }[] = [];
    for (const entry of entries.filter((each) => each.isFile())) {
      const path = join(entry.parentPath, entry.name);
      const data = await readFile(path);
      if (isElf(data)) files.push({ name: relative(scratch, path), data });
    }
    const [, name = '', version = ''] = /^@?(.+)@(.+)$/.exec(specifier) ?? [];
    const gem = { name: `npm-${name.replaceAll('/', '-')}`, version, platform: 'x86_64-linux' };
    const output = join(into, `${gem.name}-${gem.version}-${gem.platform}.gem`);
    await writeFile(output, buildGem({ ...gem, files }));
    return files.length;
  } finally {
    await rm(scratch, { recursive: true });
  }
}

const [into] = process.argv.slice(2);
if (into === undefined) throw new Error('name the directory for the gems');
await mkdir(into, { recursive: true });
for (const specifier of PACKAGES.trim().split(/\s+/)) {
  const files = await pack(specifier, into).catch((error: unknown) => {
    const { stderr, message } = error as Error & { stderr?: string };
    return (stderr ?? message).split('\n')[0] ?? '';
  });
  console.log(specifier, files);
}
