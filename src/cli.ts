#!/usr/bin/env node
import { execute } from '@oclif/core';

// A reader that closes the pipe early (`| head -1`) has what it wanted: no stack trace, and the exit code stands.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit();
  throw error;
});

await execute({ dir: import.meta.url });
