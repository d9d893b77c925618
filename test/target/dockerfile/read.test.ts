import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TargetError } from '../../../src/errors.js';
import { DockerfileError } from '../../../src/target/dockerfile/dockerfile-error.js';
import type { ReadDockerfileOptions } from '../../../src/target/dockerfile/read.js';
import { readDockerfile } from '../../../src/target/dockerfile/read.js';
import { inBoundedTime } from '../../helpers/bounded-time.js';

function fixture(name: string): string {
  return readFileSync(new URL(`../../../fixtures/dockerfiles/${name}.Dockerfile`, import.meta.url), 'utf8');
}

function refusal(text: string, options?: ReadDockerfileOptions): DockerfileError {
  try {
    readDockerfile(text, options);
  } catch (error) {
    if (error instanceof DockerfileError) return error;
    throw error;
  }
  throw new Error(`was read: ${text}`);
}

describe('the base of the stage that runs', () => {
  it.each<[string, string, number, ReadDockerfileOptions?]>([
    ['FROM ruby:3.3', 'ruby:3.3', 1],
    ['from ruby:3.3 as app', 'ruby:3.3', 1],
    ['# one\n\nFROM "ruby:3.3-slim"', 'ruby:3.3-slim', 3],
    ['FROM a AS x\nFROM b', 'b', 2],
    ['FROM a AS x\nFROM x', 'a', 1],
    ['FROM a AS X\nFROM x AS y\nFROM y AS z\nFROM z', 'a', 1],
    ['FROM a AS x\nFROM b AS x\nFROM x', 'b', 2],
    ['FROM x\nFROM a AS x', 'a', 2],
    ['FROM x AS x\nRUN true', 'x', 1],
    ['FROM a AS x\nFROM X', 'X', 2],
    ['FROM a AS x\nFROM b AS y\n', 'a', 1, { stage: 'x' }],
    ['FROM a AS x\nFROM b AS y\n', 'a', 1, { stage: 'X' }],
    ['FROM a AS dev\nFROM b AS dev\nFROM c', 'b', 2, { stage: 'dev' }],
    ['ARG V=3.3.6\nFROM ruby:$V-slim', 'ruby:3.3.6-slim', 2],
    ['ARG V=3.3.6\nFROM ruby:${V}-slim', 'ruby:3.3.6-slim', 2],
    ['ARG V="3.3.6"\nFROM ruby:${V}-slim', 'ruby:3.3.6-slim', 2],
    ['ARG V=3.3.6\nFROM ruby:$V-slim', 'ruby:3.2.0-slim', 2, { buildArgs: { V: '3.2.0' } }],
    ['ARG V\nFROM ruby:$V-slim', 'ruby:3.2.0-slim', 2, { buildArgs: { V: '3.2.0' } }],
    ['ARG V=1\nARG V=2\nFROM ruby:$V', 'ruby:2', 3],
    ['ARG V=1\nARG V\nFROM ruby:$V', 'ruby:1', 3],
    ['ARG A=3 B=slim\nFROM ruby:$A-$B', 'ruby:3-slim', 2],
    ['ARG V=3.3\nARG TAG=$V-slim\nARG IMAGE=ruby:${TAG}\nFROM $IMAGE', 'ruby:3.3-slim', 4],
    ['ARG V=3.3\nARG TAG=$V-slim\nFROM ruby:$TAG', 'ruby:3.2-slim', 3, { buildArgs: { V: '3.2' } }],
    ['FROM ruby:${V:-3.3}', 'ruby:3.3', 1],
    ['FROM ruby:${V-3.3}', 'ruby:3.3', 1],
    ['ARG V=\nFROM ruby:${V:-3.3}', 'ruby:3.3', 2],
    ['ARG S=\nFROM ruby:3.3$S', 'ruby:3.3', 2],
    ['ARG S\nFROM ruby:3.3$S', 'ruby:3.3', 2, { buildArgs: { S: '' } }],
    ['ARG S=slim\nFROM ruby:3.3${S:+-$S}', 'ruby:3.3-slim', 2],
    // A variable of a word that is not put in needs no value.
    ['ARG S\nFROM ruby:3.3${S:+-$S}', 'ruby:3.3', 2],
    ['FROM ruby:3.3${S+-${S}}', 'ruby:3.3', 1],
    ['ARG I\nFROM ${I:-ruby:$V}', 'debian:12', 2, { buildArgs: { I: 'debian:12' } }],
    ['ARG I=debian:12\nFROM ${I:-ruby:${V:-$W}}', 'debian:12', 2],
    ['ARG V=3.3.6\nFROM ruby:${V%.*}', 'ruby:3.3', 2],
    ['ARG REG=registry.example:5000\nFROM $REG/ruby:3.3', 'registry.example:5000/ruby:3.3', 2],
    [`FROM ruby:3.3@sha256:${'a'.repeat(64)}`, `ruby:3.3@sha256:${'a'.repeat(64)}`, 1],
    ['FROM scratch', 'scratch', 1],
    ['FROM a AS build\nRUN make\nFROM scratch\nCOPY --from=build /x /x', 'scratch', 3],
    ['ARG BASE=prod\nFROM a AS dev\nFROM b AS prod\nFROM $BASE', 'b', 3],
    ['ARG BASE=prod\nFROM a AS dev\nFROM b AS prod\nFROM $BASE', 'a', 2, { buildArgs: { BASE: 'dev' } }],
    ['FROM a-$TARGETARCH', 'a-amd64', 1],
    ['FROM a-$TARGETARCH', 'a-arm64', 1, { cpu: 'aarch64' }],
    ['FROM a-$TARGETARCH$TARGETVARIANT', 'a-armv7', 1, { cpu: 'arm' }],
    ['FROM x AS s-amd64\nFROM y AS s-arm64\nFROM s-$TARGETARCH', 'y', 2, { cpu: 'aarch64' }],
    ['FROM a\nRUN <<EOF\nFROM b\nEOF', 'a', 1],
    ['FROM a\nRUN echo \\\nFROM b', 'a', 1],
    ['FROM a\nRUN echo \\\n# FROM b\n  c\n', 'a', 1],
    ['FROM a\nONBUILD RUN x\n', 'a', 1],
    ['FROM undefined-$X AS unused\nFROM a', 'a', 2],
  ])('%j is %j of line %i', (text, base, line, options) => {
    expect(readDockerfile(text, options)).toMatchObject({ base, line });
  });

  it.each([
    ['rails-8', 'docker.io/library/ruby:3.4.1-slim', 5],
    ['rails-7.1', 'registry.docker.com/library/ruby:3.2.2-slim', 4],
    ['node-and-ruby', 'ruby:3.3.6-slim-bookworm', 16],
    ['alpine', 'ruby:3.3-alpine3.20', 8],
    ['distroless', 'gcr.io/distroless/base-debian12:nonroot', 6],
    ['lambda', 'public.ecr.aws/lambda/ruby:3.3', 1],
    ['rbenv', 'debian:12-slim', 1],
    ['heredoc', 'ubuntu:22.04', 2],
    ['backtick-crlf', 'ubuntu:20.04', 2],
    ['buildx', 'debian:bookworm-slim', 7],
    ['compiled-elsewhere', 'ruby:3.3-slim-bookworm', 7],
  ])('of %s is %s', (name, base, line) => {
    expect(readDockerfile(fixture(name))).toMatchObject({ base, line, warnings: [] });
  });

  it('describes every stage', () => {
    expect(readDockerfile(fixture('rails-8')).stages).toEqual([
      {
        index: 0,
        name: 'base',
        line: 5,
        from: 'docker.io/library/ruby:$RUBY_VERSION-slim',
        base: 'docker.io/library/ruby:3.4.1-slim',
      },
      {
        index: 1,
        name: 'build',
        line: 19,
        from: 'base',
        parent: 0,
        base: 'docker.io/library/ruby:3.4.1-slim',
      },
      { index: 2, line: 30, from: 'base', parent: 0, base: 'docker.io/library/ruby:3.4.1-slim' },
    ]);
  });

  it('does not guess the base of a stage whose argument has no value', () => {
    expect(readDockerfile('FROM a-$X AS unused\nFROM a').stages[0]).toEqual({
      index: 0,
      name: 'unused',
      line: 1,
      from: 'a-$X',
    });
  });
});

