import { describe, expect, it } from 'vitest';
import type { Producer } from '../../src/elf/types.js';
import { parseComment, toolchainOf } from '../../src/explain/toolchain.js';
import { toolchainWords } from '../../src/report/toolchain-words.js';
import { inBoundedTime } from '../helpers/bounded-time.js';

describe('parseComment', () => {
  it.each([
    ['GCC: (Debian 12.2.0-14+deb12u1) 12.2.0', 'gcc', '12.2.0', 'Debian 12.2.0-14+deb12u1'],
    ['GCC: (Ubuntu 9.4.0-1ubuntu1~20.04.2) 9.4.0', 'gcc', '9.4.0', 'Ubuntu 9.4.0-1ubuntu1~20.04.2'],
    ['GCC: (GNU) 10.2.1 20210130 (Red Hat 10.2.1-11)', 'gcc', '10.2.1', 'Red Hat 10.2.1-11'],
    ['GCC: (GNU) 13.2.0', 'gcc', '13.2.0', undefined],
    ['GCC: (crosstool-NG 1.24.0.105_5659366) 9.2.0', 'gcc', '9.2.0', 'crosstool-NG 1.24.0.105_5659366'],
    ['GCC: (Alpine 13.2.1_git20240309) 13.2.1 20240309', 'gcc', '13.2.1', 'Alpine 13.2.1_git20240309'],
    ['clang version 18.1.8', 'clang', '18.1.8', undefined],
    ['Ubuntu clang version 14.0.0-1ubuntu1.1', 'clang', '14.0.0', 'Ubuntu'],
    ['Debian clang version 14.0.6', 'clang', '14.0.6', 'Debian'],
    ['rustc version 1.79.0 (129f3b996 2024-06-10)', 'rustc', '1.79.0', undefined],
    ['rustc version 1.96.0-nightly (abc 2026-01-01)', 'rustc', '1.96.0-nightly', undefined],
    ['Linker: LLD 17.0.6', 'lld', '17.0.6', undefined],
    ['Linker: Debian LLD 14.0.6', 'lld', '14.0.6', undefined],
    ['mold 2.3.2 (compatible with GNU ld)', 'mold', '2.3.2', undefined],
    ['something else 1.0', 'other', undefined, undefined],
    ['GCC: (', 'other', undefined, undefined],
  ])('%s', (text, name, version, vendor) => {
    expect(parseComment(text)).toEqual({
      name,
      text,
      ...(version === undefined ? {} : { version }),
      ...(vendor === undefined ? {} : { vendor }),
    });
  });

  it('takes no longer for a text that is made to', () => {
    for (const text of [`GCC: (${'('.repeat(200)}`, `GCC: (${'()'.repeat(97)}`, 'clang '.repeat(33)])
      expect(inBoundedTime(() => parseComment(text)).text).toBe(text);
  });
});

describe('toolchainOf', () => {
  const producer = (facts: Partial<Producer>): { producer: Producer } => ({
    producer: { comments: [], marks: [], ...facts },
  });
  const gcc = 'GCC: (Debian 12.2.0-14) 12.2.0';
  const rustc = 'rustc version 1.79.0 (129f3b996 2024-06-10)';
  const go = { version: 'go1.22.4', path: 'a/cmd', settings: { CGO_ENABLED: '1' } };

  it.each<[string, Partial<Producer>, string, string]>([
    ['C', { comments: [gcc] }, 'c', 'GCC 12.2.0 (Debian 12.2.0-14)'],
    ['Clang', { comments: ['clang version 18.1.8'] }, 'c', 'Clang 18.1.8'],
    ['Rust', { comments: [gcc, rustc] }, 'rust', 'Rust 1.79.0, with GCC 12.2.0 (Debian 12.2.0-14)'],
    ['Rust without .comment', { marks: ['rust'] }, 'rust', 'Rust'],
    ['Go', { go }, 'go', 'Go 1.22.4 with cgo'],
    ['Go with C', { go, comments: [gcc] }, 'go', 'Go 1.22.4 with cgo, with GCC 12.2.0 (Debian 12.2.0-14)'],
    ['Go without cgo', { go: { ...go, settings: { CGO_ENABLED: '0' } } }, 'go', 'Go 1.22.4 without cgo'],
    ['old Go', { go: { version: 'go1.16', settings: {} } }, 'go', 'Go 1.16'],
    [
      'GraalVM',
      { marks: ['graalvm'], comments: [gcc] },
      'graalvm',
      'GraalVM native-image, with GCC 12.2.0 (Debian 12.2.0-14)',
    ],
    [
      'Bun, which is Zig, Rust and C++',
      {
        marks: ['bun'],
        comments: ['clang version 16.0.6 (https://github.com/ziglang/zig-bootstrap)', rustc],
      },
      'bun',
      'bun build --compile, with Clang 16.0.6',
    ],
    ['Dart', { marks: ['dart'] }, 'dart', 'dart compile exe'],
    [
      'zig cc',
      {
        comments: [
          'clang version 17.0.6 (https://github.com/ziglang/zig-bootstrap 0b1f2a3)',
          'Linker: LLD 17.0.6',
        ],
      },
      'zig',
      'Zig, with Clang 17.0.6',
    ],
  ])('%s', (_, facts, kind, words) => {
    const toolchain = toolchainOf(producer(facts));
    expect(toolchain?.kind).toBe(kind);
    expect(toolchain && toolchainWords(toolchain)).toBe(words);
    expect(toolchain?.evidence).toBeTruthy();
  });

  it('says nothing where nothing is known', () => {
    expect(toolchainOf({})).toBeUndefined();
    expect(toolchainOf(producer({ comments: ['Linker: LLD 17.0.6'] }))).toBeUndefined();
  });
});
