import type { LibraryNeed } from '../elf/types.js';
import { explainSymbol } from '../explain/symbol.js';
import type { Explanation, SymbolQuestion } from '../explain/types.js';
import { parseSymbolVersion } from '../version/symbol-version.js';
import type { InspectedSubject } from './types.js';

/**
 * What each symbol is that a target does not have; without a target, each of the highest version that a subject needs of a
 * kind, since those say why it needs so much. Every question once, in the order of the report.
 */
export function explanationsOf(subjects: readonly InspectedSubject[]): Explanation[] {
  const explained = new Map<string, Explanation>();
  for (const question of subjects.flatMap((subject) => [...failing(subject), ...highest(subject)])) {
    const { library, symbolVersion, symbol, cpu } = question;
    const key = `${library}\0${symbolVersion}\0${symbol ?? ''}\0${cpu}`;
    const explanation = explained.has(key) ? undefined : explainSymbol(question);
    if (explanation !== undefined) explained.set(key, explanation);
  }
  return [...explained.values()];
}

function failing({ groups }: InspectedSubject): SymbolQuestion[] {
  return groups.flatMap(({ results = [] }) =>
    results.flatMap(({ arch, findings }) =>
      findings.flatMap((finding) =>
        finding.kind === 'symbol-version'
          ? questions(finding.library, finding.symbolVersion, finding.symbols, arch)
          : [],
      ),
    ),
  );
}

function highest({ groups, needs }: InspectedSubject): SymbolQuestion[] {
  return needs.flatMap(({ arch, requires }) => {
    const floors = [
      `GLIBC_${requires.glibc ?? ''}`,
      `GLIBCXX_${requires.glibcxx ?? ''}`,
      `CXXABI_${requires.cxxabi ?? ''}`,
      `GCC_${requires.gcc ?? ''}`,
      ...(requires.markers ?? []),
    ];
    return groups
      .filter(({ results }) => results === undefined)
      .flatMap(({ files }) => files.filter((file) => file.arch === arch))
      .flatMap(({ verneed = [] }: { verneed?: readonly LibraryNeed[] }) => verneed)
      .flatMap(({ library, versions }) =>
        versions
          .filter(({ name, weak }) => !weak && floors.includes(normal(name)))
          .flatMap(({ name, symbols }) => questions(library, name, symbols, arch)),
      );
  });
}

/** `Requires` has numbers, by which a version is found again. */
function normal(name: string): string {
  const { prefix, number } = parseSymbolVersion(name);
  return number === undefined ? name : `${prefix}_${number}`;
}

function questions(
  library: string,
  symbolVersion: string,
  symbols: readonly string[],
  cpu: SymbolQuestion['cpu'],
): SymbolQuestion[] {
  if (symbols.length === 0) return [{ library, symbolVersion, cpu }];
  return symbols.map((symbol) => ({ library, symbolVersion, symbol, cpu }));
}
