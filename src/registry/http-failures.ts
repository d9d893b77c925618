import { RegistryError } from '../errors.js';
import { settingKey } from './bundler-settings.js';
import type { HttpFailure } from '../http/failure.js';
import { connectionKind, timeoutWords } from '../http/failure.js';
import { shownUrl } from '../http/shown-url.js';

const OTHER_SOURCES =
  'Use `--source DIR` for a mirror or a directory of gems on disk, or `--offline` for what is in the cache.';

/** What the failure of an exchange is for a gem server. The message names the system's error code; the URL is shown without secrets. */
export function gemServerError(failure: HttpFailure): RegistryError {
  const { url } = failure;
  switch (failure.kind) {
    case 'connection':
      return connectionFailed(url, failure.code);
    case 'timeout':
      return new RegistryError(`${url.host} ${timeoutWords(failure)}: ${shownUrl(url)}`, {
        code: 'REGISTRY_TIMEOUT',
        url: shownUrl(url),
        suggestions: ['Try again.', OTHER_SOURCES],
      });
    case 'redirect':
      return new RegistryError(`${shownUrl(url)} redirects ${failure.reason}`, {
        code: 'REGISTRY_BAD_REDIRECT',
        url: shownUrl(url),
        status: failure.status,
        suggestions: ['Check the address of the source.'],
      });
    case 'status':
      return refused(url, failure.status, false);
  }
}

/** No connection, or one that broke. The message names the system's error code; the URL is shown without secrets. */
function connectionFailed(url: URL, code: string): RegistryError {
  const shown = shownUrl(url);
  const kind = connectionKind(code);
  if (kind === 'certificate') {
    return new RegistryError(`the TLS certificate of ${url.host} is not trusted (${code})`, {
      code: 'REGISTRY_CERTIFICATE',
      url: shown,
      suggestions: [
        'For a private authority set NODE_EXTRA_CA_CERTS=FILE or `bundle config set ssl_ca_cert FILE`.',
      ],
    });
  }
  if (kind === 'unreachable') {
    return new RegistryError(`${url.host} cannot be reached (${code})`, {
      code: 'REGISTRY_UNREACHABLE',
      url: shown,
      suggestions: [
        'Check the network connection, and HTTPS_PROXY and NO_PROXY where there is a proxy.',
        OTHER_SOURCES,
      ],
    });
  }
  const detail = code === 'ECONNRESET' ? ', the server closed it' : '';
  return new RegistryError(`the connection to ${url.host} failed (${code}${detail}): ${shown}`, {
    code: 'REGISTRY_CONNECTION_LOST',
    url: shown,
    suggestions: ['Try again.', OTHER_SOURCES],
  });
}

/** A body that ended early, that cannot be decoded, or whose digest is not the stated one. */
export function damagedBody(url: URL, reason: string): RegistryError {
  return new RegistryError(`the answer of ${shownUrl(url)} is damaged: ${reason}`, {
    code: 'REGISTRY_DAMAGED_BODY',
    url: shownUrl(url),
    suggestions: ['Try again; where it stays, a proxy or the server itself is at fault.'],
  });
}

export function tooLarge(url: URL, limit: number): RegistryError {
  return new RegistryError(`the answer of ${shownUrl(url)} is larger than ${limit} bytes`, {
    code: 'REGISTRY_TOO_LARGE',
    url: shownUrl(url),
    suggestions: ['Check that the address is that of a gem server.'],
  });
}

/** 200 and a web page: a login form or a captive portal in place of what was asked for. */
export function webPage(url: URL, status: number): RegistryError {
  return new RegistryError(`${shownUrl(url)} answers with a web page (HTML), not with gem data`, {
    code: 'REGISTRY_WEB_PAGE',
    url: shownUrl(url),
    status,
    suggestions: [
      `A login page or a captive portal answers in its place: set credentials (${credentialRemedy(url)}), or check the address.`,
    ],
  });
}

/** An HTTP status that is no success. */
export function refused(url: URL, status: number, withCredentials: boolean): RegistryError {
  const shown = shownUrl(url);
  const facts = { url: shown, status };
  if (status === 401 || status === 403 || status === 407) {
    const what = withCredentials
      ? `refuses the credentials that are configured for ${url.host}`
      : `asks for credentials`;
    return new RegistryError(`${shown} ${what} (HTTP ${status})`, {
      ...facts,
      code: status === 403 ? 'REGISTRY_FORBIDDEN' : 'REGISTRY_UNAUTHORIZED',
      suggestions: [
        status === 407
          ? "Put the proxy's user and password into HTTPS_PROXY."
          : `Set ${credentialRemedy(url)}.`,
      ],
    });
  }
  if (status === 429) {
    return new RegistryError(`${url.host} limits the rate of requests (HTTP 429): ${shown}`, {
      ...facts,
      code: 'REGISTRY_RATE_LIMITED',
      suggestions: ['Wait and try again, or lower --jobs.', OTHER_SOURCES],
    });
  }
  if (status >= 500) {
    return new RegistryError(`${url.host} fails with HTTP ${status}: ${shown}`, {
      ...facts,
      code: 'REGISTRY_SERVER_ERROR',
      suggestions: ['Try again later.', OTHER_SOURCES],
    });
  }
  return new RegistryError(`${shown} answers with HTTP ${status}`, {
    ...facts,
    code: status === 404 || status === 410 ? 'REGISTRY_NOT_FOUND' : 'REGISTRY_UNEXPECTED_STATUS',
    suggestions: ['Check the address of the source.'],
  });
}

/** Both ways to give Bundler, and so this program, the credentials of a host. */
function credentialRemedy(url: URL): string {
  return `${settingKey(url.hostname)}=user:password, or run \`bundle config set --global ${url.hostname} user:password\``;
}
