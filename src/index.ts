/**
 * The public API of gemcompat.
 *
 * - `audit` answers for a whole project what the command of that name answers.
 * - `parseLockfile` is a port of Bundler's lockfile parser: text in, data out.
 * - `parseElf` reads what an ELF file says of itself: bytes in, data out.
 *
 * @packageDocumentation
 */
export { audit } from './api/audit.js';
export type { AuditOptions } from './api/audit.js';
export { fix } from './api/fix.js';
export type { FixOptions, FixResult } from './api/fix.js';
export { knownTarget, knownTargets } from './api/targets.js';
export type { AuditProgress } from './audit/ports.js';
export type {
  AuditReport,
  AuditWarning,
  BundleFloor,
  GemNote,
  GemReport,
  MultiTargetReport,
  Summary,
  TargetSummary,
} from './audit/types.js';
export type { Finding, FindingKind, Requires, Verdict } from './compat/types.js';
export { parseElf } from './elf/parse.js';
export { CPUS, parseCpu } from './gem/cpu-name.js';
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
export { decodeLockfile } from './lockfile/decode.js';
export { parseLockfile } from './lockfile/parse.js';
export type { ParseLockfileOptions } from './lockfile/parse.js';
export type {
  DirectDependency,
  LockedChecksum,
  LockedDependency,
  LockedSource,
  LockedSourceType,
  LockedSpec,
  Lockfile,
} from './lockfile/types.js';
export { exitCodeOf } from './report/exit-code.js';
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
export { render } from './report/render.js';
export type { ReportFormat } from './report/render.js';
export { inspectionWords } from './report/words.js';
export { renderTarget, renderTargets } from './report/targets.js';
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
export type { CpuFacts, Libc, NamedTarget, Target } from './target/types.js';
