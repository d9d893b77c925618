import { expect } from 'vitest';

/**
 * Seconds of processor time that nothing here comes near to, and that whatever backtracks or grows with the
 * square of its input is far beyond. How fast something is, is what `npm run bench` measures.
 */
const BOUND = 20;

/** Runs what must end soon on bad input. Processor time: a busy machine does not make it longer. */
export function inBoundedTime<T>(run: () => T): T {
  const before = process.cpuUsage();
  const done = (): void => {
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1e6, 'seconds of processor time').toBeLessThan(BOUND);
  };
  const result = run();
  if (!(result instanceof Promise)) {
    done();
    return result;
  }
  return result.finally(done) as T;
}
