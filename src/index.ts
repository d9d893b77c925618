/**
 * The public API of gemcompat.
 *
 * - `audit` answers for a whole project what the command of that name answers.
 * - `history` tells what each version of a gem needs, and the highest that fits each system.
 * - `inspect` reads files, gems, directories and archives, and tells what they need and whether they would load.
 * - `parseLockfile` is a port of Bundler's lockfile parser: text in, data out.
 * - `parseElf` reads what an ELF file says of itself: bytes in, data out.
 *
 * @packageDocumentation
 */
export { audit } from './api/audit.js';
export type { AuditOptions } from './api/audit.js';
export { history } from './api/history.js';
export type { HistoryOptions } from './api/history.js';
export { auditOrFloor, bundleFloor } from './api/floor.js';
export { describeTarget, findTargets, knownTarget, knownTargets } from './api/targets.js';
export type { DescribeTargetOptions, FindTargetsOptions, ListedTarget, TargetFilter } from './api/targets.js';
export { inspect } from './api/inspect.js';
export type { InspectOptions, InspectProgress } from './api/inspect.js';
export { fix } from './api/fix.js';
export type { FixOptions, FixResult } from './api/fix.js';
export type { AuditProgress } from './audit/ports.js';
export type {
  AuditReport,
  AuditWarning,
  BundleFloor,
  FittingSystem,
  FloorNeed,
  FloorReport,
  GemNote,
  GemReport,
  MultiTargetReport,
  Summary,
  SystemFloor,
} from './audit/types.js';
export type { TargetSummary } from './target/summary.js';
export type { Finding, FindingKind, Requires, Verdict } from './compat/types.js';
export { parseElf } from './elf/parse.js';
export { CPUS, parseCpu } from './gem/cpu-name.js';
export { PAGE_SIZE_HINT, parsePageSize } from './target/page-size.js';
export type {
  Cpu,
  ElfBytes,
  ElfFile,
  LibraryNeed,
  VersionDefinition,
  VersionNeed,
  X86IsaLevel,
} from './elf/types.js';
export {
  ElfError,
  GemArchiveError,
  GemcompatError,
  GemfileError,
  LockfileError,
  RegistryError,
  TargetError,
  UsageError,
} from './errors.js';
export type {
  Highest,
  HistoryReport,
  HistoryVariant,
  HistoryVersion,
  LibcFile,
  Move,
  SourceVariant,
  TargetHighest,
  VariantFinding,
  VersionAsk,
  VersionVerdict,
} from './history/types.js';
export type { Floor } from './compat/requires.js';
export { inspectExitCode } from './inspect/report.js';
export type {
  CpuNeeds,
  FileRemedies,
  GroupResult,
  InspectedFile,
  InspectedGroup,
  InspectedSubject,
  InspectReport,
  InspectSummary,
  InspectWarning,
  SubjectKind,
  SubjectTree,
  UnreadableInSubject,
} from './inspect/types.js';
export { decodeLockfile } from './lockfile/decode.js';
export { parseLockfile } from './lockfile/parse.js';
export type { ParseLockfileOptions } from './lockfile/parse.js';
export type {
  DirectDependency,
  LockedAddress,
  LockedChecksum,
  LockedDependency,
  LockedOverride,
  LockedSource,
  LockedSourceType,
  LockedSpec,
  Lockfile,
} from './lockfile/types.js';
export { floorExitCode } from './report/floor.js';
export { exitCodeOf } from './report/exit-code.js';
export { historyExitCodeOf } from './report/history-exit-code.js';
export { HISTORY_FORMATS, renderHistory } from './report/history.js';
export type { HistoryFormat } from './report/history.js';
export { INSPECT_FORMATS, renderInspect } from './report/inspect.js';
export type { InspectFormat } from './report/inspect.js';
export type { FixOutcome } from './fix/outcome.js';
export type {
  BundlerAnswer,
  ByHand,
  ByHandReason,
  Change,
  FileChange,
  Place,
  ReasonedPin,
} from './fix/types.js';
export { unifiedDiff } from './fix/unified-diff.js';
export { renderDiff, renderFix } from './report/fix.js';
export { byHandWords } from './report/fix-words.js';
export { renderFixedLines } from './report/gemfile.js';
export { shellWord } from './report/shell-command.js';
export { AUDIT_FORMATS, auditFormat, render, renderFloor } from './report/render.js';
export type { ReportFormat } from './report/render.js';
export { inspectionWords } from './report/words.js';
export { renderTarget, renderTargets, renderTargetsJson } from './report/targets.js';
export type { TextOptions } from './report/text.js';
export type {
  ClashReason,
  Conflict,
  Inspections,
  PinPlan,
  PlannedMove,
  PlannedPin,
  Suggestion,
  Unanswered,
  VersionSpan,
} from './search/types.js';
export type { CpuFacts, Libc, NamedTarget, ResolvedTarget, Target } from './target/types.js';
