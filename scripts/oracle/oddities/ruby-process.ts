/** Debian's Rubies as loaders: files are opened in a process of the real thing. */
import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readRootfs } from '../../../src/target/rootfs.js';
import { debianSystem, inSystem } from '../debian-system.js';
import { ROOT_PACKAGES } from '../loader-packages.js';
import type { Answer, Loader } from './loaders.js';
import { answersIn, INSIDE, targetsOf } from './loaders.js';

/** The Ruby that each suite calls its own. */
const SUITES = [
  ['bullseye', 'ruby2.7'],
  ['bookworm', 'ruby3.1'],
  ['trixie', 'ruby3.3'],
  ['sid', 'ruby3.3'],
] as const;

export interface RubyProcess extends Loader {
  /** `3.3`; only files for it are put to it. */
  readonly ruby: string;
}

/**
 * Opens each file in a child of its own, all names bound at once, and says what came of it as the probe does. Files are named on the
 * standard input, one in a line.
 */
const SCRIPT = String.raw`
require 'fiddle'
$stdout.sync = true
STDIN.each_line(chomp: true).with_index do |path, index|
  puts "\u0001== #{index}"
  child = fork do
    $stderr.reopen($stdout)
    Fiddle::Handle.new(path, Fiddle::RTLD_NOW)
    exit!(0)
  rescue Fiddle::DLError => error
    puts "!! #{error.message}"
    exit!(1)
  end
  _, status = Process.wait2(child)
  puts "\n\u0001-- #{status.termsig || 0} #{status.exitstatus || 0}"
end
`;

/**
 * @param into the directory below which the systems are
 * @returns them, and suites whose Ruby apt-get cannot get, with why
 */
export async function readRubies(
  into: string,
): Promise<{ readonly rubies: readonly RubyProcess[]; readonly absent: readonly string[] }> {
  const rubies: RubyProcess[] = [];
  const absent: string[] = [];
  for (const [suite, name] of SUITES) {
    const root = join(into, `ruby-${suite}`);
    try {
      await debianSystem({ suite, names: [...ROOT_PACKAGES, 'dash', 'coreutils', name], into: root });
    } catch (error) {
      const { cmd, stderr } = error as { cmd?: unknown; stderr?: string };
      if (typeof cmd !== 'string' || !cmd.startsWith('apt-get')) throw error;
      absent.push(`${name} of ${suite}: ${(stderr ?? '').trim().split('\n').at(-1) ?? ''}`);
      continue;
    }
    const target = await readRootfs(root, 'x86_64');
    const { libcVersion: version } = target;
    rubies.push({
      name: `${name} of ${suite}, glibc ${version}`,
      libc: 'gnu',
      cpu: 'x86_64',
      version,
      root,
      ruby: name.slice('ruby'.length),
      targets: targetsOf(target, 'gnu', version),
    });
  }
  return { rubies, absent };
}

/**
 * Opens files in the Ruby, with everything below `files` in the root's `/oddities/files`.
 * @param paths in the root
 * @throws with code EPERM if no other root can be entered here.
 */
export async function openInRuby(
  { root, ruby }: RubyProcess,
  files: string,
  paths: readonly string[],
): Promise<Answer[]> {
  const directory = join(root, INSIDE);
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory);
  try {
    await cp(files, join(directory, 'files'), { recursive: true });
    await writeFile(join(directory, 'open.rb'), SCRIPT);
    await writeFile(join(directory, 'paths'), paths.map((path) => `${path}\n`).join(''));
    const command = `ruby${ruby} /${INSIDE}/open.rb < /${INSIDE}/paths`;
    const { stdout, stderr, status } = await inSystem(root, command);
    if (status !== 0) throw new Error(`Ruby ${ruby} ended with ${status}: ${stderr}`);
    return answersIn(stdout, paths.length);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
