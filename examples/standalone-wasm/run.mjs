// Runs gradient.wasm with nothing but WebAssembly: no library, no imports. docs/compiled-modules.md explains the exports.
import { readFileSync } from "node:fs";

export function runModule(bytes, x) {
  const { memory, heap, top, run } = new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports;
  // Arrays lie behind `heap`; `top` is the first address behind them, a multiple of 16. An array is an address and a length.
  const input = heap.value;
  const output = (input + 8 * x.length + 15) & -16;
  top.value = (output + 8 * x.length + 15) & -16;
  new Float64Array(memory.buffer).set(x, input / 8);
  run(input, x.length, output, x.length);
  return Array.from(new Float64Array(memory.buffer, output, x.length));
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  console.log(runModule(readFileSync(new URL("gradient.wasm", import.meta.url)), [1, 2, 3, 4]));
}
