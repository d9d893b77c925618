import { chmod, cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { startBundler } from './bundler-lock.js';

/**
 * `bundle lock` for tests of what runs it: Bundler's own resolver, in WebAssembly, on the Gemfile that BUNDLE_GEMFILE names.
 * Gems come from the mirror that TEST_MIRROR names, and the machine is an x86_64 Linux with Ruby 3.3.6.
 */
async function main(args: readonly string[]): Promise<void> {
  const gemfile = process.env['BUNDLE_GEMFILE'] ?? '';
  const lockfile = `${gemfile}.lock`;
  if (args[0] !== 'lock') throw new Error(`bundle ${args.join(' ')} is not done here`);
  const bundler = await startBundler();
  const mirror = path.join(bundler.directory, 'mirror');
  await cp(process.env['TEST_MIRROR'] ?? '', mirror, {
    recursive: true,
    filter: (file) => !file.endsWith('.gem'),
  });
  const locked = bundler.lock({
    mirror,
    gemfile: await readFile(gemfile, 'utf8'),
    lockfile: await readFile(lockfile, 'utf8'),
    machine: { platform: 'x86_64-linux', ruby: '3.3.6' },
    addPlatforms: args.filter((_, at) => args[at - 1] === '--add-platform'),
  });
  await bundler.close();
  if ('error' in locked) {
    process.stderr.write(`${locked.error}\n`);
    process.exitCode = 6;
    return;
  }
  await writeFile(lockfile, locked.lockfile);
  process.stdout.write(`Writing lockfile to ${lockfile}\n`);
}

/** Puts an executable `bundle` into a new directory, which is to be the first of a PATH, and returns the directory. */
export async function bundleOnPath(parent: string): Promise<string> {
  const directory = path.join(parent, 'bin');
  await mkdir(directory, { recursive: true });
  const jiti = pathToFileURL(
    path.join(import.meta.dirname, '../../node_modules/jiti/lib/jiti-register.mjs'),
  ).href;
  const file = path.join(directory, 'bundle');
  const script = fileURLToPath(import.meta.url);
  await writeFile(
    file,
    `#!/bin/sh\nexec '${process.execPath}' --no-warnings --import '${jiti}' '${script}' "$@"\n`,
  );
  await chmod(file, 0o755);
  return directory;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main(process.argv.slice(2));
