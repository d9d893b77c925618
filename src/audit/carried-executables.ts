/**
 * Gems without a platform that are not compiled and are no pure Ruby either: they carry executables that are named for systems, and
 * run the one for theirs. The index does not say so of a gem, and opening every gem without a platform to find out would download
 * most of a bundle. The list holds those whose files have been looked at.
 */
const CARRIES_EXECUTABLES: ReadonlySet<string> = new Set([
  // https://github.com/zakird/wkhtmltopdf_binary_gem: bin/wkhtmltopdf_ID_VERSION_CPU.gz, which bin/wkhtmltopdf unpacks and runs
  'wkhtmltopdf-binary',
]);

/** Whether the gem of that name is known to carry executables for systems by name, so that `--all` has something to judge of it. */
export function carriesExecutables(name: string): boolean {
  return CARRIES_EXECUTABLES.has(name);
}
