import type { KnownSymbols } from './types.js';

const NEWS = (release: string): string => `glibc NEWS, version ${release}`;
const LISTS = (release: string): string => `ABI lists of glibc ${release}`;

/**
 * What moved into libc.so.6 in 2.34; from where is in the history. NEWS of 2.34 names libpthread, libdl, libutil and libanl; of
 * librt the lists tell.
 */
function merged(names: string, what: string, source = NEWS('2.34')): KnownSymbols {
  return { names, library: 'libc.so.6', version: 'GLIBC_2.34', what, source };
}

function libc(
  version: string,
  names: string,
  what: string,
  source: string,
  more: Partial<Pick<KnownSymbols, 'why' | 'kind' | 'rebuild' | 'cpus'>> = {},
): KnownSymbols {
  return { names, library: 'libc.so.6', version: `GLIBC_${version}`, what, source, ...more };
}

function libm(
  version: string,
  names: string,
  what: string,
  source: string,
  more: Partial<Pick<KnownSymbols, 'why' | 'kind' | 'rebuild' | 'cpus'>> = {},
): KnownSymbols {
  return { names, library: 'libm.so.6', version: `GLIBC_${version}`, what, source, ...more };
}

const STRTOL23 =
  'headers of glibc 2.38 and later make it out of the plain name where _GNU_SOURCE is defined (as g++ always does) or C23 is asked for';
const NO_SVID = 'this version leaves out the error handling of SVID (_LIB_VERSION, matherr)';
const FORTIFIED = 'compiling with _FORTIFY_SOURCE makes it out of the plain name';
const NEW_WRAPPER = 'a wrapper of a system call of Linux';

/**
 * Symbols of glibc that are known singly or by family. What a build makes of them follows from the library's history
 * (glibc-changes.ts) unless an entry says otherwise. Every entry is held against that history when it is loaded.
 */
