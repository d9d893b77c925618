import type { Response } from 'node-fetch';
import { RegistryError } from '../errors.js';
import type { Agents } from './agents.js';
import { urlCredentials } from './credentials.js';
import type { Credentials } from './credentials.js';
import { badRedirect, connectionFailed, isPermanent, refused, timedOut } from './http-failures.js';
import { isOutOfReach } from './reachability.js';
import type { Reachability } from './reachability.js';
import { shownUrl } from './remote-url.js';
import { parseRetryAfter, Transient } from './retry.js';
import { bodyOf, timedBody } from './timed-body.js';

/** Bounds of one exchange, in milliseconds where they are times. */
export interface HttpLimits {
  /** Name resolution, TCP and TLS handshake. Bundler allows 10 s. */
  readonly connect: number;
  /** From the request to the first byte of the answer, connecting included. */
  readonly answer: number;
  /** Between two pieces of a body. */
  readonly idle: number;
  /** Waiting for all pieces of a body; the time that the reader takes between them does not count. */
  readonly total: number;
  /** Redirects in a row; Bundler's `BUNDLE_REDIRECT` is 5 by default too. */
  readonly redirects: number;
}

export const HTTP_LIMITS: HttpLimits = {
  connect: 10_000,
  answer: 30_000,
  idle: 30_000,
  total: 600_000,
  redirects: 5,
};

export interface ExchangeOptions {
  readonly agents: Agents;
  readonly reachability: Reachability;
  readonly limits: HttpLimits;
  readonly userAgent: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly credentials?: Credentials;
}

/** An answer with a status of success, or 304. */
export interface Answer {
  readonly status: number;
  /** Where the answer came from, after redirects. */
  readonly url: URL;
  readonly headers: Response['headers'];
  /**
   * The body as it came over the wire, content coding included. Throws `Transient` when it breaks off or stalls. Leaving it
   * early closes the connection.
   */
  body(): AsyncGenerator<Buffer, void, undefined>;
  /** Gives the body up unread. */
  discard(): void;
}

/**
 * One request and its redirects. Credentials go to the host that they are for, and to no other that it redirects to.
 *
 * @throws Transient where the same request may succeed later: no connection, a timeout, 408, 429 and 5xx.
 * @throws RegistryError for any other failure, statuses of refusal included (`REGISTRY_NOT_FOUND` for 404 and 410).
 */
export async function exchange(url: URL, options: ExchangeOptions): Promise<Answer> {
  let current = url;
  let credentials = urlCredentials(url) ?? options.credentials;
  for (let redirects = 0; ; redirects++) {
    const { response, controller } = await request(current, credentials, options);
    if (!REDIRECTS.has(response.status)) return accepted(current, response, controller, credentials, options);
    const next = redirectTarget(current, response);
    discard(response, controller);
    if (redirects >= options.limits.redirects) {
      throw badRedirect(
        url,
        `more than ${options.limits.redirects} times, at last to ${shownUrl(next)}`,
        response.status,
      );
    }
    if (!keepsCredentials(current, next)) credentials = urlCredentials(next);
    current = next;
  }
}

/** RFC 9110, 15.4; 304 is an answer to a conditional request and no redirect. */
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

function redirectTarget(from: URL, response: Response): URL {
  const location = response.headers.get('location') ?? '';
  if (location === '' || !URL.canParse(location, from.href)) {
    throw badRedirect(from, 'without an address to go to', response.status);
  }
  const target = new URL(location, from);
  if (target.protocol !== 'http:' && target.protocol !== 'https:') {
    throw badRedirect(from, `to the scheme ${target.protocol}`, response.status);
  }
  // As `Gem::RemoteFetcher` does: an answer that was asked for over TLS is not taken from a connection without.
  if (from.protocol === 'https:' && target.protocol === 'http:') {
    throw badRedirect(from, `from https to http, ${shownUrl(target)}`, response.status);
  }
  return target;
}

/** Same origin, or the same host's move from http to https, each at its default port. */
function keepsCredentials(from: URL, to: URL): boolean {
  if (from.origin === to.origin) return true;
  return from.hostname === to.hostname && from.port === '' && to.port === '' && to.protocol === 'https:';
}

interface Open {
  readonly response: Response;
  readonly controller: AbortController;
}

async function request(
  url: URL,
  credentials: Credentials | undefined,
  options: ExchangeOptions,
): Promise<Open> {
  const { reachability } = options;
  reachability.assertReachable(url);
  const bare = new URL(url);
  bare.username = '';
  bare.password = '';
  const agent = await options.agents.forUrl(bare);
  const { default: fetch } = await import('node-fetch');
  const controller = new AbortController();
  const timer = setTimeout(() => {
    controller.abort();
  }, options.limits.answer);
  try {
    const response = await fetch(bare, {
      headers: {
        ...options.headers,
        'User-Agent': options.userAgent,
        ...(credentials === undefined ? {} : { Authorization: credentials.authorization() }),
      },
      redirect: 'manual',
      // Bodies are decoded here: node-fetch decodes leniently and takes a cut gzip stream for a whole one.
      compress: false,
      agent,
      signal: controller.signal,
    });
    reachability.release(url);
    return { response, controller };
  } catch (error) {
    const failure = controller.signal.aborted
      ? new Transient(timedOut(bare, 'answer', options.limits.answer))
      : networkFailure(bare, error);
    if (!isOutOfReach(failure)) reachability.release(url);
    throw failure;
  } finally {
    clearTimeout(timer);
  }
}

function accepted(
  url: URL,
  response: Response,
  controller: AbortController,
  credentials: Credentials | undefined,
  options: ExchangeOptions,
): Answer {
  const { status, headers } = response;
  if (status === 200 || status === 206 || status === 304) {
    return {
      status,
      url,
      headers,
      body: () => read(url, response, controller, options.limits),
      discard: () => {
        discard(response, controller);
      },
    };
  }
  discard(response, controller);
  const failure = refused(url, status, credentials !== undefined);
  if (status === 408 || status === 429 || (status >= 500 && status !== 501 && status !== 505)) {
    throw new Transient(failure, parseRetryAfter(headers.get('retry-after'), Date.now()));
  }
  throw failure;
}

function read(
  url: URL,
  response: Response,
  controller: AbortController,
  limits: HttpLimits,
): AsyncGenerator<Buffer, void, undefined> {
  return timedBody(response, controller, limits, {
    timedOut: (phase) => new Transient(timedOut(url, phase, limits[phase])),
    network: (error) => networkFailure(url, error),
    abandon: () => {
      discard(response, controller, 'close');
    },
  });
}

/** Bodies of refusals and redirects up to this size are read away so that the connection lives on. In bytes. */
const WORTH_READING = 64 * 1024;

function discard(response: Response, controller: AbortController, how: 'read' | 'close' = 'read'): void {
  const body = bodyOf(response);
  body.on('error', () => undefined);
  const length = Number(response.headers.get('content-length') ?? Number.NaN);
  if (how === 'read' && length <= WORTH_READING) body.resume();
  else controller.abort();
}

function networkFailure(url: URL, error: unknown): Error {
  if (error instanceof RegistryError || error instanceof Transient) return error;
  // node-fetch's own messages repeat the URL, query and all; only the system's code is passed on.
  const code = errorCode(error);
  const failure = connectionFailed(url, code, code === 'ECONNRESET' ? ', the server closed it' : '');
  return isPermanent(code) ? failure : new Transient(failure);
}

function errorCode(error: unknown): string {
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (typeof code === 'string' && code !== '') return code;
  }
  return error instanceof Error ? error.name : 'unknown';
}
