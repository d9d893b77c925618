import { expect, it } from 'vitest';
import { inspect } from '../../src/api/inspect.js';
import { inspectExitCode } from '../../src/inspect/report.js';
import type { InspectReport } from '../../src/inspect/types.js';
import { renderInspect } from '../../src/report/inspect.js';
import { inspectReportSchema } from '../../src/report/inspect-schema.js';
import { directory, fixture } from './trees.js';

/** Each path with what is wrong with it. */
const BAD = {
  'notes.txt': ['just text, and nothing else\n', 'INSPECT_NOT_BINARY'],
  empty: ['', 'INSPECT_EMPTY'],
  'cut.zip': [fixture('probe-links.zip').subarray(0, 4000), 'ARCHIVE_TRUNCATED'],
  'old.rpm': [fixture('probe-bzip2.rpm'), 'ARCHIVE_UNSUPPORTED'],
} as const;

async function inspected(paths: readonly string[], target?: string): Promise<InspectReport> {
  const files = Object.fromEntries(Object.entries(BAD).map(([path, [content]]) => [path, content]));
  const root = directory({ ...files, 'probe.zip': fixture('probe-links.zip') });
  return inspect({ paths, cwd: root, env: { HOME: root }, ...(target === undefined ? {} : { target }) });
}

it.each(Object.entries(BAD))('%s does not take the answer of the others', async (path, [, code]) => {
  await expect(inspected([path])).rejects.toMatchObject({ code });

  const report = await inspected([path, 'probe.zip'], 'debian-12');
  expect(report.unreadable).toEqual([expect.objectContaining({ subject: path, file: path, code })]);
  expect(report.subjects.map(({ kind, groups }) => [kind, groups[0]?.verdict])).toEqual([
    ['unread', 'unknown'],
    ['zip', 'compatible'],
  ]);
  expect(inspectExitCode(report)).toBe(3);
  expect(inspectReportSchema.parse(report)).toEqual(report);
  expect(renderInspect(report, 'text', { color: false, width: 200 })).toContain(
    `${path}: could not be read\n`,
  );
});

it('what fails outweighs it', async () => {
  expect(inspectExitCode(await inspected(['notes.txt', 'probe.zip'], 'ubuntu-20.04'))).toBe(1);
});

it('without a target it is told, and counts', async () => {
  const report = await inspected(['notes.txt', 'probe.zip']);
  expect(inspectExitCode(report)).toBe(3);
  expect(renderInspect(report, 'text', { color: false, width: 200 })).toContain('[INSPECT_NOT_BINARY]');
});

it('a path that is not there is a mistake of who names it', async () => {
  await expect(inspected(['nowhere', 'probe.zip'])).rejects.toMatchObject({ code: 'INSPECT_NOT_FOUND' });
});
