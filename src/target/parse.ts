import { TargetError } from '../errors.js';
import { findNamed } from './catalog.js';
import { resolveImage } from './image-target.js';
import { resolveLibc } from './libc-target.js';
import { unknownTarget } from './nearest.js';
import { inContainer } from './page-size.js';
import { TARGET_SOURCES, targetSourceOf } from './sources.js';
import type { ResolvedTarget, Target } from './types.js';

/** Longer than any name or image reference. */
const TEXT_LIMIT = 512;

/** Words that may stand behind a release and say nothing of it. */
const DECORATION = /[-_ ](?:lts|esm|slim|minimal)$/i;

/** Platform tags of Python wheels end in the CPU: `manylinux_2_28_x86_64`. */
const WHEEL_CPU = /_(?:x86_64|aarch64|armv7l|i686|ppc64le|s390x|riscv64)$/i;

/** Says that a target of the table is not known from the system itself. */
function withDoubt(found: ResolvedTarget): ResolvedTarget {
  const target = findNamed(found.target.name);
  if (target?.uncertain !== true) return found;
  return {
    ...found,
    warnings: [...found.warnings, `The facts of ${target.name} were not read from the system itself.`],
  };
}

/** `rhel-8.9` is RHEL 8, `alpine-3.20.3` is Alpine 3.20: numbers are dropped from the end until a release is known. */
function resolveName(text: string): ResolvedTarget | undefined {
  let name = text;
  while (DECORATION.test(name)) name = name.replace(DECORATION, '');
  for (;;) {
    const target = findNamed(name);
    if (target !== undefined) {
      return {
        target,
        warnings: [],
        ...(target.ruby === undefined ? {} : { ruby: target.ruby }),
      };
    }
    const shorter = /^(.*\d)\.\d+$/.exec(name)?.[1];
    if (shorter === undefined) return undefined;
    name = shorter;
  }
}

/** A policy that is not in the table: `manylinux_2_30` is met by any glibc 2.30 (PEP 600). */
function resolveWheelTag(text: string): ResolvedTarget | undefined {
  const tag = text.replace(WHEEL_CPU, '');
  const [, libc, number] = /^(many|musl)linux_(\d+_\d+)$/i.exec(tag) ?? [];
  if (libc === undefined || number === undefined) return tag === text ? undefined : resolveName(tag);
  const named = resolveName(tag);
  if (named !== undefined) return named;
  const found = resolveLibc(`${libc.toLowerCase() === 'many' ? 'glibc' : 'musl'}-${number}`);
  if (found === undefined) return undefined;
  return libc.toLowerCase() === 'many'
    ? { ...found, warnings: [...found.warnings, `${tag} has no policy: only glibc is judged.`] }
    : found;
}

/**
 * What a text stands for: a name or alias of the table in any case and with any separators (`ubuntu-20.04`, `focal`,
 * `ubuntu20.04`, `al2023`, `rhel-8.9`), a C library (`glibc-2.31`, `musl-1.2.5`), a wheel's platform tag
 * (`manylinux_2_28_x86_64`) or an image (`ruby:3.3-slim-bookworm`, `public.ecr.aws/lambda/ruby:3.3`).
 * @throws TargetError `TARGET_UNKNOWN`, with the nearest known names; `TARGET_NOT_SUPPORTED` for a form that reads a
 *   system (`host`, `rootfs:DIR`, `image:REF`, …)
 */
export function resolveTarget(text: string): ResolvedTarget {
  const wanted = text.trim();
  if (wanted === '') throw unknownTarget(text, 'it is empty');
  const { source } = targetSourceOf(wanted);
  if (source !== undefined) {
    const word = TARGET_SOURCES[source].place === 'none' ? source : `${source}:`;
    throw new TargetError(`${JSON.stringify(word)} does not name a system: it says where one is read.`, {
      code: 'TARGET_NOT_SUPPORTED',
      suggestions: [
        'Name the system (ubuntu-20.04), its image (ruby:3.3-slim-bookworm) or its C library (glibc-2.31).',
      ],
    });
  }
  // eslint-disable-next-line no-control-regex -- a name with a control character is refused, not looked up
  if (wanted.length > TEXT_LIMIT || /[\u0000-\u001f\u007f]/.test(wanted))
    throw unknownTarget(wanted, 'it is not a name');
  const found = resolveLibc(wanted) ?? resolveName(wanted) ?? resolveWheelTag(wanted);
  // `rockylinux:8` is rocky-8 with its separator, and an image all the same.
  if (found !== undefined)
    return withDoubt(wanted.includes(':') ? { ...found, target: inContainer(found.target) } : found);
  // A bare word is a system's name without its release; only with a tag, a digest or a path is it an image for certain.
  const image = /[:/@]/.test(wanted) ? resolveImage(wanted) : undefined;
  if (image === undefined) throw unknownTarget(wanted);
  return withDoubt(image);
}

/** The target alone; see `resolveTarget` for what may be written and what is thrown. */
export function parseTarget(text: string): Target {
  return resolveTarget(text).target;
}
