import { RegistryError } from '../errors.js';

/** `Bundler::URINormalizer.normalize_suffix`: a remote's URL ends with a slash, so that paths are resolved below it. */
export function withTrailingSlash(url: URL): URL {
  if (url.pathname.endsWith('/')) return url;
  const slashed = new URL(url);
  slashed.pathname += '/';
  return slashed;
}

/**
 * Parses a remote as it stands in a lockfile or on the command line.
 *
 * @throws RegistryError `REGISTRY_BAD_URL`; the message repeats nothing of what follows the scheme where there may be
 * credentials in it.
 */
export function parseRemote(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url !== undefined && (url.protocol === 'http:' || url.protocol === 'https:') && url.hostname !== '') {
    return withTrailingSlash(url);
  }
  const shown = text.includes('@') ? '(a URL with credentials)' : JSON.stringify(text.slice(0, 200));
  throw new RegistryError(`${shown} is not the URL of a gem server`, {
    code: 'REGISTRY_BAD_URL',
    suggestions: ['Give an http or https URL, or a directory.'],
  });
}

/**
 * The host to ask for index files. rubygems.org serves them from a host of its own (`Bundler::Fetcher::Base#fetch_uri`).
 */
export function indexUrl(remote: URL): URL {
  if (remote.hostname !== 'rubygems.org') return remote;
  const url = new URL(remote);
  url.hostname = 'index.rubygems.org';
  return url;
}
