import { describe, expect, it } from 'vitest';
import type { ElfFile } from '../../src/elf/types.js';
import { judgeGem } from '../../src/compat/judge.js';
import type { Judgement } from '../../src/compat/types.js';
import type { GemContents } from '../../src/gem/types.js';
import type { Target } from '../../src/target/types.js';
import { alpine, contents, defines, elf, target } from '../helpers/contents.js';

function judge(gem: GemContents, on: Target = target(), ruby?: string): Judgement {
  return judgeGem(gem, { target: on, cpu: 'x86_64', ...(ruby === undefined ? {} : { ruby }) });
}

describe('symbol versions', () => {
  it('names the file, the library, the version and the symbols', () => {
    const gem = contents({
      'exe/x86_64-linux/thrust': elf({ needs: { 'libc.so.6': ['GLIBC_2.2.5', 'GLIBC_2.34'] } }),
    });
    expect(judge(gem)).toEqual({
      verdict: 'incompatible',
      requires: { libc: 'gnu', glibc: '2.34', libraries: ['libc.so.6'] },
      findings: [
        {
          kind: 'symbol-version',
          file: 'exe/x86_64-linux/thrust',
          library: 'libc.so.6',
          symbolVersion: 'GLIBC_2.34',
          symbols: ['of_GLIBC_2.34'],
          provided: 'GLIBC_2.31',
        },
      ],
    });
  });

  it.each([
    ['libc.so.6', 'GLIBC_2.31', 'compatible'],
    ['libc.so.6', 'GLIBC_2.4', 'compatible'],
    ['libc.so.6', 'GLIBC_2.31.1', 'incompatible'],
    ['libc.so.6', 'GLIBC_2.100', 'incompatible'],
    ['libc.so.6', 'GLIBC_ABI_DT_RELR', 'incompatible'],
    ['libc.so.6', 'GLIBC_PRIVATE', 'unknown'],
    ['libstdc++.so.6', 'GLIBCXX_3.4.28', 'compatible'],
    ['libstdc++.so.6', 'GLIBCXX_3.4.9', 'compatible'],
    ['libstdc++.so.6', 'GLIBCXX_3.4.29', 'incompatible'],
    ['libstdc++.so.6', 'CXXABI_1.3.13', 'incompatible'],
    ['libgcc_s.so.1', 'GCC_4.8.0', 'compatible'],
    ['libgcc_s.so.1', 'GCC_12.0.0', 'incompatible'],
    ['libz.so.1', 'ZLIB_1.2.9', 'unknown'],
    // A number of one library says nothing of another's.
    ['libz.so.1', 'GLIBC_2.4', 'unknown'],
  ] as const)('of %s: %s is %s', (library, version, verdict) => {
    expect(judge(contents({ 'lib/a.so': elf({ needs: { [library]: [version] } }) })).verdict).toBe(verdict);
  });

  it('goes by the set of a library where it is known, not by the number', () => {
    const known = target({ versions: { 'libc.so.6': ['GLIBC_2.2.5', 'GLIBC_2.17'] } });
    const needing = (version: string): GemContents =>
      contents({ 'lib/a.so': elf({ needs: { 'libc.so.6': [version] } }) });
    expect(judge(needing('GLIBC_2.17'), known).verdict).toBe('compatible');
    expect(judge(needing('GLIBC_2.14'), known).verdict).toBe('incompatible');
  });

  it.each([
    ['upstream’s lists, which leave it out', ['GLIBC_2.17'], 'unknown'],
    ['a library that was read, and has none', ['GLIBC_2.17'], 'incompatible', ['GLIBC_PRIVATE']],
    ['a library that was read, and has it', ['GLIBC_2.17', 'GLIBC_PRIVATE'], 'compatible'],
  ] as const)('takes GLIBC_PRIVATE by %s', (_, names, verdict, loader: readonly string[] = []) => {
    const known = target({ versions: { 'libc.so.6': names, 'ld-linux-x86-64.so.2': loader } });
    const gem = contents({ 'lib/a.so': elf({ needs: { 'libc.so.6': ['GLIBC_PRIVATE'] } }) });
    expect(judge(gem, known).verdict).toBe(verdict);
  });

  it('does not count what is needed weakly, as the loader does not', () => {
    const weakly = elf({ needs: { 'libc.so.6': ['GLIBC_2.2.5', { name: 'GLIBC_2.40', weak: true }] } });
    const gem = contents({ 'lib/a.so': { ...weakly, weakImports: ['of_GLIBC_2.40'] } });
    expect(judge(gem)).toMatchObject({ verdict: 'compatible', requires: { glibc: '2.2.5' } });
    // The file is loaded, but the symbol fails when it is looked up.
    expect(judge(contents({ 'lib/a.so': weakly })).verdict).toBe('unknown');
  });

  it('are not held for there of a library that nothing loads', () => {
    const gem = contents({
      'lib/a.so': elf({ needs: { 'libstdc++.so.6': ['GLIBCXX_3.4'] }, needed: ['libc.so.6'] }),
    });
    expect(judge(gem)).toMatchObject({ verdict: 'unknown', findings: [{ kind: 'unchecked-library' }] });
  });

  // The loader: "_dl_check_map_versions: Assertion `needed != NULL' failed".
  it.each(['libc.so.7', 'libc.so.6x', 'ld-linux-x86-64.so.3', 'ldap.so.1'])(
    'are not held for there of %s, which nothing loads and no system has',
    (library) => {
      const gem = contents({
        'lib/a.so': elf({ needs: { [library]: ['GLIBC_2.4'] }, needed: ['libm.so.6'] }),
      });
      expect(judge(gem)).toMatchObject({
        verdict: 'unknown',
        findings: [{ kind: 'unchecked-library', library }],
      });
    },
  );

  it('are asked of the C library though a file does not name it', () => {
    const gem = contents({
      'lib/a.so': elf({ needs: { 'libc.so.6': ['GLIBC_2.34'] }, needed: ['libm.so.6'] }),
    });
    expect(judge(gem)).toMatchObject({
      verdict: 'incompatible',
      findings: [{ kind: 'symbol-version', symbolVersion: 'GLIBC_2.34' }],
    });
  });

  it('are all satisfied by a library of the target that defines none', () => {
    const on = target({ versions: { 'libz.so.1': [] } });
    const gem = contents({ 'lib/a.so': elf({ needs: { 'libz.so.1': ['ZLIB_1.2.9'] } }) });
    expect(judge(gem, on)).toMatchObject({ verdict: 'compatible', findings: [] });
  });
});

