/**
 * The form in which names are compared: case and separators do not count, dots do, so `Ubuntu 20.04`, `ubuntu:20.04`,
 * `ubuntu_20.04` and `ubuntu20.04` are one, and `sles-15.5` and `sles-155` are not.
 */
export function targetKey(text: string): string {
  return text.toLowerCase().replace(/[\s_:/-]+/g, '');
}
