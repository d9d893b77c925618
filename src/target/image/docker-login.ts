import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { imageError } from './image-error.js';

/** What logs in to a registry. */
export type Login =
  | { readonly kind: 'password'; readonly user: string; readonly password: string }
  /** A refresh token of OAuth 2, which the registry's token server takes. */
  | { readonly kind: 'identity-token'; readonly token: string }
  /** A bearer token for the registry itself. */
  | { readonly kind: 'registry-token'; readonly token: string };

export interface LoginSources {
  /** `DOCKER_CONFIG` is the directory of `config.json`; the environment of credential helpers, too. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The user's home directory. */
  readonly home: string;
  /** Milliseconds that a credential helper may take. */
  readonly helperTimeout?: number;
}

const HELPER_TIMEOUT = 30_000;

/** Docker's configuration file (docker/cli, cli/config/configfile/file.go), as far as logins go. */
const configFile = z.object({
  auths: z
    .record(
      z.string(),
      z.object({
        auth: z.string().optional(),
        username: z.string().optional(),
        password: z.string().optional(),
        identitytoken: z.string().optional(),
        registrytoken: z.string().optional(),
      }),
    )
    .nullish(),
  credHelpers: z.record(z.string(), z.string()).nullish(),
  credsStore: z.string().nullish(),
});
type ConfigFile = z.infer<typeof configFile>;

/** The key of Docker Hub (docker/cli, registry.IndexServer). */
const DOCKER_HUB_KEY = 'https://index.docker.io/v1/';

/**
 * The login for a registry, as `docker pull` finds it: the registry's own credential helper, the one for all, the file itself.
 * @param registry host with port, `docker.io` for Docker Hub
 * @throws TargetError `TARGET_CREDENTIALS`
 */
export async function findLogin(registry: string, sources: LoginSources): Promise<Login | undefined> {
  const directory = sources.env['DOCKER_CONFIG'];
  const path = join(
    directory === undefined || directory === '' ? join(sources.home, '.docker') : directory,
    'config.json',
  );
  const config = await readConfig(path);
  if (config === undefined) return undefined;
  const key = registry === 'docker.io' ? DOCKER_HUB_KEY : registry;
  const own = Object.entries(config.credHelpers ?? {}).find(([name]) => hostOf(name) === hostOf(key))?.[1];
  const helper = own ?? config.credsStore ?? '';
  if (helper !== '') {
    const login = await askHelper(helper, key, sources);
    if (login !== undefined || own !== undefined) return login;
  }
  return fromAuths(config, key, path);
}

async function readConfig(path: string): Promise<ConfigFile | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw imageError('TARGET_CREDENTIALS', `${path} cannot be read: ${code ?? String(error)}.`, {
      cause: error,
      suggestions: ['Make it readable, or set DOCKER_CONFIG to another directory.'],
    });
  }
  try {
    return configFile.parse(JSON.parse(text));
  } catch {
    // The cause is left out: it may repeat what is in the file.
    throw imageError('TARGET_CREDENTIALS', `${path} is not a configuration of Docker.`, {
      suggestions: ['Correct it, or set DOCKER_CONFIG to another directory.'],
    });
  }
}

/** Keys are hosts, or URLs as old versions wrote them (docker/cli, ConvertToHostname). */
function hostOf(key: string): string {
  const host = key.replace(/^https?:\/\//, '').replace(/\/.*$/, '');
  return ['docker.io', 'registry-1.docker.io'].includes(host) ? 'index.docker.io' : host;
}

function fromAuths({ auths }: ConfigFile, key: string, path: string): Login | undefined {
  const entries = Object.entries(auths ?? {});
  const entry = (entries.find(([name]) => name === key) ??
    entries.find(([name]) => hostOf(name) === hostOf(key)))?.[1];
  if (entry === undefined) return undefined;
  if (entry.identitytoken !== undefined && entry.identitytoken !== '') {
    return { kind: 'identity-token', token: entry.identitytoken };
  }
  if (entry.registrytoken !== undefined && entry.registrytoken !== '') {
    return { kind: 'registry-token', token: entry.registrytoken };
  }
  if (entry.auth !== undefined && entry.auth !== '') {
    const decoded = Buffer.from(entry.auth, 'base64').toString('utf8').replace(/\0+$/, '');
    const colon = decoded.indexOf(':');
    if (colon === -1) {
      throw imageError(
        'TARGET_CREDENTIALS',
        `${path}: "auth" of ${hostOf(key)} is not USER:PASSWORD in base64.`,
        {
          suggestions: [`Run \`docker login ${hostOf(key)}\` again.`],
        },
      );
    }
    return { kind: 'password', user: decoded.slice(0, colon), password: decoded.slice(colon + 1) };
  }
  const { username, password } = entry;
  if (username === undefined || username === '' || password === undefined) return undefined;
  return { kind: 'password', user: username, password };
}

const helperAnswer = z.object({ Username: z.string(), Secret: z.string() });

/** What a helper says when it knows of no login (docker-credential-helpers, credentials/error.go). */
const NOT_FOUND = 'credentials not found in native keychain';

/** `docker-credential-NAME get`: the server on standard input, JSON on standard output. */
async function askHelper(name: string, server: string, sources: LoginSources): Promise<Login | undefined> {
  const program = `docker-credential-${name}`;
  const failed = (why: string): Error =>
    imageError('TARGET_CREDENTIALS', `The credential helper ${program} ${why}.`, {
      suggestions: [
        `Run \`echo ${server} | ${program} get\` to see why, or remove it from Docker's config.json.`,
      ],
    });
  if (!/^[\w.-]+$/.test(name)) throw failed('has a name that is not one');
  const timeout = sources.helperTimeout ?? HELPER_TIMEOUT;
  const { error, stdout } = await new Promise<{
    error: (Error & { code?: unknown; killed?: boolean }) | null;
    stdout: string;
  }>((resolve) => {
    const options = {
      env: { ...sources.env },
      timeout,
      killSignal: 'SIGKILL',
      maxBuffer: 1 << 20,
      encoding: 'utf8',
    } as const;
    const child = execFile(program, ['get'], options, (failure, output) => {
      resolve({ error: failure, stdout: output });
    });
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(server);
  });
  if (error !== null) {
    if (stdout.trim() === NOT_FOUND) return undefined;
    if (error.code === 'ENOENT') throw failed('is not in PATH');
    // Its output is not repeated: it may have a secret in it.
    throw failed(error.killed === true ? `did not answer within ${timeout} ms` : 'failed');
  }
  const answer = helperAnswer.safeParse(jsonOrUndefined(stdout)).data;
  if (answer === undefined) throw failed('answered with something that is no login');
  if (answer.Username === '' && answer.Secret === '') return undefined;
  // docker/cli, credentials/native_store.go
  if (answer.Username === '<token>') return { kind: 'identity-token', token: answer.Secret };
  return { kind: 'password', user: answer.Username, password: answer.Secret };
}

function jsonOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
