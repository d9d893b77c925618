import { z } from 'zod';
import type { Challenge } from './challenge.js';
import { parseChallenges } from './challenge.js';
import type { Login } from './docker-login.js';
import type { PullReference } from './pull-reference.js';
import type { ExchangeContext, Answer, ExchangeRequest } from '../../http/exchange.js';
import { exchange } from '../../http/exchange.js';
import { unauthorized, unexpected } from './registry-failures.js';

/** `token` and `access_token` mean the same (distribution, "Token Authentication Specification"). */
const tokenAnswer = z.object({ token: z.string().optional(), access_token: z.string().optional() });

/** A token answer has some 5 KB. In bytes. */
const MAX_TOKEN_ANSWER = 1 << 20;

/** Asks a registry, and logs in when it says so: once for all requests, and again when a token has run out. */
export class Authorizer {
  readonly #image: PullReference;
  readonly #context: ExchangeContext;
  readonly #findLogin: () => Promise<Login | undefined>;
  #authorization: string | undefined;
  #how: 'none' | 'anonymous' | 'credentials' = 'none';

  constructor(image: PullReference, context: ExchangeContext, findLogin: () => Promise<Login | undefined>) {
    this.#image = image;
    this.#context = context;
    this.#findLogin = findLogin;
  }

  /**
   * @throws TargetError `TARGET_IMAGE_UNAUTHORIZED`, `TARGET_CREDENTIALS`, and as `exchange`
   * @throws Transient as `exchange`
   */
  async ask(url: URL, request: ExchangeRequest): Promise<Answer> {
    const used = this.#authorization;
    const first = await this.#send(url, request);
    // Who says so after a redirect is not the registry.
    const asked = first.status === 401 && first.url.origin === url.origin;
    if (!asked) return this.#judged(first);
    first.discard();
    if (this.#authorization === used) await this.#logIn(url, first);
    return this.#judged(await this.#send(url, request));
  }

  #send(url: URL, request: ExchangeRequest): Promise<Answer> {
    const authorization = this.#authorization;
    return exchange(
      url,
      { ...request, ...(authorization === undefined ? {} : { authorization }) },
      this.#context,
    );
  }

  #judged(answer: Answer): Answer {
    const { status } = answer;
    if (status !== 401 && status !== 403) return answer;
    answer.discard();
    throw unauthorized(this.#image, status, this.#how);
  }

  async #logIn(url: URL, { headers, status }: Answer): Promise<void> {
    const challenges = parseChallenges(headers.get('www-authenticate') ?? '');
    const bearer = challenges.find(({ scheme }) => scheme === 'bearer');
    const login = await this.#findLogin();
    if (login !== undefined) this.#how = 'credentials';
    if (login?.kind === 'registry-token') this.#authorization = `Bearer ${login.token}`;
    else if (bearer !== undefined)
      this.#authorization = `Bearer ${await this.#fetchToken(url, bearer, login)}`;
    else if (challenges.some(({ scheme }) => scheme === 'basic') && login?.kind === 'password') {
      this.#authorization = basic(login);
    } else throw unauthorized(this.#image, status, 'none');
  }

  async #fetchToken(registry: URL, { parameters }: Challenge, login: Login | undefined): Promise<string> {
    const realm = parameters['realm'] ?? '';
    if (!URL.canParse(realm)) throw unexpected(registry, 'asks for a token and does not say where to get it');
    const url = new URL(realm);
    if (url.protocol !== 'https:' && url.protocol !== registry.protocol) {
      throw unexpected(registry, `sends those who log in to ${url.host} without TLS`);
    }
    url.username = '';
    url.password = '';
    const service = parameters['service'];
    const fields = {
      ...(service === undefined ? {} : { service }),
      scope: parameters['scope'] ?? `repository:${this.#image.repository}:pull`,
    };
    const answer = await this.#askForToken(url, fields, login);
    if (answer.status !== 200) {
      answer.discard();
      if (answer.status !== 401 && answer.status !== 403 && answer.status !== 400) {
        throw unexpected(url, `answers with HTTP ${answer.status} to a request for a token`);
      }
      throw unauthorized(this.#image, answer.status, this.#how);
    }
    if (login === undefined) this.#how = 'anonymous';
    return tokenOf(url, await small(answer));
  }

  #askForToken(
    url: URL,
    fields: Readonly<Record<string, string>>,
    login: Login | undefined,
  ): Promise<Answer> {
    if (login?.kind === 'identity-token') {
      // distribution, "OAuth2 Token Authentication"
      const form = new URLSearchParams({
        grant_type: 'refresh_token',
        ...fields,
        client_id: 'gemcompat',
        refresh_token: login.token,
      });
      return exchange(url, { form }, this.#context);
    }
    for (const [name, value] of Object.entries(fields)) url.searchParams.set(name, value);
    if (login?.kind !== 'password') return exchange(url, {}, this.#context);
    url.searchParams.set('account', login.user);
    return exchange(url, { authorization: basic(login) }, this.#context);
  }
}

/** RFC 7617. */
function basic({ user, password }: Extract<Login, { kind: 'password' }>): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

async function small(answer: Answer): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of answer.body()) {
    size += chunk.length;
    if (size > MAX_TOKEN_ANSWER) throw unexpected(answer.url, 'answers with something that is no token');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function tokenOf(url: URL, text: string): string {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    json = undefined;
  }
  const answer = tokenAnswer.safeParse(json).data;
  const token = answer?.token ?? answer?.access_token ?? '';
  // What is not visible ASCII cannot stand in a header.
  if (!/^[\x21-\x7e]+$/.test(token)) throw unexpected(url, 'answers with something that is no token');
  return token;
}
