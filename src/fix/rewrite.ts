import type { GemCall } from '../gemfile/gem-call.js';
import { statedRequirements } from '../gemfile/gem-call.js';
import type { EditRefusal } from '../gemfile/gemfile-editor.js';
import type { OwnPin } from '../gemfile/lift-pin.js';
import { sameSet } from '../gemfile/lift-pin.js';
import { canonical } from '../gemfile/pin-call.js';
import type { GemfileOnDisk, ProjectGemfiles } from '../gemfile/project-gemfiles.js';
import { decodeText, lineEnd, lineOf, lineStart } from '../gemfile/source-lines.js';
import { pinLine } from '../search/pin.js';
import type { ByHand, ByHandReason, Change, Place, ReasonedPin } from './types.js';

/** What the lockfile says of a gem, as far as an edit depends on it. */
export interface LockedLine {
  /**
   * The Gemfile's own requirement when the lockfile was written, without pins of ours; undefined where the Gemfile does not
   * name the gem.
   */
  readonly requirement: readonly string[] | undefined;
  /** The server that the gem comes from; undefined where it is none. */
  readonly remote: string | undefined;
  /** Other gems of the lockfile ask for it, so that it is installed without a line of its own too. */
  readonly needed: boolean;
}

export interface Rewriting {
  readonly pins: readonly ReasonedPin[];
  /** Gems whose earlier pin is no longer needed. */
  readonly liftable: ReadonlySet<string>;
  locked(name: string): LockedLine;
}

export interface Rewritten {
  readonly changes: readonly Change[];
  readonly byHand: readonly ByHand[];
}

/** An own pin with the file that it is in. */
export interface HeldPin {
  readonly name: string;
  readonly file: GemfileOnDisk;
  readonly pin: OwnPin;
}

/** The pins of earlier runs in the files that may be written. */
export function heldPins({ files }: ProjectGemfiles): HeldPin[] {
  return files
    .filter(({ ours }) => ours)
    .flatMap((file) =>
      file.editor.own.flatMap((pin) => {
        const name = pin.call === undefined ? pin.record.name : file.editor.syntax.calls[pin.call]?.name;
        return name === undefined ? [] : [{ name, file, pin }];
      }),
    );
}

/**
 * Brings the files' editors to where the Gemfile has just the pins that are planned: earlier ones that are still right
 * stay byte for byte, others are lifted or renewed. Nothing is written.
 *
 * @throws GemfileError `GEMFILE_PIN_CHANGED`
 */
export function rewrite(project: ProjectGemfiles, rewriting: Rewriting): Rewritten {
  const changes: Change[] = [];
  const byHand: ByHand[] = [];
  const planned = new Map(rewriting.pins.map((pin) => [pin.name, pin]));
  const held = new Map<string, HeldPin[]>();
  for (const each of heldPins(project)) held.set(each.name, [...(held.get(each.name) ?? []), each]);

  for (const [name, pins] of held) {
    const plan = planned.get(name);
    if (plan === undefined && !rewriting.liftable.has(name)) {
      changes.push(...pins.map((each) => describe('kept', each)));
      continue;
    }
    if (plan !== undefined && isWritten(project, plan, pins, rewriting.locked(name))) {
      changes.push(...pins.map((each) => describe('kept', each)));
      planned.delete(name);
      continue;
    }
    const lifted = pins.map((each) => describe('lifted', each));
    for (const { file } of pins) liftAll(file, name);
    if (plan === undefined) changes.push(...lifted);
  }

  for (const pin of planned.values()) {
    const before = project.files.map(({ editor }) => editor.source);
    const outcome = write(project, pin, rewriting);
    if (typeof outcome === 'string' || outcome.length === 0) {
      // Half a pin is none: of two lines for one gem Bundler wants both alike.
      if (typeof outcome === 'string') {
        project.files.forEach(({ editor }, at) => {
          editor.restore(before[at] ?? editor.source);
        });
        byHand.push(handwork(project, pin, outcome, rewriting.locked(pin.name)));
      }
      continue;
    }
    const renewed = held.has(pin.name);
    changes.push(...outcome.map((change) => (renewed ? { ...change, kind: 'updated' as const } : change)));
  }
  return { changes: relined(project, changes), byHand };
}

function describe(kind: Change['kind'], { name, file, pin }: HeldPin): Change {
  const { source, syntax } = file.editor;
  const call = pin.call === undefined ? undefined : syntax.calls[pin.call];
  const start = call?.span.start ?? pin.record.span.start;
  return {
    kind,
    name,
    file: file.shown,
    line: lineOf(source, start),
    text: call === undefined ? '' : decodeText(source.slice(call.span.start, call.span.end)),
  };
}

