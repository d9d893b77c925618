import type { Lockfile } from './types.js';

/** Enough to see what is wrong with a file; the rest is counted, so that a hostile file cannot fill the memory. */
const limit = 100;

/** What a lockfile is read with a shrug over, in file order. */
export class Warnings {
  private readonly kept: { message: string; line: number }[] = [];
  private left = 0;
  private firstLeft = 0;

  add(line: number, message: string): void {
    if (this.kept.length < limit) {
      this.kept.push({ message, line });
    } else {
      this.firstLeft = this.left === 0 ? line : Math.min(this.firstLeft, line);
      this.left += 1;
    }
  }

  get list(): Lockfile['warnings'] {
    // What only the whole file shows comes last.
    const kept = [...this.kept].sort((a, b) => a.line - b.line);
    if (this.left === 0) return kept;
    return [...kept, { message: `${this.left} more such lines from here on`, line: this.firstLeft }];
  }
}
