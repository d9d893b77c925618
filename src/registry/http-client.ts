import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { RegistryError } from '../errors.js';
import type { Agents } from '../http/agents.js';
import { exchange } from '../http/exchange.js';
import type { Answer, ExchangeContext, HttpLimits } from '../http/exchange.js';
import { Transient, withRetries } from '../http/retry.js';
import type { RetryPolicy } from '../http/retry.js';
import { urlCredentials } from './credentials.js';
import type { Credentials } from './credentials.js';
import { statedSha256 } from './digest-header.js';
import { damagedBody, gemServerError, refused, tooLarge, webPage } from './http-failures.js';
import { createReachability } from './reachability.js';

export interface HttpClientOptions {
  readonly agents: Agents;
  readonly limits: HttpLimits;
  readonly retry: RetryPolicy;
  /** `gemcompat/1.2.3`. */
  readonly userAgent: string;
}

export interface Document {
  readonly bytes: Buffer;
  /** As the server sent it, quotes and `W/` included. */
  readonly etag?: string;
}

/** Requests to gem servers, each with its retries. */
export interface HttpClient {
  /** A small document, whole; `unchanged` where it still has the given ETag. Throws `RegistryError`. */
  document(
    url: URL,
    options: { credentials?: Credentials; etag?: string; maxSize: number },
  ): Promise<Document | 'unchanged'>;
  /** The bytes of a large file; a transfer that breaks off is taken up again. Throws `RegistryError`, the stream emits it too. */
  download(url: URL, options: { credentials?: Credentials; maxSize: number }): Promise<Readable>;
  /** Whether a document is there. Throws `RegistryError` where the server does not say so. */
  exists(url: URL, options: { credentials?: Credentials }): Promise<boolean>;
}

/** One exchange, without retries. */
type Ask = (
  url: URL,
  options: { headers: Readonly<Record<string, string>>; credentials?: Credentials },
) => Promise<Answer>;

/** The operation, again while its failure may pass. */
type WithAttempts = <T>(url: URL, operation: () => Promise<T>) => Promise<T>;

/** All of it, a part of it, or nothing new. */
const ACCEPTED: ReadonlySet<number> = new Set([200, 206, 304]);

export function createHttpClient(client: HttpClientOptions): HttpClient {
  const { agents, limits, userAgent } = client;
  const reachability = createReachability();
  const context: ExchangeContext = {
    ...{ agents, limits, userAgent },
    errorFor: gemServerError,
    watch: reachability,
  };
  const ask: Ask = async (url, { headers, credentials }) => {
    const authorization = (urlCredentials(url) ?? credentials)?.authorization();
    const answer = await exchange(
      url,
      {
        headers,
        ...(authorization === undefined ? {} : { authorization }),
        authorizationIn: (next) => urlCredentials(next)?.authorization(),
      },
      context,
    );
    if (ACCEPTED.has(answer.status)) return answer;
    answer.discard();
    throw refused(answer.url, answer.status, answer.authorized);
  };
  const withAttempts: WithAttempts = (url, operation) =>
    reachability.request(url, () => withRetries(client.retry, operation));
  return {
    document: (url, { credentials, etag, maxSize }) =>
      withAttempts(url, async () => {
        const answer = await ask(url, {
          headers: {
            Accept: 'text/plain, */*;q=0.1',
            'Accept-Encoding': 'gzip',
            ...(etag === undefined ? {} : { 'If-None-Match': etag }),
          },
          ...(credentials === undefined ? {} : { credentials }),
        });
        if (answer.status === 304) {
          answer.discard();
          if (etag !== undefined) return 'unchanged';
        }
        if (answer.status !== 200) throw damagedBody(url, `HTTP ${answer.status} to a request for all of it`);
        return readDocument(answer, maxSize);
      }),
    download: (url, options) => {
      const get = (headers: Record<string, string>): Promise<Answer> =>
        withAttempts(url, () =>
          ask(url, {
            headers: { Accept: '*/*', 'Accept-Encoding': 'identity', ...headers },
            ...(options.credentials === undefined ? {} : { credentials: options.credentials }),
          }),
        );
      return download(url, get, client.retry, options.maxSize);
    },
    exists: (url, { credentials }) =>
      withAttempts(url, async () => {
        try {
          // Not HEAD: a server that answers GET alone would seem to have nothing.
          const answer = await ask(url, {
            headers: { Range: 'bytes=0-63' },
            ...(credentials === undefined ? {} : { credentials }),
          });
          answer.discard();
          return true;
        } catch (error) {
          if (!(error instanceof RegistryError)) throw error;
          if (error.code === 'REGISTRY_NOT_FOUND') return false;
          if (error.status === RANGE_NOT_SATISFIABLE) return true;
          throw error;
        }
      }),
  };
}

/** RFC 9110, 15.5.17: the document is there, and is empty. */
const RANGE_NOT_SATISFIABLE = 416;

async function readDocument(answer: Answer, maxSize: number): Promise<Document> {
  refuseWebPage(answer);
  const wire = createHash('sha256');
  const content = createHash('sha256');
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of decoded(answer, capped(hashed(answer.body(), wire), maxSize, answer.url))) {
    content.update(chunk);
    chunks.push(chunk);
    size += chunk.length;
    if (size > maxSize) throw tooLarge(answer.url, maxSize);
  }
  const bytes = Buffer.concat(chunks, size);
  const stated = statedSha256(answer.headers.get('repr-digest'), answer.headers.get('digest'));
  // RFC 9530 digests the coded representation; rubygems.org, and Bundler after it, the text. Either is proof.
  if (stated !== undefined && content.digest('base64') !== stated && wire.digest('base64') !== stated) {
    throw new Transient(damagedBody(answer.url, `its SHA-256 is not the stated ${stated}`));
  }
  if (endsWithConnection(answer) && bytes.at(-1) !== 0x0a) {
    throw new Transient(damagedBody(answer.url, 'it states no length and does not end with a newline'));
  }
  if (looksLikeHtml(bytes)) throw webPage(answer.url, answer.status);
  const etag = answer.headers.get('etag');
  return { bytes, ...(etag === null ? {} : { etag }) };
}

