import { describe, expect, it } from 'vitest';
import type { ElfFile } from '../../src/elf/types.js';
import { givenWords, runsOnWords } from '../../src/report/inspect-words.js';
import { renderInspectText } from '../../src/report/inspect-text.js';
import { inspectReportSchema } from '../../src/report/inspect-schema.js';
import { elf, target } from '../helpers/contents.js';
import { extension, installed, reportOn } from '../inspect/bundles.js';

const plain = { color: false };
const ubuntu = target();
const files = {
  ...installed('bcrypt-3.1.20', 'bcrypt_ext.so', extension('libruby.so.3.3', 'GLIBC_2.38')),
  ...installed('date-3.4.1', 'date_core.so', extension('libruby.so.3.3', 'GLIBC_2.38')),
  ...installed('json-2.9.1', 'json/ext/parser.so', extension()),
};

describe('the text of inspect', () => {
  it('says once what is taken for given, under the target', () => {
    const text = renderInspectText(reportOn(files, { targets: [ubuntu] }), plain);
    expect(text).toContain(
      'on Ubuntu 20.04 LTS (glibc 2.31)\n  taking for given that Ruby 3.3 is there with its shared library (libruby.so.3.3)',
    );
    expect(text.match(/taking for given/g)).toHaveLength(1);
  });

  it('takes several Rubies for given in the plural', () => {
    expect(givenWords(['libruby.so.3.3', 'libruby.so.3.2'])).toMatch(
      /^taking for given that Ruby 3\.2, Ruby 3\.3 are there with their shared libraries \(libruby\.so\.3\.2, libruby\.so\.3\.3\)/,
    );
  });

  it('says where a part of a glibc runs', () => {
    const needs = { arch: 'x86_64', requires: { libc: 'gnu', glibc: '2.34' }, runsOn: [] } as const;
    expect(runsOnWords(needs)).toBe('no system is known to have all of it');
    expect(runsOnWords({ ...needs, requires: { ...needs.requires, markers: ['GLIBC_PRIVATE'] } })).toContain(
      'runs on the system alone that it is a part of',
    );
  });

  it('says once what is the same of several gems, with all their names', () => {
    const text = renderInspectText(reportOn(files, { targets: [ubuntu] }), plain);
    expect(text).toContain('✗ bcrypt 3.1.20, date 3.4.1 (Ruby 3.3.0), x86_64\n');
    expect(text.match(/needs GLIBC_2\.38/g)).toHaveLength(1);
    expect(text).toMatch(/bcrypt_ext\.so and 2 more\n/);
  });

  it('says nothing of the systems with a newer glibc where that is not what is wrong', () => {
    const other = renderInspectText(reportOn(files, { targets: [ubuntu], ruby: '3.4.1' }), plain);
    expect(other).toContain('is installed for Ruby 3.3, and Ruby 3.4 runs there');
    expect(other).not.toMatch(/json 2\.9\.1[^✗]*as it is: runs on/);
  });

  it('draws the tree of an extension once for both its places', () => {
    const text = renderInspectText(reportOn(files, { targets: [ubuntu], tree: true }), plain);
    expect(text).toContain(
      [
        'ruby/3.3.0/extensions/x86_64-linux/3.3.0/date-3.4.1/date_core.so (x86_64 on ubuntu-20.04)',
        'and so ruby/3.3.0/gems/date-3.4.1/lib/date_core.so',
        '├─ libruby.so.3.3: not inside; comes with the Ruby that loads it',
        '└─ libc.so.6: from the system',
      ].join('\n'),
    );
    expect(text.match(/└─/g)).toHaveLength(3);
  });

  it('counts the files that were judged, and no others', () => {
    const loose = {
      run: elf(),
      'linux-arm/run': elf({ machine: 40, class: 32, cpu: 'arm' }),
    };
    const text = renderInspectText(reportOn(loose, { targets: [ubuntu], arches: ['x86_64'] }), plain);
    expect(text).toMatch(/\n1 file: 1 fits\.\n$/);
  });

  it('names the system of a file that is for no Linux', () => {
    const facts: ElfFile = { ...elf({ system: 'OpenBSD' }) };
    delete (facts as { cpu?: string }).cpu;
    const report = reportOn({ 'bin/tool': facts }, { targets: [] });
    expect(renderInspectText(report, plain)).toMatch(/bin\/tool +OpenBSD +–/);
    const judged = reportOn({ 'bin/tool': facts, run: elf() }, { targets: [ubuntu] });
    expect(renderInspectText(judged, plain)).toContain('is built for OpenBSD');
    expect(judged.subjects[0]?.groups[0]?.verdict).toBe('unknown');
    const named = reportOn({ 'openbsd-x86_64/tool': facts, run: elf() }, { targets: [ubuntu] });
    expect(named.subjects[0]?.groups[0]?.verdict).toBe('compatible');
  });

  it.each([{ tree: true, symbols: true }, {}])(
    'has JSON beside it that its schema describes whole: %j',
    (more) => {
      const report = reportOn(files, { targets: [ubuntu], ...more });
      expect(inspectReportSchema.parse(JSON.parse(JSON.stringify(report)))).toEqual(report);
    },
  );
});
