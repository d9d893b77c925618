import { Args, Flags } from '@oclif/core';
import { BaseCommand } from '../src/base-command.js';
import { colorFlag, cpusOf } from '../src/common-flags.js';
import type { TargetFilter } from '../src/index.js';
import {
  CPUS,
  findTargets,
  knownTargets,
  renderTarget,
  renderTargets,
  renderTargetsJson,
} from '../src/index.js';

export default class Targets extends BaseCommand {
  static override summary = 'List the targets that are known by name, or show all that is known of one.';

  static override description =
    'Without a name every target is listed; --fits, --libc, --arch, --supported and --eol leave those that meet all of them. A name shows one target with its libraries and their symbol versions; a part of a name, or a pattern with * and ?, lists those that it is found in. Anything that audit takes as a target can be shown: host, rootfs:DIR, image:REF, dockerfile:PATH.';

  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> ubuntu-20.04',
    '<%= config.bin %> <%= command.id %> debian --supported',
    '<%= config.bin %> <%= command.id %> --fits glibc-2.34,glibcxx-3.4.30 --arch aarch64',
    '<%= config.bin %> <%= command.id %> rootfs:/srv/root --format json',
  ];

  static override args = {
    name: Args.string({
      description: 'a target by any of its names (ubuntu-20.04, focal, al2023), or a part of one',
    }),
  };

  static override flags = {
    fits: Flags.string({
      multiple: true,
      multipleNonGreedy: true,
      summary: 'Systems that have this and more: glibc-2.34, musl-1.2.5, glibcxx-3.4.30, GLIBC_ABI_DT_RELR.',
      helpValue: 'FLOOR',
    }),
    libc: Flags.option({
      options: ['glibc', 'gnu', 'musl'] as const,
      summary: 'Systems with this C library.',
    })(),
    arch: Flags.string({
      multiple: true,
      multipleNonGreedy: true,
      summary: `Systems for this CPU: ${CPUS.join(', ')}.`,
      helpValue: 'CPU',
    }),
    supported: Flags.boolean({ summary: 'Systems in support today.', exclusive: ['eol'] }),
    eol: Flags.boolean({ summary: 'Systems past their end of life.' }),
    pull: Flags.boolean({ summary: "Read a Dockerfile's base from the image itself." }),
    offline: Flags.boolean({ summary: 'Never ask the network.' }),
    format: Flags.option({
      char: 'f',
      options: ['text', 'json'] as const,
      default: 'text',
      summary: 'How the result is written.',
    })(),
    ...colorFlag,
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Targets);
    const { name } = args;
    const cpus = flags.arch && cpusOf(flags.arch);
    const filter: TargetFilter = {
      ...(flags.fits === undefined ? {} : { fits: flags.fits }),
      ...(flags.libc === undefined ? {} : { libc: flags.libc === 'musl' ? 'musl' : 'gnu' }),
      ...(flags.supported ? { supported: true } : flags.eol ? { supported: false } : {}),
    };
    const listed = name === undefined || Object.keys(filter).length > 0;
    const found = listed
      ? knownTargets({ ...filter, ...(cpus && { cpus }), ...(name === undefined ? {} : { name }) })
      : await findTargets(name, { pull: flags.pull, offline: flags.offline, ...(cpus && { cpus }) });
    const today = new Date().toISOString().slice(0, 10);
    const options = this.resultStyle();
    if ('target' in found) for (const message of found.warnings) this.warnUser(message);
    else if (found.length === 0) this.warnUser('no target that is known meets all of that');
    if (flags.format === 'json') process.stdout.write(renderTargetsJson(found));
    else if ('target' in found)
      process.stdout.write(renderTarget(found, today, { ...options, ...(cpus?.[0] && { cpu: cpus[0] }) }));
    else if (found.length > 0) process.stdout.write(renderTargets(found, today, options));
  }
}
