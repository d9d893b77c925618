import { Args, Flags } from '@oclif/core';
import { BaseCommand } from '../src/base-command.js';
import {
  colorFlag,
  cpusOf,
  formatNames,
  offlineFlag,
  oneRuby,
  outputFlag,
  pageSizeFlag,
  pageSizeOption,
  targetsOf,
} from '../src/common-flags.js';
import { CPUS, HISTORY_FORMATS, history, historyExitCodeOf, renderHistory } from '../src/index.js';
import { progressBar } from '../src/progress-bar.js';

export default class History extends BaseCommand {
  static override summary = 'Tell what each version of a gem needs, where that changed, and what runs it.';

  static override description = [
    "Version by version, newest first, what the gem's precompiled variants need of the system: the C library, libstdc++, other libraries, the Rubies. Where a need moved, up or down, the file and the symbols that moved it are named. With --target each version gets its verdict; without, the highest version that runs on each known system is told. Yanked versions are not there; variants without a platform are not opened unless --all.",
    'Without --limit, --since or --all-versions the 20 newest versions with a precompiled variant are told, and with --target as many more as it takes to find one that fits.',
    'Gems come from --source; else from the remotes of the Gemfile.lock here (and vendor/cache), else from rubygems.org.',
    'Exit codes: 0 all that was asked was told; 1 with --target: no version that was looked at fits all targets, and none of them is compiled there or left unchecked; 2 wrong usage, no such gem, or a failed operation; 3 a version could not be read or, with --target, not be checked, so the history has a gap.',
  ].join('\n\n');

  static override examples = [
    '<%= config.bin %> <%= command.id %> nokogiri',
    '<%= config.bin %> <%= command.id %> nokogiri --target rhel-8 --target debian-11',
    '<%= config.bin %> <%= command.id %> grpc --since 1.60 --arch aarch64',
    '<%= config.bin %> <%= command.id %> sqlite3 --source vendor/cache --offline --format json',
    '<%= config.bin %> <%= command.id %> ffi --all-versions --format svg --output ffi.svg',
  ];

  static override args = {
    gem: Args.string({ description: 'name of the gem', required: true }),
  };

  static override flags = {
    target: Flags.string({
      char: 't',
      multiple: true,
      multipleNonGreedy: true,
      summary: 'System that a version is to fit: ubuntu-20.04, rhel-8, alpine-3.20, glibc-2.31, host, …',
      helpValue: 'NAME',
    }),
    arch: Flags.string({
      multiple: true,
      multipleNonGreedy: true,
      summary: `CPU: ${CPUS.join(', ')}. [default: those of the lockfile here, else x86_64]`,
      helpValue: 'CPU',
    }),
    source: Flags.string({
      char: 's',
      multiple: true,
      multipleNonGreedy: true,
      summary:
        "Server, mirror directory or directory of .gem files. [default: the lockfile's own, else rubygems.org]",
      helpValue: 'URL|DIR',
    }),
    ruby: Flags.string({
      multiple: true,
      multipleNonGreedy: true,
      summary: "Ruby whose builds count in a gem that has several. [default: the lockfile's, else all]",
      helpValue: 'X.Y.Z',
    }),
    ...pageSizeFlag,
    limit: Flags.integer({
      char: 'n',
      min: 1,
      summary: 'How many versions with a precompiled variant are told. [default: 20]',
      helpValue: 'N',
    }),
    since: Flags.string({ summary: 'The oldest version that is told.', helpValue: 'VERSION' }),
    'all-versions': Flags.boolean({ summary: 'Tell every version.', exclusive: ['limit', 'since'] }),
    pre: Flags.boolean({ summary: 'Tell prereleases too.' }),
    all: Flags.boolean({
      summary: 'Open gems without a platform too, where they would be installed: a few carry executables.',
    }),
    format: Flags.option({
      char: 'f',
      options: formatNames(HISTORY_FORMATS),
      default: 'text',
      summary: 'How the result is written; svg is a chart.',
    })(),
    ...outputFlag,
    ...offlineFlag,
    jobs: Flags.integer({
      char: 'j',
      min: 1,
      max: 64,
      default: 8,
      summary: 'Gems that are read at the same time.',
    }),
    ...colorFlag,
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(History);
    const limit = flags['all-versions'] ? 'all' : flags.limit;
    const progress = progressBar(this.watched);
    const report = await history({
      gem: args.gem,
      ...(flags.target === undefined ? {} : { target: targetsOf(flags.target) }),
      ...(flags.arch === undefined ? {} : { arches: cpusOf(flags.arch) }),
      ...(flags.source === undefined ? {} : { sources: flags.source }),
      ...oneRuby(flags.ruby),
      ...pageSizeOption(flags['page-size']),
      ...(limit === undefined ? {} : { limit }),
      ...(flags.since === undefined ? {} : { since: flags.since }),
      prereleases: flags.pre,
      all: flags.all,
      offline: flags.offline,
      jobs: flags.jobs,
      onProgress: progress.update,
    }).finally(progress.stop);

    for (const { message } of report.warnings) this.warnUser(message);
    const text = renderHistory(report, flags.format, this.resultStyle(flags.output));
    await this.writeResult(text, flags.output);
    process.exitCode = historyExitCodeOf(report);
  }
}
