/** The part of WebAssembly's JavaScript interface that is used here; the library is typed without the web's globals. */

interface Memory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}
interface Global {
  value: number;
}
export interface Exports {
  readonly memory: Memory;
  readonly run: (...args: number[]) => number | undefined;
  readonly heap: Global;
  readonly top: Global;
  readonly parameters: Global;
  readonly results: Global;
}
type Imports = Record<string, Record<string, (...args: number[]) => number | readonly number[]>>;

interface Api {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: Imports) => { readonly exports: unknown };
  readonly validate: (bytes: Uint8Array) => boolean;
}

const api = (globalThis as { readonly WebAssembly?: Api }).WebAssembly;

/** Whether there is WebAssembly here at all. Whether a page's policy allows it shows when a module is compiled. */
export const hasWebAssembly: boolean = api !== undefined;

/** Compiles synchronously. */
export function instantiate(bytes: Uint8Array, imports: Imports): Exports {
  return new api!.Instance(new api!.Module(bytes), imports).exports as Exports;
}
