/** Files built against glibc, whose names musl has or lacks. */
import type { Kind } from '../kind.js';
import { shared } from '../kind.js';

const USES = {
  'only what musl has':
    'int puts(const char *);\nint answer(void) { return puts("x"); }\nvoid Init_x(void) {}\n',
  mathematics: 'double cos(double);\nint answer(void) { return (int)cos(1.5); }\nvoid Init_x(void) {}\n',
  threads:
    'int pthread_mutex_lock(void *);\nint answer(void) { return pthread_mutex_lock(0); }\nvoid Init_x(void) {}\n',
  'files of 64 bits':
    'int open64(const char *, int);\nint answer(void) { return open64("x", 0); }\nvoid Init_x(void) {}\n',
  'a fortified function':
    'void *__memcpy_chk(void *, const void *, unsigned long, unsigned long);\nint answer(void) { __memcpy_chk(0, 0, 0, 0); return 42; }\nvoid Init_x(void) {}\n',
  "glibc's own way to read a character's class":
    'const unsigned short **__ctype_b_loc(void);\nint answer(void) { return **__ctype_b_loc(); }\nvoid Init_x(void) {}\n',
  'errno in its own way':
    'int *__errno_location(void);\nint answer(void) { return *__errno_location(); }\nvoid Init_x(void) {}\n',
  'a backtrace':
    'int backtrace(void **, int);\nint answer(void) { return backtrace(0, 0); }\nvoid Init_x(void) {}\n',
  'the old names of stat':
    'int __xstat(int, const char *, void *);\nint answer(void) { return __xstat(1, "x", 0); }\nvoid Init_x(void) {}\n',
} as const;

export const GLIBC_ON_MUSL: readonly Kind[] = Object.entries(USES).map(([name, source]) =>
  shared(`uses ${name}`, { source, flags: ['-fno-builtin', '-lm', '-lpthread'] }),
);
