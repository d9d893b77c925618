/** Holds `zlibNames` against libz.so.1 of Debian's zlib1g: each name, at the version that it has. */
import { fileURLToPath } from 'node:url';
import { zlibNames } from '../../src/target/zlib-names.js';
import { SYSTEM_SUITES, exportsOf, filesNamed, visitSystems } from './exports.js';
import type { Comparison } from './lockfiles.js';

/** @throws if nm is not installed, or apt cannot get a single package. */
export async function compareZlibNames(): Promise<Comparison> {
  const result: Comparison = { asked: 0, agreed: 0, differed: 0, skipped: 0, differences: [], notes: [] };
  const failures = await visitSystems('names', SYSTEM_SUITES, async ({ root, packages }) => {
    const [path] = await filesNamed(root, (name) => name === 'libz.so.1');
    const exported = path === undefined ? [] : await exportsOf(path);
    const theirs = new Set(exported.map(({ name }) => name));
    const ours = zlibNames(exported.flatMap(({ version }) => version ?? []));
    for (const name of new Set([...ours, ...theirs])) {
      const agrees = ours.has(name) && theirs.has(name);
      result.asked += 1;
      if (agrees) result.agreed += 1;
      else result.differed += 1;
      if (!agrees) result.differences.push(`${packages.join(' ')}: ${name}`);
    }
  });
  result.skipped += failures.length;
  result.notes.push(...failures);
  return result;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(await compareZlibNames());