function liftAll(file: GemfileOnDisk, name: string): void {
  const { editor } = file;
  for (;;) {
    const next = editor.own.find(({ call, record }) =>
      call === undefined ? record.name === name : editor.syntax.calls[call]?.name === name,
    );
    if (next === undefined) return;
    editor.lift(next);
  }
}

/** The earlier pins say what the plan says, on every line of the gem. */
function isWritten(
  project: ProjectGemfiles,
  plan: ReasonedPin,
  pins: readonly HeldPin[],
  locked: LockedLine,
): boolean {
  const lines = activeOnes(declarations(project, plan.name), locked);
  if (lines.length !== pins.length) return false;
  return pins.every(({ file, pin: { record, call: at } }) => {
    const call = at === undefined ? undefined : file.editor.syntax.calls[at];
    if (call?.name !== plan.name) return false;
    const there = canonical(call.positional.flatMap(({ texts }) => texts));
    const bounds = canonical(plan.bounds);
    const adds = canonical(record.adds);
    return (
      adds.every((bound) => there.includes(bound)) &&
      bounds.every((bound) => there.includes(bound)) &&
      adds.every(
        (bound) => bounds.includes(bound) || record.newLine || (plan.replaces && bound === '>= 0'),
      ) &&
      (record.was !== undefined) === (plan.replaces && !record.newLine) &&
      record.forceRuby === plan.forceRuby
    );
  });
}

interface Declaration {
  readonly file: GemfileOnDisk;
  /** Index into the calls of the file. */
  readonly at: number;
  readonly call: GemCall;
}

function declarations({ files }: ProjectGemfiles, name: string): Declaration[] {
  return files.flatMap((file) =>
    file.editor.syntax.calls.flatMap((call, at) => (call.name === name ? [{ file, at, call }] : [])),
  );
}

/** Where the version of a gem is overridden. */
function versionOverrides({ files }: ProjectGemfiles, name: string): Place[] {
  return files.flatMap(({ shown, editor }) =>
    editor.syntax.overrides.flatMap((call) =>
      call.kind === 'requirement' && call.field === 'version' && call.gem === name
        ? [{ file: shown, line: call.line }]
        : [],
    ),
  );
}

function write(project: ProjectGemfiles, pin: ReasonedPin, rewriting: Rewriting): Change[] | ByHandReason {
  if (pin.bounds.length > 0 && versionOverrides(project, pin.name).length > 0) return 'overridden';
  const all = declarations(project, pin.name);
  const locked = rewriting.locked(pin.name);
  const active = activeOnes(all, locked);
  if (active.some(({ file }) => !file.ours)) return 'outside';
  // Whatever installs the gem, its version is resolved by the line; compiled it is by a line that is installed alone.
  const mayBeLeftOut = active.every(({ file, call }) => file.partial || call.partial);
  if (pin.forceRuby && locked.needed && active.length > 0 && mayBeLeftOut) return 'left-out';
  const inSpec = project.gemspecs.find(({ name }) => name === pin.name);
  if (all.length === 0 && pin.direct && inSpec === undefined) return 'not-found';
  const changes: Change[] = [];
  for (const { file, at } of active) {
    const outcome = file.editor.pin(at, pin, pin.reason);
    if (outcome === 'done') changes.push(changeAt('added', file, at));
    else if (outcome !== 'there') return outcome;
  }
  // A line that some condition may leave out does not hold a gem that other gems bring in.
  const sure = active.some(({ call }) => !call.conditional);
  if (active.length > 0 && (pin.direct || sure)) return changes;
  const added = addLine(project, pin, { active, inSpec, locked });
  return typeof added === 'string' ? added : [...changes, added];
}

/** The lines that Bundler had read when it wrote the lockfile; all of them where that cannot be told. */
function activeOnes(all: readonly Declaration[], { requirement }: LockedLine): readonly Declaration[] {
  if (all.length < 2 || requirement === undefined) return all;
  const wanted = canonical(requirement);
  const same = all.filter(({ file, at, call }) => {
    const stated = statedRequirements(call);
    if (stated === undefined) return true;
    const own = file.editor.own.find(({ call: index }) => index === at);
    return own !== undefined || sameSet(canonical(stated.length === 0 ? ['>= 0'] : stated), wanted);
  });
  return same.length > 0 ? same : all;
}

interface NewLineFacts {
  readonly active: readonly Declaration[];
  readonly inSpec: ProjectGemfiles['gemspecs'][number] | undefined;
  readonly locked: LockedLine;
}

