import { Command } from '@oclif/core';
import { Ansis } from 'ansis';
import { GemcompatError } from './errors.js';
import { printable } from './report/printable.js';

/** What every command shares: how errors read, and where colour goes. */
export abstract class BaseCommand extends Command {
  /** Whether a stream gets colour: https://no-color.org, then FORCE_COLOR, then whether it is a terminal. */
  protected colorOn(stream: NodeJS.WriteStream): boolean {
    const { env } = process;
    if (this.argv.includes('--no-color') || (env['NO_COLOR'] ?? '') !== '') return false;
    if ((env['FORCE_COLOR'] ?? '0') !== '0') return true;
    return stream.isTTY && env['TERM'] !== 'dumb';
  }

  /** Progress is for a person who watches: a terminal on stderr, and no CI. */
  protected get watched(): boolean {
    return process.stderr.isTTY && (process.env['CI'] ?? '') === '' && process.env['TERM'] !== 'dumb';
  }

  protected warnUser(message: string): void {
    const paint = new Ansis(this.colorOn(process.stderr) ? 3 : 0);
    process.stderr.write(`${paint.yellow('Warning:')} ${printable(message)}\n`);
  }

  protected override async catch(error: Error & { exitCode?: number }): Promise<unknown> {
    if (!(error instanceof GemcompatError)) {
      // What nobody foresaw is a failed operation, never "a gem does not fit". oclif's own errors bring their exit code.
      if (!('oclif' in error)) Object.assign(error, { exitCode: 2, oclif: { exit: 2 } });
      return super.catch(error);
    }
    const paint = new Ansis(this.colorOn(process.stderr) ? 3 : 0);
    const lines = [
      `${paint.red('Error:')} ${printable(error.message)} ${paint.dim(`[${error.code}]`)}`,
      ...error.suggestions.map((suggestion) => `  → ${printable(suggestion)}`),
    ];
    process.stderr.write(`${lines.join('\n')}\n`);
    // Not this.exit(): it throws, and what is still in the pipe of stdout would be cut.
    process.exitCode = error.exitCode;
    return undefined;
  }
}
