import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TargetError } from '../../../src/errors.js';
import { openDockerArchive } from '../../../src/target/image/docker-archive.js';
import type { ImageTree } from '../../../src/target/image/load-image.js';
import { openOciLayout } from '../../../src/target/image/oci-layout.js';
import { readImage } from '../../../src/target/image/read-image.js';
import { readRootfs } from '../../../src/target/rootfs.js';
import type { ResolvedTarget, Target } from '../../../src/target/types.js';
import { sha256Digest } from '../../helpers/registry-server.js';
import type { BuiltImage, Entry } from './image-builder.js';
import {
  buildImage,
  describe as descriptorOf,
  elf,
  GLIBC_SYSTEM,
  hardLink,
  layerOf,
  libc,
  link,
  OCI_MANIFEST,
} from './image-builder.js';

const run = promisify(execFile);
let tmp: string;

beforeEach(async () => {
  tmp = await mkdtemp(join(tmpdir(), 'image-'));
});

afterEach(async () => {
  await rm(tmp, { recursive: true });
});

const hex = (bytes: Uint8Array): string => sha256Digest(bytes).slice('sha256:'.length);

/** As Docker before 25 saved: uncompressed layers in folders, the second time a layer is there as a link. */
async function legacyArchive(
  images: readonly (readonly [tag: string, image: BuiltImage])[],
): Promise<Buffer> {
  const seen = new Map<string, string>();
  const manifest = [];
  const entries: Entry[] = [];
  for (const [tag, image] of images) {
    const layers: string[] = [];
    for (const [index, archive] of image.archives.entries()) {
      const name = `${tag.replace(/\W/g, '')}${index}/layer.tar`;
      const known = seen.get(hex(archive));
      entries.push([name, known === undefined ? archive : link(`../${known}`)]);
      seen.set(hex(archive), known ?? name);
      layers.push(name);
    }
    entries.push([`${hex(image.config)}.json`, image.config]);
    manifest.push({ Config: `${hex(image.config)}.json`, RepoTags: [tag], Layers: layers });
  }
  return layerOf([...entries, ['manifest.json', JSON.stringify(manifest)]]);
}

function layoutEntries(image: BuiltImage): Entry[] {
  const blobs = [image.config, image.manifest, ...image.layers];
  const index = {
    manifests: [
      {
        ...descriptorOf(image.manifest, OCI_MANIFEST),
        annotations: { 'org.opencontainers.image.ref.name': '1' },
      },
    ],
  };
  return [
    ...blobs.map((blob): Entry => [`blobs/sha256/${hex(blob)}`, blob]),
    ['oci-layout', '{"imageLayoutVersion":"1.0.0"}'],
    ['index.json', JSON.stringify(index)],
  ];
}

async function writeLayout(image: BuiltImage): Promise<string> {
  await mkdir(join(tmp, 'layout/blobs/sha256'), { recursive: true });
  for (const [name, content] of layoutEntries(image))
    await writeFile(join(tmp, 'layout', name), content as Buffer);
  return join(tmp, 'layout');
}

async function file(bytes: Uint8Array): Promise<string> {
  await writeFile(join(tmp, 'image.tar'), bytes);
  return join(tmp, 'image.tar');
}

async function read(opening: Promise<ImageTree>): Promise<ResolvedTarget> {
  return readImage(await opening, { name: 'test', cpu: 'x86_64' });
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(TargetError);
  return (error as TargetError).code;
}

/** What two readings of one system agree in. */
function facts({ target, ruby }: { readonly target: Target; readonly ruby?: string }): unknown {
  const { libcVersion, ceilings, versions, libraries, title, cpus } = target;
  return { libcVersion, ceilings, versions, libraries: [...libraries].sort(), title, cpus, ruby };
}

