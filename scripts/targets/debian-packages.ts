import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Debian's names of the CPUs, https://wiki.debian.org/SupportedArchitectures. */
export const DEBIAN_ARCHITECTURES = {
  x86_64: 'amd64',
  aarch64: 'arm64',
  arm: 'armhf',
  x86: 'i386',
  ppc64le: 'ppc64el',
  s390x: 's390x',
  riscv64: 'riscv64',
} as const;

export type DebianCpu = keyof typeof DEBIAN_ARCHITECTURES;

/** The packages whose libraries the table of targets speaks of. */
const PACKAGES = ['libc6', 'libstdc++6', 'libgcc-s1', 'libcrypt1', 'zlib1g'] as const;

/** One suite's packages of some CPUs, in an apt of its own that leaves the machine's alone. */
export class DebianSuite {
  readonly suite: string;
  readonly #folder: string;
  readonly #options: readonly string[];

  /** Fetches the package lists of `suite` from `mirror` into `folder`. */
  constructor(suite: string, cpus: readonly DebianCpu[], mirror: string, folder: string) {
    this.suite = suite;
    this.#folder = join(folder, suite);
    for (const name of ['lists/partial', 'cache/archives/partial', 'packages']) {
      mkdirSync(join(this.#folder, name), { recursive: true });
    }
    const sources = join(this.#folder, 'sources.list');
    const status = join(this.#folder, 'status');
    writeFileSync(
      sources,
      `deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] ${mirror} ${suite} main\n`,
    );
    writeFileSync(status, '');
    this.#options = [
      `Dir::Etc::SourceList=${sources}`,
      'Dir::Etc::SourceParts=/dev/null',
      `Dir::State::Lists=${join(this.#folder, 'lists')}`,
      `Dir::State::status=${status}`,
      `Dir::Cache=${join(this.#folder, 'cache')}`,
      'Acquire::Languages=none',
      // apt would drop to a user that cannot write here.
      'APT::Sandbox::User=',
      `APT::Architecture=${DEBIAN_ARCHITECTURES[cpus[0] ?? 'x86_64']}`,
      ...cpus.map((cpu) => `APT::Architectures::=${DEBIAN_ARCHITECTURES[cpu]}`),
    ].flatMap((option) => ['-o', option]);
    execFileSync('apt-get', ['-q', ...this.#options, 'update'], { stdio: ['ignore', 'ignore', 'inherit'] });
  }

  /** Downloads and unpacks the packages of one CPU; the answer is the unpacked root and libc6's version. */
  unpack(cpu: DebianCpu): { readonly root: string; readonly libc: string } {
    const architecture = DEBIAN_ARCHITECTURES[cpu];
    const packages = join(this.#folder, 'packages', architecture);
    const root = join(this.#folder, 'root', architecture);
    mkdirSync(packages, { recursive: true });
    mkdirSync(root, { recursive: true });
    const wanted = PACKAGES.map((name) => `${name}:${architecture}`);
    execFileSync('apt-get', ['-q', ...this.#options, 'download', ...wanted], {
      cwd: packages,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    let libc = '';
    for (const file of readdirSync(packages)) {
      execFileSync('dpkg-deb', ['-x', join(packages, file), root]);
      if (file.startsWith('libc6_')) {
        libc = execFileSync('dpkg-deb', ['-f', join(packages, file), 'Version'], { encoding: 'utf8' }).trim();
      }
    }
    if (libc === '') throw new Error(`apt-get downloaded no libc6 of ${this.suite} for ${architecture}`);
    return { root, libc };
  }
}
