import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BundleCommand } from '../../../src/target/dockerfile/bundle-commands.js';
import { bundleCommands } from '../../../src/target/dockerfile/bundle-commands.js';
import { anyScript } from './any-script.js';

/** Tells each call of `bundle` in a line: what it sets, or the groups that it installs without and with. */
const BUNDLE = `bundle() {
  if [ "$1" = config ]; then printf 'config|%s\\n' "$5"; return; fi
  without=-
  while [ $# -gt 0 ]; do
    if [ "$1" = --without ]; then without="$2"; fi
    shift
  done
  printf 'install|%s|%s\\n' "$without" "\${BUNDLE_WITH--}"
}
`;

const hasShell = spawnSync('sh', ['-c', ':']).status === 0;

function told(command: BundleCommand): string {
  expect(command.conditional).toBe(false);
  if (command.kind === 'config')
    return `config|${command.value === 'unset' ? '' : (command.value.value ?? '?')}`;
  const without = command.remembered.get('without')?.value ?? '-';
  return `install|${without}|${command.environment.get('with')?.value ?? '-'}`;
}

describe.skipIf(!hasShell)('the commands of a script', () => {
  it('are those that a shell runs', () => {
    fc.assert(
      fc.property(anyScript, (script) => {
        const env = { PATH: process.env['PATH'], E: 'b', A: '', B: '' };
        const real = spawnSync('sh', ['-c', BUNDLE + script], { env, encoding: 'utf8' });
        const outside: Readonly<Record<string, string>> = { E: 'b', A: '', B: '' };
        const ours = bundleCommands(script, (name) => outside[name]).map(told);
        expect(ours).toEqual(real.stdout.split('\n').slice(0, -1));
      }),
      { seed: 20_261_201, numRuns: 300 },
    );
  });
});
