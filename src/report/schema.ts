import { z } from 'zod';
import type { AuditReport, FloorReport, MultiTargetReport } from '../audit/types.js';
import { REFUSAL_REASONS } from './refusal-words.js';

const text = z.string();
export const cpu = z.enum(['x86_64', 'aarch64', 'arm', 'x86', 'ppc64le', 's390x', 'riscv64']);
export const libc = z.enum(['gnu', 'musl']);
const isa = z.enum(['x86-64-baseline', 'x86-64-v2', 'x86-64-v3', 'x86-64-v4']);
const list = z.array(text).readonly();
const file = text.describe('Path inside the gem, or the gem itself');
const symbols = list.describe('Undefined dynamic symbols that are bound to the version');

export const rubyFrom = z
  .strictObject({
    source: z.enum([
      'option',
      'config',
      'target',
      'lockfile',
      'gemfile',
      'ruby-version',
      'tool-versions',
      'mise',
    ]),
    place: text.describe('For people: --ruby, Gemfile:3, .ruby-version, the title of the target'),
  })
  .describe('Where it is said which Ruby runs');

export const verdict = z.enum(['compatible', 'incompatible', 'source', 'unknown']);

const staticTls = {
  file,
  size: z.int().describe("Bytes of the file's own"),
  room: z.int().describe('Bytes that the loader has for all files; 0 on musl'),
  total: z.int().exactOptional().describe('Bytes of all files of the gem together'),
};

const bareVariant = {
  file,
  platform: text.describe('Of the variant that has files for the machine'),
  lacks: list.describe('Files of that variant which the ruby one lacks'),
  forced: z
    .strictObject({ file: text, line: z.int() })
    .exactOptional()
    .describe('The line of the Gemfile that has it compiled'),
};

