import { mkdir } from 'node:fs/promises';
import path from 'node:path';

/**
 * Makes a directory, one after the other from the first that is lacking: Node's recursive `mkdir` never returns where a file
 * system answers ENOENT for a directory whose parent is there (`/proc`).
 *
 * @param directory absolute
 */
export async function makeDirectory(directory: string): Promise<void> {
  const make = (): Promise<void> =>
    mkdir(directory).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    });
  try {
    await make();
  } catch (error) {
    const parent = path.dirname(directory);
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || parent === directory) throw error;
    await makeDirectory(parent);
    await make();
  }
}