function addLine(
  { files: [main] }: ProjectGemfiles,
  pin: ReasonedPin,
  { active, inSpec, locked }: NewLineFacts,
): Change | ByHandReason {
  const [declared] = active.map(({ file, at }) => file.editor.syntax.calls[at]);
  // Bundler drops a gemspec's development dependency for a line of the Gemfile, and its requirement and group with it.
  const development = inSpec?.development === true ? inSpec : undefined;
  const base = declared !== undefined ? statedRequirements(declared) : (development?.requirements ?? []);
  if (base === undefined || (development !== undefined && development.requirements === undefined))
    return 'gemspec';
  const own = pin.replaces ? [] : canonical(base).filter((each) => each !== '>= 0');
  const requirements = [...new Set([...own, ...canonical(pin.bounds)])];
  const source = sourceFor(main, locked);
  const outcome: 'done' | EditRefusal = main.editor.addLine({
    name: pin.name,
    requirements,
    forceRuby: pin.forceRuby,
    ...(development === undefined ? {} : { group: development.developmentGroup }),
    ...(source === undefined ? {} : { source }),
    reason: pin.reason,
  });
  return outcome === 'done' ? changeAt('new-line', main, main.editor.syntax.calls.length - 1) : outcome;
}

/** Bundler looks for a gem of the Gemfile at the Gemfile's own source, wherever the gem came from before. */
function sourceFor({ editor }: GemfileOnDisk, { remote }: LockedLine): string | undefined {
  const { sources } = editor.syntax;
  if (remote === undefined || sources === undefined || sources.length === 0) return undefined;
  const plain = (url: string): string =>
    (url.startsWith(':') ? USUAL : url).replace(/^https?:\/\/(?:[^/@]*@)?/i, '').replace(/\/+$/, '');
  return sources.some((url) => plain(url) === plain(remote)) ? undefined : remote;
}

/** What `source :rubygems` stands for (Bundler::Dsl#normalize_source). */
const USUAL = 'https://rubygems.org';

function changeAt(kind: Change['kind'], file: GemfileOnDisk, at: number): Change & { readonly at: number } {
  return { kind, name: file.editor.syntax.calls[at]?.name ?? '', file: file.shown, line: 0, text: '', at };
}

/** Places and lines as they are once all is done. */
function relined(
  { files }: ProjectGemfiles,
  changes: readonly (Change & { readonly at?: number })[],
): Change[] {
  return changes.map(({ at, ...change }) => {
    const file = files.find(({ shown }) => shown === change.file);
    const call = at === undefined ? undefined : file?.editor.syntax.calls[at];
    if (file === undefined || call === undefined) return change;
    const { source, own } = file.editor;
    const pin = own.find((each) => each.call === at);
    const start = pin?.above === true ? pin.record.span.start : call.span.start;
    const lines = source.slice(lineStart(source, start), lineEnd(source, call.span.end));
    return {
      ...change,
      line: call.line,
      text: decodeText(source.slice(call.span.start, call.span.end)),
      lines: decodeText(lines).trim(),
    };
  });
}

function handwork(
  project: ProjectGemfiles,
  pin: ReasonedPin,
  reason: ByHandReason,
  { requirement }: LockedLine,
): ByHand {
  if (reason === 'overridden') {
    const [only, ...more] = pin.bounds;
    // An override has one clause.
    const version = only !== undefined && more.length === 0 ? only : `= ${pin.version}`;
    return {
      ...{ name: pin.name, reason, places: versionOverrides(project, pin.name) },
      pin: `override '${pin.name}', version: '${version}'`,
    };
  }
  const found = declarations(project, pin.name);
  const declared: Place[] = found.map(({ file, call }) => ({ file: file.shown, line: call.line }));
  const computed: Place[] = project.files.flatMap(({ shown, editor }) =>
    editor.syntax.dynamic.map(({ line }) => ({ file: shown, line })),
  );
  const inSpec: Place[] = project.gemspecs
    .filter(({ name }) => name === pin.name)
    .map(({ file, line }) => ({ file, line }));
  // What the lines do not show the lockfile does: the line to write is a whole one.
  const line = found[0] && statedRequirements(found[0].call);
  const stated = pin.replaces ? [] : (line ?? requirement ?? []).filter((each) => each !== '>= 0');
  return {
    name: pin.name,
    reason,
    places:
      declared.length > 0
        ? declared
        : inSpec.length > 0
          ? inSpec
          : [...computed, ...project.notFollowed.map(({ file, line }) => ({ file, line }))],
    pin: pinLine({ name: pin.name, requirement: [...stated, ...pin.bounds], forceRuby: pin.forceRuby }),
  };
}