describe('every form of an image', () => {
  it('is read as the root that it was made from', async () => {
    const layer = await layerOf(GLIBC_SYSTEM);
    const image = buildImage([layer]);
    const root = join(tmp, 'root');
    await mkdir(root);
    await writeFile(join(tmp, 'layer.tar'), layer);
    await run('tar', ['-xf', join(tmp, 'layer.tar'), '-C', root]);
    const expected = facts({ target: await readRootfs(root) });

    const saved = await layerOf([
      ...layoutEntries(image),
      [
        'manifest.json',
        JSON.stringify([
          {
            Config: `blobs/sha256/${hex(image.config)}`,
            RepoTags: null,
            Layers: image.layers.map((blob) => `blobs/sha256/${hex(blob)}`),
          },
        ]),
      ],
    ]);
    expect(facts(await read(openOciLayout(await writeLayout(image), 'x86_64')))).toEqual(expected);
    const archives = [
      saved,
      gzipSync(saved),
      await layerOf(layoutEntries(image)),
      await legacyArchive([['app:1', image]]),
    ];
    for (const archive of archives) {
      expect(facts(await read(openDockerArchive(await file(archive), 'x86_64')))).toEqual(expected);
    }
  });

  it.each([true, false])(
    'with several images is ambiguous until one is named (compressed: %s)',
    async (compressed) => {
      const base = await layerOf(GLIBC_SYSTEM);
      const one = buildImage([base]);
      const two = buildImage([
        base,
        await layerOf([
          ['usr/lib/x86_64-linux-gnu/.wh.libc.so.6', ''],
          ['lib/x86_64-linux-gnu/libc.so.6', libc('2.31')],
        ]),
      ]);
      const archive = await legacyArchive([
        ['app:1', one],
        ['app:2', two],
      ]);
      const path = await file(compressed ? gzipSync(archive) : archive);
      expect(await codeOf(openDockerArchive(path, 'x86_64'))).toBe('TARGET_IMAGE_AMBIGUOUS');
      expect(await codeOf(openDockerArchive(path, 'x86_64', { image: 'app:3' }))).toBe(
        'TARGET_IMAGE_NOT_FOUND',
      );
      expect((await read(openDockerArchive(path, 'x86_64', { image: 'app:1' }))).target.libcVersion).toBe(
        '2.36',
      );
      expect((await read(openDockerArchive(path, 'x86_64', { image: 'app:2' }))).target.libcVersion).toBe(
        '2.31',
      );
      expect(await codeOf(openDockerArchive(path, 'aarch64'))).toBe('TARGET_NOT_FOR_CPU');
    },
  );

  it('of a layout is found by its whole name too, as containerd and buildx note it', async () => {
    const image = buildImage([await layerOf(GLIBC_SYSTEM)]);
    const annotations = {
      'io.containerd.image.name': 'docker.io/acme/shop:1.2',
      'org.opencontainers.image.ref.name': '1.2',
    };
    const index = { manifests: [{ ...descriptorOf(image.manifest, OCI_MANIFEST), annotations }] };
    const entries = layoutEntries(image).filter(([name]) => name !== 'index.json');
    const path = await file(await layerOf([...entries, ['index.json', JSON.stringify(index)]]));
    for (const name of ['acme/shop:1.2', 'docker.io/acme/shop:1.2', '1.2']) {
      expect((await read(openDockerArchive(path, 'x86_64', { image: name }))).target.libcVersion).toBe(
        '2.36',
      );
    }
    await expect(openDockerArchive(path, 'x86_64', { image: 'acme/shop' })).rejects.toMatchObject({
      code: 'TARGET_IMAGE_NOT_FOUND',
      suggestions: ['It has docker.io/acme/shop:1.2.'],
    });
  });

  describe('in a layout, of a tag that was written again', () => {
    const layoutOf = async (before: object, now: object): Promise<{ path: string; digests: string[] }> => {
      const system = await layerOf(GLIBC_SYSTEM);
      const images = [
        buildImage([system]),
        buildImage([system, await layerOf([['lib/x86_64-linux-gnu/libc.so.6', libc('2.31')]])]),
      ] as const;
      const manifests = images.map(({ manifest }, at) => ({
        ...descriptorOf(manifest, OCI_MANIFEST),
        ...(at === 0 ? before : now),
      }));
      const entries = images.flatMap((image) =>
        layoutEntries(image).filter(([name]) => name.startsWith('blobs/')),
      );
      const distinct = [...new Map(entries.map((entry) => [entry[0], entry])).values()];
      return {
        path: await file(await layerOf([...distinct, ['index.json', JSON.stringify({ manifests })]])),
        digests: manifests.map(({ digest }) => digest),
      };
    };
    const tagged = (name: string): object => ({
      annotations: { 'org.opencontainers.image.ref.name': name },
    });
    const amd64 = { platform: { os: 'linux', architecture: 'amd64' } };

    it.each([
      ['without platforms', {}, tagged('mm')],
      ['with platforms', amd64, { ...amd64, ...tagged('mm') }],
    ])('the one that is named is taken, and without a name neither (%s)', async (_what, before, now) => {
      const { path, digests } = await layoutOf(before, now);
      expect((await read(openDockerArchive(path, 'x86_64', { image: 'mm' }))).target.libcVersion).toBe(
        '2.31',
      );
      expect(
        (await read(openDockerArchive(path, 'x86_64', { image: digests[0] ?? '' }))).target.libcVersion,
      ).toBe('2.36');
      await expect(openDockerArchive(path, 'x86_64')).rejects.toMatchObject({
        code: 'TARGET_IMAGE_AMBIGUOUS',
        message: `${path} has more than one image: mm, ${digests[0] ?? ''}.`,
        suggestions: [`Name one behind the path: ${path}:mm.`],
      });
    });

    it('tags of one platform are not chosen between either', async () => {
      const { path } = await layoutOf({ ...amd64, ...tagged('a') }, { ...amd64, ...tagged('b') });
      expect(await codeOf(openDockerArchive(path, 'x86_64'))).toBe('TARGET_IMAGE_AMBIGUOUS');
      expect((await read(openDockerArchive(path, 'x86_64', { image: 'a' }))).target.libcVersion).toBe('2.36');
    });

    it('an index without images beside a tag is refused with the tag', async () => {
      const image = buildImage([await layerOf(GLIBC_SYSTEM)]);
      const empty = Buffer.from(JSON.stringify({ schemaVersion: 2, manifests: [] }));
      const manifests = [
        descriptorOf(empty, 'application/vnd.oci.image.index.v1+json'),
        { ...descriptorOf(image.manifest, OCI_MANIFEST), ...tagged('mm') },
      ];
      const entries = layoutEntries(image).filter(([name]) => name !== 'index.json');
      const path = await file(
        await layerOf([
          ...entries,
          [`blobs/sha256/${hex(empty)}`, empty],
          ['index.json', JSON.stringify({ manifests })],
        ]),
      );
      expect(await codeOf(openDockerArchive(path, 'x86_64'))).toBe('TARGET_IMAGE_AMBIGUOUS');
      expect((await read(openDockerArchive(path, 'x86_64', { image: 'mm' }))).target.libcVersion).toBe(
        '2.36',
      );
    });
  });

  it.each([
    ['docker.io/library/app:latest', 'app', '2.36'],
    ['docker.io/library/app:latest', 'app:latest', '2.36'],
    ['docker.io/team/app:2', 'team/app:2', '2.31'],
    ['team/app:2', 'docker.io/team/app:2', '2.31'],
    ['registry.example:5000/app:2', 'registry.example:5000/app:2', '2.31'],
    ['registry.example:5000/app:2', 'app:2', undefined],
    ['docker.io/team/app:2', 'team/app', undefined],
  ])('that is saved as %s is found as %s: %s', async (saved, asked, version) => {
    const system = await layerOf(GLIBC_SYSTEM);
    const newer =
      version === '2.31' ? [await layerOf([['lib/x86_64-linux-gnu/libc.so.6', libc('2.31')]])] : [];
    const path = await file(
      await legacyArchive([
        [saved, buildImage([system, ...newer])],
        ['other:1', buildImage([system, await layerOf([['etc/other', 'x']])])],
      ]),
    );
    const opened = openDockerArchive(path, 'x86_64', { image: asked });
    if (version === undefined) expect(await codeOf(opened)).toBe('TARGET_IMAGE_NOT_FOUND');
    else expect((await read(opened)).target.libcVersion).toBe(version);
  });
});

