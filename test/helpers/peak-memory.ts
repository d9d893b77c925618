/**
 * For NODE_OPTIONS: has Node say at its end, on standard error, how much memory it had at most. From proc(5): the figure of
 * getrusage(2) is at least what the process had that started it.
 */
export const SAYS_PEAK = `--import=data:text/javascript,${encodeURIComponent(
  [
    "import{readFileSync}from'node:fs';",
    "process.on('exit',()=>{process.stderr.write('\\n'+/VmHWM:.*/.exec(readFileSync('/proc/self/status','latin1'))[0]+'\\n')})",
  ].join(''),
)}`;

/** KiB that a process with SAYS_PEAK had at most; NaN where it did not say. */
export function peakOf(stderr: string): number {
  return Number(/VmHWM:\s*(\d+) kB/.exec(stderr)?.[1]);
}
