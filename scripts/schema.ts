/** Writes the published JSON Schemas from those that the tests hold reports against. `--check` only compares. */
import { readFileSync, writeFileSync } from 'node:fs';
import { format } from 'prettier';
import { z } from 'zod';
import { inspectReportSchema } from '../src/report/inspect-schema.js';
import { jsonOutputSchema } from '../src/report/schema.js';

const SCHEMAS = { 'audit-report': jsonOutputSchema, 'inspect-report': inspectReportSchema };

for (const [name, schema] of Object.entries(SCHEMAS)) {
  const file = new URL(`../schema/${name}.json`, import.meta.url);
  const text = await format(JSON.stringify(z.toJSONSchema(schema)), { parser: 'json', printWidth: 110 });
  if (process.argv.includes('--check')) {
    if (readFileSync(file, 'utf8') !== text) throw new Error(`schema/${name}.json is stale: npm run schema`);
  } else {
    writeFileSync(file, text);
  }
}
