/** The program that opens and starts files on the side of a loader. */
import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { Libc } from '../../../src/target/types.js';

const run = promisify(execFile);

/**
 * One child for each argument: `now PATH|PATH` and `lazy PATH|PATH` open files one after another, a `+` before a path for all that follow to
 * see; `list PATH` asks the loader alone what a program would be loaded with, and `start PATH` starts it,
 * which says what it has to say on its standard error. Loaders ask /proc/self/exe for a program's `$ORIGIN`; a root has no /proc, so a link
 * stands in for it. It starts itself and needs nothing newer than GLIBC_2.2.5 and the first musl.
 */
const SOURCE = String.raw`
typedef unsigned long size_t;
int __libc_start_main(int (*)(int, char **, char **), int, char **, void *, void *, void *, void *);
void *dlopen(const char *, int);
char *dlerror(void);
long write(int, const void *, size_t);
int fork(void), waitpid(int, int *, int), dup2(int, int), execve(const char *, char **, char **);
int mkdir(const char *, unsigned), unlink(const char *), symlink(const char *, const char *);
unsigned alarm(unsigned);
void _exit(int) __attribute__((noreturn));

static char **environment;

static void say(const char *text) {
  size_t length = 0;
  while (text[length]) length += 1;
  write(1, text, length);
}

static void number(unsigned value) {
  char digits[12], *at = digits + 11;
  *at = 0;
  do *--at = '0' + value % 10; while (value /= 10);
  say(at);
}

static int starts(const char **text, const char *word) {
  const char *at = *text;
  while (*word) if (*at++ != *word++) return 0;
  *text = at;
  return 1;
}

static void child(const char *task) {
  int flags = 2;
  alarm(20);
  dup2(1, 2);
  if (starts(&task, "list ")) {
    char *args[] = {LOADER, "--list", (char *)task, 0};
    execve(LOADER, args, environment);
    say("!! there is no loader\n");
    _exit(126);
  }
  if (starts(&task, "start ")) {
    char *args[] = {(char *)task, 0};
    mkdir("/proc", 0755);
    mkdir("/proc/self", 0755);
    unlink("/proc/self/exe");
    symlink(task, "/proc/self/exe");
    execve(task, args, environment);
    say("!! cannot be started\n");
    _exit(126);
  }
  if (starts(&task, "lazy ")) flags = 1;
  else starts(&task, "now ");
  while (*task) {
    char path[4096];
    size_t length = 0;
    int seen = *task == '+' ? 0x100 : 0;
    if (seen) task += 1;
    while (*task && *task != '|') path[length++] = *task++;
    if (*task) task += 1;
    path[length] = 0;
    if (!dlopen(path, flags | seen)) {
      say("!! ");
      say(dlerror());
      say("\n");
      _exit(1);
    }
  }
  _exit(0);
}

int main(int count, char **tasks, char **env) {
  environment = env;
  for (int index = 1; index < count; index += 1) {
    int status = 0, pid;
    say("\1== ");
    number(index - 1);
    say("\n");
    pid = fork();
    if (pid == 0) child(tasks[index]);
    waitpid(pid, &status, 0);
    say("\n\1-- ");
    number(status & 0x7f);
    say(" ");
    number(status >> 8 & 0xff);
    say("\n");
  }
  _exit(0);
}

void begin(long *stack) {
  __libc_start_main(main, (int)stack[0], (char **)(stack + 1), 0, 0, 0, stack);
  _exit(127);
}

__asm__(".globl _start\n_start: xor %ebp, %ebp\n mov %rsp, %rdi\n and $-16, %rsp\n call begin\n hlt\n");
`;

/** What the probe uses, by the library that has it in the oldest glibc. */
const LIBC = [
  ...['__libc_start_main', 'write', 'fork', 'waitpid', 'dup2', 'execve', 'alarm', '_exit'],
  ...['mkdir', 'unlink', 'symlink'],
];
const LIBDL = ['dlopen', 'dlerror'];

interface Linked {
  readonly soname: string;
  readonly symbols: readonly string[];
}

const LINKED: Readonly<Record<Libc, readonly Linked[]>> = {
  gnu: [
    { soname: 'libc.so.6', symbols: LIBC },
    { soname: 'libdl.so.2', symbols: LIBDL },
  ],
  musl: [{ soname: 'libc.so', symbols: [...LIBC, ...LIBDL] }],
};

const INTERPRETERS: Readonly<Record<Libc, string>> = {
  gnu: '/lib64/ld-linux-x86-64.so.2',
  musl: '/lib/ld-musl-x86_64.so.1',
};

/** Builds the probe with gcc alone, against libraries that exist for the linker only. */
export async function buildProbe(libc: Libc, output: string): Promise<void> {
  const directory = dirname(output);
  const stubs = join(directory, 'stubs');
  await mkdir(stubs, { recursive: true });
  const source = join(directory, `probe-${libc}.c`);
  await writeFile(source, `#define LOADER "${INTERPRETERS[libc]}"\n${SOURCE}`);
  const libraries: string[] = [];
  const alone = ['-nostdlib', '-fno-builtin', '-fno-stack-protector', '-w'];
  for (const { soname, symbols } of LINKED[libc]) {
    const stub = join(stubs, `${soname}.c`);
    await writeFile(stub, symbols.map((name) => `void ${name}(void) {}\n`).join(''));
    const map = join(stubs, `${soname}.map`);
    await writeFile(map, 'GLIBC_2.2.5 { global: *; };\n');
    const library = join(stubs, soname);
    const versions = libc === 'gnu' ? [`-Wl,--version-script=${map}`] : [];
    await run('gcc', [
      ...alone,
      '-shared',
      '-fPIC',
      `-Wl,-soname,${soname}`,
      ...versions,
      '-o',
      library,
      stub,
    ]);
    libraries.push(library);
  }
  const linked = [
    '-pie',
    '-fPIE',
    '-rdynamic',
    '-Wl,-z,noexecstack',
    `-Wl,--dynamic-linker=${INTERPRETERS[libc]}`,
  ];
  await run('gcc', [...alone, ...linked, '-Wl,--no-as-needed', '-o', output, source, ...libraries]);
}