export const finding = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('symbol-version').describe('The target does not define a version that the file needs'),
    file,
    library: text,
    symbolVersion: text,
    symbols,
    provided: text.exactOptional().describe('The highest version of the same kind that the target has'),
  }),
  z.strictObject({ kind: z.literal('wrong-libc'), file, builtFor: libc, evidence: text }),
  z.strictObject({ kind: z.literal('wrong-machine'), file, machine: text, wanted: cpu }),
  z.strictObject({ kind: z.literal('other-machine'), file, machine: text }),
  z.strictObject({
    kind: z.literal('wrong-system').describe('Built for another system than Linux'),
    file,
    system: text,
    cpus: list,
  }),
  z.strictObject({
    kind: z
      .literal('other-system')
      .describe('For another system or engine, with nothing for Linux in its place'),
    file,
    system: text,
    cpus: list,
  }),
  z.strictObject({ kind: z.literal('nested-archive'), file }),
  z.strictObject({ kind: z.literal('missing-interpreter'), file, interpreter: text }),
  z.strictObject({ kind: z.literal('missing-library'), file, library: text }),
  z.strictObject({ kind: z.literal('build-path'), file, library: text }),
  z.strictObject({
    kind: z.literal('missing-ruby-abi'),
    file,
    ruby: text,
    available: list,
    library: text.exactOptional().describe('The library of another Ruby that the file is linked to'),
    installed: z
      .literal(true)
      .exactOptional()
      .describe('The gem is installed for another Ruby than the one that runs'),
  }),
  z.strictObject({
    kind: z.literal('no-variant').describe('Bundler has nothing to install on the target'),
    file,
    reason: z.enum([
      'no-matching-platform',
      'ruby-mismatch',
      'content-addressed',
      'old-rubygems',
      'not-offered',
    ]),
    asked: list
      .exactOptional()
      .describe('What the lockfile lists and is not offered, or what the variant wants of RubyGems'),
    there: list.exactOptional().describe('The variants that the source has, or the RubyGems that runs there'),
    wanted: text,
  }),
  z.strictObject({
    kind: z.literal('page-size').describe('The kernel has larger pages than the segments are made for'),
    file,
    page: z.int().describe('Of the kernel that runs, in bytes'),
    largest: z.int().describe('The largest page that the segments allow, in bytes; 1 where they allow none'),
    why: z.enum([
      'address-not-page-aligned',
      'alignment-not-page-aligned',
      'address-not-aligned',
      'shared-page',
    ]),
  }),
  z.strictObject({
    kind: z.literal('ruby-undecided').describe('It depends on which Ruby runs, and that is not known'),
    file: text.describe('Path of the builds, with * where the Ruby stands'),
    fitting: list,
    failing: list,
    missing: list.describe('Rubies in use that it has no build for'),
  }),
  z.strictObject({
    kind: z
      .literal('rubygems-undecided')
      .describe(
        'A RubyGems before 4.1 installs another file, which fares otherwise, and it is not known which runs',
      ),
    file,
    older: text.describe('The .gem that it installs'),
    verdict,
  }),
  z.strictObject({
    kind: z
      .literal('shim-alone')
      .describe('The ruby variant is taken, a launcher of executables that it does not bring'),
    ...bareVariant,
  }),
  z.strictObject({
    kind: z
      .literal('nothing-compiled')
      .describe(
        'The ruby variant is taken, which has nothing to compile, and another has files for the machine',
      ),
    ...bareVariant,
  }),
  z.strictObject({ kind: z.literal('isa-level'), file, level: isa, provided: isa }),
  z.strictObject({
    kind: z.literal('unchecked-library'),
    file,
    library: text,
    carried: z.boolean(),
    noDefaultLibraries: z
      .literal(true)
      .exactOptional()
      .describe('DF_1_NODEFLIB keeps the loader from looking where the target has it'),
    path: z
      .enum(['absolute', 'relative'])
      .exactOptional()
      .describe('It is a path, at which the loader opens it; a relative one where the process runs'),
  }),
  z.strictObject({
    kind: z.literal('unchecked-symbol-version'),
    file,
    library: text,
    symbolVersion: text,
    symbols,
  }),
  z.strictObject({
    kind: z
      .literal('executable-stack')
      .describe('glibc 2.41 and later do not open a file that asks for an executable stack'),
    file,
    because: z.enum(['executable', 'unmarked']),
  }),
  z.strictObject({
    kind: z
      .literal('static-tls')
      .describe('Thread-local data in the initial-exec model of a file that is opened at run time'),
    ...staticTls,
  }),
  z.strictObject({ kind: z.literal('unchecked-static-tls'), ...staticTls }),
  z.strictObject({
    kind: z.literal('loader-refusal').describe('The loader or the kernel does not take the file as it is'),
    file,
    refusal: z.enum(REFUSAL_REASONS),
    value: text.exactOptional().describe('What the file has'),
  }),
  z.strictObject({
    kind: z.literal('missing-symbol').describe('Symbols that nothing defines which the file is loaded with'),
    file,
    symbols: list,
    bound: z
      .enum(['load', 'call'])
      .describe('Whether the loader refuses the file, or the process ends at the first call'),
    since: text.exactOptional().describe('First release of the C library that has them'),
    library: text.exactOptional().describe('The library in the gem that was to define them'),
  }),
  z.strictObject({
    kind: z.literal('unchecked-symbol'),
    file,
    symbols: list,
    since: text.describe('First release of the C library that has them'),
  }),
  z.strictObject({
    kind: z
      .literal('other-libc')
      .describe('Built for another C library, which has all of its names; only a run can tell'),
    file,
    builtFor: libc,
    evidence: text,
    layer: z.literal(true).exactOptional().describe('It is started through gcompat or its like'),
  }),
  z.strictObject({ kind: z.literal('static-archive'), file }),
  z.strictObject({ kind: z.literal('chosen-at-run-time'), file, fitting: list, failing: list }),
  z.strictObject({
    kind: z
      .literal('no-build-for-system')
      .describe('Its files are named for systems, and none for the target'),
    file: text.describe('Path of the files, with * where the system stands'),
    named: list,
    system: text,
  }),
  z.strictObject({ kind: z.literal('unreadable'), file, code: text, reason: text }),
  z.strictObject({ kind: z.literal('unavailable'), file, code: text, reason: text, suggestions: list }),
]);

const floor = {
  glibc: text.exactOptional().describe('Highest GLIBC_x.y, without the prefix'),
  glibcxx: text.exactOptional(),
  cxxabi: text.exactOptional(),
  gcc: text.exactOptional(),
  markers: list.exactOptional().describe('Needed versions without a number, such as GLIBC_ABI_DT_RELR'),
};

