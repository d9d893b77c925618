/**
 * What happened to thruster 0.1.9: a Go executable with cgo, built on Debian 12, did not start on Ubuntu 20.04; built with
 * CGO_ENABLED=0 it starts anywhere.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { gemcompat } from '../../helpers/cli.js';
import { executable, findingsOf, inspect, scratch, tooNew } from './fixtures.js';

let withCgo: string;
let withoutCgo: string;

beforeAll(async () => {
  const directory = await scratch();
  withCgo = await executable('proxy-cgo', directory);
  withoutCgo = await executable('proxy-static', directory);
});

describe('a Go executable with cgo from Debian 12', () => {
  it('does not fit Ubuntu 20.04, by these symbols', async () => {
    const { code, report } = await inspect(withCgo, 'ubuntu-20.04');
    expect(code).toBe(1);
    const [group] = report.subjects[0]?.groups ?? [];
    expect(group?.verdict).toBe('incompatible');
    const found = group === undefined ? [] : findingsOf(group);
    expect(tooNew(found)).toEqual([
      'GLIBC_2.32 pthread_sigmask',
      'GLIBC_2.34 __libc_start_main,pthread_attr_getstacksize,pthread_create,pthread_detach',
    ]);
    expect(found).toEqual([
      expect.objectContaining({ library: 'libc.so.6', provided: 'GLIBC_2.31' }),
      expect.objectContaining({ library: 'libc.so.6', provided: 'GLIBC_2.31' }),
    ]);
  });

  it.each([
    ['ubuntu-22.04', 0],
    ['debian-12', 0],
    ['al2023', 0],
    ['debian-11', 1],
    ['rhel-8', 1],
    ['alpine-3.20', 1],
  ])('on %s ends with %i', async (target, expected) => {
    const { code } = await inspect(withCgo, target);
    expect(code).toBe(expected);
  });

  it('needs glibc 2.34, and runs on the systems that have it', async () => {
    const { code, report } = await inspect(withCgo);
    expect(code).toBe(0);
    const [needs] = report.subjects[0]?.groups[0]?.needs ?? [];
    expect(needs?.requires.glibc).toBe('2.34');
    expect(needs?.runsOn).toEqual(expect.arrayContaining(['debian-12', 'ubuntu-22.04']));
    expect(needs?.runsOn).not.toContain('ubuntu-20.04');
  });

  it('says with --symbols what each of them is, and what Go offers instead', async () => {
    const { code, stdout } = await gemcompat(['inspect', withCgo, '--target', 'ubuntu-20.04', '--symbols']);
    expect(code).toBe(1);
    for (const words of ['pthread_create', '__libc_start_main', 'libc.so.6', 'CGO_ENABLED=0', '2.31']) {
      expect(stdout).toContain(words);
    }
  });
});

describe('the same with CGO_ENABLED=0', () => {
  it.each(['ubuntu-20.04', 'rhel-7', 'al2', 'alpine-3.20', 'glibc-2.5'])('fits %s', async (target) => {
    const { code, report } = await inspect(withoutCgo, target);
    expect(report.subjects[0]?.groups[0]?.verdict).toBe('compatible');
    expect(code).toBe(0);
  });
});
