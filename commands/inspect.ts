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
import { CPUS, INSPECT_FORMATS, inspect, inspectExitCode, renderInspect } from '../src/index.js';
import { fileCounter } from '../src/progress-bar.js';

export default class Inspect extends BaseCommand {
  static override summary =
    'Tell what executables, libraries, gems, bundles and archives need, and whether they load on a target.';

  static override description = [
    'PATH is an ELF file, a .gem, a directory, installed gems (vendor/bundle, $GEM_HOME), a zip such as a Lambda function or layer, a tar archive (plain, gzip, zstd, xz), a .deb or .rpm package, or - for standard input; it is told by its first bytes, not by its name. NAME@VERSION is a gem of the registry, with all its variants for Linux.',
    'Without --target it tells what each part needs and which known systems have that; with --target it gives verdicts, through the same rules as audit. Archives in a directory are opened, jars too, and those inside an archive one level deep. An extension that is linked to libruby is judged as where the Ruby that compiled it is installed, which the result says. Nothing is unpacked to disk, and nothing is run.',
    'Exit codes: 0 everything was read, and fits; 1 something does not fit; 2 wrong usage, bad input or a failed operation; 3 nothing is known not to fit, but something could not be read or checked.',
  ].join('\n\n');

  static override examples = [
    '<%= config.bin %> <%= command.id %> vendor/bundle --target al2023',
    '<%= config.bin %> <%= command.id %> function.zip --target lambda-ruby3.3 --symbols',
    '<%= config.bin %> <%= command.id %> target/release/bootstrap --target provided.al2023 --tree',
    '<%= config.bin %> <%= command.id %> nokogiri@1.18.3',
    'docker export CONTAINER | <%= config.bin %> <%= command.id %> - --format json',
  ];

  static override strict = false;

  static override args = {
    path: Args.string({
      description: 'file, directory, NAME@VERSION or -; several may be named',
      required: true,
    }),
  };

  static override flags = {
    target: Flags.string({
      char: 't',
      multiple: true,
      multipleNonGreedy: true,
      summary:
        'System that the files have to load on: ubuntu-20.04, al2023, lambda-ruby3.3, alpine-3.20, image:REF, …',
      helpValue: 'NAME',
    }),
    arch: Flags.string({
      multiple: true,
      multipleNonGreedy: true,
      summary: `CPU to check: ${CPUS.join(', ')}. [default: those that there are files for]`,
      helpValue: 'CPU',
    }),
    ruby: Flags.string({
      multiple: true,
      multipleNonGreedy: true,
      summary: 'Ruby that runs on the target. [default: the one that a gem is installed for]',
      helpValue: 'X.Y.Z',
    }),
    ...pageSizeFlag,
    symbols: Flags.boolean({
      summary: 'Tell the symbols behind each version that is too new, and what they are.',
    }),
    tree: Flags.boolean({
      summary: 'Show which library resolves inside, which on the target, and which nowhere.',
    }),
    source: Flags.string({
      char: 's',
      multiple: true,
      multipleNonGreedy: true,
      summary:
        'Server, mirror directory or directory of .gem files, for NAME@VERSION. [default: rubygems.org]',
      helpValue: 'URL|DIR',
    }),
    format: Flags.option({
      char: 'f',
      options: formatNames(INSPECT_FORMATS),
      default: 'text',
      summary: 'How the result is written.',
    })(),
    ...outputFlag,
    ...offlineFlag,
    jobs: Flags.integer({
      char: 'j',
      min: 1,
      max: 64,
      default: 4,
      summary: 'Archives and gems that are read at the same time.',
    }),
    ...colorFlag,
  };

  async run(): Promise<void> {
    const { argv, flags } = await this.parse(Inspect);
    const progress = fileCounter(this.watched);
    const report = await inspect({
      paths: argv.map(String),
      ...(flags.target === undefined ? {} : { target: targetsOf(flags.target) }),
      ...(flags.arch === undefined ? {} : { arches: cpusOf(flags.arch) }),
      ...oneRuby(flags.ruby),
      ...(flags.source === undefined ? {} : { sources: flags.source }),
      ...pageSizeOption(flags['page-size']),
      symbols: flags.symbols,
      tree: flags.tree,
      offline: flags.offline,
      jobs: flags.jobs,
      ...(this.watched ? { onProgress: progress.update } : {}),
    }).finally(progress.stop);

    for (const { message } of report.warnings) this.warnUser(message);
    const text = renderInspect(report, flags.format, this.resultStyle(flags.output));
    await this.writeResult(text, flags.output);
    process.exitCode = inspectExitCode(report);
  }
}
