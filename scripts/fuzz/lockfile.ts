import { readFileSync } from 'node:fs';
import { mutate } from '../../test/lockfile/mutate.js';
import { LockfileError } from '../../src/errors.js';
import { decodeLockfile } from '../../src/lockfile/decode.js';
import { parseLockfile } from '../../src/lockfile/parse.js';
import type { Lockfile } from '../../src/lockfile/types.js';
import { mutateBytes } from './bytes.js';
import type { Random } from './random.js';
import type { Subject } from './subject.js';
import { BrokenPromise } from './subject.js';
import { encoded, longTexts } from './text.js';

const seeds = [
  'lockfiles/every-section.lock',
  'lockfiles/bundler-4.1.lock',
  'apps/kiosk/Gemfile.lock',
  'apps/handbook/Gemfile.lock',
].map((path) => readFileSync(new URL(`../../fixtures/${path}`, import.meta.url), 'utf8'));

interface Row {
  readonly line: number;
}

function rows(lockfile: Lockfile): readonly Row[] {
  const { specs, dependencies, checksums, bundlerChecksums, contentAddresses, overrides, warnings } =
    lockfile;
  const lists: readonly (readonly Row[] | undefined)[] = [
    ...[checksums, bundlerChecksums, contentAddresses, overrides],
    ...[specs, dependencies, warnings],
  ];
  return lists.flatMap((list) => list ?? []);
}

/** Only `LockfileError` escapes; what is read has specs, and every line number is one of the file's. */
function check(bytes: Uint8Array): string {
  try {
    const text = decodeLockfile(bytes);
    const lines = text.split('\n').length;
    let outcome = 'read';
    for (const dialect of ['3.6', '4.0'] as const) {
      const lockfile = parseLockfile(text, { dialect });
      if (lockfile.specs.length === 0) throw new BrokenPromise('a lockfile without specs is read');
      for (const { line } of rows(lockfile)) {
        if (!(line >= 1 && line <= lines)) throw new BrokenPromise(`line ${line} of ${lines}`);
      }
      for (const { address, digests } of lockfile.contentAddresses ?? []) {
        if (digests['sha256']?.toLowerCase().startsWith(address) === false)
          throw new BrokenPromise(`${address} begins no ${digests['sha256']}`);
      }
      for (const { source } of lockfile.specs) {
        if (lockfile.sources[source] === undefined) throw new BrokenPromise(`a spec of source ${source}`);
      }
      if (lockfile.warnings.length > 0) outcome = 'read, with warnings';
    }
    return outcome;
  } catch (error) {
    if (error instanceof LockfileError) return error.code;
    throw error;
  }
}

function make(random: Random): Uint8Array {
  const seed = random.pick(seeds);
  const text = random.chance(0.7) ? mutate(seed, random.next) : seed;
  return random.chance(0.4) ? mutateBytes(encoded(text), random) : encoded(text);
}

export const lockfileSubject: Subject = {
  name: 'lockfile',
  fixed: [
    ...longTexts('    rake (13.2.1)', '\n'),
    {
      title: 'fifty-thousand-specs',
      bytes: () =>
        encoded(
          `GEM\n  remote: https://rubygems.org/\n  specs:\n${Array.from({ length: 50_000 }, (_, at) => `    g${at} (1.${at})\n      h (>= ${at})\n`).join('')}`,
        ),
    },
    {
      title: 'one-requirement-of-a-million',
      bytes: () => encoded(`GEM\n  specs:\n    a (1)\n      b (${'>= 1, '.repeat(170_000)}>= 1)\n`),
    },
  ],
  make,
  check,
};
