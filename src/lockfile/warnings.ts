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
      if (this.left === 0) this.firstLeft = line;
      this.left += 1;
    }
  }

  get list(): Lockfile['warnings'] {
    if (this.left === 0) return this.kept;
    return [...this.kept, { message: `${this.left} more such lines from here on`, line: this.firstLeft }];
  }
}
