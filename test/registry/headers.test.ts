import { describe, expect, it } from 'vitest';
import { parseUserinfo, urlCredentials } from '../../src/registry/credentials.js';
import { statedSha256 } from '../../src/registry/digest-header.js';
import { shownUrl } from '../../src/http/shown-url.js';
import { indexUrl, parseRemote } from '../../src/registry/remote-url.js';
import { parseRetryAfter } from '../../src/http/retry.js';

const DIGEST = 'X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=';

describe('statedSha256', () => {
  // The forms of RFC 9530 and RFC 3230, and those that Bundler's updater reads.
  it.each([
    [`sha-256=:${DIGEST}:`, null, DIGEST],
    [`sha-256="${DIGEST}"`, null, DIGEST],
    [`SHA-256=${DIGEST}`, null, DIGEST],
    [`sha-512=:AAAA:, sha-256=:${DIGEST}:`, null, DIGEST],
    [null, `sha-256=${DIGEST}`, DIGEST],
    [`sha-256=:${DIGEST}:`, 'sha-256=other', DIGEST],
    ['md5=abc', null, undefined],
    [`sha-256=:${DIGEST}`, null, undefined],
    ['sha-256=', null, undefined],
    ['', null, undefined],
    [null, null, undefined],
  ])('Repr-Digest %j, Digest %j', (reprDigest, digest, expected) => {
    expect(statedSha256(reprDigest, digest)).toBe(expected);
  });
});

describe('parseRetryAfter', () => {
  const now = Date.parse('Wed, 21 Oct 2015 07:28:00 GMT');
  it.each([
    ['0', 0],
    ['120', 120_000],
    ['Wed, 21 Oct 2015 07:29:30 GMT', 90_000],
    ['Wed, 21 Oct 2015 07:00:00 GMT', 0],
    ['soon', undefined],
    ['', undefined],
    [null, undefined],
  ])('%j', (value, expected) => {
    expect(parseRetryAfter(value, now)).toBe(expected);
  });
});

describe('parseUserinfo', () => {
  it.each([
    ['me:s3cret', 'me:s3cret'],
    ['t0ken', 't0ken:'],
    ['me:a:b', 'me:a:b'],
    ['me%40corp:p%C3%A4ss', 'me@corp:päss'],
    ['me:a+b%2Bc', 'me:a b+c'],
    ['me:100%', 'me:100%'],
    [':x-oauth-basic', ':x-oauth-basic'],
  ])('%s', (userinfo, expected) => {
    const [scheme, value = ''] = parseUserinfo(userinfo).authorization().split(' ');
    expect(scheme).toBe('Basic');
    expect(Buffer.from(value, 'base64').toString()).toBe(expected);
  });

  it('reads a URL without one as none', () => {
    expect(urlCredentials(new URL('https://gems.example.com/'))).toBeUndefined();
  });
});

describe('URLs', () => {
  it.each([
    ['https://gems.example.com', 'https://gems.example.com/'],
    ['https://gems.example.com/private', 'https://gems.example.com/private/'],
    ['https://gems.example.com/private/', 'https://gems.example.com/private/'],
  ])('a remote ends with a slash: %s', (text, expected) => {
    expect(parseRemote(text).href).toBe(expected);
  });

  it('are shown without credentials, query and fragment', () => {
    expect(shownUrl(new URL('https://me:pw@example.com/a?X-Amz-Signature=1#x'))).toBe(
      'https://example.com/a',
    );
  });

  it('lead to the index host of rubygems.org', () => {
    expect(indexUrl(new URL('https://rubygems.org/')).href).toBe('https://index.rubygems.org/');
    expect(indexUrl(new URL('https://gems.example.com/')).href).toBe('https://gems.example.com/');
  });
});
