/** What other toolchains make, without anything odd asked of them. */
import { rm } from 'node:fs/promises';
import type { Kind } from '../kind.js';
import { EXTENSION, shared, started } from '../kind.js';
import { HELLO, NOTHING } from '../workshop.js';

const CPP = `
#include <string>
extern "C" int answer() { std::string text = "forty"; text += "-two"; return (int)text.size(); }
extern "C" void Init_x() {}
`;

const RUST = `
#[no_mangle]
pub extern "C" fn answer() -> i32 { 42 }
#[allow(non_snake_case)]
#[no_mangle]
pub extern "C" fn Init_x() { println!("x"); }
`;

const GO = `
package main

import "C"

//export answer
func answer() int32 { return 42 }

//export Init_x
func Init_x() { println("x") }

func main() {}
`;

function rust(panic: string): Kind {
  return {
    name: `Rust cdylib, panic=${panic}`,
    tools: ['rustc'],
    async make(shop) {
      const source = await shop.write('x.rs', RUST);
      const output = await shop.place(EXTENSION);
      await shop.run('rustc', [
        '--crate-type=cdylib',
        '-C',
        `panic=${panic}`,
        '-C',
        'strip=debuginfo',
        '-o',
        output,
        source,
      ]);
    },
  };
}

/** Go's runtime in a library: initial-exec TLS in all of them. */
function go(compiler: 'gcc' | 'musl-gcc'): Kind {
  return {
    name: `Go c-shared with ${compiler}`,
    tools: ['go', compiler],
    async make(shop) {
      const source = await shop.write('x.go', GO);
      const output = await shop.place(EXTENSION);
      await shop.run('go', ['build', '-buildmode=c-shared', '-ldflags=-s -w', '-o', output, source], {
        CGO_ENABLED: '1',
        CC: compiler,
      });
      // A header comes with it.
      await rm(output.replace(/so$/, 'h'));
    },
  };
}

export const TOOLCHAINS: readonly Kind[] = [
  shared('nothing odd', { flavour: 'glibc', source: HELLO }),
  shared('nothing odd', { flavour: 'musl', source: HELLO }),
  shared('nothing odd', { flavour: 'bare', source: NOTHING }),
  shared('clang and lld', { cc: ['clang', '-fuse-ld=lld'], tools: ['ld.lld'] }),
  shared('clang and mold', { cc: ['clang', '-fuse-ld=mold'], tools: ['mold'] }),
  shared('gcc and lld', { cc: ['gcc', '-fuse-ld=lld'], tools: ['ld.lld'] }),
  shared('gcc and mold', { cc: ['gcc', '-fuse-ld=mold'], tools: ['mold'] }),
  shared('clang and lld, bound at once', {
    cc: ['clang', '-fuse-ld=lld'],
    tools: ['ld.lld'],
    flags: ['-Wl,-z,now'],
  }),
  shared('C++', { cc: ['g++'], source: CPP, language: 'cc' }),
  shared('C++ with its library inside', {
    cc: ['g++', '-static-libstdc++', '-static-libgcc'],
    source: CPP,
    language: 'cc',
  }),
  rust('unwind'),
  rust('abort'),
  go('gcc'),
  go('musl-gcc'),
  started('linked by lld', { flags: ['-fuse-ld=lld'], tools: ['ld.lld'] }),
  started('linked by mold', { flags: ['-fuse-ld=mold'], tools: ['mold'] }),
];
