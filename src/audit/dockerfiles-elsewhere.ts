import { readFile, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { ConfigError } from './config-error.js';
import { YamlFile } from './yaml-file.js';

/** `Dockerfile`, `Dockerfile.prod`, `production.Dockerfile`, and the same of `Containerfile`. */
const NAME = /^(?:[\w-]+[.-])*(?:Dockerfile|Containerfile)(?:[.-][\w-]+)*$/i;
/** What goes with a Dockerfile and is none. */
const NOT_ONE = /\.(?:dockerignore|erb|tt|tmpl|template|md|txt|sh|ya?ml|json|swp|orig)$/i;

const COMPOSE = /^(?:docker-)?compose(?:[.-][\w-]+)*\.ya?ml$/;

/** Folders in which no Dockerfile of the project lies. */
const PASSED_OVER: ReadonlySet<string> = new Set([
  ...['node_modules', 'vendor', '.git', '.bundle', '.devcontainer', 'tmp', 'log', 'coverage', 'public'],
  ...['app', 'lib', 'db', 'test', 'spec', 'features', 'storage', 'doc', 'docs'],
]);

/** A root has some dozens of folders; more are not looked into. */
const MAX_FOLDERS = 100;

/**
 * The Dockerfiles of a project that has none beside its lockfile: at the root under other names, one folder further down, and those that
 * its compose files build. Those whose name or folder speaks of production first.
 * @param directory the project's root, absolute
 * @returns relative to it, with `/`
 */
export async function dockerfilesElsewhere(directory: string): Promise<readonly string[]> {
  const entries = await listed(directory);
  const folders = entries
    .filter((entry) => entry.isDirectory() && !PASSED_OVER.has(entry.name))
    .slice(0, MAX_FOLDERS);
  const below = await Promise.all(
    folders.map(async ({ name }) =>
      (await listed(path.join(directory, name)))
        .filter((entry) => entry.isFile() && isDockerfile(entry.name))
        .map((entry) => `${name}/${entry.name}`),
    ),
  );
  const files = entries.filter((entry) => entry.isFile()).map(({ name }) => name);
  const composed = await Promise.all(
    files.filter((name) => COMPOSE.test(name)).map((name) => built(directory, name)),
  );
  const found = [...new Set([...composed.flat(), ...files.filter(isDockerfile), ...below.flat()])];
  return found.sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
}

function isDockerfile(name: string): boolean {
  return NAME.test(name) && !NOT_ONE.test(name);
}

function rank(file: string): number {
  return /prod/i.test(file) ? 0 : /(?:^|[/._-])(?:dev|development|test|ci)(?:[/._-]|$)/i.test(file) ? 2 : 1;
}

async function listed(
  directory: string,
): Promise<readonly { readonly name: string; isFile(): boolean; isDirectory(): boolean }[]> {
  return readdir(directory, { withFileTypes: true }).catch(() => []);
}

/** What the services of a compose file build (https://docs.docker.com/reference/compose-file/build/), as far as it is there. */
async function built(directory: string, name: string): Promise<string[]> {
  const text = await readFile(path.join(directory, name), 'utf8').catch(() => '');
  const files = builds(text, name).map(({ context, dockerfile }) => path.join(context, dockerfile));
  const there = await Promise.all(
    files.map(async (file) => {
      const inside = !path.isAbsolute(file) && !file.startsWith('..');
      const isFile = inside && (await stat(path.join(directory, file)).catch(() => undefined))?.isFile();
      return isFile === true ? [file.split(path.sep).join('/')] : [];
    }),
  );
  return there.flat();
}

interface Build {
  readonly context: string;
  readonly dockerfile: string;
}

/** @throws nothing: what cannot be read builds nothing that could be named */
function builds(text: string, name: string): readonly Build[] {
  try {
    const services = field(new YamlFile(text, name).data, 'services');
    if (typeof services !== 'object' || services === null) return [];
    return Object.values(services).flatMap((service): Build[] => {
      const build = field(service, 'build');
      if (build === undefined) return [];
      const context = typeof build === 'string' ? build : field(build, 'context');
      const dockerfile = field(build, 'dockerfile');
      return [
        {
          context: typeof context === 'string' ? context : '.',
          dockerfile: typeof dockerfile === 'string' ? dockerfile : 'Dockerfile',
        },
      ];
    });
  } catch (error) {
    if (error instanceof ConfigError) return [];
    throw error;
  }
}

function field(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Readonly<Record<string, unknown>>)[name];
}
