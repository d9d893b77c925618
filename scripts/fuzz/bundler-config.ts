import { parseBundlerConfig } from '../../src/registry/bundler-config-file.js';
import { settingKey } from '../../src/registry/bundler-settings.js';
import { mirrorsFrom } from '../../src/registry/mirrors.js';
import { shownUrl } from '../../src/http/shown-url.js';
import { parseRemote } from '../../src/registry/remote-url.js';
import { RegistryError } from '../../src/errors.js';
import type { Subject } from './subject.js';
import { BrokenPromise } from './subject.js';
import { decoded, longTexts, mutatedText } from './text.js';

const seeds = [
  `---
BUNDLE_PATH: "vendor/bundle"
BUNDLE_FORCE_RUBY_PLATFORM: "true"
BUNDLE_MIRROR__HTTPS://RUBYGEMS__ORG/: "https://user:secret@mirror.example.com/"
BUNDLE_MIRROR__HTTPS://RUBYGEMS__ORG/__FALLBACK_TIMEOUT: "3"
BUNDLE_GEMS__EXAMPLE__COM: "user:secret"
BUNDLE_WITHOUT: development:test # a comment
`,
  'BUNDLE_A:\n  - "x"\n  - y\nBUNDLE_B: []\n',
  'https://user:pa%20ss@gems.example.com:8443/private/',
  'file:///srv/gems',
];
const words = [
  ...': "\'#-[]{}\n\r\t\0&*!|>@%é'.split(''),
  ': ',
  ' #',
  '  - ',
  'BUNDLE_',
  'MIRROR__',
  '__',
  '___',
  'https://',
  'ALL',
  '%zz',
  '%00',
  '__proto__',
  'constructor',
];

/** Nothing escapes the reader of `.bundle/config`; only `RegistryError` the readers of addresses, without the password. */
function check(bytes: Uint8Array): string {
  const text = decoded(bytes);
  const config = parseBundlerConfig(text);
  const outcomes = [`${Math.min(config.size, 3)} settings`];
  try {
    const names = [...config.keys()].map((key) =>
      key.slice('BUNDLE_'.length).toLowerCase().replaceAll('___', '-').replaceAll('__', '.'),
    );
    mirrorsFrom(names, (name) => config.get(settingKey(name)))(new URL('https://rubygems.org/'));
  } catch (error) {
    if (!(error instanceof RegistryError)) throw error;
    outcomes.push(error.code);
  }
  for (const line of [text, ...config.values()]) {
    try {
      const url = parseRemote(line);
      const shown = new URL(shownUrl(url));
      if (shown.username + shown.password !== '') throw new BrokenPromise('shows credentials');
    } catch (error) {
      if (!(error instanceof RegistryError)) throw error;
    }
  }
  return outcomes.join(', ');
}

export const bundlerConfigSubject: Subject = {
  name: 'bundler-config',
  fixed: longTexts('BUNDLE_PATH: "vendor/bundle"', '\n'),
  make: (random) => mutatedText(seeds, words, random),
  check,
};
