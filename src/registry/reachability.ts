import { RegistryError } from '../errors.js';
import { Transient } from '../http/retry.js';

/**
 * Which servers answer, found out once for each in a run: a lockfile has several hundred gems, and a server that cannot be reached
 * costs each of them all its retries, and a place in the queue for name resolution (Node resolves four names at a time).
 */
export interface Reachability {
  /**
   * Makes a request, with its retries. As long as it is not known whether the server answers, one goes alone and the others wait
   * for what comes of it.
   *
   * @throws what `ask` throws, and for a server out of reach the failure that showed it, without asking.
   */
  request<T>(url: URL, ask: () => Promise<T>): Promise<T>;
  /** To be called before every attempt. Throws the failure that showed that the server is out of reach. */
  assertReachable(url: URL): void;
  /** An attempt ended otherwise than out of reach, be it with an answer, a timeout or a broken connection: those that wait may go. */
  release(url: URL): void;
}

interface Server {
  failure?: RegistryError;
  /** Resolves once the first request has come to something. */
  readonly known: Promise<void>;
  readonly settle: () => void;
}

/** Failures of the server and not of one address on it: no connection, and no TLS connection. */
const OF_THE_SERVER = new Set(['REGISTRY_UNREACHABLE', 'REGISTRY_CERTIFICATE']);

/** The failure of an attempt, or of all of them, says that the server is out of reach. */
export function isOutOfReach(error: unknown): boolean {
  if (error instanceof Transient) return isOutOfReach(error.failure);
  return error instanceof RegistryError && OF_THE_SERVER.has(error.code);
}

export function createReachability(): Reachability {
  const servers = new Map<string, Server>();
  const serverOf = ({ origin }: URL): Server => {
    const server = servers.get(origin) ?? newServer();
    servers.set(origin, server);
    return server;
  };
  const assertReachable = (url: URL): void => {
    const failure = servers.get(url.origin)?.failure;
    if (failure !== undefined) throw failure;
  };
  return {
    request: async (url, ask) => {
      const isFirst = !servers.has(url.origin);
      const server = serverOf(url);
      if (!isFirst) await server.known;
      assertReachable(url);
      try {
        return await ask();
      } catch (error) {
        if (error instanceof RegistryError && error.url !== undefined && isOutOfReach(error)) {
          // After a redirect it is another server than the one that was asked.
          serverOf(new URL(error.url)).failure ??= error;
        }
        throw error;
      } finally {
        server.settle();
      }
    },
    assertReachable,
    release: (url) => {
      serverOf(url).settle();
    },
  };
}

function newServer(): Server {
  let settle = (): void => undefined;
  const known = new Promise<void>((resolve) => {
    settle = resolve;
  });
  return { known, settle };
}
