import { readdirSync, readFileSync, statSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import type { Socket } from 'node:net';
import path from 'node:path';
import tls from 'node:tls';
import { RegistryError } from '../errors.js';

export interface AgentOptions {
  /** Milliseconds for name resolution, TCP and TLS handshake of one connection. */
  readonly connectTimeout: number;
  /** A PEM file or a directory of them, trusted besides Node's own roots. */
  readonly caCert?: string;
}

/** Connections of one run, kept alive between requests. */
export interface Agents {
  /** The agent for a URL; the one for proxies is loaded when a proxy is configured, and only then. */
  forUrl(url: URL): Promise<http.Agent>;
  close(): void;
}

/** Connections to one host at a time. Static mirrors on small servers and rubygems.org's rate limit both like it modest. */
const MAX_SOCKETS = 16;

/** The variables that `proxy-from-env` reads, in lower case. */
const PROXY_VARIABLES = [
  'http_proxy',
  'https_proxy',
  'all_proxy',
  'npm_config_proxy',
  'npm_config_http_proxy',
  'npm_config_https_proxy',
];

type Connect = (options: unknown, callback?: unknown) => Socket;

export function createAgents(options: AgentOptions): Agents {
  const shared = { keepAlive: true, maxSockets: MAX_SOCKETS };
  const plain = new http.Agent(shared);
  const secure = new https.Agent({ ...shared, ...certificates(options.caCert) });
  limitConnect(plain, 'connect', options.connectTimeout);
  limitConnect(secure, 'secureConnect', options.connectTimeout);
  const proxied = new Map<string, Promise<http.Agent>>();
  return {
    forUrl: async (url) => {
      if (!proxyIsConfigured(process.env)) return url.protocol === 'https:' ? secure : plain;
      const agent = proxied.get(url.protocol) ?? proxyAgent(url, options, plain, secure);
      proxied.set(url.protocol, agent);
      return agent;
    },
    close: () => {
      plain.destroy();
      secure.destroy();
      for (const agent of proxied.values()) {
        agent.then(
          (loaded) => {
            loaded.destroy();
          },
          () => undefined,
        );
      }
    },
  };
}

async function proxyAgent(
  url: URL,
  options: AgentOptions,
  plain: http.Agent,
  secure: https.Agent,
): Promise<http.Agent> {
  const { ProxyAgent } = await import('proxy-agent');
  return new ProxyAgent({
    maxSockets: MAX_SOCKETS,
    // A tunnel can be kept. A request through a plain proxy cannot share a connection: http-proxy-agent 7 writes the absolute
    // URL that a proxy needs only when it opens one.
    keepAlive: url.protocol === 'https:',
    ...certificates(options.caCert),
    httpAgent: plain,
    httpsAgent: secure,
  });
}

function proxyIsConfigured(env: NodeJS.ProcessEnv): boolean {
  return PROXY_VARIABLES.some((name) => Boolean(env[name] ?? env[name.toUpperCase()]));
}

/**
 * Bounds the time to connect. An agent's `timeout` option does not: node-fetch takes no notice of the event, and it would count
 * the time until the first byte of the answer as well.
 */
function limitConnect(agent: http.Agent, ready: 'connect' | 'secureConnect', milliseconds: number): void {
  const connectable = agent as unknown as { createConnection: Connect };
  const connect = connectable.createConnection.bind(agent);
  connectable.createConnection = (options, callback) => {
    const socket = connect(options, callback);
    const timer = setTimeout(() => {
      socket.destroy(
        Object.assign(new Error(`no connection within ${milliseconds} ms`), { code: 'ETIMEDOUT' }),
      );
    }, milliseconds);
    const stop = (): void => {
      clearTimeout(timer);
    };
    socket.once(ready, stop);
    socket.once('close', stop);
    return socket;
  };
}

/** Certificates of a private authority, as `ssl_ca_cert` of Bundler's settings names them. */
function certificates(caCert: string | undefined): { ca?: string[] } {
  if (caCert === undefined) return {};
  try {
    const files = statSync(caCert).isDirectory()
      ? readdirSync(caCert)
          .map((name) => path.join(caCert, name))
          .filter((file) => statSync(file).isFile())
      : [caCert];
    return { ca: [...tls.rootCertificates, ...files.map((file) => readFileSync(file, 'utf8'))] };
  } catch (error) {
    throw new RegistryError(
      `the certificates of ssl_ca_cert, ${caCert}, cannot be read: ${(error as Error).message}`,
      {
        code: 'REGISTRY_CERTIFICATES_UNREADABLE',
        suggestions: ['Correct `bundle config set ssl_ca_cert PATH` or BUNDLE_SSL_CA_CERT.'],
        cause: error,
      },
    );
  }
}