describe('the platform', () => {
  it.each([
    ['linux/amd64', { os: 'linux', architecture: 'amd64', cpu: 'x86_64' }],
    ['linux/arm64', { os: 'linux', architecture: 'arm64', cpu: 'aarch64' }],
    ['linux/arm64/v8', { os: 'linux', architecture: 'arm64', cpu: 'aarch64' }],
    ['linux/arm/v7', { os: 'linux', architecture: 'arm', variant: 'v7', cpu: 'arm' }],
    ['linux/arm/v6', { os: 'linux', architecture: 'arm', variant: 'v6', cpu: 'arm' }],
    ['linux/386', { os: 'linux', architecture: '386', cpu: 'x86' }],
    ['linux/x86_64', { os: 'linux', architecture: 'amd64', cpu: 'x86_64' }],
    ['aarch64', { os: 'linux', architecture: 'arm64', cpu: 'aarch64' }],
    ['linux', { os: 'linux', architecture: 'amd64', cpu: 'x86_64' }],
    ['LINUX/AMD64', { os: 'linux', architecture: 'amd64', cpu: 'x86_64' }],
  ])('%s', (platform, expected) => {
    expect(readDockerfile(`FROM --platform=${platform} a`).platform).toEqual(expected);
  });

  it('is that of the stage that the chain begins with', () => {
    expect(readDockerfile('FROM --platform=linux/arm64 a AS x\nFROM x').platform?.cpu).toBe('aarch64');
    expect(readDockerfile('FROM --platform=linux/arm64 a AS x\nFROM b').platform).toBeUndefined();
  });

  it('is not fixed by $TARGETPLATFORM, but depends on the CPU', () => {
    const reading = readDockerfile('FROM --platform=$TARGETPLATFORM a');
    expect(reading).toMatchObject({ perCpu: true, warnings: [] });
    expect(reading.platform).toBeUndefined();
  });

  it('is the machine that builds for $BUILDPLATFORM, and that is said', () => {
    const reading = readDockerfile('FROM --platform=${BUILDPLATFORM} a');
    expect(reading.platform).toBeUndefined();
    expect(reading.warnings).toEqual([expect.stringContaining('Dockerfile:1: ')]);
    expect(reading.warnings[0]).toContain('BUILDPLATFORM');
  });

  it('is fixed by an argument', () => {
    const text = 'ARG P=linux/arm64\nFROM --platform=$P a';
    expect(readDockerfile(text).platform?.cpu).toBe('aarch64');
    expect(readDockerfile(text, { buildArgs: { P: 'linux/amd64' } }).platform?.cpu).toBe('x86_64');
  });

  it('depends on the CPU through a stage and through another argument', () => {
    expect(readDockerfile(fixture('buildx')).perCpu).toBe(true);
    expect(readDockerfile(fixture('buildx'), { cpu: 'aarch64' })).toMatchObject({
      base: 'ubuntu:22.04',
      line: 8,
    });
    expect(readDockerfile('ARG S=-$TARGETARCH\nARG T=x$S\nFROM a:$T')).toMatchObject({
      base: 'a:x-amd64',
      perCpu: true,
    });
    expect(readDockerfile('ARG S=-$TARGETARCH\nFROM a').perCpu).toBe(false);
    expect(readDockerfile('FROM a-$TARGETARCH', { buildArgs: { TARGETARCH: 's390x' } })).toMatchObject({
      base: 'a-s390x',
      perCpu: false,
    });
  });

  it.each(['windows/amd64', 'linux/mips64le', 'linux/amd64/v2/x', 'a b', 'linux/*'])(
    '%s is refused',
    (platform) => {
      const error = refusal(`ARG P="${platform}"\n\nFROM --platform=$P a`);
      expect(error).toMatchObject({ code: 'DOCKERFILE_PLATFORM', line: 3 });
      expect(error.suggestions.join()).toContain('--platform=linux/amd64');
    },
  );
});

