import { FLOORS, FLOOR_PREFIXES, mergeRequires } from '../compat/requires.js';
import type { Finding, Requires } from '../compat/types.js';
import { verdictOf } from '../compat/verdict.js';
import type { Cpu, X86IsaLevel } from '../elf/types.js';
import { linuxTarget, parsePlatform } from '../gem/platform.js';
import type { Lockfile } from '../lockfile/types.js';
import { libcLibraries } from '../target/libc-libraries.js';
import { SMALLEST_PAGE } from '../target/page-size.js';
import type { Libc, Target } from '../target/types.js';
import { gemsOf } from './bundle.js';
import { GemAudit } from './gem-audit.js';
import { installedOn } from './installed-gems.js';
import type { AuditPorts, AuditRequest, Row } from './ports.js';
import { reportFor } from './target-report.js';
import type { AuditReport, FloorNeed, GemReport } from './types.js';

/** What a bundle needs of any system with one C library on one CPU. */
export interface FloorAudit {
  readonly libc: Libc;
  readonly arch: Cpu;
  /** The gems, without what only a certain system could be asked for. */
  readonly report: AuditReport;
  /** The known systems that would run a gem of the report, as far as it was read; undefined for any other. */
  readonly systemsOf: (gem: GemReport) => readonly string[] | undefined;
}

/**
 * The C libraries that the lockfile's PLATFORMS provide for on a CPU: musl where it is named, glibc where it is named, or
 * where nothing is said of either (`x86_64-linux`).
 */
export function libcsOf(lockfile: Lockfile, cpu: Cpu): readonly Libc[] {
  const named = lockfile.platforms.flatMap((platform) => {
    const target = linuxTarget(parsePlatform(platform));
    return target?.cpu === cpu ? [target.libc] : [];
  });
  const musl = named.includes('musl');
  return musl && named.every((libc) => libc === 'musl') ? ['musl'] : musl ? ['gnu', 'musl'] : ['gnu'];
}

/** A system of which nothing is known but its C library: all that it is asked for stays open. */
export function anySystem(libc: Libc, cpu: Cpu): Target {
  const name = libc === 'gnu' ? 'glibc' : 'musl';
  return {
    name: `any-${name}`,
    title: `any system with ${name}`,
    libc,
    libcVersion: 'any',
    ceilings: {},
    libraries: libcLibraries(libc, cpu),
    librariesComplete: false,
    // Each kernel has that page or a larger one, and a floor is the least.
    pageSize: { bytes: SMALLEST_PAGE, source: 'no target is named' },
    source: 'no target is named',
  };
}

/**
 * Reads the gems that Bundler would install on each deployment, whose targets are `anySystem`s, and keeps of the findings
 * those that hold on every such system. Other versions are not looked for.
 */
export async function auditFloor(request: AuditRequest, ports: AuditPorts): Promise<FloorAudit[]> {
  const gems = gemsOf(request.lockfile);
  const placesOf = installedOn(request);
  let done = 0;
  const rows = await Promise.all(
    gems.map(async (gem) => {
      const found = await new GemAudit(gem, { ...request, systemsForAll: true }, ports).run(
        placesOf(gem.name),
      );
      done += 1;
      ports.progress?.({ done, total: gems.length, current: done < gems.length ? gem.name : '' });
      return found;
    }),
  );
  return request.deployments.map((on) => {
    const { target, cpu } = on;
    const systems = new Map(
      rows
        .flat()
        .filter(({ deployment }) => deployment.target === target)
        .map((row) => [keyOf(row.report), row.systems]),
    );
    return {
      libc: target.libc,
      arch: cpu,
      report: reportFor(on, rows.flat().map(withoutNeeds), request),
      systemsOf: (gem) => systems.get(keyOf(gem)),
    };
  });
}

function keyOf({ name, version, platform }: GemReport): string {
  return `${name} ${version} ${platform}`;
}

function withoutNeeds(row: Row): Row {
  const { report } = row;
  if (report.verdict === 'source') return row;
  const findings = report.findings.filter((finding) => !isNeed(finding, report.requires));
  // A level of the CPU is told with the needs, and stands among the findings for its file.
  const verdict = verdictOf(findings.filter(({ kind }) => kind !== 'isa-level'));
  return { ...row, report: { ...report, findings, verdict } };
}

/** What some systems have, and others have not: a part of the floor. */
function isNeed(finding: Finding, requires: Requires | undefined): boolean {
  switch (finding.kind) {
    case 'symbol-version':
    case 'unchecked-symbol-version':
    case 'missing-library':
      return true;
    case 'unchecked-library':
      // A library that is asked for versions and never loaded is none: the loader stops at it.
      return !finding.carried && requires?.libraries?.includes(finding.library) === true;
    default:
      return false;
  }
}

/** Of a gem that is linked to the other C library nothing is asked: it runs on no such system. */
export function countsForFloor({ requires, ignored }: GemReport, libc: Libc): boolean {
  if (requires === undefined || ignored !== undefined) return false;
  return requires.libc === libc || requires.libc === 'static' || (requires.libc === 'both' && libc === 'gnu');
}

/** What gems need at least, each need with the gems that have it: the highest of each version, and every library. */
export function needsOf(gems: readonly GemReport[], libc: Libc, cpu: Cpu): FloorNeed[] {
  const read = gems.filter((gem) => countsForFloor(gem, libc));
  const by = (has: (requires: Requires, gem: GemReport) => boolean): string[] => [
    ...new Set(
      read.flatMap((gem) =>
        gem.requires !== undefined && has(gem.requires, gem) ? [`${gem.name} ${gem.version}`] : [],
      ),
    ),
  ];
  const all = mergeRequires(read.flatMap(({ requires }) => requires ?? []));
  const needs: FloorNeed[] = [];
  for (const key of FLOORS) {
    const number = all[key];
    if (number === undefined) continue;
    needs.push({
      need: `${FLOOR_PREFIXES[key]}_${number}`,
      gems: by((requires) => requires[key] === number),
    });
  }
  for (const marker of all.markers ?? []) {
    needs.push({ need: marker, gems: by((requires) => requires.markers?.includes(marker) === true) });
  }
  const level = isaOf(gems);
  if (level !== undefined) {
    needs.push({
      need: level,
      gems: by((_, { findings }) =>
        findings.some((each) => each.kind === 'isa-level' && each.level === level),
      ),
    });
  }
  const own = new Set(libcLibraries(libc, cpu));
  const libraries = new Set(read.flatMap(({ requires }) => requires?.libraries ?? []));
  for (const library of [...libraries].filter((name) => !own.has(name)).sort()) {
    needs.push({ need: library, gems: by((requires) => requires.libraries?.includes(library) === true) });
  }
  return needs;
}

const LEVELS: readonly X86IsaLevel[] = ['x86-64-baseline', 'x86-64-v2', 'x86-64-v3', 'x86-64-v4'];

function isaOf(gems: readonly GemReport[]): X86IsaLevel | undefined {
  const levels = gems.flatMap(({ findings }) =>
    findings.flatMap((finding) => (finding.kind === 'isa-level' ? [finding.level] : [])),
  );
  return levels.sort((a, b) => LEVELS.indexOf(b) - LEVELS.indexOf(a))[0];
}
