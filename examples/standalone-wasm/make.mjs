// Writes gradient.wasm: the gradient of log Σ exp(xᵢ) as a module. Here, and only here, the library is needed.
//
//     npm run build && node examples/standalone-wasm/make.mjs && node examples/standalone-wasm/run.mjs
import { writeFileSync } from "node:fs";
import { add, compile, exp, grad, log } from "cotangent";

const logSumExp = (x) => log(x.reduce((sum, xi) => add(sum, exp(xi)), 0));
const gradient = compile(grad(logSumExp), { target: "wasm" });
gradient(new Float64Array(4)); // compiled for four numbers
const file = new URL("gradient.wasm", import.meta.url);
writeFileSync(file, gradient.wasm);
console.log(`${gradient.wasm.length} bytes`);