describe('the Ruby of the stage that runs', () => {
  it.each<[string, string | undefined, ReadDockerfileOptions?]>([
    ['FROM debian:12\nENV RUBY_VERSION=3.3.6', '3.3.6'],
    ['FROM debian:12\nENV RUBY_VERSION 3.3.6', '3.3.6'],
    ['FROM debian:12\nENV RUBY_MAJOR=3.3\nENV RUBY_VERSION=$RUBY_MAJOR.6', '3.3.6'],
    ['FROM debian:12\nENV A=1 RUBY_VERSION="3.3.6"', '3.3.6'],
    ['FROM debian:12\nARG RUBY_VERSION=3.2.1', '3.2.1'],
    ['ARG RUBY_VERSION=3.2.1\nFROM debian:12\nARG RUBY_VERSION', '3.2.1'],
    ['ARG RUBY_VERSION=3.2.1\nFROM debian:12', undefined],
    ['FROM debian:12\nARG RUBY_VERSION=3.2.1', '3.4.0', { buildArgs: { RUBY_VERSION: '3.4.0' } }],
    ['FROM debian:12\nENV RUBY_VERSION=3.3.6\nARG RUBY_VERSION=3.2.1', '3.3.6'],
    ['FROM debian:12 AS a\nENV RUBY_VERSION=3.3.6\nFROM a', '3.3.6'],
    ['FROM debian:12 AS a\nENV RUBY_VERSION=3.3.6\nFROM debian:12', undefined],
    ['FROM debian:12\nENV RUBY_VERSION=ruby-3.3', undefined],
    ['FROM debian:12\nENV A=3 \\\n  RUBY_VERSION=3.1', '3.1'],
    ['FROM debian:12\nENV V=3.3.6\nENV V=1 RUBY_VERSION=$V', '3.3.6'],
  ])('%j is %s', (text, ruby, options) => {
    expect(readDockerfile(text, options).ruby).toBe(ruby);
  });
});

