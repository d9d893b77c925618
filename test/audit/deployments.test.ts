import { describe, expect, it } from 'vitest';
import { deploymentsFor } from '../../src/audit/deployments.js';
import type { CpuReading } from '../../src/target/merge-cpus.js';
import { target } from '../helpers/contents.js';
import { lockfile } from './in-memory.js';

const ubuntu: CpuReading = { target: target(), warnings: [] };
const lambda: CpuReading = {
  target: target({ name: 'lambda-ruby3.3', title: 'AWS Lambda Ruby 3.3', cpus: ['x86_64', 'aarch64'] }),
  warnings: [],
  ruby: '3.3',
};
const bundle = (platforms: readonly string[], ruby?: string): ReturnType<typeof lockfile> =>
  lockfile({ specs: ['foo (1.0)'], platforms, ...(ruby === undefined ? {} : { ruby }) });

describe('the CPUs of a deployment', () => {
  it.each([
    [['x86_64-linux'], ['x86_64']],
    [
      ['aarch64-linux', 'arm64-darwin-23', 'x86_64-linux-musl', 'x86_64-linux'],
      ['aarch64', 'x86_64'],
    ],
    [['ruby'], ['x86_64']],
    [['java', 'x64-mingw-ucrt', 'x86_64-darwin-22'], ['x86_64']],
    [['s390x-linux'], ['s390x']],
    [
      ['x86_64-linux', 'arm-linux', 'x86-linux', 'aarch64-linux-musl', 'powerpc64le-linux'],
      ['x86_64', 'aarch64', 'ppc64le'],
    ],
    [
      ['arm-linux', 'x86-linux-musl'],
      ['arm', 'x86'],
    ],
    [['ruby', 'armv7l-linux-eabihf'], ['arm']],
  ])('for PLATFORMS %j are %j', (platforms, cpus) => {
    const { deployments } = deploymentsFor([ubuntu], bundle(platforms), {});
    expect(deployments.map(({ cpu }) => cpu)).toEqual(cpus);
  });

  it('are those of servers: arm and x86 are named as not checked, and all takes them', () => {
    const spread = bundle(['x86_64-linux', 'arm-linux', 'x86-linux', 'aarch64-linux']);
    const usual = deploymentsFor([ubuntu, lambda], spread, {});
    expect(usual.deployments.map(({ cpu }) => cpu)).toEqual(['x86_64', 'aarch64', 'x86_64', 'aarch64']);
    expect([...usual.passedOver]).toEqual([[ubuntu.target, ['arm', 'x86']]]);
    const every = deploymentsFor([ubuntu, lambda], spread, { everyCpu: true });
    expect(every.deployments.map(({ cpu }) => cpu)).toEqual([
      ...['x86_64', 'arm', 'x86', 'aarch64'],
      ...['x86_64', 'aarch64'],
    ]);
    expect(every.passedOver.size).toBe(0);
    expect(deploymentsFor([ubuntu], spread, { arches: ['x86_64'] }).passedOver.size).toBe(0);
    const fixed: CpuReading = { ...ubuntu, cpus: ['x86_64'], fixedCpu: true };
    expect(deploymentsFor([fixed], spread, {}).passedOver.size).toBe(0);
  });

  it('are those of each Dockerfile, though two are built on one base', () => {
    const built = (path: string): CpuReading => ({
      ...ubuntu,
      target: target(),
      bundle: { path, installs: [] },
    });
    const { deployments } = deploymentsFor(
      [built('web/Dockerfile'), built('jobs/Dockerfile'), built('web/Dockerfile')],
      bundle(['x86_64-linux']),
      {},
    );
    const { title } = ubuntu.target;
    expect(deployments.map((each) => each.target.title)).toEqual([
      `${title}, web/Dockerfile`,
      `${title}, jobs/Dockerfile`,
    ]);
    const alone = deploymentsFor([built('web/Dockerfile')], bundle(['x86_64-linux']), {});
    expect(alone.deployments.map((each) => each.target.title)).toEqual([title]);
  });

  it('are those that the target exists for', () => {
    const named = bundle(['x86_64-linux', 'aarch64-linux', 's390x-linux']);
    expect(deploymentsFor([lambda], named, {}).deployments.map(({ cpu }) => cpu)).toEqual([
      'x86_64',
      'aarch64',
    ]);
  });

  it('are those of a target that is made for none of the lockfile’s', () => {
    const arm: CpuReading = { target: target({ cpus: ['aarch64'] }), warnings: [] };
    expect(deploymentsFor([arm], bundle(['x86_64-linux']), {}).deployments.map(({ cpu }) => cpu)).toEqual([
      'aarch64',
    ]);
  });

  it('are those for which the target was read', () => {
    const one: CpuReading = { ...ubuntu, cpus: ['aarch64'] };
    const other: CpuReading = { target: target({ name: 'debian-12' }), warnings: [], cpus: ['x86_64'] };
    const { deployments } = deploymentsFor([one, other], bundle(['x86_64-linux', 'aarch64-linux']), {});
    expect(deployments.map((each) => `${each.target.name} ${each.cpu}`)).toEqual([
      'ubuntu-20.04 aarch64',
      'debian-12 x86_64',
    ]);
  });

  it('are those that the user names, each once', () => {
    const { deployments } = deploymentsFor([lambda], bundle(['x86_64-linux']), {
      arches: ['aarch64', 'x86_64', 'aarch64'],
    });
    expect(deployments.map(({ cpu }) => cpu)).toEqual(['aarch64', 'x86_64']);
  });

  it('are those of them that there are: no system is judged that does not exist', () => {
    const { deployments, warnings } = deploymentsFor([lambda, ubuntu], bundle([]), { arches: ['s390x'] });
    expect(deployments.map(({ target: { name }, cpu }) => `${name} ${cpu}`)).toEqual(['ubuntu-20.04 s390x']);
    expect(warnings).toEqual([{ code: 'TARGET_CPU', message: 'AWS Lambda Ruby 3.3 is not made for s390x' }]);
  });

  it('are none where no target is made for what is asked for', () => {
    expect(() => deploymentsFor([lambda], bundle([]), { arches: ['s390x', 'arm'] })).toThrow(
      expect.objectContaining({
        code: 'TARGET_CPU',
        exitCode: 2,
        message: 'AWS Lambda Ruby 3.3 is not made for s390x; AWS Lambda Ruby 3.3 is not made for arm.',
        suggestions: [
          'Leave out --arch, or take one that there is: lambda-ruby3.3 is made for x86_64, aarch64.',
          'Name its C library alone: glibc-2.31.',
        ],
      }),
    );
  });
});

