import type { Finding, MissingSymbolFinding } from '../compat/types.js';
import { packageOf } from '../target/library-packages.js';
import type { TargetSummary } from '../target/summary.js';
import { GLIBC_ALONE } from '../compat/provides.js';
import { LIBC_NAMES, listWords } from './lists.js';
import { neededPathRemedies } from './needed-path-words.js';
import { pageSizeRemedies } from './page-size-words.js';
import { printable } from './printable.js';
import { refusalRemedy } from './refusal-words.js';
import { isSystem } from './finding-words.js';

/**
 * What to do about a finding beyond the gem's pin; empty where the pin and the systems that run the gem say it all.
 * @param target what the gem was judged for, by which packages are named
 * @param inGem false for a file that belongs to no gem
 */
export function findingRemedies(finding: Finding, target?: TargetSummary, inGem = true): string[] {
  const own = inGem ? undefined : looseRemedies(finding, target);
  if (own !== undefined) return own;
  switch (finding.kind) {
    case 'symbol-version':
      return versionRemedies(finding.symbolVersion, finding.library, target);
    case 'wrong-libc':
      return finding.builtFor === 'gnu'
        ? [
            'lock a variant for musl (bundle lock --add-platform), or compile it there; gcompat does not make up for all of glibc',
          ]
        : ['lock a variant for glibc (bundle lock --add-platform), or compile it there'];
    case 'wrong-machine':
      if (isSystem(finding.machine))
        return ['no Linux runs it: tell its maintainers that it was packed wrongly'];
      return [
        `check that --arch ${finding.wanted} is the CPU that it runs on; if so the gem was packed wrongly, and its maintainers should know`,
      ];
    case 'other-machine':
      return ['see whether anything loads that file; if not, ignore the finding in .gemcompat.yml'];
    case 'wrong-system':
      return [
        'install the bundle in a Linux container of the target (docker run --platform linux/amd64 … bundle install; linux/arm64 for aarch64), not on another system',
        'have the lockfile provide for Linux, so that its variants are installed: bundle lock --add-platform x86_64-linux',
      ];
    case 'other-system':
      return finding.system === 'JRuby'
        ? ['for MRI lock a variant for Linux: bundle lock --add-platform x86_64-linux']
        : ['see whether anything loads it on the target; if so, install it there'];
    case 'missing-interpreter':
      return [
        'it was built on a system with a loader path of its own; patchelf --set-interpreter mends that',
      ];
    case 'missing-library':
      if (isOfOtherLibc(finding.library, target))
        return [
          `${printable(finding.library)} is glibc's own: lock a variant for musl (bundle lock --add-platform), or compile it there`,
        ];
      return [libraryRemedy(finding.library, target)];
    case 'build-path':
      return neededPathRemedies(finding);
    case 'missing-ruby-abi':
      if (finding.library !== undefined)
        return [`compile it with Ruby ${finding.ruby}, or run it with Ruby ${listWords(finding.available)}`];
      if (finding.installed === true)
        return [
          `install the bundle with Ruby ${finding.ruby} (bundle install), or run Ruby ${listWords(finding.available)} there`,
        ];
      return [
        `run a Ruby that it has a build for, take a version of the gem with a build for ${finding.ruby}, or compile it (force_ruby_platform: true)`,
      ];
    case 'page-size':
      return pageSizeRemedies(finding);
    case 'ruby-undecided':
      return ['say which Ruby runs there: --ruby X.Y.Z, or `ruby` in the Gemfile, or a .ruby-version'];
    case 'rubygems-undecided':
      return [
        'say which RubyGems runs there: --rubygems 4.1.1 (gem --version tells it; `gem update --system 4.1.1` in the Dockerfile makes it so)',
      ];
    case 'shim-alone':
    case 'nothing-compiled':
      if (finding.forced !== undefined)
        return [
          `take force_ruby_platform out of ${printable(finding.forced.file)}:${finding.forced.line}: bundle lock then takes the variant for ${printable(finding.platform)}`,
        ];
      // Where it fails, its suggestion says the same.
      return finding.kind === 'shim-alone'
        ? []
        : [`lock the variant: bundle lock --add-platform ${printable(finding.platform)}`];
    case 'isa-level':
      return [
        `run it only on machines that have ${finding.level} (/lib64/ld-linux-x86-64.so.2 --help lists their levels), or have it built without -march=${finding.level}`,
      ];
    case 'unchecked-library':
      if (finding.path !== undefined) return neededPathRemedies({ ...finding, path: finding.path });
      if (finding.noDefaultLibraries === true)
        return [
          'link it without -z nodefaultlib, or see that its RUNPATH or LD_LIBRARY_PATH names the directory',
        ];
      return finding.carried
        ? [
            'it loads where the gem itself loads that file before, or LD_LIBRARY_PATH names its directory: try it on the target',
          ]
        : [libraryRemedy(finding.library, target)];
    case 'unchecked-symbol-version':
      return [
        `have the system itself read, so that its ${printable(finding.library)} is known: --target image:REF, rootfs:DIR or host`,
      ];
    case 'executable-stack':
      return [
        'take a newer version of the gem, or clear the mark: patchelf --clear-execstack FILE; code that really runs on the stack then crashes',
        'GLIBC_TUNABLES=glibc.rtld.execstack=2 in the environment of the process has glibc 2.41 and later allow it again, with the stack of the whole process executable',
      ];
    case 'unchecked-static-tls':
      return [
        'try it in the process that opens it; GLIBC_TUNABLES=glibc.rtld.optional_static_tls=8192 in its environment makes room from glibc 2.32 on',
      ];
    case 'static-tls':
      return target?.libc === 'musl'
        ? [
            'build it without -ftls-model=initial-exec; what Go builds with -buildmode=c-shared cannot be opened on musl (golang/go#54805)',
          ]
        : [
            'GLIBC_TUNABLES=glibc.rtld.optional_static_tls=8192 in the environment of the process makes room from glibc 2.32 on; before that, and for good, build it without -ftls-model=initial-exec',
          ];
    case 'loader-refusal':
      return [refusalRemedy(finding.refusal)];
    case 'missing-symbol':
      return missingSymbolRemedies(finding, target);
    case 'unchecked-symbol':
      return ['try it on the target, opened by the program that uses it'];
    case 'other-libc':
      return [
        'lock a variant for musl (bundle lock --add-platform), or compile it there; if neither can be had, run its tests on the target',
      ];
    case 'static-archive':
      return [
        'compile the bundle on the target, and look at what comes out: gemcompat inspect vendor/bundle',
      ];
    case 'nested-archive':
      return ['unpack it and look at what is in it: gemcompat inspect DIR'];
    case 'chosen-at-run-time':
      return [
        'it picks by the name of the system it runs on: name the target itself (ubuntu-22.04), or try it there',
      ];
    case 'no-build-for-system':
      return [
        `take a version of ${inGem ? 'the gem' : 'it'} with a build for ${printable(finding.system)}, run it on a system that it is named for, or install the program from the system's own packages`,
      ];
    case 'unreadable':
      if (finding.code === 'ELF_PACKED')
        return ['unpack it, and look at what comes out: gemcompat inspect PATH'];
      return [
        'fetch the gem anew, and tell its maintainers where that does not help: no loader takes such a file',
      ];
    case 'no-variant':
      if (finding.reason === 'old-rubygems')
        return [
          'install a newer RubyGems there (gem update --system), lock an older version of the gem, or compile it (force_ruby_platform: true)',
        ];
      if (finding.reason === 'not-offered')
        return [
          `lock it anew: bundle lock --update ${printable(finding.file.split(' ')[0] ?? finding.file)}`,
        ];
      if (finding.reason === 'content-addressed')
        return [
          'run RubyGems and Bundler 4.1 there (gem update --system 4.1.1), or lock the bundle anew with the Bundler that runs there',
        ];
      return finding.reason === 'ruby-mismatch'
        ? ['run a Ruby that one of its variants is for, or take another version of the gem']
        : [
            `if a variant for ${printable(finding.wanted)} has been released, lock it: bundle lock --add-platform ${printable(finding.wanted)}`,
          ];
    case 'unavailable':
      return finding.suggestions.map(printable);
  }
}

