import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dockerfilesElsewhere } from '../../src/audit/dockerfiles-elsewhere.js';
import { planAudit } from '../../src/audit/plan.js';
import { readProjectFiles } from '../../src/audit/project-files.js';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'gemcompat-elsewhere-'));
});
afterEach(async () => {
  await rm(root, { recursive: true });
});

async function write(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(root, name)), { recursive: true });
    await writeFile(path.join(root, name), text);
  }
}

describe('Dockerfiles that do not lie beside the lockfile', () => {
  it.each([
    [['docker/Dockerfile'], ['docker/Dockerfile']],
    [
      ['production.Dockerfile', 'dev.Dockerfile'],
      ['production.Dockerfile', 'dev.Dockerfile'],
    ],
    [
      ['Dockerfile.dev', 'Dockerfile.prod', 'Dockerfile.web'],
      ['Dockerfile.prod', 'Dockerfile.web', 'Dockerfile.dev'],
    ],
    [
      ['docker/prod/x', '.docker/Containerfile', 'saas/Dockerfile'],
      ['.docker/Containerfile', 'saas/Dockerfile'],
    ],
    [
      [
        'Dockerfile.dockerignore',
        'Dockerfile.erb',
        'README.Dockerfile.md',
        'node_modules/Dockerfile',
        'vendor/Dockerfile',
      ],
      [],
    ],
    [['.devcontainer/Dockerfile'], []],
  ])('of %j are %j', async (files, found) => {
    await write(Object.fromEntries(files.map((file) => [file, 'FROM debian:12\n'])));
    expect(await dockerfilesElsewhere(root)).toEqual(found);
  });

  it.each([
    ['a folder', 'services:\n  web:\n    build: ./ops/image\n', ['ops/image/Dockerfile']],
    [
      'a file',
      'services:\n  web:\n    build:\n      context: .\n      dockerfile: ops/image/Dockerfile\n',
      ['ops/image/Dockerfile'],
    ],
    [
      'a folder and a file',
      'services:\n  web:\n    build: { context: ops, dockerfile: image/Dockerfile }\n  db:\n    image: postgres\n',
      ['ops/image/Dockerfile'],
    ],
    ['what is not there', 'services:\n  web:\n    build: ./nowhere\n', []],
    ['what lies outside', 'services:\n  web:\n    build: ../\n', []],
    ['what only the shell knows', 'services:\n  web:\n    build: ${CONTEXT}\n', []],
    ['no YAML', 'services: [\n', []],
    ['no services', '- a\n', []],
  ])('of a compose file that builds %s', async (_, compose, found) => {
    await write({ 'ops/image/Dockerfile': 'FROM debian:12\n', 'compose.yml': compose });
    expect(await dockerfilesElsewhere(root)).toEqual(found);
  });

  it('are named, with the flag that takes one, if nothing names a target', async () => {
    await write({ 'docker/Dockerfile': 'FROM debian:12\n', 'Dockerfile.prod': 'FROM debian:12\n' });
    const files = await readProjectFiles(root, { today: '2026-01-01' });
    expect(() => planAudit({ cwd: root }, files, root)).toThrow(
      expect.objectContaining({
        code: 'TARGET_MISSING',
        suggestions: expect.arrayContaining([
          'the project has no Dockerfile beside its lockfile, but Dockerfile.prod, docker/Dockerfile; to take its base: --dockerfile Dockerfile.prod',
        ]) as unknown,
      }),
    );
  });

  it.each([
    ['a Dockerfile beside the lockfile', { Dockerfile: 'FROM debian:12\n' }],
    ['a target', { '.gemcompat.yml': 'targets: debian-12\n' }],
    ['one that Kamal builds', { 'config/deploy.yml': 'builder:\n  dockerfile: docker/Dockerfile\n' }],
  ])('are not looked for where there is %s', async (_, files) => {
    await write({ 'docker/Dockerfile': 'FROM debian:12\n', ...files });
    expect(await readProjectFiles(root, { today: '2026-01-01' })).not.toHaveProperty('elsewhere');
  });
});
