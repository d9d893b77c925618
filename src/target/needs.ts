import { UsageError } from '../errors.js';
import { compareDotted } from '../version/symbol-version.js';
import type { TargetNeeds } from './catalog.js';

/** `glibc-2.34`, `GLIBC_2.34`, `glibcxx 3.4.30`, `musl-1.2.5`, `gcc-12`. */
const NUMBERED = /^(glibc|glibcxx|cxxabi|gcc|musl)[-_ :]?(\d{1,4}(?:\.\d{1,4}){0,3})$/i;

/** A version name without a number: GLIBC_ABI_DT_RELR, CXXABI_FLOAT128. */
const MARKER = /^(?:GLIBC|GLIBCXX|CXXABI|GCC)_[A-Z][A-Z0-9_]*$/;

type Numbers = Partial<Record<'glibc' | 'glibcxx' | 'cxxabi' | 'gcc' | 'musl', string>>;

/**
 * Reads what a system has to have, each in any of the words that people and readelf use: `glibc-2.34`, `GLIBCXX_3.4.30`,
 * `cxxabi-1.3.13`, `gcc-12` (libgcc_s' GCC_12.0.0), `musl-1.2.5`, `GLIBC_ABI_DT_RELR` or `relr`; several in one text are
 * separated by commas. Of the same kind the highest counts.
 * @throws UsageError `NEED_MALFORMED`
 */
export function parseNeeds(texts: readonly string[]): TargetNeeds {
  const numbers: Numbers = {};
  const markers = new Set<string>();
  const parts = texts.flatMap((text) => text.split(',')).map((part) => part.trim());
  for (const part of parts) {
    const [, kind, number] = NUMBERED.exec(part) ?? [];
    if (kind !== undefined && number !== undefined) {
      const key = kind.toLowerCase() as keyof Numbers;
      const before = numbers[key];
      if (before === undefined || compareDotted(number, before) > 0) numbers[key] = number;
    } else if (/^(?:dt_)?relr$/i.test(part)) markers.add('GLIBC_ABI_DT_RELR');
    else if (MARKER.test(part.toUpperCase())) markers.add(part.toUpperCase());
    else throw malformed(`${JSON.stringify(part.slice(0, 80))} is nothing that a system could be asked for`);
  }
  const { musl, ...gnu } = numbers;
  if (musl !== undefined && (Object.keys(gnu).length > 0 || markers.size > 0)) {
    throw malformed('no system has both glibc and musl');
  }
  return {
    libc: musl === undefined ? 'gnu' : 'musl',
    ...numbers,
    ...(markers.size > 0 ? { markers: [...markers] } : {}),
  };
}

function malformed(message: string): UsageError {
  return new UsageError(message, {
    code: 'NEED_MALFORMED',
    suggestions: [
      'write what is needed as glibc-2.34, musl-1.2.5, glibcxx-3.4.30, GLIBC_ABI_DT_RELR; several with commas',
    ],
  });
}
