import { cpSync } from 'node:fs';

// tsc emits code only; the data files are read at run time from beside the code that uses them.
const root = new URL('../', import.meta.url);
cpSync(new URL('src/', root), new URL('dist/src/', root), {
  recursive: true,
  filter: (source) => !/\.[^/]+$/.test(source) || source.endsWith('.json'),
});
