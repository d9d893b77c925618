import { parseImageReference } from '../image-reference.js';
import { isDigest } from './digest.js';
import { imageError } from './image-error.js';

/** An image at a registry, with all that a name leaves out put in. */
export interface PullReference {
  /** As people write it: `docker.io/library/ruby:3.3`. */
  readonly label: string;
  /** As credentials are filed under: `docker.io`, `ghcr.io`, `localhost:5000`. */
  readonly registry: string;
  /** Host that is asked, with the port where there is one. */
  readonly host: string;
  /** Path in the registry: `library/ruby`. */
  readonly repository: string;
  /** Tag or digest. */
  readonly reference: string;
}

/** Docker Hub is asked at another host than it is named (distribution/reference, moby's registry/config.go). */
const DOCKER_HUB_HOST = 'registry-1.docker.io';

/**
 * Takes an image's name apart as `docker pull` does: no host is Docker Hub, no path there is `library/`, no tag is `latest`, and a
 * digest goes before a tag.
 * @throws TargetError `TARGET_IMAGE_REFERENCE`
 */
export function parsePullReference(text: string): PullReference {
  const parsed = parseImageReference(text);
  if (parsed === undefined || (parsed.digest !== undefined && !isDigest(parsed.digest))) {
    throw imageError(
      'TARGET_IMAGE_REFERENCE',
      `${JSON.stringify(text.slice(0, 300))} is not the name of an image.`,
    );
  }
  const { registry, digest, tag } = parsed;
  const hub = registry === 'docker.io';
  const repository = hub ? hubRepository(parsed.repository) : pathOf(text);
  const suffix =
    digest === undefined ? `:${tag ?? 'latest'}` : `${tag === undefined ? '' : `:${tag}`}@${digest}`;
  return {
    label: `${registry}/${repository}${suffix}`,
    registry,
    host: hub ? DOCKER_HUB_HOST : registry,
    repository,
    reference: digest ?? tag ?? 'latest',
  };
}

function hubRepository(repository: string): string {
  return repository.includes('/') ? repository : `library/${repository}`;
}

/** All behind the host: elsewhere than on Docker Hub, `library/` is a part of the path like any other. */
function pathOf(text: string): string {
  const [named = ''] = text.split('@');
  const path = named.slice(named.indexOf('/') + 1);
  return path.replace(/:[^:/]*$/, '').toLowerCase();
}
