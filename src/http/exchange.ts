import type { Response } from 'node-fetch';
import { GemcompatError } from '../errors.js';
import type { Agents } from './agents.js';
import type { HttpFailure } from './failure.js';
import { connectionKind, isPermanent, mayPass } from './failure.js';
import { parseRetryAfter, Transient } from './retry.js';
import { shownUrl } from './shown-url.js';
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

/** How requests are made to one kind of server. */
export interface ExchangeContext {
  readonly agents: Agents;
  readonly limits: HttpLimits;
  /** `gemcompat/1.2.3`. */
  readonly userAgent: string;
  /** Sent with every request. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The error of this kind of server for a failure. */
  readonly errorFor: (failure: HttpFailure) => GemcompatError;
  /** Is told of each attempt; see `Reachability`. */
  readonly watch?: {
    assertReachable(url: URL): void;
    release(url: URL): void;
  };
}

export interface ExchangeRequest {
  readonly headers?: Readonly<Record<string, string>>;
  /** The value of an `Authorization` header, for the server of the URL alone. */
  readonly authorization?: string;
  /** What a URL that a server redirects to carries itself of these; nothing by default. */
  readonly authorizationIn?: (url: URL) => string | undefined;
  /** A form that is posted, which is a secret; without it, GET. */
  readonly form?: URLSearchParams;
}

/** An answer that is neither a redirect nor a failure that may pass. */
export interface Answer {
  readonly status: number;
  /** Where it came from, after redirects; without credentials. */
  readonly url: URL;
  readonly headers: Response['headers'];
  /** `Authorization` was sent to where it came from. */
  readonly authorized: boolean;
  /**
   * The body as it came over the wire, content coding included. Throws `Transient` when it breaks off or stalls. Leaving it
   * early closes the connection.
   */
  body(): AsyncGenerator<Buffer, void, undefined>;
  /** Gives the body up unread. */
  discard(): void;
}

/**
 * One request and its redirects. Credentials go to the server that they are for, and to no other that it redirects to.
 *
 * @throws Transient where the same request may succeed later: no connection, a timeout, 408, 429 and 5xx
 * @throws GemcompatError what `errorFor` makes of any other failure; any other status is the caller's to judge
 */
export async function exchange(
  url: URL,
  request: ExchangeRequest,
  context: ExchangeContext,
): Promise<Answer> {
  let current = bare(url);
  let { authorization, form } = request;
  for (let redirects = 0; ; redirects++) {
    const sent = await send(current, { ...request, authorization, form }, context);
    const { status } = sent.response;
    if (!REDIRECTS.has(status)) return accepted(current, sent, authorization !== undefined, context);
    const refused = (from: URL, reason: string): GemcompatError =>
      context.errorFor({ kind: 'redirect', url: from, reason, status });
    const next = redirectTarget(current, sent.response, refused);
    discard(sent);
    if (redirects >= context.limits.redirects) {
      throw refused(url, `more than ${context.limits.redirects} times, at last to ${shownUrl(next)}`);
    }
    if (!isSameServer(current, next)) {
      authorization = request.authorizationIn?.(next);
      if (form !== undefined) throw refused(current, `a login to ${shownUrl(next)}`);
    }
    if (status === 303) form = undefined;
    current = bare(next);
  }
}

/** RFC 9110, 15.4; 304 is an answer to a conditional request and no redirect. */
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

function redirectTarget(
  from: URL,
  response: Response,
  refused: (from: URL, reason: string) => GemcompatError,
): URL {
  const location = response.headers.get('location') ?? '';
  if (location === '' || !URL.canParse(location, from.href))
    throw refused(from, 'without an address to go to');
  const target = new URL(location, from);
  if (target.protocol !== 'http:' && target.protocol !== 'https:')
    throw refused(from, `to the scheme ${target.protocol}`);
  // As `Gem::RemoteFetcher` does: an answer that was asked for over TLS is not taken from a connection without.
  if (from.protocol === 'https:' && target.protocol === 'http:')
    throw refused(from, `from https to http, ${shownUrl(target)}`);
  return target;
}