describe('where the bundle comes from', () => {
  const build = 'FROM a AS build\nRUN bundle install\n';

  it.each<[string, string, object | undefined]>([
    [
      'a path of gems',
      `${build}FROM b\nCOPY --from=build /usr/local/bundle /usr/local/bundle`,
      { line: 4, from: 'build', base: 'a' },
    ],
    [
      'the whole application',
      `${build}FROM b\nCOPY --from=build --chown=1:1 /app /app`,
      { line: 4, base: 'a' },
    ],
    [
      'a variable',
      `${build}FROM b\nENV BUNDLE_PATH=/usr/local/bundle\nCOPY --from=build $BUNDLE_PATH /x`,
      { line: 5 },
    ],
    ['the number of a stage', `${build}FROM b\nCOPY --from=0 /app /app`, { line: 4, from: '0', base: 'a' }],
    ['a name in another case', `${build}FROM b\nCOPY --from=BUILD /app /app`, { line: 4, base: 'a' }],
    [
      'a JSON array',
      `${build}FROM b\nCOPY --from=build ["/app/vendor/bundle", "/x"]`,
      { line: 4, base: 'a' },
    ],
    [
      'an image',
      'FROM b\nCOPY --from=ghcr.io/x/gems:1 /usr/local/bundle /x',
      { line: 2, base: 'ghcr.io/x/gems:1' },
    ],
    [
      'a stage that another continues',
      `${build}FROM build AS more\nFROM b\nCOPY --from=more /app /app`,
      { line: 5, base: 'a' },
    ],
    [
      'a stage that this one continues',
      `${build}FROM b AS c\nCOPY --from=build /app /app\nFROM c`,
      { line: 4, base: 'a' },
    ],
    [
      'an argument without a value',
      'FROM a-$X AS build\nRUN bundle install\nFROM b\nCOPY --from=build /app /app',
      { line: 4, from: 'build' },
    ],
    [
      'a stage of another platform',
      `FROM --platform=linux/arm64 a AS build\nRUN bundle\\\n install\nFROM b\nCOPY --from=build /app /app`,
      { platform: { cpu: 'aarch64' } },
    ],
    [
      'bundler by its version',
      'FROM a AS s\nRUN bundle _2.5.6_ install\nFROM b\nCOPY --from=s /app /app',
      { from: 's' },
    ],
    ['exec form', 'FROM a AS s\nRUN ["bundle", "install"]\nFROM b\nCOPY --from=s /app /app', { from: 's' }],
    [
      'a here-document',
      'FROM a AS s\nRUN <<EOF\nset -e\nbundle install\nEOF\nFROM b\nCOPY --from=s /app /app',
      { from: 's' },
    ],
    ['nowhere', `${build}FROM b`, undefined],
    [
      'the stage itself',
      `${build}FROM b\nRUN bundle install\nCOPY --from=build /app/public /app/public`,
      undefined,
    ],
    [
      'a stage without gems',
      'FROM node AS s\nRUN yarn build\nFROM b\nCOPY --from=s /app/vendor /app/vendor',
      undefined,
    ],
    ['an image without gems', 'FROM b\nCOPY --from=busybox /bin/busybox /bin/', undefined],
    ['a stage that does not run', `${build}FROM b AS c\nCOPY --from=build /app /app\nFROM d`, undefined],
  ])('%s', (_, text, expected) => {
    const { bundleFrom } = readDockerfile(text);
    if (expected === undefined) expect(bundleFrom).toBeUndefined();
    else expect(bundleFrom).toMatchObject(expected);
  });
});

