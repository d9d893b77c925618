import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { bundlerSettings } from '../../src/registry/bundler-settings.js';
import { openRegistry } from '../../src/registry/sources.js';
import type { Registry } from '../../src/registry/sources.js';
import { temporaryDirectory } from './gem-file.js';

function hasOpenssl(): boolean {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** A server with a certificate of its own for localhost: `/info/demo` is there, `/info/moved` leads to plain HTTP. */
async function serve(): Promise<{ url: string; certificate: string }> {
  const directory = await temporaryDirectory();
  const certificate = path.join(directory, 'certificate.pem');
  const key = path.join(directory, 'key.pem');
  execFileSync(
    'openssl',
    [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:prime256v1',
      '-nodes',
      '-days',
      '2',
      '-subj',
      '/CN=localhost',
      '-addext',
      'subjectAltName=DNS:localhost',
      '-keyout',
      key,
      '-out',
      certificate,
    ],
    { stdio: 'ignore' },
  );
  const server = createServer(
    { cert: await readFile(certificate), key: await readFile(key) },
    (request, response) => {
      if (request.url === '/info/demo') response.end('---\n1.0 |\n');
      else response.writeHead(302, { Location: 'http://localhost/info/moved' }).end();
    },
  );
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `https://localhost:${(server.address() as AddressInfo).port}`, certificate };
}

async function registry(env: Record<string, string>): Promise<Registry> {
  const opened = openRegistry({
    cwd: '/nowhere',
    settings: await bundlerSettings({ cwd: '/nowhere', home: '/nowhere', env }),
    readMetadata: () => Promise.reject(new Error('there are no gems')),
    version: '0.0.0',
    retry: { retries: 0 },
  });
  onTestFinished(() => {
    opened.close();
  });
  return opened;
}

describe.skipIf(!hasOpenssl())('TLS', () => {
  it('refuses a certificate that nobody vouches for, and says how to trust it', async () => {
    const { url } = await serve();
    const source = await (await registry({})).source(url);
    const failed = source.releases('demo');
    await expect(failed).rejects.toMatchObject({ code: 'REGISTRY_CERTIFICATE' });
    await expect(source.releases('demo')).rejects.toMatchObject({
      suggestions: [expect.stringContaining('NODE_EXTRA_CA_CERTS')],
    });
  });

  it('trusts the authority of ssl_ca_cert, a file or a directory of them', async () => {
    const { url, certificate } = await serve();
    const directory = await temporaryDirectory();
    execFileSync('cp', [certificate, directory]);
    for (const trusted of [certificate, directory]) {
      const source = await (await registry({ BUNDLE_SSL_CA_CERT: trusted })).source(url);
      expect(await source.releases('demo')).toHaveLength(1);
    }
  });

  it('does not follow a redirect to plain HTTP', async () => {
    const { url, certificate } = await serve();
    const source = await (await registry({ BUNDLE_SSL_CA_CERT: certificate })).source(url);
    await expect(source.releases('moved')).rejects.toMatchObject({
      code: 'REGISTRY_BAD_REDIRECT',
      message: `${url}/info/moved redirects from https to http, http://localhost/info/moved`,
    });
  });

  it('names certificates that cannot be read', async () => {
    await expect(registry({ BUNDLE_SSL_CA_CERT: '/nowhere/ca.pem' })).rejects.toMatchObject({
      code: 'REGISTRY_CERTIFICATES_UNREADABLE',
    });
  });
});
