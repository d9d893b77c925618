import type { BundlerSetting, StatedSetting } from '../bundle-settings.js';
import { BUNDLER_SETTINGS } from '../bundle-settings.js';
import type { Words } from './script-commands.js';
import { isBundle, scriptCommands } from './script-commands.js';

/** A value as it is written, or none if it shows only when the image is built. */
type Value = Pick<StatedSetting, 'value'>;
type Values = ReadonlyMap<BundlerSetting, Value>;

/** What a script has Bundler do, as far as it bears on its settings. */
export type BundleCommand =
  | {
      readonly kind: 'config';
      readonly setting: BundlerSetting;
      readonly value: Value | 'unset';
      /** Absent: the project's if there is one, else the user's. */
      readonly scope?: 'local' | 'global';
      readonly conditional: boolean;
    }
  | {
      readonly kind: 'install';
      /** Flags that hold for this command alone. */
      readonly flags: Values;
      /** Flags that are kept in the project's config; undefined: taken out of it. */
      readonly remembered: ReadonlyMap<BundlerSetting, Value | undefined>;
      /** What the script sets in the environment of the command. */
      readonly environment: Values;
      readonly conditional: boolean;
    };

const VARIABLE = /^BUNDLE_([A-Z_]+)$/;

/**
 * The commands of a script that set or install, in their order: `bundle config` in its old and new forms, `bundle install` with the
 * flags of Bundler 1 to 4, what stands before it (`BUNDLE_WITHOUT=test bundle install`) and what was exported.
 * @param valueOf what the environment has before the script runs
 */
export function bundleCommands(
  script: string,
  valueOf: (name: string) => string | undefined,
): BundleCommand[] {
  return [...scriptCommands(script, valueOf)].flatMap(
    ({ words: [name, ...rest], conditional, environment }) =>
      isBundle(name) ? readBundle(rest, conditional, settingsIn(environment)) : [],
  );
}

function settingsIn(environment: ReadonlyMap<string, string | undefined>): Values {
  return new Map(
    [...environment].flatMap(([variable, text]) => {
      const name = settingOf(VARIABLE.exec(variable)?.[1]);
      return name === undefined ? [] : [[name, valued(text)] as const];
    }),
  );
}

function settingOf(name: string | undefined): BundlerSetting | undefined {
  return BUNDLER_SETTINGS.find((each) => each === name?.toLowerCase());
}

function valued(text: string | undefined): Value {
  return text === undefined ? {} : { value: text };
}

/** @param all what follows `bundle` */
function readBundle(all: Words, conditional: boolean, environment: Values): BundleCommand[] {
  const words = /^_[\w.]+_$/.test(all[0] ?? '') ? all.slice(1) : all;
  const [command] = words;
  if (command === 'config') {
    const setting = readConfig(words.slice(1));
    return setting === undefined ? [] : [{ ...setting, kind: 'config', conditional }];
  }
  if (
    command === 'install' ||
    command === 'i' ||
    command === 'update' ||
    command === undefined ||
    command.startsWith('-')
  ) {
    // A first word that is computed may be any command.
    if (command === undefined && words.length > 0) return [];
    return [{ kind: 'install', environment, conditional, ...readFlags(words) }];
  }
  return [];
}

/** `bundle config [set|unset] [--local|--global] NAME [VALUE…]`, and `--delete`. */
function readConfig(
  all: Words,
): Pick<BundleCommand & { kind: 'config' }, 'setting' | 'value' | 'scope'> | undefined {
  const isFlag = (word: string | undefined): boolean =>
    word !== undefined && /^--(?:local|global|system|delete|parseable)$/.test(word);
  const flags = new Set(all.filter(isFlag));
  const [first, ...rest] = all.filter((word) => !isFlag(word));
  const verb =
    first === 'set' || first === 'unset' || first === 'get' || first === 'list' ? first : undefined;
  const [name, ...values] = verb === undefined ? [first, ...rest] : rest;
  const setting = settingOf(name);
  if (setting === undefined || verb === 'get' || verb === 'list') return undefined;
  const scope = flags.has('--local')
    ? ({ scope: 'local' } as const)
    : flags.has('--global') || flags.has('--system')
      ? ({ scope: 'global' } as const)
      : {};
  if (verb === 'unset' || flags.has('--delete')) return { setting, value: 'unset', ...scope };
  if (values.length === 0) return undefined;
  const known = values.every((value) => value !== undefined);
  return { setting, value: known ? { value: values.join(' ') } : {}, ...scope };
}

/** The flags of `bundle install`; Bundler 4 has `--gemfile` alone. */
function readFlags(words: Words): Pick<BundleCommand & { kind: 'install' }, 'flags' | 'remembered'> {
  const flags = new Map<BundlerSetting, Value>();
  const remembered = new Map<BundlerSetting, Value | undefined>();
  for (let at = 0; at < words.length; at += 1) {
    const [, name, inline] = /^--([\w-]+)(?:=([^]*))?$/.exec(words[at] ?? '') ?? [];
    const next = (): Value => (inline === undefined ? valued(words[at + 1]) : { value: inline });
    if (name === 'deployment' || name === 'frozen') remembered.set(name, { value: 'true' });
    else if (name === 'no-deployment')
      for (const each of ['deployment', 'frozen'] as const) remembered.set(each, undefined);
    else if (name === 'path') remembered.set(name, next());
    else if (name === 'gemfile') flags.set(name, next());
    else if (name === 'without' || name === 'with') {
      const groups: Words = [...(inline === undefined ? [] : [inline]), ...until(words.slice(at + 1))];
      const other = name === 'without' ? 'with' : 'without';
      // `Bundler::CLI::Install#normalize_groups` takes both out before it sets them.
      if (!remembered.has(other)) remembered.set(other, undefined);
      remembered.set(name, groups.every((group) => group !== undefined) ? { value: groups.join(':') } : {});
    }
  }
  return { flags, remembered };
}

/** The words up to the next flag. */
function until(words: Words): Words {
  const end = words.findIndex((word) => word?.startsWith('-') === true);
  return end < 0 ? words : words.slice(0, end);
}
