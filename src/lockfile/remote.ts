import type { LockedSourceType } from './types.js';

// RFC 3986: `pchar` with `/`, as Ruby's URI::RFC3986_Parser has them; percent-encoding is checked apart.
const notInPath = /[^!$&-.0-9:;=@A-Z_a-z~/%]/;
const notInFragment = /[^!$&-.0-9:;=@A-Z_a-z~/?%]/;
/** URI::RFC3986_Parser takes any ASCII for a query and escapes it. */
const notInQuery = /[^\x20-\x7e]/;
const notInUserinfo = /[^!$&-.0-9:;=A-Z_a-z~%]/;
const notInHost = /[^!$&-.0-9;=A-Z_a-z~%]/;
const notInIpLiteral = /[^0-9A-Fa-f:.vV]/;
const badEscape = /%(?![0-9A-Fa-f]{2})/;

function isAuthority(text: string): boolean {
  const at = text.indexOf('@');
  if (at >= 0 && notInUserinfo.test(text.slice(0, at))) return false;
  const hostAndPort = text.slice(at + 1);
  if (hostAndPort.startsWith('[')) {
    const end = hostAndPort.indexOf(']');
    return end > 1 && !notInIpLiteral.test(hostAndPort.slice(1, end)) && isPort(hostAndPort.slice(end + 1));
  }
  const colon = hostAndPort.indexOf(':');
  const host = colon < 0 ? hostAndPort : hostAndPort.slice(0, colon);
  return !notInHost.test(host) && isPort(colon < 0 ? '' : hostAndPort.slice(colon));
}

function isPort(text: string): boolean {
  return text === '' || /^:[0-9]*$/.test(text);
}

/** An absolute URI by RFC 3986; `http` and `https` need the `//` of a host. */
function isAbsoluteUri(text: string): boolean {
  const colon = text.indexOf(':');
  const scheme = text.slice(0, Math.max(colon, 0));
  if (!/^[A-Za-z][A-Za-z0-9+.-]*$/.test(scheme)) return false;
  const hash = text.indexOf('#');
  const beforeFragment = hash < 0 ? text : text.slice(0, hash);
  const fragment = hash < 0 ? '' : text.slice(hash + 1);
  if (notInFragment.test(fragment) || badEscape.test(fragment)) return false;
  const question = beforeFragment.indexOf('?');
  const hierarchy = beforeFragment.slice(colon + 1, question < 0 ? undefined : question);
  if (question >= 0 && notInQuery.test(beforeFragment.slice(question + 1))) return false;
  const isHttp = /^https?$/i.test(scheme);
  if (badEscape.test(hierarchy)) return false;
  if (!hierarchy.startsWith('//')) return !isHttp && !notInPath.test(hierarchy);
  const slash = hierarchy.indexOf('/', 2);
  const authority = hierarchy.slice(2, slash < 0 ? undefined : slash);
  const path = slash < 0 ? '' : hierarchy.slice(slash);
  return isAuthority(authority) && !notInPath.test(path);
}

/**
 * Why Bundler refuses the remote of a source section; absent where it accepts it. A GEM section's has to be an absolute
 * URI (`Source::Rubygems#normalize_uri`), a GIT section's may be anything git understands, a PATH section's any path.
 * `true` and `false` are no text to Bundler.
 */
export function remoteProblem(type: LockedSourceType, remote: string): string | undefined {
  if (type === 'gem') {
    return isAbsoluteUri(remote.endsWith('/') ? remote : `${remote}/`) ? undefined : 'is not an absolute URI';
  }
  if (remote === 'true' || remote === 'false') return 'is a truth value, not a location';
  return remote.includes('\0') ? 'holds a NUL character' : undefined;
}
