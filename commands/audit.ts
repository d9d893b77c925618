import { Flags } from '@oclif/core';
import { auditArgs, auditFlags, auditOptions } from '../src/audit-flags.js';
import { BaseCommand } from '../src/base-command.js';
import { formatNames, outputFlag } from '../src/common-flags.js';
import type { AuditOptions, ReportFormat } from '../src/index.js';
import {
  AUDIT_FORMATS,
  GemfileError,
  audit,
  auditFormat,
  auditOrFloor,
  byHandWords,
  exitCodeOf,
  fix,
  floorExitCode,
  inspectionWords,
  render,
  renderFixedLines,
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

  static override args = auditArgs;

  static override flags = {
    ...auditFlags,
    format: Flags.option({
      char: 'f',
      options: formatNames(AUDIT_FORMATS),
      default: 'text',
      summary: 'How the result is written; gemfile prints the pins alone.',
    })(),
    ...outputFlag,
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Audit);
    const progress = progressBar(this.watched);
    const { format } = flags;
    const options = { ...auditOptions(args.path, flags), onProgress: progress.update };
    const { result, lines } = await (
      auditFormat(format).printsEdits === true ? this.fixed(options) : audited(options, format)
    ).finally(progress.stop);

    for (const { message } of result.warnings) this.warnUser(message);
    if (flags.verbose && 'plan' in result) {
      for (const line of inspectionWords(result.plan.inspections)) process.stderr.write(`${line}\n`);
    }
    const style = this.resultStyle(flags.output);
    const text =
      lines ?? ('floors' in result ? renderFloor(result, format, style) : render(result, format, style));
    await this.writeResult(text, flags.output);
    process.exitCode = 'floors' in result ? floorExitCode(result) : exitCodeOf(result);
  }

  /** What `gemcompat fix` would write; the plain pins where there is no Gemfile that it could. */
  private async fixed(options: AuditOptions): Promise<Audited> {
    try {
      const { report, changes, byHand } = await fix({ ...options, dryRun: true, verify: false });
      for (const each of byHand) this.warnUser(`to be written by hand: ${each.pin} (${byHandWords(each)})`);
      return { result: report, lines: renderFixedLines(changes) };
    } catch (error) {
      if (!(error instanceof GemfileError)) throw error;
      // Pins for what is locked would be none for this Gemfile.
      if (error.code === 'GEMFILE_NOT_LOCKED') throw error;
      if (error.code !== 'GEMFILE_NOT_FOUND') this.warnUser(error.message);
      return { result: await audit(options) };
    }
  }
}

interface Audited {
  readonly result: Awaited<ReturnType<typeof auditOrFloor>>;
  /** What is printed, where that is not the report. */
  readonly lines?: string;
}

async function audited(options: AuditOptions, format: ReportFormat): Promise<Audited> {
  const needsTarget = auditFormat(format).floor === undefined;
  return { result: await (needsTarget ? audit(options) : auditOrFloor(options)) };
}
