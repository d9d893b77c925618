import { scriptCommands } from './script-commands.js';

/** What a script does to the packages of its system. */
export type PackageCommand =
  | {
      readonly kind: 'install';
      /** Names alone: `libpq5`; `so:libpq.so.5` where Alpine's `apk` is asked for the library itself. */
      readonly packages: readonly string[];
      /** The name under which `apk del` takes them all away. */
      readonly group?: string;
    }
  /** Takes packages, or a group of them, away. `dependencies`: what came along with packages goes too. */
  | { readonly kind: 'remove'; readonly packages: readonly string[]; readonly dependencies: boolean }
  /** What goes cannot be told. */
  | { readonly kind: 'remove-unseen' }
  /** Something may be installed that the text does not show. */
  | { readonly kind: 'unseen' };

/** Package managers that take alike words, by their commands. */
const MANAGERS: readonly (readonly [names: RegExp, install: RegExp, remove: RegExp])[] = [
  [/^(?:apt|apt-get|aptitude)$/, /^(?:install|reinstall)$/, /^(?:remove|purge|autoremove|autopurge)$/],
  [/^apk$/, /^add$/, /^del$/],
  [/^(?:dnf5?|yum|microdnf|tdnf)$/, /^(?:install|reinstall|localinstall)$/, /^(?:remove|erase|autoremove)$/],
  [/^zypper$/, /^(?:install|in)$/, /^(?:remove|rm)$/],
];

/** Options of package managers whose value is a word of its own. */
const WITH_VALUE =
  /^(?:-t|-o|-c|--virtual|--option|--target-release|--config-file|--repository|-X|-p|--root|--installroot|--setopt|--enablerepo|--disablerepo|--releasever|--arch)$/;

/** Options with which a package manager installs nothing. */
const ONLY_LOOKS =
  /^(?:-s|--simulate|--just-print|--dry-run|--recon|--no-act|--download-only|--downloadonly|--print-uris|--fetch-only)$/;

/** Files of libraries that are taken away by hand. */
const LIBRARY_FILE = /^\/(?:usr\/(?:local\/)?)?lib(?:64)?\/(?:[^/]+\/)*(?:lib[^/]*|[^/]*\.so[^/]*)$/;

/** Programs that run other programs, unpack packages or build and install: what they bring does not show. */
const OPAQUE =
  /^(?:dpkg|rpm|rpm2cpio|xargs|make|gmake|ninja|cmake|meson|eval|source|\.|snap|brew|nix-env|conda)$/;

/** Scripts of a Rails project, which install no packages of the system. */
const OWN_SCRIPT = /(?:^|\/)bin\/(?:rails|rake|bundle|bundler|rubocop|spring|bootsnap|vite|yarn|npm)$/;

/**
 * The packages that a script installs and takes away, in its order. Commands of which only the build can tell whether they run, and words
 * that only the shell knows, are `unseen`.
 * @param valueOf what the environment has before the script runs
 */
export function packageCommands(
  script: string,
  valueOf: (name: string) => string | undefined,
): PackageCommand[] {
  return [...scriptCommands(script, valueOf)].flatMap(({ words: [name, ...rest], conditional, opaque }) => {
    if (name === undefined || opaque) return [{ kind: 'unseen' }];
    const found = commandOf(name, rest);
    return conditional ? found.map(underCondition) : found;
  });
}

/** What may or may not run installs nothing for certain, and takes away what it names. */
function underCondition(command: PackageCommand): PackageCommand {
  return command.kind === 'install' ? { kind: 'unseen' } : command;
}

