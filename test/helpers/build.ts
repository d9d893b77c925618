import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The tests of the command line run what users run: the built program, built once before the first test. */
export default function setup(): void {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  execFileSync(process.execPath, ['scripts/build.mjs', '--keep'], { cwd: root, stdio: 'inherit' });
}
