/** Longest chain of hard links in an archive that is followed: programs that write them name the file itself. */
const MOST_LINKS = 40;

/**
 * The hard links of an archive and the files that they may lead to. Not all lead to one: a layer of an image and an incremental
 * backup have links to files that lie elsewhere.
 */
export class HardLinks {
  readonly #files = new Set<string>();
  readonly #links = new Map<string, string>();

  file(path: string): void {
    this.#files.add(path);
  }

  /** @param target as it is stored where it leads out of the archive */
  link(path: string, target: string): void {
    // `tar cf x.tar a a` stores the second as a link to the first.
    if (!this.#files.has(path)) this.#links.set(path, target);
  }

  /** Each link with what it names, and the file that this leads to; undefined where the archive has none. */
  *ends(): Generator<{ readonly path: string; readonly target: string; readonly file: string | undefined }> {
    for (const [path, target] of this.#links) {
      let file: string | undefined = target;
      for (let steps = 0; steps < MOST_LINKS && file !== undefined && !this.#files.has(file); steps += 1) {
        file = this.#links.get(file);
      }
      yield { path, target, file: file !== undefined && this.#files.has(file) ? file : undefined };
    }
  }
}
