import { TargetError } from '../../errors.js';

/** Stable codes of the errors that are an image's own; `readSystem` has more, for what is in it. */
export type ImageErrorCode =
  /** A text that is not the name of an image. */
  | 'TARGET_IMAGE_REFERENCE'
  /** Neither the registry nor the archive has it. */
  | 'TARGET_IMAGE_NOT_FOUND'
  /** The registry asks for a login, or refuses the one it got. */
  | 'TARGET_IMAGE_UNAUTHORIZED'
  /** An archive with several images, and none was named. */
  | 'TARGET_IMAGE_AMBIGUOUS'
  /** A manifest, index or configuration that does not have the form of its specification. */
  | 'TARGET_IMAGE_INVALID'
  /** Something else that registries store: a chart, a signature, an image in the format of before 2016. */
  | 'TARGET_IMAGE_UNSUPPORTED'
  /** There is no Linux image for the CPU. */
  | 'TARGET_NOT_FOR_CPU'
  /** Bytes that are not those that the digest or the size names. */
  | 'TARGET_DIGEST_MISMATCH'
  | 'TARGET_LAYER_NOT_TAR'
  /** A tar archive that cannot be right. */
  | 'TARGET_LAYER_INVALID'
  /** A path or a hard link of a layer that leads out of the root directory. */
  | 'TARGET_LINK_ESCAPES'
  /** A layer or an archive that ends too early. */
  | 'TARGET_TRUNCATED'
  /** More of something than any known image has. */
  | 'TARGET_LIMIT'
  /** A file of this machine that cannot be read. */
  | 'TARGET_UNREADABLE'
  | 'TARGET_NOT_FOUND'
  /** `~/.docker/config.json` or a credential helper. */
  | 'TARGET_CREDENTIALS'
  | 'TARGET_REGISTRY_UNREACHABLE'
  | 'TARGET_REGISTRY_TIMEOUT'
  | 'TARGET_REGISTRY_RATE_LIMITED'
  /** An answer that is none of the distribution protocol's. */
  | 'TARGET_REGISTRY_ANSWER'
  | 'TARGET_NO_LIBC';

const REMEDIES: Partial<Readonly<Record<ImageErrorCode, string>>> = {
  TARGET_IMAGE_REFERENCE:
    'Write it as for `docker pull`: ruby:3.3-slim, registry.example.com:5000/team/app:tag, name@sha256:….',
  TARGET_DIGEST_MISMATCH:
    'Fetch the image again; where it stays so, it is damaged or was tampered with at its source.',
  TARGET_LAYER_NOT_TAR: 'Only container images have layers of files; build or push the image again.',
  TARGET_LAYER_INVALID: 'Build the image again with a current builder.',
  TARGET_TRUNCATED: 'Write or fetch the image again: it is cut short.',
  TARGET_IMAGE_INVALID: 'Build or push the image again.',
};

/** An error that names what is wrong with which image; without `suggestions` the usual remedy of its code. */
export function imageError(
  code: ImageErrorCode,
  message: string,
  more: { readonly suggestions?: readonly string[]; readonly cause?: unknown } = {},
): TargetError {
  const remedy = REMEDIES[code];
  return new TargetError(message, {
    code,
    suggestions: more.suggestions ?? (remedy === undefined ? [] : [remedy]),
    ...(more.cause === undefined ? {} : { cause: more.cause }),
  });
}