describe('the C library', () => {
  /** A library that asks glibc for one name. */
  const asking = (symbol: string): ElfFile => {
    const file = elf({ needs: { 'libc.so.6': ['GLIBC_2.2.5'] } });
    const verneed = file.verneed.map((need) => ({
      ...need,
      versions: need.versions.map((version) => ({ ...version, symbols: [symbol] })),
    }));
    return { ...file, verneed };
  };
  const musl = contents({ 'lib/a.so': elf({ needed: ['libc.so'] }) });

  it.each([
    [
      'a glibc executable on musl',
      contents({ a: elf({ pie: true, interpreter: '/lib64/ld-linux-x86-64.so.2' }) }),
      alpine,
      'gnu',
    ],
    ['a musl file on glibc', musl, target(), 'musl'],
    [
      'Alpine’s own soname on glibc',
      contents({ a: elf({ needed: ['libc.musl-x86_64.so.1'] }) }),
      target(),
      'musl',
    ],
    [
      'a musl executable on glibc',
      contents({ a: elf({ interpreter: '/lib/ld-musl-x86_64.so.1' }) }),
      target(),
      'musl',
    ],
  ] as const)('%s does not fit', (_, gem, on, builtFor) => {
    expect(judge(gem, on)).toMatchObject({
      verdict: 'incompatible',
      findings: [{ kind: 'wrong-libc', builtFor }],
    });
  });

  it('musl answers for a library of glibc, so that only a run can tell', () => {
    const gem = contents({ 'lib/a.so': asking('memcpy') });
    expect(judge(gem, alpine)).toMatchObject({
      verdict: 'unknown',
      findings: [{ kind: 'other-libc', builtFor: 'gnu', evidence: 'libc.so.6' }],
    });
  });

  it.each(['ld-linux-x86-64.so.2', 'libresolv.so.2', 'libcrypt.so.1'])(
    'musl does not answer for %s',
    (library) => {
      const gem = contents({ 'lib/a.so': elf({ needed: ['libc.so.6', library] }) });
      expect(judge(gem, alpine)).toMatchObject({
        verdict: 'incompatible',
        findings: [{ kind: 'missing-library', library }],
      });
    },
  );

  it.each([
    // It asks the libc.so.6 of its own glibc for private names, wherever it lies.
    ['libresolv.so.2', 'incompatible', 'missing-library'],
    ['libcrypt.so.1', 'unknown', 'unchecked-library'],
    ['libz.so.1', 'unknown', 'unchecked-library'],
  ])('%s in a directory of a build machine is %s on musl', (library, verdict, kind) => {
    const gem = contents({ 'lib/a.so': elf({ needed: [library], runpath: ['/home/somebody/ports/lib'] }) });
    expect(judge(gem, alpine)).toMatchObject({ verdict, findings: [{ kind, library }] });
  });

  it('of a static executable does not matter', () => {
    const gem = contents({ 'exe/thrust': elf({ type: 'exec', dynamic: false }) });
    expect(judge(gem)).toMatchObject({ verdict: 'compatible', requires: { libc: 'static' } });
    expect(judge(gem, alpine).verdict).toBe('compatible');
  });

  it('is chosen by name where a gem brings both', () => {
    const both = contents({
      'lib/native/x86_64-linux-gnu/a.so': elf({ needs: { 'libc.so.6': ['GLIBC_2.17'] } }),
      'lib/native/x86_64-linux-musl/a.so': elf({ needed: ['libc.so'] }),
    });
    expect(judge(both).verdict).toBe('compatible');
    expect(judge(both, alpine).verdict).toBe('compatible');
  });

  it('is judged as it is where a musl file lies alone in a gem for glibc', () => {
    const stray = contents({
      'lib/a/3.1/a.so': elf({ needs: { 'libc.so.6': ['GLIBC_2.17'] } }),
      'lib/a/3.2/a.so': elf({ needed: ['libc.so'] }),
    });
    expect(judge(stray).verdict).toBe('incompatible');
  });
});

