/** What goes wrong between a request and its answer, whoever is asked. Each side makes its own error of it, in one file. */
export type HttpFailure = { readonly url: URL } & (
  | {
      /** No connection, or one that broke. */
      readonly kind: 'connection';
      /** The system's or OpenSSL's: `ECONNREFUSED`. */
      readonly code: string;
    }
  | {
      /** `answer`: no first byte; `idle`: nothing more in the middle; `total`: not the whole in time. */
      readonly kind: 'timeout';
      readonly phase: 'answer' | 'idle' | 'total';
      readonly milliseconds: number;
    }
  | {
      /** A redirect that is not followed. */
      readonly kind: 'redirect';
      /** As it goes on after "redirects". */
      readonly reason: string;
      readonly status: number;
    }
  | {
      /** 408, 429 or 5xx. */
      readonly kind: 'status';
      readonly status: number;
    }
);

/** Codes of OpenSSL's verification as Node reports them (`tls` documentation, "X509 certificate error codes"). */
const CERTIFICATE_ERRORS: ReadonlySet<string> = new Set([
  'CERT_CHAIN_TOO_LONG',
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'CERT_REJECTED',
  'CERT_REVOKED',
  'CERT_SIGNATURE_FAILURE',
  'CERT_UNTRUSTED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'HOSTNAME_MISMATCH',
  'INVALID_CA',
  'INVALID_PURPOSE',
  'PATH_LENGTH_EXCEEDED',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

const UNREACHABLE: ReadonlySet<string> = new Set([
  'EAI_AGAIN',
  'EADDRNOTAVAIL',
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETDOWN',
  'ENETUNREACH',
  'ENOTFOUND',
  'ETIMEDOUT',
]);

/** What a code says of the connection: that its certificate is not trusted, that there is none, or that it broke. */
export function connectionKind(code: string): 'certificate' | 'unreachable' | 'lost' {
  if (CERTIFICATE_ERRORS.has(code)) return 'certificate';
  return UNREACHABLE.has(code) ? 'unreachable' : 'lost';
}

/** Errors that say the same on a second try (Bundler's `HTTP_NON_RETRYABLE_ERRORS`, and certificates). */
export function isPermanent(code: string): boolean {
  const kind = connectionKind(code);
  return (
    kind === 'certificate' || (kind === 'unreachable' && code !== 'EAI_AGAIN' && code !== 'ECONNREFUSED')
  );
}

/** Answers that may be others the next time: RFC 9110 has 501 and 505 say that they will not. */
export function mayPass(status: number): boolean {
  return status === 408 || status === 429 || (status >= 500 && status !== 501 && status !== 505);
}

/** A time-out as it goes on after the name of who did not answer. */
export function timeoutWords({
  phase,
  milliseconds,
}: Pick<HttpFailure & { readonly kind: 'timeout' }, 'phase' | 'milliseconds'>): string {
  return {
    answer: `did not answer within ${milliseconds} ms`,
    idle: `sent nothing for ${milliseconds} ms in the middle of its answer`,
    total: `took more than ${milliseconds} ms for its answer`,
  }[phase];
}
