import { join } from 'node:path';
import type { Cpu } from '../../elf/types.js';
import { isSameImage } from '../image-reference.js';
import type { Descriptor } from './image-documents.js';
import { parseIndex } from './image-documents.js';
import { imageError } from './image-error.js';
import type { BlobStore, ImageTree, LoadOptions } from './load-image.js';
import { ambiguous, chooseImage, configOf, layersOf, loadImage, REF_NAME } from './load-image.js';
import { MAX_DOCUMENT } from './limits.js';
import { fileBytes, kindOf } from './local-file.js';
import { NO_IMAGE_CACHE } from './image-cache.js';
import { choosePlatform } from './platform.js';

export interface OpenImageOptions extends Partial<Omit<LoadOptions, 'label'>> {
  /** Which image, where there are several: its tag (`org.opencontainers.image.ref.name`, `RepoTags`) or its digest. */
  readonly image?: string;
}

/**
 * Opens an image layout (OCI image-spec, image-layout.md), as `skopeo copy … oci:DIR`, buildah and `docker buildx` write it.
 * @throws TargetError `TARGET_NOT_FOUND`, `TARGET_UNREADABLE`, `TARGET_IMAGE_NOT_FOUND`, `TARGET_IMAGE_INVALID`,
 *   `TARGET_IMAGE_AMBIGUOUS`, and as `loadImage`
 */
export async function openOciLayout(
  directory: string,
  cpu: Cpu,
  options: OpenImageOptions = {},
): Promise<ImageTree> {
  if ((await kindOf(directory)) === 'file') {
    throw imageError('TARGET_NOT_FOUND', `${directory} is a file, not the directory of an OCI layout.`, {
      suggestions: [`Write docker-archive:${directory} where it was written by \`docker save\`.`],
    });
  }
  const index = join(directory, 'index.json');
  await kindOf(index);
  const store = directoryStore(directory);
  return openLayout(store, await whole(index), cpu, directory, options);
}

/** The whole name of an image, beside the tag alone, as containerd, Docker and buildx write it (containerd, images/annotations.go). */
const FULL_NAME = 'io.containerd.image.name';

/** A layout by the bytes of its `index.json`, wherever its blobs lie. */
export async function openLayout(
  store: BlobStore,
  index: Uint8Array,
  cpu: Cpu,
  label: string,
  options: OpenImageOptions,
): Promise<ImageTree> {
  const { manifests } = parseIndex(index, label);
  const named = manifests.filter(
    ({ annotations, digest }) =>
      options.image === undefined ||
      annotations?.[REF_NAME] === options.image ||
      isSameImage(annotations?.[FULL_NAME] ?? '', options.image) ||
      digest === options.image,
  );
  if (named.length === 0) {
    const names = manifests.flatMap(
      ({ annotations }) => annotations?.[FULL_NAME] ?? annotations?.[REF_NAME] ?? [],
    );
    throw imageError(
      'TARGET_IMAGE_NOT_FOUND',
      `${label} has no image${options.image === undefined ? '' : ` ${options.image}`}.`,
      {
        suggestions:
          names.length === 0 ? ['Write the layout again.'] : [`It has ${names.slice(0, 10).join(', ')}.`],
      },
    );
  }
  if (options.image === undefined) expectOneImage(named, cpu, label);
  const { manifest, digest } = await chooseImage(store, named, cpu, label);
  const config = await configOf(store, manifest, label);
  return loadImage(store, { layers: layersOf(manifest, config, label), config, digest }, cpu, {
    cache: NO_IMAGE_CACHE,
    ...options,
    label,
  });
}

/**
 * Refuses to choose between what a tag stands for now and what it stood for before: skopeo, buildah and buildx leave the manifest
 * of before in the layout, without its tag. So too between tags that say the same platform. Which of several tags without a
 * platform is for the CPU, `chooseImage` finds out.
 * @throws TargetError `TARGET_IMAGE_AMBIGUOUS`
 */
function expectOneImage(manifests: readonly Descriptor[], cpu: Cpu, label: string): void {
  const saysPlatform = ({ platform }: Descriptor): boolean => (platform?.os ?? '') !== '';
  const mayBeMeant = manifests.filter(
    (each) => !saysPlatform(each) || choosePlatform([each], cpu) !== undefined,
  );
  if (new Set(mayBeMeant.map(({ digest }) => digest)).size < 2) return;
  const names = new Set(mayBeMeant.map(tagOf));
  const sayAlike = new Set(mayBeMeant.filter(saysPlatform).map(tagOf));
  if ((names.size > 1 && names.has(undefined)) || sayAlike.size > 1) {
    throw ambiguous(
      label,
      mayBeMeant.map((each) => tagOf(each) ?? each.digest),
    );
  }
}

function tagOf({ annotations }: Descriptor): string | undefined {
  return annotations?.[REF_NAME] ?? annotations?.[FULL_NAME];
}

function directoryStore(directory: string): BlobStore {
  const path = (digest: string): string => join(directory, 'blobs', ...digest.split(':'));
  return {
    document: (descriptor: Descriptor) => whole(path(descriptor.digest)),
    layers: async (wanted, take) => {
      for (const blob of wanted) {
        const file = path(blob.digest ?? blob.diffId);
        await kindOf(file);
        await take(blob, fileBytes(file));
      }
    },
  };
}

async function whole(file: string): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of fileBytes(file)) {
    size += chunk.length;
    if (size > MAX_DOCUMENT) throw imageError('TARGET_LIMIT', `${file} is larger than any manifest.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
