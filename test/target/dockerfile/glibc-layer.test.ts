import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { judgeGem } from '../../../src/compat/judge.js';
import { dockerfileTarget } from '../../../src/target/dockerfile/target.js';
import { forCpu } from '../../../src/target/for-cpu.js';
import type { Target } from '../../../src/target/types.js';
import { contents, elf } from '../../helpers/contents.js';

let scratch: string;
beforeAll(async () => {
  scratch = await mkdtemp(path.join(tmpdir(), 'glibc-layer-'));
});
afterAll(() => rm(scratch, { recursive: true }));

async function runsOn(text: string): Promise<Target> {
  await writeFile(path.join(scratch, 'Dockerfile'), text);
  return forCpu((await dockerfileTarget(scratch)).target, 'x86_64');
}

describe('gcompat on an Alpine', () => {
  it.each([
    ['FROM alpine:3.20\nRUN apk add --no-cache gcompat\n', true],
    ['FROM alpine:3.20\nRUN apk update && apk add \\\n  tzdata \\\n  libc6-compat\n', true],
    ['FROM alpine:3.20 AS base\nRUN ["apk", "add", "gcompat"]\nFROM base\n', true],
    ['FROM alpine:3.20\nRUN <<EOF\napk add gcompat\nEOF\n', true],
    ['FROM alpine:3.20 AS build\nRUN apk add gcompat\nFROM alpine:3.20\n', false],
    ['FROM alpine:3.20\nRUN apk add gcompat-doc\n', false],
    ['FROM alpine:3.20\nRUN apk del gcompat; apk add tzdata && echo gcompat\n', false],
    ['FROM debian:12\nRUN apk add gcompat\n', false],
  ])('%j: %s', async (text, there) => {
    expect((await runsOn(text)).glibcLayer !== undefined).toBe(there);
  });

  it('starts what is built for glibc, which only a run can tell more of', async () => {
    const target = await runsOn('FROM alpine:3.20\nRUN apk add gcompat\n');
    const program = elf({
      pie: true,
      interpreter: '/lib64/ld-linux-x86-64.so.2',
      needs: { 'libc.so.6': ['GLIBC_2.38'] },
    });
    expect(judgeGem(contents({ 'exe/a': program }), { target, cpu: 'x86_64' }).findings).toEqual([
      {
        kind: 'other-libc',
        file: 'exe/a',
        builtFor: 'gnu',
        evidence: '/lib64/ld-linux-x86-64.so.2',
        layer: true,
      },
    ]);
    const library = elf({ needed: ['libc.so.6', 'libresolv.so.2'] });
    expect(judgeGem(contents({ 'lib/a.so': library }), { target, cpu: 'x86_64' }).verdict).toBe('unknown');
  });
});