function missingSymbolRemedies(
  { since, library }: MissingSymbolFinding,
  target: TargetSummary | undefined,
): string[] {
  if (library !== undefined)
    return [
      `the file was built with another ${printable(library)} than the one beside it: take another version of the gem`,
    ];
  if (since === undefined)
    return target?.libc === 'musl'
      ? [
          'lock a variant for musl (bundle lock --add-platform), or compile it there; if it is built for musl, a library is missing on its link line (-l…)',
        ]
      : ['a library is missing on its link line (-l…): take another version of the gem, or compile it there'];
  return [
    `build it on a system with ${LIBC_NAMES[target?.libc ?? 'gnu']} older than ${printable(since)}, or take a target with ${printable(since)} or later`,
  ];
}

function looseSymbolRemedies(
  { since, library }: MissingSymbolFinding,
  target: TargetSummary | undefined,
): string[] {
  if (library !== undefined)
    return [`it was built with another ${printable(library)} than the one beside it: put that beside it`];
  if (since !== undefined)
    // What is linked with -nostdlib asks for names without a version: no linker told that the C library lacks one.
    return [
      `build it against ${LIBC_NAMES[target?.libc ?? 'gnu']} older than ${printable(since)} and link it to that (-lc), or take a target with ${printable(since)} or later`,
    ];
  const unlinked = 'a library is missing on its link line (-l…)';
  return [target?.libc === 'musl' ? `build it for musl; if it is, ${unlinked}` : unlinked];
}