describe('the Ruby of a deployment', () => {
  it.each([
    ['the lockfile', ubuntu, '3.3.6p108', undefined, '3.3.6', []],
    ['the user, before all', lambda, '3.2.1p31', '3.4.1', '3.4.1', []],
    ['the target', lambda, undefined, undefined, '3.3', []],
    [
      'the lockfile, which says more exactly what the target brings',
      lambda,
      '3.3.6p108',
      undefined,
      '3.3.6',
      [],
    ],
    ['the target, where the lockfile is for another', lambda, '3.2.1p31', undefined, '3.3', ['RUBY_DIFFERS']],
    ['nobody', ubuntu, undefined, undefined, undefined, []],
    [
      'nobody, where the lockfile is for JRuby',
      ubuntu,
      '3.1.4p0 (jruby 9.4.5.0)',
      undefined,
      undefined,
      ['RUBY_ENGINE'],
    ],
  ] as const)('is said by %s', (_, resolved, locked, asked, ruby, codes) => {
    const options = asked === undefined ? {} : { ruby: asked };
    const { deployments, warnings } = deploymentsFor([resolved], bundle(['x86_64-linux'], locked), options);
    expect(deployments.map((each) => each.ruby)).toEqual([ruby]);
    expect(warnings.map(({ code }) => code)).toEqual(codes);
  });

  it('names both Rubies where they differ, and how to decide', () => {
    const { warnings } = deploymentsFor([lambda], bundle(['x86_64-linux'], '3.2.1p31'), {});
    expect(warnings[0]?.message).toContain(
      'AWS Lambda Ruby 3.3 brings Ruby 3.3, the lockfile (RUBY VERSION of Gemfile.lock) says Ruby 3.2.1',
    );
    expect(warnings[0]?.message).toContain('--ruby');
  });
});

it('gives each target on each CPU, in order, a target that is named twice once', () => {
  const { deployments } = deploymentsFor(
    [lambda, ubuntu, lambda],
    bundle(['x86_64-linux', 'aarch64-linux']),
    {},
  );
  expect(deployments.map((each) => `${each.target.name} ${each.cpu}`)).toEqual([
    'lambda-ruby3.3 x86_64',
    'lambda-ruby3.3 aarch64',
    'ubuntu-20.04 x86_64',
    'ubuntu-20.04 aarch64',
  ]);
});