describe('a file for another C library or CPU', () => {
  const gnu = elf({ needs: { 'libc.so.6': ['GLIBC_2.17'] } });
  const musl = elf({ needed: ['libc.so'] });

  it('counts although the gem has a file for the right one, where its own path does not say so', () => {
    expect(judge(contents({ 'lib/foo.so': musl, 'lib/foo-gnu.so': gnu })).verdict).toBe('incompatible');
    const twice = contents({ 'lib/foo.so': gnu });
    const last = { path: 'lib/foo.so', gzipped: false, elf: musl };
    expect(judge({ ...twice, binaries: [...twice.binaries, last] }).verdict).toBe('incompatible');
  });

  it.each(['exe/x86_64-linux/foo', 'native/linux-x64/foo.so', 'vendor/2.0-alpha/foo.so'])(
    'is not passed over as %s',
    (path) => {
      const arm = elf({ machine: 183, cpu: 'aarch64' });
      expect(judge(contents({ 'lib/a.so': gnu, [path]: arm }))).toMatchObject({
        verdict: 'unknown',
        findings: [{ kind: 'other-machine', file: path, machine: 'aarch64' }],
      });
      const within = `exe/aarch64-linux/${path}`;
      expect(judge(contents({ 'lib/a.so': gnu, [within]: arm })).verdict).toBe('compatible');
    },
  );

  it('is not passed over where nothing says that it is for another CPU alone', () => {
    const arm = elf({ machine: 183, cpu: 'aarch64' });
    expect(judge(contents({ 'lib/a.so': gnu, 'exe/foo': arm }))).toMatchObject({
      verdict: 'unknown',
      findings: [{ kind: 'other-machine', file: 'exe/foo', machine: 'aarch64' }],
    });
    for (const path of [
      'exe/aarch64-linux/foo',
      'native/linux-arm64/foo',
      'bin/foo_arm64',
      'bin/foo-linux64',
    ]) {
      expect(judge(contents({ 'lib/a.so': gnu, [path]: arm })).verdict).toBe('compatible');
    }
  });
});

