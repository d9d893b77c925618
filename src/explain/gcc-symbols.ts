import type { KnownSymbols } from './types.js';

/** Releases of GCC by the version names that they added, oldest first. */
interface GccVersion {
  readonly version: string;
  /** `12.1` */
  readonly release: string;
}

/**
 * Version names of libstdc++.so.6: "Symbol versioning on the libstdc++.so binary" in libstdc++'s manual (doc/xml/manual/
 * abi.xml), and from GCC 13 on config/abi/pre/gnu.ver of each release.
 */
export const LIBSTDCXX_RELEASES: readonly GccVersion[] = [
  ['GLIBCXX_3.4.19', '4.8.3'],
  ['GLIBCXX_3.4.20', '4.9'],
  ['GLIBCXX_3.4.21', '5.1'],
  ['GLIBCXX_3.4.22', '6.1'],
  ['GLIBCXX_3.4.23', '7.1'],
  ['GLIBCXX_3.4.24', '7.2'],
  ['GLIBCXX_3.4.25', '8.1'],
  ['GLIBCXX_3.4.26', '9.1'],
  ['GLIBCXX_3.4.27', '9.2'],
  ['GLIBCXX_3.4.28', '9.3'],
  ['GLIBCXX_3.4.29', '11.1'],
  ['GLIBCXX_3.4.30', '12.1'],
  ['GLIBCXX_3.4.31', '13.1'],
  ['GLIBCXX_3.4.32', '13.2'],
  ['GLIBCXX_3.4.33', '14.1'],
  ['GLIBCXX_3.4.34', '15.1'],
  ['GLIBCXX_3.4.35', '16.1'],
  ['CXXABI_1.3.7', '4.8'],
  ['CXXABI_1.3.8', '4.9'],
  ['CXXABI_1.3.9', '5.1'],
  ['CXXABI_1.3.10', '6.1'],
  ['CXXABI_1.3.11', '7.1'],
  ['CXXABI_1.3.12', '9.1'],
  ['CXXABI_1.3.13', '11.1'],
  ['CXXABI_1.3.14', '13.1'],
  ['CXXABI_1.3.15', '14.1'],
].map(([version = '', release = '']) => ({ version, release }));

/** Version names of libgcc_s.so.1: libgcc/libgcc-std.ver.in and config/<cpu>/ of GCC. */
export const LIBGCC_RELEASES: readonly GccVersion[] = [
  ['GCC_4.8.0', '4.8'],
  ['GCC_7.0.0', '7.1'],
  ['GCC_11.0', '11.1'],
  ['GCC_12.0.0', '12.1'],
  ['GCC_13.0.0', '13.1'],
  ['GCC_14.0.0', '14.1'],
  ['GCC_14.0', '14.1'],
].map(([version = '', release = '']) => ({ version, release }));

const ABI = 'libstdc++ manual, "ABI Policy and Guidelines"';
const MAP = 'GCC, libstdc++-v3/config/abi/pre/gnu.ver';
const CHANGES = (release: string): string => `GCC ${release} release notes`;

function cxx(
  version: string,
  names: string,
  what: string,
  source: string,
  more: Partial<Pick<KnownSymbols, 'why' | 'kind' | 'rebuild' | 'cpus'>> = {},
): KnownSymbols {
  return {
    names,
    library: 'libstdc++.so.6',
    version,
    what,
    source,
    kind: 'versioned',
    rebuild: 'avoids-unless-used',
    ...more,
  };
}

const INLINED = 'headers of that GCC leave to the library what older headers compiled into each program';

