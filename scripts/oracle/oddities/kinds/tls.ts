/** Thread-local storage: by which model it is reached, how much of it, and whose it is. */
import type { Kind } from '../kind.js';
import { FLAVOURS, glibcAll, ownLibrary, shared, sharedOf, started } from '../kind.js';
import type { Loader } from '../loaders.js';
import type { Flavour } from '../toolchain.js';

const INITIAL_EXEC = '__attribute__((tls_model("initial-exec")))';

const block = (size: number, model: string): string => `
static __thread char block[${size}] ${model};
int answer(void) { block[1] = 42; return block[1]; }
void Init_x(void) {}
`;

/**
 * Bytes of a block that glibc's loader takes for certain, takes or not as the process has it, and never takes: the room that it keeps
 * (elf/dl-tls.c, rtld.optional_static_tls) is 512 bytes, and what the namespaces and libraries that were there leave over is as much again
 * or three times.
 */
const SURE = 512;
const NEVER = 2048;

/** Builds of musl that end as they refuse such a file; it was seen under qemu-user. */
function endsMusl({ libc, version, cpu }: Loader): boolean {
  return libc === 'musl' && version === '1.2.6' && (cpu === 'riscv64' || cpu === 's390x');
}

function initialExec(size: number): Kind[] {
  return sharedOf(FLAVOURS, `initial-exec TLS of ${size} bytes`, {
    source: block(size, INITIAL_EXEC),
    notFor: endsMusl,
    ...(size > SURE && size < NEVER ? { unknown: glibcAll } : {}),
  });
}

/** Several files of a gem with a block each, opened in one process. */
function together(count: number, size: number, flavour: Flavour): Kind {
  const names = Array.from({ length: count }, (_, index) => `lib/x${index}.so`);
  return {
    name: `initial-exec TLS of ${size} bytes in each of ${count} files (${flavour})`,
    tools: [flavour === 'musl' ? 'musl-gcc' : 'gcc'],
    open: names,
    notFor: (loader) => (loader.libc === 'musl' && loader.cpu === 'arm') || endsMusl(loader),
    async make(shop) {
      for (const name of names) await shop.compile(name, { flavour, source: block(size, INITIAL_EXEC) });
    },
    ...(size * count > SURE && size * count < NEVER ? { unknown: glibcAll } : {}),
  };
}

const PROVIDER = '__thread int shared_value;\nint other(void) { return shared_value; }\n';

/** Reaches another file's variable. */
function foreign(name: string, attribute: string, flavour: Flavour): Kind {
  return shared(name, {
    flavour,
    source: `extern __thread int shared_value ${attribute};\nint answer(void) { return shared_value; }\nvoid Init_x(void) {}\n`,
    linked: async (shop) => [
      await shop.compile('lib/libx.so', ownLibrary({ flavour, source: PROVIDER })),
      '-Wl,-rpath,$ORIGIN',
    ],
  });
}

export const TLS: readonly Kind[] = [
  ...[16, 400, 1024, 2048, 4096, 65_536].flatMap(initialExec),
  ...[16, 4096].flatMap((size) =>
    sharedOf(FLAVOURS, `TLS of ${size} bytes, of no fixed place`, { source: block(size, '') }),
  ),
  ...sharedOf(FLAVOURS, 'TLS by descriptors', { source: block(64, ''), flags: ['-mtls-dialect=gnu2'] }),
  together(3, 100, 'glibc'),
  together(3, 100, 'musl'),
  together(3, 400, 'glibc'),
  together(4, 800, 'glibc'),
  together(4, 800, 'bare'),
  ...FLAVOURS.map((flavour) => foreign("initial-exec TLS of the gem's own library", INITIAL_EXEC, flavour)),
  ...FLAVOURS.map((flavour) => foreign("TLS of the gem's own library", '', flavour)),
  started('needs a library with initial-exec TLS of 4096 bytes', {
    library: { source: block(4096, INITIAL_EXEC) },
  }),
  started('needs a library with initial-exec TLS of 4096 bytes', {
    flavour: 'musl',
    library: { source: block(4096, INITIAL_EXEC) },
  }),
  started('needs a library with TLS of 4096 bytes', { library: { source: block(4096, '') } }),
];
