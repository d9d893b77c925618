import type { Finding, Requires, Verdict } from '../compat/types.js';
import { rubyOfLibrary } from '../compat/shared-ruby.js';
import { verdictOf } from '../compat/verdict.js';
import type {
  CpuNeeds,
  InspectedGroup,
  InspectedSubject,
  InspectReport,
  SubjectKind,
} from '../inspect/types.js';
import { printable } from './printable.js';
import { listWords } from './lists.js';
import { needsWords } from './words.js';

/** What a subject is, in words that fit behind its path. */
const KIND_WORDS = {
  elf: 'ELF file',
  gem: 'gem',
  release: 'gem in the registry',
  directory: 'directory',
  bundle: 'installed gems',
  zip: 'zip',
  tar: 'tar archive',
  cpio: 'cpio archive',
  deb: 'Debian package',
  rpm: 'RPM package',
  compressed: 'compressed file',
  unread: 'could not be read',
} satisfies Record<SubjectKind, string>;

/** What a file that is looked for would lie in: `neither in … nor on the target`. */
export function wholeWords(kind: SubjectKind, group: InspectedGroup): string {
  if (group.kind === 'gem') return 'the gem';
  return kind === 'elf' ? 'the file' : kind === 'bundle' ? 'the directory' : `the ${KIND_WORDS[kind]}`;
}

export function counted(number: number, singular: string, plural = `${singular}s`): string {
  return `${number.toLocaleString('en')} ${number === 1 ? singular : plural}`;
}

export function subjectWords({
  path,
  kind,
  groups,
  filesSeen,
  gemsWithoutBinaries,
  specialFiles,
}: InspectedSubject): string {
  const shown = path === '-' ? 'standard input' : printable(path);
  const files = groups.reduce((sum, group) => sum + group.files.length, 0);
  const gems = groups.filter((group) => group.kind === 'gem').length;
  if (kind === 'elf' || kind === 'unread') return `${shown}: ${KIND_WORDS[kind]}`;
  const parts = [
    `${counted(files, 'ELF file')}${filesSeen > files ? ` among ${filesSeen.toLocaleString('en')}` : ''}`,
    ...(gems > 0 && kind !== 'gem' ? [`${counted(gems, 'gem')} with native files`] : []),
    ...(gemsWithoutBinaries > 0 && kind !== 'gem' ? [`${counted(gemsWithoutBinaries, 'gem')} without`] : []),
    ...(specialFiles > 0
      ? [`${counted(specialFiles, 'device, socket or pipe', 'devices, sockets and pipes')} not opened`]
      : []),
  ];
  return `${shown}: ${KIND_WORDS[kind]}, ${parts.join(', ')}`;
}

/** A group by its name: `nokogiri 1.18.3`. */
export function groupWords({ name, version }: InspectedGroup): string {
  return version === undefined ? printable(name) : `${printable(name)} ${printable(version)}`;
}

/** What a gem is for: `x86_64-linux-gnu, Ruby 3.3.0`. */
export function forWords({ platform, address, rubyAbi }: InspectedGroup): string {
  const parts = [
    ...(platform === undefined || platform === 'ruby' ? [] : [printable(platform)]),
    ...(address === undefined ? [] : [printable(address)]),
    ...(rubyAbi === undefined ? [] : [`Ruby ${printable(rubyAbi)}`]),
  ];
  return parts.length === 0 ? '–' : parts.join(', ');
}

/** All numbers: `glibc 2.34, GLIBCXX 3.4.29, GLIBC_ABI_DT_RELR`. */
export function allNeedsWords(requires: Requires): string {
  const { cxxabi, gcc, markers } = requires;
  return [
    needsWords(requires),
    ...(cxxabi === undefined ? [] : [`CXXABI ${cxxabi}`]),
    ...(gcc === undefined ? [] : [`GCC ${gcc}`]),
    ...(markers ?? []).map(printable),
  ].join(', ');
}

const MOST_SYSTEMS = 6;

/** Where it runs, in one sentence. */
export function runsOnWords({ requires, runsOn, arch }: CpuNeeds): string {
  if (requires.libc === 'static') return `runs on any Linux for ${arch}: it asks for no C library`;
  if (requires.libc === 'both') return 'has files for glibc and files for musl: no one system runs them all';
  if (runsOn === undefined || runsOn.length === 0) {
    return requires.markers?.includes('GLIBC_PRIVATE') === true
      ? 'runs on the system alone that it is a part of: the libraries of one glibc have GLIBC_PRIVATE among themselves'
      : 'no system is known to have all of it';
  }
  return `runs on ${listWords(runsOn, MOST_SYSTEMS)}`;
}

