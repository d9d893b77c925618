import type { Cpu } from '../../src/index.js';
import type { Meter } from './meter.js';

/** What every case is given. */
export interface Bench {
  /** Root of the checkout. */
  readonly root: string;
  /** A directory of the bench's own, removed at its end. */
  readonly workspace: string;
  readonly runs: number;
  /** Size of the synthetic executable in bytes. */
  readonly size: number;
  readonly meter: Meter;
  /** The CPU of this machine: its objdump reads that one's files for certain. */
  readonly cpu: Cpu;
  readonly env: Readonly<Record<string, string>>;
  /** A program is installed. */
  has(program: string): boolean;
  print(text: string): void;
}
