import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What goes wrong on a route. */
export type RegistryFault =
  /** 404 with the protocol's error. */
  | 'not-found'
  /** 429 with `Retry-After: 0` on the first request, then served. */
  | 'rate-limited-once'
  /** 429 for good. */
  | 'rate-limited'
  /** 503 on the first request, then served. */
  | 'failing-once'
  | 'failing'
  /** The connection is reset in the middle of the body on the first request; then served. */
  | 'reset-once'
  /** The same, and ranges are ignored. */
  | 'reset-once-no-ranges'
  /** The same for good, ranges included. */
  | 'reset'
  /** Other bytes of the same length. */
  | 'wrong-bytes'
  /** Fewer bytes than there are, and a `Content-Length` that says so. */
  | 'short'
  /** 307 to the same path at `elsewhere`. */
  | 'redirect-elsewhere'
  /** 307 to itself. */
  | 'redirect-loop'
  /** Takes the request and never answers. */
  | 'silent'
  /** Sends half of the body and nothing more. */
  | 'stalled'
  /** 200 and a page. */
  | 'login-page';

export type RegistryAuth =
  /** `user:password`. */
  | { readonly kind: 'basic'; readonly login: string }
  /** Tokens from `/token`; without `login` for everybody. `runsOutAfter` requests a token is refused. */
  | {
      readonly kind: 'bearer';
      readonly login?: string;
      readonly refreshToken?: string;
      readonly runsOutAfter?: number;
    };

export interface RegistryServerOptions {
  readonly auth?: RegistryAuth;
  /** Base URL of another server, for `redirect-elsewhere`. */
  readonly elsewhere?: string;
  readonly faults?: Readonly<Record<string, RegistryFault>>;
}

export interface RecordedRegistryRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A registry on 127.0.0.1 with the pull half of the OCI distribution protocol, and faults on demand. */
export interface RegistryServer {
  /** `127.0.0.1:PORT`, as it stands in the name of an image. */
  readonly host: string;
  readonly url: string;
  readonly requests: readonly RecordedRegistryRequest[];
  putBlob(repository: string, bytes: Uint8Array): string;
  /** Files a manifest under its digest and, where given, a tag. The digest is the answer. */
  putManifest(repository: string, bytes: Uint8Array, mediaType: string, tag?: string): string;
  /** `route` is a path without `/v2`. */
  setFault(route: string, fault: RegistryFault | undefined): void;
  close(): Promise<void>;
}

interface Stored {
  readonly bytes: Buffer;
  readonly type: string;
}

export function sha256Digest(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

export async function startRegistry(options: RegistryServerOptions = {}): Promise<RegistryServer> {
  const stored = new Map<string, Stored>();
  const faults = new Map(Object.entries(options.faults ?? {}));
  const counts = new Map<string, number>();
  const requests: RecordedRegistryRequest[] = [];
  const tokens = new Map<string, number>();
  let url = '';

  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      handle(request, response, Buffer.concat(chunks).toString());
    });
  });

  const handle = (request: IncomingMessage, response: ServerResponse, body: string): void => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://registry');
    requests.push({ method: request.method ?? '', path: request.url ?? '', headers: request.headers, body });
    if (pathname === '/token') {
      giveToken(request, response, searchParams, body);
      return;
    }
    if (!allowed(request)) {
      const challenge =
        options.auth?.kind === 'basic'
          ? 'Basic realm="test"'
          : `Bearer realm="${url}/token",service="test registry",scope="repository:${pathname.split('/').slice(2, -2).join('/')}:pull"`;
      response.writeHead(401, { 'WWW-Authenticate': challenge }).end('{"errors":[{"code":"UNAUTHORIZED"}]}');
      return;
    }
    if (pathname === '/v2/') {
      response.writeHead(200).end('{}');
      return;
    }
    const route = pathname.slice('/v2'.length);
    const count = (counts.get(route) ?? 0) + 1;
    counts.set(route, count);
    answer(request, response, stored.get(route), {
      fault: faults.get(route),
      count,
      elsewhere: options.elsewhere,
    });
  };

  const allowed = (request: IncomingMessage): boolean => {
    const { auth } = options;
    const header = request.headers.authorization ?? '';
    if (auth === undefined) return true;
    if (auth.kind === 'basic') return header === `Basic ${Buffer.from(auth.login).toString('base64')}`;
    const token = header.replace('Bearer ', '');
    const left = tokens.get(token) ?? 0;
    tokens.set(token, left - 1);
    return left > 0;
  };

  const giveToken = (
    request: IncomingMessage,
    response: ServerResponse,
    query: URLSearchParams,
    body: string,
  ): void => {
    const auth = options.auth?.kind === 'bearer' ? options.auth : undefined;
    const form = new URLSearchParams(body);
    const basic = `Basic ${Buffer.from(auth?.login ?? '').toString('base64')}`;
    const known =
      request.method === 'POST'
        ? form.get('grant_type') === 'refresh_token' && form.get('refresh_token') === auth?.refreshToken
        : auth?.login === undefined || request.headers.authorization === basic;
    const service = request.method === 'POST' ? form.get('service') : query.get('service');
    if (!known || service !== 'test registry') {
      response.writeHead(401).end('{}');
      return;
    }
    const token = `token-${tokens.size}`;
    tokens.set(token, auth?.runsOutAfter ?? 1000);
    const key = request.method === 'POST' ? 'access_token' : 'token';
    response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify({ [key]: token }));
  };

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  url = `http://${host}`;
  const put = (route: string, bytes: Uint8Array, type: string): void => {
    stored.set(route, { bytes: Buffer.from(bytes), type });
  };
  return {
    host,
    url,
    requests,
    putBlob: (repository, bytes) => {
      const digest = sha256Digest(bytes);
      put(`/${repository}/blobs/${digest}`, bytes, 'application/octet-stream');
      return digest;
    },
    putManifest: (repository, bytes, mediaType, tag) => {
      const digest = sha256Digest(bytes);
      put(`/${repository}/manifests/${digest}`, bytes, mediaType);
      if (tag !== undefined) put(`/${repository}/manifests/${tag}`, bytes, mediaType);
      return digest;
    },
    setFault: (route, fault) => {
      counts.delete(route);
      if (fault === undefined) faults.delete(route);
      else faults.set(route, fault);
    },
    close: async () => {
      const closed = new Promise<void>((resolve) =>
        server.close(() => {
          resolve();
        }),
      );
      server.closeAllConnections();
      await closed;
    },
  };
}

