import { describe, expect, it } from 'vitest';
import { parseOsRelease } from '../../src/target/os-release.js';

describe('which system os-release says that it is, as targets are named', () => {
  it.each([
    ['ID=ubuntu\nVERSION_ID="24.04"\nPRETTY_NAME="Ubuntu 24.04.1 LTS"', 'ubuntu-24.04'],
    ['ID=debian\nVERSION_ID="12"', 'debian-12'],
    ['ID="rhel"\nVERSION_ID="9.4"', 'rhel-9'],
    ['ID="almalinux"\nVERSION_ID="8.10"', 'alma-8'],
    ['ID="rocky"\nVERSION_ID="9.5"', 'rocky-9'],
    ['ID="centos"\nVERSION_ID="9"', 'centos-9'],
    ['ID="ol"\nVERSION_ID="8.9"', 'oracle-8'],
    ['ID="amzn"\nVERSION_ID="2023"', 'al2023'],
    ['ID=alpine\nVERSION_ID=3.20.3', 'alpine-3.20'],
    ['ID="opensuse-leap"\nVERSION_ID="15.6"', 'opensuse-leap-15.6'],
    ['ID=arch', 'arch'],
    ['NAME=Nothing', undefined],
  ])('%j', (text, system) => {
    expect(parseOsRelease(text).system).toBe(system);
  });
});

it('is called by its PRETTY_NAME', () => {
  expect(parseOsRelease('ID=x\nPRETTY_NAME=\'Fixture "1"\'\n').title).toBe('Fixture "1"');
  expect(parseOsRelease('PRETTY_NAME="a \\"b\\""').title).toBe('a "b"');
  expect(parseOsRelease('PRETTY_NAME=').title).toBeUndefined();
});
