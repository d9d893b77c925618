import type { Response } from 'node-fetch';
import type { Agents } from '../../registry/agents.js';
import type { HttpLimits } from '../../registry/http-exchange.js';
import { shownUrl } from '../../registry/remote-url.js';
import { parseRetryAfter, Transient } from '../../registry/retry.js';
import { bodyOf, timedBody } from '../../registry/timed-body.js';
import {
  connectionFailed,
  passes,
  rateLimited,
  serverFailed,
  timedOut,
  unexpected,
} from './registry-failures.js';

export interface ExchangeContext {
  readonly agents: Agents;
  readonly limits: HttpLimits;
  /** `gemcompat/1.2.3`. */
  readonly userAgent: string;
}

export interface RegistryRequest {
  readonly headers?: Readonly<Record<string, string>>;
  /** The value of an `Authorization` header, for the origin of the URL alone. */
  readonly authorization?: string;
  /** A form that is posted; without it, GET. */
  readonly form?: URLSearchParams;
}

/** An answer that is neither a redirect nor a failure that may pass. */
export interface RegistryAnswer {
  readonly status: number;
  /** Where it came from, after redirects. */
  readonly url: URL;
  readonly headers: Response['headers'];
  /** Throws `Transient` when it breaks off or stalls. Leaving it early closes the connection. */
  body(): AsyncGenerator<Uint8Array, void, undefined>;
  /** Gives the body up unread. */
  discard(): void;
}

/** RFC 9110, 15.4. */
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/**
 * One request to a registry, and its redirects: blobs are often kept at another host, which is not shown the credentials.
 * @throws Transient where the same request may succeed later: no connection, a timeout, 408, 429 and 5xx
 * @throws TargetError for any other failure but a status, which the caller judges
 */
export async function exchange(
  url: URL,
  request: RegistryRequest,
  context: ExchangeContext,
): Promise<RegistryAnswer> {
  let current = url;
  let { authorization, form } = request;
  for (let redirects = 0; ; redirects++) {
    const { response, controller } = await send(current, { ...request, authorization, form }, context);
    if (!REDIRECTS.has(response.status)) return answer(current, response, controller, context);
    const next = redirectTarget(current, response);
    discard(response, controller);
    if (redirects >= context.limits.redirects)
      throw unexpected(url, `redirects more than ${context.limits.redirects} times`);
    if (next.origin !== current.origin) {
      authorization = undefined;
      // What is posted is a secret.
      if (form !== undefined) throw unexpected(url, `redirects a login to ${shownUrl(next)}`);
    }
    if (response.status === 303) form = undefined;
    current = next;
  }
}

function redirectTarget(from: URL, response: Response): URL {
  const location = response.headers.get('location') ?? '';
  if (location === '' || !URL.canParse(location, from.href))
    throw unexpected(from, 'redirects without an address to go to');
  const target = new URL(location, from);
  target.username = '';
  target.password = '';
  if (target.protocol !== 'http:' && target.protocol !== 'https:')
    throw unexpected(from, `redirects to the scheme ${target.protocol}`);
  if (from.protocol === 'https:' && target.protocol === 'http:')
    throw unexpected(from, `redirects from https to http, ${shownUrl(target)}`);
  return target;
}

interface Open {
  readonly response: Response;
  readonly controller: AbortController;
}

interface Sent {
  readonly headers?: Readonly<Record<string, string>>;
  readonly authorization?: string | undefined;
  readonly form?: URLSearchParams | undefined;
}

async function send(
  url: URL,
  { headers, authorization, form }: Sent,
  context: ExchangeContext,
): Promise<Open> {
  const agent = await context.agents.forUrl(url);
  const { default: fetch } = await import('node-fetch');
  const controller = new AbortController();
  const timer = setTimeout(() => {
    controller.abort();
  }, context.limits.answer);
  try {
    const response = await fetch(url, {
      method: form === undefined ? 'GET' : 'POST',
      ...(form === undefined ? {} : { body: form }),
      headers: {
        'Accept-Encoding': 'identity',
        ...headers,
        'User-Agent': context.userAgent,
        ...(authorization === undefined ? {} : { Authorization: authorization }),
      },
      redirect: 'manual',
      // The digests are those of the bytes as they are stored.
      compress: false,
      agent,
      signal: controller.signal,
    });
    return { response, controller };
  } catch (error) {
    if (controller.signal.aborted) throw new Transient(timedOut(url, 'answer', context.limits.answer));
    throw networkFailure(url, error);
  } finally {
    clearTimeout(timer);
  }
}

function answer(
  url: URL,
  response: Response,
  controller: AbortController,
  { limits }: ExchangeContext,
): RegistryAnswer {
  const { status, headers } = response;
  if (status === 408 || status === 429 || status >= 500) {
    discard(response, controller);
    const failure = status === 429 ? rateLimited(url) : serverFailed(url, status);
    throw new Transient(failure, parseRetryAfter(headers.get('retry-after'), Date.now()));
  }
  return {
    status,
    url,
    headers,
    body: () => read(url, response, controller, limits),
    discard: () => {
      discard(response, controller);
    },
  };
}

function read(
  url: URL,
  response: Response,
  controller: AbortController,
  limits: HttpLimits,
): AsyncGenerator<Uint8Array, void, undefined> {
  return timedBody(response, controller, limits, {
    timedOut: (phase) => new Transient(timedOut(url, phase, limits[phase])),
    network: (error) => networkFailure(url, error),
    abandon: () => {
      discard(response, controller);
    },
  });
}

/** Bodies of refusals and redirects up to this size are read away so that the connection lives on. In bytes. */
const WORTH_READING = 64 * 1024;

function discard(response: Response, controller: AbortController): void {
  const body = bodyOf(response);
  body.on('error', () => undefined);
  const length = Number(response.headers.get('content-length') ?? Number.NaN);
  if (response.status >= 300 && length <= WORTH_READING) body.resume();
  else controller.abort();
}

function networkFailure(url: URL, error: unknown): Error {
  // node-fetch's own messages repeat the URL, query and all; only the system's code is passed on.
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (typeof code === 'string' && code !== '') {
      const failure = connectionFailed(url, code);
      return passes(code) ? new Transient(failure) : failure;
    }
  }
  return new Transient(connectionFailed(url, error instanceof Error ? error.name : 'unknown'));
}
