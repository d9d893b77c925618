import type { TreeWalk } from './tree-walk.js';

const MAX_FILE = 1 << 16;

/** `PRETTY_NAME` of a text in the form of os-release(5): shell assignments, quoted where need be. */
export function prettyName(text: string): string | undefined {
  const value = /^PRETTY_NAME=(.*)$/m.exec(text)?.[1]?.trim();
  if (value === undefined) return undefined;
  const [, double, single] = /^(?:"((?:[^"\\]|\\.)*)"|'([^']*)')$/.exec(value) ?? [];
  const name = double?.replace(/\\(.)/g, '$1') ?? single ?? value;
  // eslint-disable-next-line no-control-regex -- the title is printed
  const clean = name.replace(/[\u0000-\u001f\u007f-\u009f]/g, '').trim();
  return clean === '' ? undefined : clean;
}

/** What the system calls itself for people; undefined where it does not say. */
export async function readPrettyName(walk: TreeWalk): Promise<string | undefined> {
  for (const path of ['/etc/os-release', '/usr/lib/os-release']) {
    const bytes = await walk.read(path, MAX_FILE);
    if (bytes !== undefined) return prettyName(new TextDecoder().decode(bytes));
  }
  return undefined;
}
