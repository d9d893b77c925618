import { z } from 'zod';
import type { InspectReport } from '../inspect/types.js';
import { dependencyTree, explanation, remedy, toolchain } from './explain-schema.js';
import { cpu, finding, requires, targetSummary, verdict, warning } from './schema.js';

const text = z.string();
const list = z.array(text).readonly();

const file = z.strictObject({
  path: text.describe('Inside the subject; within an archive that lies in it, outer.zip!/lib/inner.so'),
  arch: cpu.exactOptional(),
  machine: z.int().describe('e_machine'),
  system: text.exactOptional().describe('The system other than Linux that it is for'),
  kind: z.enum(['executable', 'library']),
  requires,
  verneed: z
    .array(
      z.strictObject({
        library: text,
        versions: z
          .array(
            z.strictObject({
              name: text,
              hash: z.int(),
              flags: z.int(),
              weak: z.boolean(),
              index: z.int(),
              symbols: list,
            }),
          )
          .readonly(),
      }),
    )
    .readonly()
    .exactOptional()
    .describe('With --symbols'),
});

const needs = z.strictObject({
  arch: cpu,
  requires,
  runsOn: list
    .exactOptional()
    .describe('Known systems that provide the versions, those in support first, the lowest first'),
});

const fileRemedies = z.strictObject({
  file: text,
  toolchain: toolchain.exactOptional().describe('Who built the file'),
  remedies: z.array(remedy).readonly().describe('Best first'),
});

const result = z.strictObject({
  target: text,
  arch: cpu,
  verdict: z.enum(['compatible', 'incompatible', 'unknown']),
  requires: requires.exactOptional(),
  findings: z.array(finding).readonly(),
  given: list
    .exactOptional()
    .describe('Libraries of the Ruby that the files are for, which are taken to be there with it'),
  passedOver: list
    .exactOptional()
    .describe('Files that are not loaded there: the same lies beside them for the target’s C library'),
  remedies: z.array(fileRemedies).readonly().exactOptional(),
});

const group = z.strictObject({
  kind: z.enum(['gem', 'files']),
  name: text,
  version: text.exactOptional(),
  platform: text.exactOptional(),
  address: text.exactOptional().describe('Of a content-addressed gem, in place of the platform in its name'),
  rubyAbi: text.exactOptional().describe('The Ruby ABI that the gem is installed for: 3.3.0, 3.3.0-static'),
  files: z.array(file).readonly(),
  needs: z.array(needs).readonly(),
  findings: z.array(finding).readonly().describe('What could not be read, whatever the target'),
  systems: list
    .exactOptional()
    .describe('Other systems that it is built for, where nothing for Linux takes its place: macOS (arm64)'),
  verdict: verdict.exactOptional().describe('The worst of the results; with --target'),
  results: z.array(result).readonly().exactOptional().describe('For each target and CPU; with --target'),
});

const tree = dependencyTree.extend({
  arch: cpu,
  target: text.exactOptional(),
});

const subject = z.strictObject({
  path: text.describe('As it was given; - for standard input'),
  kind: z.enum([
    'elf',
    'gem',
    'release',
    'directory',
    'bundle',
    'zip',
    'tar',
    'cpio',
    'deb',
    'rpm',
    'compressed',
    'unread',
  ]),
  groups: z.array(group).readonly(),
  needs: z.array(needs).readonly(),
  filesSeen: z.int(),
  gemsWithoutBinaries: z.int(),
  specialFiles: z.int().describe('Sockets, devices and FIFOs, which are never opened'),
  trees: z.array(tree).readonly().exactOptional().describe('With --tree'),
});

/** What `gemcompat inspect --format json` prints. `schema/inspect-report.json` is made from it. */
export const inspectReportSchema = z
  .strictObject({
    schemaVersion: z.literal(1),
    targets: z.array(targetSummary).readonly().exactOptional(),
    arches: z.array(cpu).readonly().exactOptional(),
    ruby: text.exactOptional(),
    subjects: z.array(subject).readonly(),
    explanations: z.array(explanation).readonly().exactOptional().describe('With --symbols'),
    unreadable: z.array(z.strictObject({ subject: text, file: text, code: text, reason: text })).readonly(),
    summary: z.strictObject({
      files: z.int(),
      compatible: z.int(),
      incompatible: z.int(),
      unknown: z.int(),
      source: z.int().describe('Gems in which nothing native lies'),
      unreadable: z.int(),
    }),
    warnings: z.array(warning).readonly(),
  })
  .describe('gemcompat inspect --format json');

inspectReportSchema satisfies z.ZodType<InspectReport>;