/** Where what is said of a gem does not hold for a file that belongs to none. */
function looseRemedies(finding: Finding, target: TargetSummary | undefined): string[] | undefined {
  switch (finding.kind) {
    case 'missing-library':
      return isOfOtherLibc(finding.library, target)
        ? [`${printable(finding.library)} is glibc's own: build it for musl, or static`]
        : undefined;
    case 'missing-symbol':
      return looseSymbolRemedies(finding, target);
    case 'executable-stack':
      return [
        'link it with -z noexecstack, or clear the mark: patchelf --clear-execstack FILE; code that really runs on the stack then crashes',
        ...findingRemedies(finding, target).slice(1),
      ];
    case 'other-libc':
      return ['build it for musl; if that cannot be had, run it on the target'];
    case 'wrong-libc':
      return finding.builtFor === 'gnu'
        ? ['build it for musl, or static; gcompat does not make up for all of glibc']
        : ['build it for glibc, or static'];
    case 'wrong-machine':
      if (isSystem(finding.machine)) return [`build it for Linux on ${finding.wanted}`];
      return [`build it for ${finding.wanted}, or name a target for its own CPU`];
    case 'wrong-system':
      return ['build it for Linux, or install what it belongs to in a Linux container of the target'];
    case 'other-machine':
      return ['see whether anything loads that file on the target'];
    case 'unreadable':
      if (finding.code === 'ELF_PACKED') return undefined;
      if (finding.code.startsWith('INSPECT_'))
        return ['name executables, libraries, gems, archives and directories, and nothing else'];
      return /^(?:FILE|ARCHIVE)_/.test(finding.code)
        ? ['see that it is whole and may be read; unpack what is packed or encrypted, and name the directory']
        : ['fetch or build it again: no loader takes such a file'];
    case 'unchecked-library':
      return finding.carried && finding.noDefaultLibraries !== true && finding.path === undefined
        ? [
            'it loads where what starts it loads that file before, or LD_LIBRARY_PATH names its directory: try it on the target',
          ]
        : undefined;
    default:
      return undefined;
  }
}

/** What helps where a version of a library is missing; glibc itself is told of by the systems that run the gem. */
function versionRemedies(version: string, library: string, target: TargetSummary | undefined): string[] {
  if (version === 'GLIBC_ABI_DT_RELR') {
    return [
      'it was linked with -z pack-relative-relocs, which takes glibc 2.36 or later to load: a build without that option runs on older ones',
    ];
  }
  if (/^(?:GLIBC)_/.test(version)) return [];
  const known = target === undefined ? undefined : packageOf(library, target);
  const called = known?.kind === 'package' ? `the package ${known.name}` : printable(library);
  if (/^(?:GLIBCXX|CXXABI)_/.test(version)) {
    return [
      `libstdc++ comes with GCC and stands apart from glibc: ${called} of a newer GCC has it, and so has a newer base image`,
    ];
  }
  if (version.startsWith('GCC_')) {
    return [`libgcc_s comes with GCC and stands apart from glibc: ${called} of a newer GCC has it`];
  }
  return [
    `it takes a newer ${printable(library)}${known?.kind === 'package' ? ` (package ${known.name})` : ''}`,
  ];
}

/** A library of glibc, where the system has musl. */
function isOfOtherLibc(library: string, target: TargetSummary | undefined): boolean {
  return target?.libc === 'musl' && GLIBC_ALONE.test(library);
}

/** Where a library comes from that the gem needs and does not bring. */
function libraryRemedy(library: string, target: TargetSummary | undefined): string {
  const shown = printable(library);
  const ruby = /^libruby(?:-(\d+\.\d+))?\.so(?:\.(\d+\.\d+))?$/.exec(library);
  if (ruby !== null) {
    const version = ruby[1] ?? ruby[2];
    return `it was linked to the Ruby that built it: only a Ruby${version === undefined ? '' : ` ${version}`} that was built with --enable-shared brings ${shown}`;
  }
  const known = target === undefined ? undefined : packageOf(library, target);
  if (known?.kind === 'package') return `${shown} comes with the package ${known.name}: ${known.command}`;
  if (known?.kind === 'none' && target !== undefined) {
    return `no package of ${printable(target.title)} has ${shown}: take a version of the gem that is built for another, or compile it there`;
  }
  return `make sure that the target has ${shown}`;
}
