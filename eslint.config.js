import js from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

/**
 * The layers of the architecture, bottom to top. A folder may import from itself and from the folders listed for it;
 * anything else is a wall. `io: false` keeps a layer pure: bytes or text in, data out.
 */
const layers = {
  version: { may: [], io: false },
  elf: { may: [], io: false },
  archive: { may: ['elf'], io: true },
  lockfile: { may: ['version', 'gem'], io: false },
  gem: { may: ['version', 'elf', 'archive'], io: true },
  http: { may: [], io: true },
  registry: { may: ['version', 'gem', 'http'], io: true },
  target: { may: ['version', 'elf', 'archive', 'gem', 'http', 'registry'], io: true },
  compat: { may: ['version', 'elf', 'gem', 'target'], io: false },
  search: { may: ['version', 'elf', 'gem', 'registry', 'target', 'compat'], io: false },
  explain: { may: ['version', 'elf', 'gem', 'target', 'compat'], io: false },
  gemfile: { may: ['version'], io: true },
  audit: { may: ['version', 'elf', 'gem', 'lockfile', 'registry', 'target', 'compat', 'search'], io: true },
  inspect: {
    may: ['version', 'elf', 'archive', 'gem', 'registry', 'target', 'compat', 'explain', 'audit'],
    io: true,
  },
  history: { may: ['version', 'elf', 'gem', 'registry', 'target', 'compat', 'search', 'audit'], io: false },
  fix: { may: ['version', 'gem', 'lockfile', 'gemfile', 'search', 'audit'], io: true },
  report: {
    may: [
      'version',
      'elf',
      'gem',
      'target',
      'compat',
      'search',
      'explain',
      'audit',
      'inspect',
      'history',
      'fix',
    ],
    io: false,
  },
};

const walls = Object.entries(layers).map(([layer, { may, io }]) => {
  const closed = Object.keys(layers).filter((other) => other !== layer && !may.includes(other));
  return {
    files: [`src/${layer}/**/*.ts`],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            ...closed.map((other) => ({
              group: [`**/${other}/*`],
              message: `src/${layer} lies below or beside src/${other}: see src/README.md for the direction of imports.`,
            })),
            {
              group: ['../index.js', '**/api/*', '../base-command.js', '../cli.js', '**/commands/*'],
              message: 'The layers know nothing of the public API and the commands above them.',
            },
            ...(io
              ? []
              : [
                  {
                    group: ['node:*'],
                    message: `src/${layer} is pure: it gets bytes or text and does no I/O.`,
                  },
                ]),
          ],
        },
      ],
    },
  };
});

export default defineConfig(
  globalIgnores(['dist/', 'coverage/', 'fixtures/', 'node_modules/']),
  js.configs.recommended,
  tseslint.configs.strictTypeChecked,
  tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        projectService: { allowDefaultProject: ['*.js', 'scripts/*.mjs'] },
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      'no-console': 'error',
      eqeqeq: 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      // What is taken out of an object so that the rest is without it.
      '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true }],
    },
  },
  ...walls,
  {
    files: ['commands/**/*.ts', 'src/base-command.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: ['api', ...Object.keys(layers)]
            .filter((layer) => layer !== 'report')
            .map((layer) => ({
              group: [`**/${layer}/*`],
              message: 'Commands use the public API (src/index.ts) and nothing else.',
            })),
        },
      ],
    },
  },
  {
    files: ['scripts/**'],
    languageOptions: { globals: { URL: 'readonly', console: 'readonly', process: 'readonly' } },
    rules: { 'no-console': 'off' },
  },
  { files: ['**/*.js', '**/*.mjs'], extends: [tseslint.configs.disableTypeChecked] },
);
