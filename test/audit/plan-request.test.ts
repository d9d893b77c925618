import { expect, it } from 'vitest';
import { gemsOf } from '../../src/audit/bundle.js';
import { planRequest } from '../../src/audit/plan-request.js';
import { parseLockfile } from '../../src/lockfile/parse.js';

const lockfile = parseLockfile(`GEM
  remote: https://rubygems.org/
  specs:
    nokogiri (1.18.9-x86_64-linux-gnu)
      racc (~> 1.4)
    racc (1.8.1)

PLATFORMS
  x86_64-linux-gnu

DEPENDENCIES
  nokogiri (~> 1.18)
  tzinfo-data

BUNDLED WITH
   2.6.2
`);

function gemfileOf(told?: ReadonlyMap<string, readonly string[]>): Record<string, readonly string[]> {
  const request = { lockfile, path: 'Gemfile.lock', deployments: [], all: false };
  const { gemfile } = planRequest(gemsOf(lockfile), new Map(), {
    ...request,
    ...(told === undefined ? {} : { gemfile: told }),
  });
  return Object.fromEntries(gemfile);
}

it('asks for nothing that is only for systems that the lockfile is not for', () => {
  expect(gemfileOf()).toEqual({ nokogiri: ['~> 1.18'] });
});

it('holds to that where the requirements are read from the Gemfile', () => {
  const told = new Map([
    ['nokogiri', ['~> 1.16']],
    ['tzinfo-data', ['>= 0']],
  ]);
  expect(gemfileOf(told)).toEqual({ nokogiri: ['~> 1.16'] });
});
