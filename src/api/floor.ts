import type { AuditReport, FloorReport, MultiTargetReport, SystemFloor } from '../audit/types.js';
import type { FloorAudit } from '../audit/floor.js';
import { anySystem, auditFloor, countsForFloor, libcsOf, needsOf } from '../audit/floor.js';
import { bundleRules } from '../audit/bundle-rules.js';
import { installingBundler } from '../audit/deployments.js';
import { passedOverCpus, usualCpus } from '../audit/locked-cpus.js';
import { applyIgnores } from '../audit/ignore.js';
import type { BundlePlan } from '../audit/plan.js';
import { elsewhereWords, namesTarget, planWithoutTargets } from '../audit/plan.js';
import type { ChosenRuby } from '../audit/ruby-sources.js';
import { chooseRuby } from '../audit/ruby-sources.js';
import type { AuditWarning } from '../audit/types.js';
import { mergeRequires } from '../compat/requires.js';
import { UsageError } from '../errors.js';
import { targetsFittingOn } from '../target/catalog.js';
import { PAGE_SIZE_UNUSED } from '../target/page-size.js';
import type { AuditOptions } from './audit.js';
import { auditOpened } from './audit.js';
import { gemfileFacts } from './gemfile-facts.js';
import type { Project } from './project.js';
import { openProject } from './project.js';
import { openSession } from './session.js';
import { systemsThatRunGem } from './systems-that-run.js';

/**
 * What `gemcompat audit` answers: the audit of the bundle on the targets that the caller or the project names, and the
 * floor of the bundle where neither names one.
 * @throws GemcompatError as `audit` does, but `TARGET_MISSING`
 */
export async function auditOrFloor(
  options: AuditOptions,
): Promise<AuditReport | MultiTargetReport | FloorReport> {
  const project = await openProject(options);
  return namesTarget(options, project.files) ? auditOpened(options, project) : floorOf(options, project);
}

/**
 * What a bundle needs of any system, for each CPU and each C library that its lockfile provides for, by the variants that
 * Bundler would install there; which gem sets it; and the known systems that have it.
 * @throws GemcompatError as `audit` does; UsageError `RUBY_SEVERAL`
 */
export async function bundleFloor(options: AuditOptions): Promise<FloorReport> {
  return floorOf(options, await openProject(options));
}

async function floorOf(options: AuditOptions, project: Project): Promise<FloorReport> {
  const { cwd, env, today, path: file, root, lockfile } = project;
  const plan = planWithoutTargets(options, project.files, root);
  const { sources } = plan;
  const elsewhere = elsewhereWords(project.files.elsewhere, root, cwd).map((message) => ({
    code: 'DOCKERFILE_ELSEWHERE',
    message,
  }));
  const warnings: AuditWarning[] = [...plan.warnings, ...elsewhere, ...project.warnings];
  const warn = (warning: AuditWarning): void => void warnings.push(warning);
  const ruby = onlyRuby(plan) ?? chooseRuby(await project.rubies(), warn);
  const { rubygems } = plan;
  const machine = await project.settings();
  const rules = bundleRules({ groups: plan.groups, machine, isHost: false }, warn);
  const bundler = installingBundler(lockfile, rubygems);
  const passedOver = plan.arches === undefined && !plan.everyCpu ? passedOverCpus(lockfile) : [];
  const deployments = (plan.arches ?? usualCpus(lockfile, plan.everyCpu)).flatMap((cpu) =>
    libcsOf(lockfile, cpu).map((libc) => ({
      target: anySystem(libc, cpu),
      cpu,
      ...ruby,
      ...(rubygems === undefined ? {} : { rubygems }),
      ...(bundler === undefined ? {} : { bundler }),
      ...rules,
    })),
  );
  if (options.pageSize !== undefined) warnings.push({ code: 'OPTION_UNUSED', message: PAGE_SIZE_UNUSED });
  const byGroup = rules.groups !== undefined;
  const { forced, groups } = await gemfileFacts(project, { warn, byGroup });
  const session = await openSession({
    cwd,
    env,
    settings: machine,
    sources,
    offline: options.offline,
    warn,
  });
  try {
    const audited = await auditFloor(
      {
        ...{ lockfile, path: file, deployments, all: plan.all, forced },
        ...(groups === undefined ? {} : { groups }),
      },
      {
        reader: session.reader(options.jobs),
        originOf: (gem) => session.originOf(gem.remotes),
        // What is wrong with the gem whatever the system is told of it already.
        systemsFor: (gem, requires, deployment) =>
          systemsThatRunGem(
            { ...gem, unreadable: [], nestedArchives: [], staticArchives: [] },
            { ...requires, libc: deployment.target.libc },
            deployment,
            today,
          ),
        ...(options.onProgress === undefined ? {} : { progress: options.onProgress }),
      },
    );
    const floors = audited.map((each) =>
      systemFloor({ ...each, report: applyIgnores(each.report, plan.ignore, today) }, today),
    );
    warnings.push(...audited.flatMap(({ report }) => report.warnings));
    return {
      schemaVersion: 1,
      lockfile: file,
      ...(passedOver.length === 0 ? {} : { passedOver }),
      ...ruby,
      all: plan.all,
      floor: mergeRequires(floors.map(({ libc, floor }) => ({ ...floor, libc }))),
      floors,
      warnings: distinct(warnings),
    };
  } finally {
    session.close();
  }
}

/** A floor is of one Ruby. @throws UsageError `RUBY_SEVERAL` */
function onlyRuby({ ruby: rubies = [], rubyFrom }: BundlePlan): ChosenRuby | undefined {
  const [ruby, ...others] = rubies;
  if (ruby === undefined || rubyFrom === undefined) return undefined;
  if (others.length === 0) return { ruby, rubyFrom };
  throw new UsageError(
    `${rubyFrom.place} names ${rubies.length} Rubies, and no target is named that they could run on`,
    {
      code: 'RUBY_SEVERAL',
      suggestions: [
        'name the system: --target debian-12, or targets: in .gemcompat.yml',
        `what the bundle needs with one of them: --ruby ${ruby}`,
      ],
    },
  );
}

function systemFloor({ libc, arch, report, systemsOf }: FloorAudit, today: string): SystemFloor {
  const { gems, summary, notInstalled } = report;
  const counted = gems.filter((gem) => countsForFloor(gem, libc));
  const floor = mergeRequires(counted.flatMap(({ requires }) => requires ?? []));
  const running = counted.flatMap((gem) => {
    const systems = systemsOf(gem);
    return systems === undefined ? [] : [new Set(systems)];
  });
  const systems = targetsFittingOn({ ...floor, libc, cpu: arch }, today)
    .filter(({ name }) => running.every((names) => names.has(name)))
    .map(({ name, title, endOfLife }) => ({
      name,
      title,
      ...(endOfLife === undefined ? {} : { endOfLife }),
      supported: endOfLife === undefined || endOfLife >= today,
    }));
  return {
    libc,
    arch,
    floor,
    needs: needsOf(gems, libc, arch),
    gems,
    ...(notInstalled === undefined ? {} : { notInstalled }),
    systems,
    summary,
  };
}

function distinct(warnings: readonly AuditWarning[]): AuditWarning[] {
  return [...new Map(warnings.map((warning) => [warning.message, warning])).values()];
}
