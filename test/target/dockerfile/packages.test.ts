import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readDockerfile } from '../../../src/target/dockerfile/read.js';
import { dockerfileTarget } from '../../../src/target/dockerfile/target.js';
import { target as someTarget } from '../../helpers/contents.js';

const packagesOf = (text: string): ReturnType<typeof readDockerfile>['packages'] =>
  readDockerfile(text).packages;

describe('the packages of a Dockerfile', () => {
  it.each([
    [
      'apt-get, with options',
      'apt-get update -qq && apt-get install --no-install-recommends -y curl libpq5',
      ['curl', 'libpq5'],
    ],
    ['apt', 'apt install -y libpq5', ['libpq5']],
    [
      'versions, architectures, releases',
      'apt-get install -y libpq5=15.* libvips42:amd64 curl/bookworm-backports',
      ['libpq5', 'libvips42', 'curl'],
    ],
    [
      'an option with a value',
      'apt-get -o Acquire::Retries=3 install -y -t bookworm-backports libpq5',
      ['libpq5'],
    ],
    [
      'joined lines',
      'apt-get update \\\n  # the client\n  && apt-get install -y \\\n    libpq5 \\\n    curl',
      ['libpq5', 'curl'],
    ],
    [
      'sudo and the environment',
      'DEBIAN_FRONTEND=noninteractive sudo -E apt-get install -y libpq5',
      ['libpq5'],
    ],
    ['a shell of its own', "bash -lc 'apt-get install -y libpq5'", ['libpq5']],
    ['an array', '["apt-get", "install", "-y", "libpq5"]', ['libpq5']],
    ['a cache mount', '--mount=type=cache,target=/var/cache/apt apt-get install -y libpq5', ['libpq5']],
    ['a here-document', '<<EOF\napt-get update\napt-get install -y libpq5\nEOF', ['libpq5']],
    ['a variable of the script', 'DEPS="libpq5 curl"; apt-get install -y $DEPS', ['libpq5', 'curl']],
    ['a variable of the build', 'apt-get install -y libpq5 $EXTRA_PACKAGES', ['libpq5', 'libvips42', 'curl']],
    [
      'apk',
      'apk add --no-cache libgcc gcompat~=1.1 libpq>15 tzdata@edge',
      ['libgcc', 'gcompat', 'libpq', 'tzdata'],
    ],
    ['apk, asked for a library', 'apk add so:libpq.so.5', ['so:libpq.so.5']],
    ['dnf', 'dnf install -y --setopt=install_weak_deps=False libpq.x86_64 && dnf clean all', ['libpq']],
    ['microdnf', 'microdnf install --nodocs libpq', ['libpq']],
    ['yum', 'yum -y install postgresql-libs', ['postgresql-libs']],
    ['what is taken away', 'apt-get install -y libpq5 curl && apt-get purge -y curl', ['libpq5']],
    [
      'a group that is taken away',
      'apk add --no-cache libpq && apk add --virtual .build-deps libpq-dev build-base && bundle install && apk del .build-deps',
      ['libpq'],
    ],
    [
      'what nothing else needs',
      'apt-get install -y libpq5 && apt-mark auto ".*" > /dev/null && apt-get autoremove',
      [],
    ],
    ['another command of the manager', 'apt-get update && apt-get clean && apk info', []],
    ['text that only speaks of it', 'echo apt-get install libpq5', []],
  ])('%s', (_, command, names) => {
    const text = `FROM debian:12\nARG EXTRA_PACKAGES="libvips42 curl"\nRUN ${command}\n`;
    expect(packagesOf(text)).toEqual({ names, unseen: [] });
  });

  it.each([
    ['a script', './install.sh'],
    ['a script of a shell', 'bash /tmp/setup.sh'],
    ['a pipe into a shell', 'curl -fsSL https://example.com/x | bash'],
    ['a list in a file', 'apt-get install -y $(cat packages.txt)'],
    ['a condition', 'if [ -n "$PG" ]; then apt-get install -y libpq5; fi'],
    ['a package that lies there', 'apt-get install -y ./libpq5.deb'],
    ['dpkg', 'dpkg -i /tmp/libpq5.deb'],
    ['a build', 'cd /tmp/jemalloc && ./configure && make install'],
  ])('is told to be unseen: %s', (_, command) => {
    expect(packagesOf(`FROM debian:12\nRUN true\nRUN ${command}\n`)).toEqual({ names: [], unseen: [3] });
  });

  it('says nothing of the project’s own scripts', () => {
    const text =
      'FROM debian:12\nRUN SECRET_KEY_BASE_DUMMY=1 ./bin/rails assets:precompile && bundle install\n';
    expect(packagesOf(text)).toEqual({ names: [], unseen: [] });
  });

  it('are those of the stage that runs and of those that it continues', () => {
    const text = `FROM ruby:3.4-slim-bookworm AS base
RUN apt-get install -y libpq5
FROM base AS build
RUN apt-get install -y build-essential libvips42
FROM base
RUN apt-get install -y curl
`;
    expect(packagesOf(text).names).toEqual(['libpq5', 'curl']);
  });
});