describe('layers', () => {
  const layered = async (...layers: readonly Entry[][]): Promise<ResolvedTarget> => {
    const archives = [await layerOf(GLIBC_SYSTEM)];
    for (const entries of layers) archives.push(await layerOf(entries));
    return read(openOciLayout(await writeLayout(buildImage(archives)), 'x86_64'));
  };
  const directory = 'usr/lib/x86_64-linux-gnu';

  it('hide with an opaque directory what is below, and not what they bring', async () => {
    const { target } = await layered([
      [`${directory}/libnew.so.1`, elf('lib-verdef.so')],
      [`${directory}/ld-2.36.so`, libc('2.36')],
      [`${directory}/libc.so.6`, libc('2.36')],
      [`${directory}/.wh..wh..opq`, ''],
    ]);
    expect(target.libraries).toContain('libnew.so.1');
    expect(target.libraries).not.toContain('libanswer.so.2.0');
  });

  it('hide nothing of their own', async () => {
    const { target } = await layered([
      [`${directory}/libanswer.so.2`, link('libanswer.so.2.0')],
      [`${directory}/.wh.libanswer.so.2`, ''],
    ]);
    expect(target.libraries).toContain('libanswer.so.2');
  });

  it('link to the files of lower layers', async () => {
    const { target } = await layered([
      [`${directory}/libhard.so.1`, hardLink(`${directory}/libanswer.so.2.0`)],
    ]);
    expect(target.versions?.['libhard.so.1']).toContain('ANSWER_3');
  });

  it('are refused where a hard link leads to nothing, or a file is a directory', async () => {
    expect(await codeOf(layered([['lib/libhard.so.1', hardLink('nothing')]]))).toBe('TARGET_LAYER_INVALID');
    expect(await codeOf(layered([['etc/os-release/file', 'x']]))).toBe('TARGET_LAYER_INVALID');
  });

  it('are read again for what was not kept', async () => {
    const { target } = await layered([
      ['etc/ld.so.conf', 'include /opt/odd/place\n'],
      ['opt/odd/place', '/opt/libraries\n'],
      ['opt/libraries/libodd.so.1', elf('lib-verdef.so')],
    ]);
    expect(target.libraries).toContain('libodd.so.1');
  });

  it('that are no library but are called so are not taken for one', async () => {
    const { target } = await layered([[`${directory}/libscript.so`, '/* GNU ld script */ INPUT(libm.so.6)']]);
    expect(target.libraries).not.toContain('libscript.so');
    expect(target.librariesComplete).toBe(true);
  });
});