export const requires = z.strictObject({
  libc: z.enum(['gnu', 'musl', 'static', 'both']),
  ...floor,
  libraries: list.exactOptional().describe('Needed libraries that the gem does not bring itself'),
});

const suggestion = z.strictObject({
  version: text,
  direction: z.enum(['upgrade', 'downgrade', 'same']),
  requirement: text.describe('What the pin adds; empty where it need not bind the version'),
  pin: text.exactOptional().describe('The whole line for the Gemfile; absent for add-platform'),
  command: text.exactOptional().describe('What to run, in place of a pin or after it'),
  method: z.enum(['precompiled', 'add-platform', 'force-ruby', 'compile']),
  direct: z.boolean().describe('The Gemfile has a line for the gem already, which the pin replaces'),
  unchecked: list.exactOptional().describe('Bounds of the version on a Ruby or RubyGems that is not known'),
  needsCompiler: z.boolean(),
  conflicts: z
    .array(z.strictObject({ by: text, kind: z.enum(['gemfile', 'gem']), requirement: list }))
    .readonly()
    .describe('Requirements that the suggestion leaves unmet; a pin against a gem is not in pins'),
});

const note = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('not-in-lockfile'),
    platform: text,
    update: text.exactOptional().describe('The gem, where PLATFORMS has the platform already'),
  }),
  z.strictObject({
    kind: z.literal('not-locked-for-ruby').describe('What the lockfile lists does not accept the Ruby'),
    ruby: text,
  }),
  z.strictObject({ kind: z.literal('not-installed-here'), platform: text }),
  z.strictObject({
    kind: z
      .literal('carries-executables')
      .describe('It has no platform, carries executables for systems by name, and was not opened'),
  }),
  z.strictObject({ kind: z.literal('yanked') }),
  z.strictObject({
    kind: z
      .literal('needs-new-rubygems')
      .describe('A RubyGems before 4.1 finds nothing to install, and it is not known which runs'),
  }),
  z.strictObject({ kind: z.literal('variant-skipped') }),
  z.strictObject({
    kind: z
      .literal('not-for-ruby')
      .describe('A variant would be installed, but does not accept the Ruby: it is compiled, or refused'),
    platform: text.describe('What is installed with a Ruby that it accepts'),
    ruby: text,
    next: z
      .strictObject({ version: text, verdict })
      .exactOptional()
      .describe('The first later version with a variant for that Ruby; absent if the index has none'),
  }),
  z.strictObject({
    kind: z
      .literal('nearer-variant')
      .describe(
        'The gem does not fit, and there is a variant for this very platform that Bundler passes over',
      ),
    platform: text,
    because: z.enum(['address', 'lockfile']),
  }),
  z.strictObject({
    kind: z.literal('unverified').describe('Neither index nor lockfile gives a SHA-256 of it'),
  }),
  z.strictObject({
    kind: z
      .enum(['forced-ruby', 'force-ruby-unclear'])
      .describe('The Gemfile has it compiled (force_ruby_platform), or may have'),
    file: text,
    line: z.int(),
  }),
  z.strictObject({ kind: z.literal('search-incomplete'), reason: text }),
]);

const gem = z.strictObject({
  name: text,
  version: text,
  platform: text.describe('Of the variant that Bundler would install on the target'),
  address: text
    .exactOptional()
    .describe(
      'Of a content-addressed gem: the start of its SHA-256, in place of the platform in the name of its file',
    ),
  source: text
    .exactOptional()
    .describe(
      'Which source of its section of the lockfile has it: a URL without credentials, or a directory',
    ),
  alsoIn: list.exactOptional().describe('Other sources of its section that have a gem of this name'),
  arch: cpu,
  verdict,
  requires: requires.exactOptional(),
  findings: z.array(finding).readonly(),
  suggestion: suggestion.exactOptional(),
  runsOn: list.exactOptional().describe('Known systems that run the gem as it is, the lowest first'),
  notes: z.array(note).readonly().exactOptional(),
  ignored: z
    .strictObject({
      reason: text,
      until: text.exactOptional().describe('ISO date of the last day on which it holds'),
    })
    .exactOptional()
    .describe(
      'The project has accepted every finding; the verdict stays and does not count for the exit code',
    ),
});