describe('the libraries of an image with its packages', () => {
  const read = async (
    text: string,
    options: Parameters<typeof dockerfileTarget>[1] = {},
  ): ReturnType<typeof dockerfileTarget> => {
    const directory = await mkdtemp(join(tmpdir(), 'gemcompat-'));
    await writeFile(join(directory, 'Dockerfile'), text);
    return dockerfileTarget('Dockerfile', { cwd: directory, ...options });
  };

  it.each([
    ['FROM ruby:3.4-slim-bookworm', 'apt-get install -y libpq5 libvips', ['libpq.so.5', 'libvips.so.42']],
    [
      'FROM ruby:3.4-slim-bookworm',
      'apt-get install -y build-essential libpq-dev',
      ['libgomp.so.1', 'libpq.so.5'],
    ],
    ['FROM ruby:3.4-slim-trixie', 'apt-get install -y libcurl4t64', ['libcurl.so.4']],
    ['FROM ubuntu:22.04', 'apt-get install -y libpq5', ['libpq.so.5']],
    [
      'FROM ruby:3.4-alpine3.20',
      'apk add --no-cache libstdc++ libpq',
      ['libstdc++.so.6', 'libgcc_s.so.1', 'libpq.so.5'],
    ],
    ['FROM rockylinux:9', 'dnf install -y libpq libxcrypt-compat', ['libpq.so.5', 'libcrypt.so.1']],
    ['FROM amazonlinux:2023', 'dnf install -y libpq', ['libpq.so.5']],
  ])('%s, %s', async (from, command, libraries) => {
    const without = await read(`${from}\n`);
    const { target } = await read(`${from}\nRUN ${command}\n`);
    expect(target.libraries).toEqual(expect.arrayContaining(libraries));
    expect(target.libraries.length).toBeGreaterThan(without.target.libraries.length);
    for (const facts of Object.values(target.byCpu ?? {}))
      expect(facts.libraries).toEqual(expect.arrayContaining(libraries));
  });

  it('are not those of a package of another distribution or release', async () => {
    const { target } = await read(
      'FROM ruby:3.4-slim-bookworm\nRUN apt-get install -y libcurl4t64 libpq libssl1.1\n',
    );
    expect(target.libraries).not.toContain('libcurl.so.4');
    expect(target.libraries).not.toContain('libpq.so.5');
    expect(target.libraries).not.toContain('libssl.so.1.1');
  });

  it('are incomplete, whatever the base that was pulled has', async () => {
    const base = someTarget({ libraries: ['libc.so.6'], librariesComplete: true });
    const pull = (): ReturnType<NonNullable<NonNullable<Parameters<typeof dockerfileTarget>[1]>['pull']>> =>
      Promise.resolve({ target: base, warnings: [] });
    const plain = await read('FROM example.com/x:1\n', { pull });
    expect(plain.target).toBe(base);
    const { target } = await read('FROM example.com/x:1\nRUN apt-get install -y libpq5 && ./more.sh\n', {
      pull,
    });
    expect(target.librariesComplete).toBe(false);
    expect(target.libraries).toEqual(['libc.so.6', 'libpq.so.5']);
    expect(target.unseen).toEqual(['Dockerfile:2']);
  });
});
