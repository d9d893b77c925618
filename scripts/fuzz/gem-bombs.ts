import { gzipSync } from 'node:zlib';
import type { TarEntryInput } from '../../test/helpers/gems.js';
import { buildGem, specificationYaml, tarArchive, tinyElf } from '../../test/helpers/gems.js';

const MiB = 2 ** 20;

/** gzip members one after the other are one stream: a bomb of any size from one that is made once. */
function zeroes(mebibytes: number): Buffer {
  const one = gzipSync(Buffer.alloc(MiB));
  return Buffer.concat(Array.from({ length: mebibytes }, () => one));
}

/** The beginning of a tar archive whose one file is of zeroes and has no end. */
function endlessFile(mebibytes: number): Buffer {
  const header = tarArchive([{ name: 'lib/zero', claimedSize: mebibytes * MiB }], 0);
  return Buffer.concat([gzipSync(header), zeroes(mebibytes)]);
}

const many = (count: number, entry: (at: number) => TarEntryInput): TarEntryInput[] =>
  Array.from({ length: count }, (_, at) => entry(at));

const specification = (more: string): string => `${specificationYaml()}${more}`;

const bomb = (title: string, bytes: () => Uint8Array): { title: string; bytes: () => Uint8Array } => ({
  title,
  bytes,
});

/** Gems that cost far more than their size, or try to. */
export const gemBombs = [
  bomb('data-of-one-endless-file', () => buildGem({ data: endlessFile(1024) })),
  bomb('compressed-file-of-a-gibibyte', () =>
    buildGem({ files: [{ name: 'bin/a.gz', data: zeroes(1024) }] }),
  ),
  bomb('forty-compressed-files-of-60-mebibytes', () => {
    const data = zeroes(60);
    return buildGem({ files: many(40, (at) => ({ name: `bin/${at}.gz`, data })) });
  }),
  bomb('compressed-elf-of-a-gibibyte', () =>
    buildGem({ files: [{ name: 'bin/a.gz', data: Buffer.concat([gzipSync(tinyElf()), zeroes(1024)]) }] }),
  ),
  bomb('metadata-of-a-gibibyte', () => {
    const metadata = zeroes(1024);
    return tarArchive([
      { name: 'metadata.gz', data: metadata },
      { name: 'data.tar.gz', data: gzipSync(tarArchive([])) },
    ]);
  }),
  bomb('checksums-of-a-gibibyte', () =>
    tarArchive([
      { name: 'metadata.gz', data: gzipSync(specificationYaml()) },
      { name: 'data.tar.gz', data: gzipSync(tarArchive([])) },
      { name: 'checksums.yaml.gz', data: zeroes(1024) },
    ]),
  ),
  bomb('a-hundred-thousand-entries', () =>
    buildGem({ data: gzipSync(tarArchive(many(100_000, (at) => ({ name: `lib/${at}` }))), { level: 1 }) }),
  ),
  bomb('twenty-thousand-links', () =>
    buildGem({
      files: many(20_000, (at) => ({ name: `lib/${at}.so`, type: '2', linkname: `${at + 1}.so` })),
    }),
  ),
  bomb('a-thousand-executables', () =>
    buildGem({ files: many(1000, (at) => ({ name: `exe/${at}`, data: tinyElf() })) }),
  ),
  bomb('a-hundred-thousand-members', () => tarArchive(many(100_000, (at) => ({ name: `member-${at}` })))),
  bomb('name-of-a-mebibyte', () =>
    buildGem({
      files: [
        { name: '././@LongLink', type: 'L', data: 'a/'.repeat(MiB / 2) },
        { name: 'a', data: tinyElf() },
      ],
    }),
  ),
  bomb('pax-header-of-64-mebibytes', () =>
    buildGem({
      files: [
        { name: 'PaxHeader', type: 'x', data: Buffer.alloc(64 * MiB, 'a') },
        { name: 'a', data: tinyElf() },
      ],
    }),
  ),
  bomb('pax-header-of-a-gibibyte', () => {
    const header = tarArchive([{ name: 'PaxHeader', type: 'x', claimedSize: 1024 * MiB }], 0);
    return buildGem({ data: Buffer.concat([gzipSync(header), zeroes(1024)]) });
  }),
  bomb('member-with-a-pax-header-of-200-mebibytes', () =>
    tarArchive([
      { name: 'PaxHeader', type: 'x', data: Buffer.alloc(200 * MiB, 'a') },
      { name: 'metadata.gz' },
    ]),
  ),
];

