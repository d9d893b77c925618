import { deflateRawSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { inspect } from '../../src/api/inspect.js';
import { directory, inspectBytes } from './trees.js';

const SQUASHFS = Buffer.concat([
  Buffer.from('hsqs'),
  Buffer.alloc(24),
  Buffer.from([4, 0, 0, 0]),
  Buffer.alloc(64),
]);

/** What each begins with, by the sources that src/archive/signatures.ts names. */
const FORMATS: readonly (readonly [name: string, head: Buffer, format: string, unpack: string])[] = [
  ['app.snap', SQUASHFS, 'SquashFS', 'unsquashfs -d DIR FILE'],
  [
    'app.flatpak',
    Buffer.from('flatpak\0\x01\0\x89\xe5 and more of it', 'latin1'),
    'flatpak',
    'flatpak build-import-bundle',
  ],
  [
    'old.deb',
    Buffer.from('0.939000\n171\nand the rest of it'),
    'the deb format 0.939000',
    'dpkg-deb -x FILE DIR',
  ],
  ['plain.apk', Buffer.from('ADB.pckg and the rest of it'), 'apk v3', 'apk extract --destination DIR FILE'],
  ['zstd.apk', Buffer.from('ADBc\x02\x09(\xb5/\xfd and the rest', 'latin1'), 'apk v3', 'apk extract'],
  [
    'deflated.apk',
    Buffer.concat([Buffer.from('ADBd'), deflateRawSync('ADB.pckg and the rest of it')]),
    'apk v3',
    'apk extract',
  ],
];

it.each(FORMATS)('%s is known by name, with what unpacks it', async (name, bytes, format, unpack) => {
  await expect(inspectBytes(bytes)).rejects.toMatchObject({
    code: 'INSPECT_UNSUPPORTED',
    message: expect.stringContaining(`packed with ${format}, which is not read`) as string,
    suggestions: [expect.stringContaining(unpack) as string],
  });
  const root = directory({ [name]: bytes });
  const report = await inspect({ paths: ['.'], cwd: root, env: { HOME: root }, target: 'debian-12' });
  expect(report.subjects[0]?.groups[0]?.results?.[0]?.findings).toEqual([
    { kind: 'nested-archive', file: name },
  ]);
});

it.each(['ADBdevices and their names', 'ADBc and ADBd', 'ADB.', '0.939000 is a number', 'flatpak'])(
  'a text that begins with %j is a text',
  async (text) => {
    await expect(inspectBytes(Buffer.from(text))).rejects.toMatchObject({ code: 'INSPECT_NOT_BINARY' });
  },
);