interface Situation {
  readonly fault: RegistryFault | undefined;
  /** How often the route has been asked, this time included. */
  readonly count: number;
  readonly elsewhere: string | undefined;
}

function answer(
  request: IncomingMessage,
  response: ServerResponse,
  found: Stored | undefined,
  { fault, count, elsewhere }: Situation,
): void {
  const once = count === 1;
  if (found === undefined || fault === 'not-found') {
    response
      .writeHead(404, { 'Content-Type': 'application/json' })
      .end('{"errors":[{"code":"MANIFEST_UNKNOWN"}]}');
    return;
  }
  const { bytes, type } = found;
  const breakOff = (): void => {
    response.writeHead(200, { 'Content-Length': bytes.length, 'Content-Type': type });
    response.write(bytes.subarray(0, bytes.length >> 1), () => setTimeout(() => response.destroy(), 20));
  };
  switch (fault) {
    case 'rate-limited-once':
      if (!once) break;
      response.writeHead(429, { 'Retry-After': '0' }).end();
      return;
    case 'rate-limited':
      response.writeHead(429, { 'Retry-After': '0' }).end();
      return;
    case 'failing-once':
      if (!once) break;
      response.writeHead(503).end();
      return;
    case 'failing':
      response.writeHead(503).end();
      return;
    case 'reset-once':
    case 'reset-once-no-ranges':
      if (!once) break;
      breakOff();
      return;
    case 'reset':
      breakOff();
      return;
    case 'wrong-bytes': {
      const other = Buffer.from(bytes);
      other[other.length >> 1] = (other[other.length >> 1] ?? 0) ^ 0xff;
      send(request, response, { bytes: other, type }, false);
      return;
    }
    case 'short':
      send(request, response, { bytes: bytes.subarray(0, bytes.length >> 1), type }, false);
      return;
    case 'redirect-elsewhere':
      response.writeHead(307, { Location: `${elsewhere ?? ''}${request.url ?? ''}` }).end();
      return;
    case 'redirect-loop':
      response.writeHead(307, { Location: request.url ?? '' }).end();
      return;
    case 'silent':
      return;
    case 'stalled':
      response.writeHead(200, { 'Content-Length': bytes.length });
      response.write(bytes.subarray(0, bytes.length >> 1));
      return;
    case 'login-page':
      response.writeHead(200, { 'Content-Type': 'text/html' }).end('<!DOCTYPE html><title>Sign in</title>');
      return;
    case undefined:
  }
  send(request, response, found, fault !== 'reset-once-no-ranges');
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  { bytes, type }: Stored,
  ranges: boolean,
): void {
  const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
  const headers = { 'Content-Type': type, 'Docker-Content-Digest': sha256Digest(bytes) };
  if (ranges && from > 0) {
    const part = bytes.subarray(from);
    const range = `bytes ${from}-${bytes.length - 1}/${bytes.length}`;
    response.writeHead(206, { ...headers, 'Content-Range': range, 'Content-Length': part.length }).end(part);
    return;
  }
  response.writeHead(200, { ...headers, 'Content-Length': bytes.length }).end(bytes);
}
