import { bundlerConfigSubject } from './bundler-config.js';
import { compactIndexSubject } from './compact-index.js';
import { elfSubject } from './elf.js';
import { gemfileSubject } from './gemfile.js';
import { gemSubject, specificationSubject } from './gem.js';
import { lockfileSubject } from './lockfile.js';
import { packageSubjects } from './packages.js';
import type { Subject } from './subject.js';
import { targetSubject } from './target.js';
import {
  dockerfileSubject,
  projectFilesSubject,
  systemFilesSubject,
  targetTableSubject,
} from './target-files.js';
import { versionSubject } from './version.js';

/** Every parser that reads what others wrote. */
export const subjects: readonly Subject[] = [
  elfSubject,
  gemSubject,
  specificationSubject,
  lockfileSubject,
  compactIndexSubject,
  targetSubject,
  versionSubject,
  bundlerConfigSubject,
  targetTableSubject,
  systemFilesSubject,
  dockerfileSubject,
  projectFilesSubject,
  gemfileSubject,
  ...packageSubjects,
];
