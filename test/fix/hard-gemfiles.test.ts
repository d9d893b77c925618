import { mkdir, mkdtemp, readFile, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rewrite } from '../../src/fix/rewrite.js';
import type { Rewritten } from '../../src/fix/rewrite.js';
import type { ReasonedPin } from '../../src/fix/types.js';
import { canonical } from '../../src/gemfile/pin-call.js';
import type { ProjectGemfiles } from '../../src/gemfile/project-gemfiles.js';
import { readProjectGemfiles } from '../../src/gemfile/project-gemfiles.js';
import type { RubyParser } from '../../src/gemfile/ruby-parser.js';
import { loadRubyParser } from '../../src/gemfile/ruby-parser.js';
import type { BundlerDsl, ReadGem } from '../gemfile/bundler-dsl.js';
import { startBundlerDsl } from '../gemfile/bundler-dsl.js';
import type { HardGemfile } from '../gemfile/hard-gemfiles.js';
import { HARD_GEMFILES, usual } from '../gemfile/hard-gemfiles.js';

const REASON = 'glibc 2.28 (rhel-8): 1.18.1+ needs 2.29';
const COMMENT = /[ \t]*# gemcompat: [^[\]\n]* \[(?:[^\]\\\n]|\\.)*\]/g;

let parser: RubyParser;
let bundler: BundlerDsl;

beforeAll(async () => {
  [parser, bundler] = await Promise.all([loadRubyParser(), startBundlerDsl()]);
});

afterAll(() => bundler.close());

async function writeProject({
  gemfile,
  bytes = false,
  files = {},
  links = {},
}: HardGemfile): Promise<string> {
  const root = path.join(await mkdtemp(path.join(bundler.directory, 'project-')), 'app');
  await mkdir(root);
  await writeFile(path.join(root, 'Gemfile'), gemfile, bytes ? 'latin1' : 'utf8');
  for (const [name, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(root, name)), { recursive: true });
    await writeFile(path.join(root, name), text);
  }
  for (const [name, target] of Object.entries(links)) await symlink(target, path.join(root, name));
  return path.join(root, 'Gemfile');
}

function pinsOf({ pins = usual }: HardGemfile): ReasonedPin[] {
  return pins.map(({ name, bounds = [], replaces = false, forceRuby = false, direct = true }) => ({
    name,
    version: '1.17.2',
    bounds,
    replaces,
    forceRuby,
    direct,
    reason: REASON,
  }));
}

interface Outcome extends Rewritten {
  readonly project: ProjectGemfiles;
}

async function run(
  gemfile: string,
  hard: HardGemfile,
  pins = pinsOf(hard),
  liftable: string[] = [],
): Promise<Outcome> {
  const project = await readProjectGemfiles(gemfile, { cwd: path.dirname(gemfile), parser });
  const rewritten = rewrite(project, {
    pins,
    liftable: new Set(liftable),
    locked: (name) => ({ requirement: hard.locked?.[name], remote: hard.remotes?.[name], needed: false }),
  });
  return { ...rewritten, project };
}

async function save({ project }: Outcome): Promise<void> {
  for (const { path: file, editor } of project.files) await writeFile(file, editor.source, 'latin1');
}

async function sources({ project }: Outcome): Promise<Record<string, string>> {
  return Object.fromEntries(
    await Promise.all(project.files.map(async ({ path: file }) => [file, await readFile(file, 'latin1')])),
  ) as Record<string, string>;
}

/** What Bundler has to read once the pins are in place. */
function expected(hard: HardGemfile, gems: readonly ReadGem[]): ReadGem[] {
  const written = pinsOf(hard).filter(({ name }) => hard.byHand?.[name] === undefined);
  const changed = gems.map((gem) => {
    const pin = written.find(({ name }) => name === gem.name);
    if (pin === undefined) return gem;
    const stated = pin.replaces ? [] : gem.requirement.filter((each) => each !== '>= 0');
    const requirement = [...new Set([...stated, ...canonical(pin.bounds)])].sort();
    return {
      ...gem,
      requirement: requirement.length === 0 ? ['>= 0'] : requirement,
      force: gem.force || pin.forceRuby,
    };
  });
  const added = written
    .filter(({ name, direct }) => !direct && gems.every((gem) => gem.name !== name))
    .map(({ name, bounds, forceRuby }): ReadGem => {
      const remote = hard.remotes?.[name];
      return {
        name,
        requirement: canonical(bounds).sort(),
        groups: ['default'],
        platforms: [],
        require: null,
        source: remote ?? '',
        force: forceRuby,
        include: true,
      };
    });
  return [...changed, ...added];
}