describe('what is wrong', () => {
  it.each<[string, string, string, number, string, ReadDockerfileOptions?]>([
    ['nothing', '', 'DOCKERFILE_EMPTY', 1, 'FROM ruby'],
    ['comments alone', '# a\n# b\n', 'DOCKERFILE_EMPTY', 1, 'FROM ruby'],
    ['no FROM', 'ARG A=1\n\nARG B=2\n', 'DOCKERFILE_NO_FROM', 3, 'Begin with FROM'],
    ['RUN before FROM', 'ARG A\nRUN x\nFROM a', 'DOCKERFILE_NO_FROM', 2, 'Begin with FROM'],
    ['a misspelt FROM', 'FORM ruby:3.3', 'DOCKERFILE_SYNTAX', 1, 'FROM'],
    ['a lost continuation', 'FROM a\nRUN x &&\n  yyyyyyy zzz', 'DOCKERFILE_SYNTAX', 3, 'escape character'],
    ['FROM without an image', 'FROM', 'DOCKERFILE_SYNTAX', 1, 'FROM IMAGE'],
    ['FROM with two', 'FROM a b', 'DOCKERFILE_SYNTAX', 1, 'FROM IMAGE'],
    ['FROM … AS', 'FROM a AS', 'DOCKERFILE_SYNTAX', 1, 'FROM IMAGE'],
    ['FROM with four', 'FROM a AS b c', 'DOCKERFILE_SYNTAX', 1, 'FROM IMAGE'],
    ['a comment behind FROM', 'FROM a # base', 'DOCKERFILE_SYNTAX', 1, 'FROM IMAGE'],
    ['a name that is none', 'FROM a AS 1st', 'DOCKERFILE_SYNTAX', 1, 'begins with a letter'],
    ['a flag of FROM', 'FROM --plattform=linux/amd64 a', 'DOCKERFILE_SYNTAX', 1, '--platform'],
    ['a flag twice', 'FROM --platform=a --platform=b c', 'DOCKERFILE_SYNTAX', 1, 'once'],
    ['ARG alone', 'ARG\nFROM a', 'DOCKERFILE_SYNTAX', 1, 'ARG RUBY_VERSION'],
    ['ARG without a name', 'ARG =1\nFROM a', 'DOCKERFILE_SYNTAX', 1, 'ARG RUBY_VERSION'],
    ['ENV without a value', 'FROM a\nENV X', 'DOCKERFILE_SYNTAX', 2, 'name=value'],
    ['an open here-document', 'FROM a\nRUN <<EOF\nx', 'DOCKERFILE_SYNTAX', 2, 'EOF and nothing else'],
    ['an open brace', 'FROM ruby:${V', 'DOCKERFILE_SYNTAX', 1, ''],
    ['a bad substitution', 'ARG A=${}\nFROM a', 'DOCKERFILE_SYNTAX', 1, ''],
    ['an open quote', 'FROM "ruby:3.3', 'DOCKERFILE_SYNTAX', 1, ''],
    ['an argument that must be given', 'FROM ruby:${V:?say which}', 'DOCKERFILE_SYNTAX', 1, ''],
    ['a bad escape directive', '# escape=x\nFROM a', 'DOCKERFILE_SYNTAX', 1, ''],
    ['a directive twice', '# escape=`\n# escape=`\nFROM a', 'DOCKERFILE_SYNTAX', 2, ''],
    [
      'an argument without a default',
      'ARG V\nFROM ruby:$V',
      'DOCKERFILE_ARGUMENT_UNSET',
      2,
      '--build-arg V=',
    ],
    ['an argument that is not declared', 'FROM ruby:$V', 'DOCKERFILE_ARGUMENT_UNSET', 1, 'ARG V=VALUE'],
    [
      'an argument that is only given',
      'FROM ruby:$V',
      'DOCKERFILE_ARGUMENT_UNSET',
      1,
      'ARG V=VALUE',
      { buildArgs: { V: '1' } },
    ],
    [
      'an argument inside a stage',
      'FROM a AS b\nARG V=1\nFROM ruby:$V',
      'DOCKERFILE_ARGUMENT_UNSET',
      3,
      'of line 2',
    ],
    [
      'a misspelt argument',
      'ARG RUBY_VERSION=3\nFROM ruby:$RUBY_VERSON',
      'DOCKERFILE_ARGUMENT_UNSET',
      2,
      'RUBY_VERSION',
    ],
    [
      'an argument in the middle of a chain',
      'FROM a AS x\nFROM $Y AS z\nFROM z',
      'DOCKERFILE_ARGUMENT_UNSET',
      2,
      'ARG Y',
    ],
    ['an argument of the platform', 'FROM --platform=$P a', 'DOCKERFILE_ARGUMENT_UNSET', 1, 'ARG P'],
    ['arguments that are empty', 'ARG V=\nFROM $V', 'DOCKERFILE_ARGUMENT_UNSET', 2, '--build-arg'],
    [
      'an unknown stage',
      'FROM a AS build\nFROM b AS final',
      'DOCKERFILE_STAGE_UNKNOWN',
      1,
      'final, build',
      { stage: 'finale' },
    ],
    ['no stage with a name', 'FROM a', 'DOCKERFILE_STAGE_UNKNOWN', 1, 'AS NAME', { stage: 'x' }],
    [
      'a value that doubles',
      `ARG A=aaaaaaaa\n${'ARG A=$A$A\n'.repeat(40)}FROM a`,
      'DOCKERFILE_SYNTAX',
      15,
      '',
    ],
    ['substitutions in substitutions', `FROM ${'${A:-'.repeat(5000)}`, 'DOCKERFILE_SYNTAX', 1, ''],
    ['a line of 100 KB', `FROM a\nRUN ${'x'.repeat(100_000)}`, 'DOCKERFILE_LIMIT', 2, 'Break the line'],
    [
      'another syntax',
      '# syntax=devthefuture/dockerfile-x\nINCLUDE ./base',
      'DOCKERFILE_SYNTAX',
      2,
      "Docker's own syntax",
    ],
  ])('%s', (_, text, code, line, remedy, options) => {
    const error = refusal(text, { ...options, path: 'deploy/Dockerfile' });
    expect({ code: error.code, line: error.line, path: error.path }).toEqual({
      code,
      line,
      path: 'deploy/Dockerfile',
    });
    expect(error.message).toMatch(new RegExp(`^deploy/Dockerfile:${line}: `));
    expect(error.suggestions.join('\n')).toContain(remedy);
    expect(error).toBeInstanceOf(TargetError);
  });

  it('says which build arguments no ARG takes', () => {
    const text = 'ARG A=1\nFROM a\nARG B';
    const buildArgs = {
      A: '1',
      B: '2',
      RUBY_VERSON: '3',
      HTTP_PROXY: 'x',
      TARGETARCH: 'arm64',
      BUILDKIT_INLINE_CACHE: '1',
    };
    expect(readDockerfile(text, { buildArgs, path: 'D' }).warnings).toEqual([
      'D: no ARG takes the build argument "RUBY_VERSON".',
    ]);
  });

  it('does not take properties of every object for build arguments', () => {
    expect(refusal('ARG constructor\nFROM ruby:$constructor').code).toBe('DOCKERFILE_ARGUMENT_UNSET');
    expect(refusal('FROM ruby:$toString').code).toBe('DOCKERFILE_ARGUMENT_UNSET');
  });
});

