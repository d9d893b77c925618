import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/**
 * The mirror of Debian's archive that this machine's apt is set up with.
 *
 * @throws where apt-get is absent (ENOENT), or knows no such mirror.
 */
export async function debianMirror(): Promise<string> {
  const { stdout } = await promisify(execFile)('apt-get', ['indextargets', '--format', '$(REPO_URI)']);
  const mirror = stdout.split('\n').find((uri) => /\/debian\/?$/.test(uri));
  if (mirror === undefined) throw new Error('apt knows no mirror of Debian: run apt-get update first');
  return mirror;
}
