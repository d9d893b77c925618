import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { gzipSync } from 'node:zlib';

/** What goes wrong on a route. Each is a failure that a gem server, or what stands before it, is known for. */
export type Fault =
  /** 404. */
  | 'not-found'
  /** 401, whatever the credentials. */
  | 'unauthorized'
  /** 403. */
  | 'forbidden'
  /** 429 with `Retry-After` on the first request, then served. */
  | 'rate-limited-once'
  /** 429 for good. */
  | 'rate-limited'
  /** 500 on the first request, then served. */
  | 'failing-once'
  /** 503 for good. */
  | 'failing'
  /** The connection is reset in the middle of the body, on the first request; then served. */
  | 'reset-once'
  /** The same for good, ranges included. */
  | 'reset'
  /** Fewer bytes than `Content-Length` says. */
  | 'truncated'
  /** Chunked, without the last chunk. */
  | 'truncated-chunked'
  /** HTTP/1.0 style: no length at all, and the connection closes early. */
  | 'truncated-unmarked'
  /** A gzip coding that ends early although its `Content-Length` is right. */
  | 'truncated-gzip'
  /** Other bytes of the same length, and no digest. */
  | 'wrong-bytes'
  /** A digest header that is not that of the body. */
  | 'wrong-digest'
  /** Takes the request and never answers. */
  | 'silent'
  /** Sends half of the body and nothing more. */
  | 'stalled'
  /** Sends one byte at a time, for ever. */
  | 'dripping'
  /** Sends data for ever, as fast as it is taken. */
  | 'endless'
  /** 302 to the same path with `?served`, on this host. */
  | 'redirect'
  /** 302 to the same path on `elsewhere`. */
  | 'redirect-elsewhere'
  /** 302 to itself. */
  | 'redirect-loop'
  /** 302 without `Location`. */
  | 'redirect-nowhere'
  /** 200 and `text/html`. */
  | 'login-page'
  /** 200, HTML, and `text/plain`. */
  | 'login-page-as-text'
  /** 200 and no body. */
  | 'empty'
  /** 304 although nothing was asked for conditionally. */
  | 'not-modified'
  /** A content coding that was not asked for. */
  | 'unknown-coding'
  /** The range is ignored: 200 and all of it; the first request breaks off. */
  | 'reset-once-no-ranges'
  /** The first request breaks off, and then the file is another one, with another ETag. */
  | 'reset-once-then-changed';

export interface ServerOptions {
  /** Directory with `versions`, `names`, `info/*`, `gems/*`. */
  readonly mirror: string;
  /** Path before the routes: `/private`. */
  readonly base?: string;
  /** Route → fault: `{ '/info/rack': 'failing-once' }`. */
  readonly faults?: Readonly<Record<string, Fault>>;
  /** `user:password` that every request has to carry. */
  readonly credentials?: string;
  /** Neither `/versions`, `/names` nor `/info/*` is there. */
  readonly compactIndex?: false;
  /** Content coding of `info/*` for those who accept it. */
  readonly gzip?: boolean;
  /** Seconds of `Retry-After`. */
  readonly retryAfter?: string;
  /** Where `redirect-elsewhere` goes to: the base URL of another server. */
  readonly elsewhere?: string;
  /** The routes that the test expects, as `METHOD /path`; any other is answered with 500, and `verify` names it. */
  readonly expected?: readonly string[];
}

export interface RecordedRequest {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
}

/** A RubyGems server on 127.0.0.1: static files with the headers of rubygems.org, and faults on demand. It serves as a plain HTTP proxy too. */
export interface TestServer {
  /** Base URL without a trailing slash. */
  readonly url: string;
  readonly requests: readonly RecordedRequest[];
  /** `METHOD /path` of all requests so far. */
  asked(): string[];
  setFault(route: string, fault: Fault | undefined): void;
  /** Throws where a route was asked that was not expected, or an expected one was not asked. */
  verify(): void;
  close(): Promise<void>;
}

