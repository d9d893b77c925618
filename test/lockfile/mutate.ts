/** A seeded source of numbers in [0, 1): mulberry32. The same seed gives the same run everywhere. */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Characters that mean something in a lockfile, and some that do not belong there. */
const characters = ' ()-!=,.:~<>/@#%?[]0129azAZ_+\t\r\n\u00a0é\0'.split('');

/** Lines that stand somewhere in some lockfile, whole or hurt. */
const lines = [
  'GEM',
  'GIT',
  'PATH',
  'PLUGIN SOURCE',
  'PLATFORMS',
  'DEPENDENCIES',
  'OVERRIDES',
  'CONTENT ADDRESSES',
  'CHECKSUMS',
  'RUBY VERSION',
  'BUNDLED WITH',
  'GEM ',
  'NEW SECTION',
  '  specs:',
  '   specs:',
  '  remote: https://rubygems.org/',
  '  remote: rubygems.org',
  '  remote: true',
  '  remote: https://user:secret@gems.example.com',
  '  override: https://builds.example.com/',
  '  override: builds.example.com',
  '  revision: 1234567',
  '  type: aws-s3',
  '    nokogiri (1.18.0-x86_64-linux-gnu)',
  '    nokogiri (1.18.0-x86_64-linux-musl)',
  '    nokogiri (1.18.0-x86_64-linux-manylinux_2_28)',
  '    nokogiri (1.18.0-ruby)',
  '    nokogiri (1.18.0-)',
  '    nokogiri (1.18.0-java-1.8)',
  '    nokogiri (0.1.7.alpha.2-x86_64-linux)',
  '    nokogiri',
  '    nokogiri ()',
  '    nokogiri (1.0) (2.0)',
  '    nokogiri (1.0',
  '    nokogiri! (1.0)',
  '      racc (~> 1.4, != 1.4.5)',
  '      racc (~> 1.4,, >= 1)',
  '      racc (,)',
  '      racc (>= 1,)',
  '      racc (= 1.0.0-rc1)',
  '  rake!',
  '  rake (>= 12)!',
  '  bundler!',
  '  rake (13.2.1) sha256=46cb38dae65d7d74b6020a4ac9d48afed8eb8149c040eccf0523bec91907059d',
  '  rake (13.2.1) sha256=RssvuDrmXX10tgIKSs1Ir-2I64FJwEDM8FI77JGQcFk=',
  '  rake (13.2.1) sha256=RsssDrmXX10tgIKSs1Ir-2I64FJwEDM8FI77JGQcFk=',
  '  rake (13.2.1) sha512=00,sha256=zz',
  '  rake (13.2.1)',
  '  bundler (4.1.1) sha256=46cb38dae65d7d74b6020a4ac9d48afed8eb8149c040eccf0523bec91907059d',
  '  bundler (4.1.1) sha256=46cb',
  '  nokogiri (1.18.0-x86_64-linux-gnu) 86e5e59f',
  '  nokogiri (1.18.0-x86_64-linux-gnu) 46cb38da sha256=46cb38dae65d7d74b6020a4ac9d48afed8eb8149c040eccf0523bec91907059d',
  '  nokogiri (1.18.0-x86_64-linux-gnu) 86e5e59f sha256=46cb38dae65d7d74b6020a4ac9d48afed8eb8149c040eccf0523bec91907059d',
  '  nokogiri (1.18.0-x86_64-linux-gnu) 86E5E59F',
  '  nokogiri (1.18.0) 86e5e59f',
  '  x86_64-linux',
  '    arm64-darwin-23',
  '  ',
  '   ruby 3.3.0p0',
  '   2.6.2',
  '   4.0.0.beta1',
  '   not a version',
];

type Mutator = (lines: string[], next: () => number) => void;

const at = (length: number, next: () => number): number => Math.floor(next() * length);

function swap(list: string[], a: number, b: number): void {
  const kept = list[a] ?? '';
  list[a] = list[b] ?? '';
  list[b] = kept;
}

const mutators: readonly Mutator[] = [
  function deleteLine(list, next) {
    list.splice(at(list.length, next), 1);
  },
  function duplicateLine(list, next) {
    const i = at(list.length, next);
    list.splice(at(list.length, next), 0, list[i] ?? '');
  },
  function repeatLine(list, next) {
    const i = at(list.length, next);
    list.splice(i, 0, list[i] ?? '');
  },
  function swapLines(list, next) {
    swap(list, at(list.length, next), at(list.length, next));
  },
  function swapNeighbours(list, next) {
    const i = at(list.length, next);
    swap(list, i, Math.min(i + 1, list.length - 1));
  },
  function indent(list, next) {
    const i = at(list.length, next);
    list[i] = ([' ', '  ', '\t'][at(3, next)] ?? '') + (list[i] ?? '');
  },
  function outdent(list, next) {
    const i = at(list.length, next);
    list[i] = (list[i] ?? '').slice(1 + at(2, next));
  },
  function replaceCharacter(list, next) {
    const i = at(list.length, next);
    const line = list[i] ?? '';
    const j = at(line.length, next);
    list[i] = line.slice(0, j) + (characters[at(characters.length, next)] ?? '') + line.slice(j + 1);
  },
  function insertCharacter(list, next) {
    const i = at(list.length, next);
    const line = list[i] ?? '';
    const j = at(line.length + 1, next);
    list[i] = line.slice(0, j) + (characters[at(characters.length, next)] ?? '') + line.slice(j);
  },
  function deleteCharacter(list, next) {
    const i = at(list.length, next);
    const line = list[i] ?? '';
    const j = at(line.length, next);
    list[i] = line.slice(0, j) + line.slice(j + 1);
  },
  function insertLine(list, next) {
    list.splice(at(list.length + 1, next), 0, lines[at(lines.length, next)] ?? '');
  },
  function reorderSections(list, next) {
    const sections = list.join('\n').split('\n\n');
    swap(sections, at(sections.length, next), at(sections.length, next));
    list.splice(0, list.length, ...sections.join('\n\n').split('\n'));
  },
  function truncate(list, next) {
    list.splice(at(list.length, next));
  },
  function windowsLineEnds(list) {
    for (const [i, line] of list.entries()) list[i] = `${line}\r`;
  },
];

/** One to three mutations of a text. */
export function mutate(text: string, next: () => number): string {
  const list = text.split('\n');
  const count = 1 + at(3, next);
  for (let i = 0; i < count && list.length > 0; i += 1) mutators[at(mutators.length, next)]?.(list, next);
  return list.join('\n');
}