/** glibc's and musl's own libraries and loaders: whoever has the C library has them. */
const OF_LIBC =
  /^(?:lib(?:c|m|mvec|dl|pthread|rt|resolv|util|anl|nsl|crypt|nss_\w+)\.so\.\d+|ld-?[-.\w]*\.so\.\d+|libc\.so|libc\.musl-.*)$/;

/** Needed libraries that are not inside and not the C library's own. */
export function otherLibraries(requires: Requires): string[] {
  return (requires.libraries ?? []).filter(
    (library) => !OF_LIBC.test(library) || library.startsWith('libcrypt.'),
  );
}

/** What verdicts take for given; empty where nothing: `taking for given that Ruby 3.3 is there …`. */
export function givenWords(libraries: readonly string[]): string {
  const distinct = [...new Set(libraries)].sort();
  if (distinct.length === 0) return '';
  const rubies = distinct.map((library) => `Ruby ${rubyOfLibrary(library) ?? '?'}`);
  const there =
    rubies.length === 1 ? 'is there with its shared library' : 'are there with their shared libraries';
  return `taking for given that ${listWords(rubies)} ${there} (${listWords(distinct)}), which extensions here are linked to: without it (a Ruby built without --enable-shared) they do not load`;
}

/** Words of what could not be read whatever the target; a target's own findings are in words.ts. */
export function unreadWords(finding: Finding): string {
  switch (finding.kind) {
    case 'unreadable':
      return `could not be read: ${printable(finding.reason)} [${finding.code}]`;
    case 'nested-archive':
      return 'is an archive, and what is in it was not read';
    case 'static-archive':
      return 'is an archive that is linked on your machine, so it cannot be judged here';
    default:
      return finding.kind;
  }
}

/** The closing line: gems count once, and of the files that belong to none each. */
export function inspectSummaryWords({ summary, subjects, targets }: InspectReport): string {
  const { files, unreadable } = summary;
  const judged = subjects.some(({ groups }) => groups.some(({ verdict }) => verdict !== undefined));
  if (files === 0 && unreadable === 0 && !judged) return 'No ELF files: nothing to check.';
  if (targets === undefined) {
    return `${counted(files, 'ELF file')}${unreadable > 0 ? `, ${counted(unreadable, 'part')} not read` : ''}.`;
  }
  const verdicts = subjects.flatMap(({ groups }) => groups.flatMap(verdictsOf));
  const gems = subjects.reduce(
    (sum, { groups }) =>
      sum + groups.filter(({ kind, verdict }) => kind === 'gem' && verdict !== undefined).length,
    0,
  );
  const others = verdicts.length - gems;
  const count = (verdict: Verdict): number => verdicts.filter((each) => each === verdict).length;
  const [fit, fail, unknown] = [count('compatible'), count('incompatible'), count('unknown')];
  const things = [
    ...(gems > 0 ? [counted(gems, 'gem')] : []),
    ...(others > 0 ? [counted(others, gems > 0 ? 'other file' : 'file')] : []),
  ];
  const parts = [
    ...(fit > 0 ? [`${fit.toLocaleString('en')} ${fit === 1 ? 'fits' : 'fit'}`] : []),
    ...(fail > 0 ? [`${fail.toLocaleString('en')} ${fail === 1 ? 'does' : 'do'} not fit`] : []),
    ...(unknown > 0 ? [`${unknown.toLocaleString('en')} could not be checked`] : []),
  ];
  const worst = targets.length > 1 ? `, each by the worst of ${targets.length} targets` : '';
  return `${things.join(' and ')}${worst}: ${parts.join(', ')}.`;
}

/** The worst of each file that belongs to no gem and is judged, and of what could not be read; of a gem its own. */
function verdictsOf(group: InspectedGroup): Verdict[] {
  const { kind, verdict, results = [], files } = group;
  if (kind === 'gem') return verdict === undefined ? [] : [verdict];
  const judged = files.filter(({ arch, path }) =>
    results.some((result) => result.arch === arch && result.passedOver?.includes(path) !== true),
  );
  const byFile = new Map<string, Finding[]>(judged.map(({ path }) => [path, []]));
  for (const finding of results.flatMap(({ findings }) => findings)) {
    byFile.set(finding.file, [...(byFile.get(finding.file) ?? []), finding]);
  }
  return [...byFile.values()].map((findings) => verdictOf(findings));
}
