/** Milliseconds of processor time that a synchronous call takes: a busy machine does not make it longer. */
export function cpuTime(run: () => unknown): number {
  const before = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
