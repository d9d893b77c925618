// Reads the ELF files that a list names, one path a line, with the built parser, no more of each than the parser asks
// for. Prints what it found, and how many milliseconds that took without the start of the process.
import { closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { parseElf } from '../../dist/src/elf/parse.js';

const [list = ''] = process.argv.slice(2);
const paths = readFileSync(list, 'utf8').split('\n').filter(Boolean);

const start = performance.now();
let versions = 0;
for (const path of paths) {
  const fd = openSync(path, 'r');
  const read = (offset, length) => {
    const bytes = new Uint8Array(length);
    readSync(fd, bytes, 0, length, offset);
    return bytes;
  };
  try {
    const { verneed } = parseElf({ size: fstatSync(fd).size, read });
    for (const library of verneed) versions += library.versions.length;
  } catch (error) {
    throw new Error(`${path} cannot be read`, { cause: error });
  } finally {
    closeSync(fd);
  }
}
console.log(JSON.stringify({ versions, milliseconds: performance.now() - start }));