/** HTTP/1.0 style: nothing but the closed connection says where the body ends, so a cut body cannot be told from a whole one. */
function endsWithConnection(answer: Answer): boolean {
  const { headers } = answer;
  return (
    !headers.has('content-length') && !headers.has('transfer-encoding') && !headers.has('content-encoding')
  );
}

function refuseWebPage(answer: Answer): void {
  if (/^\s*(?:text\/html|application\/xhtml\+xml)\b/i.test(answer.headers.get('content-type') ?? '')) {
    answer.discard();
    throw webPage(answer.url, answer.status);
  }
}

function looksLikeHtml(bytes: Buffer): boolean {
  return /^\s*<(?:!doctype html|html|head)\b/i.test(bytes.subarray(0, 256).toString('latin1'));
}

async function* hashed(
  body: AsyncIterable<Buffer>,
  hash: ReturnType<typeof createHash>,
): AsyncGenerator<Buffer> {
  for await (const chunk of body) {
    hash.update(chunk);
    yield chunk;
  }
}

async function* capped(body: AsyncIterable<Buffer>, maxSize: number, url: URL): AsyncGenerator<Buffer> {
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > maxSize) throw tooLarge(url, maxSize);
    yield chunk;
  }
}

/** Removes the content coding. A gzip stream that ends early is damage, not an end. */
async function* decoded(answer: Answer, body: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const coding = (answer.headers.get('content-encoding') ?? 'identity').trim().toLowerCase();
  if (coding === 'identity' || coding === '') {
    yield* body;
    return;
  }
  if (coding !== 'gzip' && coding !== 'x-gzip') {
    throw damagedBody(
      answer.url,
      `it has the content coding ${JSON.stringify(coding)}, which was not asked for`,
    );
  }
  const source = Readable.from(body, { objectMode: true });
  const gunzip = createGunzip();
  source.once('error', (error) => gunzip.destroy(error));
  try {
    yield* source.pipe(gunzip) as AsyncIterable<Buffer>;
  } catch (error) {
    if (error instanceof RegistryError || error instanceof Transient) throw error;
    throw new Transient(damagedBody(answer.url, `gzip: ${(error as Error).message}`));
  } finally {
    source.destroy();
    gunzip.destroy();
  }
}

async function download(
  url: URL,
  ask: (headers: Record<string, string>) => Promise<Answer>,
  policy: RetryPolicy,
  maxSize: number,
): Promise<Readable> {
  const first = await ask({});
  if (first.status !== 200) {
    first.discard();
    throw damagedBody(url, `HTTP ${first.status} to a request for all of it`);
  }
  refuseWebPage(first);
  if (Number(first.headers.get('content-length') ?? 0) > maxSize) {
    first.discard();
    throw tooLarge(first.url, maxSize);
  }
  return Readable.from(resumed(first, ask, policy, maxSize), { objectMode: false });
}

/**
 * The body of a download. Where it breaks off, the rest is asked for, if the server has named the file by a strong ETag, so that
 * two halves cannot come from two different files.
 */
async function* resumed(
  first: Answer,
  ask: (headers: Record<string, string>) => Promise<Answer>,
  policy: RetryPolicy,
  maxSize: number,
): AsyncGenerator<Buffer> {
  const etag = first.headers.get('etag');
  const resumable = etag !== null && etag.startsWith('"') && !first.headers.has('content-encoding');
  const stated = statedSha256(first.headers.get('repr-digest'), first.headers.get('digest'));
  const hash = stated === undefined ? undefined : createHash('sha256');
  let answer = first;
  let position = 0;
  for (let attempt = 0; ; attempt++) {
    // A server that ignores the range sends the beginning again.
    let skip = answer.status === 206 ? 0 : position;
    try {
      for await (const chunk of decoded(answer, answer.body())) {
        const fresh = chunk.subarray(Math.min(skip, chunk.length));
        skip -= chunk.length - fresh.length;
        if (fresh.length === 0) continue;
        position += fresh.length;
        if (position > maxSize) throw tooLarge(answer.url, maxSize);
        hash?.update(fresh);
        yield fresh;
      }
      break;
    } catch (error) {
      if (!(error instanceof Transient)) throw error;
      if (!resumable || attempt >= policy.retries) throw error.failure;
      answer = await ask({ Range: `bytes=${position}-`, 'If-Range': etag });
      if (!continues(answer, etag, position)) {
        answer.discard();
        throw error.failure;
      }
    }
  }
  if (hash !== undefined && hash.digest('base64') !== stated) {
    throw damagedBody(first.url, `its SHA-256 is not the stated ${stated ?? ''}`);
  }
}

function continues(answer: Answer, etag: string, position: number): boolean {
  if (answer.headers.get('etag') !== etag) return false;
  if (answer.status === 200) return true;
  return (
    answer.status === 206 && (answer.headers.get('content-range') ?? '').startsWith(`bytes ${position}-`)
  );
}
