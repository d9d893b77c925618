import net from 'node:net';
import { withTrailingSlash } from './remote-url.js';

/** A mirror that Bundler's settings name for a remote. */
export interface Mirror {
  readonly url: URL;
  /**
   * Milliseconds within which the mirror has to accept a connection, or else the remote itself is asked; 0 where the mirror is
   * used without a test.
   */
  readonly fallbackTimeout: number;
}

/** `Bundler::Settings::Mirror::DEFAULT_FALLBACK_TIMEOUT`, for `true` in place of seconds. In milliseconds. */
const DEFAULT_FALLBACK_TIMEOUT = 100;

interface MirrorParts {
  url?: URL;
  fallbackTimeout?: number;
}

/**
 * Collects the `mirror.*` settings (`Bundler::Settings::Mirrors`): `mirror.all`, `mirror.URL` or `mirror.HOST`, each with an
 * optional `.fallback_timeout` in whole seconds.
 *
 * @param names Names of all settings, lower-case, with dots and dashes.
 * @param get The value of a setting.
 * @returns A function from a remote to its mirror.
 */
export function mirrorsFrom(
  names: Iterable<string>,
  get: (name: string) => string | undefined,
): (remote: URL) => Mirror | undefined {
  const mirrors = new Map<string, MirrorParts>();
  for (const name of names) {
    const match = /^mirror\.(all|.+?)(\.fallback_timeout)?\/?$/.exec(name);
    if (match?.[1] === undefined) continue;
    const value = get(match[2] === undefined ? normalizedName(name) : name);
    if (value === undefined) continue;
    const key = normalizedRemote(match[1]);
    const parts = mirrors.get(key) ?? {};
    mirrors.set(key, parts);
    if (match[2] !== undefined) parts.fallbackTimeout = fallbackTimeout(value);
    else if (URL.canParse(value)) parts.url = withTrailingSlash(new URL(value));
  }
  return (remote) => {
    const found = [
      mirrors.get('all'),
      mirrors.get(withTrailingSlash(remote).href.toLowerCase()),
      mirrors.get(remote.hostname.toLowerCase()),
    ].find((parts) => parts?.url !== undefined);
    if (found?.url === undefined) return undefined;
    return { url: found.url, fallbackTimeout: found.fallbackTimeout ?? 0 };
  };
}

/** The setting's name with the slash at the end of its URL, as `Settings.key_for` asks for it. */
function normalizedName(name: string): string {
  return name.startsWith('mirror.http') && !name.endsWith('/') ? `${name}/` : name;
}

function normalizedRemote(remote: string): string {
  return /^https?:/.test(remote) && URL.canParse(remote) ? withTrailingSlash(new URL(remote)).href : remote;
}

/** `Bundler::Settings::Mirror#fallback_timeout=`: seconds, or `true` for the default. */
function fallbackTimeout(value: string): number {
  if (value === 'true') return DEFAULT_FALLBACK_TIMEOUT;
  const seconds = Number.parseInt(value, 10);
  return Number.isNaN(seconds) ? 0 : seconds * 1000;
}

/** Whether the mirror accepts a TCP connection within its fallback timeout; true at once where it has none. */
export async function mirrorAnswers(mirror: Mirror): Promise<boolean> {
  if (mirror.fallbackTimeout <= 0) return true;
  const { hostname, port, protocol } = mirror.url;
  return new Promise((resolve) => {
    const socket = net.connect({
      host: hostname.replace(/^\[(.*)\]$/, '$1'),
      port: port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port),
      timeout: mirror.fallbackTimeout,
    });
    const done = (answers: boolean): void => {
      socket.destroy();
      resolve(answers);
    };
    socket.once('connect', () => {
      done(true);
    });
    socket.once('timeout', () => {
      done(false);
    });
    socket.once('error', () => {
      done(false);
    });
  });
}
