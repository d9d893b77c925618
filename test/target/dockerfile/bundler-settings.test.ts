import { describe, expect, it } from 'vitest';
import type { BundleInstall } from '../../../src/target/bundle-settings.js';
import { readDockerfile } from '../../../src/target/dockerfile/read.js';

function installs(text: string, buildArgs: Readonly<Record<string, string>> = {}): readonly BundleInstall[] {
  return readDockerfile(text, { buildArgs }).installs;
}

/** The settings of the last install, `name=value@line`; `?` for what shows only when the image is built. */
function settings(text: string, buildArgs?: Readonly<Record<string, string>>): readonly string[] {
  const last = installs(text, buildArgs).at(-1);
  return Object.entries(last?.settings ?? {}).map(
    ([name, { value = '?', line }]) => `${name}=${value}@${line}`,
  );
}

const ruby = 'FROM ruby:3.3-slim\nWORKDIR /rails\n';

/** As `rails new` of Rails 8 writes it, in small. */
const RAILS = `# syntax=docker/dockerfile:1
ARG RUBY_VERSION=3.4.8
FROM docker.io/library/ruby:$RUBY_VERSION-slim AS base
WORKDIR /rails
ENV RAILS_ENV="production" \\
    BUNDLE_DEPLOYMENT="1" \\
    BUNDLE_PATH="/usr/local/bundle" \\
    BUNDLE_WITHOUT="development"
FROM base AS build
COPY Gemfile Gemfile.lock vendor ./
RUN bundle install && \\
    rm -rf ~/.bundle/ "\${BUNDLE_PATH}"/ruby/*/cache && \\
    bundle exec bootsnap precompile -j 1 --gemfile
COPY . .
FROM base
COPY --chown=rails:rails --from=build "\${BUNDLE_PATH}" "\${BUNDLE_PATH}"
COPY --chown=rails:rails --from=build /rails /rails
CMD ["./bin/thrust", "./bin/rails", "server"]
`;

