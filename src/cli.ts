#!/usr/bin/env node
import { execute } from '@oclif/core';

// A reader that closes the pipe early (`| head -1`) has what it wanted: no stack trace, and the exit code stands.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit();
  throw error;
});

// Exit code 1 says that a gem does not fit, so nothing unforeseen may end with it.
process.on('uncaughtException', (error) => {
  process.stderr.write(`Unexpected error: ${error.stack ?? error.message}\n`);
  process.exit(2);
});

await execute({ dir: import.meta.url });