describe('the machine', () => {
  const arm = elf({ machine: 183, cpu: 'aarch64', needs: { 'libc.so.6': ['GLIBC_2.38'] } });

  it('of a gem without a file for the CPU is wrong', () => {
    expect(judge(contents({ 'exe/thrust': arm }))).toMatchObject({
      verdict: 'incompatible',
      findings: [{ kind: 'wrong-machine', machine: 'aarch64', wanted: 'x86_64' }],
    });
  });

  it('of other files in the gem does not matter', () => {
    const gem = contents({
      'exe/arm/thrust': arm,
      'exe/x86/thrust': elf({ needs: { 'libc.so.6': ['GLIBC_2.17'] } }),
    });
    expect(judge(gem)).toMatchObject({ verdict: 'compatible', requires: { glibc: '2.17' } });
  });

  it('of a gem without executables does not matter', () => {
    expect(judge(contents({})).verdict).toBe('compatible');
  });

  it('has to have the CPU level that a file declares', () => {
    const gem = contents({ 'lib/a.so': elf({ isaNeeded: ['x86-64-v3'] }) });
    expect(judge(gem)).toMatchObject({
      verdict: 'unknown',
      findings: [{ kind: 'isa-level', level: 'x86-64-v3' }],
    });
    expect(judge(gem, target({ isa: 'x86-64-v3' })).verdict).toBe('compatible');
  });
});

describe('needed libraries', () => {
  const needing = (files: Parameters<typeof contents>[0], more: Partial<GemContents> = {}): GemContents =>
    contents(
      { 'lib/pg_ext.so': elf({ needed: ['libpq.so.5'], runpath: ['$ORIGIN/../ports/lib'] }), ...files },
      more,
    );

  it('are missing only where all that the target has is known', () => {
    expect(judge(needing({}))).toMatchObject({
      verdict: 'unknown',
      findings: [{ kind: 'unchecked-library', library: 'libpq.so.5', carried: false }],
    });
    expect(judge(needing({}), target({ librariesComplete: true }))).toMatchObject({
      verdict: 'incompatible',
      findings: [{ kind: 'missing-library', library: 'libpq.so.5' }],
    });
  });

  it('are found inside the gem by $ORIGIN, through links too', () => {
    expect(judge(needing({ 'ports/lib/libpq.so.5': elf() })).verdict).toBe('compatible');
    const linked = needing(
      { 'ports/lib/libpq.so.5.17': elf() },
      { links: { 'ports/lib/libpq.so.5': 'libpq.so.5.17' } },
    );
    expect(judge(linked).verdict).toBe('compatible');
    const loop = needing({}, { links: { 'ports/lib/libpq.so.5': 'libpq.so.5' } });
    expect(judge(loop).verdict).toBe('unknown');
  });

  it('are not held for found where the gem has them elsewhere', () => {
    expect(judge(needing({ 'vendor/libpq.so.5': elf() }))).toMatchObject({
      verdict: 'unknown',
      findings: [{ kind: 'unchecked-library', carried: true }],
    });
  });

  it('have to define the versions that are asked of them inside the gem', () => {
    const asks = elf({ needs: { 'libssl.so.3': ['OPENSSL_3.2.0'] }, runpath: ['$ORIGIN'] });
    const with3 = (version: string): GemContents =>
      contents({ 'lib/a.so': asks, 'lib/libssl.so.3': elf({ verdef: defines('libssl.so.3', version) }) });
    expect(judge(with3('OPENSSL_3.2.0')).verdict).toBe('compatible');
    expect(judge(with3('OPENSSL_3.0.0'))).toMatchObject({
      verdict: 'incompatible',
      findings: [{ kind: 'symbol-version', library: 'libssl.so.3', symbolVersion: 'OPENSSL_3.2.0' }],
    });
  });

  it('that are brought along are judged themselves', () => {
    const gem = needing({ 'ports/lib/libpq.so.5': elf({ needs: { 'libc.so.6': ['GLIBC_2.38'] } }) });
    expect(judge(gem)).toMatchObject({
      verdict: 'incompatible',
      findings: [{ file: 'ports/lib/libpq.so.5' }],
    });
  });
});