function commandOf(program: string, rest: readonly (string | undefined)[]): PackageCommand[] {
  const base = program.slice(program.lastIndexOf('/') + 1);
  const manager = MANAGERS.find(([names]) => names.test(base));
  if (manager !== undefined) return managed(manager, rest);
  // `apt-mark auto` has the next autoremove take away what nothing else needs.
  if (base === 'apt-mark') return rest[0] === 'auto' ? [{ kind: 'remove-unseen' }] : [];
  if (base === 'dpkg' && rest.some((word) => /^(?:-r|-P|--remove|--purge)$/.test(word ?? ''))) {
    const packages = rest.flatMap((word) =>
      word === undefined || word.startsWith('-') ? [] : packageName(word),
    );
    return [{ kind: 'remove', packages, dependencies: false }];
  }
  if (base === 'rm')
    return rest.some((word) => LIBRARY_FILE.test(word ?? '')) ? [{ kind: 'remove-unseen' }] : [];
  if (OPAQUE.test(base)) return [{ kind: 'unseen' }];
  const isScript =
    /\.(?:sh|bash|rb|py|run|bin)$/.test(base) || /^\.{0,2}\/(?!usr\/|bin\/|sbin\/)/.test(program);
  return isScript && !OWN_SCRIPT.test(program) ? [{ kind: 'unseen' }] : [];
}

function managed(
  [, install, remove]: (typeof MANAGERS)[number],
  rest: readonly (string | undefined)[],
): PackageCommand[] {
  if (rest.some((word) => word !== undefined && ONLY_LOOKS.test(word))) return [];
  const { verb, names, virtual, hasUnknown, autoremove } = readWords(rest);
  if (verb === undefined) return hasUnknown ? [{ kind: 'unseen' }] : [];
  if (remove.test(verb)) {
    if (hasUnknown) return [{ kind: 'remove-unseen' }];
    const dependencies = autoremove || !/^(?:remove|purge)$/.test(verb);
    return [{ kind: 'remove', packages: names.flatMap(packageName), dependencies }];
  }
  if (!install.test(verb)) return [];
  // apt takes `libpq5-` away.
  const gone = names.filter((name) => name.endsWith('-')).map((name) => name.slice(0, -1));
  const packages = names.filter((name) => !name.endsWith('-')).flatMap(packageName);
  const unseen =
    hasUnknown || packages.length + gone.length < names.length ? [{ kind: 'unseen' } as const] : [];
  return [
    { kind: 'install', packages, ...(virtual === undefined ? {} : { group: virtual }) },
    ...(gone.length === 0 ? [] : [{ kind: 'remove', packages: gone, dependencies: false } as const]),
    ...unseen,
  ];
}

interface ReadWords {
  readonly verb: string | undefined;
  readonly names: readonly string[];
  /** `--virtual .build-deps` of apk. */
  readonly virtual: string | undefined;
  readonly hasUnknown: boolean;
  readonly autoremove: boolean;
}

function readWords(rest: readonly (string | undefined)[]): ReadWords {
  const names: string[] = [];
  let virtual: string | undefined;
  let hasUnknown = false;
  let autoremove = false;
  // A variable without quotes is several words: `apk add $DEPS`.
  const words = rest.flatMap((word) => word?.split(/\s+/).filter((part) => part !== '') ?? [undefined]);
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at];
    if (word === undefined) hasUnknown = true;
    else if (/^(?:--virtual|-t)$/.test(word)) {
      virtual = words[at + 1];
      at += 1;
    } else if (word.startsWith('--virtual=')) virtual = word.slice('--virtual='.length);
    else if (WITH_VALUE.test(word)) at += 1;
    else if (/^--(?:auto-?remove)$/.test(word)) autoremove = true;
    else if (!word.startsWith('-')) names.push(word);
  }
  const [verb, ...others] = names;
  return { verb, names: others, virtual, hasUnknown, autoremove };
}

/** A package's name without version, architecture and release; none for what is not one: a file, a pattern, a group. */
function packageName(word: string): string[] {
  const library = /^(?:so:)?(lib[\w.+-]+\.so(?:\.[\w.]+)?)(?:\(\).*)?$/.exec(word)?.[1];
  if (library !== undefined && !word.includes('/')) return [`so:${library}`];
  const name = word
    .replace(/@[\w-]+$/, '')
    .replace(/[=<>~!].*$/, '')
    .replace(/\/[\w-]+$/, '')
    .replace(/:(?:any|native|[a-z]+\d*\w*)$/, '')
    .replace(/\.(?:x86_64|aarch64|noarch|i686|ppc64le|s390x)$/, '');
  return /^\.?[A-Za-z0-9][\w.+-]*$/.test(name) && !/\.(?:deb|rpm|apk)$/.test(word) ? [name] : [];
}