export const GLIBC_SYMBOLS: readonly KnownSymbols[] = [
  // The merger of 2.34.
  merged('pthread_create', 'starts a thread'),
  merged(
    'pthread_join pthread_tryjoin_np pthread_timedjoin_np pthread_clockjoin_np',
    'waits for a thread to end',
  ),
  merged('pthread_detach', 'lets a thread end with nobody waiting for it'),
  merged(
    'pthread_key_create __pthread_key_create pthread_key_delete pthread_getspecific pthread_setspecific',
    'thread-specific data',
  ),
  merged('pthread_once call_once', 'runs an initialisation once'),
  merged(
    'pthread_mutex_trylock pthread_mutex_timedlock pthread_mutex_clocklock pthread_mutex_consistent pthread_mutex_getprioceiling pthread_mutex_setprioceiling',
    'takes or tends a mutex',
  ),
  merged('pthread_mutexattr_*', 'attributes of a mutex'),
  merged('pthread_rwlock_* pthread_rwlockattr_*', 'a lock for one writer or many readers'),
  merged('pthread_cond_clockwait pthread_condattr_*', 'condition variables'),
  merged('pthread_spin_*', 'a spin lock'),
  merged('pthread_barrier_* pthread_barrierattr_*', 'a barrier at which threads meet'),
  merged(
    'pthread_attr_* pthread_getattr_default_np pthread_setattr_default_np',
    'attributes that a thread is started with',
  ),
  merged('pthread_setname_np pthread_getname_np', 'the name of a thread'),
  merged('pthread_kill pthread_sigqueue', 'sends a signal to a thread'),
  merged(
    'pthread_cancel pthread_testcancel _pthread_cleanup_* __pthread_cleanup_routine __pthread_register_cancel* __pthread_unregister_cancel* __pthread_unwind_next',
    'cancels a thread, and cleans up behind it',
  ),
  merged(
    'pthread_setaffinity_np pthread_setschedprio pthread_getconcurrency pthread_setconcurrency pthread_getcpuclockid',
    'where and when a thread runs',
  ),
  merged('sem_open sem_close sem_unlink', 'a semaphore with a name'),
  merged(
    'sem_init sem_destroy sem_post sem_wait sem_trywait sem_timedwait sem_clockwait sem_getvalue',
    'a semaphore',
  ),
  merged('thrd_* mtx_* cnd_* tss_*', 'threads, mutexes and conditions of C11'),
  merged('dlopen dlmopen', 'loads a shared object at run time'),
  merged('dlsym dlvsym', 'looks up a symbol of a shared object'),
  merged('dlclose dlerror', 'ends the use of a loaded object, or says what went wrong'),
  merged('dladdr dladdr1 dlinfo', 'says what lies at an address, or of a loaded object'),
  merged('shm_open shm_unlink', 'shared memory with a name', LISTS('2.34')),
  merged(
    'timer_create timer_delete timer_settime timer_gettime timer_getoverrun',
    'a timer of POSIX',
    LISTS('2.34'),
  ),
  merged('mq_* __mq_open_2', 'message queues of POSIX', LISTS('2.34')),
  merged('aio_* lio_listio lio_listio64', 'asynchronous input and output of POSIX', LISTS('2.34')),
  merged('openpty forkpty', 'opens a pseudo-terminal'),
  merged('login login_tty logout logwtmp', 'records of who is logged in'),
  merged('getaddrinfo_a gai_cancel gai_error gai_suspend', 'looks up host names in the background'),
  merged('ns_name_*', 'names in DNS messages'),
  libc(
    '2.34',
    'res_nquery res_nsearch res_nsend res_nquerydomain res_nmkquery res_send res_hnok res_dnok res_ownok res_mailok dn_comp dn_skipname',
    'asks a DNS server, or reads its answer',
    'glibc 2.33 and 2.34, resolv/resolv.h: before, a macro made __res_nquery and the like of it, in libresolv.so.2',
    {
      kind: 'renamed',
      rebuild: 'avoids',
      why: 'before 2.34 a macro of <resolv.h> gave it another name, in libresolv.so.2',
    },
  ),
  libc('2.32', 'pthread_sigmask', 'which signals a thread blocks', LISTS('2.32')),
  libc(
    '2.32',
    'pthread_getattr_np pthread_getaffinity_np pthread_attr_setaffinity_np',
    'the stack and the CPUs of a thread',
    LISTS('2.32'),
  ),

  // Every program, whatever it does.
  libc(
    '2.34',
    '__libc_start_main',
    'starts main()',
    `glibc 2.34, csu/libc-start.c: constructors are run by libc.so.6 and no longer by code that is linked into the program`,
    {
      kind: 'start-code',
      why: 'since 2.34 libc.so.6 runs the constructors itself, so every program that is linked there asks for it',
    },
  ),
  libc(
    '2.33',
    'stat fstat lstat fstatat stat64 fstat64 lstat64 fstatat64',
    'asks for the size, owner and times of a file',
    'glibc 2.33, sys/stat.h; commit 8ed005daf0ab03e142500324a34087ce179ae78e: stat and the like became functions of libc.so.6',
    {
      kind: 'renamed',
      rebuild: 'avoids',
      why: 'before 2.33 every program brought it along, as a call of __xstat, __fxstat or __lxstat',
    },
  ),
  libc('2.33', 'mknod mknodat', 'makes a device file or a named pipe', 'glibc 2.33, sys/stat.h', {
    kind: 'renamed',
    rebuild: 'avoids',
    why: 'before 2.33 every program brought it along, as a call of __xmknod',
  }),
  libc('2.28', 'fcntl64', 'fcntl for files of any size', `${NEWS('2.28')}; io/fcntl.h`, {
    kind: 'redirected',
    rebuild: 'avoids',
    why: 'headers of glibc 2.28 and later make it out of fcntl where _FILE_OFFSET_BITS=64 is defined',
  }),

  // Headers of C23.
  libc(
    '2.38',
    '__isoc23_strtol __isoc23_strtoul __isoc23_strtoll __isoc23_strtoull __isoc23_strtol_l __isoc23_strtoul_l __isoc23_strtoll_l __isoc23_strtoull_l __isoc23_strtoimax __isoc23_strtoumax',
    'strtol and the like, which read binary numbers (0b101) too',
    NEWS('2.38'),
    { kind: 'redirected', why: STRTOL23 },
  ),
  libc('2.38', '__isoc23_wcs*', 'wcstol and the like, which read binary numbers (0b101) too', NEWS('2.38'), {
    kind: 'redirected',
    why: STRTOL23,
  }),
  libc(
    '2.38',
    '__isoc23_scanf __isoc23_sscanf __isoc23_fscanf __isoc23_vscanf __isoc23_vsscanf __isoc23_vfscanf __isoc23_wscanf __isoc23_swscanf __isoc23_fwscanf __isoc23_vwscanf __isoc23_vswscanf __isoc23_vfwscanf',
    'scanf and the like, which read binary numbers (0b101) with %i too',
    NEWS('2.38'),
    { kind: 'redirected', why: STRTOL23 },
  ),

  // Mathematics.
  libm('2.29', 'exp exp2 pow log log2', 'exponentials, powers and logarithms', NEWS('2.29'), {
    why: NO_SVID,
  }),
  libm('2.27', 'expf exp2f powf logf log2f', 'exponentials, powers and logarithms of float', NEWS('2.27'), {
    why: NO_SVID,
  }),
  libm('2.38', 'fmod fmodf', 'the remainder of a division', 'glibc commit 16439f419b', { why: NO_SVID }),
  libm('2.35', 'hypot hypotf', 'the length of a hypotenuse', 'glibc commit 104d2005d5', { why: NO_SVID }),
  libm('2.32', 'exp10f', 'powers of ten of float', 'glibc commit be668a8d78', { why: NO_SVID }),
  libm('2.39', 'exp10', 'powers of ten', 'glibc commit 08ddd26814', { why: NO_SVID }),
  libm('2.23', 'lgamma lgammaf lgammal', 'the logarithm of the gamma function', NEWS('2.23'), {
    why: 'this version does not set a variable signgam that the program itself defines',
    cpus: ['x86_64', 'aarch64'],
  }),
  libm(
    '2.43',
    'acosf acoshf asinf atan2f atanhf coshf j0f j1f jnf lgammaf_r log10f remainderf sinhf sqrtf tgammaf y0f y1f ynf',
    'mathematics of float',
    NEWS('2.43'),
    { why: NO_SVID, cpus: ['x86_64', 'aarch64'] },
  ),
  libm('2.43', 'fromfp* ufromfp*', 'rounds to an integer of a given width', NEWS('2.43'), {
    why: 'this version returns floating-point numbers, as C23 came to ask for',
  }),
  libm('2.31', 'totalorder*', 'the total order of floating-point numbers', NEWS('2.31'), {
    why: 'this version takes pointers, as TS 18661-1 came to ask for',
  }),
  libm(
    '2.25',
    'canonicalize* fmaxmag* fminmag* fromfp* getpayload* llogb* roundeven* setpayload* totalorder* ufromfp*',
    'mathematics of TS 18661-1',
    NEWS('2.25'),
  ),
  libm('2.24', 'nextup* nextdown*', 'the next number upwards or downwards', NEWS('2.24')),
  libm(
    '2.28',
    'fadd* fsub* fmul* fdiv* daddl dsubl dmull ddivl',
    'arithmetic that rounds once to a narrower type',
    NEWS('2.28'),
  ),
  libm(
    '2.35',
    'fmaximum* fminimum*',
    'the greater or lesser of two numbers, as of IEEE 754-2019',
    NEWS('2.35'),
  ),
  libm('2.35', 'fsqrt* dsqrt* ffma* dfma*', 'arithmetic that rounds once to a narrower type', NEWS('2.35')),
  libm(
    '2.40',
    'exp2m1* exp10m1* log2p1* log10p1* logp1*',
    'exponentials and logarithms of C23',
    NEWS('2.40'),
  ),
  libm(
    '2.41',
    'acospi* asinpi* atanpi* atan2pi* cospi* sinpi* tanpi*',
    'angles in units of pi, of C23',
    NEWS('2.41'),
  ),
  libm('2.42', 'compoundn* pown* powr* rootn* rsqrt*', 'powers and roots of C23', NEWS('2.42')),
  libm('2.18', '__issignaling*', 'whether a number is a signalling NaN', LISTS('2.18'), {
    kind: 'redirected',
    why: 'headers make it out of issignaling()',
  }),
  libm(
    '2.15',
    '__acos_finite __acosf_finite __asin_finite __asinf_finite __atan2_finite __atan2f_finite __exp_finite __expf_finite __exp2_finite __exp2f_finite __exp10_finite __exp10f_finite __log_finite __logf_finite __log2_finite __log2f_finite __log10_finite __log10f_finite __pow_finite __powf_finite __fmod_finite __fmodf_finite __sqrt_finite __sqrtf_finite __hypot_finite __hypotf_finite',
    'mathematics for -ffinite-math-only',
    `${LISTS('2.15')}; ${NEWS('2.31')}`,
    {
      kind: 'redirected',
      why: 'headers of glibc 2.15 to 2.30 make it out of the plain name where -ffast-math is given',
    },
  ),

  // What compilers and their libraries bring along.
  libc('2.14', 'memcpy', 'copies memory', 'glibc bug 12518, resolved in 2.14; commit 0354e35501', {
    cpus: ['x86_64'],
    why: 'this version may copy backwards, where the older one behaves as memmove',
  }),
  libc(
    '2.18',
    '__cxa_thread_atexit_impl',
    'runs the destructors of thread-local objects',
    'glibc 2.18, stdlib/cxa_thread_atexit_impl.c',
    {
      kind: 'compiler',
      why: 'C++ and Rust call it for thread-local variables with a destructor, where it is there when they are built',
    },
  ),
  libc('2.32', '__libc_single_threaded', 'says whether the program has but one thread', NEWS('2.32'), {
    kind: 'compiler',
    why: 'headers of libstdc++ from GCC 11 on read it in std::shared_ptr, where <sys/single_threaded.h> is there',
  }),
  libc(
    '2.35',
    '_dl_find_object',
    'finds the unwind tables of an address',
    `${NEWS('2.35')}; libgcc of GCC 12`,
    {
      kind: 'compiler',
      why: 'the unwinder of GCC 12 and later calls it; a file has that inside where it is linked with -static-libgcc',
    },
  ),
  libc('2.35', '__memcmpeq', 'tells whether two pieces of memory are equal', NEWS('2.35'), {
    kind: 'compiler',
    why: 'compilers may put it in the place of memcmp',
  }),
  libc('2.16', 'getauxval __getauxval', 'what the kernel told the program about the machine', NEWS('2.16')),
  libc(
    '2.17',
    'clock_gettime clock_settime clock_getres clock_nanosleep clock_getcpuclockid',
    'clocks',
    NEWS('2.17'),
    {
      cpus: ['x86_64'],
    },
  ),
  libc(
    '2.17',
    'secure_getenv',
    "reads the environment, unless the program has another user's rights",
    NEWS('2.17'),
  ),
  libc('2.16', 'aligned_alloc timespec_get', 'functions of C11', NEWS('2.16')),
  libc('2.15', 'posix_spawn posix_spawnp', 'starts a program', LISTS('2.15'), {
    why: 'this version no longer hands a file that is no program to the shell',
  }),

  // Checks of _FORTIFY_SOURCE.
  libc('2.15', '__fdelt_chk __fdelt_warn', 'checks the bounds of an fd_set', NEWS('2.15'), {
    kind: 'redirected',
    why: 'compiling with _FORTIFY_SOURCE makes it out of FD_SET and FD_ISSET',
  }),
  libc('2.16', '__poll_chk __ppoll_chk', 'poll with a check of its bounds', LISTS('2.16'), {
    kind: 'redirected',
    why: FORTIFIED,
  }),
  libc('2.25', '__explicit_bzero_chk', 'explicit_bzero with a check of its bounds', LISTS('2.25'), {
    kind: 'redirected',
    rebuild: 'avoids-unless-used',
    why: `${FORTIFIED}, which is new in 2.25 itself`,
  }),
  libc(
    '2.38',
    '__strlcpy_chk __strlcat_chk __wcslcpy_chk __wcslcat_chk',
    'strlcpy and the like with a check of their bounds',
    LISTS('2.38'),
    {
      kind: 'redirected',
      rebuild: 'avoids-unless-used',
      why: `${FORTIFIED}, which is new in 2.38 itself`,
    },
  ),
  libc(
    '2.42',
    '__inet_ntop_chk __inet_pton_chk',
    'inet_ntop and inet_pton with a check of their bounds',
    LISTS('2.42'),
    {
      kind: 'redirected',
      why: FORTIFIED,
    },
  ),
  libc('2.43', '__memset_explicit_chk', 'memset_explicit with a check of its bounds', LISTS('2.43'), {
    kind: 'redirected',
    rebuild: 'avoids-unless-used',
    why: `${FORTIFIED}, which is new in 2.43 itself`,
  }),

  // Functions that were not there before.
  libc('2.22', 'fmemopen', 'a stream that reads and writes memory', NEWS('2.22'), {
    why: 'this version keeps to POSIX where the older one did not',
  }),
  libc('2.24', 'quick_exit', 'ends the program at once', 'glibc 2.24, bug 20198', {
    why: 'this version does not run the destructors of thread-local objects',
  }),
  libc('2.25', 'explicit_bzero', 'clears memory in a way that is never optimised out', NEWS('2.25')),
  libc('2.25', 'getrandom getentropy', 'random bytes from the kernel', NEWS('2.25')),
  libc('2.26', 'reallocarray', 'resizes an array, with a check of its size', NEWS('2.26')),
  libc('2.26', 'preadv2 pwritev2 preadv64v2 pwritev64v2', NEW_WRAPPER, NEWS('2.26')),
  libc('2.27', 'glob glob64', 'finds files by a pattern', 'glibc 2.27, bug 866', {
    why: 'this version finds links that lead nowhere too',
  }),
  libc('2.27', 'memfd_create', 'a file that lies in memory only', NEWS('2.27')),
  libc('2.27', 'copy_file_range', 'copies between files inside the kernel', NEWS('2.27')),
  libc('2.27', 'mlock2', NEW_WRAPPER, NEWS('2.27')),
  libc('2.27', 'pkey_*', 'memory protection keys', NEWS('2.27')),
  libc('2.28', 'statx', 'asks for the size, owner and times of a file', NEWS('2.28')),
  libc('2.28', 'renameat2', 'renames a file, with flags', NEWS('2.28')),
  libc('2.28', 'thrd_current thrd_equal thrd_sleep thrd_yield', 'threads of C11', NEWS('2.28')),
  libc('2.29', 'getcpu', 'the CPU that the thread runs on', NEWS('2.29')),
  libc(
    '2.29',
    'posix_spawn_file_actions_addchdir_np posix_spawn_file_actions_addfchdir_np',
    'starts a program in another directory',
    NEWS('2.29'),
  ),
  libc('2.30', 'gettid', 'the number of the thread', NEWS('2.30')),
  libc('2.30', 'tgkill getdents64', NEW_WRAPPER, NEWS('2.30')),
  libc('2.30', 'twalk_r', 'walks a search tree', NEWS('2.30')),
  {
    names:
      'pthread_cond_clockwait pthread_mutex_clocklock pthread_rwlock_clockrdlock pthread_rwlock_clockwrlock sem_clockwait',
    library: 'libpthread.so.0',
    version: 'GLIBC_2.30',
    what: "waits until a time by a clock of one's choice",
    why: 'libstdc++ from GCC 10 on calls it in std::condition_variable::wait_for and the like, where it is there when it is built',
    rebuild: 'avoids',
    source: NEWS('2.30'),
  },
  {
    names: 'pthread_clockjoin_np',
    library: 'libpthread.so.0',
    version: 'GLIBC_2.31',
    what: "waits for a thread to end, until a time by a clock of one's choice",
    source: NEWS('2.31'),
  },
  libc(
    '2.32',
    'sigabbrev_np sigdescr_np strerrorname_np strerrordesc_np',
    'names of signals and errors',
    NEWS('2.32'),
  ),
  libc(
    '2.32',
    'pthread_attr_setsigmask_np pthread_attr_getsigmask_np',
    'the signal mask that a thread starts with',
    NEWS('2.32'),
  ),
  libc('2.33', 'mallinfo2', 'figures of the memory that is in use', NEWS('2.33')),
  libc('2.33', '__x86_get_cpuid_feature_leaf', 'what the CPU can do', LISTS('2.33'), {
    kind: 'redirected',
    why: 'headers make it out of the macros of <sys/platform/x86.h>',
    rebuild: 'avoids-unless-used',
    cpus: ['x86_64'],
  }),
  libc(
    '2.34',
    'close_range closefrom posix_spawn_file_actions_addclosefrom_np',
    'closes many file descriptors at once',
    NEWS('2.34'),
  ),
  libc('2.34', '_Fork', 'fork without the handlers that are registered for it', NEWS('2.34')),
  libc('2.34', 'execveat', 'starts a program from an open file', NEWS('2.34')),
  libc('2.34', 'timespec_getres', 'the resolution of a clock', NEWS('2.34')),
  libc('2.35', 'epoll_pwait2', 'waits for events, by the nanosecond', NEWS('2.35')),
  {
    names: '__rseq_offset __rseq_size __rseq_flags',
    library: 'ld',
    version: 'GLIBC_2.35',
    what: 'where the restartable sequence of the thread lies',
    source: NEWS('2.35'),
  },
  libc(
    '2.36',
    'arc4random arc4random_buf arc4random_uniform',
    'random numbers from the kernel',
    NEWS('2.36'),
  ),
  libc('2.36', 'pidfd_open pidfd_getfd pidfd_send_signal', 'a process by a file descriptor', NEWS('2.36')),
  libc(
    '2.36',
    'process_madvise process_mrelease',
    'advice about the memory of another process',
    NEWS('2.36'),
  ),
  libc(
    '2.36',
    'fsopen fsmount fsconfig fspick move_mount open_tree mount_setattr',
    'mounts file systems',
    NEWS('2.36'),
  ),
  libc('2.36', 'c8rtomb mbrtoc8', 'conversion from and to char8_t', NEWS('2.36')),
  libc(
    '2.38',
    'strlcpy strlcat wcslcpy wcslcat',
    'copies a string within bounds, as BSD does',
    NEWS('2.38'),
    {
      why: 'programs that bring their own where there is none find it with a check of configure',
    },
  ),
  libc(
    '2.39',
    'pidfd_spawn pidfd_spawnp pidfd_getpid',
    'starts a process, and has it by a file descriptor',
    NEWS('2.39'),
  ),
  libc(
    '2.39',
    'posix_spawnattr_getcgroup_np posix_spawnattr_setcgroup_np',
    'starts a program in a control group',
    NEWS('2.39'),
  ),
  libc('2.39', 'stdc_*', 'bit operations of C23', NEWS('2.39')),
  libc('2.41', 'sched_getattr sched_setattr', 'how the thread is scheduled', NEWS('2.41')),
  libc(
    '2.42',
    'cfgetispeed cfgetospeed cfsetispeed cfsetospeed cfsetspeed',
    'the speed of a terminal',
    NEWS('2.42'),
    {
      why: 'this version takes any speed as its number of bauds',
    },
  ),
  libc('2.42', 'pthread_gettid_np', 'the number of a thread', NEWS('2.42')),
  libc('2.42', 'uabs ulabs ullabs uimaxabs', 'absolute values of C2y', NEWS('2.42')),
  libc(
    '2.43',
    'free_sized free_aligned_sized memalignment memset_explicit',
    'functions of C23',
    NEWS('2.43'),
  ),
  libc('2.43', 'mseal openat2', NEW_WRAPPER, NEWS('2.43')),
  libc(
    '2.34',
    '__clock_gettime64 __stat64_time64 __fstat64_time64 __lstat64_time64 __time64 __gettimeofday64 __fcntl_time64',
    'times beyond the year 2038',
    NEWS('2.34'),
    {
      kind: 'redirected',
      why: 'headers make it out of the plain name where _TIME_BITS=64 is defined',
      cpus: ['arm', 'x86'],
    },
  ),

  // Versions that say which feature a file relies on.
  {
    names: '',
    library: 'libc.so.6',
    version: 'GLIBC_ABI_DT_RELR',
    what: 'relative relocations are packed (DT_RELR)',
    why: 'ld asks for it with -z pack-relative-relocs, which some distributions have made the default',
    kind: 'marker',
    since: '2.36',
    source: NEWS('2.36'),
  },
  {
    names: '',
    library: 'libc.so.6',
    version: 'GLIBC_ABI_GNU2_TLS',
    what: 'thread-local variables are reached by TLS descriptors that keep all registers',
    why: 'ld asks for it for code that was compiled with -mtls-dialect=gnu2',
    kind: 'marker',
    since: '2.43',
    cpus: ['x86_64', 'x86'],
    source: 'glibc commits 9df8fa397d and bd4628f3f1, bug 33129',
  },
  {
    names: '',
    library: 'libc.so.6',
    version: 'GLIBC_ABI_DT_X86_64_PLT',
    what: 'the procedure linkage table is marked (DT_X86_64_PLT)',
    why: 'ld asks for it with -z mark-plt',
    kind: 'marker',
    since: '2.43',
    cpus: ['x86_64'],
    source: 'glibc commit 399384e0c8, bug 33212',
  },
];
