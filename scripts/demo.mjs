import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

// `npm start`: the main job on a fixture. That gems are found not to fit (exit code 1) is what the demo shows, so it is
// no failure of `npm start`.
const cli = fileURLToPath(new URL('../dist/src/cli.js', import.meta.url));
const root = fileURLToPath(new URL('..', import.meta.url));
const given = process.argv.slice(2);
const args =
  given.length > 0
    ? given
    : ['audit', 'fixtures/apps/shop', '--source', 'fixtures/mirror', '--target', 'ubuntu-20.04'];
console.log(`$ gemcompat ${args.join(' ')}\n`);
const { status } = spawnSync(process.execPath, [cli, ...args], { cwd: root, stdio: 'inherit' });
console.log(`\nexit code ${status ?? 'unknown'}`);
process.exitCode = status === 0 || status === 1 || status === 3 ? 0 : 2;
