import { writeFile } from 'node:fs/promises';
import { Command } from '@oclif/core';
import { Ansis } from 'ansis';
import { GemcompatError, UsageError } from './errors.js';
import type { TextOptions } from './index.js';
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

  /** How text is written to a stream: in colour or not, and how wide where it is a terminal. */
  protected styleOn(stream: NodeJS.WriteStream): TextOptions {
    return { color: this.colorOn(stream), ...(stream.isTTY ? { width: stream.columns } : {}) };
  }

  /** How a result is written: as stdout is, plain and unwrapped into the file of --output. */
  protected resultStyle(file?: string): TextOptions {
    return file === undefined ? this.styleOn(process.stdout) : { color: false };
  }

  /** Writes a result to stdout, or to the file of --output. Throws UsageError `OUTPUT_UNWRITABLE`. */
  protected async writeResult(text: string, file: string | undefined): Promise<void> {
    if (file === undefined) {
      process.stdout.write(text);
      return;
    }
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