export async function startServer(options: ServerOptions): Promise<TestServer> {
  const requests: RecordedRequest[] = [];
  const faults = new Map(Object.entries(options.faults ?? {}));
  const seen = new Map<string, number>();
  const base = options.base ?? '';
  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => {
      response.writeHead(500).end(String(error));
    });
  });

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const method = request.method ?? 'GET';
    const url = request.url ?? '/';
    requests.push({ method, path: url, headers: request.headers });
    // As a proxy it is asked for whole URLs.
    const [pathname = '/', query] = url.replace(/^https?:\/\/[^/]*/, '').split('?');
    if (options.expected !== undefined && !options.expected.includes(`${method} ${pathname}`)) {
      response.writeHead(500).end(`nobody expected ${method} ${pathname}`);
      return;
    }
    if (!pathname.startsWith(`${base}/`)) {
      response.writeHead(404).end();
      return;
    }
    if (options.credentials !== undefined) {
      const authorization = `Basic ${Buffer.from(options.credentials).toString('base64')}`;
      if (request.headers.authorization !== authorization) {
        response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="gems"' }).end('unauthorized');
        return;
      }
    }
    const route = decodeURIComponent(pathname.slice(base.length));
    const count = (seen.get(route) ?? 0) + 1;
    seen.set(route, count);
    const file = await resource(options, route);
    const fault = query === 'served' ? undefined : faults.get(route);
    if (fault === undefined) serve(request, response, file, options);
    else misbehave(fault, { request, response, file, count, options, pathname });
  };

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const asked = (): string[] => requests.map(({ method, path: asked }) => `${method} ${asked}`);
  return {
    url: `http://127.0.0.1:${port}${base}`,
    requests,
    asked,
    setFault: (route, fault) => {
      seen.delete(route);
      if (fault === undefined) faults.delete(route);
      else faults.set(route, fault);
    },
    verify: () => {
      const expected = options.expected ?? [];
      const routes = asked().map((line) => line.replace(/\?.*$/, ''));
      const unexpected = routes.filter((line) => !expected.includes(line));
      const missing = expected.filter((line) => !routes.includes(line));
      if (unexpected.length + missing.length === 0) return;
      throw new Error(
        `not expected: ${unexpected.join(', ')}; expected and not asked: ${missing.join(', ')}`,
      );
    },
    close: () => close(server),
  };
}

async function close(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) =>
    server.close(() => {
      resolve();
    }),
  );
  server.closeAllConnections();
  await closed;
}

async function resource(options: ServerOptions, route: string): Promise<Buffer | undefined> {
  const index = /^\/(?:versions|names|info\/[^/]+)$/.test(route);
  if (!index && !/^\/gems\/[^/]+\.gem$/.test(route)) return undefined;
  if (index && options.compactIndex === false) return undefined;
  try {
    return await readFile(path.join(options.mirror, ...route.split('/')));
  } catch {
    return undefined;
  }
}

function etagOf(body: Buffer): string {
  return `"${createHash('md5').update(body).digest('hex')}"`;
}

function serve(
  request: IncomingMessage,
  response: ServerResponse,
  file: Buffer | undefined,
  options: ServerOptions,
): void {
  if (file === undefined) {
    response.writeHead(404, { 'Content-Type': 'text/plain' }).end('This gem could not be found');
    return;
  }
  const isGem = /\.gem(?:\?|$)/.test(request.url ?? '');
  const etag = etagOf(file);
  const sha256 = createHash('sha256').update(file).digest('base64');
  const headers: Record<string, string> = {
    ETag: etag,
    'Accept-Ranges': 'bytes',
    'Content-Type': isGem ? 'application/octet-stream' : 'text/plain; charset=utf-8',
    'Repr-Digest': `sha-256="${sha256}"`,
    Digest: `sha-256=${sha256}`,
  };
  if (request.headers['if-none-match'] === etag) {
    response.writeHead(304, headers).end();
    return;
  }
  const range = /^bytes=(\d+)-$/.exec(request.headers.range ?? '');
  const sameFile = request.headers['if-range'] === undefined || request.headers['if-range'] === etag;
  if (range?.[1] !== undefined && sameFile) {
    const from = Number(range[1]);
    if (from >= file.length) {
      response.writeHead(416, { 'Content-Range': `bytes */${file.length}` }).end();
      return;
    }
    const part = file.subarray(from);
    headers['Content-Range'] = `bytes ${from}-${file.length - 1}/${file.length}`;
    response.writeHead(206, { ...headers, 'Content-Length': part.length }).end(part);
    return;
  }
  const zip = options.gzip === true && !isGem && (request.headers['accept-encoding'] ?? '').includes('gzip');
  const body = zip ? gzipSync(file) : file;
  if (zip) headers['Content-Encoding'] = 'gzip';
  response.writeHead(200, { ...headers, 'Content-Length': body.length });
  response.end(request.method === 'HEAD' ? undefined : body);
}

interface Situation {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly file: Buffer | undefined;
  /** How often the route has been asked, this time included. */
  readonly count: number;
  readonly options: ServerOptions;
  readonly pathname: string;
}

const LOGIN_PAGE =
  '<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body><form></form></body></html>\n';

