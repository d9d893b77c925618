/**
 * Images against the real thing: roots of Debian's own packages are pushed with skopeo to Debian's docker-registry, gzip and zstd,
 * alone and in an index, behind a login; and written as an OCI layout and as an archive. Each reading has to say of the system what
 * `rootfs:` says of the root that it was made from, and of its libraries what `readelf -V` says.
 */
import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cp, mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual, promisify } from 'node:util';
import type { Cpu } from '../../src/elf/types.js';
import { createAgents } from '../../src/http/agents.js';
import { openDockerArchive } from '../../src/target/image/docker-archive.js';
import type { ImageTree } from '../../src/target/image/load-image.js';
import { openOciLayout } from '../../src/target/image/oci-layout.js';
import { pullImage } from '../../src/target/image/pull-image.js';
import { readImage } from '../../src/target/image/read-image.js';
import { readRootfs } from '../../src/target/rootfs.js';
import type { Target } from '../../src/target/types.js';
import { debianPackages } from './debian.js';

const run = promisify(execFile);

export interface ImageComparison {
  asked: number;
  agreed: number;
  differed: number;
  skipped: number;
  readonly notes: string[];
  readonly differences: string[];
}

interface Root {
  readonly name: string;
  readonly suite: string;
  readonly arch: 'amd64' | 'arm64';
  readonly cpu: Cpu;
  readonly names: readonly string[];
}

const GLIBC = ['libc6', 'libstdc++6', 'libgcc-s1', 'zlib1g', 'base-files'];
const ROOTS: readonly Root[] = [
  ...['bullseye', 'bookworm', 'trixie'].flatMap((suite): Root[] => [
    { name: suite, suite, arch: 'amd64', cpu: 'x86_64', names: GLIBC },
    { name: `${suite}-arm64`, suite, arch: 'arm64', cpu: 'aarch64', names: GLIBC },
  ]),
  { name: 'musl', suite: 'bookworm', arch: 'amd64', cpu: 'x86_64', names: ['musl', 'base-files'] },
  {
    name: 'ruby',
    suite: 'bookworm',
    arch: 'amd64',
    cpu: 'x86_64',
    names: [...GLIBC, 'libruby3.1', 'ruby3.1', 'ruby'],
  },
];

/** The version that Debian's package `ruby` of bookworm brings. */
const RUBY = '3.1.2';

const USER = 'user';
const PASSWORD = 'password';
/** bcrypt, the one form that docker-registry takes: of PASSWORD. */
const HTPASSWD = 'user:$2y$05$gemcompatgemcompatgemO9KhRU5HguI8h/Vxp/L7Yq6dPxnHWdOC';

function shown(value: unknown): string {
  return JSON.stringify(value).slice(0, 600);
}

/** What has to be the same; names, sources and titles tell where it was read. */
function facts({
  libc,
  libcVersion,
  ceilings,
  markers,
  versions,
  libraries,
  librariesComplete,
  title,
  cpus,
}: Target): unknown {
  return {
    libc,
    libcVersion,
    ceilings,
    markers: sorted(markers),
    versions,
    libraries: sorted(libraries),
    librariesComplete,
    title,
    cpus,
  };
}

function sorted(names: readonly string[] | undefined): readonly string[] | undefined {
  return names === undefined ? undefined : [...names].sort();
}