describe('Ruby', () => {
  const rbconfig = (teeny: number, name = 'ruby'): string => `
  CONFIG["MAJOR"] = "3"
  CONFIG["MINOR"] = "3"
  CONFIG["TEENY"] = "${teeny}"
  CONFIG["RUBY_BASE_NAME"] = "ruby"
  CONFIG["ruby_install_name"] = "${name.replace('ruby', '$(RUBY_BASE_NAME)')}"
  CONFIG["RUBY_PROGRAM_VERSION"] = "$(MAJOR).$(MINOR).$(TEENY)"
`;
  it.each([
    [
      'upstream',
      [
        ['usr/local/bin/ruby', 'x'],
        ['usr/local/lib/ruby/3.3.0/x86_64-linux/rbconfig.rb', rbconfig(5)],
      ],
      [],
      '3.3.5',
    ],
    [
      'Debian',
      [
        ['usr/bin/ruby', link('ruby3.3')],
        ['usr/bin/ruby3.3', 'x'],
        ['usr/lib/x86_64-linux-gnu/ruby/3.3.0/rbconfig.rb', rbconfig(8, 'ruby3.3')],
      ],
      [],
      '3.3.8',
    ],
    [
      'a folder of PATH',
      [
        ['opt/r/bin/ruby', 'x'],
        ['opt/r/lib/ruby/3.3.0/x/rbconfig.rb', rbconfig(1)],
        ['usr/bin/ruby', 'x'],
      ],
      ['PATH=/opt/r/bin:/usr/bin'],
      '3.3.1',
    ],
    [
      'two in a prefix, by name',
      [
        ['usr/bin/ruby', link('ruby3.3')],
        ['usr/bin/ruby3.3', 'x'],
        ['usr/lib/ruby/3.3.0/x/rbconfig.rb', rbconfig(2, 'ruby3.3')],
        ['usr/lib/ruby/3.2.0/x/rbconfig.rb', rbconfig(9, 'ruby3.2')],
      ],
      [],
      '3.3.2',
    ],
    ['the environment alone, without a ruby', [], ['RUBY_VERSION=3.3.5'], undefined],
    ['no version anywhere', [['usr/bin/ruby', 'x']], [], undefined],
  ] as const)('of %s', async (_what, entries, env, expected) => {
    const image = buildImage([await layerOf(GLIBC_SYSTEM), await layerOf(entries)], {
      env,
    });
    expect((await read(openOciLayout(await writeLayout(image), 'x86_64'))).ruby).toBe(expected);
  });
});

