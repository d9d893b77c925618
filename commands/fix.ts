import path from 'node:path';
import { Flags } from '@oclif/core';
import { auditArgs, auditCommand, auditFlags, auditOptions } from '../src/audit-flags.js';
import { BaseCommand } from '../src/base-command.js';
import { fix, inspectionWords, renderDiff, renderFix, unifiedDiff } from '../src/index.js';
import { progressBar } from '../src/progress-bar.js';

export default class Fix extends BaseCommand {
  static override summary = 'Write the pins that make the precompiled gems load into the Gemfile.';

  static override description = [
    'Audits the lockfile as gemcompat audit does, and changes the gem lines of the Gemfile (and of the files that it evaluates) so that Bundler resolves to versions that fit. Nothing else in the file changes. Each change has a comment that begins with "# gemcompat:"; a later run knows its own pins by it, and takes out those that are no longer needed.',
    'Where there is a bundle on the PATH it is asked first, on a copy of the project, and the Gemfile is written only if Bundler can resolve it.',
    'Exit codes: 0 all fits, or will once the lockfile is written anew; 1 something remains that no pin mends; 2 wrong usage, bad input, a failed operation, or Bundler refuses the new Gemfile; 3 something could not be checked.',
  ].join('\n\n');

  static override examples = [
    '<%= config.bin %> <%= command.id %> --target rhel-8 --dry-run',
    '<%= config.bin %> <%= command.id %> path/to/app --target al2023 --arch aarch64',
    '<%= config.bin %> <%= command.id %> --target debian-11 --lock',
  ];

  static override args = auditArgs;

  static override flags = {
    ...auditFlags,
    'dry-run': Flags.boolean({
      char: 'n',
      summary: 'Print what would be changed as a unified diff, and write nothing.',
    }),
    verify: Flags.boolean({
      allowNo: true,
      summary:
        'Ask the real Bundler first. [default: where there is a bundle on the PATH, and it is no dry run]',
    }),
    lock: Flags.boolean({ summary: 'Write the lockfile that Bundler makes of it too.' }),
  };

  async run(): Promise<void> {
    const { args, flags, metadata } = await this.parse(Fix);
    const progress = progressBar(this.watched);
    const dryRun = flags['dry-run'];
    const result = await fix({
      ...auditOptions(args.path, flags),
      dryRun,
      // oclif has a value for each boolean flag, but not where it was not given.
      ...((flags.verify as boolean | undefined) === undefined ? {} : { verify: flags.verify }),
      lock: flags.lock,
      onProgress: progress.update,
    }).finally(progress.stop);

    for (const { message } of result.report.warnings) this.warnUser(message);
    const { plan } = result.report;
    if (flags.verbose && plan !== undefined) {
      for (const line of inspectionWords(plan.inspections)) process.stderr.write(`${line}\n`);
    }
    const { lockfile } = result.report;
    // A Gemfile may be named here; what is audited is its lockfile.
    const given = args.path ?? '.';
    const audited = path.join(given, path.basename(lockfile)) === lockfile ? given : lockfile;
    const facts = { ...result, auditCommand: auditCommand(audited, flags, metadata.flags) };
    if (dryRun) {
      // The diff alone on stdout, so that it can be piped into git apply.
      const diff = renderDiff(unifiedDiff(result.files), this.styleOn(process.stdout));
      process.stdout.write(diff);
      if (diff !== '' && process.stdout.isTTY) process.stderr.write('\n');
      process.stderr.write(renderFix(facts, this.styleOn(process.stderr)));
    } else process.stdout.write(renderFix(facts, this.styleOn(process.stdout)));
    process.exitCode = result.outcome.exitCode;
  }
}
