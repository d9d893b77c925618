import type { Cpu } from '../../elf/types.js';
import { isSameImage } from '../image-reference.js';
import type { ArchiveMembers } from './archive-members.js';
import { ImageArchive } from './archive-members.js';
import { NO_IMAGE_CACHE } from './image-cache.js';
import type { DockerManifest, ImageConfig } from './image-documents.js';
import { parseConfig, parseDockerManifest } from './image-documents.js';
import { imageError } from './image-error.js';
import type { LayerBlob } from './layer-inventory.js';
import type { BlobStore, ImageTree } from './load-image.js';
import { ambiguous, assertLayerCount, loadImage, verified } from './load-image.js';
import { kindOf } from './local-file.js';
import { sha256 } from './digest.js';
import type { OpenImageOptions } from './oci-layout.js';
import { openLayout } from './oci-layout.js';
import { isFor, notForCpu } from './platform.js';

/**
 * Opens an archive that `docker save` or `podman save` wrote, or an OCI layout in a tar archive; plain, gzip or zstd. The layers
 * are verified by the configuration's digests; with Docker 25 and later by their own too.
 * @throws TargetError `TARGET_NOT_FOUND`, `TARGET_UNREADABLE`, `TARGET_LAYER_NOT_TAR`, `TARGET_TRUNCATED`,
 *   `TARGET_IMAGE_NOT_FOUND`, `TARGET_IMAGE_INVALID`, `TARGET_IMAGE_AMBIGUOUS`, and as `loadImage`
 */
export async function openDockerArchive(
  file: string,
  cpu: Cpu,
  options: OpenImageOptions = {},
): Promise<ImageTree> {
  if ((await kindOf(file)) === 'directory') {
    throw imageError('TARGET_NOT_FOUND', `${file} is a directory, not an archive.`, {
      suggestions: [
        `Write oci:${file} where it is an OCI layout, and rootfs:${file} where it is an unpacked system.`,
      ],
    });
  }
  const archive = new ImageArchive(file);
  const members = await archive.members();
  const manifest = members.documents.get('manifest.json');
  const index = members.documents.get('index.json');
  if (manifest !== undefined) return openSaved(archive, members, manifest, cpu, file, options);
  if (index !== undefined) return openLayout(archiveStore(archive, members, file), index, cpu, file, options);
  throw imageError('TARGET_IMAGE_NOT_FOUND', `${file} has neither a manifest.json nor an index.json.`, {
    suggestions: [
      'Name a file that `docker save` wrote. What `docker export` writes is a file system: unpack it and write rootfs:DIR.',
    ],
  });
}

interface Saved {
  readonly image: DockerManifest[number];
  readonly config: ImageConfig;
  readonly digest: string;
}

async function openSaved(
  archive: ImageArchive,
  members: ArchiveMembers,
  manifest: Uint8Array,
  cpu: Cpu,
  file: string,
  options: OpenImageOptions,
): Promise<ImageTree> {
  const images = parseDockerManifest(manifest, file).map((image) => savedImage(image, members, file));
  const named = images.filter(
    ({ image, digest }) =>
      options.image === undefined ||
      digest === options.image ||
      image.RepoTags?.some((name) => isSameImage(name, options.image ?? '')) === true,
  );
  if (named.length === 0) {
    const names = images.flatMap(({ image }) => image.RepoTags ?? []);
    throw imageError('TARGET_IMAGE_NOT_FOUND', `${file} has no image ${options.image ?? ''}.`, {
      suggestions: [`It has ${names.slice(0, 10).join(', ')}.`],
    });
  }
  const fitting = named.filter(({ config }) => isFor(config, cpu));
  const [chosen, ...more] = fitting.filter(
    ({ digest }, index) => fitting.findIndex((other) => other.digest === digest) === index,
  );
  if (chosen === undefined)
    throw notForCpu(
      file,
      named.map(({ config }) => config),
      cpu,
    );
  if (more.length > 0) {
    throw ambiguous(
      file,
      fitting.map(({ image, digest }) => image.RepoTags?.[0] ?? digest),
    );
  }
  return loadImage(
    archiveStore(archive, members, file),
    { config: chosen.config, digest: chosen.digest, layers: savedLayers(chosen, members, file) },
    cpu,
    { cache: NO_IMAGE_CACHE, ...options, label: file },
  );
}

function savedImage(image: DockerManifest[number], members: ArchiveMembers, file: string): Saved {
  const bytes = members.documents.get(image.Config);
  if (bytes === undefined)
    throw imageError('TARGET_IMAGE_INVALID', `${file} lacks ${image.Config}, which its manifest.json names.`);
  const named = /([0-9a-f]{64})(?:\.json)?$/.exec(image.Config)?.[1];
  const digest = named === undefined ? sha256(bytes) : `sha256:${named}`;
  return { image, config: parseConfig(verified(bytes, { digest }, file), file), digest };
}

function savedLayers({ image, config }: Saved, members: ArchiveMembers, file: string): LayerBlob[] {
  const layers = image.Layers ?? [];
  const diffIds = config.rootfs.diff_ids ?? [];
  assertLayerCount(layers.length, diffIds.length, file);
  return layers.map((label, index) => {
    if (!members.names.has(resolved(label, members))) {
      throw imageError(
        'TARGET_IMAGE_INVALID',
        `${file} lacks the layer ${label}, which its manifest.json names.`,
      );
    }
    const hex = /^blobs\/sha256\/([0-9a-f]{64})$/.exec(label)?.[1];
    return { label, diffId: diffIds[index] ?? '', ...(hex === undefined ? {} : { digest: `sha256:${hex}` }) };
  });
}

/** Where a member that is a link leads; a chain of them is not written by anybody. */
function resolved(name: string, { links }: ArchiveMembers): string {
  return links.get(name) ?? name;
}

function archiveStore(archive: ImageArchive, members: ArchiveMembers, file: string): BlobStore {
  const memberOf = (blob: LayerBlob): string =>
    resolved(blob.digest === blob.label ? blobName(blob.digest) : blob.label, members);
  return {
    document: ({ digest }) => {
      const bytes = members.documents.get(blobName(digest));
      if (bytes !== undefined) return Promise.resolve(bytes);
      return Promise.reject(
        imageError('TARGET_IMAGE_INVALID', `${file} lacks ${blobName(digest)}, which its index names.`),
      );
    },
    layers: async (wanted, take) => {
      const byMember = new Map(wanted.map((blob) => [memberOf(blob), blob]));
      await archive.read(new Set(byMember.keys()), async (name, source) => {
        const blob = byMember.get(name);
        if (blob !== undefined) await take(blob, source);
      });
    },
  };
}

/** OCI image-spec, image-layout.md. */
function blobName(digest: string): string {
  return `blobs/${digest.replace(':', '/')}`;
}