/** Same origin, or the same host's move from http to https, each at its default port. */
function isSameServer(from: URL, to: URL): boolean {
  if (from.origin === to.origin) return true;
  return from.hostname === to.hostname && from.port === '' && to.port === '' && to.protocol === 'https:';
}

function bare(url: URL): URL {
  const plain = new URL(url);
  plain.username = '';
  plain.password = '';
  return plain;
}

interface Open {
  readonly response: Response;
  readonly controller: AbortController;
}

interface Sent extends Pick<ExchangeRequest, 'headers'> {
  readonly authorization?: string | undefined;
  readonly form?: URLSearchParams | undefined;
}

async function send(
  url: URL,
  { headers, authorization, form }: Sent,
  context: ExchangeContext,
): Promise<Open> {
  const { watch, limits } = context;
  watch?.assertReachable(url);
  const agent = await context.agents.forUrl(url);
  const { default: fetch } = await import('node-fetch');
  const controller = new AbortController();
  const timer = setTimeout(() => {
    controller.abort();
  }, limits.answer);
  try {
    const response = await fetch(url, {
      method: form === undefined ? 'GET' : 'POST',
      ...(form === undefined ? {} : { body: form }),
      headers: {
        ...context.headers,
        ...headers,
        'User-Agent': context.userAgent,
        ...(authorization === undefined ? {} : { Authorization: authorization }),
      },
      redirect: 'manual',
      // Bodies are decoded by who reads them: node-fetch decodes leniently and takes a cut gzip stream for a whole one.
      compress: false,
      agent,
      signal: controller.signal,
    });
    watch?.release(url);
    return { response, controller };
  } catch (error) {
    if (controller.signal.aborted) {
      watch?.release(url);
      throw timedOut(url, 'answer', context);
    }
    const code = errorCode(error);
    // One that cannot be reached holds the others up until it is known.
    if (connectionKind(code) === 'lost') watch?.release(url);
    throw connectionFailed(url, error, code, context);
  } finally {
    clearTimeout(timer);
  }
}

function accepted(url: URL, sent: Open, authorized: boolean, context: ExchangeContext): Answer {
  const { status, headers } = sent.response;
  if (status === 408 || status === 429 || status >= 500) {
    discard(sent);
    const failure = context.errorFor({ kind: 'status', url, status });
    throw mayPass(status)
      ? new Transient(failure, parseRetryAfter(headers.get('retry-after'), Date.now()))
      : failure;
  }
  return {
    ...{ status, url, headers, authorized },
    body: () => read(url, sent, context),
    discard: () => {
      discard(sent);
    },
  };
}

function read(url: URL, sent: Open, context: ExchangeContext): AsyncGenerator<Buffer, void, undefined> {
  return timedBody(sent.response, sent.controller, context.limits, {
    timedOut: (phase) => timedOut(url, phase, context),
    network: (error) => connectionFailed(url, error, errorCode(error), context),
    abandon: () => {
      discard(sent, 'close');
    },
  });
}

/** Bodies of refusals and redirects up to this size are read away so that the connection lives on. In bytes. */
const WORTH_READING = 64 * 1024;

function discard({ response, controller }: Open, how: 'read' | 'close' = 'read'): void {
  const body = bodyOf(response);
  body.on('error', () => undefined);
  const length = Number(response.headers.get('content-length') ?? Number.NaN);
  if (how === 'read' && length <= WORTH_READING) body.resume();
  else controller.abort();
}

function timedOut(url: URL, phase: 'answer' | 'idle' | 'total', context: ExchangeContext): Transient {
  const milliseconds = context.limits[phase];
  return new Transient(context.errorFor({ kind: 'timeout', url, phase, milliseconds }));
}

function connectionFailed(url: URL, error: unknown, code: string, context: ExchangeContext): Error {
  if (error instanceof GemcompatError || error instanceof Transient) return error;
  // node-fetch's own messages repeat the URL, query and all; only the system's code is passed on.
  const failure = context.errorFor({ kind: 'connection', url, code });
  return isPermanent(code) ? failure : new Transient(failure);
}

function errorCode(error: unknown): string {
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (typeof code === 'string' && code !== '') return code;
  }
  return error instanceof Error ? error.name : 'unknown';
}