/** @throws where skopeo, docker-registry, tar or apt-get is not on this machine (ENOENT) */
export async function compareImages(): Promise<ImageComparison> {
  const result: ImageComparison = {
    asked: 0,
    agreed: 0,
    differed: 0,
    skipped: 0,
    notes: [],
    differences: [],
  };
  const held = (what: string, found: unknown, expected: unknown): void => {
    result.asked += 1;
    if (isDeepStrictEqual(found, expected)) result.agreed += 1;
    else {
      result.differed += 1;
      result.differences.push(`${what}: ${shown(found)}, not ${shown(expected)}`);
    }
  };
  await run('skopeo', ['--version']);
  await run('docker-registry', ['--version']);
  const tmp = await mkdtemp(join(tmpdir(), 'gemcompat-images-'));
  const registry = await startRegistry(tmp);
  const agents = createAgents({ connectTimeout: 10_000 });
  const pull = (reference: string, cpu: Cpu, home = tmp): Promise<ImageTree> =>
    pullImage(`${registry.host}/${reference}`, cpu, {
      agents,
      userAgent: 'gemcompat/oracle',
      env: process.env,
      home,
      cacheDirectory: join(tmp, 'cache'),
    });
  try {
    const layouts = new Map<string, string>();
    for (const root of ROOTS) {
      const into = join(tmpdir(), 'gemcompat-oracle', 'images', root.name);
      await debianPackages({ suite: root.suite, arch: root.arch, names: root.names, into });
      const rootfs = await readRootfs(into, root.cpu);
      const expected = facts(rootfs);
      await holdAgainstReadelf(root, into, rootfs, held);
      const layout = await writeLayout(root, into, join(tmp, root.name));
      layouts.set(root.name, layout);
      const archive = join(tmp, `${root.name}.tar`);
      await skopeo(['copy', `oci:${layout}:1`, `docker-archive:${archive}:test/${root.name}:1`]);
      await run('gzip', ['-1', '-k', archive]);
      for (const format of ['gzip', 'zstd']) {
        const target = `docker://${registry.host}/${root.name}:${format}`;
        await skopeo([
          'copy',
          '--dest-tls-verify=false',
          `--dest-creds=${USER}:${PASSWORD}`,
          '--dest-compress-format',
          format,
          `oci:${layout}:1`,
          target,
        ]);
      }
      const readings: readonly (readonly [string, () => Promise<ImageTree>])[] = [
        ['oci', () => openOciLayout(layout, root.cpu)],
        ['docker-archive', () => openDockerArchive(archive, root.cpu)],
        ['docker-archive, gzip', () => openDockerArchive(`${archive}.gz`, root.cpu)],
        ['image, gzip', () => pull(`${root.name}:gzip`, root.cpu)],
        ['image, cached', () => pull(`${root.name}:gzip`, root.cpu)],
        // The layer is the same uncompressed, so it would be the cache's.
        [
          'image, zstd',
          () => rm(join(tmp, 'cache'), { recursive: true }).then(() => pull(`${root.name}:zstd`, root.cpu)),
        ],
      ];
      for (const [how, open] of readings) {
        const { target, ruby } = await readImage(await open(), { name: root.name, cpu: root.cpu });
        held(`${root.name}, ${how}`, facts(target), expected);
        if (root.name === 'ruby') held(`${root.name}, ${how}: Ruby`, ruby, RUBY);
      }
    }
    for (const suite of ['bullseye', 'bookworm', 'trixie']) {
      await pushIndex(
        registry,
        join(tmp, `${suite}-index`),
        [layouts.get(suite), layouts.get(`${suite}-arm64`)],
        suite,
      );
      for (const root of ROOTS.filter(({ name }) => name === suite || name === `${suite}-arm64`)) {
        const { target } = await readImage(await pull(`${suite}:index`, root.cpu), {
          name: suite,
          cpu: root.cpu,
        });
        const into = join(tmpdir(), 'gemcompat-oracle', 'images', root.name);
        held(`${root.name}, index`, facts(target), facts(await readRootfs(into, root.cpu)));
      }
    }
    const code = (promise: Promise<unknown>): Promise<unknown> =>
      promise.then(
        () => 'no error',
        (error: unknown) => (error as { code?: unknown }).code ?? String(error),
      );
    held(
      'no login',
      await code(pull('bookworm:gzip', 'x86_64', join(tmp, 'nobody'))),
      'TARGET_IMAGE_UNAUTHORIZED',
    );
    held('no such tag', await code(pull('bookworm:none', 'x86_64')), 'TARGET_IMAGE_NOT_FOUND');
    held('no such image', await code(pull('nothing:here', 'x86_64')), 'TARGET_IMAGE_NOT_FOUND');
    held('no such CPU', await code(pull('bookworm:index', 's390x')), 'TARGET_NOT_FOR_CPU');
    return result;
  } finally {
    agents.close();
    registry.process.kill();
    await rm(tmp, { recursive: true });
  }
}

async function skopeo(args: readonly string[]): Promise<void> {
  await run('skopeo', ['--insecure-policy', ...args], { maxBuffer: 1 << 24 });
}

/** Libraries whose version definitions readelf is asked for, where the root has them. */
const ASKED = ['libc.so.6', 'libm.so.6', 'libstdc++.so.6', 'libgcc_s.so.1', 'libz.so.1'];

async function holdAgainstReadelf(
  { name, arch }: Root,
  into: string,
  { versions }: Target,
  held: (what: string, found: unknown, expected: unknown) => void,
): Promise<void> {
  const tuple = arch === 'amd64' ? 'x86_64-linux-gnu' : 'aarch64-linux-gnu';
  for (const soname of ASKED) {
    if (versions?.[soname] === undefined) continue;
    const paths = await Promise.all(
      [`lib/${tuple}`, `usr/lib/${tuple}`].map((directory) =>
        realpath(join(into, directory, soname)).catch(() => undefined),
      ),
    );
    const file = paths.find((path) => path !== undefined);
    if (file === undefined) continue;
    const { stdout } = await run('readelf', ['-V', '--wide', file], {
      maxBuffer: 1 << 26,
      env: { ...process.env, LC_ALL: 'C' },
    });
    const section = /^Version definition section[^]*?(?=^\S|$(?![^]))/m.exec(stdout)?.[0] ?? '';
    const names = [...section.matchAll(/ Cnt: \d+ +Name: (\S+)/g)].map(([, version]) => version);
    held(`${name}, ${soname}: readelf`, [...versions[soname]].sort(), [...new Set(names)].sort());
  }
}

