// Written by scripts/oracle/glibc-symbols.ts. What it says is explained in glibc-changes.ts.
export const GLIBC_HISTORY = {
  source: 'glibc, *.abilist of the tags glibc-2.16 to glibc-2.42, commit 04e750e75b for 2.43',
  newest: '2.43',
  since: '2.14',
  first: {
    x86_64: '2.2.5',
    aarch64: '2.17',
    arm: '2.4',
    x86: '2.0',
    ppc64le: '2.17',
    s390x: '2.2',
    riscv64: '2.27',
  },
  changes: {
    '*': {
      '2.14': {
        'libc.so.6': { added: 'clock_adjtime name_to_handle_at open_by_handle_at sendmmsg setns syncfs' },
      },
      '2.15': {
        'libc.so.6': {
          added: '__fdelt_chk __fdelt_warn process_vm_readv process_vm_writev scandirat scandirat64',
          revised: 'posix_spawn@2.2 posix_spawnp@2.2',
        },
        'libm.so.6': {
          added:
            '__acos_finite __acosf_finite __acosh_finite __acoshf_finite __asin_finite __asinf_finite __atan2_finite __atan2f_finite __atanh_finite __atanhf_finite __cosh_finite __coshf_finite __exp10_finite __exp10f_finite __exp2_finite __exp2f_finite __exp_finite __expf_finite __fmod_finite __fmodf_finite __gamma_r_finite __gammaf_r_finite __hypot_finite __hypotf_finite __j0_finite __j0f_finite __j1_finite __j1f_finite __jn_finite __jnf_finite __lgamma_r_finite __lgammaf_r_finite __log10_finite __log10f_finite __log2_finite __log2f_finite __log_finite __logf_finite __pow_finite __powf_finite __remainder_finite __remainderf_finite __scalb_finite __scalbf_finite __sinh_finite __sinhf_finite __sqrt_finite __sqrtf_finite __y0_finite __y0f_finite __y1_finite __y1f_finite __yn_finite __ynf_finite',
        },
      },
      '2.16': {
        'libc.so.6': {
          added:
            '__getauxval __poll_chk __ppoll_chk aligned_alloc c16rtomb c32rtomb getauxval mbrtoc16 mbrtoc32 timespec_get',
        },
      },
      '2.17': {
        'libc.so.6': {
          added: 'secure_getenv',
          'moved librt.so.1':
            'clock_getcpuclockid@2.2 clock_getres@2.2 clock_gettime@2.2 clock_nanosleep@2.2 clock_settime@2.2',
        },
      },
      '2.18': {
        'libc.so.6': {
          added: '__cxa_thread_atexit_impl pthread_getattr_default_np pthread_setattr_default_np',
        },
        'libm.so.6': { added: '__issignaling __issignalingf' },
        'libpthread.so.0': { added: 'pthread_getattr_default_np pthread_setattr_default_np' },
      },
      '2.22': { 'libc.so.6': { revised: 'fmemopen@2.2' } },
      '2.23': {
        'libc.so.6': { added: 'fts64_children fts64_close fts64_open fts64_read fts64_set' },
        'libm.so.6': { added: '__signgam', revised: 'lgamma lgammaf' },
      },
      '2.24': {
        'libc.so.6': { revised: 'quick_exit@2.10' },
        'libm.so.6': { added: 'nextdown nextdownf nextdownl nextup nextupf nextupl' },
      },
      '2.25': {
        'libc.so.6': {
          added: '__explicit_bzero_chk explicit_bzero getentropy getrandom strfromd strfromf strfroml',
        },
        'libm.so.6': {
          added:
            '__iseqsig __iseqsigf canonicalize canonicalizef canonicalizel fegetmode fesetexcept fesetmode fetestexceptflag fmaxmag fmaxmagf fmaxmagl fminmag fminmagf fminmagl fromfp fromfpf fromfpl fromfpx fromfpxf fromfpxl getpayload getpayloadf getpayloadl llogb llogbf llogbl roundeven roundevenf roundevenl setpayload setpayloadf setpayloadl setpayloadsig setpayloadsigf setpayloadsigl totalorder totalorderf totalorderl totalordermag totalordermagf totalordermagl ufromfp ufromfpf ufromfpl ufromfpx ufromfpxf ufromfpxl',
        },
      },
      '2.26': { 'libc.so.6': { added: 'preadv2 preadv64v2 pwritev2 pwritev64v2 reallocarray' } },
      '2.27': {
        'libc.so.6': {
          added:
            'copy_file_range memfd_create mlock2 pkey_alloc pkey_free pkey_get pkey_mprotect pkey_set strfromf32 strfromf32x strfromf64 strtof32 strtof32_l strtof32x strtof32x_l strtof64 strtof64_l wcstof32 wcstof32_l wcstof32x wcstof32x_l wcstof64 wcstof64_l',
          revised: 'glob glob64@2.2',
        },
        'libm.so.6': {
          added:
            'acosf32 acosf32x acosf64 acoshf32 acoshf32x acoshf64 asinf32 asinf32x asinf64 asinhf32 asinhf32x asinhf64 atan2f32 atan2f32x atan2f64 atanf32 atanf32x atanf64 atanhf32 atanhf32x atanhf64 cabsf32 cabsf32x cabsf64 cacosf32 cacosf32x cacosf64 cacoshf32 cacoshf32x cacoshf64 canonicalizef32 canonicalizef32x canonicalizef64 cargf32 cargf32x cargf64 casinf32 casinf32x casinf64 casinhf32 casinhf32x casinhf64 catanf32 catanf32x catanf64 catanhf32 catanhf32x catanhf64 cbrtf32 cbrtf32x cbrtf64 ccosf32 ccosf32x ccosf64 ccoshf32 ccoshf32x ccoshf64 ceilf32 ceilf32x ceilf64 cexpf32 cexpf32x cexpf64 cimagf32 cimagf32x cimagf64 clog10f32 clog10f32x clog10f64 clogf32 clogf32x clogf64 conjf32 conjf32x conjf64 copysignf32 copysignf32x copysignf64 cosf32 cosf32x cosf64 coshf32 coshf32x coshf64 cpowf32 cpowf32x cpowf64 cprojf32 cprojf32x cprojf64 crealf32 crealf32x crealf64 csinf32 csinf32x csinf64 csinhf32 csinhf32x csinhf64 csqrtf32 csqrtf32x csqrtf64 ctanf32 ctanf32x ctanf64 ctanhf32 ctanhf32x ctanhf64 erfcf32 erfcf32x erfcf64 erff32 erff32x erff64 exp10f32 exp10f32x exp10f64 exp2f32 exp2f32x exp2f64 expf32 expf32x expf64 expm1f32 expm1f32x expm1f64 fabsf32 fabsf32x fabsf64 fdimf32 fdimf32x fdimf64 floorf32 floorf32x floorf64 fmaf32 fmaf32x fmaf64 fmaxf32 fmaxf32x fmaxf64 fmaxmagf32 fmaxmagf32x fmaxmagf64 fminf32 fminf32x fminf64 fminmagf32 fminmagf32x fminmagf64 fmodf32 fmodf32x fmodf64 frexpf32 frexpf32x frexpf64 fromfpf32 fromfpf32x fromfpf64 fromfpxf32 fromfpxf32x fromfpxf64 getpayloadf32 getpayloadf32x getpayloadf64 hypotf32 hypotf32x hypotf64 ilogbf32 ilogbf32x ilogbf64 j0f32 j0f32x j0f64 j1f32 j1f32x j1f64 jnf32 jnf32x jnf64 ldexpf32 ldexpf32x ldexpf64 lgammaf32 lgammaf32_r lgammaf32x lgammaf32x_r lgammaf64 lgammaf64_r llogbf32 llogbf32x llogbf64 llrintf32 llrintf32x llrintf64 llroundf32 llroundf32x llroundf64 log10f32 log10f32x log10f64 log1pf32 log1pf32x log1pf64 log2f32 log2f32x log2f64 logbf32 logbf32x logbf64 logf32 logf32x logf64 lrintf32 lrintf32x lrintf64 lroundf32 lroundf32x lroundf64 modff32 modff32x modff64 nanf32 nanf32x nanf64 nearbyintf32 nearbyintf32x nearbyintf64 nextafterf32 nextafterf32x nextafterf64 nextdownf32 nextdownf32x nextdownf64 nextupf32 nextupf32x nextupf64 powf32 powf32x powf64 remainderf32 remainderf32x remainderf64 remquof32 remquof32x remquof64 rintf32 rintf32x rintf64 roundevenf32 roundevenf32x roundevenf64 roundf32 roundf32x roundf64 scalblnf32 scalblnf32x scalblnf64 scalbnf32 scalbnf32x scalbnf64 setpayloadf32 setpayloadf32x setpayloadf64 setpayloadsigf32 setpayloadsigf32x setpayloadsigf64 sincosf32 sincosf32x sincosf64 sinf32 sinf32x sinf64 sinhf32 sinhf32x sinhf64 sqrtf32 sqrtf32x sqrtf64 tanf32 tanf32x tanf64 tanhf32 tanhf32x tanhf64 tgammaf32 tgammaf32x tgammaf64 totalorderf32 totalorderf32x totalorderf64 totalordermagf32 totalordermagf32x totalordermagf64 truncf32 truncf32x truncf64 ufromfpf32 ufromfpf32x ufromfpf64 ufromfpxf32 ufromfpxf32x ufromfpxf64 y0f32 y0f32x y0f64 y1f32 y1f32x y1f64 ynf32 ynf32x ynf64',
          revised: 'exp2f@2.1 expf log2f@2.1 logf powf',
        },
      },
      '2.28': {
        'libc.so.6': {
          added:
            'call_once cnd_broadcast cnd_destroy cnd_init cnd_signal cnd_timedwait cnd_wait fcntl64 mtx_destroy mtx_init mtx_lock mtx_timedlock mtx_trylock mtx_unlock renameat2 statx thrd_create thrd_current thrd_detach thrd_equal thrd_exit thrd_join thrd_sleep thrd_yield tss_create tss_delete tss_get tss_set',
        },
        'libm.so.6': {
          added:
            'daddl ddivl dmull dsubl f32addf32x f32addf64 f32divf32x f32divf64 f32mulf32x f32mulf64 f32subf32x f32subf64 f32xaddf64 f32xdivf64 f32xmulf64 f32xsubf64 fadd faddl fdiv fdivl fmul fmull fsub fsubl',
        },
        'libpthread.so.0': {
          added:
            'call_once cnd_broadcast cnd_destroy cnd_init cnd_signal cnd_timedwait cnd_wait mtx_destroy mtx_init mtx_lock mtx_timedlock mtx_trylock mtx_unlock thrd_create thrd_detach thrd_exit thrd_join tss_create tss_delete tss_get tss_set',
        },
      },
      '2.29': {
        'libc.so.6': {
          added: 'getcpu posix_spawn_file_actions_addchdir_np posix_spawn_file_actions_addfchdir_np',
        },
      },
      '2.30': {
        'libc.so.6': {
          added:
            'getdents64 gettid pthread_cond_clockwait pthread_mutex_clocklock pthread_rwlock_clockrdlock pthread_rwlock_clockwrlock sem_clockwait tgkill twalk_r',
        },
        'libpthread.so.0': {
          added:
            'pthread_cond_clockwait pthread_mutex_clocklock pthread_rwlock_clockrdlock pthread_rwlock_clockwrlock sem_clockwait',
        },
      },
      '2.31': {
        'libc.so.6': { added: 'pthread_clockjoin_np' },
        'libm.so.6': {
          revised:
            'totalorder@2.25 totalorderf32@2.27 totalorderf32x@2.27 totalorderf64@2.27 totalorderf@2.25 totalorderl@2.25 totalordermag@2.25 totalordermagf32@2.27 totalordermagf32x@2.27 totalordermagf64@2.27 totalordermagf@2.25 totalordermagl@2.25',
        },
        'libpthread.so.0': { added: 'pthread_clockjoin_np' },
      },
      '2.32': {
        'libc.so.6': {
          added:
            '__libc_single_threaded pthread_attr_getsigmask_np pthread_attr_setsigmask_np sigabbrev_np sigdescr_np strerrordesc_np strerrorname_np',
          'moved libpthread.so.0':
            'pthread_attr_setaffinity_np@2.3.4 pthread_getaffinity_np@2.3.4 pthread_getattr_np@2.2.3 pthread_sigmask',
        },
      },
      '2.33': {
        'libc.so.6': {
          added: 'fstat fstat64 fstatat fstatat64 lstat lstat64 mallinfo2 mknod mknodat stat stat64',
        },
      },
      '2.34': {
        'libc.so.6': {
          added:
            '_Fork close_range closefrom dn_comp dn_skipname execveat posix_spawn_file_actions_addclosefrom_np res_dnok res_hnok res_mailok res_nmkquery res_nquery res_nquerydomain res_nsearch res_nsend res_ownok res_send timespec_getres',
          'moved libanl.so.1': 'gai_cancel@2.2.3 gai_error@2.2.3 gai_suspend@2.2.3 getaddrinfo_a@2.2.3',
          'moved libdl.so.2':
            'dladdr dladdr1@2.3.3 dlclose dlerror dlinfo@2.3.3 dlmopen@2.3.4 dlopen@2.1 dlsym dlvsym@2.1',
          'moved libpthread.so.0':
            '__pthread_cleanup_routine@2.3.3 __pthread_key_create __pthread_register_cancel@2.3.3 __pthread_register_cancel_defer@2.3.3 __pthread_unregister_cancel@2.3.3 __pthread_unregister_cancel_restore@2.3.3 __pthread_unwind_next@2.3.3 _pthread_cleanup_pop _pthread_cleanup_push call_once@2.28 cnd_broadcast@2.28 cnd_destroy@2.28 cnd_init@2.28 cnd_signal@2.28 cnd_timedwait@2.28 cnd_wait@2.28 mtx_destroy@2.28 mtx_init@2.28 mtx_lock@2.28 mtx_timedlock@2.28 mtx_trylock@2.28 mtx_unlock@2.28 pthread_attr_getaffinity_np@2.3.4 pthread_attr_getguardsize@2.1 pthread_attr_getstack@2.2 pthread_attr_getstackaddr@2.1 pthread_attr_getstacksize@2.1 pthread_attr_setguardsize@2.1 pthread_attr_setstack@2.2 pthread_attr_setstackaddr@2.1 pthread_attr_setstacksize@2.1 pthread_barrier_destroy@2.2 pthread_barrier_init@2.2 pthread_barrier_wait@2.2 pthread_barrierattr_destroy@2.2 pthread_barrierattr_getpshared@2.3.3 pthread_barrierattr_init@2.2 pthread_barrierattr_setpshared@2.2 pthread_cancel pthread_clockjoin_np@2.31 pthread_cond_clockwait@2.30 pthread_condattr_getclock@2.3.3 pthread_condattr_getpshared@2.2 pthread_condattr_setclock@2.3.3 pthread_condattr_setpshared@2.2 pthread_create@2.1 pthread_detach pthread_getattr_default_np@2.18 pthread_getconcurrency@2.1 pthread_getcpuclockid@2.2 pthread_getname_np@2.12 pthread_getspecific pthread_join pthread_key_create pthread_key_delete pthread_kill pthread_mutex_clocklock@2.30 pthread_mutex_consistent@2.12 pthread_mutex_getprioceiling@2.4 pthread_mutex_setprioceiling@2.4 pthread_mutex_timedlock@2.2 pthread_mutex_trylock pthread_mutexattr_destroy pthread_mutexattr_getprioceiling@2.4 pthread_mutexattr_getprotocol@2.4 pthread_mutexattr_getpshared@2.2 pthread_mutexattr_getrobust@2.12 pthread_mutexattr_gettype@2.1 pthread_mutexattr_init pthread_mutexattr_setprioceiling@2.4 pthread_mutexattr_setprotocol@2.4 pthread_mutexattr_setpshared@2.2 pthread_mutexattr_setrobust@2.12 pthread_mutexattr_settype@2.1 pthread_once pthread_rwlock_clockrdlock@2.30 pthread_rwlock_clockwrlock@2.30 pthread_rwlock_destroy@2.1 pthread_rwlock_init@2.1 pthread_rwlock_rdlock@2.1 pthread_rwlock_timedrdlock@2.2 pthread_rwlock_timedwrlock@2.2 pthread_rwlock_tryrdlock@2.1 pthread_rwlock_trywrlock@2.1 pthread_rwlock_unlock@2.1 pthread_rwlock_wrlock@2.1 pthread_rwlockattr_destroy@2.1 pthread_rwlockattr_getkind_np@2.1 pthread_rwlockattr_getpshared@2.1 pthread_rwlockattr_init@2.1 pthread_rwlockattr_setkind_np@2.1 pthread_rwlockattr_setpshared@2.1 pthread_setaffinity_np@2.3.4 pthread_setattr_default_np@2.18 pthread_setconcurrency@2.1 pthread_setname_np@2.12 pthread_setschedprio@2.3.4 pthread_setspecific pthread_sigqueue@2.11 pthread_spin_destroy@2.2 pthread_spin_init@2.2 pthread_spin_lock@2.2 pthread_spin_trylock@2.2 pthread_spin_unlock@2.2 pthread_testcancel pthread_timedjoin_np@2.3.3 pthread_tryjoin_np@2.3.3 sem_clockwait@2.30 sem_close@2.1.1 sem_destroy@2.1 sem_getvalue@2.1 sem_init@2.1 sem_open@2.1.1 sem_post@2.1 sem_timedwait@2.2 sem_trywait@2.1 sem_unlink@2.1.1 sem_wait@2.1 thrd_create@2.28 thrd_detach@2.28 thrd_exit@2.28 thrd_join@2.28 tss_create@2.28 tss_delete@2.28 tss_get@2.28 tss_set@2.28',
          'moved libresolv.so.2':
            'ns_name_compress@2.9 ns_name_ntop@2.9 ns_name_pack@2.9 ns_name_pton@2.9 ns_name_skip@2.9 ns_name_uncompress@2.9 ns_name_unpack@2.9',
          'moved librt.so.1':
            '__mq_open_2@2.7 aio_cancel64@2.1 aio_cancel@2.1 aio_error64@2.1 aio_error@2.1 aio_fsync64@2.1 aio_fsync@2.1 aio_init@2.1 aio_read64@2.1 aio_read@2.1 aio_return64@2.1 aio_return@2.1 aio_suspend64@2.1 aio_suspend@2.1 aio_write64@2.1 aio_write@2.1 lio_listio64@2.4 lio_listio@2.4 mq_close@2.3.4 mq_getattr@2.3.4 mq_notify@2.3.4 mq_open@2.3.4 mq_receive@2.3.4 mq_send@2.3.4 mq_setattr@2.3.4 mq_timedreceive@2.3.4 mq_timedsend@2.3.4 mq_unlink@2.3.4 shm_open@2.2 shm_unlink@2.2',
          'moved libutil.so.1': 'forkpty login login_tty logout logwtmp openpty',
          revised: '__libc_start_main',
        },
      },
      '2.35': {
        ld: { added: '__rseq_flags __rseq_offset __rseq_size' },
        'libc.so.6': {
          added: '__memcmpeq _dl_find_object epoll_pwait2 posix_spawn_file_actions_addtcsetpgrp_np',
        },
        'libm.so.6': {
          added:
            'dfmal dsqrtl f32fmaf32x f32fmaf64 f32sqrtf32x f32sqrtf64 f32xfmaf64 f32xsqrtf64 ffma ffmal fmaximum fmaximum_mag fmaximum_mag_num fmaximum_mag_numf fmaximum_mag_numf32 fmaximum_mag_numf32x fmaximum_mag_numf64 fmaximum_mag_numl fmaximum_magf fmaximum_magf32 fmaximum_magf32x fmaximum_magf64 fmaximum_magl fmaximum_num fmaximum_numf fmaximum_numf32 fmaximum_numf32x fmaximum_numf64 fmaximum_numl fmaximumf fmaximumf32 fmaximumf32x fmaximumf64 fmaximuml fminimum fminimum_mag fminimum_mag_num fminimum_mag_numf fminimum_mag_numf32 fminimum_mag_numf32x fminimum_mag_numf64 fminimum_mag_numl fminimum_magf fminimum_magf32 fminimum_magf32x fminimum_magf64 fminimum_magl fminimum_num fminimum_numf fminimum_numf32 fminimum_numf32x fminimum_numf64 fminimum_numl fminimumf fminimumf32 fminimumf32x fminimumf64 fminimuml fsqrt fsqrtl',
        },
      },
      '2.36': {
        'libc.so.6': {
          added:
            'arc4random arc4random_buf arc4random_uniform c8rtomb fsconfig fsmount fsopen fspick mbrtoc8 mount_setattr move_mount open_tree pidfd_getfd pidfd_open pidfd_send_signal process_madvise process_mrelease',
        },
      },
      '2.38': {
        'libc.so.6': {
          added:
            '__isoc23_fscanf __isoc23_fwscanf __isoc23_scanf __isoc23_sscanf __isoc23_strtoimax __isoc23_strtol __isoc23_strtol_l __isoc23_strtoll __isoc23_strtoll_l __isoc23_strtoul __isoc23_strtoul_l __isoc23_strtoull __isoc23_strtoull_l __isoc23_strtoumax __isoc23_swscanf __isoc23_vfscanf __isoc23_vfwscanf __isoc23_vscanf __isoc23_vsscanf __isoc23_vswscanf __isoc23_vwscanf __isoc23_wcstoimax __isoc23_wcstol __isoc23_wcstol_l __isoc23_wcstoll __isoc23_wcstoll_l __isoc23_wcstoul __isoc23_wcstoul_l __isoc23_wcstoull __isoc23_wcstoull_l __isoc23_wcstoumax __isoc23_wscanf __strlcat_chk __strlcpy_chk __wcslcat_chk __wcslcpy_chk strlcat strlcpy wcslcat wcslcpy',
        },
      },
      '2.39': {
        'libc.so.6': {
          added:
            'pidfd_getpid pidfd_spawn pidfd_spawnp posix_spawnattr_getcgroup_np posix_spawnattr_setcgroup_np stdc_bit_ceil_uc stdc_bit_ceil_ui stdc_bit_ceil_ul stdc_bit_ceil_ull stdc_bit_ceil_us stdc_bit_floor_uc stdc_bit_floor_ui stdc_bit_floor_ul stdc_bit_floor_ull stdc_bit_floor_us stdc_bit_width_uc stdc_bit_width_ui stdc_bit_width_ul stdc_bit_width_ull stdc_bit_width_us stdc_count_ones_uc stdc_count_ones_ui stdc_count_ones_ul stdc_count_ones_ull stdc_count_ones_us stdc_count_zeros_uc stdc_count_zeros_ui stdc_count_zeros_ul stdc_count_zeros_ull stdc_count_zeros_us stdc_first_leading_one_uc stdc_first_leading_one_ui stdc_first_leading_one_ul stdc_first_leading_one_ull stdc_first_leading_one_us stdc_first_leading_zero_uc stdc_first_leading_zero_ui stdc_first_leading_zero_ul stdc_first_leading_zero_ull stdc_first_leading_zero_us stdc_first_trailing_one_uc stdc_first_trailing_one_ui stdc_first_trailing_one_ul stdc_first_trailing_one_ull stdc_first_trailing_one_us stdc_first_trailing_zero_uc stdc_first_trailing_zero_ui stdc_first_trailing_zero_ul stdc_first_trailing_zero_ull stdc_first_trailing_zero_us stdc_has_single_bit_uc stdc_has_single_bit_ui stdc_has_single_bit_ul stdc_has_single_bit_ull stdc_has_single_bit_us stdc_leading_ones_uc stdc_leading_ones_ui stdc_leading_ones_ul stdc_leading_ones_ull stdc_leading_ones_us stdc_leading_zeros_uc stdc_leading_zeros_ui stdc_leading_zeros_ul stdc_leading_zeros_ull stdc_leading_zeros_us stdc_trailing_ones_uc stdc_trailing_ones_ui stdc_trailing_ones_ul stdc_trailing_ones_ull stdc_trailing_ones_us stdc_trailing_zeros_uc stdc_trailing_zeros_ui stdc_trailing_zeros_ul stdc_trailing_zeros_ull stdc_trailing_zeros_us',
        },
      },
      '2.40': {
        'libm.so.6': {
          added:
            'exp10m1 exp10m1f exp10m1f32 exp10m1f32x exp10m1f64 exp10m1l exp2m1 exp2m1f exp2m1f32 exp2m1f32x exp2m1f64 exp2m1l log10p1 log10p1f log10p1f32 log10p1f32x log10p1f64 log10p1l log2p1 log2p1f log2p1f32 log2p1f32x log2p1f64 log2p1l logp1 logp1f logp1f32 logp1f32x logp1f64 logp1l',
        },
      },
      '2.41': {
        'libc.so.6': { added: 'sched_getattr sched_setattr' },
        'libm.so.6': {
          added:
            'acospi acospif acospif32 acospif32x acospif64 acospil asinpi asinpif asinpif32 asinpif32x asinpif64 asinpil atan2pi atan2pif atan2pif32 atan2pif32x atan2pif64 atan2pil atanpi atanpif atanpif32 atanpif32x atanpif64 atanpil cospi cospif cospif32 cospif32x cospif64 cospil sinpi sinpif sinpif32 sinpif32x sinpif64 sinpil tanpi tanpif tanpif32 tanpif32x tanpif64 tanpil',
        },
      },
      '2.42': {
        'libc.so.6': {
          added:
            '__inet_ntop_chk __inet_pton_chk cfgetibaud cfgetobaud cfsetbaud cfsetibaud cfsetobaud pthread_gettid_np uabs uimaxabs ulabs ullabs',
          revised: 'cfgetispeed cfgetospeed cfsetispeed cfsetospeed cfsetspeed',
        },
        'libm.so.6': {
          added:
            'compoundn compoundnf compoundnf32 compoundnf32x compoundnf64 compoundnl pown pownf pownf32 pownf32x pownf64 pownl powr powrf powrf32 powrf32x powrf64 powrl rootn rootnf rootnf32 rootnf32x rootnf64 rootnl rsqrt rsqrtf rsqrtf32 rsqrtf32x rsqrtf64 rsqrtl',
        },
      },
      '2.43': {
        'libc.so.6': {
          added:
            '__memset_explicit_chk free_aligned_sized free_sized memalignment memset_explicit mseal openat2 umaxabs',
        },
        'libm.so.6': {
          revised:
            'fromfp@2.25 fromfpf32@2.27 fromfpf32x@2.27 fromfpf64@2.27 fromfpf@2.25 fromfpl@2.25 fromfpx@2.25 fromfpxf32@2.27 fromfpxf32x@2.27 fromfpxf64@2.27 fromfpxf@2.25 fromfpxl@2.25 ufromfp@2.25 ufromfpf32@2.27 ufromfpf32x@2.27 ufromfpf64@2.27 ufromfpf@2.25 ufromfpl@2.25 ufromfpx@2.25 ufromfpxf32@2.27 ufromfpxf32x@2.27 ufromfpxf64@2.27 ufromfpxf@2.25 ufromfpxl@2.25',
        },
      },
    },
    'aarch64 arm ppc64le riscv64': {
      '2.34': {
        'libc.so.6': {
          'moved librt.so.1': 'timer_create timer_delete timer_getoverrun timer_gettime timer_settime',
        },
      },
    },
    'aarch64 s390x': {
      '2.27': {
        'libc.so.6': { added: 'strfromf128 strtof128 strtof128_l wcstof128 wcstof128_l' },
        'libm.so.6': {
          added:
            'acosf128 acoshf128 asinf128 asinhf128 atan2f128 atanf128 atanhf128 cabsf128 cacosf128 cacoshf128 canonicalizef128 cargf128 casinf128 casinhf128 catanf128 catanhf128 cbrtf128 ccosf128 ccoshf128 ceilf128 cexpf128 cimagf128 clog10f128 clogf128 conjf128 copysignf128 cosf128 coshf128 cpowf128 cprojf128 crealf128 csinf128 csinhf128 csqrtf128 ctanf128 ctanhf128 erfcf128 erff128 exp10f128 exp2f128 expf128 expm1f128 fabsf128 fdimf128 floorf128 fmaf128 fmaxf128 fmaxmagf128 fminf128 fminmagf128 fmodf128 frexpf128 fromfpf128 fromfpxf128 getpayloadf128 hypotf128 ilogbf128 j0f128 j1f128 jnf128 ldexpf128 lgammaf128 lgammaf128_r llogbf128 llrintf128 llroundf128 log10f128 log1pf128 log2f128 logbf128 logf128 lrintf128 lroundf128 modff128 nanf128 nearbyintf128 nextafterf128 nextdownf128 nextupf128 powf128 remainderf128 remquof128 rintf128 roundevenf128 roundf128 scalblnf128 scalbnf128 setpayloadf128 setpayloadsigf128 sincosf128 sinf128 sinhf128 sqrtf128 tanf128 tanhf128 tgammaf128 totalorderf128 totalordermagf128 truncf128 ufromfpf128 ufromfpxf128 y0f128 y1f128 ynf128',
        },
      },
      '2.31': { 'libm.so.6': { revised: 'totalorderf128@2.27 totalordermagf128@2.27' } },
      '2.43': {
        'libm.so.6': { revised: 'fromfpf128@2.27 fromfpxf128@2.27 ufromfpf128@2.27 ufromfpxf128@2.27' },
      },
    },
    aarch64: {
      '2.18': { 'libc.so.6': { added: '_mcount' } },
      '2.38': {
        'libmvec.so.1': {
          added:
            '_ZGVnN2v_cos _ZGVnN2v_exp _ZGVnN2v_log _ZGVnN2v_sin _ZGVnN4v_cosf _ZGVnN4v_expf _ZGVnN4v_logf _ZGVnN4v_sinf _ZGVsMxv_cos _ZGVsMxv_cosf _ZGVsMxv_exp _ZGVsMxv_expf _ZGVsMxv_log _ZGVsMxv_logf _ZGVsMxv_sin _ZGVsMxv_sinf',
        },
      },
      '2.39': {
        'libmvec.so.1': {
          added:
            '_ZGVnN2v_acos _ZGVnN2v_acosf _ZGVnN2v_asin _ZGVnN2v_asinf _ZGVnN2v_atan _ZGVnN2v_atanf _ZGVnN2v_cosf _ZGVnN2v_exp10 _ZGVnN2v_exp10f _ZGVnN2v_exp2 _ZGVnN2v_exp2f _ZGVnN2v_expf _ZGVnN2v_expm1 _ZGVnN2v_expm1f _ZGVnN2v_log10 _ZGVnN2v_log10f _ZGVnN2v_log1p _ZGVnN2v_log1pf _ZGVnN2v_log2 _ZGVnN2v_log2f _ZGVnN2v_logf _ZGVnN2v_sinf _ZGVnN2v_tan _ZGVnN2v_tanf _ZGVnN2vv_atan2 _ZGVnN2vv_atan2f _ZGVnN4v_acosf _ZGVnN4v_asinf _ZGVnN4v_atanf _ZGVnN4v_exp10f _ZGVnN4v_exp2f _ZGVnN4v_expm1f _ZGVnN4v_log10f _ZGVnN4v_log1pf _ZGVnN4v_log2f _ZGVnN4v_tanf _ZGVnN4vv_atan2f _ZGVsMxv_acos _ZGVsMxv_acosf _ZGVsMxv_asin _ZGVsMxv_asinf _ZGVsMxv_atan _ZGVsMxv_atanf _ZGVsMxv_exp10 _ZGVsMxv_exp10f _ZGVsMxv_exp2 _ZGVsMxv_exp2f _ZGVsMxv_expm1 _ZGVsMxv_expm1f _ZGVsMxv_log10 _ZGVsMxv_log10f _ZGVsMxv_log1p _ZGVsMxv_log1pf _ZGVsMxv_log2 _ZGVsMxv_log2f _ZGVsMxv_tan _ZGVsMxv_tanf _ZGVsMxvv_atan2 _ZGVsMxvv_atan2f',
        },
      },
      '2.40': {
        'libmvec.so.1': {
          added:
            '_ZGVnN2v_acosh _ZGVnN2v_acoshf _ZGVnN2v_asinh _ZGVnN2v_asinhf _ZGVnN2v_atanh _ZGVnN2v_atanhf _ZGVnN2v_cbrt _ZGVnN2v_cbrtf _ZGVnN2v_cosh _ZGVnN2v_coshf _ZGVnN2v_erf _ZGVnN2v_erfc _ZGVnN2v_erfcf _ZGVnN2v_erff _ZGVnN2v_sinh _ZGVnN2v_sinhf _ZGVnN2v_tanh _ZGVnN2v_tanhf _ZGVnN2vv_hypot _ZGVnN2vv_hypotf _ZGVnN2vv_pow _ZGVnN2vv_powf _ZGVnN4v_acoshf _ZGVnN4v_asinhf _ZGVnN4v_atanhf _ZGVnN4v_cbrtf _ZGVnN4v_coshf _ZGVnN4v_erfcf _ZGVnN4v_erff _ZGVnN4v_sinhf _ZGVnN4v_tanhf _ZGVnN4vv_hypotf _ZGVnN4vv_powf _ZGVsMxv_acosh _ZGVsMxv_acoshf _ZGVsMxv_asinh _ZGVsMxv_asinhf _ZGVsMxv_atanh _ZGVsMxv_atanhf _ZGVsMxv_cbrt _ZGVsMxv_cbrtf _ZGVsMxv_cosh _ZGVsMxv_coshf _ZGVsMxv_erf _ZGVsMxv_erfc _ZGVsMxv_erfcf _ZGVsMxv_erff _ZGVsMxv_sinh _ZGVsMxv_sinhf _ZGVsMxv_tanh _ZGVsMxv_tanhf _ZGVsMxvv_hypot _ZGVsMxvv_hypotf _ZGVsMxvv_pow _ZGVsMxvv_powf',
        },
      },
      '2.41': {
        'libmvec.so.1': {
          added:
            '_ZGVnN2v_cospi _ZGVnN2v_cospif _ZGVnN2v_logp1 _ZGVnN2v_logp1f _ZGVnN2v_sinpi _ZGVnN2v_sinpif _ZGVnN2v_tanpi _ZGVnN2v_tanpif _ZGVnN4v_cospif _ZGVnN4v_logp1f _ZGVnN4v_sinpif _ZGVnN4v_tanpif _ZGVsMxv_cospi _ZGVsMxv_cospif _ZGVsMxv_logp1 _ZGVsMxv_logp1f _ZGVsMxv_sinpi _ZGVsMxv_sinpif _ZGVsMxv_tanpi _ZGVsMxv_tanpif',
        },
      },
      '2.42': {
        'libmvec.so.1': {
          added:
            '_ZGVnN2v_acospi _ZGVnN2v_acospif _ZGVnN2v_asinpi _ZGVnN2v_asinpif _ZGVnN2v_atanpi _ZGVnN2v_atanpif _ZGVnN2vv_atan2pi _ZGVnN2vv_atan2pif _ZGVnN4v_acospif _ZGVnN4v_asinpif _ZGVnN4v_atanpif _ZGVnN4vv_atan2pif _ZGVsMxv_acospi _ZGVsMxv_acospif _ZGVsMxv_asinpi _ZGVsMxv_asinpif _ZGVsMxv_atanpi _ZGVsMxv_atanpif _ZGVsMxvv_atan2pi _ZGVsMxvv_atan2pif',
        },
      },
      '2.43': {
        'libmvec.so.1': {
          added:
            '_ZGVnN2v_exp10m1 _ZGVnN2v_exp10m1f _ZGVnN2v_exp2m1 _ZGVnN2v_exp2m1f _ZGVnN2v_log10p1 _ZGVnN2v_log10p1f _ZGVnN2v_log2p1 _ZGVnN2v_log2p1f _ZGVnN2v_rsqrt _ZGVnN2v_rsqrtf _ZGVnN4v_exp10m1f _ZGVnN4v_exp2m1f _ZGVnN4v_log10p1f _ZGVnN4v_log2p1f _ZGVnN4v_rsqrtf _ZGVsMxv_exp10m1 _ZGVsMxv_exp10m1f _ZGVsMxv_exp2m1 _ZGVsMxv_exp2m1f _ZGVsMxv_log10p1 _ZGVsMxv_log10p1f _ZGVsMxv_log2p1 _ZGVsMxv_log2p1f _ZGVsMxv_rsqrt _ZGVsMxv_rsqrtf',
        },
      },
    },
    'arm x86': {
      '2.28': { 'libc.so.6': { revised: 'fcntl' } },
      '2.34': {
        'libc.so.6': {
          added:
            '___adjtimex64 __adjtime64 __aio_suspend_time64 __clock_adjtime64 __clock_getres64 __clock_gettime64 __clock_nanosleep_time64 __clock_settime64 __cnd_timedwait64 __ctime64 __ctime64_r __difftime64 __fcntl_time64 __fstat64_time64 __fstatat64_time64 __fts64_children_time64 __fts64_close_time64 __fts64_open_time64 __fts64_read_time64 __fts64_set_time64 __ftw64_time64 __futimens64 __futimes64 __futimesat64 __gai_suspend_time64 __getitimer64 __getrusage64 __getsockopt64 __gettimeofday64 __glob64_time64 __globfree64_time64 __gmtime64 __gmtime64_r __ioctl_time64 __localtime64 __localtime64_r __lstat64_time64 __lutimes64 __mktime64 __mq_timedreceive_time64 __mq_timedsend_time64 __msgctl64 __mtx_timedlock64 __nanosleep64 __nftw64_time64 __ntp_gettime64 __ntp_gettimex64 __ppoll64 __prctl_time64 __pselect64 __pthread_clockjoin_np64 __pthread_cond_clockwait64 __pthread_cond_timedwait64 __pthread_mutex_clocklock64 __pthread_mutex_timedlock64 __pthread_rwlock_clockrdlock64 __pthread_rwlock_clockwrlock64 __pthread_rwlock_timedrdlock64 __pthread_rwlock_timedwrlock64 __pthread_timedjoin_np64 __recvmmsg64 __recvmsg64 __sched_rr_get_interval64 __select64 __sem_clockwait64 __sem_timedwait64 __semctl64 __semtimedop64 __sendmmsg64 __sendmsg64 __setitimer64 __setsockopt64 __settimeofday64 __shmctl64 __sigtimedwait64 __stat64_time64 __thrd_sleep64 __time64 __timegm64 __timer_gettime64 __timer_settime64 __timerfd_gettime64 __timerfd_settime64 __timespec_get64 __timespec_getres64 __utime64 __utimensat64 __utimes64 __wait3_time64 __wait4_time64',
        },
      },
      '2.35': { 'libc.so.6': { added: '__epoll_pwait2_time64' } },
      '2.37': { 'libc.so.6': { added: '__ppoll64_chk' } },
    },
    'ppc64le s390x': {
      '2.28': { 'libm.so.6': { added: '__nldbl_daddl __nldbl_ddivl __nldbl_dmull __nldbl_dsubl' } },
      '2.30': {
        'libc.so.6': {
          added:
            '__nldbl_argp_error __nldbl_argp_failure __nldbl_err __nldbl_error __nldbl_error_at_line __nldbl_errx __nldbl_verr __nldbl_verrx __nldbl_vwarn __nldbl_vwarnx __nldbl_warn __nldbl_warnx',
        },
      },
      '2.38': {
        'libc.so.6': {
          added:
            '__nldbl___isoc23_fscanf __nldbl___isoc23_fwscanf __nldbl___isoc23_scanf __nldbl___isoc23_sscanf __nldbl___isoc23_swscanf __nldbl___isoc23_vfscanf __nldbl___isoc23_vfwscanf __nldbl___isoc23_vscanf __nldbl___isoc23_vsscanf __nldbl___isoc23_vswscanf __nldbl___isoc23_vwscanf __nldbl___isoc23_wscanf',
        },
      },
    },
    ppc64le: {
      '2.22': { ld: { added: '__tls_get_addr_opt' } },
      '2.23': { ld: { added: '__parse_hwcap_and_convert_at_platform' } },
      '2.25': { 'libm.so.6': { added: '__fe_dfl_mode' } },
      '2.32': {
        'libc.so.6': {
          added:
            '__argp_errorieee128 __argp_failureieee128 __asprintf_chkieee128 __asprintfieee128 __dprintf_chkieee128 __dprintfieee128 __errieee128 __error_at_lineieee128 __errorieee128 __errxieee128 __fprintf_chkieee128 __fprintfieee128 __fscanfieee128 __fwprintf_chkieee128 __fwprintfieee128 __fwscanfieee128 __isoc99_fscanfieee128 __isoc99_fwscanfieee128 __isoc99_scanfieee128 __isoc99_sscanfieee128 __isoc99_swscanfieee128 __isoc99_vfscanfieee128 __isoc99_vfwscanfieee128 __isoc99_vscanfieee128 __isoc99_vsscanfieee128 __isoc99_vswscanfieee128 __isoc99_vwscanfieee128 __isoc99_wscanfieee128 __obstack_printf_chkieee128 __obstack_printfieee128 __obstack_vprintf_chkieee128 __obstack_vprintfieee128 __printf_chkieee128 __printf_sizeieee128 __printfieee128 __qecvtieee128 __qecvtieee128_r __qfcvtieee128 __qfcvtieee128_r __qgcvtieee128 __scanfieee128 __snprintf_chkieee128 __snprintfieee128 __sprintf_chkieee128 __sprintfieee128 __sscanfieee128 __strfmon_lieee128 __strfmonieee128 __strfromieee128 __strtoieee128 __strtoieee128_l __swprintf_chkieee128 __swprintfieee128 __swscanfieee128 __syslog_chkieee128 __syslogieee128 __vasprintf_chkieee128 __vasprintfieee128 __vdprintf_chkieee128 __vdprintfieee128 __verrieee128 __verrxieee128 __vfprintf_chkieee128 __vfprintfieee128 __vfscanfieee128 __vfwprintf_chkieee128 __vfwprintfieee128 __vfwscanfieee128 __vprintf_chkieee128 __vprintfieee128 __vscanfieee128 __vsnprintf_chkieee128 __vsnprintfieee128 __vsprintf_chkieee128 __vsprintfieee128 __vsscanfieee128 __vswprintf_chkieee128 __vswprintfieee128 __vswscanfieee128 __vsyslog_chkieee128 __vsyslogieee128 __vwarnieee128 __vwarnxieee128 __vwprintf_chkieee128 __vwprintfieee128 __vwscanfieee128 __warnieee128 __warnxieee128 __wcstoieee128 __wcstoieee128_l __wprintf_chkieee128 __wprintfieee128 __wscanfieee128',
        },
        'libm.so.6': {
          added:
            '__acoshieee128 __acosieee128 __asinhieee128 __asinieee128 __atan2ieee128 __atanhieee128 __atanieee128 __cabsieee128 __cacoshieee128 __cacosieee128 __canonicalizeieee128 __cargieee128 __casinhieee128 __casinieee128 __catanhieee128 __catanieee128 __cbrtieee128 __ccoshieee128 __ccosieee128 __ceilieee128 __cexpieee128 __cimagieee128 __clog10ieee128 __clogieee128 __conjieee128 __copysignieee128 __coshieee128 __cosieee128 __cpowieee128 __cprojieee128 __crealieee128 __csinhieee128 __csinieee128 __csqrtieee128 __ctanhieee128 __ctanieee128 __erfcieee128 __erfieee128 __exp10ieee128 __exp2ieee128 __expieee128 __expm1ieee128 __f32addieee128 __f32divieee128 __f32mulieee128 __f32subieee128 __f64addieee128 __f64divieee128 __f64mulieee128 __f64subieee128 __fabsieee128 __fdimieee128 __floorieee128 __fmaieee128 __fmaxieee128 __fmaxmagieee128 __fminieee128 __fminmagieee128 __fmodieee128 __frexpieee128 __fromfpieee128 __fromfpxieee128 __getpayloadieee128 __hypotieee128 __ilogbieee128 __j0ieee128 __j1ieee128 __jnieee128 __ldexpieee128 __lgammaieee128 __lgammaieee128_r __llogbieee128 __llrintieee128 __llroundieee128 __log10ieee128 __log1pieee128 __log2ieee128 __logbieee128 __logieee128 __lrintieee128 __lroundieee128 __modfieee128 __nanieee128 __nearbyintieee128 __nextafterieee128 __nextdownieee128 __nexttoward_to_ieee128 __nexttowardf_to_ieee128 __nexttowardieee128 __nextupieee128 __powieee128 __remainderieee128 __remquoieee128 __rintieee128 __roundevenieee128 __roundieee128 __scalbieee128 __scalblnieee128 __scalbnieee128 __setpayloadieee128 __setpayloadsigieee128 __significandieee128 __sincosieee128 __sinhieee128 __sinieee128 __sqrtieee128 __tanhieee128 __tanieee128 __tgammaieee128 __totalorderieee128 __totalordermagieee128 __truncieee128 __ufromfpieee128 __ufromfpxieee128 __y0ieee128 __y1ieee128 __ynieee128',
        },
      },
      '2.35': {
        'libm.so.6': {
          added:
            '__f32fmaieee128 __f32sqrtieee128 __f64fmaieee128 __f64sqrtieee128 __fmaximum_mag_numieee128 __fmaximum_magieee128 __fmaximum_numieee128 __fmaximumieee128 __fminimum_mag_numieee128 __fminimum_magieee128 __fminimum_numieee128 __fminimumieee128',
        },
      },
      '2.38': {
        'libc.so.6': {
          added:
            '__isoc23_fscanfieee128 __isoc23_fwscanfieee128 __isoc23_scanfieee128 __isoc23_sscanfieee128 __isoc23_swscanfieee128 __isoc23_vfscanfieee128 __isoc23_vfwscanfieee128 __isoc23_vscanfieee128 __isoc23_vsscanfieee128 __isoc23_vswscanfieee128 __isoc23_vwscanfieee128 __isoc23_wscanfieee128',
        },
      },
      '2.39': { ld: { added: '__parse_hwcap_3_4_and_convert_at_platform' } },
      '2.40': {
        'libm.so.6': {
          added: '__exp10m1ieee128 __exp2m1ieee128 __log10p1ieee128 __log2p1ieee128 __logp1ieee128',
        },
      },
      '2.41': {
        'libm.so.6': {
          added:
            '__acospiieee128 __asinpiieee128 __atan2piieee128 __atanpiieee128 __cospiieee128 __sinpiieee128 __tanpiieee128',
        },
      },
      '2.42': {
        'libm.so.6': {
          added: '__compoundnieee128 __pownieee128 __powrieee128 __rootnieee128 __rsqrtieee128',
        },
      },
      '2.43': {
        'libm.so.6': {
          revised: '__fromfpieee128@2.32 __fromfpxieee128@2.32 __ufromfpieee128@2.32 __ufromfpxieee128@2.32',
        },
      },
    },
    riscv64: {
      '2.31': { 'libm.so.6': { revised: 'totalorderf128 totalordermagf128' } },
      '2.40': { 'libc.so.6': { added: '__riscv_hwprobe' } },
      '2.43': { 'libm.so.6': { revised: 'fromfpf128 fromfpxf128 ufromfpf128 ufromfpxf128' } },
    },
    s390x: {
      '2.19': {
        'libc.so.6': {
          added: '__setjmp',
          revised: '__longjmp_chk@2.11 __sigsetjmp _longjmp _setjmp getcontext longjmp setjmp siglongjmp',
        },
        'libpthread.so.0': { revised: 'longjmp siglongjmp' },
      },
      '2.23': { 'libm.so.6': { revised: 'lgammal@2.4' } },
      '2.29': { 'libc.so.6': { added: '__fentry__' } },
    },
    'x86_64 aarch64 arm ppc64le s390x riscv64': {
      '2.34': { 'libc.so.6': { added: 'dn_expand res_mkquery res_query res_querydomain res_search' } },
    },
    'x86_64 aarch64 arm ppc64le s390x': {
      '2.38': { 'libm.so.6': { revised: 'fmod fmodf' } },
      '2.39': { 'libm.so.6': { revised: 'exp10' } },
    },
    'x86_64 aarch64 arm x86 ppc64le s390x': {
      '2.29': { 'libm.so.6': { revised: 'exp exp2@2.1 log log2@2.1 pow' } },
      '2.32': { 'libm.so.6': { revised: 'exp10f@2.1' } },
      '2.35': { 'libm.so.6': { revised: 'hypot hypotf' } },
      '2.43': {
        'libm.so.6': {
          revised:
            'acosf acoshf asinf atan2f atanhf coshf j0f j1f jnf lgammaf@2.23 lgammaf_r log10f remainder remainderf sinhf sqrtf tgammaf@2.1 y0f y1f ynf',
        },
      },
    },
    'x86_64 aarch64 arm x86 ppc64le': { '2.23': { 'libm.so.6': { revised: 'lgammal' } } },
    'x86_64 aarch64 x86 ppc64le s390x riscv64': {
      '2.28': {
        'libm.so.6': {
          added:
            'f32addf128 f32addf64x f32divf128 f32divf64x f32mulf128 f32mulf64x f32subf128 f32subf64x f32xaddf128 f32xaddf64x f32xdivf128 f32xdivf64x f32xmulf128 f32xmulf64x f32xsubf128 f32xsubf64x f64addf128 f64addf64x f64divf128 f64divf64x f64mulf128 f64mulf64x f64subf128 f64subf64x f64xaddf128 f64xdivf128 f64xmulf128 f64xsubf128',
        },
      },
      '2.31': { 'libm.so.6': { revised: 'totalorderf64x@2.27 totalordermagf64x@2.27' } },
      '2.35': {
        'libm.so.6': {
          added:
            'f32fmaf128 f32fmaf64x f32sqrtf128 f32sqrtf64x f32xfmaf128 f32xfmaf64x f32xsqrtf128 f32xsqrtf64x f64fmaf128 f64fmaf64x f64sqrtf128 f64sqrtf64x f64xfmaf128 f64xsqrtf128 fmaximum_mag_numf128 fmaximum_mag_numf64x fmaximum_magf128 fmaximum_magf64x fmaximum_numf128 fmaximum_numf64x fmaximumf128 fmaximumf64x fminimum_mag_numf128 fminimum_mag_numf64x fminimum_magf128 fminimum_magf64x fminimum_numf128 fminimum_numf64x fminimumf128 fminimumf64x',
        },
      },
      '2.40': {
        'libm.so.6': {
          added:
            'exp10m1f128 exp10m1f64x exp2m1f128 exp2m1f64x log10p1f128 log10p1f64x log2p1f128 log2p1f64x logp1f128 logp1f64x',
        },
      },
      '2.41': {
        'libm.so.6': {
          added:
            'acospif128 acospif64x asinpif128 asinpif64x atan2pif128 atan2pif64x atanpif128 atanpif64x cospif128 cospif64x sinpif128 sinpif64x tanpif128 tanpif64x',
        },
      },
      '2.42': {
        'libm.so.6': {
          added:
            'compoundnf128 compoundnf64x pownf128 pownf64x powrf128 powrf64x rootnf128 rootnf64x rsqrtf128 rsqrtf64x',
        },
      },
      '2.43': {
        'libm.so.6': { revised: 'fromfpf64x@2.27 fromfpxf64x@2.27 ufromfpf64x@2.27 ufromfpxf64x@2.27' },
      },
    },
    'x86_64 aarch64 x86 ppc64le s390x': {
      '2.18': { 'libm.so.6': { added: '__issignalingl' } },
      '2.25': { 'libm.so.6': { added: '__iseqsigl' } },
      '2.27': {
        'libc.so.6': { added: 'strfromf64x strtof64x strtof64x_l wcstof64x wcstof64x_l' },
        'libm.so.6': {
          added:
            'acosf64x acoshf64x asinf64x asinhf64x atan2f64x atanf64x atanhf64x cabsf64x cacosf64x cacoshf64x canonicalizef64x cargf64x casinf64x casinhf64x catanf64x catanhf64x cbrtf64x ccosf64x ccoshf64x ceilf64x cexpf64x cimagf64x clog10f64x clogf64x conjf64x copysignf64x cosf64x coshf64x cpowf64x cprojf64x crealf64x csinf64x csinhf64x csqrtf64x ctanf64x ctanhf64x erfcf64x erff64x exp10f64x exp2f64x expf64x expm1f64x fabsf64x fdimf64x floorf64x fmaf64x fmaxf64x fmaxmagf64x fminf64x fminmagf64x fmodf64x frexpf64x fromfpf64x fromfpxf64x getpayloadf64x hypotf64x ilogbf64x j0f64x j1f64x jnf64x ldexpf64x lgammaf64x lgammaf64x_r llogbf64x llrintf64x llroundf64x log10f64x log1pf64x log2f64x logbf64x logf64x lrintf64x lroundf64x modff64x nanf64x nearbyintf64x nextafterf64x nextdownf64x nextupf64x powf64x remainderf64x remquof64x rintf64x roundevenf64x roundf64x scalblnf64x scalbnf64x setpayloadf64x setpayloadsigf64x sincosf64x sinf64x sinhf64x sqrtf64x tanf64x tanhf64x tgammaf64x totalorderf64x totalordermagf64x truncf64x ufromfpf64x ufromfpxf64x y0f64x y1f64x ynf64x',
        },
      },
    },
    'x86_64 s390x': {
      '2.34': {
        'libc.so.6': {
          'moved librt.so.1':
            'timer_create@2.3.3 timer_delete@2.3.3 timer_getoverrun@2.3.3 timer_gettime@2.3.3 timer_settime@2.3.3',
        },
      },
    },
    'x86_64 x86 ppc64le': {
      '2.25': { 'libm.so.6': { added: '__iscanonicall' } },
      '2.26': {
        'libc.so.6': {
          added:
            '__isnanf128 __strtof128_internal __wcstof128_internal strfromf128 strtof128 strtof128_l wcstof128 wcstof128_l',
        },
        'libm.so.6': {
          added:
            '__acosf128_finite __acoshf128_finite __asinf128_finite __atan2f128_finite __atanhf128_finite __coshf128_finite __exp10f128_finite __exp2f128_finite __expf128_finite __finitef128 __fmodf128_finite __fpclassifyf128 __gammaf128_r_finite __hypotf128_finite __iseqsigf128 __isinff128 __isnanf128 __issignalingf128 __j0f128_finite __j1f128_finite __jnf128_finite __lgammaf128_r_finite __log10f128_finite __log2f128_finite __logf128_finite __powf128_finite __remainderf128_finite __signbitf128 __sinhf128_finite __sqrtf128_finite __y0f128_finite __y1f128_finite __ynf128_finite acosf128 acoshf128 asinf128 asinhf128 atan2f128 atanf128 atanhf128 cabsf128 cacosf128 cacoshf128 canonicalizef128 cargf128 casinf128 casinhf128 catanf128 catanhf128 cbrtf128 ccosf128 ccoshf128 ceilf128 cexpf128 cimagf128 clog10f128 clogf128 conjf128 copysignf128 cosf128 coshf128 cpowf128 cprojf128 crealf128 csinf128 csinhf128 csqrtf128 ctanf128 ctanhf128 erfcf128 erff128 exp10f128 exp2f128 expf128 expm1f128 fabsf128 fdimf128 floorf128 fmaf128 fmaxf128 fmaxmagf128 fminf128 fminmagf128 fmodf128 frexpf128 fromfpf128 fromfpxf128 getpayloadf128 hypotf128 ilogbf128 j0f128 j1f128 jnf128 ldexpf128 lgammaf128 lgammaf128_r llogbf128 llrintf128 llroundf128 log10f128 log1pf128 log2f128 logbf128 logf128 lrintf128 lroundf128 modff128 nanf128 nearbyintf128 nextafterf128 nextdownf128 nextupf128 powf128 remainderf128 remquof128 rintf128 roundevenf128 roundf128 scalblnf128 scalbnf128 setpayloadf128 setpayloadsigf128 sincosf128 sinf128 sinhf128 sqrtf128 tanf128 tanhf128 tgammaf128 totalorderf128 totalordermagf128 truncf128 ufromfpf128 ufromfpxf128 y0f128 y1f128 ynf128',
        },
      },
      '2.31': { 'libm.so.6': { revised: 'totalorderf128@2.26 totalordermagf128@2.26' } },
      '2.34': { 'libc.so.6': { 'moved libm.so.6': '__isnanf128@2.26' } },
      '2.43': {
        'libm.so.6': { revised: 'fromfpf128@2.26 fromfpxf128@2.26 ufromfpf128@2.26 ufromfpxf128@2.26' },
      },
    },
    'x86_64 x86 s390x': {
      '2.15': {
        'libm.so.6': {
          added:
            '__acoshl_finite __acosl_finite __asinl_finite __atan2l_finite __atanhl_finite __coshl_finite __exp10l_finite __exp2l_finite __expl_finite __fmodl_finite __gammal_r_finite __hypotl_finite __j0l_finite __j1l_finite __jnl_finite __lgammal_r_finite __log10l_finite __log2l_finite __logl_finite __powl_finite __remainderl_finite __scalbl_finite __sinhl_finite __sqrtl_finite __y0l_finite __y1l_finite __ynl_finite',
        },
      },
    },
    'x86_64 x86': { '2.33': { 'libc.so.6': { added: '__x86_get_cpuid_feature_leaf' } } },
    x86_64: {
      '2.14': { 'libc.so.6': { revised: 'memcpy' } },
      '2.22': {
        'libmvec.so.1': {
          added:
            '_ZGVbN2v_cos _ZGVbN2v_exp _ZGVbN2v_log _ZGVbN2v_sin _ZGVbN2vv_pow _ZGVbN2vvv_sincos _ZGVbN4v_cosf _ZGVbN4v_expf _ZGVbN4v_logf _ZGVbN4v_sinf _ZGVbN4vv_powf _ZGVbN4vvv_sincosf _ZGVcN4v_cos _ZGVcN4v_exp _ZGVcN4v_log _ZGVcN4v_sin _ZGVcN4vv_pow _ZGVcN4vvv_sincos _ZGVcN8v_cosf _ZGVcN8v_expf _ZGVcN8v_logf _ZGVcN8v_sinf _ZGVcN8vv_powf _ZGVcN8vvv_sincosf _ZGVdN4v_cos _ZGVdN4v_exp _ZGVdN4v_log _ZGVdN4v_sin _ZGVdN4vv_pow _ZGVdN4vvv_sincos _ZGVdN8v_cosf _ZGVdN8v_expf _ZGVdN8v_logf _ZGVdN8v_sinf _ZGVdN8vv_powf _ZGVdN8vvv_sincosf _ZGVeN16v_cosf _ZGVeN16v_expf _ZGVeN16v_logf _ZGVeN16v_sinf _ZGVeN16vv_powf _ZGVeN16vvv_sincosf _ZGVeN8v_cos _ZGVeN8v_exp _ZGVeN8v_log _ZGVeN8v_sin _ZGVeN8vv_pow _ZGVeN8vvv_sincos',
        },
      },
      '2.35': {
        'libmvec.so.1': {
          added:
            '_ZGVbN2v_acos _ZGVbN2v_acosh _ZGVbN2v_asin _ZGVbN2v_asinh _ZGVbN2v_atan _ZGVbN2v_atanh _ZGVbN2v_cbrt _ZGVbN2v_cosh _ZGVbN2v_erf _ZGVbN2v_erfc _ZGVbN2v_exp10 _ZGVbN2v_exp2 _ZGVbN2v_expm1 _ZGVbN2v_log10 _ZGVbN2v_log1p _ZGVbN2v_log2 _ZGVbN2v_sinh _ZGVbN2v_tan _ZGVbN2v_tanh _ZGVbN2vv_atan2 _ZGVbN2vv_hypot _ZGVbN4v_acosf _ZGVbN4v_acoshf _ZGVbN4v_asinf _ZGVbN4v_asinhf _ZGVbN4v_atanf _ZGVbN4v_atanhf _ZGVbN4v_cbrtf _ZGVbN4v_coshf _ZGVbN4v_erfcf _ZGVbN4v_erff _ZGVbN4v_exp10f _ZGVbN4v_exp2f _ZGVbN4v_expm1f _ZGVbN4v_log10f _ZGVbN4v_log1pf _ZGVbN4v_log2f _ZGVbN4v_sinhf _ZGVbN4v_tanf _ZGVbN4v_tanhf _ZGVbN4vv_atan2f _ZGVbN4vv_hypotf _ZGVcN4v_acos _ZGVcN4v_acosh _ZGVcN4v_asin _ZGVcN4v_asinh _ZGVcN4v_atan _ZGVcN4v_atanh _ZGVcN4v_cbrt _ZGVcN4v_cosh _ZGVcN4v_erf _ZGVcN4v_erfc _ZGVcN4v_exp10 _ZGVcN4v_exp2 _ZGVcN4v_expm1 _ZGVcN4v_log10 _ZGVcN4v_log1p _ZGVcN4v_log2 _ZGVcN4v_sinh _ZGVcN4v_tan _ZGVcN4v_tanh _ZGVcN4vv_atan2 _ZGVcN4vv_hypot _ZGVcN8v_acosf _ZGVcN8v_acoshf _ZGVcN8v_asinf _ZGVcN8v_asinhf _ZGVcN8v_atanf _ZGVcN8v_atanhf _ZGVcN8v_cbrtf _ZGVcN8v_coshf _ZGVcN8v_erfcf _ZGVcN8v_erff _ZGVcN8v_exp10f _ZGVcN8v_exp2f _ZGVcN8v_expm1f _ZGVcN8v_log10f _ZGVcN8v_log1pf _ZGVcN8v_log2f _ZGVcN8v_sinhf _ZGVcN8v_tanf _ZGVcN8v_tanhf _ZGVcN8vv_atan2f _ZGVcN8vv_hypotf _ZGVdN4v_acos _ZGVdN4v_acosh _ZGVdN4v_asin _ZGVdN4v_asinh _ZGVdN4v_atan _ZGVdN4v_atanh _ZGVdN4v_cbrt _ZGVdN4v_cosh _ZGVdN4v_erf _ZGVdN4v_erfc _ZGVdN4v_exp10 _ZGVdN4v_exp2 _ZGVdN4v_expm1 _ZGVdN4v_log10 _ZGVdN4v_log1p _ZGVdN4v_log2 _ZGVdN4v_sinh _ZGVdN4v_tan _ZGVdN4v_tanh _ZGVdN4vv_atan2 _ZGVdN4vv_hypot _ZGVdN8v_acosf _ZGVdN8v_acoshf _ZGVdN8v_asinf _ZGVdN8v_asinhf _ZGVdN8v_atanf _ZGVdN8v_atanhf _ZGVdN8v_cbrtf _ZGVdN8v_coshf _ZGVdN8v_erfcf _ZGVdN8v_erff _ZGVdN8v_exp10f _ZGVdN8v_exp2f _ZGVdN8v_expm1f _ZGVdN8v_log10f _ZGVdN8v_log1pf _ZGVdN8v_log2f _ZGVdN8v_sinhf _ZGVdN8v_tanf _ZGVdN8v_tanhf _ZGVdN8vv_atan2f _ZGVdN8vv_hypotf _ZGVeN16v_acosf _ZGVeN16v_acoshf _ZGVeN16v_asinf _ZGVeN16v_asinhf _ZGVeN16v_atanf _ZGVeN16v_atanhf _ZGVeN16v_cbrtf _ZGVeN16v_coshf _ZGVeN16v_erfcf _ZGVeN16v_erff _ZGVeN16v_exp10f _ZGVeN16v_exp2f _ZGVeN16v_expm1f _ZGVeN16v_log10f _ZGVeN16v_log1pf _ZGVeN16v_log2f _ZGVeN16v_sinhf _ZGVeN16v_tanf _ZGVeN16v_tanhf _ZGVeN16vv_atan2f _ZGVeN16vv_hypotf _ZGVeN8v_acos _ZGVeN8v_acosh _ZGVeN8v_asin _ZGVeN8v_asinh _ZGVeN8v_atan _ZGVeN8v_atanh _ZGVeN8v_cbrt _ZGVeN8v_cosh _ZGVeN8v_erf _ZGVeN8v_erfc _ZGVeN8v_exp10 _ZGVeN8v_exp2 _ZGVeN8v_expm1 _ZGVeN8v_log10 _ZGVeN8v_log1p _ZGVeN8v_log2 _ZGVeN8v_sinh _ZGVeN8v_tan _ZGVeN8v_tanh _ZGVeN8vv_atan2 _ZGVeN8vv_hypot',
        },
      },
    },
    x86: {
      '2.34': {
        'libc.so.6': {
          'moved libresolv.so.2': 'dn_expand res_mkquery res_query res_querydomain res_search',
          'moved librt.so.1':
            'timer_create@2.2 timer_delete@2.2 timer_getoverrun@2.2 timer_gettime@2.2 timer_settime@2.2',
        },
      },
      '2.43': { 'libm.so.6': { revised: 'fmod fmodf' } },
    },
  },
} as const;
