import { Presets, SingleBar } from 'cli-progress';
import type { InspectProgress } from './api/inspect.js';
import type { AuditProgress } from './audit/ports.js';
import { printable } from './report/printable.js';

export interface Progress {
  readonly update: (progress: AuditProgress) => void;
  readonly stop: () => void;
}

/** A bar on stderr, gone when the work is done; nothing where nobody watches. */
export function progressBar(watched: boolean): Progress {
  if (!watched) return { update: () => undefined, stop: () => undefined };
  const bar = new SingleBar(
    {
      stream: process.stderr,
      format: '{bar} {value}/{total} {current}',
      barsize: 24,
      clearOnComplete: true,
      // Nothing that Ctrl-C would leave behind: no hidden cursor, no line wrapping switched off.
      hideCursor: false,
      linewrap: true,
    },
    Presets.shades_classic,
  );
  let started = false;
  return {
    update: ({ done, total, current }) => {
      if (!started) bar.start(total, done, { current: '' });
      started = true;
      bar.update(done, { current: printable(current) });
    },
    stop: () => {
      if (started) bar.stop();
    },
  };
}

export interface FileCount {
  readonly update: (progress: InspectProgress) => void;
  readonly stop: () => void;
}

/** How many files have been looked at, in one line on stderr that is gone when the work is done. */
export function fileCounter(watched: boolean): FileCount {
  if (!watched) return { update: () => undefined, stop: () => undefined };
  const line = new SingleBar({
    stream: process.stderr,
    format: '{value} files  {current}',
    clearOnComplete: true,
    hideCursor: false,
    linewrap: true,
    fps: 10,
  });
  let started = false;
  return {
    update: ({ files, current }) => {
      if (!started) line.start(0, 0, { current: '' });
      started = true;
      line.update(files, { current: printable(current).slice(-60) });
    },
    stop: () => {
      if (started) line.stop();
    },
  };
}
