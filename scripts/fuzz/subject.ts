import type { Random } from './random.js';

/** A parser under test, with the promises that it makes. */
export interface Subject {
  /** As `--parser` takes it, and the folder of its cases in `fixtures/found`. */
  readonly name: string;
  /** Inputs that every run begins with: what no mutation comes upon. */
  readonly fixed?: readonly { readonly title: string; readonly bytes: () => Uint8Array }[];
  /** The next input, of nothing but the choices of `random`. */
  make(random: Random): Uint8Array;
  /**
   * Reads the input and holds the outcome against the promises. Resolves to a word for how it ended, which is counted.
   * @throws BrokenPromise where one is not kept, and whatever else the parser lets escape.
   */
  check(bytes: Uint8Array): Promise<string> | string;
}

/** The parser did something that it says it never does. */
export class BrokenPromise extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'BrokenPromise';
  }
}

/** What one input may cost. */
export const LIMITS = {
  /** Of processor time in milliseconds, all threads together: other programs of the machine do not count. */
  milliseconds: 2000,
  /** By which the process may grow, in bytes. */
  growth: 512 * 2 ** 20,
};

/** Checks one input, and what it cost. */
export async function checkWithinLimits(subject: Subject, bytes: Uint8Array): Promise<string> {
  const resident = process.memoryUsage.rss();
  const peak = peakBytes();
  const cpu = process.cpuUsage();
  const outcome = await settled(subject.check(bytes));
  const { user, system } = process.cpuUsage(cpu);
  const spent = (user + system) / 1000;
  if (spent > LIMITS.milliseconds) throw new BrokenPromise(`takes ${Math.round(spent)} ms`);
  // A peak that is not new was another input's.
  const grown = peakBytes() > peak ? peakBytes() - resident : 0;
  if (grown > LIMITS.growth) throw new BrokenPromise(`takes ${Math.round(grown / 2 ** 20)} MiB`);
  return outcome;
}

/** After which a promise is taken for one that nobody will settle, in milliseconds. */
const PATIENCE = 20_000;

async function settled(outcome: Promise<string> | string): Promise<string> {
  if (typeof outcome === 'string') return outcome;
  let timer: NodeJS.Timeout | undefined;
  const never = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new BrokenPromise('never ends: neither resolves nor rejects'));
    }, PATIENCE);
  });
  try {
    return await Promise.race([outcome, never]);
  } finally {
    clearTimeout(timer);
  }
}

/** Most that the process ever held, in bytes; `maxRSS` is in KiB. */
function peakBytes(): number {
  return process.resourceUsage().maxRSS * 1024;
}
