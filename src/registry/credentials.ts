/** User name and password of a remote, decoded. They print as nothing: `JSON.stringify` and `inspect` show no secret. */
export interface Credentials {
  /** The value of an `Authorization` header (RFC 7617). */
  authorization(): string;
}

/**
 * Reads `user:password` or a bare token as it stands in a URL or in a Bundler setting, and decodes it as Bundler does
 * (`Bundler::Fetcher::Downloader#request`: `CGI.unescape`, so `+` is a space and `%2B` a plus).
 */
export function parseUserinfo(userinfo: string): Credentials {
  const colon = userinfo.indexOf(':');
  const user = unescape(colon === -1 ? userinfo : userinfo.slice(0, colon));
  const password = colon === -1 ? '' : unescape(userinfo.slice(colon + 1));
  const value = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  return { authorization: () => value };
}

/** The credentials that a URL carries itself; these go before configured ones. */
export function urlCredentials(url: URL): Credentials | undefined {
  if (url.username === '' && url.password === '') return undefined;
  return parseUserinfo(url.password === '' ? url.username : `${url.username}:${url.password}`);
}

/** `CGI.unescape`: `+` is a space; what is no valid percent escape stays as it is. */
function unescape(text: string): string {
  const bytes = text
    .replaceAll('+', ' ')
    .replace(/(?:%[0-9a-fA-F]{2})+/g, (escapes) =>
      Buffer.from(escapes.replaceAll('%', ''), 'hex').toString('utf8'),
    );
  return bytes;
}
