import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TargetError } from '../../../src/errors.js';
import { DockerfileError } from '../../../src/target/dockerfile/dockerfile-error.js';
import { dockerfileTarget } from '../../../src/target/dockerfile/target.js';
import { parseTarget } from '../../../src/target/parse.js';

const fixtures = fileURLToPath(new URL('../../../fixtures/', import.meta.url));

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'gemcompat-dockerfile-'));
});

afterEach(async () => {
  await rm(directory, { recursive: true });
});

async function write(text: string, name = 'Dockerfile'): Promise<void> {
  await writeFile(path.join(directory, name), text);
}

describe('the Ruby of an image', () => {
  const FROM = 'FROM ubuntu:24.04\n';
  it.each([
    [
      'another image',
      `${FROM}COPY --from=docker.io/library/ruby:4.0.5-bookworm /usr/local /usr/local\n`,
      '4.0.5',
    ],
    [
      'another image, in parts',
      `${FROM}COPY --from=ruby:3.4.7 /usr/local/bin/ruby /usr/local/bin/\nCOPY --from=ruby:3.4.7 /usr/local/lib /usr/local/lib\n`,
      '3.4.7',
    ],
    [
      'a stage',
      `FROM ruby:3.4.7-slim-bookworm AS ruby\n${FROM}COPY --link --from=ruby /usr/local/ /usr/local/\n`,
      '3.4.7',
    ],
    [
      'one image of two',
      `${FROM}COPY --from=ruby:3.4.7 /usr/local /usr/local\nCOPY --from=node:22 /usr/local/bin /usr/local/bin\n`,
      '3.4.7',
    ],
    [
      'an image with an argument',
      `ARG RUBY_VERSION=3.4.7\n${FROM}ARG RUBY_VERSION\nCOPY --from=ruby:$RUBY_VERSION /usr/local /usr/local\n`,
      '3.4.7',
    ],
    [
      'another image, over that of the base',
      'FROM ruby:3.3.6-bookworm\nCOPY --from=ruby:4.0.5-bookworm /usr/local /usr/local\n',
      '4.0.5',
    ],
    [
      'the base, where gems alone are copied',
      'FROM ruby:4.0.5 AS build\nRUN bundle install\nFROM ruby:3.3.6-bookworm\nCOPY --from=build /usr/local/bundle /usr/local/bundle\n',
      '3.3.6',
    ],
  ])('comes from %s', async (_, text, ruby) => {
    await write(text);
    expect((await dockerfileTarget('Dockerfile', { cwd: directory })).ruby).toBe(ruby);
  });
});

