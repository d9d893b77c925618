import { writeFile } from 'node:fs/promises';
import { Args, Flags } from '@oclif/core';
import { BaseCommand } from '../src/base-command.js';
import type { Cpu } from '../src/index.js';
import {
  CPUS,
  FLOOR_FORMATS,
  UsageError,
  audit,
  auditOrFloor,
  exitCodeOf,
  floorExitCode,
  parseCpu,
  render,
  renderFloor,
} from '../src/index.js';
import { progressBar } from '../src/progress-bar.js';

export default class Audit extends BaseCommand {
  static override summary = 'Check whether the precompiled gems of a Gemfile.lock load on a target.';

  static override description = [
    'Reads the lockfile, gets the platform gems that Bundler would install on the target, reads what their executables and libraries need, and names for each gem that does not fit the file, the symbol and the highest version that fits.',
    'Without --target the target is what .gemcompat.yml names, else the base of the Dockerfile, with what Kamal says of its build. Where there is neither, the floor of the bundle is told: what it needs of any system, which gem needs it, and the known systems that have it.',
    'Exit codes: 0 everything that was checked fits; 1 a gem does not fit; 2 wrong usage, bad input or a failed operation; 3 nothing is known not to fit, but something could not be checked.',
  ].join('\n\n');

  static override examples = [
    '<%= config.bin %> <%= command.id %> --target ubuntu-20.04',
    '<%= config.bin %> <%= command.id %> path/to/app --target al2023 --arch aarch64 --format json',
    '<%= config.bin %> <%= command.id %> --target debian-11 --target alpine-3.20',
    '<%= config.bin %> <%= command.id %> --target rhel-8 --source vendor/cache --offline',
    '<%= config.bin %> <%= command.id %> --target ubuntu-20.04 --format gemfile',
  ];

  static override args = {
    path: Args.string({
      description: 'Gemfile.lock (or gems.locked), or the directory that holds it',
      default: '.',
    }),
  };

  static override flags = {
    target: Flags.string({
      char: 't',
      multiple: true,
      multipleNonGreedy: true,
      summary:
        'System that the gems have to load on: ubuntu-20.04, al2023, rhel-8, alpine-3.20, glibc-2.31, …',
      helpValue: 'NAME',
    }),
    dockerfile: Flags.string({
      summary: 'Dockerfile whose base image is the target.',
      helpValue: 'PATH',
      exclusive: ['target'],
    }),
    pull: Flags.boolean({
      summary: "Read the Dockerfile's base from the image itself, pulled from its registry.",
    }),
    destination: Flags.string({
      char: 'd',
      summary: "Kamal's destination: config/deploy.NAME.yml goes over config/deploy.yml.",
      helpValue: 'NAME',
    }),
    'build-arg': Flags.string({
      multiple: true,
      multipleNonGreedy: true,
      summary: 'Value for an ARG of the Dockerfile.',
      helpValue: 'NAME=VALUE',
    }),
    arch: Flags.string({
      multiple: true,
      multipleNonGreedy: true,
      summary: `CPU to check: ${CPUS.join(', ')}. [default: the Linux CPUs of the lockfile's PLATFORMS]`,
      helpValue: 'CPU',
    }),
    source: Flags.string({
      char: 's',
      multiple: true,
      multipleNonGreedy: true,
      summary:
        "Server, mirror directory or directory of .gem files to get gems from. [default: the lockfile's own, and vendor/cache]",
      helpValue: 'URL|DIR',
    }),
    ruby: Flags.string({
      summary: "Ruby that runs on the target. [default: the lockfile's RUBY VERSION]",
      helpValue: 'X.Y.Z',
    }),
    format: Flags.option({
      char: 'f',
      options: ['text', 'json', 'gemfile'] as const,
      default: 'text',
      summary: 'How the result is written; gemfile prints the pins alone.',
    })(),
    output: Flags.string({
      char: 'o',
      summary: 'Write the result to a file instead of stdout.',
      helpValue: 'FILE',
    }),
    all: Flags.boolean({ summary: 'Open gems without a platform too: a few carry executables.' }),
    offline: Flags.boolean({ summary: 'Use directories and the cache only; never the network.' }),
    jobs: Flags.integer({
      char: 'j',
      min: 1,
      max: 64,
      default: 8,
      summary: 'Gems that are read at the same time.',
    }),
    color: Flags.boolean({
      allowNo: true,
      default: true,
      summary: 'Colour on a terminal; NO_COLOR and FORCE_COLOR are obeyed.',
    }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Audit);
    const { target: targets } = flags;
    const progress = progressBar(this.watched);
    const { format } = flags;
    const result = await (isFloorFormat(format) ? auditOrFloor : audit)({
      path: args.path,
      ...(targets === undefined ? {} : { target: targets.length === 1 ? (targets[0] ?? '') : targets }),
      ...(flags.dockerfile === undefined ? {} : { dockerfile: flags.dockerfile }),
      ...(flags['build-arg'] === undefined
        ? {}
        : { buildArgs: Object.fromEntries(flags['build-arg'].map(pairOf)) }),
      ...(flags.arch === undefined ? {} : { arches: flags.arch.map(cpuOf) }),
      ...(flags.source === undefined ? {} : { sources: flags.source }),
      ...(flags.ruby === undefined ? {} : { ruby: flags.ruby }),
      ...(flags.all ? { all: true } : {}),
      ...(flags.pull ? { pull: true } : {}),
      ...(flags.destination === undefined ? {} : { destination: flags.destination }),
      offline: flags.offline,
      jobs: flags.jobs,
      onProgress: progress.update,
    }).finally(progress.stop);

    for (const { message } of result.warnings) this.warnUser(message);
    const toFile = flags.output !== undefined;
    const options = {
      color: !toFile && this.colorOn(process.stdout),
      ...(toFile || !process.stdout.isTTY ? {} : { width: process.stdout.columns }),
    };
    const text =
      'floors' in result
        ? renderFloor(result, isFloorFormat(format) ? format : 'text', options)
        : render(result, format, options);
    if (flags.output === undefined) process.stdout.write(text);
    else await this.writeResult(flags.output, text);
    process.exitCode = 'floors' in result ? floorExitCode(result) : exitCodeOf(result);
  }

  private async writeResult(file: string, text: string): Promise<void> {
    try {
      await writeFile(file, text);
    } catch (error) {
      throw new UsageError(`cannot write the result to ${file}: ${(error as Error).message}`, {
        code: 'OUTPUT_UNWRITABLE',
        suggestions: ['name a file in a directory that exists and that you may write to'],
        cause: error,
      });
    }
  }
}

/** The formats that can tell the floor of a bundle; the others tell what does not fit, which needs a target. */
function isFloorFormat(format: string): format is (typeof FLOOR_FORMATS)[number] {
  return FLOOR_FORMATS.some((each) => each === format);
}

function pairOf(text: string): [name: string, value: string] {
  const equals = text.indexOf('=');
  if (equals > 0) return [text.slice(0, equals), text.slice(equals + 1)];
  throw new UsageError(`--build-arg ${text} has no value`, {
    code: 'BUILD_ARG_MALFORMED',
    suggestions: ['write NAME=VALUE: --build-arg RUBY_VERSION=3.3.6'],
  });
}

function cpuOf(text: string): Cpu {
  const cpu = parseCpu(text);
  if (cpu === undefined) {
    throw new UsageError(`--arch ${text} is not a CPU that is known`, {
      code: 'ARCH_UNKNOWN',
      suggestions: [`known are: ${CPUS.join(', ')}`],
    });
  }
  return cpu;
}