/** Specifications that cost far more than their size, or try to. */
export const specificationBombs = [
  bomb('billion-laughs', () => {
    const levels = Array.from(
      { length: 30 },
      (_, at) => `a${at}: &a${at} [${at === 0 ? 'lol' : `*a${at - 1}, `.repeat(9)}]`,
    );
    return Buffer.from(`${levels.join('\n')}\nname: probe\nversion: 1\nextensions: *a29\n`);
  }),
  bomb('alias-of-itself', () =>
    Buffer.from(specification('extensions: &a [*a]\n').replace('extensions: []\n', '')),
  ),
  bomb('aliases-in-a-row', () =>
    Buffer.from(
      `name: probe\nversion: 1\na0: &a0 x\n${Array.from({ length: 5000 }, (_, at) => `a${at + 1}: &a${at + 1} *a${at}`).join('\n')}\nextensions: *a5000\n`,
    ),
  ),
  bomb('ten-thousand-aliases', () =>
    Buffer.from(`name: probe\nversion: 1\nz: &z rake\nextensions: [${'*z, '.repeat(10_000)}]\n`),
  ),
  bomb('a-hundred-thousand-brackets', () => Buffer.from(`extensions: ${'['.repeat(100_000)}\n`)),
  bomb('ten-thousand-dashes', () => Buffer.from(`extensions:\n${'- '.repeat(10_000)}a\n`)),
  bomb('ten-thousand-question-marks', () => Buffer.from(`extensions:\n  ${'? '.repeat(10_000)}a\n`)),
  bomb('ten-thousand-levels-of-indentation', () =>
    Buffer.from(
      `extensions:\n${Array.from({ length: 2000 }, (_, at) => `${' '.repeat(at)}a:`).join('\n')}\n`,
    ),
  ),
  bomb('an-open-quote-and-a-mebibyte', () => Buffer.from(`name: "${'a'.repeat(MiB)}`)),
  bomb('half-a-mebibyte-of-dependencies', () =>
    Buffer.from(
      `name: probe\nversion: 1\ndependencies:\n${Array.from({ length: 9000 }, (_, at) => `- name: d${at}\n  type: :runtime\n  requirement: []\n`).join('')}`,
    ),
  ),
  bomb('twenty-thousand-files', () =>
    Buffer.from(specification(`extra:\n${'- lib/a/rather/long/path/to/a/file.rb\n'.repeat(20_000)}`)),
  ),
  bomb('a-mebibyte-of-percent-signs', () => Buffer.from('%'.repeat(MiB))),
  bomb('a-mebibyte-of-tags', () => Buffer.from(`name: ${'!a '.repeat(MiB / 3)}`)),
  bomb('half-a-mebibyte-of-anchors', () => Buffer.from(`name: ${'&a '.repeat(MiB / 6)}`)),
  bomb('half-a-mebibyte-of-commas', () =>
    Buffer.from(`name: probe\nversion: 1\nextensions: [${','.repeat(MiB / 3)}]\n`),
  ),
  bomb('half-a-mebibyte-of-colons', () =>
    Buffer.from(`name: probe\nversion: 1\nextensions: {${'a: b, '.repeat(60_000)}}\n`),
  ),
  bomb('half-a-mebibyte-of-comments', () =>
    Buffer.from(`name: probe\nversion: 1\nextensions:\n${'#\n'.repeat(200_000)}`),
  ),
  bomb('half-a-mebibyte-of-empty-lines', () => Buffer.from(`name: |\n${'\n'.repeat(500_000)}x\n`)),
  bomb('half-a-mebibyte-of-documents', () => Buffer.from('---\n'.repeat(120_000))),
  bomb('a-version-of-a-hundred-thousand-dots', () =>
    Buffer.from(`name: probe\nversion: 1${'.1'.repeat(100_000)}\n`),
  ),
  bomb('a-version-of-a-hundred-thousand-dashes', () =>
    Buffer.from(`name: probe\nversion: 1${'-a'.repeat(100_000)}!\n`),
  ),
  bomb('a-name-of-a-hundred-thousand-characters', () =>
    Buffer.from(`name: ${'a'.repeat(100_000)}\nversion: 1\n`),
  ),
];
