import { describe, expect, it } from 'vitest';
import type { TargetSummary } from '../../src/target/summary.js';
import { packageOf } from '../../src/target/library-packages.js';
import { knownTargets } from '../../src/index.js';

function summary(name: string, title = name): TargetSummary {
  return { name, title, libc: name.startsWith('alpine') ? 'musl' : 'gnu', source: 'a source' };
}

describe('the package that brings a library', () => {
  it.each([
    ['libcrypt.so.1', summary('debian-10'), 'apt-get install libc6'],
    ['libcrypt.so.1', summary('debian-12'), 'apt-get install libcrypt1'],
    ['libcrypt.so.1', summary('ubuntu-18.04'), 'apt-get install libc6'],
    ['libcrypt.so.1', summary('rhel-9'), 'dnf install libxcrypt-compat'],
    ['libcrypt.so.1', summary('alma-8'), 'dnf install libxcrypt'],
    ['libcrypt.so.1', summary('centos-7'), 'yum install glibc'],
    ['libcrypt.so.1', summary('al2023'), 'dnf install libxcrypt-compat'],
    ['libcrypt.so.1', summary('lambda-ruby3.4'), 'dnf install libxcrypt-compat'],
    ['libcrypt.so.1', summary('lambda-ruby3.2'), 'yum install glibc'],
    ['libssl.so.1.1', summary('debian-11'), 'apt-get install libssl1.1'],
    ['libssl.so.1.1', summary('debian-12'), undefined],
    ['libssl.so.1.1', summary('heroku-20'), 'apt-get install libssl1.1'],
    ['libssl.so.1.1', summary('google-22'), undefined],
    ['libssl.so.1.1', summary('rocky-9'), 'dnf install compat-openssl11'],
    ['libssl.so.3', summary('debian-13'), 'apt-get install libssl3t64'],
    ['libssl.so.3', summary('ubuntu-24.04'), 'apt-get install libssl3t64'],
    ['libssl.so.3', summary('ubuntu-22.04'), 'apt-get install libssl3'],
    ['libcrypto.so.3', summary('alpine-3.20'), 'apk add libcrypto3'],
    ['libpq.so.5', summary('image:app', 'Debian GNU/Linux 12 (bookworm)'), 'apt-get install libpq5'],
    ['libpq.so.5', summary('rootfs:/srv', 'Alpine Linux v3.20'), 'apk add libpq'],
    ['libpq.so.5', summary('host', 'Red Hat Enterprise Linux 9.4 (Plow)'), 'dnf install libpq'],
    ['libpq.so.5', summary('host', 'Amazon Linux 2023.6.20250101'), 'dnf install libpq'],
    ['libcurl.so.4', summary('debian-13'), 'apt-get install libcurl4t64'],
    ['libcurl.so.4', summary('ubuntu-22.04'), 'apt-get install libcurl4'],
    ['libcurl.so.4', summary('ubuntu-24.04'), 'apt-get install libcurl4t64'],
    ['libffi.so.7', summary('ubuntu-20.04'), 'apt-get install libffi7'],
    ['libffi.so.7', summary('ubuntu-22.04'), undefined],
  ])('%s on %o is had with %s', (soname, target, command) => {
    const found = packageOf(soname, target);
    expect(found).toEqual(
      command === undefined
        ? { kind: 'none' }
        : { kind: 'package', command, name: command.replace(/^.* /, '') },
    );
  });

  it.each([
    ['libnobody.so.1', summary('debian-12')],
    ['toString', summary('debian-12')],
    ['libpq.so.5', summary('glibc-2.34', 'glibc 2.34')],
    ['libpq.so.5', summary('manylinux_2_28')],
    ['libssl.so.3', summary('host', 'Debian GNU/Linux trixie/sid')],
    ['libssl.so.1.1', summary('alpine-3.18')],
  ])('%s on %o is not known', (soname, target) => {
    expect(packageOf(soname, target)).toBeUndefined();
  });

  it('is known of every named system for libstdc++, but for policies', () => {
    for (const { name, title, policy } of knownTargets()) {
      const found = packageOf('libstdc++.so.6', summary(name, title));
      expect([name, found?.kind]).toEqual([name, policy ? undefined : 'package']);
    }
  });
});