describe("Bundler's settings in a Dockerfile", () => {
  it("of Rails' own", () => {
    expect(settings(RAILS)).toEqual(['without=development@8', 'deployment=1@6', 'path=/usr/local/bundle@7']);
    expect(installs(RAILS)).toMatchObject([{ line: 11, complete: true }]);
  });

  it('of the stage that installs, and not of the one that runs', () => {
    const text = `FROM ruby:3.3 AS build
ENV BUNDLE_WITHOUT=test
RUN bundle install
FROM ruby:3.3-slim
ENV BUNDLE_WITHOUT=development:test BUNDLE_GEMFILE=Gemfile.other
COPY --from=build /usr/local/bundle /usr/local/bundle
`;
    expect(settings(text)).toEqual(['without=test@2']);
  });

  it('at the moment of the install, and at the end if none is seen', () => {
    expect(settings(`${ruby}RUN bundle install\nENV BUNDLE_WITHOUT=test\n`)).toEqual([]);
    expect(settings(`${ruby}ENV BUNDLE_WITHOUT=test\nRUN bin/setup\n`)).toEqual(['without=test@3']);
    expect(installs(`${ruby}ENV BUNDLE_WITHOUT=test\nRUN bin/setup\n`)).toMatchObject([{ complete: false }]);
  });

  it.each([
    [
      'RUN bundle config set --local without "development test" && bundle install',
      ['without=development test@3'],
    ],
    [
      'RUN bundle config set --local without development test && bundle install',
      ['without=development test@3'],
    ],
    [
      "RUN bundle config set without 'development:test' --global; bundle install -j4",
      ['without=development:test@3'],
    ],
    ['RUN bundle config --global frozen 1 && bundle install', ['frozen=1@3']],
    ['RUN bundle config without development && bundle i', ['without=development@3']],
    ['RUN bundle config set frozen false && bundle config unset frozen && bundle', []],
    [
      'RUN bundle config --local deployment true\nRUN bundle config --delete deployment\nRUN bundle install',
      [],
    ],
    ['RUN bundle config build.nokogiri --use-system-libraries && bundle install', []],
    ['RUN bundle install --without development test --jobs 4 --retry 3', ['without=development:test@3']],
    [
      'RUN bundle install --without=test --deployment --path vendor/bundle',
      ['without=test@3', 'deployment=true@3', 'path=vendor/bundle@3'],
    ],
    ['RUN bundle install --frozen --no-deployment --gemfile gemfiles/app.rb', ['gemfile=gemfiles/app.rb@3']],
    ['RUN timeout 600 bundle install --without test', ['without=test@3']],
    [
      "RUN export BUNDLE_FROZEN=1; BUNDLE_WITHOUT=test bash -c 'bundle install'",
      ['without=test@3', 'frozen=1@3'],
    ],
    ['RUN rm -rf vendor/bundle; gem install bundler; bundle install --with a', ['with=a@3']],
    ['RUN bundle _2.5.6_ install --with docs', ['with=docs@3']],
    ['RUN ["bundle", "install", "--without", "test"]', ['without=test@3']],
    ["RUN bash -lc 'bundle config set --local without test && bundle install'", ['without=test@3']],
    [
      'RUN BUNDLE_WITHOUT=development BUNDLE_PATH=/permabundle bundle install',
      ['without=development@3', 'path=/permabundle@3'],
    ],
    ['RUN env BUNDLE_ONLY=default bundle install', ['only=default@3']],
    ['RUN export BUNDLE_WITHOUT=test && bundle install', ['without=test@3']],
    ['RUN BUNDLE_WITHOUT=test && bundle install', []],
    [
      'RUN <<EOF\nset -e\nbundle config set --local force_ruby_platform true # compiled\nbundle install\nEOF',
      ['force_ruby_platform=true@5'],
    ],
    ['RUN sudo -u app -E BUNDLE_FROZEN=true bundle install', ['frozen=true@3']],
    ['RUN bundle check || bundle install --without test', ['without=test@3']],
    ['RUN echo "bundle install --without test"\nENV BUNDLE_WITHOUT=docs', ['without=docs@4']],
    ['ENV BUNDLE_GEMFILE=/rails/Gemfile.saas\nRUN bundle install', ['gemfile=Gemfile.saas@3']],
    ['ENV BUNDLE_GEMFILE=/opt/Gemfile\nRUN bundle install', ['gemfile=/opt/Gemfile@3']],
  ])('%s', (text, expected) => {
    expect(settings(`${ruby}${text}\n`)).toEqual(expected);
  });

  it('the application’s config before the environment, and that before the user’s config', () => {
    const env = `${ruby}COPY Gemfile Gemfile.lock ./\nENV BUNDLE_WITHOUT=env\n`;
    expect(settings(`${env}RUN bundle config set --local without local && bundle install`)).toEqual([
      'without=local@5',
    ]);
    expect(settings(`${env}RUN bundle config set without project && bundle install`)).toEqual([
      'without=project@5',
    ]);
    expect(settings(`${env}RUN bundle config set --global without global && bundle install`)).toEqual([
      'without=env@4',
    ]);
  });

  it('that show only when the image is built', () => {
    const arg = `${ruby}ARG BUNDLE_WITHOUT\nRUN bundle install\n`;
    expect(settings(arg)).toEqual(['without=?@3']);
    expect(settings(arg, { BUNDLE_WITHOUT: 'development' })).toEqual(['without=development@3']);
    expect(settings(`${ruby}ARG GROUPS\nENV BUNDLE_WITHOUT=$GROUPS\nRUN bundle install`)).toEqual([
      'without=?@4',
    ]);
    expect(settings(`${ruby}RUN bundle config set without "$(cat groups)" && bundle install`)).toEqual([
      'without=?@3',
    ]);
    expect(
      settings(`${ruby}RUN if [ "$X" = 1 ]; then bundle config set without test; fi; bundle install`),
    ).toEqual(['without=?@3']);
    expect(settings(`${ruby}RUN [ -n "$X" ] && bundle config set without test; bundle install`)).toEqual([
      'without=?@3',
    ]);
  });

  it.each([
    // As Mastodon's does it, and Chatwoot's.
    [
      "case \"${RAILS_ENV}\" in \\\n    development) bundle config set --local without 'test';; \\\n    test) bundle config set --local without 'development';; \\\n    production) bundle config set --local without 'development test';; \\\n  esac; bundle install",
      [['development test', 6]],
    ],
    [
      'if [ "$RAILS_ENV" = "production" ]; then \\\n  bundle config set without \'development test\'; bundle install -j 4 -r 3; \\\n  else bundle install -j 4 -r 3; \\\n  fi',
      [['development test', 4]],
    ],
    [
      'if [ "$RAILS_ENV" != production ]; then bundle config set without a; fi; bundle install',
      [[undefined, 0]],
    ],
    [
      'if [ "$RAILS_ENV" = test ]; then false; elif [ "$RAILS_ENV" = production ]; then bundle config set without a; else bundle config set without b; fi; bundle install',
      [['a', 3]],
    ],
    ['[ "$RAILS_ENV" = production ] && bundle config set without a; bundle install', [['a', 3]]],
    ['[ "$RAILS_ENV" = production ] || bundle config set without a; bundle install', [[undefined, 0]]],
    ['if ! [ "$RAILS_ENV" = test ]; then bundle config set without a; fi; bundle install', [['?', 3]]],
    ['for e in a b; do bundle config set without $e; done; bundle install', [['?', 3]]],
    [
      'case "$RAILS_ENV" in pro*) bundle config set without a;; *) bundle config set without b;; esac; bundle install',
      [['?', 3]],
    ],
    [
      'case "$RAILS_ENV" in test|ci) bundle config set without a;; (*) bundle config set without b;; esac; bundle install',
      [['b', 3]],
    ],
  ])('of the branch that is taken: %s', (script, expected) => {
    const found = installs(`${ruby.split('\n')[0] ?? ''}\nARG RAILS_ENV=production\nRUN ${script}\n`);
    const told = found.map(({ settings: { without } }) =>
      without === undefined ? [undefined, 0] : [without.value ?? '?', without.line],
    );
    expect(told).toEqual(expected);
  });

  it('of a branch are not those of the next', () => {
    const branch = 'if [ "$X" = 1 ]; then bundle install --without test; else bundle install; fi';
    expect(installs(`${ruby}RUN ${branch}\n`).map(({ settings: { without } }) => without)).toEqual([
      { value: 'test', line: 3 },
      { line: 3 },
    ]);
  });

  it('each install with its own', () => {
    const text = `${ruby}RUN bundle install --without test\nRUN BUNDLE_GEMFILE=tools/Gemfile bundle install\n`;
    expect(installs(text)).toMatchObject([
      { line: 3, settings: { without: { value: 'test' } } },
      { line: 4, settings: { without: { value: 'test' }, gemfile: { value: 'tools/Gemfile' } } },
    ]);
  });

  it('are not complete where a config may be copied', () => {
    expect(installs(`${ruby}COPY . .\nRUN bundle install\n`)).toMatchObject([{ complete: false }]);
    expect(installs(`${ruby}COPY .bundle ./.bundle\nRUN bundle install\n`)).toMatchObject([
      { complete: false },
    ]);
    expect(installs(`${ruby}COPY Gemfile* ./\nRUN bundle install\n`)).toMatchObject([{ complete: true }]);
  });
});
