import { describe, expect, it } from 'vitest';
import type { PlanOptions } from '../../src/audit/plan.js';
import { planAudit } from '../../src/audit/plan.js';
import type { ProjectFiles } from '../../src/audit/project-files.js';

const ROOT = '/srv/app';
const CONFIG = { path: '.gemcompat.yml', ignore: [], warnings: [] };
const KAMAL = {
  path: 'config/deploy.yml',
  arches: ['aarch64'],
  buildArgs: { A: '1' },
  unknownArgs: {},
  warnings: [],
} as const;

const plan = (options: PlanOptions, project: ProjectFiles): ReturnType<typeof planAudit> =>
  planAudit({ cwd: ROOT, ...options }, project, ROOT);

const namesOf = ({ targets }: ReturnType<typeof planAudit>): readonly string[] =>
  targets.map(({ name }) => name);

describe('the CPUs of an audit', () => {
  it.each([
    [
      'the caller',
      { arches: ['x86'] },
      { config: { ...CONFIG, arches: ['arm'] }, kamal: KAMAL },
      ['x86'],
      false,
    ],
    [
      'the caller, all',
      { arches: 'all' },
      { config: { ...CONFIG, arches: ['arm'] }, kamal: KAMAL },
      undefined,
      true,
    ],
    ['the configuration', {}, { config: { ...CONFIG, arches: ['arm'] }, kamal: KAMAL }, ['arm'], false],
    ['the configuration, all', {}, { config: { ...CONFIG, arches: 'all' }, kamal: KAMAL }, undefined, true],
    ['Kamal', {}, { config: CONFIG, kamal: KAMAL }, ['aarch64'], false],
    ['nobody', {}, {}, undefined, false],
  ] as const)('are said by %s', (_, options, project, arches, everyCpu) => {
    const planned = plan({ target: 'debian-12', ...options }, project);
    expect(planned.arches).toEqual(arches);
    expect(planned.everyCpu).toBe(everyCpu);
  });
});

describe('the targets of an audit', () => {
  const dockerfile = `${ROOT}/Dockerfile`;
  const config = { ...CONFIG, targets: [{ name: 'debian-12', line: 3 }] };

  it.each([
    ['the caller', { target: 'focal' }, { config, dockerfile }, ['focal']],
    ['the caller’s Dockerfile', { dockerfile: 'x/Dockerfile' }, { config }, ['dockerfile:x/Dockerfile']],
    ['the configuration', {}, { config, dockerfile }, ['debian-12']],
    ['the Dockerfile', {}, { config: CONFIG, dockerfile }, ['dockerfile:Dockerfile']],
    [
      'the builder of buildpacks',
      {},
      { kamal: { ...KAMAL, buildpackBuilder: 'heroku/builder:24' }, dockerfile },
      ['heroku/builder:24'],
    ],
  ] as const)('are said by %s', (_, options, project, targets) => {
    expect(namesOf(plan(options, project))).toEqual(targets);
  });

  it.each([
    ['dockerfile:deploy/Dockerfile', 'dockerfile:deploy/Dockerfile', 'dockerfile:app/deploy/Dockerfile'],
    ['rootfs:root', 'rootfs:root', 'rootfs:app/root'],
    ['oci:layout:1', 'oci:layout:1', 'oci:app/layout:1'],
    ['rootfs:/root', 'rootfs:/root', 'rootfs:/root'],
    ['image:ruby:3.3', 'image:ruby:3.3', 'image:ruby:3.3'],
    ['debian-12', 'debian-12', 'debian-12'],
  ])('of the configuration, %s lies beside it', (target, inside, above) => {
    const project = { config: { ...CONFIG, targets: [{ name: target, line: 2 }] } };
    expect(plan({}, project).targets).toEqual([{ name: inside, namedAt: '.gemcompat.yml:2' }]);
    expect(namesOf(planAudit({ cwd: '/srv' }, project, ROOT))).toEqual([above]);
    const elsewhere = target.includes(':') && !/^image|:\//.test(target);
    const expected = elsewhere ? target.replace(':', `:${ROOT}/`) : target;
    expect(namesOf(planAudit({ cwd: '/home/me' }, project, ROOT))).toEqual([expected]);
  });

  it('are missing where nothing says any', () => {
    expect(() => plan({}, { config: CONFIG, kamal: KAMAL })).toThrow(
      expect.objectContaining({ code: 'TARGET_MISSING', exitCode: 2 }),
    );
  });
});

describe('what Kamal builds', () => {
  const project = { kamal: { ...KAMAL, target: 'web' }, dockerfile: `${ROOT}/Dockerfile` };

  it('is built with its arguments and stage, those of the caller over them', () => {
    expect(plan({ buildArgs: { B: '2' } }, project)).toMatchObject({
      arches: ['aarch64'],
      buildArgs: { A: '1', B: '2' },
      stage: 'web',
    });
    expect(plan({ dockerfile: './Dockerfile' }, project)).toMatchObject({
      stage: 'web',
      buildArgs: { A: '1' },
    });
  });

  it('may leave the CPUs to the caller or the configuration, and is refused where neither says them', () => {
    const archesError = new Error('computed by Ruby');
    const computed = { ...project, kamal: { ...KAMAL, arches: [], archesError } };
    expect(plan({ arches: ['aarch64'] }, computed).arches).toEqual(['aarch64']);
    expect(plan({}, { ...computed, config: { ...CONFIG, arches: ['x86_64'] } }).arches).toEqual(['x86_64']);
    expect(() => plan({ target: 'focal' }, computed)).toThrow(archesError);
  });

  it('warns of the arguments that are not known, less those that the caller gives', () => {
    const unknownArgs = { RUBY_VERSION: 'V is not known.', FLAVOUR: 'F is not known.' };
    const told = (options: PlanOptions): string[] =>
      plan(options, { ...project, kamal: { ...KAMAL, unknownArgs } }).warnings.map(({ message }) => message);
    expect(told({})).toEqual(Object.values(unknownArgs));
    expect(told({ buildArgs: { RUBY_VERSION: '3.3.6' } })).toEqual([unknownArgs.FLAVOUR]);
    expect(told({ target: 'focal' })).toEqual([]);
  });

  it('says nothing of another Dockerfile', () => {
    const other = plan({ dockerfile: 'Dockerfile.worker' }, project);
    expect(other).not.toHaveProperty('stage');
    expect(other.buildArgs).toEqual({});
  });
});

it.each([
  [{ target: 'focal', pull: true }, [/--pull/]],
  [{ target: 'focal', buildArgs: { A: '1' } }, [/build arguments/]],
  [{ dockerfile: 'Dockerfile', pull: true, buildArgs: { A: '1' } }, []],
  [{ target: ['focal', 'dockerfile:Dockerfile'], pull: true }, []],
])('warns of what nothing takes: %j', (options, warnings) => {
  const told = plan(options, {}).warnings.map(({ message }) => message);
  expect(told).toHaveLength(warnings.length);
  for (const [index, pattern] of warnings.entries()) expect(told[index]).toMatch(pattern);
});
