import type { HttpFailure } from '../../http/failure.js';
import { connectionKind, timeoutWords } from '../../http/failure.js';
import { shownUrl } from '../../http/shown-url.js';
import type { TargetError } from '../../errors.js';
import { imageError } from './image-error.js';
import type { PullReference } from './pull-reference.js';

const WITHOUT_REGISTRY =
  'Without the registry: write the image with `docker save -o FILE IMAGE` where it is, and name docker-archive:FILE.';

/** What the failure of an exchange is for a container registry. */
export function containerRegistryError(failure: HttpFailure): TargetError {
  const { url } = failure;
  switch (failure.kind) {
    case 'connection':
      return connectionFailed(url, failure.code);
    case 'timeout':
      return imageError(
        'TARGET_REGISTRY_TIMEOUT',
        `The registry ${url.host} ${timeoutWords(failure)}: ${shownUrl(url)}.`,
        { suggestions: ['Try again.', WITHOUT_REGISTRY] },
      );
    case 'redirect':
      return unexpected(url, `redirects ${failure.reason}`);
    case 'status':
      return failure.status === 429 ? rateLimited(url) : serverFailed(url, failure.status);
  }
}

function connectionFailed(url: URL, code: string): TargetError {
  const certificate = connectionKind(code) === 'certificate';
  return imageError(
    'TARGET_REGISTRY_UNREACHABLE',
    certificate
      ? `The TLS certificate of the registry ${url.host} is not trusted (${code}).`
      : `The registry ${url.host} cannot be reached (${code}).`,
    {
      suggestions: [
        certificate
          ? 'For a private authority set NODE_EXTRA_CA_CERTS=FILE.'
          : 'Check the name of the registry and the network connection, and HTTPS_PROXY and NO_PROXY where there is a proxy.',
        WITHOUT_REGISTRY,
      ],
    },
  );
}

function rateLimited(url: URL): TargetError {
  return imageError(
    'TARGET_REGISTRY_RATE_LIMITED',
    `The registry ${url.host} limits the rate of requests (HTTP 429).`,
    {
      suggestions: [
        'Log in with `docker login`, which raises the limit of Docker Hub, or wait and try again.',
        WITHOUT_REGISTRY,
      ],
    },
  );
}

function serverFailed(url: URL, status: number): TargetError {
  return imageError(
    'TARGET_REGISTRY_ANSWER',
    `The registry ${url.host} fails with HTTP ${status}: ${shownUrl(url)}.`,
    {
      suggestions: ['Try again later.', WITHOUT_REGISTRY],
    },
  );
}

/** An answer that is not what the distribution protocol has in this place. */
export function unexpected(url: URL, what: string): TargetError {
  return imageError('TARGET_REGISTRY_ANSWER', `${shownUrl(url)} ${what}.`, {
    suggestions: [`Check that ${url.host} is a container registry.`],
  });
}

export function noSuchImage({ label, registry }: PullReference): TargetError {
  return imageError('TARGET_IMAGE_NOT_FOUND', `There is no image ${label}.`, {
    suggestions: [`Check its name and tag at ${registry}; \`docker pull ${label}\` should find it.`],
  });
}

/** @param how what is known of the login that was tried */
export function unauthorized(
  { label, registry }: PullReference,
  status: number,
  how: 'none' | 'anonymous' | 'credentials',
): TargetError {
  const login = registry === 'docker.io' ? 'docker login' : `docker login ${registry}`;
  const message = {
    none: `${registry} asks for a login for ${label} (HTTP ${status})`,
    anonymous: `${registry} refuses ${label} to those who are not logged in (HTTP ${status}); it may not exist`,
    credentials: `${registry} refuses the login of the Docker configuration for ${label} (HTTP ${status}); it may not exist`,
  }[how];
  return imageError('TARGET_IMAGE_UNAUTHORIZED', `${message}.`, {
    suggestions: [
      how === 'credentials'
        ? `Run \`${login}\` with a user who may read it, and check the name of the image.`
        : `Run \`${login}\`, and check the name of the image.`,
    ],
  });
}
