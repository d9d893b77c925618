import { judgeGem } from '../compat/judge.js';
import type { Finding, Verdict } from '../compat/types.js';
import { localPlatform, platformToString } from '../gem/platform.js';
import type { GemContents } from '../gem/types.js';
import { bestVariant, isPicked } from '../gem/variant.js';
import type { Release } from '../registry/types.js';
import { installContext } from '../search/install-context.js';
import type { Deployment } from '../search/types.js';
import { forCpu } from '../target/for-cpu.js';

/** What Bundler would install of one version on one system and CPU. */
export type Installed =
  | { readonly kind: 'release'; readonly deployment: Deployment; readonly release: Release }
  | { readonly kind: 'none'; readonly deployment: Deployment; readonly finding: Finding };

/** The variant of a version that Bundler takes when it resolves anew, by the rules of `bestVariant`. */
export function chooseOf(gem: string, variants: readonly Release[], deployment: Deployment): Installed {
  const local = localPlatform(deployment.cpu, deployment.target.libc);
  const picked = bestVariant(variants, installContext(deployment));
  const release = variants.find((variant) => isPicked(variant, picked));
  if (release?.address !== undefined && deployment.ruby === undefined) {
    const finding = {
      kind: 'unavailable',
      file: gem,
      code: 'RUBY_NEEDED',
      reason: 'which of its files is installed depends on the Ruby that runs there',
      suggestions: ['say which: --ruby 3.4'],
    } as const;
    return { kind: 'none', deployment, finding };
  }
  if (release !== undefined) return { kind: 'release', deployment, release };
  const finding = {
    kind: 'no-variant',
    file: gem,
    reason:
      picked.kind === 'none' && picked.reason === 'ruby-mismatch' ? 'ruby-mismatch' : 'no-matching-platform',
    wanted: platformToString(local),
  } as const;
  return { kind: 'none', deployment, finding };
}

/** The verdict on a gem that was read. A `ruby` gem that brings nothing for Linux is compiled there, or pure Ruby. */
export function judgeOn(
  contents: GemContents,
  { target, cpu, ruby }: Deployment,
): { readonly verdict: Verdict; readonly findings: readonly Finding[] } {
  if (contents.metadata.platform === 'ruby' && bringsNothing(contents))
    return { verdict: 'source', findings: [] };
  const { verdict, findings } = judgeGem(contents, {
    target: forCpu(target, cpu),
    cpu,
    ...(ruby === undefined ? {} : { ruby }),
  });
  return { verdict, findings };
}

/** Nothing in it could be loaded or linked. */
export function bringsNothing({ binaries, unreadable, staticArchives }: GemContents): boolean {
  return binaries.length + unreadable.length + staticArchives.length === 0;
}
