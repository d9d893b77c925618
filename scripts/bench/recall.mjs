/** Recalls inspections from the cache as an audit does: the gems of a mirror that a JSON file names, `{ gem: versions }`. */
import { readFileSync } from 'node:fs';
import { openSession } from '../../dist/src/api/session.js';

const [mirror, list] = process.argv.slice(2);
const session = await openSession({
  cwd: process.cwd(),
  env: process.env,
  project: process.cwd(),
  sources: [mirror],
  warn: ({ message }) => {
    throw new Error(message);
  },
});
const origin = await session.originOf([]);
const reader = session.reader();
let read = 0;
for (const [gem, versions] of Object.entries(JSON.parse(readFileSync(list, 'utf8')))) {
  const wanted = (await origin.releases(gem)).filter(({ version, platform }) =>
    versions.includes(platform === 'ruby' ? version : `${version}-${platform}`),
  );
  for (const result of await Promise.all(wanted.map((release) => reader.read(origin, release)))) {
    if ('failed' in result) throw new Error(result.failed.reason);
    read += 1;
  }
}
session.close();
console.log(read);
