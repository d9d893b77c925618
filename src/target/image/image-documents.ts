import { z } from 'zod';
import { isDigest } from './digest.js';
import { imageError } from './image-error.js';

const digest = z.string().refine(isDigest, 'not a sha256 or sha512 digest');

/** OCI image-spec, descriptor.md. */
const descriptor = z.object({
  mediaType: z.string().default(''),
  digest,
  size: z.int().min(0),
  urls: z.array(z.string()).optional(),
  annotations: z.record(z.string(), z.string()).nullish(),
  platform: z
    .object({
      os: z.string().default(''),
      architecture: z.string().default(''),
      variant: z.string().nullish(),
    })
    .nullish(),
});
export type Descriptor = z.infer<typeof descriptor>;

/** OCI image-spec, image-index.md; Docker's "manifest list" has the same form. */
const index = z.object({ manifests: z.array(descriptor) });
/** OCI image-spec, manifest.md; Docker's schema 2 has the same form. */
const manifest = z.object({ config: descriptor, layers: z.array(descriptor) });
/** OCI image-spec, config.md. */
const config = z.object({
  os: z.string().default('linux'),
  architecture: z.string(),
  variant: z.string().nullish(),
  config: z.object({ Env: z.array(z.string()).nullish() }).nullish(),
  rootfs: z.object({ type: z.string(), diff_ids: z.array(digest).nullable() }),
});
/** `docker save`: one object for each image (moby, image/tarexport). */
const dockerManifest = z
  .array(
    z.object({
      Config: z.string(),
      RepoTags: z.array(z.string()).nullish(),
      Layers: z.array(z.string()).nullable(),
    }),
  )
  .min(1);

export type ImageIndex = z.infer<typeof index>;
export type ImageManifest = z.infer<typeof manifest>;
export type ImageConfig = z.infer<typeof config>;
export type DockerManifest = z.infer<typeof dockerManifest>;

/** What a registry answers for a name: one image, or a choice of them. */
export type ManifestDocument =
  | { readonly kind: 'index'; readonly index: ImageIndex }
  | { readonly kind: 'manifest'; readonly manifest: ImageManifest };

/** The media types that are asked for (OCI image-spec, media-types.md; Docker's of before it). */
export const MANIFEST_TYPES = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
] as const;

/** Configurations of images; charts, signatures and other artifacts have others. */
const CONFIG_TYPES = [
  'application/vnd.oci.image.config.v1+json',
  'application/vnd.docker.container.image.v1+json',
  '',
];

/**
 * @param where the image, for messages
 * @throws TargetError `TARGET_IMAGE_INVALID`, `TARGET_IMAGE_UNSUPPORTED`
 */
export function parseManifest(bytes: Uint8Array, where: string): ManifestDocument {
  const json = parseJson(bytes, where, 'manifest');
  if (isObject(json)) {
    if (json['schemaVersion'] === 1) {
      throw imageError(
        'TARGET_IMAGE_UNSUPPORTED',
        `${where} has a manifest of schema 1, the format of Docker before 2016.`,
        {
          suggestions: ['Pull and push the image with a current Docker: it is then stored as schema 2.'],
        },
      );
    }
    if (Array.isArray(json['manifests']))
      return { kind: 'index', index: checked(index, json, where, 'index') };
  }
  const parsed = checked(manifest, json, where, 'manifest');
  if (!CONFIG_TYPES.includes(parsed.config.mediaType)) {
    throw imageError(
      'TARGET_IMAGE_UNSUPPORTED',
      `${where} is not a container image but an artifact of the type ${JSON.stringify(parsed.config.mediaType)}.`,
      { suggestions: ['Name a container image.'] },
    );
  }
  return { kind: 'manifest', manifest: parsed };
}

/** @throws TargetError `TARGET_IMAGE_INVALID` */
export function parseIndex(bytes: Uint8Array, where: string): ImageIndex {
  return checked(index, parseJson(bytes, where, 'index'), where, 'index');
}

/** @throws TargetError `TARGET_IMAGE_INVALID` */
export function parseConfig(bytes: Uint8Array, where: string): ImageConfig {
  return checked(config, parseJson(bytes, where, 'configuration'), where, 'configuration');
}

/** @throws TargetError `TARGET_IMAGE_INVALID` */
export function parseDockerManifest(bytes: Uint8Array, where: string): DockerManifest {
  return checked(dockerManifest, parseJson(bytes, where, 'manifest.json'), where, 'manifest.json');
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parseJson(bytes: Uint8Array, where: string, what: string): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw imageError(
      'TARGET_IMAGE_INVALID',
      `The ${what} of ${where} is not JSON: ${(error as Error).message}.`,
      { cause: error },
    );
  }
}

function checked<T>(schema: z.ZodType<T>, json: unknown, where: string, what: string): T {
  const result = schema.safeParse(json);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const at = issue === undefined || issue.path.length === 0 ? '' : ` at ${issue.path.join('.')}`;
  throw imageError(
    'TARGET_IMAGE_INVALID',
    `The ${what} of ${where} is not valid${at}: ${issue?.message ?? ''}.`,
    {
      cause: result.error,
    },
  );
}
