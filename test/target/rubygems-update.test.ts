import { describe, expect, it } from 'vitest';
import { deploymentsFor } from '../../src/audit/deployments.js';
import { parseLockfile } from '../../src/lockfile/parse.js';
import { readDockerfile } from '../../src/target/dockerfile/read.js';
import { bundledRubygems, leastRubygems } from '../../src/target/ruby-releases.js';
import { target } from '../helpers/contents.js';

describe('the RubyGems that a Ruby brings', () => {
  it.each([
    ['3.0.7', '3.2.33'],
    ['3.1.2', '3.3.7'],
    ['3.3.0', '3.5.3'],
    ['3.3.6', '3.5.22'],
    ['3.4.7', '3.6.9'],
    ['4.0.5', '4.0.10'],
    // A moving tag stands for the newest.
    ['3.3', '3.5.22'],
    ['2.2.1', undefined],
    ['4.1.0', undefined],
    ['3.4.0.preview1', undefined],
  ])('%s: %s', (ruby, rubygems) => {
    expect(bundledRubygems(ruby)).toBe(rubygems);
  });

  it('is at least that of its first release', () => {
    expect([leastRubygems('3.1'), leastRubygems('3.1.4'), leastRubygems('9.9')]).toEqual([
      '3.3.3',
      '3.3.3',
      undefined,
    ]);
  });
});

describe('a Dockerfile that installs another', () => {
  const update = (...lines: string[]): unknown =>
    readDockerfile(['FROM ruby:3.1.2-bullseye', ...lines].join('\n'), { path: 'Dockerfile' }).rubygemsUpdate;

  it.each([
    ['RUN gem update --system 3.6.9', { version: '3.6.9' }],
    ['RUN gem update --system=3.6.9 --no-document', { version: '3.6.9' }],
    [
      'RUN apt-get update && \\\n    gem update --no-document --system 4.1.1 && bundle install',
      { version: '4.1.1' },
    ],
    ['RUN ["gem", "update", "--system", "3.6.9"]', { version: '3.6.9' }],
    ['RUN <<EOF\ngem update --system 3.6.9\nEOF', { version: '3.6.9' }],
    ['RUN gem update --system', {}],
    ['RUN gem update --system "$RUBYGEMS"', {}],
    ['RUN gem update --system 3.4.1\nRUN gem update --system 3.6.9', { version: '3.6.9' }],
    ['ARG RG=3.6.9\nRUN gem update --system $RG', { version: '3.6.9' }],
    ['RUN gem install rubygems-update -v 3.6.9 && update_rubygems', { version: '3.6.9' }],
    ['RUN gem install rubygems-update:3.6.9 && update_rubygems', { version: '3.6.9' }],
    ['RUN echo gem update --system 3.6.9', undefined],
    ['RUN gem update rake', undefined],
    ['RUN gem install bundler -v 4.1.1', undefined],
    ['ENV NOTE="gem update --system 1.0"', undefined],
  ])('%s', (line, expected) => {
    expect(update(line)).toEqual(expected);
  });
});

describe('the stage that counts', () => {
  const read = (...lines: string[]): unknown =>
    readDockerfile(lines.join('\n'), { path: 'Dockerfile' }).rubygemsUpdate;

  it('is the one whose bundle is copied', () => {
    const build = ['FROM ruby:3.3.6 AS build', 'RUN gem update --system 3.6.9', 'RUN bundle install'];
    expect(
      read(...build, 'FROM ruby:3.3.6', 'COPY --from=build /usr/local/bundle /usr/local/bundle'),
    ).toEqual({ version: '3.6.9' });
  });

  it('is none that nothing is taken of', () => {
    const unused = ['FROM ruby:3.3.6 AS unused', 'RUN gem update --system 3.6.9'];
    expect(read(...unused, 'FROM ruby:3.3.6', 'RUN bundle install')).toBeUndefined();
  });
});

describe('a deployment', () => {
  const lockfile = parseLockfile(
    'GEM\n  specs:\n    rake (13.2.1)\n\nPLATFORMS\n  x86_64-linux\n\nDEPENDENCIES\n  rake\n\nBUNDLED WITH\n   4.1.1\n',
  );
  const runs = (reading: object, options = {}): unknown => {
    const { deployments } = deploymentsFor(
      [{ target: target(), warnings: [], ...reading }],
      lockfile,
      options,
    );
    return deployments.map(({ ruby, rubygems, bundler }) => [ruby, rubygems, bundler]);
  };

  it.each([
    ['of an image', { ruby: '3.3.6' }, {}, ['3.3.6', '3.5.22', '4.1.1']],
    [
      'with an update',
      { ruby: '3.3.6', rubygemsUpdate: { version: '4.1.1' } },
      {},
      ['3.3.6', '4.1.1', '4.1.1'],
    ],
    [
      'with an update to the newest',
      { ruby: '3.3.6', rubygemsUpdate: {} },
      {},
      ['3.3.6', undefined, '4.1.1'],
    ],
    ['whose Ruby the project names', {}, { ruby: '3.3.6' }, ['3.3.6', undefined, '4.1.1']],
    ['that the user knows', { ruby: '3.3.6' }, { rubygems: '3.6.9' }, ['3.3.6', '3.6.9', '4.1.1']],
  ])('%s', (_what, reading, options, expected) => {
    expect(runs(reading, options)).toEqual([expected]);
  });
});
