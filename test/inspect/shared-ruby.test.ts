import { describe, expect, it } from 'vitest';
import type { InspectReport } from '../../src/inspect/types.js';
import { target } from '../helpers/contents.js';
import { extension, installed, reportOn } from './bundles.js';

const ubuntu = target();

/** Verdict, findings and what is taken for given, by gem. */
function told(report: InspectReport): unknown[] {
  return report.subjects.flatMap(({ groups }) =>
    groups.map(({ name, results = [] }) => [
      name,
      ...results.map(({ verdict, findings, given }) => ({
        verdict,
        kinds: findings.map(({ kind }) => kind),
        given,
      })),
    ]),
  );
}

describe('a bundle that was compiled by a Ruby with a shared library', () => {
  it('is judged as where such a Ruby is, which is said in each result', () => {
    const report = reportOn(installed('bcrypt-3.1.20', 'bcrypt_ext.so', extension()), { targets: [ubuntu] });
    expect(told(report)).toEqual([
      ['bcrypt', { verdict: 'compatible', kinds: [], given: ['libruby.so.3.3'] }],
    ]);
  });

  it('vouches for the precompiled gems that lie in it', () => {
    const files = {
      ...installed('bcrypt-3.1.20', 'bcrypt_ext.so', extension()),
      'ruby/3.3.0/gems/nokogiri-1.18.3-x86_64-linux-gnu/lib/nokogiri/3.3/nokogiri.so': extension(),
    };
    expect(told(reportOn(files, { targets: [ubuntu] }))).toEqual([
      ['bcrypt', { verdict: 'compatible', kinds: [], given: ['libruby.so.3.3'] }],
      ['nokogiri', { verdict: 'compatible', kinds: [], given: ['libruby.so.3.3'] }],
    ]);
  });

  it('a precompiled gem by itself does not: its other users may have none', () => {
    const files = {
      'ruby/3.3.0/gems/nokogiri-1.18.3-x86_64-linux-gnu/lib/nokogiri/3.3/nokogiri.so': extension(),
    };
    expect(told(reportOn(files, { targets: [ubuntu] }))).toEqual([
      ['nokogiri', { verdict: 'unknown', kinds: ['unchecked-library'], given: undefined }],
    ]);
  });

  it('an extension in it that is linked to another Ruby is a finding', () => {
    const files = {
      ...installed('bcrypt-3.1.20', 'bcrypt_ext.so', extension()),
      'ruby/3.3.0/gems/date-3.4.1/lib/date_core.so': extension('libruby.so.3.2'),
    };
    const report = reportOn(files, { targets: [ubuntu] });
    expect(told(report)[1]).toEqual([
      'date',
      { verdict: 'incompatible', kinds: ['missing-ruby-abi'], given: undefined },
    ]);
    expect(report.subjects[0]?.groups[1]?.results?.[0]?.findings).toEqual([
      {
        kind: 'missing-ruby-abi',
        file: 'ruby/3.3.0/gems/date-3.4.1/lib/date_core.so',
        ruby: '3.3',
        available: ['3.2'],
        library: 'libruby.so.3.2',
      },
    ]);
  });

  it('takes nothing for given of a Ruby that does not run', () => {
    const report = reportOn(installed('bcrypt-3.1.20', 'bcrypt_ext.so', extension()), {
      targets: [ubuntu],
      ruby: '3.4.1',
    });
    expect(told(report)).toEqual([
      ['bcrypt', { verdict: 'incompatible', kinds: ['missing-ruby-abi'], given: undefined }],
    ]);
  });

  it('a file by itself is held against --ruby', () => {
    const on = { targets: [ubuntu] };
    expect(told(reportOn({ 'date_core.so': extension() }, on))).toEqual([
      ['vendor/bundle', { verdict: 'compatible', kinds: [], given: ['libruby.so.3.3'] }],
    ]);
    expect(told(reportOn({ 'date_core.so': extension() }, { ...on, ruby: '3.4.1' }))).toEqual([
      ['vendor/bundle', { verdict: 'incompatible', kinds: ['missing-ruby-abi'], given: undefined }],
    ]);
  });
});
