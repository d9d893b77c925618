import type { Remedy } from '../explain/remedies.js';
import type { Compiler, Toolchain } from '../explain/toolchain.js';
import type { Target } from '../target/types.js';
import { printable } from './printable.js';

const LANGUAGES = {
  c: 'C or C++',
  rust: 'Rust',
  go: 'Go',
  graalvm: 'GraalVM native-image',
  bun: 'bun build --compile',
  dart: 'dart compile exe',
  zig: 'Zig',
} as const satisfies Record<Toolchain['kind'], string>;

const COMPILERS = {
  gcc: 'GCC',
  clang: 'Clang',
  rustc: 'rustc',
  lld: 'LLD',
  mold: 'mold',
  other: 'another compiler',
} as const satisfies Record<Compiler['name'], string>;

/** Who built it: `Go 1.22.4 with cgo`, `Rust 1.79.0, linked with GCC 13.2.0 (Ubuntu 13.2.0-23ubuntu4)`. */
export function toolchainWords({ kind, version, cgo, compilers }: Toolchain): string {
  const language = version === undefined ? LANGUAGES[kind] : `${LANGUAGES[kind]} ${printable(version)}`;
  const withC = cgo === undefined ? '' : cgo ? ' with cgo' : ' without cgo';
  const compiler = compilers.find(({ name }) => name === 'gcc' || name === 'clang');
  if (compiler === undefined) return `${language}${withC}`;
  const by = compilerWords(compiler);
  return kind === 'c' ? by : `${language}${withC}, with ${by}`;
}

function compilerWords({ name, version, vendor }: Compiler): string {
  const numbered = version === undefined ? COMPILERS[name] : `${COMPILERS[name]} ${printable(version)}`;
  return vendor === undefined ? numbered : `${numbered} (${printable(vendor)})`;
}

/** What is said of a target. */
export type SpokenTarget = Pick<Target, 'name' | 'libc' | 'libcVersion'>;

function libcWords({ libc, libcVersion }: Pick<Target, 'libc' | 'libcVersion'>): string {
  return `${libc === 'gnu' ? 'glibc' : 'musl'} ${libcVersion}`;
}

/** What to do and what it would change on the target, as one sentence without a full stop. */
export function toolchainRemedyWords(remedy: Remedy, target: SpokenTarget): string {
  const has = `${printable(target.name)} has ${libcWords(target)}`;
  switch (remedy.kind) {
    case 'cargo-zigbuild':
      return `cargo zigbuild --release --target ${remedy.triple}: links to glibc ${remedy.glibc} wherever it is built; ${has}`;
    case 'zig-cc':
      return remedy.cgo
        ? `CGO_ENABLED=1 CC="zig cc -target ${remedy.triple}" go build: C code is linked to glibc ${remedy.glibc} wherever it is built; ${has}`
        : `CC="zig cc -target ${remedy.triple}": links to glibc ${remedy.glibc} wherever it is built; ${has}`;
    case 'build-on':
      return buildOnWords(remedy, target, has);
    case 'rust-crt-static':
      return `RUSTFLAGS="-C target-feature=+crt-static" cargo build --release --target ${remedy.triple}: links glibc in, so nothing is asked of ${printable(target.name)}; name look-ups that need NSS still load the system's glibc`;
    case 'rust-musl':
      return `cargo build --release --target ${remedy.triple}: links musl in, so nothing is asked of the C library of ${printable(target.name)}`;
    case 'rust-target':
      return `cargo build --release --target ${remedy.triple}: builds for ${remedy.libc === 'gnu' ? 'glibc' : 'musl'}; ${has}`;
    case 'cgo-off':
      return `CGO_ENABLED=0 go build: static, so nothing is asked of the C library of ${printable(target.name)}; packages with C code do not compile then, and net and os/user use Go's own resolvers${remedy.known ? '' : ' (the file does not say whether cgo was on)'}`;
    case 'go-static':
      return `go build -ldflags '-linkmode external -extldflags "-static"': keeps the C code and links the C library in; with glibc, name look-ups still load the system's own`;
    case 'rake-compiler-dock':
      return `rake-compiler-dock ${remedy.version}: its images have glibc ${remedy.most}, and what is built in them asks for ${remedy.usual} as a rule; ${has}${remedy.certain ? '' : ', so check what comes out'}`;
    case 'native-image':
      return remedy.flag === '--static-nolibc'
        ? `native-image --static-nolibc: links in all but the C library, so only glibc is asked of ${printable(target.name)}`
        : `native-image --static --libc=musl: links everything in, so nothing is asked of ${printable(target.name)}`;
    case 'bun-target':
      return `bun build --compile --target=${remedy.target}: builds for ${remedy.libc === 'gnu' ? 'glibc' : 'musl'}; ${has}`;
    case 'static-libstdcxx':
      return `link with -static-libstdc++ -static-libgcc: brings libstdc++ and libgcc along, so neither is asked of ${printable(target.name)}`;
    case 'linker-flag':
      return `link with ${remedy.flag}: leaves ${remedy.leavesOut} out, which ${printable(target.name)} does not know`;
    case 'run-on':
      return `the runtime in it is built by its own project; run it on ${printable(remedy.title)} (glibc ${remedy.libcVersion}) or newer; ${has}`;
  }
}

function buildOnWords(
  remedy: Extract<Remedy, { kind: 'build-on' }>,
  target: SpokenTarget,
  has: string,
): string {
  const { title, image, runner, same, ended } = remedy;
  const where = [
    ...(image === undefined ? [] : [`in ${image}`]),
    ...(runner === undefined ? [] : [`on GitHub's ${runner} runner`]),
  ];
  const libc = libcWords({ libc: target.libc, libcVersion: remedy.libcVersion });
  const old = ended ? ', out of standard support' : '';
  const place = where.length === 0 ? `on ${printable(title)}` : where.join(' or ');
  return same ? `build ${place}, where it runs (${libc}${old})` : `build ${place} (${libc}${old}); ${has}`;
}
