import { Args, Flags } from '@oclif/core';
import { BaseCommand } from '../src/base-command.js';
import { knownTarget, knownTargets, renderTarget, renderTargets } from '../src/index.js';

export default class Targets extends BaseCommand {
  static override summary = 'List the targets that are known by name, or show all that is known of one.';

  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> ubuntu-20.04',
    '<%= config.bin %> <%= command.id %> --format json',
  ];

  static override args = {
    name: Args.string({ description: 'a target by any of its names: ubuntu-20.04, focal, al2023' }),
  };

  static override flags = {
    format: Flags.option({
      char: 'f',
      options: ['text', 'json'] as const,
      default: 'text',
      summary: 'How the result is written.',
    })(),
    color: Flags.boolean({
      allowNo: true,
      default: true,
      summary: 'Colour on a terminal; NO_COLOR and FORCE_COLOR are obeyed.',
    }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Targets);
    const options = {
      color: this.colorOn(process.stdout),
      ...(process.stdout.isTTY ? { width: process.stdout.columns } : {}),
    };
    const found = args.name === undefined ? knownTargets() : knownTarget(args.name);
    if (flags.format === 'json') process.stdout.write(`${JSON.stringify(found, null, 2)}\n`);
    else if ('name' in found) process.stdout.write(renderTarget(found, options));
    else process.stdout.write(renderTargets(found, new Date().toISOString().slice(0, 10), options));
  }
}
