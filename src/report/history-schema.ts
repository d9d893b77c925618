import { z } from 'zod';
import type { HistoryReport } from '../history/types.js';
import { cpu, finding, libc, requires, rubyFrom, targetSummary, verdict, warning } from './schema.js';

const text = z.string();
const list = z.array(text).readonly();
const direction = z.enum(['up', 'down']).describe('up: more is needed than before');
const libcKind = z.enum(['gnu', 'musl', 'static', 'both']);
const asks = z
  .array(z.strictObject({ file: text, library: text, symbolVersion: text, symbols: list }))
  .readonly()
  .describe('Of the newer version where it went up, of the older one where it went down');

const move = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('floor'),
    floor: z.enum(['glibc', 'glibcxx', 'cxxabi', 'gcc']),
    direction,
    from: text.exactOptional().describe('Absent where nothing of the kind was needed'),
    to: text.exactOptional(),
    asks,
  }),
  z.strictObject({
    kind: z.literal('libc'),
    from: libcKind,
    to: libcKind,
    files: z.array(z.strictObject({ file: text, libc, evidence: text })).readonly(),
  }),
  z.strictObject({
    kind: z.literal('marker').describe('A version name without a number'),
    symbolVersion: text,
    direction,
    asks,
  }),
  z.strictObject({
    kind: z.literal('library').describe('A library that neither the gem nor the C library brings'),
    library: text,
    direction,
    files: list,
  }),
]);

const variantFindings = [
  'unavailable',
  'unreadable',
  'nested-archive',
  'static-archive',
  'wrong-machine',
  'other-machine',
  'missing-ruby-abi',
] as const;

type VariantFindingKind = (typeof variantFindings)[number];
type FindingOption = (typeof finding.options)[number];
type VariantFindingOption = Extract<
  FindingOption,
  { readonly shape: { readonly kind: z.ZodLiteral<VariantFindingKind> } }
>;

function isOfVariant(option: FindingOption): option is VariantFindingOption {
  return variantFindings.some((kind) => option.shape.kind.value === kind);
}

const [firstFinding, ...otherFindings] = finding.options.filter(isOfVariant);
if (firstFinding === undefined) throw new Error('the findings of a variant are among all findings');

const address = text
  .exactOptional()
  .describe('Of a content-addressed gem: what stands for the platform in its name');

const variant = z.strictObject({
  platform: text,
  address,
  arch: cpu,
  libc: libc.describe('What the platform stands for; what the files are linked to is in requires'),
  sha256: text.exactOptional(),
  verified: z.boolean().describe('The source publishes the digest, and it is that of the gem'),
  requiredRuby: list,
  requiredRubygems: list,
  rubies: list.describe(
    'Rubies that a fat gem has builds for, and the one of a content-addressed gem; empty for a gem with one build for all',
  ),
  state: z
    .enum(['read', 'partly', 'unread'])
    .describe('partly: requires is the least that it needs; unread: nothing is known'),
  picksAtRunTime: z
    .boolean()
    .describe('It picks one of several files by the system: requires is the most that it needs'),
  requires: requires.exactOptional(),
  libraries: list.describe("Those of requires.libraries that the C library's own package does not bring"),
  findings: z.array(z.discriminatedUnion('kind', [firstFinding, ...otherFindings])).readonly(),
  since: text
    .exactOptional()
    .describe('The next older version with a variant for the same CPU and C library that could be read'),
  across: list.exactOptional().describe('Versions between it and since that could not be read'),
  moves: z.array(move).readonly().describe('What is needed otherwise than in since'),
});

const version = z.strictObject({
  version: text,
  prerelease: z.boolean(),
  platforms: list.describe('Every platform that the source has it for'),
  variants: z.array(variant).readonly(),
  source: z
    .enum(['unopened', 'compiled', 'pure'])
    .exactOptional()
    .describe('What the variant without a platform is; absent where there is none'),
  verdicts: z
    .array(
      z.strictObject({
        target: text,
        arch: cpu,
        platform: text,
        address,
        verdict,
        findings: z.array(finding).readonly(),
      }),
    )
    .readonly()
    .describe('One for each target that was asked for, on each CPU'),
  runsOn: z
    .partialRecord(cpu, list)
    .exactOptional()
    .describe('Known systems whose precompiled variant fits; only where no target was asked for'),
});

const highest = {
  version: text.exactOptional().describe('The highest version whose precompiled variant fits'),
  compiled: text
    .exactOptional()
    .describe('The highest version of which nothing prebuilt is run, where it is above version'),
  unchecked: list.describe('Versions above version that could not be checked'),
};

/** What `gemcompat history --format json` prints; `schema/history-report.json` is made from it. */
export const historyReportSchema = z
  .strictObject({
    schemaVersion: z.literal(1),
    gem: text,
    source: text,
    lockfile: z.strictObject({ path: text, version: text.exactOptional() }).exactOptional(),
    arches: z.array(cpu).readonly(),
    ruby: text.exactOptional(),
    rubyFrom: rubyFrom.exactOptional(),
    all: z.boolean(),
    targets: z.array(targetSummary).readonly().describe('Those that were asked for'),
    versions: z.array(version).readonly().describe('Newest first; yanked versions are not there'),
    omitted: z.strictObject({ older: z.int(), olderPrecompiled: z.int(), prereleases: z.int() }),
    highest: z
      .array(z.strictObject({ target: text, title: text, libc, libcVersion: text, arch: cpu, ...highest }))
      .readonly()
      .describe('For each target that was asked for, else for each known system in support'),
    together: z
      .strictObject(highest)
      .exactOptional()
      .describe('For all targets that were asked for together'),
    warnings: z.array(warning).readonly(),
  })
  .describe('gemcompat history --format json') satisfies z.ZodType<HistoryReport>;