describe('any text', () => {
  const piece = fc.constantFrom(
    'FROM ',
    'FROM a\n',
    'FROM a AS b\n',
    'FROM b\n',
    'ARG ',
    'ARG X=1\n',
    'ENV ',
    'RUN ',
    'RUN bundle install\n',
    'COPY --from=b ',
    'ONBUILD ',
    '--platform=',
    '--from=',
    '<<EOF',
    '<<-"EOF"',
    'EOF\n',
    '\nEOF\n',
    '${',
    '${X:-',
    '${X%',
    '${X//',
    '}',
    '$X',
    '$',
    '\\',
    '`',
    '\\\n',
    '# escape=`\n',
    '"',
    "'",
    '[',
    ']',
    '["a"]',
    ' ',
    '\t',
    '\n',
    '\r\n',
    '=',
    '*',
    '?',
    '/',
    '\u0000',
    '\ufeff',
    'é',
    '\ud800',
    'linux/arm64',
    '1',
    'x',
  );

  it('is read, or refused with its line', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof({ weight: 9, arbitrary: piece }, fc.string({ unit: 'binary', maxLength: 8 })), {
          maxLength: 40,
        }),
        (pieces) => {
          const text = pieces.join('');
          try {
            const reading = readDockerfile(text, { buildArgs: { X: 'y' } });
            expect(reading.base).not.toBe('');
            expect(reading.stages[reading.stage]?.base).toBe(reading.base);
          } catch (error) {
            expect(error).toBeInstanceOf(DockerfileError);
            const { line } = error as DockerfileError;
            expect(line).toBeGreaterThanOrEqual(1);
            expect(line).toBeLessThanOrEqual(text.split('\n').length);
          }
        },
      ),
      { seed: 20_26, numRuns: 3000 },
    );
  });

  it.each(['rails-8', 'heredoc', 'buildx', 'backtick-crlf'])('cut off anywhere: %s', (name) => {
    const text = fixture(name);
    const whole = readDockerfile(text);
    for (let length = 0; length < text.length; length += 1) {
      try {
        // Up to the last FROM another stage runs; from there on it is the same one.
        const { base, stages } = readDockerfile(text.slice(0, length));
        if (stages.length === whole.stages.length && length > text.lastIndexOf('FROM') + 40) {
          expect(base).toBe(whole.base);
        }
      } catch (error) {
        if (!(error instanceof DockerfileError)) throw error;
      }
    }
  });

  it.each<[string, (count: number) => string]>([
    ['stages', (count) => 'FROM a\n'.repeat(count / 7)],
    [
      'stages that continue each other',
      (count) =>
        `FROM a AS s0\n${Array.from({ length: count / 24 }, (_, at) => `FROM s${at} AS s${at + 1}\n`).join('')}`,
    ],
    ['continuation lines', (count) => `FROM a\nRUN x${' \\\n y'.repeat(count / 5)}`],
    ['comments in a continuation', (count) => `FROM a\nRUN x \\\n${'# y\n'.repeat(count / 4)}`],
    [
      'arguments',
      (count) =>
        `${Array.from({ length: count / 20 }, (_, at) => `ARG A${at}=$A${at - 1}x\n`).join('')}FROM a`,
    ],
    ['assignments', (count) => `FROM a\n${'ENV A=b C="d e"\n'.repeat(count / 16)}`],
    ['patterns', (count) => `ARG A=${'ab'.repeat(2000)}\n${'ARG B=${A##*a*b*c}\n'.repeat(count / 19)}FROM a`],
    [
      'replacements',
      (count) => `ARG A=${'a'.repeat(3000)}\n${'ARG B=${A//*a*b/x}\n'.repeat(count / 19)}FROM a`,
    ],
    ['here-documents', (count) => `FROM a\n${'RUN <<E\nx\nE\n'.repeat(count / 13)}`],
    [
      'names of here-documents',
      (count) => `FROM a\nRUN ${'<<E '.repeat(10_000)}\n${'E\n'.repeat(count / 3)}`,
    ],
    ['bundles', (count) => `FROM a AS b\nFROM c\n${'COPY --from=b /bundle /x\n'.repeat(count / 25)}`],
    ['words bundle', (count) => `FROM a\nRUN ${'bundle  \\\n'.repeat(count / 10)}`],
    ['settings', (count) => `FROM a\nRUN <<E\n${'bundle config set without a\n'.repeat(count / 28)}\nE\n`],
    ['branches', (count) => `FROM a\nRUN <<E\n${'if [ $A = b ]; then\nbundle\n'.repeat(count / 27)}\nE\n`],
    ['values that double', (count) => `FROM a\nRUN <<E\nA=x\n${'export A=$A$A\n'.repeat(count / 14)}\nE\n`],
    ['dollars', (count) => `FROM a\n${`ENV A=${'$A'.repeat(500)}\n`.repeat(count / 1006)}`],
    ['escapes', (count) => `FROM a\n${`ENV A=${'\\'.repeat(999)}x\n`.repeat(count / 1006)}`],
  ])('500 KB of %s are read', (_, generate) => {
    const text = generate(500_000);
    expect(text.length).toBeLessThan(1 << 19);
    inBoundedTime(() => {
      try {
        readDockerfile(text);
      } catch (error) {
        if (!(error instanceof DockerfileError)) throw error;
      }
    });
  });
});
