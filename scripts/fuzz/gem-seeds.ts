import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import type { GemInput, Member, TarEntryInput } from '../../test/helpers/gems.js';
import { buildGem, modernOrder, oldOrder, specificationYaml, tarArchive } from '../../test/helpers/gems.js';
import { mutateBytes, mutateText } from './bytes.js';
import { elfSeeds, mutatedElf } from './elf.js';
import type { Random } from './random.js';

/** Gems of the fixtures that are small enough to be changed many times: what RubyGems itself packs. */
const packed = [
  'nokogiri-1.18.0-x86_64-linux-gnu',
  'commonmarker-2.1.0-x86_64-linux',
  'wkhtmltopdf-binary-0.12.6.7',
  'pg-1.6.0-x86_64-linux',
].map((name) => readFileSync(new URL(`../../fixtures/mirror/gems/${name}.gem`, import.meta.url)));

const files = [...elfSeeds.values()].filter((bytes) => bytes.length < 40_000);

const PLAIN_NAMES = [
  'lib/probe/probe.so',
  'lib/3.3/probe.so',
  'exe/x86_64-linux/probe',
  './lib/a.so',
  'lib//b.so',
  'lib/../c.so',
  'lib/é.so',
  'bin/probe_ubuntu_20.04_amd64.gz',
];

const ODD_NAMES = [
  '../escape.so',
  '/etc/absolute.so',
  'lib/nul\0.so',
  'lib/\u001b[2J\u202e.so',
  'a'.repeat(100),
  'lib/directory/',
  '',
  '.',
];

const nameOf = (random: Random): string => random.pick(random.chance(0.95) ? PLAIN_NAMES : ODD_NAMES);

const TYPES = ['0', '0', '0', '0', '\0', '7', '1', '2', '5', '3', '6', 'S', 'x', 'g', 'L', 'K', 'V', 'D'];

function elfFile(random: Random): Uint8Array {
  return random.chance(0.7) ? random.pick(files) : mutatedElf(random);
}

function content(random: Random): Uint8Array | string {
  switch (random.below(8)) {
    case 0:
      return '';
    case 1:
      return '!<arch>\nprobe.o/';
    case 2:
      return gzipSync(elfFile(random), { level: 1 });
    case 3:
      return mutateBytes(gzipSync(elfFile(random), { level: 1 }), random);
    case 4:
      return gzipSync(Buffer.alloc(random.below(100_000), random.below(256)), { level: 1 });
    default:
      return elfFile(random);
  }
}

/** A record of a PAX header: its length counts itself. */
function paxRecord(key: string, value: string): string {
  const body = ` ${key}=${value}\n`;
  let length = body.length;
  while (String(length).length + body.length !== length) length = String(length).length + body.length;
  return `${length}${body}`;
}

function entry(random: Random): TarEntryInput[] {
  const name = nameOf(random);
  const type = random.chance(0.6) ? '0' : random.pick(TYPES);
  const data = content(random);
  const file: TarEntryInput = {
    name,
    data,
    type,
    ...(type === '1' || type === '2' ? { linkname: nameOf(random) } : {}),
    ...(random.chance(0.05) ? { prefix: nameOf(random) } : {}),
    ...(random.chance(0.05)
      ? {
          claimedSize: random.pick([
            0,
            1,
            511,
            513,
            1e9,
            0o77777777777,
            '\x80\0\0\0\0\0\0\0\0\0\x10\0',
            '-1',
            'x',
            ' 17 ',
            '9',
          ]),
        }
      : {}),
    ...(random.chance(0.05) ? { magic: random.pick(['', 'ustar  \0', 'ustar\0\0\0', 'rats\0']) } : {}),
    ...(random.chance(0.02) ? { claimedChecksum: random.below(100_000) } : {}),
  };
  const before: TarEntryInput[] = [];
  if (random.chance(0.1)) {
    const record = random.pick([
      paxRecord('path', nameOf(random)),
      paxRecord('size', random.pick(['0', '9', '99999999999999999999', '-1', 'x'])),
      paxRecord('linkpath', nameOf(random)),
      paxRecord('GNU.sparse.size', '1'),
      '99999 path=x\n',
      'garbage',
    ]);
    before.push({ name: 'PaxHeader', type: random.pick(['x', 'g']), data: record });
  }
  if (random.chance(0.05))
    before.push({ name: '././@LongLink', type: random.pick(['L', 'K']), data: `${nameOf(random)}\0` });
  return [...before, file];
}

const YAML_WORDS = [
  ...':-?&*!|>%@`"\'[]{},#~\n\t '.split(''),
  ': ',
  '- ',
  '- - ',
  '&a ',
  '*a',
  '<<: *a',
  '!ruby/object:Gem::Version',
  '!binary |',
  '--- ',
  '...\n',
  'name: x\n',
  'version: 1.10\n',
  'platform: java\n',
  'dependencies:\n',
  'extensions: [',
  '0x10',
  '1e3',
  'null',
  '~',
  '\u2028',
  '\0',
  '\ufeff',
  '? ',
  '{}',
  '[]',
  '\u001b[2J',
];

function members(random: Random): readonly Member[] {
  if (random.chance(0.8)) return random.pick([modernOrder, modernOrder, oldOrder]);
  return Array.from({ length: random.below(5) }, () => random.pick(modernOrder));
}

function structure(random: Random): GemInput {
  return {
    files: Array.from({ length: random.below(6) }, () => entry(random)).flat(),
    order: members(random),
    signed: random.chance(0.2),
    platform: random.pick(['x86_64-linux', 'ruby', 'java', 'x86_64-linux-gnu', "'1.0'", '!!x', '']),
    ...(random.chance(0.15) ? { metadata: mutateText(specificationYaml(), random, YAML_WORDS) } : {}),
    ...(random.chance(0.05) ? { digests: { SHA256: { 'data.tar.gz': '0'.repeat(64) } } } : {}),
  };
}

/** The raw bytes of a `.gem`: one that RubyGems packed, changed, or one of a structure that it would not pack. */
export function someGem(random: Random): Uint8Array {
  if (random.chance(0.3)) return mutateBytes(random.pick(packed), random);
  const gem = structure(random);
  if (!random.chance(0.1)) return buildGem(gem);
  const data = gzipSync(mutateBytes(tarArchive(gem.files ?? []), random), { level: 1 });
  return buildGem({ ...gem, data: random.chance(0.5) ? data : mutateBytes(data, random) });
}

/** A specification as text, changed. */
export function someSpecification(random: Random): Uint8Array {
  return Buffer.from(mutateText(specificationYaml(), random, YAML_WORDS));
}
