import type { Finding } from '../../../src/compat/types.js';
import type { Target } from '../../../src/target/types.js';
import type { Answer, Loader } from './loaders.js';

export interface Difference {
  readonly specimen: string;
  readonly loader: Loader;
  readonly target: Target;
  readonly answer: Answer;
  /** The same with lazy binding. */
  readonly lazy: Answer;
  readonly verdict: string;
  readonly findings: readonly Finding[];
}

interface Group {
  readonly first: Difference;
  /** Targets by the loader that speaks for them. */
  readonly where: Map<Loader, Set<Target>>;
}

/** Differences by what they are about: that eight loaders say the same is one line. */
export class Differences {
  readonly #groups = new Map<string, Group>();
  readonly #loaders: readonly Loader[];

  constructor(loaders: readonly Loader[]) {
    this.#loaders = loaders;
  }

  add(difference: Difference): void {
    const { specimen, loader, target, answer, lazy, verdict, findings } = difference;
    const key = JSON.stringify([
      specimen,
      loader.libc,
      answer.loaded,
      lazy.loaded,
      verdict,
      findings.map(({ kind }) => kind),
    ]);
    const group: Group = this.#groups.get(key) ?? {
      first: difference,
      where: new Map<Loader, Set<Target>>(),
    };
    group.where.set(loader, (group.where.get(loader) ?? new Set<Target>()).add(target));
    this.#groups.set(key, group);
  }

  lines(): string[] {
    return [...this.#groups.values()].map(({ first, where }) => {
      const { specimen, answer, lazy, verdict, findings } = first;
      const theirs = answer.loaded
        ? 'loads'
        : `refused${lazy.loaded ? ' (loads lazily)' : ''}: ${answer.words.replaceAll('\n', ' ').slice(0, 160)}`;
      const ours = [verdict, ...findings.map(({ kind, file }) => `${kind} of ${file}`)].join(', ');
      return `${specimen} | ${this.#places(where)} | ${theirs} | we say ${ours}`;
    });
  }

  #places(where: Group['where']): string {
    const parts: string[] = [];
    const whole = [...where]
      .filter(([{ targets }, some]) => some.size === targets.length)
      .map(([loader]) => loader);
    for (const libc of ['gnu', 'musl'] as const) {
      const all = this.#loaders.filter((loader) => loader.libc === libc);
      const some = all.filter((loader) => whole.includes(loader));
      if (some.length === all.length) parts.push(`all ${libc === 'gnu' ? 'glibc' : 'musl'}`);
      else parts.push(...some.map(({ name }) => name));
    }
    for (const [loader, targets] of where) {
      if (whole.includes(loader)) continue;
      for (const { name } of targets)
        parts.push(name.startsWith('rootfs:') ? `${loader.name} as a root` : name);
    }
    return parts.join(', ');
  }
}
