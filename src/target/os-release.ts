import type { TreeWalk } from './tree-walk.js';

const MAX_FILE = 1 << 16;

/** The value of a variable in a text in the form of os-release(5): shell assignments, quoted where need be. */
function valueOf(text: string, name: string): string | undefined {
  const value = new RegExp(`^${name}=(.*)$`, 'm').exec(text)?.[1]?.trim();
  if (value === undefined) return undefined;
  const [, double, single] = /^(?:"((?:[^"\\]|\\.)*)"|'([^']*)')$/.exec(value) ?? [];
  const unquoted = double?.replace(/\\(.)/g, '$1') ?? single ?? value;
  // eslint-disable-next-line no-control-regex -- it is printed
  const clean = unquoted.replace(/[\u0000-\u001f\u007f-\u009f]/g, '').trim();
  return clean === '' ? undefined : clean;
}

/** What a system says of itself. */
export interface OsRelease {
  /** `PRETTY_NAME`, for people. */
  readonly title?: string;
  /** Which distribution it is, as targets are named: `ubuntu-24.04`, `rhel-9`, `al2023`; it need not be a known one. */
  readonly system?: string;
}

/** `ID`s of os-release that targets have another name for. */
const TARGET_NAMES: Readonly<Record<string, string>> = {
  almalinux: 'alma',
  amzn: 'al',
  ol: 'oracle',
  rocky: 'rocky',
};

/** IDs whose `VERSION_ID` has one part more than the names of targets have: `9.4`, `3.20.1`. */
const PARTS: Readonly<Record<string, number>> = {
  rhel: 1,
  centos: 1,
  almalinux: 1,
  ol: 1,
  rocky: 1,
  alpine: 2,
};

/** Reads a text in the form of os-release(5). */
export function parseOsRelease(text: string): OsRelease {
  const title = valueOf(text, 'PRETTY_NAME');
  const id = valueOf(text, 'ID');
  const version = valueOf(text, 'VERSION_ID');
  const system = id === undefined ? undefined : systemName(id, version);
  return { ...(title === undefined ? {} : { title }), ...(system === undefined ? {} : { system }) };
}

function systemName(id: string, version: string | undefined): string {
  const name = TARGET_NAMES[id] ?? id;
  if (version === undefined) return name;
  const release = version
    .split('.')
    .slice(0, PARTS[id] ?? Infinity)
    .join('.');
  return id === 'amzn' ? `${name}${release}` : `${name}-${release}`;
}

/** What the system says of itself; empty where it has no such file. */
export async function readOsRelease(walk: TreeWalk): Promise<OsRelease> {
  for (const path of ['/etc/os-release', '/usr/lib/os-release']) {
    const bytes = await walk.read(path, MAX_FILE);
    if (bytes !== undefined) return parseOsRelease(new TextDecoder().decode(bytes));
  }
  return {};
}