describe('a fat gem', () => {
  const extension = (version: string): ReturnType<typeof elf> =>
    elf({ needs: { 'libc.so.6': [version] }, unversionedImports: ['rb_define_module'] });
  const fat = contents({
    'lib/commonmarker/3.1/commonmarker.so': extension('GLIBC_2.17'),
    'lib/commonmarker/3.2/commonmarker.so': extension('GLIBC_2.38'),
  });

  it('is judged by the build for the project’s Ruby', () => {
    expect(judge(fat, target(), '3.1.6').verdict).toBe('compatible');
    expect(judge(fat, target(), '3.2.0').verdict).toBe('incompatible');
  });

  it('is unknown where the Ruby is not, and its builds differ', () => {
    expect(judge(fat)).toMatchObject({ verdict: 'unknown', findings: [{ kind: 'ruby-undecided' }] });
  });

  it('is unknown where the Ruby is not, and one in use has no build', () => {
    const commonmarker = contents({
      'lib/commonmarker/3.2/commonmarker.so': extension('GLIBC_2.17'),
      'lib/commonmarker/3.4/commonmarker.so': extension('GLIBC_2.17'),
    });
    const requiredRuby = ['>= 3.2', '< 3.5.dev'];
    const gem = { ...commonmarker, metadata: { ...commonmarker.metadata, requiredRuby } };
    expect(judge(gem)).toMatchObject({
      verdict: 'unknown',
      findings: [
        {
          kind: 'ruby-undecided',
          file: 'lib/commonmarker/*/commonmarker.so',
          fitting: ['3.2', '3.4'],
          failing: [],
          missing: ['3.3'],
        },
      ],
    });
    expect(judge(gem, target(), '3.4.1').verdict).toBe('compatible');
    expect(judge(gem, target(), '3.3.6').verdict).toBe('incompatible');
  });

  it('fits without a known Ruby where it has a build for each that its specification accepts', () => {
    const whole = contents({
      'lib/foo/3.3/foo.so': extension('GLIBC_2.17'),
      'lib/foo/3.4/foo.so': extension('GLIBC_2.17'),
    });
    const gem = { ...whole, metadata: { ...whole.metadata, requiredRuby: ['>= 3.3', '< 3.5.dev'] } };
    expect(judge(gem).verdict).toBe('compatible');
    const none = contents({ 'lib/foo/3.3/foo.so': extension('GLIBC_2.38') });
    expect(judge(none).verdict).toBe('incompatible');
  });

  it('does not fit where it has no build for the project’s Ruby', () => {
    expect(judge(fat, target(), '3.3.0')).toMatchObject({
      verdict: 'incompatible',
      findings: [{ kind: 'missing-ruby-abi', ruby: '3.3', available: ['3.1', '3.2'] }],
    });
  });

  it('fits where it has a build for any Ruby beside them', () => {
    const withFallback = contents({
      'lib/a/3.1/a.so': extension('GLIBC_2.17'),
      'lib/a/a.so': extension('GLIBC_2.17'),
    });
    expect(judge(withFallback, target(), '3.3.0').verdict).toBe('compatible');
  });

  it('is chosen by the innermost directory that is named like a Ruby', () => {
    const deep = contents({ 'vendor/1.74/lib/3.3/foo.so': extension('GLIBC_2.17') });
    expect(judge(deep, target(), '3.3.0').verdict).toBe('compatible');
  });

  it('is not seen in a directory that is named like a Ruby and holds something else', () => {
    const other = contents({
      'vendor/openssl/3.0/libssl.so.3': elf({ needs: { 'libc.so.6': ['GLIBC_2.38'] } }),
    });
    expect(judge(other, target(), '3.3.0').verdict).toBe('incompatible');
  });
});

