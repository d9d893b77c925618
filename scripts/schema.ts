/** Writes the published JSON Schema from the one that the tests hold reports against. `--check` only compares. */
import { readFileSync, writeFileSync } from 'node:fs';
import { format } from 'prettier';
import { z } from 'zod';
import { jsonOutputSchema } from '../src/report/schema.js';

const file = new URL('../schema/audit-report.json', import.meta.url);
const text = await format(JSON.stringify(z.toJSONSchema(jsonOutputSchema)), {
  parser: 'json',
  printWidth: 110,
});
if (process.argv.includes('--check')) {
  if (readFileSync(file, 'utf8') !== text)
    throw new Error('schema/audit-report.json is stale: npm run schema');
} else {
  writeFileSync(file, text);
}
