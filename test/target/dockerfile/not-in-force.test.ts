import { describe, expect, it } from 'vitest';
import { readDockerfile } from '../../../src/target/dockerfile/read.js';

const read = (...lines: readonly string[]) =>
  readDockerfile(['FROM debian:12', ...lines, ''].join('\n'), { path: 'Dockerfile' });

describe('packages that are not installed in the end', () => {
  it.each([
    ['a here-document that is data', 'RUN cat <<EOF > /install.sh\napt-get install -y libpq5\nEOF'],
    ['a simulation', 'RUN apt-get install -s libpq5'],
    ['a download', 'RUN apt-get install -y --download-only libpq5'],
    ['a minus behind the name', 'RUN apt-get install -y libpq5\nRUN apt-get install -y curl libpq5-'],
    ['dpkg -r', 'RUN apt-get install -y libpq5\nRUN dpkg -r --force-all libpq5'],
    ['rm of the library', 'RUN apt-get install -y libpq5\nRUN rm -f /usr/lib/x86_64-linux-gnu/libpq*'],
  ])('%s', (_, lines) => {
    expect(read(lines).packages.names).not.toContain('libpq5');
  });

  it.each([
    ['a here-document that is run', 'RUN <<EOF\napt-get install -y libpq5\nEOF'],
    ['that of a shell', 'RUN bash -e <<EOF\napt-get install -y libpq5\nEOF'],
    ['beside the lists that are taken away', 'RUN apt-get install -y libpq5 && rm -rf /var/lib/apt/lists/*'],
  ])('%s installs', (_, lines) => {
    expect(read(lines).packages.names).toContain('libpq5');
  });
});

describe("a user's own config", () => {
  const without = (...lines: readonly string[]): string | undefined =>
    read(...lines).installs.at(-1)?.settings.without?.value;

  it('counts for that user alone', () => {
    const config = 'RUN bundle config set --global without test';
    expect(without(config, 'RUN bundle install')).toBe('test');
    expect(without(config, 'USER app', 'RUN bundle install')).toBeUndefined();
    expect(without('USER app', config, 'USER 0:0', 'RUN bundle install')).toBeUndefined();
    expect(without('USER app', config, 'USER root', 'USER app:app', 'RUN bundle install')).toBe('test');
  });
});

it('a command has the environment that the script has set by then', () => {
  const script = [
    ...['export BUNDLE_WITHOUT=test', 'bundle install', 'export BUNDLE_WITHOUT=docs', 'bundle install'],
    ...['export LIBRARY=libpq5', 'apt-get install -y $LIBRARY'],
  ];
  const { installs, packages } = read(`RUN ${script.join(' && ')}`);
  expect(installs.map(({ settings }) => settings.without?.value)).toEqual(['test', 'docs']);
  expect(packages.names).toEqual(['libpq5']);
});
