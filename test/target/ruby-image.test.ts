import { describe, expect, it } from 'vitest';
import { judgeGem } from '../../src/compat/judge.js';
import { forCpu } from '../../src/target/for-cpu.js';
import { resolveTarget } from '../../src/target/parse.js';
import { contents, elf } from '../helpers/contents.js';

const linked = (library: string) =>
  contents({
    'lib/x.so': elf({ needed: [library], unversionedImports: ['rb_define_method'] }),
  });

describe('the shared library of the Ruby of an official image', () => {
  it.each([
    ['ruby:3.3-slim-bookworm', 'libruby.so.3.3'],
    ['ruby:3.3.5-bullseye', 'libruby.so.3.3'],
    ['ruby:3.4-alpine3.20', 'libruby.so.3.4'],
    ['ruby:3.4.0-preview1', 'libruby.so.3.4'],
    ['public.ecr.aws/docker/library/ruby:3.3-slim-bookworm', 'libruby.so.3.3'],
  ])('is in %s: %s', (image, library) => {
    const { target, ruby } = resolveTarget(image);
    expect(target.libraries).toContain(library);
    for (const cpu of target.cpus ?? []) {
      const judgeFor = { target: forCpu(target, cpu), cpu, ...(ruby === undefined ? {} : { ruby }) };
      expect(judgeFor.target.libraries).toContain(library);
      if (cpu !== 'x86_64') continue;
      expect(judgeGem(linked(library), judgeFor)).toMatchObject({ verdict: 'compatible', findings: [] });
    }
  });

  it.each(['ruby:3', 'ruby:latest', 'debian:12', 'cimg/ruby:3.3', 'bitnami/ruby:3.3', 'ubi9/ruby-33:latest'])(
    'is not known of %s',
    (image) => {
      expect(resolveTarget(image).target.libraries.filter((name) => name.startsWith('libruby'))).toEqual([]);
    },
  );

  it('of another Ruby is not the one that it has', () => {
    const { target, ruby = '' } = resolveTarget('ruby:3.3-slim-bookworm');
    expect(judgeGem(linked('libruby.so.3.2'), { target, cpu: 'x86_64', ruby })).toMatchObject({
      findings: [{ kind: 'missing-ruby-abi', available: ['3.2'] }],
    });
  });

  it('makes one target of an image that is named twice', () => {
    expect(resolveTarget('ruby:3.3-slim-bookworm').target).toBe(resolveTarget('ruby:3.3.6-bookworm').target);
  });
});
