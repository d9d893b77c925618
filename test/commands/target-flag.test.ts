import { describe, expect, it } from 'vitest';
import { auditCommand } from '../../src/audit-flags.js';
import { cpusOf, targetsOf } from '../../src/common-flags.js';

describe('--target', () => {
  it.each([
    [['rhel-8'], ['rhel-8']],
    [['rhel-8,al2023'], ['rhel-8', 'al2023']],
    [
      ['rhel-8, al2023,', 'rhel-8'],
      ['rhel-8', 'al2023'],
    ],
    [['ubuntu:20.04,debian:12'], ['ubuntu:20.04', 'debian:12']],
    [['rootfs:/srv/a,b'], ['rootfs:/srv/a,b']],
    [['rhel-8,rootfs:/srv/a,b'], ['rhel-8', 'rootfs:/srv/a,b']],
    [
      ['dockerfile:a,b/Dockerfile', 'al2'],
      ['dockerfile:a,b/Dockerfile', 'al2'],
    ],
    [['al2023, Rootfs:/srv/a,b'], ['al2023', 'Rootfs:/srv/a,b']],
    [[','], [',']],
    [[''], ['']],
  ])('%j', (given, names) => {
    expect(targetsOf(given)).toEqual(names);
  });
});

describe('--arch', () => {
  it('takes a list, each once', () => {
    expect(cpusOf(['x86_64,aarch64', 'arm64'])).toEqual(['x86_64', 'aarch64']);
  });

  it.each([['x86_64,vax'], ['x86_64,']])('refuses %s', (text) => {
    expect(() => cpusOf([text])).toThrow(/--arch .*is not a CPU that is known/);
  });
});

describe('the audit that is told of', () => {
  it('has what was given, and not what is the default', () => {
    const flags = {
      ...{
        target: ['rhel-8'],
        dockerfile: undefined,
        pull: false,
        destination: undefined,
        ruby: ['3.3', '4.0'],
        rubygems: '4.1.1',
      },
      ...{
        'build-arg': ['A=b c'],
        'page-size': '64k',
        arch: undefined,
        source: ['a', 'b'],
        without: undefined,
        with: undefined,
        only: undefined,
        all: true,
        offline: false,
        jobs: 8,
      },
    };
    expect(auditCommand('.', flags, { jobs: { setFromDefault: true } })).toBe(
      "gemcompat audit --target rhel-8 --build-arg 'A=b c' --source a --source b --ruby 3.3 --ruby 4.0 --rubygems 4.1.1 --all --page-size 64k",
    );
  });
});
