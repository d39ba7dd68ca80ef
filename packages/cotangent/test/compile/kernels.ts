import { ModuleBuilder } from "../../src/compile/wasm/assembler.ts";
import { bringGamma } from "../../src/compile/wasm/kernels/gamma-kernels.ts";
import { Kernels } from "../../src/compile/wasm/kernels/kernels.ts";
import { instantiate } from "../../src/compile/webassembly.ts";

bringGamma();

/** A kernel alone in a module: for one number per argument, and for two. */
export interface KernelUnderTest {
  readonly arity: number;
  readonly one: (...args: number[]) => number;
  readonly two: (first: readonly number[], second: readonly number[]) => [number, number];
  readonly bytes: Uint8Array;
}

export function kernel(id: string): KernelUnderTest {
  const module = new ModuleBuilder(80);
  const kernels = new Kernels(module);
  const scalar = kernels.scalar(id);
  const vector = kernels.vector(id);
  const arity = scalar.params.length;
  const at = 65_000;
  const pairs = module.function("pairs", "", "");
  pairs.i32(at);
  for (let k = 0; k < arity; k++) pairs.i32(at).access("v128.load", 16 * (k + 1));
  pairs.call(vector).access("v128.store");
  module.exportFunction("run", scalar);
  module.exportFunction("pairs", pairs);
  const bytes = module.encode(65_536);
  const exports = instantiate(bytes, {}) as unknown as {
    readonly run: (...args: number[]) => number;
    readonly pairs: () => void;
    readonly memory: { readonly buffer: ArrayBuffer };
  };
  const cells = new Float64Array(exports.memory.buffer);
  return {
    arity,
    bytes,
    one: exports.run,
    two: (first, second) => {
      first.forEach((x, k) => {
        cells[at / 8 + 2 * (k + 1)] = x;
        cells[at / 8 + 2 * (k + 1) + 1] = second[k]!;
      });
      exports.pairs();
      return [cells[at / 8]!, cells[at / 8 + 1]!];
    },
  };
}

/** Two functions that are computed together: both values at a number, and those at each of two numbers. */
export function twins(id: string): {
  readonly one: (x: number) => [number, number];
  readonly two: (x: number, y: number) => [number, number][];
} {
  const module = new ModuleBuilder(80);
  const kernels = new Kernels(module);
  const scalar = kernels.scalar(id);
  const at = 65_000;
  const pairs = module.function("pairs", "", "");
  const [first, second] = [pairs.local("v"), pairs.local("v")];
  pairs.i32(at).access("v128.load").call(kernels.vector(id)).set(second).set(first);
  pairs.i32(at).get(first).access("v128.store").i32(at).get(second).access("v128.store", 16);
  module.exportFunction("run", scalar);
  module.exportFunction("pairs", pairs);
  const exports = instantiate(module.encode(65_536), {}) as unknown as {
    readonly run: (x: number) => [number, number];
    readonly pairs: () => void;
    readonly memory: { readonly buffer: ArrayBuffer };
  };
  const cells = new Float64Array(exports.memory.buffer, at, 4);
  return {
    one: exports.run,
    two: (x, y) => {
      cells.set([x, y]);
      exports.pairs();
      return [
        [cells[0]!, cells[2]!],
        [cells[1]!, cells[3]!],
      ];
    },
  };
}
