/** The program that opens and starts files on the side of a loader. */
import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { Libc } from '../../../src/target/types.js';
import type { Machine } from './machine.js';
import type { Toolchain } from './toolchain.js';

const run = promisify(execFile);

/**
 * One child for each argument: `now PATH|PATH` and `lazy PATH|PATH` open files one after another, a `+` before a path for all that follow to
 * see; `list PATH` asks the loader alone what a program would be loaded with, and `start PATH` starts it,
 * which says what it has to say on its standard error. Loaders ask /proc/self/exe for a program's `$ORIGIN`; a root has no /proc, so a link
 * stands in for it. It needs nothing newer than the oldest version of glibc's symbols and the first musl. Where programs for the
 * CPU do not run by themselves, the emulator that runs this one runs those too.
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
    char *args[] = {EMULATOR LOADER, "--list", (char *)task, 0};
    execve(args[0], args, environment);
    say("!! there is no loader\n");
    _exit(126);
  }
  if (starts(&task, "start ")) {
    char *args[] = {EMULATOR (char *)task, 0};
    mkdir("/proc", 0755);
    mkdir("/proc/self", 0755);
    unlink("/proc/self/exe");
    symlink(task, "/proc/self/exe");
    execve(args[0], args, environment);
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

#if defined(__x86_64__) || defined(__riscv)
void begin(long *stack) {
  __libc_start_main(main, (int)stack[0], (char **)(stack + 1), 0, 0, 0, stack);
  _exit(127);
}

#ifdef __riscv
__asm__(".globl _start\n_start: mv a0, sp\n andi sp, sp, -16\n tail begin\n");
#else
__asm__(".globl _start\n_start: xor %ebp, %ebp\n mov %rsp, %rdi\n and $-16, %rsp\n call begin\n hlt\n");
#endif
#endif
`;

/** What the probe uses, by the library that has it in the oldest glibc. */
const LIBC = [
  ...['__libc_start_main', 'write', 'fork', 'waitpid', 'dup2', 'execve', 'alarm', '_exit', 'abort'],
  ...['mkdir', 'unlink', 'symlink'],
];
const LIBDL = ['dlopen', 'dlerror'];

interface Linked {
  readonly soname: string;
  /** By version; those without one under `''`. */
  readonly versions: Readonly<Record<string, readonly string[]>>;
}

function linkedTo(libc: Libc, { oldest, dlopen = oldest }: Machine): readonly Linked[] {
  if (libc === 'musl') return [{ soname: 'libc.so', versions: { '': [...LIBC, ...LIBDL] } }];
  const libdl = dlopen === oldest ? { [oldest]: LIBDL } : { [oldest]: ['dlerror'], [dlopen]: ['dlopen'] };
  return [
    { soname: 'libc.so.6', versions: { [oldest]: LIBC } },
    { soname: 'libdl.so.2', versions: libdl },
  ];
}

/**
 * Builds the probe with a compiler alone, against libraries that exist for the linker only.
 * @param emulator path, where it runs, of what runs programs of the CPU; absent if they run by themselves
 */
export async function buildProbe(
  libc: Libc,
  { machine, programOf, startFiles }: Toolchain,
  output: string,
  emulator?: string,
): Promise<void> {
  const directory = dirname(output);
  const stubs = join(directory, 'stubs');
  await mkdir(stubs, { recursive: true });
  const gcc = programOf('gcc') ?? 'gcc';
  const interpreter = machine.interpreters[libc];
  const source = join(directory, `probe-${libc}.c`);
  const macros = [
    `#define LOADER "${interpreter}"\n`,
    `#define EMULATOR ${emulator === undefined ? '' : `"${emulator}",`}\n`,
  ];
  await writeFile(source, `${macros.join('')}${SOURCE}`);
  const libraries: string[] = [];
  const alone = ['-nostdlib', '-fno-builtin', '-fno-stack-protector', '-w'];
  for (const { soname, versions } of linkedTo(libc, machine)) {
    const stub = join(stubs, `${soname}.c`);
    const symbols = Object.values(versions).flat();
    await writeFile(stub, symbols.map((name) => `void ${name}(void) {}\n`).join(''));
    const map = join(stubs, `${soname}.map`);
    const blocks = Object.entries(versions).map(
      ([version, names]) => `${version} { ${names.join('; ')}; };\n`,
    );
    await writeFile(map, blocks.join(''));
    const library = join(stubs, soname);
    const named = [`-Wl,-soname,${soname}`, ...('' in versions ? [] : [`-Wl,--version-script=${map}`])];
    await run(gcc, [...alone, '-shared', '-fPIC', ...named, '-o', library, stub]);
    libraries.push(library);
  }
  const linked = ['-pie', '-fPIE', '-rdynamic', '-Wl,-z,noexecstack', `-Wl,--dynamic-linker=${interpreter}`];
  const { before, after } = startFiles(libc);
  const inputs = [...before, source, ...libraries, ...after];
  await run(gcc, [...alone, ...linked, '-Wl,--no-as-needed', '-o', output, ...inputs]);
}