export const targetSummary = z.strictObject({
  name: text,
  title: text,
  libc,
  glibc: text.exactOptional(),
  musl: text.exactOptional(),
  endOfLife: text.exactOptional(),
  pageSize: z
    .partialRecord(cpu, z.int())
    .exactOptional()
    .describe('Pages of the kernel that runs, in bytes by CPU; 4096 where a CPU, or all of it, is absent'),
  source: text,
});

export const warning = z.strictObject({ code: text, message: text });

const spans = z
  .array(z.strictObject({ from: text, to: text }))
  .readonly()
  .describe('Runs of neighbouring versions, both ends among them');

const clashReason = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('needs'), gem: text, versions: spans, on: text, requirement: list }),
  z.strictObject({
    kind: z.enum(['does-not-fit', 'not-installable', 'nothing-to-compile']),
    gem: text,
    versions: spans,
  }),
  z.strictObject({ kind: z.literal('gemfile'), gem: text, requirement: list }),
  z.strictObject({
    kind: z.literal('fixed').describe('It comes from git or a path'),
    gem: text,
    version: text,
  }),
  z.strictObject({ kind: z.literal('index-unavailable'), gem: text, reason: text }),
]);

const plan = z
  .strictObject({
    pins: z
      .array(
        z.strictObject({
          name: text,
          version: text.describe('What Bundler resolves to with all pins in place'),
          bounds: list.describe("What is added to the Gemfile's own requirement; may be empty"),
          replaces: z.boolean().describe("The bounds stand in place of the Gemfile's own requirement"),
          forceRuby: z.boolean(),
          direct: z.boolean().describe('The Gemfile has a line for the gem already'),
          along: list.exactOptional().describe('For whose sake it moves, where it fits as it is locked'),
          misfits: z
            .strictObject({
              from: text.describe('The lowest of them'),
              onwards: z.boolean().describe('They reach to the newest that the Gemfile allows'),
              needs: z
                .array(z.strictObject({ target: text, glibc: text }))
                .readonly()
                .describe(
                  'The glibc that the lowest needs, for each target that it does not fit because of it',
                ),
            })
            .exactOptional()
            .describe('Versions around the locked one that were read and do not fit either'),
        }),
      )
      .readonly(),
    moves: z
      .array(
        z.strictObject({
          name: text,
          from: text.exactOptional().describe('Absent for a gem that enters the bundle'),
          to: text.exactOptional().describe('Absent for a gem that leaves the bundle'),
          along: list.describe('For whose sake; empty where it does not fit itself'),
        }),
      )
      .readonly(),
    commands: list.describe('To be run after the pins are in place'),
    unanswered: z
      .array(
        z.strictObject({
          name: text,
          version: text,
          because: z.array(clashReason).readonly().describe('The requirements that clash'),
        }),
      )
      .readonly(),
    liftable: list.describe('Gems with an earlier pin of gemcompat that is no longer needed'),
    minimal: z
      .boolean()
      .describe('False where the work was capped: fewer moves or higher versions may exist'),
    inspections: z.strictObject({
      inspected: z.int().describe('Gems that were read to find the answer'),
      candidates: z.int().describe('Gems that could have been read'),
      byGem: z.record(text, list).describe('Versions that were read, by gem'),
    }),
  })
  .describe('One answer for all gems that do not fit, together');

const stated = z.strictObject({
  names: list,
  place: text.describe('For people: --without, .gemcompat.yml, Dockerfile:12, BUNDLE_WITHOUT'),
});

const groups = z
  .array(
    z.strictObject({
      without: stated.exactOptional(),
      with: stated.exactOptional(),
      only: stated.exactOptional(),
    }),
  )
  .readonly()
  .describe("Bundler's settings of which groups are installed; of several commands that install, of each");

const notInstalled = z
  .array(
    z.strictObject({
      name: text,
      version: text,
      groups: list.describe('Groups that it is in, or that gems are in that ask for it'),
    }),
  )
  .readonly()
  .describe('Gems that are not installed there: they are in nothing else of the report');

