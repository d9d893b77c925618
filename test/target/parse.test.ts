import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TargetError } from '../../src/errors.js';
import { namedTargets } from '../../src/target/catalog.js';
import { forCpu } from '../../src/target/for-cpu.js';
import { imageTable } from '../../src/target/images.js';
import { parseTarget, resolveTarget } from '../../src/target/parse.js';
import { providesLibrary } from '../../src/compat/provides.js';
import { inBoundedTime } from '../helpers/bounded-time.js';

const digest = `sha256:${'a'.repeat(64)}`;

function failure(text: string): TargetError {
  try {
    resolveTarget(text);
  } catch (error) {
    if (error instanceof TargetError) return error;
    throw error;
  }
  throw new Error(`${text} was resolved`);
}

describe('resolveTarget', () => {
  it.each([
    ['ubuntu-20.04', 'ubuntu-20.04'],
    ['ubuntu:20.04', 'ubuntu-20.04'],
    ['ubuntu20.04', 'ubuntu-20.04'],
    ['Ubuntu 20.04', 'ubuntu-20.04'],
    ['ubuntu-20.04-lts', 'ubuntu-20.04'],
    ['ubuntu-20.04.6', 'ubuntu-20.04'],
    ['  focal ', 'ubuntu-20.04'],
    ['ubuntu:focal-20240101', 'ubuntu-20.04'],
    ['bookworm', 'debian-12'],
    ['debian-12.5', 'debian-12'],
    ['debian:bookworm-slim', 'debian-12'],
    ['debian:12.5-slim', 'debian-12'],
    ['debian:bookworm-20240101-slim', 'debian-12'],
    ['al2', 'al2'],
    ['al2023', 'al2023'],
    ['amazonlinux-2023', 'al2023'],
    ['amazonlinux:2023', 'al2023'],
    ['amazonlinux:2.0.20240101', 'al2'],
    ['rhel8', 'rhel-8'],
    ['rhel-8.9', 'rhel-8'],
    ['ubi9', 'rhel-9'],
    ['redhat/ubi8', 'rhel-8'],
    ['registry.access.redhat.com/ubi9/ubi-minimal', 'rhel-9'],
    ['registry.access.redhat.com/ubi9/ubi-minimal:9.4', 'rhel-9'],
    ['rocky-9', 'rocky-9'],
    ['rockylinux:9.3-minimal', 'rocky-9'],
    ['almalinux-8', 'alma-8'],
    ['centos:7.9.2009', 'centos-7'],
    ['centos:centos7', 'centos-7'],
    ['oraclelinux:8-slim', 'oracle-8'],
    ['fedora:40', 'fedora-40'],
    ['opensuse/leap:15.6', 'opensuse-leap-15.6'],
    ['sles-15-sp5', 'sles-15.5'],
    ['sles-12', 'sles-12.5'],
    ['sles15', 'sles-15.0'],
    ['alpine-3.20', 'alpine-3.20'],
    ['alpine:3.20.3', 'alpine-3.20'],
    ['heroku-22', 'heroku-22'],
    ['heroku/heroku:22', 'heroku-22'],
    ['google-22', 'google-22'],
    ['lambda-provided.al2023', 'lambda-provided.al2023'],
    ['public.ecr.aws/lambda/provided:al2023', 'lambda-provided.al2023'],
    ['manylinux_2_28', 'manylinux_2_28'],
    ['manylinux_2_28_x86_64', 'manylinux_2_28'],
    ['manylinux2014', 'manylinux_2_17'],
    ['manylinux2014_aarch64', 'manylinux_2_17'],
    ['manylinux_2_30', 'glibc-2.30'],
    ['musllinux_1_2', 'musl-1.2'],
    ['glibc-2.31', 'glibc-2.31'],
    ['glibc-2.31.0', 'glibc-2.31'],
    ['GLIBC 2.31', 'glibc-2.31'],
    ['musl-1.2.5', 'musl-1.2.5'],
    [`ubuntu:22.04@${digest}`, 'ubuntu-22.04'],
    ['public.ecr.aws/docker/library/debian:11', 'debian-11'],
    ['node:22-bookworm', 'debian-12'],
    ['cimg/base:2024.10-22.04', 'ubuntu-22.04'],
    ['phusion/baseimage:jammy-1.0.4', 'ubuntu-22.04'],
    ['phusion/baseimage:18.04-1.0.0', 'ubuntu-18.04'],
    ['gcr.io/distroless/base-debian12', 'distroless/base-debian12'],
    ['gcr.io/distroless/base-nossl-debian12:nonroot', 'distroless/base-debian12'],
    ['gcr.io/distroless/cc-debian11:debug', 'distroless/cc-debian11'],
    ['registry.access.redhat.com/ubi9/ubi-micro:9.4', 'ubi9/ubi-micro'],
    ['gcr.io/buildpacks/google-22/run:latest', 'google-22'],
    ['public.ecr.aws/ubuntu/ubuntu:22.04_stable', 'ubuntu-22.04'],
    ['heroku/heroku:24-build', 'heroku-24'],
  ])('%s is %s', (text, name) => {
    expect(resolveTarget(text).target.name).toBe(name);
    expect(parseTarget(text).name).toBe(name);
  });

  it.each([
    ['ruby:3.3-slim-bookworm', 'debian-12', '3.3', false],
    ['ruby:3.3.5-bullseye', 'debian-11', '3.3.5', false],
    ['docker.io/library/ruby:2.7-slim-buster', 'debian-10', '2.7', false],
    ['ruby:3.4.0-preview1-slim-bookworm', 'debian-12', '3.4.0.preview1', false],
    ['ruby:3.4-alpine3.20', 'alpine-3.20', '3.4', false],
    ['ruby:3.4-alpine', 'alpine-3.24', '3.4', true],
    ['ruby:3.3', 'debian-13', '3.3', true],
    ['ruby:3.1-slim', 'debian-12', '3.1', true],
    ['ruby:3', 'debian-13', undefined, true],
    ['ruby:latest', 'debian-13', undefined, true],
    [`ruby:3.3@${digest}`, 'debian-13', '3.3', true],
    ['lambda-ruby3.3', 'lambda-ruby3.3', '3.3', false],
    ['public.ecr.aws/lambda/ruby:3.3', 'lambda-ruby3.3', '3.3', false],
    ['public.ecr.aws/lambda/ruby:3.3.2024.05.01-x86_64', 'lambda-ruby3.3', '3.3', false],
    ['amazon/aws-lambda-ruby:3.2', 'lambda-ruby3.2', '3.2', false],
    ['ubi9/ruby-33', 'rhel-9', '3.3', false],
    ['registry.docker.com/library/ruby:3.3.0-slim', 'debian-12', '3.3.0', true],
    // A patch version's tag stays on the suite that was the default when it was last built.
    ['ruby:3.3.8', 'debian-12', '3.3.8', true],
    ['ruby:3.3.9', 'debian-13', '3.3.9', true],
    ['ruby:3.3.11-slim', 'debian-13', '3.3.11', true],
    ['ruby:3.4.4-slim', 'debian-12', '3.4.4', true],
    ['ruby:3.4.5-slim', 'debian-13', '3.4.5', true],
    ['ruby:3.4.0-preview1', 'debian-12', '3.4.0.preview1', true],
    ['ruby:3.2.1', 'debian-11', '3.2.1', true],
    ['ruby:3.2.2', 'debian-12', '3.2.2', true],
    ['ruby:3.2.9-slim', 'debian-13', '3.2.9', true],
    ['ruby:3.2', 'debian-13', '3.2', true],
    ['ruby:3.1.3-slim', 'debian-11', '3.1.3', true],
    ['ruby:3.0.1', 'debian-10', '3.0.1', true],
    ['ruby:2.7.3', 'debian-10', '2.7.3', true],
    ['ruby:2.7.8-slim', 'debian-11', '2.7.8', true],
    ['docker.io/library/ruby:3.3.6-slim-bookworm', 'debian-12', '3.3.6', false],
    ['mcr.microsoft.com/mirror/docker/library/ruby:3.2-bullseye', 'debian-11', '3.2', false],
    ['public.ecr.aws/sam/build-ruby3.3:latest', 'lambda-ruby3.3', '3.3', false],
    ['public.ecr.aws/sam/build-ruby3.2:1.131.0-x86_64', 'lambda-ruby3.2', '3.2', false],
    ['cimg/ruby:3.3.6-node', 'ubuntu-22.04', '3.3.6', true],
    ['phusion/passenger-ruby33:3.0.7', 'ubuntu-22.04', '3.3', false],
    ['phusion/passenger-ruby27:1.0.12', 'ubuntu-20.04', '2.7', false],
    ['phusion/passenger-ruby25:1.0.9', 'ubuntu-18.04', '2.5', false],
    ['phusion/passenger-ruby34:latest', 'ubuntu-22.04', '3.4', true],
    ['bitnami/ruby:3.3.5-debian-12-r0', 'debian-12', '3.3.5', false],
    ['bitnami/ruby:3.3', 'debian-12', '3.3', true],
    ['quay.io/evl.ms/fullstaq-ruby:3.4.1-jemalloc-bookworm-slim', 'debian-12', '3.4.1', false],
    ['quay.io/evl.ms/fullstaq-ruby:3.2-jemalloc-slim', 'debian-11', '3.2', true],
    ['ruby:2', 'debian-11', undefined, true],
    ['ruby:2-slim', 'debian-11', undefined, true],
    ['ruby:4.9', 'debian-13', '4.9', true],
    // So does the Alpine of a tag that names none; what is still built moves on with Alpine.
    ['ruby:alpine', 'alpine-3.24', undefined, true],
    ['ruby:3-alpine', 'alpine-3.24', undefined, true],
    ['ruby:2-alpine', 'alpine-3.16', undefined, true],
    ['ruby:3.0-alpine', 'alpine-3.16', '3.0', true],
    ['ruby:3.0.2-alpine', 'alpine-3.14', '3.0.2', true],
    ['ruby:3.2-alpine', 'alpine-3.23', '3.2', true],
    ['ruby:3.3.5-alpine', 'alpine-3.20', '3.3.5', true],
    ['ruby:3.3.6-alpine', 'alpine-3.21', '3.3.6', true],
    ['cimg/ruby:2.5.8-node', 'ubuntu-18.04', '2.5.8', true],
    ['cimg/ruby:2.7.8', 'ubuntu-20.04', '2.7.8', true],
    ['cimg/ruby:3.1', 'ubuntu-22.04', '3.1', true],
    ['cimg/ruby:4.0.3-browsers', 'ubuntu-24.04', '4.0.3', true],
    ['ghcr.io/rails/devcontainer/images/ruby:1.1.3-3.3.6', 'debian-12', '3.3.6', false],
    ['ghcr.io/rails/devcontainer/images/ruby:2.0.2-3.3.6', 'debian-12', '3.3.6', false],
    ['ghcr.io/rails/devcontainer/images/ruby:2.3.2-3.4.7', 'debian-13', '3.4.7', false],
    ['ghcr.io/rails/devcontainer/images/ruby:3.4.7', 'debian-13', '3.4.7', true],
    ['mcr.microsoft.com/devcontainers/ruby:1-3.3-bookworm', 'debian-12', '3.3', false],
    ['rubylang/ruby:3.3-jammy', 'ubuntu-22.04', '3.3', false],
  ])('%s is %s with Ruby %s', (text, name, ruby, guessed) => {
    const found = resolveTarget(text);
    expect(found.target.name).toBe(name);
    expect(found.ruby).toBe(ruby);
    if (guessed) expect(found.warnings.join()).toMatch(/is a guess as of \d{4}-/);
    else expect(found.warnings).toEqual([]);
  });

  it.each([
    [
      'gcr.io/distroless/base-debian12',
      ['libstdc++.so.6', 'libgcc_s.so.1', 'libz.so.1'],
      ['libc.so.6', 'libm.so.6'],
    ],
    ['gcr.io/distroless/cc-debian12', ['libz.so.1'], ['libc.so.6', 'libstdc++.so.6', 'libgcc_s.so.1']],
    ['ubi9-micro', ['libstdc++.so.6', 'libz.so.1'], ['libc.so.6', 'libgcc_s.so.1']],
  ])('%s leaves out what such an image leaves out, on every CPU', (text, lacks, has) => {
    const { target } = resolveTarget(text.includes('/') ? text : `redhat/${text}`);
    expect(target.librariesComplete).toBe(false);
    for (const seen of [target, ...(target.cpus ?? []).map((cpu) => forCpu(target, cpu))]) {
      for (const soname of lacks) expect(providesLibrary(seen, soname)).toBe('unknown');
      for (const soname of has) expect(providesLibrary(seen, soname)).toBe('provided');
      expect(Object.keys(seen.versions ?? {}).filter((soname) => lacks.includes(soname))).toEqual([]);
    }
    expect(target.base).toMatch(/^(?:debian|rhel)-\d+$/);
  });

  it.each([
    ['arm64v8/ruby:3.3-slim-bookworm', 'debian-12', 'aarch64', '3.3'],
    ['docker.io/i386/debian:11', 'debian-11', 'x86', undefined],
    ['amd64/ubuntu:22.04', 'ubuntu-22.04', 'x86_64', undefined],
    ['arm32v7/alpine:3.20', 'alpine-3.20', 'arm', undefined],
  ])('%s is the official image, for its CPU alone', (text, name, cpu, ruby) => {
    const found = resolveTarget(text);
    expect(found).toMatchObject({ target: { name, cpus: [cpu] }, warnings: [] });
    expect(found.ruby).toBe(ruby);
    expect(resolveTarget(name).target.cpus?.length).toBeGreaterThan(1);
  });

  it('of an image without a C library is an error', () => {
    expect(failure('gcr.io/distroless/static-debian12:nonroot').message).toMatch(/no C library/);
  });

  it('of every image that is known by name is one that the table has', () => {
    for (const { names, noLibc, source, target, distribution, tags } of imageTable().repositories) {
      expect(source ?? target ?? distribution ?? tags, names.join()).toBeDefined();
      if (noLibc === true) continue;
      const tagged = [...Object.keys(tags ?? {}), '3.3', '3.3.6', '22.04', '9', '12', '1', 'latest'];
      const found = tagged.flatMap((tag) => {
        try {
          return [resolveTarget(`docker.io/${names[0] ?? ''}:${tag}`)];
        } catch (error) {
          if (error instanceof TargetError) return [];
          throw error;
        }
      });
      expect(found.length, names.join()).toBeGreaterThan(0);
    }
  });

  it.each([
    ['debian:stable-slim', /moves with each release/],
    ['alpine:3', /moves with each release/],
    ['ubuntu:latest', /moves with each release/],
    ['glibc-2.50', /newer than 2\.43/],
    ['manylinux_2_30', /only glibc is judged/],
    ['ubuntu-16.04', /not read from the system itself/],
    ['registry.example:5000/ubuntu:20.04', /taken for a mirror/],
    ['ghcr.io/acme/app:1.2-bookworm', /taken from its tag/],
  ])('%s is answered with a warning', (text, warning) => {
    expect(resolveTarget(text).warnings.join()).toMatch(warning);
  });

  it.each([
    ['ubunut-20.04', 'ubuntu-20.04'],
    ['ubuntu-20.05', 'ubuntu-20.04'],
    ['debain-12', 'debian-12'],
    ['alpine-9', 'alpine-3.19'],
    ['rockey-9', 'rocky-9'],
    ['heroku-23', 'heroku-26'],
    ['bookwrom', 'debian-12'],
    ['ubuntu', 'ubuntu-26.04'],
    ['ubuntu:99.04', 'ubuntu-24.04'],
  ])('%s is unknown, and %s is among the nearest', (text, near) => {
    const error = failure(text);
    expect(error).toMatchObject({ code: 'TARGET_UNKNOWN', exitCode: 2 });
    expect(error.message).toContain(JSON.stringify(text));
    expect(error.known).toContain(near);
    expect(error.suggestions.join()).toContain(near);
  });

  it.each([
    ['glibc-2.999', /known are 2\.0 to 2\.43/],
    ['glibc-3.0', /there is no glibc 3\.0/],
    ['glibc-1.9', /there is no glibc 1\.9/],
    ['musl-4.0', /there is no musl/],
    ['', /it is empty/],
    ['x'.repeat(10_000), /it is not a name/],
    ['ubuntu-20.04\u0000', /it is not a name/],
    [`ubuntu@${digest}`, /a digest does not say/],
    ['ruby', /not a known target/],
    ['ruby:3.3-alpine3.99', /the tag "3.3-alpine3.99" is not known/],
    // Older than every suite of the table, or on a suite that is not in it: no guess could be old enough.
    ['ruby:2.3.1', /the tag "2.3.1" is not known/],
    ['ruby:1.9.3-slim', /the tag "1.9.3-slim" is not known/],
    ['ruby:1', /the tag "1" is not known/],
    ['ruby:2.6.5-alpine', /the tag "2.6.5-alpine" is not known/],
    ['ruby:2.4-alpine', /the tag "2.4-alpine" is not known/],
    ['ruby:2.4-slim-jessie', /the tag "2.4-slim-jessie" is not known/],
    ['ruby:3.4-sid', /the tag "3.4-sid" is not known/],
    ['bitnami/ruby:2.3', /the tag "2.3" is not known/],
    // A release is not the moving tag that its number begins with, nor a snapshot what moves today.
    ['alpine:3.5', /the tag "3.5" is not known/],
    ['alpine:3.11.3', /the tag "3.11.3" is not known/],
    ['arm64v8/ruby:2.3', /the tag "2.3" is not known/],
    ['example.org/arm64v8/ubuntu:22.04', /not a known target/],
    ['alpine:3.99', /the tag "3.99" is not known/],
    ['debian:stable-20230109-slim', /the tag "stable-20230109-slim" is not known/],
    ['rails/devcontainer/images/ruby:3.3-debian99', /is not known/],
    ['constructor', /not a known target/],
    ['ubuntu:__proto__', /the tag "__proto__" is not known/],
    ['nobody/nothing:1.0', /not a known target/],
    ['::', /not a known target/],
  ])('refuses %j', (text, message) => {
    const error = failure(text);
    expect(error.code).toBe('TARGET_UNKNOWN');
    expect(error.message).toMatch(message);
    expect(error.message.length).toBeLessThan(300);
  });

  it.each([
    'host',
    'rootfs:/srv',
    'image:ubuntu:20.04',
    'docker-archive:x.tar',
    'oci:dir',
    'dockerfile:Dockerfile',
  ])('%s names no system, but where one is read', (text) => {
    expect(failure(text).code).toBe('TARGET_NOT_SUPPORTED');
  });

  it('finds every target by its own name and by each alias', () => {
    for (const target of namedTargets()) {
      for (const text of [target.name, target.name.toUpperCase(), ...target.aliases]) {
        expect(resolveTarget(text).target.name, text).toBe(target.name);
      }
    }
  });

  it('answers any text with a target or a TargetError, soon', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[a-z]{1,8}[:/@-][\w.:/@-]{0,40}$/)), (text) => {
        try {
          resolveTarget(text);
        } catch (error) {
          expect(error).toBeInstanceOf(TargetError);
        }
      }),
      { seed: 20_26, numRuns: 500 },
    );
    for (const text of [
      'a.'.repeat(250),
      '1.'.repeat(250),
      `ubuntu:${'-a'.repeat(60)}`,
      `ruby:${'9.'.repeat(60)}`,
    ]) {
      inBoundedTime(() => {
        expect(() => resolveTarget(text)).not.toThrow(RangeError);
      });
    }
  });
});

describe('glibc-X.Y', () => {
  it('knows glibc and nothing besides', () => {
    const target = forCpu(parseTarget('glibc-2.31'), 'x86_64');
    expect(target.ceilings).toEqual({ GLIBC: '2.31' });
    expect(target.libraries).toContain('ld-linux-x86-64.so.2');
    expect(target.libraries).not.toContain('libstdc++.so.6');
    expect(target.versions?.['libm.so.6']).toContain('GLIBC_2.31');
    expect(target.versions?.['libc.so.6']).not.toContain('GLIBC_ABI_DT_RELR');
    expect(target.librariesComplete).toBe(false);
  });

  it('goes by the number alone where the sets are not known', () => {
    expect(parseTarget('glibc-2.12').versions).toBeUndefined();
    expect(parseTarget('glibc-2.50').versions).toBeUndefined();
  });
});
