import { readFileSync } from 'node:fs';

/** The version in package.json: this file is `src/api/package-version.ts` there, or `dist/src/api/package-version.js`. */
export function packageVersion(): string {
  const up = import.meta.url.endsWith('.ts') ? '../../package.json' : '../../../package.json';
  const { version } = JSON.parse(readFileSync(new URL(up, import.meta.url), 'utf8')) as { version: string };
  return version;
}