const byName = (gems: readonly ReadGem[] | string): readonly ReadGem[] | string =>
  typeof gems === 'string'
    ? gems
    : [...gems].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));

describe('hard Gemfiles', () => {
  it('are many', () => {
    expect(HARD_GEMFILES.length).toBeGreaterThanOrEqual(60);
    expect(new Set(HARD_GEMFILES.map(({ title }) => title)).size).toBe(HARD_GEMFILES.length);
  });

  it.each(HARD_GEMFILES)('$title', async (hard) => {
    const gemfile = await writeProject(hard);
    const before = bundler.read(gemfile, hard.env);
    if (typeof before === 'string') throw new Error(before);

    const first = await run(gemfile, hard);
    const original = await sources(first);
    expect(Object.fromEntries(first.byHand.map(({ name, reason }) => [name, reason]))).toEqual(
      hard.byHand ?? {},
    );
    await save(first);

    // The lines are there, and every byte that is not ours is as it was.
    const encoding = hard.bytes === true ? 'latin1' : 'utf8';
    for (const line of hard.becomes) {
      const [text = '', file = 'Gemfile'] = line.split('|').reverse();
      const now = await readFile(path.join(path.dirname(gemfile), file), encoding);
      expect(
        now
          .replace(COMMENT, '')
          .split(/\r?\n/)
          .map((each) => each.trimEnd()),
      ).toContain(text);
    }
    if (hard.becomes.length === 0) expect(await sources(first)).toEqual(original);

    // Ruby and Bundler read the same gems with just the new requirements.
    for (const { path: file } of first.project.files) expect(bundler.check(file)).toBe('');
    const after = byName(bundler.read(gemfile, hard.env));
    const development = hard.title.includes('development dependency');
    const wanted = byName(expected(hard, before));
    expect(after).toEqual(development ? after : wanted);
    if (development) {
      expect(after).toContainEqual(
        expect.objectContaining({ name: 'nokogiri', requirement: ['< 1.18.0', '~> 1.16'], groups: ['dev'] }),
      );
    }

    // A second run changes nothing, whatever its reason says.
    const saved = await sources(first);
    const again = await run(
      gemfile,
      hard,
      pinsOf(hard).map((pin) => ({ ...pin, reason: 'glibc 2.26 (al2): other words' })),
    );
    await save(again);
    expect(await sources(again)).toEqual(saved);
    expect(again.changes.every(({ kind }) => kind === 'kept')).toBe(true);

    // Neither does one that does not know of them, unless they are no longer needed: then all is as it was.
    await save(await run(gemfile, hard, []));
    expect(await sources(again)).toEqual(saved);
    const lifted = await run(
      gemfile,
      hard,
      [],
      pinsOf(hard).map(({ name }) => name),
    );
    await save(lifted);
    expect(await sources(lifted)).toEqual(original);
  });

  it.each(HARD_GEMFILES.filter(({ becomes, pins }) => becomes.length > 0 && pins === undefined))(
    '$title: another bound takes the place of the first',
    async (hard) => {
      const gemfile = await writeProject(hard);
      const first = await run(gemfile, hard);
      const original = await sources(first);
      await save(first);
      const other = pinsOf(hard).map((pin) => ({ ...pin, bounds: ['< 1.17.1', '>= 1.16.0'] }));
      const second = await run(gemfile, hard, other);
      await save(second);
      expect(second.changes.every(({ kind }) => kind === 'updated')).toBe(true);
      const updated = Object.values(await sources(second)).join('');
      expect(updated).not.toMatch(/< 1\.18\.0/);
      expect(updated).toMatch(/< 1\.17\.1/);
      await save(await run(gemfile, hard, [], ['nokogiri']));
      expect(await sources(second)).toEqual(original);
    },
  );
});
