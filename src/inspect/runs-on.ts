import type { GemInside, Placement } from '../compat/inside.js';
import type { FilesToJudge } from '../compat/judge.js';
import { FilesOnSystems, rubyAbiOf, unreadFindings } from '../compat/judge.js';
import type { Requires } from '../compat/types.js';
import type { Cpu } from '../elf/types.js';
import type { NamedTarget, Target } from '../target/types.js';
import { lambdaPlacement } from './lambda.js';

/** The known systems with what is needed on which judging finds nothing: `systemsThatRun`. */
export type SystemsFor = (
  requires: Requires,
  cpu: Cpu,
  fits: (target: NamedTarget) => boolean,
) => readonly string[];

/** How something that is judged as one is judged on any system. */
export interface Placed {
  readonly files: FilesToJudge;
  /** The Ruby that it is installed for, `X.Y.Z`. */
  readonly rubyAbi?: string;
  /** What its files may take besides, as they lie on a system. */
  readonly inside: (on?: {
    readonly target: Target;
    readonly placement?: (paths: readonly string[]) => Placement;
  }) => GemInside;
}

/** Whether everything that is judged as one runs on known systems: each is asked once, for the part and for the whole. */
export class RunsOn {
  readonly #ruby: string | undefined;
  readonly #rubyLibraries: readonly string[];
  readonly #answers = new Map<Placed, Map<string, boolean>>();
  readonly #onSystems = new Map<Placed, FilesOnSystems>();

  /**
   * @param ruby that was asked for
   * @param rubyLibraries sonames of Ruby's shared library that it is taken to have
   */
  constructor(ruby: string | undefined, rubyLibraries: readonly string[]) {
    this.#ruby = ruby;
    this.#rubyLibraries = rubyLibraries;
  }

  /** @param target reduced to the CPU */
  fits(placed: Placed, target: NamedTarget, cpu: Cpu): boolean {
    const answers = this.#answers.get(placed) ?? new Map<string, boolean>();
    this.#answers.set(placed, answers);
    const key = `${cpu} ${target.name}`;
    const answer = answers.get(key) ?? this.#judge(placed, target, cpu);
    answers.set(key, answer);
    return answer;
  }

  #judge(placed: Placed, target: NamedTarget, cpu: Cpu): boolean {
    const { files, rubyAbi, inside } = placed;
    // What was not read is read on no system.
    if (unreadFindings(files).length > 0) return false;
    const installedFor = rubyAbiOf(rubyAbi);
    const running = rubyAbiOf(this.#ruby ?? target.ruby);
    if (installedFor !== undefined && running !== undefined && installedFor !== running) return false;
    const ruby = rubyAbi ?? this.#ruby ?? target.ruby;
    const placement = lambdaPlacement(target);
    const onSystems = this.#onSystems.get(placed) ?? new FilesOnSystems(files);
    this.#onSystems.set(placed, onSystems);
    return onSystems.fit(inside({ target, ...(placement === undefined ? {} : { placement }) }), {
      ...{ target, cpu, rubyLibraries: this.#rubyLibraries },
      ...(ruby === undefined ? {} : { ruby }),
    });
  }
}