describe('what cannot be opened', () => {
  it('says what it is instead', async () => {
    expect(await codeOf(openDockerArchive(join(tmp, 'none.tar'), 'x86_64'))).toBe('TARGET_NOT_FOUND');
    expect(await codeOf(openDockerArchive(tmp, 'x86_64'))).toBe('TARGET_NOT_FOUND');
    expect(await codeOf(openOciLayout(tmp, 'x86_64'))).toBe('TARGET_NOT_FOUND');
    expect(await codeOf(openDockerArchive(await file(Buffer.alloc(2000, 'x')), 'x86_64'))).toBe(
      'TARGET_LAYER_NOT_TAR',
    );
    // The head of an xz archive, as `docker load` takes it too.
    const xz = await file(Buffer.from('fd377a585a000004e6d6b446', 'hex'));
    await expect(openDockerArchive(xz, 'x86_64')).rejects.toMatchObject({
      code: 'TARGET_LAYER_INVALID',
      message: expect.stringContaining('it is compressed with xz') as unknown,
      suggestions: [expect.stringContaining('Unpack it first')],
    });
    const exported = await layerOf(GLIBC_SYSTEM);
    expect(await codeOf(openDockerArchive(await file(exported), 'x86_64'))).toBe('TARGET_IMAGE_NOT_FOUND');
  });

  it('is cut short', async () => {
    const archive = await legacyArchive([['app:1', buildImage([await layerOf(GLIBC_SYSTEM)])]]);
    const zipped = gzipSync(archive);
    const cut = [archive.subarray(0, archive.length >> 1), zipped.subarray(0, zipped.length >> 1)];
    for (const bytes of cut)
      expect(await codeOf(openDockerArchive(await file(bytes), 'x86_64'))).toBe('TARGET_TRUNCATED');
  });

  it('has other bytes than its digests say', async () => {
    const image = buildImage([await layerOf(GLIBC_SYSTEM)]);
    const archive = await legacyArchive([['app:1', image]]);
    const at = archive.indexOf('Test Linux 1');
    archive.write('Fake', at);
    expect(await codeOf(openDockerArchive(await file(archive), 'x86_64'))).toBe('TARGET_DIGEST_MISMATCH');
    const layout = await writeLayout(image);
    await writeFile(join(layout, 'blobs/sha256', hex(image.config)), `${image.config.toString()} `);
    expect(await codeOf(openOciLayout(layout, 'x86_64'))).toBe('TARGET_DIGEST_MISMATCH');
  });

  it('has more than the limits', async () => {
    const layout = await writeLayout(buildImage([await layerOf(GLIBC_SYSTEM)]));
    expect(await codeOf(openOciLayout(layout, 'x86_64', { limits: { entries: 5 } }))).toBe('TARGET_LIMIT');
    expect(await codeOf(openOciLayout(layout, 'x86_64', { limits: { keptBytes: 1000 } }))).toBe(
      'TARGET_LIMIT',
    );
    expect(await codeOf(openOciLayout(layout, 'x86_64', { limits: { inflatedBytes: 1000 } }))).toBe(
      'TARGET_LIMIT',
    );
    expect(await codeOf(openOciLayout(layout, 'x86_64', { limits: { ratio: 1, ratioFloor: 0 } }))).toBe(
      'TARGET_LIMIT',
    );
  });
});
