/** Reads every info file of a mirror with the program's own parser, and prints how many releases there are. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseInfo } from '../../dist/src/registry/compact-index.js';

const directory = join(process.argv[2], 'info');
let releases = 0;
for (const name of readdirSync(directory))
  releases += parseInfo(name, readFileSync(join(directory, name), 'utf8'), name).length;
console.log(releases);
