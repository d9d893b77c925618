/** The parts of an image's name, as `docker pull` reads it. */
export interface ImageReference {
  /** Host, with the port where there is one; `docker.io` where the name has none. */
  readonly registry: string;
  /** Path within the registry, without Docker Hub's `library/`. */
  readonly repository: string;
  readonly tag?: string;
  readonly digest?: string;
}

/** Docker's own names of its registry. */
const DOCKER_HUB = new Set([
  'docker.io',
  'index.docker.io',
  'registry-1.docker.io',
  'registry.hub.docker.com',
  // As the Dockerfile of Rails 7.1 has it.
  'registry.docker.com',
]);

/** Path component, tag and digest of the reference grammar (distribution/reference, `regexp.go`). */
const COMPONENT = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const TAG = /^\w[\w.-]{0,127}$/;
const DIGEST = /^[a-z0-9]+(?:[+._-][a-z0-9]+)*:[0-9a-f]{32,}$/i;

/** The longest name that registries accept, without tag and digest. */
const NAME_LIMIT = 255;

/**
 * Takes an image's name apart; undefined where it is none. The first component is a host when it has a dot or a port or
 * is `localhost`, as for Docker.
 */
export function parseImageReference(text: string): ImageReference | undefined {
  const [named = '', digest, ...more] = text.split('@');
  if (more.length > 0 || (digest !== undefined && !DIGEST.test(digest))) return undefined;
  const colon = named.lastIndexOf(':');
  const tagged = colon > named.lastIndexOf('/');
  const tag = tagged ? named.slice(colon + 1) : undefined;
  if (tag !== undefined && !TAG.test(tag)) return undefined;
  const name = (tagged ? named.slice(0, colon) : named).toLowerCase();
  if (name.length > NAME_LIMIT) return undefined;

  const components = name.split('/');
  const [first = ''] = components;
  const hosted = components.length > 1 && (/[.:]/.test(first) || first === 'localhost');
  const host = hosted ? first : 'docker.io';
  if (hosted) components.shift();
  if (!components.every((component) => COMPONENT.test(component))) return undefined;
  // public.ecr.aws/docker/library/ruby is Amazon's copy of the official image, mcr.microsoft.com/mirror/… Microsoft's.
  const repository = components.join('/').replace(/^(?:(?:mirror\/)?docker\/)?library\//, '');
  return {
    registry: DOCKER_HUB.has(host) ? 'docker.io' : host,
    repository,
    ...(tag === undefined ? {} : { tag }),
    ...(digest === undefined ? {} : { digest }),
  };
}

/**
 * Whether two names are of the same image: Docker writes `app:1` what skopeo, podman and containerd write
 * `docker.io/library/app:1`, and a name without a tag is of `latest`.
 */
export function isSameImage(one: string, other: string): boolean {
  const [a, b] = [parseImageReference(one), parseImageReference(other)];
  if (a === undefined || b === undefined) return one === other;
  return (
    a.registry === b.registry &&
    a.repository === b.repository &&
    (a.tag ?? 'latest') === (b.tag ?? 'latest') &&
    a.digest === b.digest
  );
}
