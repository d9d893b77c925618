import { libcLibraries } from '../target/libc-libraries.js';
import { parseSymbolVersion } from '../version/symbol-version.js';
import { LIBGCC_RELEASES, LIBSTDCXX_RELEASES } from './gcc-symbols.js';
import { glibcSymbols } from '../target/glibc-symbols.js';
import { changeOf, isNewerThanPort } from './glibc-changes.js';
import { knownSymbol } from './known-symbols.js';
import type { Explanation, KnownSymbols, ReasonKind, RebuildEffect, SymbolQuestion } from './types.js';

const REBUILD = {
  moved: 'avoids',
  revised: 'avoids',
  added: 'avoids-unless-used',
  renamed: 'avoids',
  redirected: 'avoids',
  'start-code': 'avoids',
  compiler: 'avoids',
  marker: 'needs-flag',
  private: 'avoids-unless-used',
  base: 'nothing-to-avoid',
  versioned: 'avoids-unless-used',
} satisfies Record<ReasonKind, RebuildEffect>;

/** Libraries of glibc besides those that every system has. */
const MORE_GLIBC = /^lib(?:mvec|crypt|nsl|thread_db|BrokenLocale)\.so\.\d+$/;

/**
 * What a needed symbol is, why a build picks it up, and whether a build on an older system avoids it. Where the symbol is
 * not known singly, what its library's history says of it; undefined for a library that is neither glibc's nor GCC's, and
 * for versions of GCC's libraries that no system lacks.
 */
export function explainSymbol(question: SymbolQuestion): Explanation | undefined {
  const { library, symbolVersion, symbol, cpu } = question;
  const { prefix, number } = parseSymbolVersion(symbolVersion);
  const known = knownSymbol(library, symbolVersion, symbol, cpu);
  if (prefix.startsWith('GLIBC_') || prefix === 'GLIBC') {
    if (!libcLibraries('gnu', cpu).includes(library) && !MORE_GLIBC.test(library)) return undefined;
    return number === undefined ? explainMarker(question, known) : explainGlibc(question, number, known);
  }
  const releases =
    library === 'libstdc++.so.6' ? LIBSTDCXX_RELEASES : library === 'libgcc_s.so.1' ? LIBGCC_RELEASES : [];
  const release = releases.find(({ version }) => version === symbolVersion)?.release;
  if (release === undefined) return undefined;
  const kind = known?.kind ?? 'versioned';
  return {
    ...question,
    kind,
    project: 'gcc',
    since: release,
    ...wordsOf(known),
    rebuild: known?.rebuild ?? REBUILD[kind],
    source: known?.source ?? 'libstdc++ manual, "ABI Policy and Guidelines"; GCC, libgcc/libgcc-std.ver.in',
  };
}

/** A version of glibc without a number. */
function explainMarker(question: SymbolQuestion, known: KnownSymbols | undefined): Explanation | undefined {
  const { library, symbolVersion, cpu } = question;
  if (symbolVersion === 'GLIBC_PRIVATE') {
    const source = 'glibc, include/libc-symbols.h and the Versions files: GLIBC_PRIVATE';
    return { ...question, kind: 'private', project: 'glibc', rebuild: REBUILD.private, source };
  }
  const marker = known ?? knownSymbol(library, symbolVersion, undefined, cpu);
  if (marker === undefined) return undefined;
  return {
    ...question,
    kind: 'marker',
    project: 'glibc',
    ...(marker.since === undefined ? {} : { since: marker.since }),
    ...wordsOf(marker),
    rebuild: REBUILD.marker,
    source: marker.source,
  };
}

function explainGlibc(
  question: SymbolQuestion,
  number: string,
  known: KnownSymbols | undefined,
): Explanation {
  const { library, symbol, cpu } = question;
  const about = { ...question, project: 'glibc' as const, since: number };
  if (!isNewerThanPort(number, cpu)) {
    return { ...about, kind: 'base', rebuild: REBUILD.base, source: glibcSymbols().source };
  }
  const change = symbol === undefined ? undefined : changeOf(library, symbol, number, cpu);
  // What is known by name of one CPU is not said of another on which glibc has no such symbol.
  const entry = change === undefined ? undefined : known;
  const kind = entry?.kind ?? change?.kind ?? 'versioned';
  return {
    ...about,
    kind,
    ...(change?.from === undefined ? {} : { from: change.from }),
    ...(change?.before === undefined ? {} : { before: `GLIBC_${change.before}` }),
    ...wordsOf(entry),
    rebuild: entry?.rebuild ?? REBUILD[kind],
    source: entry?.source ?? glibcSymbols().source,
  };
}

function wordsOf(known: KnownSymbols | undefined): Pick<Explanation, 'what' | 'why'> {
  if (known === undefined) return {};
  const { what, why } = known;
  return { what, ...(why === undefined ? {} : { why }) };
}