/** An OCI layout of the root in two layers: the second removes what the first has too much. */
async function writeLayout({ arch }: Root, root: string, layout: string): Promise<string> {
  const more = `${layout}.more`;
  await mkdir(join(more, 'usr/lib'), { recursive: true });
  await mkdir(join(layout, 'blobs/sha256'), { recursive: true });
  await writeFile(join(more, 'usr/lib/libtoomuch.so.1'), 'not a library');
  const first = await tar(['-C', root, '.', '-C', more, './usr/lib/libtoomuch.so.1']);
  await cp(join(more, 'usr/lib/libtoomuch.so.1'), join(more, 'usr/lib/.wh.libtoomuch.so.1'));
  const second = await tar(['-C', more, './usr/lib/.wh.libtoomuch.so.1']);
  const put = async (bytes: Buffer, mediaType: string) => {
    const hex = createHash('sha256').update(bytes).digest('hex');
    await writeFile(join(layout, 'blobs/sha256', hex), bytes);
    return { mediaType, digest: `sha256:${hex}`, size: bytes.length };
  };
  const layers = [first, second];
  const stored = [];
  for (const layer of layers) stored.push(await put(layer, 'application/vnd.oci.image.layer.v1.tar'));
  const config = {
    architecture: arch,
    os: 'linux',
    config: {},
    rootfs: { type: 'layers', diff_ids: stored.map(({ digest }) => digest) },
  };
  const manifest = {
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: await put(Buffer.from(JSON.stringify(config)), 'application/vnd.oci.image.config.v1+json'),
    layers: stored,
  };
  const described = {
    ...(await put(Buffer.from(JSON.stringify(manifest)), manifest.mediaType)),
    annotations: { 'org.opencontainers.image.ref.name': '1' },
  };
  await writeFile(join(layout, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  await writeFile(join(layout, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [described] }));
  return layout;
}

async function tar(what: readonly string[]): Promise<Buffer> {
  const { stdout } = await run('tar', ['--numeric-owner', '--mtime=@0', '-c', ...what], {
    encoding: 'buffer',
    maxBuffer: 2 ** 30,
  });
  return stdout;
}

/** Both images in one layout, under an index by platform, pushed as a whole. */
async function pushIndex(
  registry: { readonly host: string },
  layout: string,
  images: readonly (string | undefined)[],
  name: string,
): Promise<void> {
  const manifests = [];
  for (const [position, image] of images.entries()) {
    if (image === undefined) continue;
    await cp(join(image, 'blobs'), join(layout, 'blobs'), { recursive: true });
    const index = JSON.parse(await readFile(join(image, 'index.json'), 'utf8')) as {
      manifests: { digest: string; size: number; mediaType: string }[];
    };
    const [entry] = index.manifests;
    if (entry === undefined) continue;
    const { digest, size, mediaType } = entry;
    manifests.push({
      mediaType,
      digest,
      size,
      platform: { os: 'linux', architecture: position === 0 ? 'amd64' : 'arm64' },
    });
  }
  const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests }));
  const hex = createHash('sha256').update(bytes).digest('hex');
  await writeFile(join(layout, 'blobs/sha256', hex), bytes);
  await writeFile(join(layout, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  const described = {
    mediaType: INDEX,
    digest: `sha256:${hex}`,
    size: bytes.length,
    annotations: { 'org.opencontainers.image.ref.name': '1' },
  };
  await writeFile(join(layout, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [described] }));
  await skopeo([
    'copy',
    '--all',
    '--dest-tls-verify=false',
    `--dest-creds=${USER}:${PASSWORD}`,
    `oci:${layout}:1`,
    `docker://${registry.host}/${name}:index`,
  ]);
}

const INDEX = 'application/vnd.oci.image.index.v1+json';

/** Debian's docker-registry on a free port, with a login; and a Docker configuration that has it, in `directory`. */
async function startRegistry(
  directory: string,
): Promise<{ readonly host: string; readonly process: ChildProcess }> {
  const port = await freePort();
  const host = `127.0.0.1:${port}`;
  const htpasswd = join(directory, 'htpasswd');
  await writeFile(htpasswd, `${HTPASSWD}\n`);
  const config = join(directory, 'registry.json');
  // YAML is a superset of JSON.
  await writeFile(
    config,
    JSON.stringify({
      version: 0.1,
      log: { level: 'error', accesslog: { disabled: true } },
      storage: { filesystem: { rootdirectory: join(directory, 'registry') } },
      http: { addr: host, secret: 'oracle' },
      auth: { htpasswd: { realm: 'oracle', path: htpasswd } },
    }),
  );
  await mkdir(join(directory, '.docker'));
  const auth = Buffer.from(`${USER}:${PASSWORD}`).toString('base64');
  await writeFile(join(directory, '.docker/config.json'), JSON.stringify({ auths: { [host]: { auth } } }));
  const process = spawn('docker-registry', ['serve', config], { stdio: 'ignore' });
  await new Promise<void>((resolve, reject) => {
    process.once('spawn', resolve);
    process.once('error', reject);
  });
  for (let attempt = 0; attempt < 100; attempt++) {
    const status = await fetch(`http://${host}/v2/`).then(
      (answer) => answer.status,
      () => 0,
    );
    if (status === 401) return { host, process };
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  process.kill();
  throw new Error(`docker-registry does not answer at ${host}`);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
