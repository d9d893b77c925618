import { debianMirror } from '../debian-mirror.js';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { namedTarget } from '../../src/target/named.js';
import type { SystemRow, TargetTable } from '../../src/target/table.js';
import { checkTable, isDerived } from '../../src/target/table.js';
import type { DebianCpu } from './debian-packages.js';
import { DEBIAN_ARCHITECTURES, DebianSuite } from './debian-packages.js';
import { readVerdefs } from './read-verdefs.js';

/*
 * Holds the Debian rows of the table of targets against the packages of Debian's mirror, and with --write brings them
 * in line. Needs apt-get, dpkg-deb and readelf.
 *
 *   jiti scripts/targets/update.ts [--suite NAME]… [--cpu CPU]… [--mirror URL] [--write] [--keep]
 *
 * Exits 1 where a row differs and was not written, 2 where it could not be asked.
 */

const TABLE = new URL('../../src/target/targets.json', import.meta.url);

/** What the distribution added to a set or left out of it, by soname. */
type Changes = Record<string, string>;

interface Comparison {
  readonly asked: number;
  readonly plus: Changes;
  readonly without: Changes;
  readonly differences: readonly string[];
}

const byNumber = new Intl.Collator('en', { numeric: true });

function words(names: readonly string[]): string {
  return [...names].sort((a, b) => byNumber.compare(a, b)).join(' ');
}

/** Compares the row as it is, and finds the changes that it should carry over the bare releases. */
function compare(row: SystemRow, cpu: DebianCpu, real: ReadonlyMap<string, ReadonlySet<string>>): Comparison {
  const bare: SystemRow = { ...row, plus: {}, without: {} };
  const released = namedTarget(bare).byCpu?.[cpu]?.versions ?? {};
  const stated = namedTarget(row).byCpu?.[cpu]?.versions ?? {};
  const result = { asked: 0, plus: {} as Changes, without: {} as Changes, differences: [] as string[] };
  for (const soname of new Set([...Object.keys(released), ...Object.keys(stated), 'libcrypt.so.1'])) {
    const names = real.get(soname);
    if (names === undefined) {
      result.differences.push(`${soname}: not in the packages`);
      continue;
    }
    result.asked += 1;
    const known = new Set(stated[soname]);
    const more = [...names].filter((name) => !known.has(name));
    const fewer = [...known].filter((name) => !names.has(name));
    if (more.length > 0) result.differences.push(`${soname}: defines ${words(more)} too`);
    if (fewer.length > 0) result.differences.push(`${soname}: does not define ${words(fewer)}`);
    const base = new Set(released[soname]);
    const added = [...names].filter((name) => !base.has(name));
    const gone = [...base].filter((name) => !names.has(name));
    if (added.length > 0) result.plus[soname] = words(added);
    if (gone.length > 0) result.without[soname] = words(gone);
  }
  return result;
}

function set(row: SystemRow, key: 'plus' | 'without', cpu: DebianCpu, changes: Changes): void {
  const entries = Object.entries({ ...row[key], [cpu]: changes }).filter(
    ([, names]) => Object.keys(names).length > 0,
  );
  if (entries.length > 0) row[key] = Object.fromEntries(entries);
  else if (key === 'plus') delete row.plus;
  else delete row.without;
}

function debianRow(table: TargetTable, suite: string): SystemRow {
  const row = table.targets.find(
    (each) => !isDerived(each) && each.distribution === 'debian' && each.aliases.includes(suite),
  );
  if (row === undefined || isDerived(row)) throw new Error(`no row of the table is Debian ${suite}`);
  return row;
}

function isCpu(text: string): text is DebianCpu {
  return Object.hasOwn(DEBIAN_ARCHITECTURES, text);
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      suite: { type: 'string', multiple: true, default: ['bullseye', 'bookworm', 'trixie'] },
      cpu: { type: 'string', multiple: true },
      mirror: { type: 'string' },
      write: { type: 'boolean', default: false },
      keep: { type: 'boolean', default: false },
    },
  });
  const table = checkTable(JSON.parse(readFileSync(TABLE, 'utf8')));
  const mirror = values.mirror ?? (await debianMirror());
  const folder = mkdtempSync(join(tmpdir(), 'gemcompat-targets-'));
  let differed = 0;
  try {
    for (const suite of values.suite) {
      const row = debianRow(table, suite);
      const wanted = values.cpu ?? row.cpus;
      const cpus = row.cpus.filter((cpu) => wanted.includes(cpu)).filter(isCpu);
      const packages = new DebianSuite(suite, cpus, mirror, folder);
      for (const cpu of cpus) {
        let unpacked: ReturnType<DebianSuite['unpack']>;
        try {
          unpacked = packages.unpack(cpu);
        } catch {
          // apt-get has said why on stderr.
          console.log(`${row.name} ${cpu}: skipped, not in the mirror`);
          continue;
        }
        const upstream = /^\d+\.\d+/.exec(unpacked.libc)?.[0];
        if (upstream !== row.libcVersion) {
          throw new Error(`${row.name} has glibc ${row.libcVersion}, libc6 of ${suite} is ${unpacked.libc}`);
        }
        const { asked, plus, without, differences } = compare(row, cpu, readVerdefs(unpacked.root));
        console.log(
          `${row.name} ${cpu}: libc6 ${unpacked.libc}, ${asked} libraries, ${differences.length} differ`,
        );
        for (const difference of differences) console.log(`  ${difference}`);
        differed += differences.length;
        set(row, 'plus', cpu, plus);
        set(row, 'without', cpu, without);
      }
      row.asOf = new Date().toISOString().slice(0, 10);
    }
    if (values.write) {
      checkTable(table);
      writeFileSync(TABLE, `${JSON.stringify(table, null, 2)}\n`);
      console.log('written: src/target/targets.json (run npx prettier --write on it)');
      return 0;
    }
    return differed > 0 ? 1 : 0;
  } finally {
    if (values.keep) console.log(`kept: ${folder}`);
    else rmSync(folder, { recursive: true, force: true });
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
}
