import { readFileSync, readdirSync } from 'node:fs';
import { parseConfig } from '../../src/audit/config-file.js';
import { readKamalConfig } from '../../src/audit/kamal-config.js';
import { GemcompatError, TargetError } from '../../src/errors.js';
import { readDockerfile } from '../../src/target/dockerfile/read.js';
import { parseLdSoConf } from '../../src/target/ld-so-conf.js';
import { parseOsRelease } from '../../src/target/os-release.js';
import { checkTable } from '../../src/target/table.js';
import type { Subject } from './subject.js';
import { BrokenPromise } from './subject.js';
import { decoded, longTexts, mutatedText } from './text.js';

/** How a reader ended: its error's code, or what it read in a word. Anything but its own error escapes. */
function outcome(read: () => string, own: typeof GemcompatError): string {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof own)) throw error;
    return error.code;
  }
}

const table = readFileSync(new URL('../../src/target/targets.json', import.meta.url), 'utf8');

export const targetTableSubject: Subject = {
  name: 'target-table',
  make: (random) =>
    mutatedText(
      [table],
      ['"', ',', ':', '{}', '[]', '2.31', '-1', 'null', '"libc"', '"name"', '__proto__'],
      random,
    ),
  check: (bytes) => {
    let data: unknown;
    try {
      data = JSON.parse(decoded(bytes));
    } catch {
      return 'no JSON';
    }
    return outcome(() => {
      const { targets } = checkTable(data);
      return targets.length > 0 ? 'a table' : 'an empty table';
    }, TargetError);
  },
};

export const systemFilesSubject: Subject = {
  name: 'system-files',
  fixed: longTexts('include /etc/ld.so.conf.d/*.conf', '\n'),
  make: (random) =>
    mutatedText(
      [
        '# libc default configuration\n/usr/local/lib\ninclude /etc/ld.so.conf.d/*.conf\nhwcap 1 nosegneg\n/opt/lib, /x:/y=libc6\n',
        'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\nVERSION_ID="12"\n',
      ],
      ['include ', '*', '[a-', '/', '..', '#', '"', '\\', "'", '=', '\t', '\0', 'PRETTY_NAME='],
      random,
    ),
  check: (bytes) => {
    const text = decoded(bytes);
    const statements = parseLdSoConf(text);
    const { title: name } = parseOsRelease(text);
    // eslint-disable-next-line no-control-regex -- the name is printed
    if (name !== undefined && /[\u0000-\u001f\u007f-\u009f]/.test(name))
      throw new BrokenPromise('prints control characters');
    return `${Math.min(statements.length, 3)} statements, ${name === undefined ? 'no name' : 'a name'}`;
  },
};

const dockerfiles = new URL('../../fixtures/dockerfiles/', import.meta.url);

export const dockerfileSubject: Subject = {
  name: 'dockerfile',
  fixed: longTexts('FROM ruby:3.3-slim AS base', '\n'),
  make: (random) =>
    mutatedText(
      readdirSync(dockerfiles)
        .filter((name) => name.endsWith('Dockerfile'))
        .map((name) => readFileSync(new URL(name, dockerfiles), 'utf8')),
      [
        'FROM ',
        'ARG ',
        'ENV ',
        'COPY --from=',
        '--platform=',
        '${',
        '}',
        ':-',
        '$',
        '\\\n',
        '<<EOF\n',
        '"',
        "'",
        '# escape=`\n',
      ],
      random,
    ),
  check: (bytes) =>
    outcome(() => {
      const { base } = readDockerfile(decoded(bytes), { path: 'Dockerfile' });
      return base === '' ? 'an empty base' : 'a base';
    }, TargetError),
};

export const projectFilesSubject: Subject = {
  name: 'project-files',
  fixed: longTexts('targets: [ubuntu-20.04]', '\n'),
  make: (random) =>
    mutatedText(
      [
        'targets: [ubuntu-20.04, al2023]\narches: [x86_64]\nruby: 3.3.6\nall: true\nignore:\n  - gem: foo\n    reason: known\n    until: 2999-01-01\n',
        'service: shop\nimage: a/b\nbuilder:\n  arch: [amd64, arm64]\n  args:\n    RUBY_VERSION: <%= File.read(".ruby-version") %>\n',
      ],
      [
        '- ',
        ': ',
        '[',
        ']',
        '{',
        '}',
        '&a ',
        '*a',
        '!!x ',
        '|\n',
        '<%',
        '%>',
        '"',
        "'",
        '---\n',
        'ignore:',
        'arch: ',
      ],
      random,
    ),
  check: (bytes) => {
    const text = decoded(bytes);
    const config = outcome(() => {
      parseConfig(text, { today: '2026-01-01' });
      return 'a config';
    }, GemcompatError);
    const kamal = outcome(() => {
      readKamalConfig(text);
      return 'Kamal’s';
    }, GemcompatError);
    return `${config}, ${kamal}`;
  },
};