const refused = z
  .array(
    z.discriminatedUnion('kind', [
      z.strictObject({
        kind: z.literal('platform-not-locked').describe('Bundler is frozen, and PLATFORMS lack the machine'),
        arch: cpu,
        platform: text.describe('What Bundler looks for'),
        locked: list.describe("The lockfile's PLATFORMS"),
        frozenFrom: text.exactOptional().describe('Where it is said that Bundler installs frozen'),
        forceRubyFrom: text.exactOptional().describe('Where Bundler is set to compile every gem'),
      }),
      z.strictObject({
        kind: z.literal('ruby-not-accepted').describe("The Gemfile's ruby does not accept the target's"),
        ruby: text.describe('What the target brings'),
        requirement: list.describe('What the Gemfile asks for'),
        place: text.describe("The Gemfile's line: Gemfile:3"),
      }),
    ]),
  )
  .readonly()
  .describe('Why Bundler stops there before it installs any gem');

const passedOver = z
  .array(cpu)
  .readonly()
  .describe("CPUs of the lockfile's PLATFORMS that were not checked, since servers rarely have them");

/** One target's report: see src/audit/types.ts. */
export const auditReportSchema = z.strictObject({
  schemaVersion: z.literal(1),
  lockfile: text,
  target: targetSummary,
  arches: z.array(cpu).readonly(),
  passedOver: passedOver.exactOptional(),
  ruby: text.exactOptional(),
  rubyFrom: rubyFrom.exactOptional(),
  rubygems: text.exactOptional().describe('The RubyGems that runs there, where it is known'),
  all: z.boolean(),
  gems: z.array(gem).readonly(),
  refused: refused.exactOptional(),
  groups: groups.exactOptional(),
  notInstalled: notInstalled.exactOptional(),
  pins: list,
  plan: plan.exactOptional(),
  floor: z.strictObject(floor),
  summary: z.strictObject({
    compatible: z.int(),
    incompatible: z.int(),
    source: z.int(),
    unknown: z.int(),
    ignored: z.int().exactOptional().describe('Gems whose findings are all accepted; in no other number'),
  }),
  warnings: z.array(warning).readonly(),
}) satisfies z.ZodType<AuditReport>;

const multiTargetReportSchema = z.strictObject({
  schemaVersion: z.literal(1),
  lockfile: text,
  targets: z.array(auditReportSchema).readonly().describe('One for each target and Ruby'),
  pins: list,
  plan: plan.exactOptional(),
  warnings: z.array(warning).readonly(),
}) satisfies z.ZodType<MultiTargetReport>;

const summary = auditReportSchema.shape.summary;

/** What the bundle needs, where no target is named. */
export const floorReportSchema = z.strictObject({
  schemaVersion: z.literal(1),
  lockfile: text,
  passedOver: passedOver.exactOptional(),
  ruby: text.exactOptional(),
  rubyFrom: rubyFrom.exactOptional(),
  all: z.boolean(),
  floor: z.strictObject(floor).describe('Over all of floors'),
  floors: z
    .array(
      z.strictObject({
        libc,
        arch: cpu,
        floor: z.strictObject(floor),
        needs: z
          .array(
            z.strictObject({ need: text, gems: list.describe('Name and version of each that needs it') }),
          )
          .readonly()
          .describe('Version names, a level of x86-64, and sonames beyond those of the C library'),
        gems: z.array(gem).readonly(),
        notInstalled: notInstalled.exactOptional(),
        systems: z
          .array(
            z.strictObject({
              name: text,
              title: text,
              endOfLife: text.exactOptional(),
              supported: z.boolean().describe('Not past its end of life on the day of the report'),
            }),
          )
          .readonly()
          .describe('Known systems that have the floor: those in support first, each part lowest first'),
        summary,
      }),
    )
    .readonly()
    .describe('One for each CPU and C library that the lockfile provides for'),
  warnings: z.array(warning).readonly(),
}) satisfies z.ZodType<FloorReport>;

/** What `--format json` prints: one report, or one for each target and Ruby; the floor where no target is named. `schema/audit-report.json` is made from it. */
export const jsonOutputSchema = z
  .union([auditReportSchema, multiTargetReportSchema, floorReportSchema])
  .describe('gemcompat audit --format json');
