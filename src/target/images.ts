import { readFileSync } from 'node:fs';
import { z } from 'zod';

/**
 * What unqualified tags were last built on, by Ruby's minor version: each with the first patch version that was still built
 * when it was the default. A tag of an older patch version stays on the one before.
 */
const builtOn = z.array(z.tuple([z.string(), z.string()])).min(1);

const repository = z.strictObject({
  /** Without the registry's host and without `library/`. */
  names: z.array(z.string().min(1)).min(1),
  /** Every tag is this target. */
  target: z.string().optional(),
  /** Tags are releases of this distribution. */
  distribution: z.string().optional(),
  /** Tags that move from release to release, with their target on the day of `asOf`; no tag is `latest`. */
  moving: z.record(z.string(), z.string()).optional(),
  /** Tags that name a target themselves. */
  tags: z.record(z.string(), z.string()).optional(),
  /** Version of Ruby in every image of the repository. */
  ruby: z.string().optional(),
  /** Tags hold the version of Ruby. */
  rubyTag: z.boolean().optional(),
  /** What an unqualified tag was last built on, by Ruby's minor version; those before the first are not known. */
  suites: z.record(z.string(), z.union([z.string(), builtOn])).optional(),
  /**
   * First release of the images on each target, by the version at the head of their tags; none where it is not known from
   * there on.
   */
  releases: z.array(z.tuple([z.string(), z.string().nullable()])).optional(),
  /** What a tag that says nothing was last built on. */
  latest: z.string().optional(),
  /** `target` is what the repository was last built on, and it follows the distribution. */
  moves: z.boolean().optional(),
  /** Libraries of the base system that the image leaves out. */
  lacks: z.array(z.string().min(1)).min(1).optional(),
  /** The image has no C library. */
  noLibc: z.boolean().optional(),
  /** Where it comes from, where that is not the names of the tags themselves. */
  source: z.string().min(1).optional(),
});

const schema = z.strictObject({
  asOf: z.iso.date(),
  repositories: z.array(repository),
  ruby: z.strictObject({
    source: z.string().min(1),
    names: z.array(z.string()).min(1),
    /** Ruby is built with `--enable-shared` in every image: docker-library/ruby, Dockerfile.template. */
    shared: z.boolean(),
    /** Suites of Debian; versions of Ruby before the first are not known. */
    defaultSuites: z.record(z.string(), builtOn),
    /** Releases of Alpine, for tags that say `alpine` without a number; the last of a branch that is still built is a guess. */
    defaultAlpines: z.record(z.string(), builtOn),
    latest: z.string(),
  }),
  /** Alpine release of a tag that says `alpine` without a number. */
  alpine: z.string(),
  /** Code names of suites that are no targets: a tag with one of them is on none of the known suites. */
  otherSuites: z.array(z.string()),
  /** Repositories of official images whose tags end in the suite they are built on. */
  suiteTagged: z.array(z.string()),
  /** Registries that serve the official images under the same names. */
  registries: z.array(z.string()),
});

export type ImageRepository = z.infer<typeof repository>;
export type ImageTable = z.infer<typeof schema>;

let read: ImageTable | undefined;

/** The container images that are known by name. */
export function imageTable(): ImageTable {
  read ??= schema.parse(JSON.parse(readFileSync(new URL('./images.json', import.meta.url), 'utf8')));
  return read;
}