function misbehave(fault: Fault, situation: Situation): void {
  const { request, response, count, options, pathname } = situation;
  const file = situation.file ?? Buffer.from('---\n1.0 |\n');
  const half = file.subarray(0, Math.ceil(file.length / 2));
  const well = (): void => {
    serve(request, response, situation.file, options);
  };
  const breakOff = (headers: Record<string, string | number>): void => {
    response.writeHead(200, headers);
    response.write(half, () => setTimeout(() => response.destroy(), 20));
  };
  const whole = { 'Content-Length': file.length, ETag: etagOf(file) };
  switch (fault) {
    case 'not-found':
      response.writeHead(404).end('not found');
      return;
    case 'unauthorized':
      response.writeHead(401).end();
      return;
    case 'forbidden':
      response.writeHead(403).end();
      return;
    case 'rate-limited-once':
      if (count > 1) well();
      else response.writeHead(429, { 'Retry-After': options.retryAfter ?? '0' }).end();
      return;
    case 'rate-limited':
      response.writeHead(429, { 'Retry-After': options.retryAfter ?? '0' }).end();
      return;
    case 'failing-once':
      if (count > 1) well();
      else response.writeHead(500).end('oops');
      return;
    case 'failing':
      response.writeHead(503).end('oops');
      return;
    case 'reset-once':
      if (count > 1) well();
      else breakOff(whole);
      return;
    case 'reset':
      breakOff(whole);
      return;
    case 'reset-once-no-ranges':
      if (count === 1) breakOff(whole);
      else response.writeHead(200, whole).end(file);
      return;
    case 'reset-once-then-changed': {
      const other = Buffer.concat([file, file]);
      if (count === 1) breakOff(whole);
      else response.writeHead(200, { 'Content-Length': other.length, ETag: etagOf(other) }).end(other);
      return;
    }
    case 'truncated':
      breakOff({ 'Content-Length': file.length });
      return;
    case 'truncated-chunked':
      breakOff({ 'Transfer-Encoding': 'chunked' });
      return;
    case 'truncated-unmarked':
      // Node adds a length or chunks of its own accord; a raw answer is the way to have neither.
      response.socket?.end(
        Buffer.concat([Buffer.from('HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\n'), half]),
      );
      return;
    case 'truncated-gzip': {
      const body = gzipSync(file);
      response.writeHead(200, { 'Content-Encoding': 'gzip' }).end(body.subarray(0, body.length - 12));
      return;
    }
    case 'wrong-bytes':
      response
        .writeHead(200, { 'Content-Length': file.length })
        .end(Buffer.from(file.map((byte) => byte ^ 1)));
      return;
    case 'wrong-digest':
      response
        .writeHead(200, {
          'Repr-Digest': `sha-256=:${createHash('sha256').update('other').digest('base64')}:`,
        })
        .end(file);
      return;
    case 'silent':
      return;
    case 'stalled':
      response.writeHead(200, whole);
      response.write(half);
      return;
    case 'dripping': {
      response.writeHead(200, { 'Content-Length': 1_000_000 });
      const timer = setInterval(() => response.write('-'), 20);
      response.once('close', () => {
        clearInterval(timer);
      });
      return;
    }
    case 'endless':
      endless(response);
      return;
    case 'redirect':
      response.writeHead(302, { Location: `${pathname}?served` }).end();
      return;
    case 'redirect-elsewhere':
      response
        .writeHead(302, { Location: `${options.elsewhere ?? ''}${pathname}?X-Amz-Signature=s3cret` })
        .end();
      return;
    case 'redirect-loop':
      response.writeHead(301, { Location: pathname }).end();
      return;
    case 'redirect-nowhere':
      response.writeHead(302).end();
      return;
    case 'login-page':
      response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' }).end(LOGIN_PAGE);
      return;
    case 'login-page-as-text':
      response.writeHead(200, { 'Content-Type': 'text/plain' }).end(LOGIN_PAGE);
      return;
    case 'empty':
      response.writeHead(200, { 'Content-Length': 0 }).end();
      return;
    case 'not-modified':
      response.writeHead(304).end();
      return;
    case 'unknown-coding':
      response.writeHead(200, { 'Content-Encoding': 'zstd' }).end(file);
      return;
  }
}

function endless(response: ServerResponse): void {
  const chunk = Buffer.alloc(64 * 1024, '-');
  response.writeHead(200, { 'Content-Type': 'text/plain' });
  const more = (): void => {
    while (!response.destroyed && response.write(chunk));
    if (!response.destroyed) response.once('drain', more);
  };
  more();
}
