/** The part of the WebAssembly API that the parser uses: `lib.dom.d.ts` declares it, `@types/node` 20 does not. */
declare namespace WebAssembly {
  interface Module {
    readonly __module?: never;
  }
  const Module: {
    imports(module: Module): { readonly module: string; readonly name: string }[];
  };
  class Instance {
    constructor(module: Module, imports: Record<string, Record<string, unknown>>);
    readonly exports: Record<string, unknown>;
  }
  class RuntimeError extends Error {}
  interface Memory {
    readonly buffer: ArrayBuffer;
  }
  function compile(bytes: Uint8Array): Promise<Module>;
}