describe('files named for a distribution', () => {
  const gem = contents({
    'bin/wkhtmltopdf_ubuntu_20.04_amd64.gz': elf({ needs: { 'libc.so.6': ['GLIBC_2.29'] } }),
    'bin/wkhtmltopdf_debian_12_amd64.gz': elf({ needs: { 'libc.so.6': ['GLIBC_2.36'] } }),
  });

  it('are judged by the one for the target', () => {
    expect(judge(gem).verdict).toBe('compatible');
    expect(judge(gem, target({ name: 'debian-12' })).verdict).toBe('incompatible');
  });

  it('are judged by the one for the system that the target is built on', () => {
    const heroku = target({ name: 'heroku-20', base: 'ubuntu-20.04' });
    expect(judge(gem, heroku).verdict).toBe('compatible');
  });

  it('cannot be judged where none is for the target, whatever they need', () => {
    const needless = contents({
      'bin/wkhtmltopdf_ubuntu_20.04_amd64.gz': elf(),
      'bin/wkhtmltopdf_debian_9_amd64.gz': elf(),
      'bin/wkhtmltopdf_debian_12_amd64.gz': elf(),
    });
    for (const each of [gem, needless]) {
      expect(judge(each, target({ name: 'fedora-40' }))).toMatchObject({
        verdict: 'unknown',
        findings: [{ kind: 'no-build-for-system', file: 'bin/wkhtmltopdf_*_amd64.gz', system: 'fedora 40' }],
      });
    }
    expect(judge(needless, target({ name: 'ubuntu-24.04' })).findings).toMatchObject([
      { named: ['debian 9', 'debian 12', 'ubuntu 20.04'], system: 'ubuntu 24.04' },
    ]);
  });

  it('are all possible where the target names no distribution', () => {
    expect(judge(gem, target({ name: 'glibc-2.31' }))).toMatchObject({
      verdict: 'unknown',
      findings: [{ kind: 'chosen-at-run-time' }],
    });
    const needless = contents({
      'bin/tool_ubuntu_20.04_amd64.gz': elf(),
      'bin/tool_debian_12_amd64.gz': elf(),
    });
    expect(judge(needless, target({ name: 'glibc-2.31' })).verdict).toBe('compatible');
  });

  it.each([
    ['rocky-8', 'centos_8', true],
    ['alma-9', 'rhel_9.4', true],
    ['centos-stream-9', 'almalinux_9', true],
    ['rhel-8', 'rhel_9', false],
    ['al2023', 'amazonlinux_2023', true],
    ['al2', 'amzn_2', true],
    ['opensuse-leap-15.6', 'opensuse_15.6', true],
    ['alpine-3.20', 'alpine', true],
  ])('on %s one for %s is taken: %s', (name, build, taken) => {
    const gem = contents({ [`bin/tool_${build}_amd64`]: elf(), 'bin/tool_ubuntu_16.04_amd64': elf() });
    expect(judge(gem, target({ name })).verdict).toBe(taken ? 'compatible' : 'unknown');
  });
});

