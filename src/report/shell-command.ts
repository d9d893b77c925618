/** A word as a POSIX shell takes it: quoted where it has to be. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./~-]+$/.test(text) && !text.startsWith('~')
    ? text
    : `'${text.replaceAll("'", `'\\''`)}'`;
}

/**
 * A command of Bundler's as it is typed where the user is, for a project that may lie elsewhere.
 * @param gemfile as the user would write it
 */
export function bundleCommand(command: string, gemfile: string): string {
  const cut = Math.max(gemfile.lastIndexOf('/'), gemfile.lastIndexOf('\\'));
  const [directory, name] = [gemfile.slice(0, Math.max(cut, 0)), gemfile.slice(cut + 1)];
  if (name !== 'Gemfile' && name !== 'gems.rb') return `BUNDLE_GEMFILE=${shellWord(gemfile)} ${command}`;
  if (cut < 0 || directory === '.') return command;
  return `cd ${shellWord(directory === '' ? '/' : directory)} && ${command}`;
}
