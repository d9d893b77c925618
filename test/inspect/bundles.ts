import type { ElfFile } from '../../src/elf/types.js';
import { judgeSubject } from '../../src/inspect/judge-subject.js';
import type { JudgeOptions } from '../../src/inspect/judge-subject.js';
import { summaryOf } from '../../src/inspect/report.js';
import { targetSummary } from '../../src/target/summary.js';
import { TreeCollector } from '../../src/inspect/tree.js';
import type { InspectReport } from '../../src/inspect/types.js';
import type { Target } from '../../src/target/types.js';
import { elf } from '../helpers/contents.js';

/** An extension that was compiled by a Ruby with a shared library, as Debian's and those of the official images are. */
export function extension(libruby = 'libruby.so.3.3', glibc = 'GLIBC_2.17'): ElfFile {
  return elf({
    needs: { 'libc.so.6': [glibc] },
    needed: [libruby, 'libc.so.6'],
    unversionedImports: ['rb_define_method'],
  });
}

export interface BundleQuestion extends Partial<
  Pick<JudgeOptions, 'arches' | 'ruby' | 'symbols' | 'tree' | 'systemsFor'>
> {
  readonly targets: readonly Target[];
}

/** The report on a tree of these files. */
export function reportOn(
  files: Readonly<Record<string, ElfFile>>,
  { targets, ...options }: BundleQuestion,
): InspectReport {
  const tree = new TreeCollector();
  for (const [path, file] of Object.entries(files)) {
    tree.filesSeen += 1;
    tree.report(path, { kind: 'elf', compressed: false, elf: file });
  }
  const subject = judgeSubject({ path: 'vendor/bundle', kind: 'bundle' }, 'vendor/bundle', tree.finish(), {
    targets: targets.map((target) => ({ target })),
    symbols: false,
    tree: false,
    today: '2026-01-01',
    systemsFor: () => ['debian-13'],
    ...options,
  });
  return {
    schemaVersion: 1,
    ...(targets.length === 0 ? {} : { targets: targets.map((target) => targetSummary(target, [])) }),
    ...(options.ruby === undefined ? {} : { ruby: options.ruby }),
    subjects: [subject],
    ...(options.symbols === true ? { explanations: [] } : {}),
    unreadable: [],
    summary: summaryOf([subject]),
    warnings: [],
  };
}

/** Where RubyGems puts one extension: both places. */
export function installed(gem: string, file: string, what: ElfFile): Record<string, ElfFile> {
  return {
    [`ruby/3.3.0/gems/${gem}/lib/${file}`]: what,
    [`ruby/3.3.0/extensions/x86_64-linux/3.3.0/${gem}/${file}`]: what,
  };
}