describe('what could not be read', () => {
  it('makes a gem unknown, never compatible', () => {
    const gem = contents(
      {},
      { unreadable: [{ path: 'lib/a.so', code: 'ELF_TRUNCATED', reason: 'ends early' }] },
    );
    expect(judge(gem).verdict).toBe('unknown');
  });

  it('does not hide what is known to be wrong', () => {
    const gem = contents(
      { 'lib/b.so': elf({ needs: { 'libc.so.6': ['GLIBC_2.38'] } }) },
      { unreadable: [{ path: 'lib/a.so', code: 'ELF_TRUNCATED', reason: 'ends early' }] },
    );
    expect(judge(gem).verdict).toBe('incompatible');
  });

  it('includes archives inside a precompiled gem, and not those of a gem without a platform', () => {
    const gem = contents({}, { nestedArchives: ['bin/foo.tar.gz'] });
    expect(judge(gem)).toMatchObject({
      verdict: 'unknown',
      findings: [{ kind: 'nested-archive', file: 'bin/foo.tar.gz' }],
    });
    expect(judge({ ...gem, metadata: { ...gem.metadata, platform: 'ruby' } }).verdict).toBe('compatible');
  });

  it('includes archives that are linked on the user’s machine', () => {
    expect(judge(contents({}, { staticArchives: ['vendor/libv8.a'] })).verdict).toBe('unknown');
  });
});

it('asks for the loader at the path that the system has it', () => {
  const at = (interpreter: string): GemContents =>
    contents({ 'exe/a': elf({ interpreter, needed: ['libc.so.6'] }) });
  expect(judge(at('/lib64/ld-linux-x86-64.so.2')).verdict).toBe('compatible');
  expect(judge(at('/nix/store/abc-glibc-2.38/lib/ld-linux-x86-64.so.2'))).toMatchObject({
    verdict: 'incompatible',
    findings: [{ kind: 'missing-interpreter' }],
  });
});

describe('DF_1_NODEFLIB', () => {
  const strict = (facts: Partial<ElfFile>): GemContents =>
    contents({
      'bin/run': { ...elf({ needs: { 'libc.so.6': ['GLIBC_2.2.5'] } }), noDefaultLibraries: true, ...facts },
    });
  const unchecked = (library: string): object => ({
    kind: 'unchecked-library',
    file: 'bin/run',
    library,
    carried: false,
    noDefaultLibraries: true,
  });

  it('keeps an executable from the libc that the target has', () => {
    const program = strict({ interpreter: '/lib64/ld-linux-x86-64.so.2' });
    expect(judge(program)).toMatchObject({ verdict: 'unknown', findings: [unchecked('libc.so.6')] });
  });

  it('does not keep a library from the libc that is loaded already, but from others', () => {
    expect(judge(strict({})).verdict).toBe('compatible');
    const more = strict({ needed: ['libc.so.6', 'libm.so.6'] });
    expect(judge(more).findings).toEqual([unchecked('libm.so.6')]);
  });

  it('is nothing to musl', () => {
    const musl = strict({
      interpreter: '/lib/ld-musl-x86_64.so.1',
      needed: ['libc.musl-x86_64.so.1'],
      verneed: [],
    });
    expect(judge(musl, alpine).verdict).toBe('compatible');
  });
});

describe('a library that a system which was read lacks', () => {
  const on = target({ librariesComplete: true });
  const needing = (runpath: readonly string[]): GemContents =>
    contents({ 'lib/a.so': elf({ needed: ['libc.so.6', 'libfoo.so.1'], runpath }) });

  it.each([
    [[], 'missing-library'],
    [['$ORIGIN/sub'], 'missing-library'],
    [['/usr/lib/x86_64-linux-gnu'], 'missing-library'],
    // What lies there was not read: Debian's systemctl finds libsystemd-shared so.
    [['/usr/lib/x86_64-linux-gnu/systemd'], 'unchecked-library'],
  ] as const)('may lie in %j: %s', (runpath, kind) => {
    expect(judge(needing(runpath), on).findings).toMatchObject([{ kind, library: 'libfoo.so.1' }]);
  });
});