/** Symbols of libstdc++ and libgcc_s that are known singly or by family; C++ names are mangled. */
export const GCC_SYMBOLS: readonly KnownSymbols[] = [
  cxx(
    'GLIBCXX_3.4.32',
    '_ZSt21ios_base_library_initv',
    'std::ios_base_library_init(): sets up std::cout and the like',
    CHANGES('13'),
    {
      kind: 'compiler',
      rebuild: 'avoids',
      why: 'every file that includes <iostream> and is compiled with GCC 13 or later asks for it; older headers brought a static object along',
    },
  ),
  cxx('GLIBCXX_3.4.32', '_ZNSt7__cxx1112basic_stringI*', 'std::string', MAP, {
    kind: 'compiler',
    rebuild: 'avoids',
    why: INLINED,
  }),
  cxx('GLIBCXX_3.4.31', '_ZSt15__try_use_facetI*', 'looks up a facet of a locale', MAP, {
    kind: 'compiler',
    rebuild: 'avoids',
    why: INLINED,
  }),
  cxx('GLIBCXX_3.4.31', '_ZNSt6chrono* _ZNKSt6chrono*', 'time zones of C++20', CHANGES('13')),
  cxx(
    'GLIBCXX_3.4.30',
    '_ZSt21__glibcxx_assert_failPKciS0_S0_',
    'std::__glibcxx_assert_fail(): reports a failed assertion of the library',
    MAP,
    {
      kind: 'compiler',
      rebuild: 'avoids',
      why: 'code that is compiled with _GLIBCXX_ASSERTIONS asks for it; GCC 11 and older print and abort in place',
    },
  ),
  cxx(
    'GLIBCXX_3.4.30',
    '_ZNSt18condition_variable4waitERSt11unique_lockISt5mutexE',
    'std::condition_variable::wait()',
    MAP,
    {
      kind: 'revised',
      rebuild: 'avoids',
      why: 'this version may be left by pthread_cancel: it is no longer noexcept',
    },
  ),
  cxx(
    'GLIBCXX_3.4.29',
    '_ZSt8to_charsPc* _ZSt10from_charsPKc*',
    'std::to_chars and std::from_chars of floating-point numbers',
    CHANGES('11'),
  ),
  cxx(
    'GLIBCXX_3.4.29',
    '_ZNSt28__atomic_futex_unsigned_base26_M_futex_wait_until_steady*',
    'waits in std::future, by the steady clock',
    MAP,
    {
      kind: 'compiler',
      rebuild: 'avoids',
      why: 'headers of GCC 11 and later call it where std::future waits until a time',
    },
  ),
  cxx('GLIBCXX_3.4.29', '_ZSt17__istream_extractRSiPcl', 'reads a word into an array of char', MAP, {
    kind: 'compiler',
    rebuild: 'avoids',
    why: 'headers of GCC 11 and later call it for std::cin >> array',
  }),
  cxx(
    'GLIBCXX_3.4.29',
    '_ZNKRSt7__cxx11* _ZNOSt7__cxx11* _ZNKSt7__cxx1115basic_stringbuf* _ZNKSt7__cxx1118basic_stringstream* _ZNKSt7__cxx1119basic_*',
    'string streams of C++20',
    CHANGES('11'),
  ),
  cxx(
    'GLIBCXX_3.4.28',
    '_ZNSt3pmr* _ZTINSt3pmr* _ZTSNSt3pmr* _ZTVNSt3pmr*',
    'memory resources of C++17',
    MAP,
  ),
  cxx('GLIBCXX_3.4.26', '_ZNSt10filesystem* _ZNKSt10filesystem*', 'std::filesystem', CHANGES('9'), {
    why: 'with GCC 8 it is in libstdc++fs.a, which is linked in',
  }),
  cxx('GLIBCXX_3.4.26', '_ZNSt3pmr*', 'memory resources of C++17', CHANGES('9')),
  cxx(
    'GLIBCXX_3.4.22',
    '_ZNSt6thread6_StateD0Ev _ZNSt6thread6_StateD1Ev _ZNSt6thread6_StateD2Ev _ZTINSt6thread6_StateE _ZTVNSt6thread6_StateE _ZNSt6thread15_M_start_threadESt10unique_ptrINS_6_StateESt14default_deleteIS1_EEPFvvE',
    'std::thread',
    MAP,
    {
      kind: 'compiler',
      rebuild: 'avoids',
      why: 'headers of GCC 6 and later start threads in this way',
    },
  ),
  cxx(
    'GLIBCXX_3.4.21',
    '_ZNSt7__cxx11* _ZNKSt7__cxx11* _ZNSt14basic_ifstream* _ZNSt14basic_ofstream* _ZTVNSt7__cxx11* _ZTTNSt7__cxx11*',
    'std::string and streams of the ABI of C++11',
    `${ABI}; ${CHANGES('5')}`,
    {
      kind: 'compiler',
      rebuild: 'avoids',
      why: 'GCC 5 and later compile for the new ABI (_GLIBCXX_USE_CXX11_ABI=1) unless they are told not to',
    },
  ),
  cxx('GLIBCXX_3.4.20', '_ZSt24__throw_out_of_range_fmtPKcz', 'reports an index out of range', MAP, {
    kind: 'compiler',
    rebuild: 'avoids',
    why: 'headers of GCC 4.9 and later call it in std::string and std::vector',
  }),
  cxx(
    'CXXABI_1.3.15',
    '__cxa_call_terminate',
    'ends the program where an exception leaves a noexcept function',
    CHANGES('14'),
    {
      kind: 'compiler',
      rebuild: 'avoids',
      why: 'GCC 14 and later emit a call of it',
    },
  ),
  cxx(
    'CXXABI_1.3.13',
    '_ZNSt15__exception_ptr13exception_ptr9_M_addrefEv _ZNSt15__exception_ptr13exception_ptr10_M_releaseEv',
    'std::exception_ptr',
    MAP,
    {
      kind: 'compiler',
      rebuild: 'avoids',
      why: 'headers of GCC 11 and later copy a std::exception_ptr in place',
    },
  ),
  cxx(
    'CXXABI_1.3.11',
    '_ZnwmSt11align_val_t* _ZnamSt11align_val_t* _ZdlPvSt11align_val_t* _ZdaPvSt11align_val_t* _ZdlPvmSt11align_val_t _ZdaPvmSt11align_val_t',
    'new and delete for types of a larger alignment, of C++17',
    CHANGES('7'),
    {
      cpus: ['x86_64', 'aarch64', 'ppc64le', 's390x', 'riscv64'],
    },
  ),
  cxx('CXXABI_1.3.9', '_ZdlPvm _ZdaPvm', 'delete with the size, of C++14', CHANGES('5'), {
    kind: 'compiler',
    rebuild: 'avoids',
    why: 'GCC 5 and later emit a call of it for C++14, which is the default from GCC 6 on',
    cpus: ['x86_64', 'aarch64', 'ppc64le', 's390x', 'riscv64'],
  }),
  cxx(
    'CXXABI_1.3.8',
    '__cxa_throw_bad_array_new_length',
    'reports that an array of this size cannot be had',
    MAP,
    {
      kind: 'compiler',
      rebuild: 'avoids',
      why: 'GCC 4.9 and later emit a call of it for new[]',
    },
  ),
  {
    names: '__divmodti4',
    library: 'libgcc_s.so.1',
    version: 'GCC_7.0.0',
    what: 'division of 128-bit integers that gives the remainder too',
    kind: 'compiler',
    why: 'GCC 7 and later emit a call of it',
    rebuild: 'avoids',
    cpus: ['x86_64', 'aarch64'],
    source: 'GCC, libgcc/libgcc-std.ver.in',
  },
  {
    names: '__truncdfhf2 __truncsfhf2 __extendhfsf2 __extendhfdf2 __eqhf2 __nehf2',
    library: 'libgcc_s.so.1',
    version: 'GCC_12.0.0',
    what: 'arithmetic of _Float16',
    kind: 'compiler',
    rebuild: 'avoids-unless-used',
    cpus: ['x86_64'],
    source: 'GCC, libgcc/config/i386/libgcc-glibc.ver',
  },
  {
    names: '__extendbfsf2 __truncsfbf2 __truncdfbf2',
    library: 'libgcc_s.so.1',
    version: 'GCC_13.0.0',
    what: 'arithmetic of __bf16',
    kind: 'compiler',
    rebuild: 'avoids-unless-used',
    cpus: ['x86_64'],
    source: 'GCC, libgcc/config/i386/libgcc-glibc.ver',
  },
  {
    names: '__mulbitint3 __divmodbitint4',
    library: 'libgcc_s.so.1',
    version: 'GCC_14.0.0',
    what: 'arithmetic of _BitInt',
    kind: 'compiler',
    rebuild: 'avoids-unless-used',
    cpus: ['x86_64'],
    source: CHANGES('14'),
  },
  {
    names: '__hardcfr_check __strub_enter __strub_update __strub_leave',
    library: 'libgcc_s.so.1',
    version: 'GCC_14.0.0',
    what: 'hardening of control flow and of the stack',
    kind: 'compiler',
    rebuild: 'avoids-unless-used',
    source: CHANGES('14'),
  },
];
