import { TargetError } from '../../src/errors.js';
import { imageTable } from '../../src/target/images.js';
import { parseImageReference } from '../../src/target/image-reference.js';
import { resolveImage } from '../../src/target/image-target.js';
import { namedTargets } from '../../src/target/catalog.js';
import { resolveTarget } from '../../src/target/parse.js';
import type { Subject } from './subject.js';
import { BrokenPromise } from './subject.js';
import { decoded, longTexts, mutatedText } from './text.js';

const names = namedTargets().flatMap(({ name, aliases }) => [name, ...aliases]);
const images = imageTable().repositories.flatMap((row) => row.names);
const seeds = [
  ...names,
  ...images,
  'glibc-2.31',
  'musl-1.2.5',
  'ruby:3.3-slim-bookworm',
  'public.ecr.aws/lambda/ruby:3.3',
  'manylinux_2_28_x86_64',
  'musllinux_1_2_aarch64',
  'docker.io/library/ruby:3.4.0-preview1@sha256:0123456789abcdef0123456789abcdef',
];
const words = [
  ...names,
  ...images,
  ...':/@-_. ~|#%\\\0\n\u00a0é\u202e'.split(''),
  'latest',
  'slim',
  'alpine3.20',
  '2.31',
  '20.04',
  'host',
  'rootfs:',
  'image:',
  'oci:',
  'dockerfile:',
  '@sha256:',
  'localhost:5000/',
  '__proto__',
  'constructor',
  'GLIBC_2.31',
  '99999999999999999999',
];

/** Only `TargetError` escapes; what is resolved has a libc with a version, and its name leads to the same target again. */
function check(bytes: Uint8Array): string {
  const text = decoded(bytes);
  parseImageReference(text);
  for (const resolve of [resolveImage, resolveTarget]) {
    try {
      const resolved = resolve(text);
      if (resolved === undefined) continue;
      const { name, libcVersion } = resolved.target;
      if (!/^\d+\.\d+/.test(libcVersion))
        throw new BrokenPromise(`${name} has the libc version ${libcVersion}`);
      const again = resolveTarget(name).target;
      if (again.name !== name || again.libcVersion !== libcVersion)
        throw new BrokenPromise(`${name} leads to ${again.name}`);
      if (resolve === resolveTarget) return 'resolved';
    } catch (error) {
      if (!(error instanceof TargetError)) throw error;
      if (error.message.length > 2000)
        throw new BrokenPromise(`a message of ${error.message.length} characters`);
      if (resolve === resolveTarget) return error.code;
    }
  }
  return 'not a target';
}

export const targetSubject: Subject = {
  name: 'target',
  fixed: longTexts('ubuntu-20.04', ' '),
  make: (random) => mutatedText(seeds, words, random),
  check,
};
