import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Bundler } from '../helpers/bundler-lock.js';
import { startBundler } from '../helpers/bundler-lock.js';
import { releases } from '../helpers/universe.js';
import type { Outcome, Project } from './pinned-project.js';
import { NotLockable, anyProject, broken, followAdvice } from './pinned-project.js';

let bundler: Bundler;
beforeAll(async () => {
  bundler = await startBundler();
});
afterAll(() => bundler.close());

interface Case extends Project {
  readonly title: string;
  /** What the audit advises. */
  readonly advice: readonly string[];
  /** What Bundler installs then, by machine. */
  readonly installed: Readonly<Record<string, readonly string[]>>;
}

const x86 = (...installed: string[]): Case['installed'] => ({ 'x86_64-linux': installed });

const cases: Case[] = [
  {
    title: 'thruster where 0.1.9 is the newest',
    gems: releases(
      'thruster',
      ...['0.1.7', '0.1.8', '0.1.9'].map((version) => `${version} pure`),
      ...['0.1.7 fits', '0.1.8 fits', '0.1.9 breaks'],
    ),
    gemfile: ["gem 'thruster', require: false"],
    advice: ["gem 'thruster', '< 0.1.9'"],
    installed: x86('thruster-0.1.8-x86_64-linux'),
  },
  {
    title: 'thruster once 0.1.10 was out',
    gems: releases(
      'thruster',
      ...['0.1.7', '0.1.8', '0.1.9', '0.1.10', '0.1.11', '0.1.12'].map((version) => `${version} pure`),
      ...['0.1.7 fits', '0.1.8 fits', '0.1.9 breaks', '0.1.10 fits', '0.1.11 fits', '0.1.12 fits'],
    ),
    gemfile: ["gem 'thruster'"],
    only: { thruster: '0.1.9' },
    advice: ["gem 'thruster', '>= 0.1.10'"],
    installed: x86('thruster-0.1.12-x86_64-linux'),
  },
  {
    title: 'a version in the middle alone fits',
    gems: releases('foo', '1.0 breaks', '1.1 breaks', '1.2 fits', '1.3 fits', '1.4 breaks', '1.5 breaks'),
    gemfile: ["gem 'foo'"],
    only: { foo: '1.0' },
    advice: ["gem 'foo', '>= 1.2', '< 1.4'"],
    installed: x86('foo-1.3-x86_64-linux'),
  },
  {
    title: 'what fits has a gap',
    gems: releases('foo', '1.0 breaks', '1.1 fits', '1.2 breaks', '1.3 fits'),
    gemfile: ["gem 'foo'"],
    only: { foo: '1.0' },
    advice: ["gem 'foo', '>= 1.3'"],
    installed: x86('foo-1.3-x86_64-linux'),
  },
  {
    title: 'only the oldest fits',
    gems: releases('foo', '0.9 fits', '1.0 breaks', '1.1 breaks', '2.0 breaks'),
    gemfile: ["gem 'foo'"],
    only: { foo: '1.1' },
    advice: ["gem 'foo', '< 1.0'"],
    installed: x86('foo-0.9-x86_64-linux'),
  },
  {
    title: 'versions that RubyGems orders otherwise than text does',
    gems: releases('foo', '1.9 breaks', '1.10 fits', '1.8 fits', '1.10.a1 breaks'),
    gemfile: ["gem 'foo'"],
    only: { foo: '1.9' },
    advice: ["gem 'foo', '>= 1.10'"],
    installed: x86('foo-1.10-x86_64-linux'),
  },
  {
    title: "the Gemfile's requirement is kept",
    gems: releases('foo', '1.0 fits', '1.1 fits', '1.2 breaks', '2.0 fits'),
    gemfile: ["gem 'foo', '~> 1.0'"],
    advice: ["gem 'foo', '~> 1.0', '< 1.2'"],
    installed: x86('foo-1.1-x86_64-linux'),
  },
  {
    title: "the Gemfile's requirement is replaced, since nothing within it fits",
    gems: releases('foo', '1.0 breaks', '1.1 breaks', '2.0 fits', '2.1 breaks'),
    gemfile: ["gem 'foo', '~> 1.0'"],
    advice: ["gem 'foo', '>= 2.0', '< 2.1'"],
    installed: x86('foo-2.0-x86_64-linux'),
  },
  {
    title: 'an exact requirement of the Gemfile',
    gems: releases('foo', '0.9 fits', '1.0 breaks', '1.1 breaks'),
    gemfile: ["gem 'foo', '= 1.0'"],
    advice: ["gem 'foo', '< 1.0'"],
    installed: x86('foo-0.9-x86_64-linux'),
  },
  {
    title: 'a parent bounds it, and the pin is a new line',
    gems: [
      ...releases('dad', '1.0 pure foo:>= 1.0&< 2'),
      ...releases('foo', '0.9 fits', '1.0 fits', '1.1 breaks', '2.0 fits'),
    ],
    gemfile: ["gem 'dad'"],
    advice: ["gem 'foo', '< 1.1'"],
    installed: x86('dad-1.0', 'foo-1.0-x86_64-linux'),
  },
  {
    title: 'a transitive gem that moves up',
    gems: [...releases('dad', '1.0 pure foo:>= 0'), ...releases('foo', '1.0 breaks', '1.1 fits', '1.2 fits')],
    gemfile: ["gem 'dad'"],
    only: { foo: '1.0' },
    advice: ["gem 'foo', '>= 1.1'"],
    installed: x86('dad-1.0', 'foo-1.2-x86_64-linux'),
  },
  {
    title: 'two parents that agree on one version',
    gems: [
      ...releases('mum', '1.0 pure foo:>= 1.1'),
      ...releases('dad', '1.0 pure foo:< 1.3'),
      ...releases('foo', '1.0 fits', '1.1 fits', '1.2 breaks', '1.3 fits'),
    ],
    gemfile: ["gem 'dad'", "gem 'mum'"],
    advice: ["gem 'foo', '< 1.2'"],
    installed: x86('dad-1.0', 'foo-1.1-x86_64-linux', 'mum-1.0'),
  },
  {
    title: 'newer prereleases do not count',
    gems: releases('foo', '1.0 breaks', '1.1 fits', '1.2.pre1 breaks', '2.0.0.rc1 fits'),
    gemfile: ["gem 'foo'"],
    only: { foo: '1.0' },
    advice: ["gem 'foo', '>= 1.1'"],
    installed: x86('foo-1.1-x86_64-linux'),
  },
  {
    title: 'a prerelease is locked, and the release is out',
    gems: releases('foo', '2.0.0.rc1 breaks', '2.0.0.rc2 breaks', '2.0.0 fits'),
    gemfile: ["gem 'foo', '>= 2.0.0.rc1'"],
    only: { foo: '2.0.0.rc1' },
    advice: ["gem 'foo', '>= 2.0.0.rc1', '>= 2.0.0'"],
    installed: x86('foo-2.0.0-x86_64-linux'),
  },
  {
    title: 'a prerelease is locked, and only an older prerelease fits',
    gems: releases('foo', '2.0.0.rc1 fits', '2.0.0.rc2 breaks', '2.0.0 breaks'),
    gemfile: ["gem 'foo', '>= 2.0.0.rc1'"],
    only: { foo: '2.0.0.rc2' },
    advice: ["gem 'foo', '>= 2.0.0.rc1', '< 2.0.0.rc2'"],
    installed: x86('foo-2.0.0.rc1-x86_64-linux'),
  },
  {
    title: 'a version for another Ruby lies in between',
    gems: releases(
      'foo',
      ...['0.8 fits', '0.9 fits |ruby:>= 3.4', '1.0 breaks', '1.1 fits |ruby:>= 3.4', '1.2 fits |ruby:< 3.0'],
    ),
    gemfile: ["gem 'foo'"],
    only: { foo: '1.0' },
    advice: ["gem 'foo', '< 1.0'"],
    installed: x86('foo-0.8-x86_64-linux'),
  },
  {
    title: 'a nearer variant wants another Ruby, so that version would be compiled',
    gems: releases(
      'foo',
      ...['0.8 fits', '0.9 fits |ruby:>= 3.4', '0.9 compiles |ruby:>= 3.0', '1.0 breaks', '1.0 compiles'],
    ),
    gemfile: ["gem 'foo'"],
    advice: ["gem 'foo', '< 0.9'"],
    installed: x86('foo-0.8-x86_64-linux'),
  },
  {
    title: 'versions that would be compiled lie in between',
    gems: releases('foo', '0.8 fits', '0.9 compiles', '1.0 breaks', '1.1 compiles', '1.2 fits'),
    gemfile: ["gem 'foo', '< 1.2'"],
    only: { foo: '1.0' },
    advice: ["gem 'foo', '< 1.2', '< 0.9'"],
    installed: x86('foo-0.8-x86_64-linux'),
  },
  {
    title: 'compiled on the target, where a newer version exists',
    gems: releases('foo', '1.0 breaks', '1.0 compiles', '1.1 breaks', '1.1 compiles'),
    gemfile: ["gem 'foo'"],
    only: { foo: '1.0' },
    advice: ["gem 'foo', '< 1.1', force_ruby_platform: true"],
    installed: x86('foo-1.0'),
  },
  {
    title: "compiled on the target, within the Gemfile's bound",
    gems: releases('foo', '1.0 breaks', '1.0 compiles', '1.5 breaks', '1.5 compiles', '2.0 breaks'),
    gemfile: ["gem 'foo', '~> 1.0'"],
    advice: ["gem 'foo', '~> 1.0', force_ruby_platform: true"],
    installed: x86('foo-1.5'),
  },
  {
    title: 'compiled on the target, since a parent wants just that version',
    gems: [
      ...releases('dad', '1.0 pure foo:= 1.0'),
      ...releases('foo', '0.9 fits', '1.0 breaks', '1.0 compiles', '1.1 breaks', '1.1 compiles'),
    ],
    gemfile: ["gem 'dad'"],
    advice: ["gem 'foo', force_ruby_platform: true"],
    installed: x86('dad-1.0', 'foo-1.0'),
  },
  {
    title: 'a version that would be compiled is the last resort',
    gems: releases('foo', '0.18 compiles', '0.19 compiles', '0.20 breaks'),
    gemfile: ["gem 'foo'"],
    advice: ["gem 'foo', '< 0.20'"],
    installed: x86('foo-0.19'),
  },
  {
    title: 'the newest that fits needs a gem that does not exist',
    gems: releases('foo', '0.9 fits', '1.0 breaks', '2.0 fits gone:>= 0'),
    gemfile: ["gem 'foo'"],
    only: { foo: '1.0' },
    advice: ["gem 'foo', '< 1.0'"],
    installed: x86('foo-0.9-x86_64-linux'),
  },
  {
    title: 'the newest that fits needs what the Gemfile forbids',
    gems: [
      ...releases('foo', '0.9 fits', '1.0 breaks', '2.0 fits bar:>= 2'),
      ...releases('bar', '1.0 pure', '2.0 pure'),
    ],
    gemfile: ["gem 'bar', '~> 1.0'", "gem 'foo'"],
    advice: ["gem 'foo', '< 1.0'"],
    only: { foo: '1.0' },
    installed: x86('bar-1.0', 'foo-0.9-x86_64-linux'),
  },
  {
    title: 'the newest that fits takes another gem along',
    gems: [
      ...releases('foo', '1.0 breaks', '2.0 fits bar:>= 2'),
      ...releases('bar', '1.0 pure', '2.0 pure', '2.1 pure'),
    ],
    gemfile: ["gem 'bar'", "gem 'foo'"],
    only: { foo: '1.0', bar: '1.0' },
    advice: ["gem 'foo', '>= 2.0'"],
    installed: x86('bar-2.1', 'foo-2.0-x86_64-linux'),
  },
  {
    title: 'two pins that clash: one is left out',
    gems: [
      ...releases('foo', '1.0 breaks', '2.0 fits bar:< 2'),
      ...releases('bar', '1.0 breaks', '2.0 fits'),
    ],
    gemfile: ["gem 'bar'", "gem 'foo'"],
    only: { foo: '1.0', bar: '1.0' },
    advice: ["gem 'bar', '>= 2.0'"],
    installed: x86('bar-2.0-x86_64-linux', 'foo-1.0-x86_64-linux'),
  },
  {
    title: 'two gems that both move, each for itself',
    gems: [
      ...releases('foo', '0.9 fits', '1.0 breaks'),
      ...releases('bar', '1.0 breaks', '1.1 fits', '1.2 breaks'),
    ],
    gemfile: ["gem 'bar'", "gem 'foo'"],
    only: { bar: '1.0' },
    advice: ["gem 'bar', '>= 1.1', '< 1.2'", "gem 'foo', '< 1.0'"],
    installed: x86('bar-1.1-x86_64-linux', 'foo-0.9-x86_64-linux'),
  },
  {
    title: 'two CPUs: the version has to fit both',
    gems: releases(
      'foo',
      ...['0.8 fits', '0.8-aarch64-linux fits', '0.9 fits', '0.9-aarch64-linux breaks'],
      ...['1.0 breaks', '1.0-aarch64-linux fits'],
    ),
    gemfile: ["gem 'foo'"],
    platforms: ['x86_64-linux', 'aarch64-linux'],
    machines: ['x86_64-linux', 'aarch64-linux'],
    advice: ["gem 'foo', '< 0.9'"],
    installed: { 'x86_64-linux': ['foo-0.8-x86_64-linux'], 'aarch64-linux': ['foo-0.8-aarch64-linux'] },
  },
  {
    title: 'another platform of the lockfile does not have the newest',
    gems: releases(
      'foo',
      ...['0.9 fits', '0.9-arm64-darwin pure', '1.0 breaks', '1.0-arm64-darwin pure', '2.0 fits'],
    ),
    gemfile: ["gem 'foo'"],
    platforms: ['x86_64-linux', 'arm64-darwin-23'],
    machines: ['x86_64-linux', 'arm64-darwin-23'],
    advice: ["gem 'foo', '< 1.0'"],
    installed: { 'x86_64-linux': ['foo-0.9-x86_64-linux'], 'arm64-darwin-23': ['foo-0.9-arm64-darwin'] },
  },
  {
    title: 'several targets: the pin suits them all',
    gems: releases(
      'foo',
      ...['0.8 fits', '0.8-x86_64-linux-musl musl', '0.9 breaks', '0.9-x86_64-linux-musl musl'],
      ...['1.0 breaks', '1.0-x86_64-linux-musl breaks'],
    ),
    gemfile: ["gem 'foo'"],
    platforms: ['x86_64-linux', 'x86_64-linux-musl'],
    targets: ['ubuntu-20.04', 'alpine-3.20'],
    machines: ['x86_64-linux', 'x86_64-linux-musl'],
    advice: ["gem 'foo', '< 0.9'"],
    installed: {
      'x86_64-linux': ['foo-0.8-x86_64-linux'],
      'x86_64-linux-musl': ['foo-0.8-x86_64-linux-musl'],
    },
  },
  {
    title: 'the lockfile lacks the variant for musl',
    gems: releases('foo', '1.0 breaks', '1.0-x86_64-linux-musl musl', '1.0 compiles'),
    gemfile: ["gem 'foo'"],
    targets: ['alpine-3.20'],
    machines: ['x86_64-linux-musl'],
    advice: ['bundle lock --add-platform x86_64-linux-musl'],
    installed: { 'x86_64-linux-musl': ['foo-1.0-x86_64-linux-musl'] },
  },
  {
    title: 'the lockfile lacks the variant for musl, and a newer version is out',
    gems: releases('foo', '1.0 breaks', '1.0-x86_64-linux-musl musl', '1.1 fits'),
    gemfile: ["gem 'foo'"],
    only: { foo: '1.0' },
    targets: ['alpine-3.20'],
    machines: ['x86_64-linux-musl', 'x86_64-linux'],
    advice: ['bundle lock --add-platform x86_64-linux-musl'],
    installed: {
      'x86_64-linux-musl': ['foo-1.0-x86_64-linux-musl'],
      'x86_64-linux': ['foo-1.0-x86_64-linux'],
    },
  },
  {
    title: 'compiled on a musl machine that PLATFORMS do not name',
    gems: releases('foo', '1.0 breaks', '1.0-ruby compiles'),
    gemfile: ["gem 'foo'"],
    targets: ['alpine-3.20'],
    machines: ['x86_64-linux-musl'],
    advice: ["gem 'foo', force_ruby_platform: true", 'bundle lock --add-platform x86_64-linux-musl'],
    installed: { 'x86_64-linux-musl': ['foo-1.0'] },
  },
  {
    title: 'the -gnu suffix',
    gems: releases(
      'foo',
      '1.0-x86_64-linux-gnu fits',
      '1.1-x86_64-linux-gnu breaks',
      '1.1-x86_64-linux-musl musl',
    ),
    gemfile: ["gem 'foo'"],
    advice: ["gem 'foo', '< 1.1'"],
    installed: x86('foo-1.0-x86_64-linux-gnu'),
  },
  {
    title: 'a Gemfile that names no Ruby',
    gems: releases('foo', '0.9 fits', '1.0 breaks'),
    gemfile: ["gem 'foo'"],
    ruby: null,
    advice: ["gem 'foo', '< 1.0'"],
    installed: x86('foo-0.9-x86_64-linux'),
  },
  {
    title: 'a dependency of the answer wants another Ruby',
    gems: [
      ...releases('foo', '0.9 fits', '1.0 breaks', '2.0 fits bar:>= 0'),
      ...releases('bar', '1.0 pure |ruby:>= 3.4'),
    ],
    gemfile: ["gem 'foo'"],
    only: { foo: '1.0' },
    advice: ["gem 'foo', '< 1.0'"],
    installed: x86('foo-0.9-x86_64-linux'),
  },
  {
    title: 'a dependency of the answer is for another CPU',
    gems: [
      ...releases('foo', '0.9 fits', '1.0 breaks', '2.0 fits bar:>= 0'),
      ...releases('bar', '1.0-aarch64-linux fits'),
    ],
    gemfile: ["gem 'foo'"],
    only: { foo: '1.0' },
    advice: ["gem 'foo', '< 1.0'"],
    installed: x86('foo-0.9-x86_64-linux'),
  },
  {
    title: 'a dependency of the answer needs a gem that does not exist',
    gems: [
      ...releases('foo', '0.9 fits', '1.0 breaks', '2.0 fits bar:>= 0'),
      ...releases('bar', '1.0 pure gone:>= 0'),
    ],
    gemfile: ["gem 'foo'"],
    only: { foo: '1.0' },
    advice: ["gem 'foo', '< 1.0'"],
    installed: x86('foo-0.9-x86_64-linux'),
  },
  {
    title: 'what is to be compiled needs a gem that does not exist',
    gems: releases('foo', '1.0 breaks', '1.0 compiles gone:>= 0'),
    gemfile: ["gem 'foo'"],
    advice: [],
    installed: x86('foo-1.0-x86_64-linux'),
  },
  {
    title: 'the answer needs another gem to move down, and an older version that breaks does not',
    gems: [
      ...releases('foo', '1.0 breaks', '1.1 fits bar:< 2', '2.0 breaks'),
      ...releases('bar', '1.0 pure', '2.0 pure'),
    ],
    gemfile: ["gem 'bar'", "gem 'foo'"],
    advice: ["gem 'foo', '>= 1.1', '< 2.0'"],
    installed: x86('bar-1.0', 'foo-1.1-x86_64-linux'),
  },
  {
    title: 'another gem would have to move for the highest, and not for an older version that fits',
    gems: [
      ...releases('foo', '1.0 breaks', '1.1 fits', '1.2 fits bar:>= 2'),
      ...releases('bar', '1.0 pure', '2.0 pure'),
    ],
    gemfile: ["gem 'bar'", "gem 'foo'"],
    only: { foo: '1.0', bar: '1.0' },
    advice: ["gem 'foo', '>= 1.1'"],
    installed: x86('bar-1.0', 'foo-1.1-x86_64-linux'),
  },
  {
    title: 'a downgrade that brings in another native gem, whose newest does not fit',
    gems: [
      ...releases('foo', '1.0 fits new:>= 0', '1.1 breaks'),
      ...releases('new', '1.0 fits', '1.1 breaks', '1.2 breaks'),
    ],
    gemfile: ["gem 'foo'"],
    advice: ["gem 'foo', '< 1.1'", "gem 'new', '< 1.1'"],
    installed: x86('foo-1.0-x86_64-linux', 'new-1.0-x86_64-linux'),
  },
  {
    title: 'google-protobuf moves under grpc, to one that fits',
    gems: [
      ...releases('grpc', '1.71 fits google-protobuf:>= 3.24&< 4', '1.72 breaks google-protobuf:>= 4'),
      ...releases('google-protobuf', '3.24 fits', '3.25 breaks', '4.30 fits'),
    ],
    gemfile: ["gem 'grpc'"],
    advice: ["gem 'google-protobuf', '< 3.25'"],
    installed: x86('google-protobuf-3.24-x86_64-linux', 'grpc-1.71-x86_64-linux'),
  },
  {
    title: 'a line of the Gemfile has to be loosened for another gem',
    gems: [
      ...releases('foo', '1.0 breaks', '2.0 fits bar:>= 2'),
      ...releases('bar', '1.0 pure', '2.0 pure', '2.1 pure'),
    ],
    gemfile: ["gem 'bar', '~> 1.0'", "gem 'foo'"],
    only: { foo: '1.0', bar: '1.0' },
    advice: ["gem 'bar'", "gem 'foo', '>= 2.0'"],
    installed: x86('bar-2.1', 'foo-2.0-x86_64-linux'),
  },
  {
    title: 'two gems under one parent, which moves with them',
    gems: [
      ...releases('dad', '1.0 pure foo:= 1.0,bar:= 1.0', '2.0 pure foo:= 2.0,bar:= 2.0'),
      ...releases('dad', '3.0 pure foo:= 3.0,bar:= 3.0'),
      ...releases('foo', '1.0 fits', '2.0 fits', '3.0 breaks'),
      ...releases('bar', '1.0 fits', '2.0 breaks', '3.0 breaks'),
    ],
    gemfile: ["gem 'dad'"],
    advice: ["gem 'dad', '< 2.0'"],
    installed: x86('bar-1.0-x86_64-linux', 'dad-1.0', 'foo-1.0-x86_64-linux'),
  },
  {
    title: 'two targets on two CPUs, whose variants ask for different gems',
    gems: [
      ...releases('foo', '1.0 fits arm:>= 0', '1.0-aarch64-linux fits arm:>= 0'),
      ...releases('foo', '1.1 fits', '1.1-aarch64-linux fits arm:>= 2', '1.2 breaks'),
      ...releases('foo', '1.2-aarch64-linux breaks'),
      ...releases('arm', '1.0 pure', '2.0 breaks', '2.0-aarch64-linux breaks'),
    ],
    gemfile: ["gem 'foo'"],
    platforms: ['x86_64-linux', 'aarch64-linux'],
    machines: ['x86_64-linux', 'aarch64-linux'],
    targets: ['ubuntu-20.04', 'debian-11'],
    advice: ["gem 'arm', '< 2.0'", "gem 'foo', '< 1.1'"],
    installed: {
      'x86_64-linux': ['arm-1.0', 'foo-1.0-x86_64-linux'],
      'aarch64-linux': ['arm-1.0', 'foo-1.0-aarch64-linux'],
    },
  },
  {
    title: 'no answer at all: everything stays as it is',
    gems: releases('foo', '1.0 breaks', '1.1 breaks'),
    gemfile: ["gem 'foo'"],
    advice: [],
    installed: x86('foo-1.1-x86_64-linux'),
  },
  {
    title: 'two pins that clash over a third gem: one is left out',
    gems: [
      ...releases('foo', '1.0 breaks', '2.0 fits cat:< 2'),
      ...releases('bar', '1.0 breaks', '2.0 fits cat:>= 2'),
      ...releases('cat', '1.0 pure', '2.0 pure'),
    ],
    gemfile: ["gem 'bar'", "gem 'foo'"],
    only: { foo: '1.0', bar: '1.0' },
    advice: ["gem 'bar', '>= 2.0'"],
    installed: x86('bar-2.0-x86_64-linux', 'cat-2.0', 'foo-1.0-x86_64-linux'),
  },
  {
    title: 'a pin for musl that needs another platform in the lockfile too',
    gems: releases('foo', '1.0 breaks', '1.1 breaks', '1.1-x86_64-linux-musl musl'),
    gemfile: ["gem 'foo'"],
    only: { foo: '1.0' },
    targets: ['alpine-3.20'],
    machines: ['x86_64-linux-musl'],
    advice: ["gem 'foo', '>= 1.1'", 'bundle lock --add-platform x86_64-linux-musl'],
    installed: { 'x86_64-linux-musl': ['foo-1.1-x86_64-linux-musl'] },
  },
  {
    title: 'a pin on the gem itself, with which Bundler would find nothing though there is something',
    gems: [
      ...releases('ant', '1.3 breaks cat:~> 1.0,elk:~> 2.0', '1.4 fits cat:~> 1.0,elk:~> 1.0'),
      ...releases('cat', '1.4 compiles dog:>= 0'),
      ...releases('dog', '2.8.0 compiles elk:~> 1.0', '3.0.1 fits elk:~> 2.0'),
      ...releases('dog', '3.0.1 compiles elk:~> 2.0', '4.3.0 fits elk:~> 3.0', '4.3.0 compiles elk:~> 3.0'),
      ...releases('elk', '1.1 fits', '1.1 compiles', '2.1 breaks', '2.1 compiles'),
    ],
    gemfile: ["gem 'ant'", "gem 'cat'"],
    only: { ant: '1.3' },
    advice: ["gem 'dog', '< 3.0.1'"],
    installed: x86('ant-1.4-x86_64-linux', 'cat-1.4', 'dog-2.8.0', 'elk-1.1-x86_64-linux'),
  },
  {
    title: 'a gem without an answer comes loose where what asks for it is compiled',
    gems: [
      ...releases('foo', '0.9 fits', '1.0 breaks'),
      ...releases('hen', '1.0 breaks lynx:>= 0', '1.0 compiles lynx:>= 0'),
      ...releases('lynx', '1.8 breaks', '1.9 breaks'),
    ],
    gemfile: ["gem 'foo'", "gem 'hen'"],
    only: { lynx: '1.8' },
    advice: ["gem 'foo', '< 1.0'", "gem 'hen', force_ruby_platform: true"],
    installed: x86('foo-0.9-x86_64-linux', 'hen-1.0', 'lynx-1.9-x86_64-linux'),
  },
  {
    title: 'compiled on one of two CPUs, of which the other has no binary to pass over',
    gems: releases('foo', '1.0 breaks', '1.0 compiles'),
    gemfile: ["gem 'foo'"],
    platforms: ['aarch64-linux', 'x86_64-linux'],
    machines: ['aarch64-linux', 'x86_64-linux'],
    advice: ["gem 'foo', force_ruby_platform: true"],
    installed: { 'aarch64-linux': ['foo-1.0'], 'x86_64-linux': ['foo-1.0'] },
  },
];

