/**
 * The URL as it may be shown and stored: without credentials, and without query and fragment, where signed redirects carry
 * theirs.
 */
export function shownUrl(url: URL): string {
  const shown = new URL(url);
  shown.username = '';
  shown.password = '';
  shown.search = '';
  shown.hash = '';
  return shown.href;
}
