import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Config } from '@oclif/core';
import { bundle } from './bundle.mjs';

// `--keep` builds over what is there, so that a running program does not lose its files.
const root = new URL('../', import.meta.url);
const manifest = new URL('oclif.manifest.json', root);
rmSync(manifest, { force: true });
if (!process.argv.includes('--keep')) rmSync(new URL('dist', root), { recursive: true, force: true });

const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
execFileSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], { cwd: root, stdio: 'inherit' });

const commands = readdirSync(new URL('commands/', root)).map((file) => basename(file, '.ts'));
await bundle(new URL('dist/', root), commands);

// npm makes the executable one when it links it, and that is only once.
chmodSync(new URL('dist/src/cli.js', root), 0o755);

// tsc emits code only; the data files are read at run time from beside the code that uses them.
cpSync(new URL('src/', root), new URL('dist/src/', root), {
  recursive: true,
  filter: (source) => !/\.[^/]+$/.test(source) || source.endsWith('.json'),
});

// With a manifest oclif need not load every command to know which there are.
const config = await Config.load({ root: fileURLToPath(root), devPlugins: false, userPlugins: false });
writeFileSync(manifest, `${JSON.stringify(config.plugins.get('gemcompat').manifest, null, 2)}\n`);