describe('dockerfileTarget', () => {
  it.each([
    ['dockerfiles/rails-8.Dockerfile', 'debian-12', '3.4.1', 1],
    ['dockerfiles/rails-7.1.Dockerfile', 'debian-12', '3.2.2', 2],
    ['dockerfiles/node-and-ruby.Dockerfile', 'debian-12', '3.3.6', 0],
    ['dockerfiles/alpine.Dockerfile', 'alpine-3.20', '3.3', 0],
    ['dockerfiles/lambda.Dockerfile', 'lambda-ruby3.3', '3.3', 0],
    ['dockerfiles/rbenv.Dockerfile', 'debian-12', '3.3.6', 0],
    ['dockerfiles/heredoc.Dockerfile', 'ubuntu-22.04', undefined, 0],
    ['dockerfiles/backtick-crlf.Dockerfile', 'ubuntu-20.04', undefined, 0],
    ['dockerfiles/compiled-elsewhere.Dockerfile', 'debian-12', '3.3', 1],
    ['apps/kiosk', 'alpine-3.20', '3.3.6', 0],
    ['apps/shop/Dockerfile', 'ubuntu-20.04', undefined, 0],
  ])('of %s is %s', async (file, name, ruby, warnings) => {
    const found = await dockerfileTarget(file, { cwd: fixtures });
    expect(found.target.name).toBe(name);
    expect(found.ruby).toBe(ruby);
    if (warnings === 0) expect(found.warnings).toEqual([]);
    else expect(found.warnings.length).toBeGreaterThan(0);
  });

  it('says that a tag without a suite is a guess, and on which line it is', async () => {
    await write('ARG V=3.3\n\nFROM ruby:$V-slim\n');
    const { warnings, base, line } = await dockerfileTarget('Dockerfile', { cwd: directory });
    expect({ base, line }).toEqual({ base: 'ruby:3.3-slim', line: 3 });
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(/^Dockerfile:3: ruby:3\.3-slim: .*guess/);
  });

  it('answers for the CPU that is asked for', async () => {
    const file = 'dockerfiles/buildx.Dockerfile';
    const amd64 = await dockerfileTarget(file, { cwd: fixtures });
    const arm64 = await dockerfileTarget(file, { cwd: fixtures, cpu: 'aarch64' });
    expect([amd64.target.name, arm64.target.name]).toEqual(['debian-12', 'ubuntu-22.04']);
    expect([amd64.perCpu, arm64.perCpu]).toEqual([true, true]);
  });

  it('names both systems where the gems are compiled on another one than they run on', async () => {
    const { warnings } = await dockerfileTarget('dockerfiles/compiled-elsewhere.Dockerfile', {
      cwd: fixtures,
    });
    expect(warnings).toEqual([
      expect.stringMatching(/Dockerfile:8: .*"build".*Debian 13.*2\.41.*Debian 12.*2\.36/),
    ]);
  });

  it.each([
    ['the same system by another image', 'ruby:3.3-bookworm', 'ruby:3.3-slim-bookworm', 0],
    ['the same image with arguments', 'ruby:3.3-bookworm', 'ruby:3.3-bookworm', 0],
    ['an older system', 'ruby:3.3-bullseye', 'ruby:3.3-bookworm', 1],
    ['an image that is not known', 'ghcr.io/team/build:1', 'ruby:3.3-bookworm', 1],
    ['a tag that is not known', 'debian:nosuch', 'ruby:3.3-bookworm', 1],
  ])('compares where gems are installed and run: %s', async (_, build, runs, count) => {
    await write(
      `FROM ${build} AS build\nRUN bundle install\nFROM ${runs}\nCOPY --from=build /usr/local/bundle /x\n`,
    );
    const { warnings } = await dockerfileTarget(directory);
    expect(warnings).toHaveLength(count);
    for (const warning of warnings) expect(warning).toContain('Dockerfile:4: ');
  });

  it('refuses gems that are chosen for one C library and run with the other', async () => {
    await write(
      'FROM ruby:3.3-alpine3.20 AS build\nRUN bundle install\nFROM debian:12\nCOPY --from=build /usr/local/bundle /x\n',
    );
    await expect(dockerfileTarget(directory)).rejects.toMatchObject({
      code: 'DOCKERFILE_BUNDLE_LIBC',
      line: 4,
      message: expect.stringContaining('does not load with the other') as string,
    });
  });

  it('says when the platforms differ', async () => {
    await write(
      'FROM --platform=linux/amd64 ruby:3.3-bookworm AS build\nRUN bundle install\nFROM --platform=linux/arm64 ruby:3.3-bookworm\nCOPY --from=build /app /app\n',
    );
    const { warnings, platform } = await dockerfileTarget(directory);
    expect(platform?.cpu).toBe('aarch64');
    expect(warnings).toEqual([expect.stringContaining('linux/amd64, and run on linux/arm64')]);
  });

  it('takes a directory, and podman’s name', async () => {
    await write('FROM debian:12', 'Containerfile');
    expect((await dockerfileTarget(directory)).target.name).toBe('debian-12');
    await write('FROM debian:11');
    expect((await dockerfileTarget('.', { cwd: directory })).target.name).toBe('debian-11');
  });

  it('asks for the image itself where it is to be pulled', async () => {
    await write('ARG TAG=1\nFROM --platform=linux/arm64 ghcr.io/team/app:$TAG\nENV RUBY_VERSION=3.3.6');
    const asked: unknown[] = [];
    const found = await dockerfileTarget(directory, {
      pull: (reference, { os, architecture, cpu }) => {
        asked.push([reference, os, architecture, cpu]);
        return Promise.resolve({ target: parseTarget('glibc-2.31'), warnings: ['pulled'], ruby: '3.4.1' });
      },
    });
    expect(asked).toEqual([['ghcr.io/team/app:1', 'linux', 'arm64', 'aarch64']]);
    expect(found).toMatchObject({ ruby: '3.4.1', target: { name: 'glibc-2.31' } });
    expect(found.warnings[0]).toContain(':2: ghcr.io/team/app:1: pulled');
  });

  it.each([
    ['FROM ghcr.io/team/app:1', 'DOCKERFILE_BASE_UNKNOWN', '--pull'],
    ['FROM debian:nosuch', 'DOCKERFILE_BASE_UNKNOWN', '--pull'],
    [`FROM ruby@sha256:${'a'.repeat(64)}`, 'DOCKERFILE_BASE_UNKNOWN', '--pull'],
    ['FROM Not/An/Image!', 'DOCKERFILE_BASE_UNKNOWN', '--target'],
    ['FROM scratch', 'DOCKERFILE_SCRATCH', 'image:REF'],
    ['FROM golang AS x\nFROM scratch\nCOPY --from=x / /', 'DOCKERFILE_SCRATCH', 'docker-archive:FILE'],
  ])('refuses %j with %s', async (text, code, remedy) => {
    await write(text);
    const error: unknown = await dockerfileTarget(directory).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(DockerfileError);
    const { suggestions, line } = error as DockerfileError;
    expect(error).toMatchObject({ code });
    expect(line).toBe(text.split('\n').findLastIndex((each) => each.startsWith('FROM')) + 1);
    expect(suggestions.join('\n')).toContain(remedy);
  });

  it('says so where there is no file', async () => {
    for (const file of ['nosuch', '.']) {
      const error: unknown = await dockerfileTarget(file, { cwd: directory }).catch(
        (reason: unknown) => reason,
      );
      expect(error).toBeInstanceOf(TargetError);
      expect(error).toMatchObject({ code: 'DOCKERFILE_NOT_FOUND' });
    }
  });
});