describe('Bundler picks the version that the audit suggests', () => {
  it.each(cases)('$title', async ({ advice, installed, ...project }) => {
    const outcome = await followAdvice(bundler, project);
    expect(outcome.advice).toEqual(advice);
    expect(outcome.installed).toEqual(installed);
    expect(broken(outcome)).toEqual([]);
    expect(outcome.astray).toEqual([]);
  });

  async function holds(deep: boolean, runs: number): Promise<number> {
    let pinned = 0;
    await fc.assert(
      fc.asyncProperty(anyProject({ deep }), async (project) => {
        let outcome: Outcome;
        try {
          outcome = await followAdvice(bundler, project, { generated: true });
        } catch (error) {
          if (error instanceof NotLockable) return;
          throw error;
        }
        pinned += outcome.moved.length > 0 ? 1 : 0;
        expect(broken(outcome)).toEqual([]);
        expect(outcome.astray).toEqual([]);
      }),
      { seed: 20, numRuns: runs, endOnFailure: true },
    );
    return pinned;
  }

  it('whatever the gems, their platforms and Rubies', async () => {
    // The universes are such that a pin is the rule.
    expect(await holds(false, 20)).toBeGreaterThan(7);
  });

  it('whatever their dependencies too', async () => {
    expect(await holds(true, 20)).toBeGreaterThan(5);
  });
});
