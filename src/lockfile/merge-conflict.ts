/** Bundler refuses a file that has one of these anywhere (lib/bundler/lockfile_parser.rb). */
const markers = ['<<<<<<<', '|||||||', '=======', '>>>>>>>'] as const;

/** Index of the first merge-conflict marker; absent where there is none. */
export function findMergeConflict(
  text: string,
): { readonly index: number; readonly marker: string } | undefined {
  return markers
    .map((marker) => ({ marker, index: text.indexOf(marker) }))
    .filter(({ index }) => index >= 0)
    .sort((a, b) => a.index - b.index)[0];
}
