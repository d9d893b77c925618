import { describe, expect, it } from 'vitest';
import { RUBY_PROCESS_LIBRARIES, knownRubies, rubyProvides } from '../../src/target/ruby-names.js';

describe('rubyProvides', () => {
  it.each([
    // Releases of which every name is known.
    ['2.7', 'rb_define_method', 'provided'],
    ['3.4', 'rb_define_method', 'provided'],
    ['2.7', 'rb_ractor_local_storage_value_newkey', 'missing'],
    ['3.1', 'rb_ractor_local_storage_value_newkey', 'provided'],
    ['2.7', 'rb_ext_ractor_safe', 'missing'],
    ['3.1', 'rb_data_object_make', 'missing'],
    ['3.3', 'rb_hash_new_capa', 'provided'],
    ['3.1', 'rb_hash_new_capa', 'missing'],
    ['3.3', 'rb_ext_resolve_symbol', 'provided'],
    ['3.1', 'rb_ext_resolve_symbol', 'missing'],
    ['2.7', 'rb_cData', 'provided'],
    ['3.1', 'rb_cData', 'missing'],
    ['3.1', 'rb_obj_taint', 'provided'],
    ['3.3', 'rb_obj_taint', 'missing'],
    ['3.3', 'onig_new', 'provided'],
    ['3.3', 'dln_load', 'provided'],
    ['3.3', 'sqlite3_open', 'missing'],
    ['3.3', '_ZdlPv', 'missing'],
    // st.h makes rb_st_* of st_*.
    ['3.3', 'rb_st_insert', 'provided'],
    ['3.3', 'st_insert', 'missing'],
    // Between two of them.
    ['3.2', 'rb_define_method', 'provided'],
    ['3.2', 'rb_cData', 'unknown'],
    ['3.2', 'rb_float_abs', 'unknown'],
    ['3.0', 'rb_no_such_function', 'unknown'],
    // Between two of them that differ, what the sources declare: NEWS of 3.2 has rb_hash_new_capa and lost taint.
    ['3.2', 'rb_hash_new_capa', 'provided'],
    ['3.2', 'rb_internal_thread_add_event_hook', 'provided'],
    ['3.2', 'rb_obj_taint', 'missing'],
    ['3.2', 'rb_ext_resolve_symbol', 'missing'],
    ['3.0', 'rb_ext_ractor_safe', 'provided'],
    ['3.0', 'rb_memory_view_register', 'provided'],
    ['3.0', 'rb_io_buffer_new', 'missing'],
    ['3.0', 'sqlite3_open', 'missing'],
    // Newer and older than all of them.
    ['4.0', 'rb_define_method', 'provided'],
    ['4.0', 'rb_new_in_ruby_4', 'provided'],
    ['4.0', 'rb_path_check', 'missing'],
    ['4.0', 'sqlite3_open', 'missing'],
    ['3.5', 'setproctitle', 'provided'],
    ['2.6', 'rb_define_method', 'provided'],
    ['2.6', 'rb_gone_before_2_7', 'provided'],
    ['2.6', 'sqlite3_open', 'missing'],
    // Whichever Ruby.
    [undefined, 'rb_cData', 'provided'],
    [undefined, 'rb_no_such_function', 'provided'],
    [undefined, 'dln_load', 'provided'],
    [undefined, 'sqlite3_open', 'missing'],
    // How Ruby was built decides.
    ['3.1', 'strlcpy', 'provided'],
    ['3.3', 'strlcpy', 'unknown'],
    ['3.2', 'strlcpy', 'unknown'],
    ['4.0', 'strlcpy', 'unknown'],
    ['3.3', 'rb_yjit_enabled_p', 'unknown'],
    ['3.3', 'mallctl', 'unknown'],
    [undefined, 'mallctl', 'unknown'],
    ['3.3', 'rb_gc_impl_init', 'unknown'],
    // What only some CPUs have.
    ['2.7', 'rb_num2int', 'provided'],
  ] as const)('of Ruby %s: %s is %s', (abi, name, expected) => {
    expect(rubyProvides(abi, name)).toBe(expected);
  });

  it('knows of each release what its list says', () => {
    const known = knownRubies();
    expect(known.map(({ abi }) => abi)).toEqual(['2.7', '3.1', '3.3', '3.4']);
    for (const { abi, names } of known) {
      expect(names.size).toBeGreaterThan(1600);
      for (const name of names) expect(rubyProvides(abi, name)).toBe('provided');
    }
  });
});

it('the libraries of the process are of glibc, the merged ones only before the merger', () => {
  expect(RUBY_PROCESS_LIBRARIES.filter(({ before }) => before === undefined)).toEqual([
    { library: 'libc.so.6' },
    { library: 'libm.so.6' },
  ]);
  for (const { before } of RUBY_PROCESS_LIBRARIES) expect([undefined, '2.34']).toContain(before);
});
