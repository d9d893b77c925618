/** How a system is read that is not known by its name. */
interface TargetSource {
  /** What stands behind the colon; `none` has no colon. */
  readonly place: 'path' | 'reference' | 'none';
  /**
   * Whether it may be another system on each CPU: `each` is read for each of them, `one` is one system, `asks` says itself which it
   * is.
   */
  readonly cpus: 'each' | 'one' | 'asks';
}

/**
 * Forms of a target that say where a system is read, by the word before the colon. A new one is a row here and a reader in
 * read-target.ts.
 */
export const TARGET_SOURCES = {
  host: { place: 'none', cpus: 'one' },
  rootfs: { place: 'path', cpus: 'one' },
  image: { place: 'reference', cpus: 'each' },
  'docker-archive': { place: 'path', cpus: 'each' },
  oci: { place: 'path', cpus: 'each' },
  dockerfile: { place: 'path', cpus: 'asks' },
} as const satisfies Record<string, TargetSource>;

export type TargetSourceName = keyof typeof TARGET_SOURCES;

const NAMES = Object.keys(TARGET_SOURCES) as TargetSourceName[];

/** Which source a text names, in any case, and what follows its colon; none for the name of a system. */
export function targetSourceOf(text: string): { readonly source?: TargetSourceName; readonly place: string } {
  const wanted = text.trim();
  const lower = wanted.toLowerCase();
  for (const source of NAMES) {
    if (TARGET_SOURCES[source].place === 'none') {
      if (lower === source) return { source, place: '' };
    } else if (lower.startsWith(`${source}:`)) return { source, place: wanted.slice(source.length + 1) };
  }
  return { place: wanted };
}
