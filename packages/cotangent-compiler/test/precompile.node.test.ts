/** Derivatives that are finished when a bundle is built: the numbers of the run-time compiler, in a few KB. */
import { readFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import type { BuildResult } from "esbuild";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import plugin from "../src/plugin/esbuild.ts";
import type { PluginOptions } from "../src/plugin/build.ts";
import { makeProject } from "./project.ts";
import type { Project } from "./project.ts";

const MODEL = `
import { grad, ScalarFunction, sigmoid } from "cotangent";
import { stretch, weights } from "./helper.ts";

export function banana(x: number, y: number): number {
  "use grad";
  return (1 - x) ** 2 + 100 * (y - stretch(x)) ** 2;
}
export const chained = (x: Float64Array): number => {
  "use grad";
  let s = 0;
  for (let i = 0; i + 1 < x.length; i++) s += (1 - x[i]) ** 2 + 100 * (x[i + 1] - x[i] ** 2) ** 2;
  return s;
};
export interface Layer { w: number[][]; b: number; on: boolean }
function layered(p: Layer, x: number[]): number {
  "use grad";
  let s = p.on ? p.b : 0;
  for (const row of p.w) {
    let t = 0;
    for (let i = 0; i < row.length; i++) t += row[i] * x[i];
    s += sigmoid(t) * t;
  }
  return s;
}
export { layered as network };
export const gradient = grad(banana);
export default function power(x: number, n = 3): number {
  "use grad";
  return x ** n;
}
export function weighted(x: number): number {
  "use grad";
  return Math.sin(x) * weights[0] + Twice.apply(x) + (x > 1 ? Math.hypot(x, 2) : Math.abs(x));
}
class Twice extends ScalarFunction {
  static forward(ctx: unknown, x: number) { return 2 * x; }
  static backward(ctx: unknown, dOut: number) { return 20 * dOut; }
}
`;
const HELPER = `
export const weights = [3];
export function stretch(x: number): number { return x * x; }
`;
const MAIN = `
import { compile, derivative, grad, hessian, hvp, jacobian, jvp, valueAndGrad, vjp } from "cotangent";
import * as ad from "cotangent";
import power, { banana, chained, gradient, network, weighted } from "./model.ts";
import { weights } from "./helper.ts";

const js = "js";
const polar = (r: number, t: number) => ({ x: r * Math.cos(t), y: [r * Math.sin(t), r] });
const walk = (n: number, x: number): number => {
  let y = x;
  while (y < n) y *= 1.5;
  return y * y;
};
const at = Float64Array.of(-1.2, 1, 0.5, 2);
const p = { w: [[1, 2], [3, 4, 5]], b: 6, on: true };
const inner = compile(grad(chained), { target: "js" });

const { value, pullback } = compile(vjp(polar), { target: "js" })(2, 0.5);
const compiled = compile(banana, { target: "js" });
const results = [
  compiled(1, 2), banana(1, 2), power(2), chained(at), network(p, [1, 10, 100]), weighted(2),
  compile(grad(banana), { target: "js" })(1, 2),
  compile(grad(banana, { wrt: "y" }), { target: "js" })(1, 2),
  compile(grad(banana, { wrt: [1, 0] }), { target: "js" })(1, 2),
  compile(gradient, { target: "js" })(1, 2),
  compile(ad.valueAndGrad(network), { target: "js" })(p, [0.1, 0.2, 0.3]),
  compile(grad(network, { wrt: "p" }), { target: "js" })(p, [0.1, 0.2, 0.3]),
  [...inner(at)], [...inner(at.subarray(1))],
  compile(hessian(banana), { target: "js" })(1, 2),
  compile(hessian(chained), { target: "js" })(at).map((row) => [...row]),
  compile(jacobian(polar), { target: "js" })(2, 0.5),
  compile(jvp(polar), { target: "js" })([2, 0.5], [1, 0]),
  compile(hvp(banana), { target: "js" })([1, 2], [1, 0]),
  value, pullback({ x: 1, y: [0, 2] }), pullback({ x: 0, y: [1, 1] }),
  compile(derivative(Math$square, 2), { target: "js" })(3),
  compile(grad(power), { target: "js" })(2), compile(grad(power), { target: "js" })(2, 5),
  compile(grad((x: number) => x * x * x), { target: "js" })(2),
  compile(grad(walk, { wrt: "x" }), { target: "js" })(10, 1),
  compile(grad(weighted), { target: "js" })(2), compile(grad(weighted), { target: "js" })(0.5),
  compile(grad(grad(Math$square)), { target: "js" })(3),
  compile(hessian(gradient, { wrt: 0 }) , { target: "js" }).length,
];
weights[0] = 100;
results.push(compile(grad(weighted), { target: "js" })(2));
results.push([...compile(grad(chained), { target: "js" }).into(new Float64Array(4), at)]);
results.push(compile(grad(banana), { target: "js" }).into([0, 0], 1, 2));
results.push([1, 2, 3].map(compile(grad((x: number) => x * x), { target: "js" })));
function Math$square(x: number): number { return x * x * x; }
console.log(JSON.stringify(results));
`;

let project: Project;
beforeAll(async () => {
  project = await makeProject();
  await project.write({
    "main.ts": MAIN.replace(/^.*hessian\(gradient.*\n/m, ""),
    "model.ts": MODEL,
    "helper.ts": HELPER,
  });
});
afterAll(() => project.remove());

async function bundle(
  entry: string,
  options: PluginOptions,
  minify = false,
): Promise<{ file: string; result: BuildResult }> {
  const file = `out/${entry.replace(/\W/g, "-")}-${JSON.stringify(options).replace(/\W/g, "")}${minify}.js`;
  const result = await build({
    entryPoints: [project.path(entry)],
    outfile: project.path(file),
    absWorkingDir: project.folder,
    bundle: true,
    format: "esm",
    minify,
    plugins: [plugin(options)],
    logLevel: "silent",
  });
  return { file, result };
}

describe("with precompile", () => {
  test("every transform gives what the run-time compiler gives, to the bit", async () => {
    const [atRunTime, ahead] = [await bundle("main.ts", {}), await bundle("main.ts", { precompile: true })];
    expect(ahead.result.warnings).toEqual([]);
    expect(await project.run(ahead.file)).toEqual(await project.run(atRunTime.file));
  });

  test("a gradient of loops over arrays is a few KB", async () => {
    await project.write({
      "small.ts": `import { grad } from "cotangent";
import { chained } from "./plain.ts";
const gradient = grad(chained);
console.log(JSON.stringify([chained(Float64Array.of(1, 2, 3)), [...gradient(Float64Array.of(1, 2, 3))]]));`,
      "plain.ts": `${MODEL.slice(MODEL.indexOf("export const chained"), MODEL.indexOf("export interface"))}
export function unused(x: number): number { "use grad"; return x * 123456; }`,
    });
    const { file } = await bundle("small.ts", { precompile: true }, true);
    // By hand, with d the differences x[i + 1] − x[i]².
    const d = [2 - 1, 3 - 4];
    const expected = [-400 * d[0]! * 1, 200 * d[0]! - 2 * (1 - 2) - 400 * d[1]! * 2, 200 * d[1]!];
    expect(await project.run(file)).toEqual([201, expected]);
    const text = await readFile(project.path(file), "utf8");
    expect(text).not.toMatch(/\beval\b|\bFunction\(|\bWebAssembly\.|123456/);
    expect(gzipSync(text).length).toBeLessThan(4 * 1024);
  });

  test("as WebAssembly: the bytes are in the bundle, the numbers those of the run-time compiler", async () => {
    const wasm = MAIN.replaceAll('target: "js"', 'target: "wasm"');
    await project.write({ "wasm.ts": wasm.replace(/^.*hessian\(gradient.*\n/m, "") });
    const [atRunTime, ahead] = [await bundle("wasm.ts", {}), await bundle("wasm.ts", { precompile: true })];
    expect(await project.run(ahead.file)).toEqual(await project.run(atRunTime.file));
    await project.write({
      "bytes.ts": `import { grad } from "cotangent"; import { chained } from "./plain.ts";
const g: any = grad(chained);
console.log(JSON.stringify([[...g(Float64Array.of(1, 2, 3))], g.target, WebAssembly.validate(g.wasm), typeof g.source]));`,
    });
    const { file } = await bundle("bytes.ts", { precompile: { target: "wasm" } }, true);
    expect(await project.run(file)).toEqual([[-400, 1002, -200], "wasm", true, "string"]);
    expect(gzipSync(await readFile(project.path(file))).length).toBeLessThan(6.25 * 1024);
  });

  test.each(["js", "wasm"])("into allocates nothing for results, in %s", async (target) => {
    await project.write({
      "into.ts": `import { compile, grad, valueAndGrad } from "cotangent";
export function norm(x: Float64Array, list: number[]): number {
  "use grad";
  let s = 0;
  for (let i = 0; i < x.length; i++) s += x[i]! * x[i]!;
  for (let i = 0; i < list.length; i++) s += list[i]! ** 3;
  return s;
}
const g: any = compile(grad(norm), { target: "${target}" });
const both: any = compile(valueAndGrad(norm), { target: "${target}" });
const x = Float64Array.of(1, 2, 3), list = [1, 2];
const outs: any[] = [[x.slice(), [0, 0]], { value: 0, grad: [x.slice(), [0, 0]] }];
const call = () => { g.into(outs[0], x, list); both.into(outs[1], x, list); };
call();
const first = g(x, list);
let made = 0;
const Real = Float64Array;
globalThis.Float64Array = new Proxy(Real, { construct(of, args) { made++; return new of(...args as []); } });
for (x[0] = 5; x[0] > 1; x[0]--) call();
globalThis.Float64Array = Real;
console.log(JSON.stringify([made, [...outs[0][0]], outs[0][1], outs[1].value, [...outs[1].grad[0]], [...first[0]], first[1]]));`,
    });
    const { file } = await bundle("into.ts", { precompile: true });
    const [x, list] = [
      [4, 4, 6],
      [3, 12],
    ];
    expect(await project.run(file)).toEqual([0, x, list, 26, x, [2, 4, 6], list]);
  });

  test("derivatives leave the arrays alone that their function writes to", async () => {
    await project.write({
      "keeps.ts": `import { compile, grad, jvp, vjp } from "cotangent";
export function inPlace(v: Float64Array): number {
  "use grad";
  for (let i = 0; i < v.length; i++) v[i] = v[i]! ** 2;
  return v[0]! * v[1]!;
}
const [gradient, along, back, compiled]: any[] = [grad(inPlace), jvp(inPlace), vjp(inPlace), compile(inPlace)];
const [x, d] = [Float64Array.of(3, 1), Float64Array.of(1, 0)];
const { value, pullback } = back(x);
console.log(JSON.stringify([
  [...gradient(x)], [...gradient(x)], along([x], [d]), value, [...pullback(1)], [...pullback(1)], [...x, ...d], compiled(x), [...x],
]));`,
    });
    const expected = [
      [6, 18],
      [6, 18],
      { value: 9, tangent: 6 },
      9,
      [6, 18],
      [6, 18],
      [3, 1, 1, 0],
      9,
      [9, 1],
    ];
    for (const target of ["js", "wasm"] as const) {
      const { file } = await bundle("keeps.ts", { precompile: { target } });
      expect(await project.run(file)).toEqual(expected);
    }
  });

  test("what a function writes to its arguments, its caller has, as after a plain call", async () => {
    await project.write({
      "writes.ts": `import { compile, grad } from "cotangent";
interface Body { p: { x: number; y: number }; v: { x: number; y: number }; trace: number[] }
const lists = (a: number[], m: number[][]): number => {
  "use grad";
  a[0] *= 2;
  a.push(m[1][0]);
  const t = m[0];
  m[0] = m[1];
  m[1] = t;
  m[0][0] = 7;
  return a.length;
};
const bodies = (bs: Body[], h: number): number => {
  "use grad";
  for (const b of bs) {
    b.v.x += h;
    b.p = { x: b.p.x + b.v.x, y: b.p.y };
    b.trace[0] = b.p.x;
  }
  return bs[0].p.x;
};
const object = (o: { q: { x: number }; n: number; on: boolean }): { x: number } => {
  "use grad";
  o.n += grad((x: number) => x * x)(o.q.x);
  o.on = o.n > 1;
  o.q = { x: o.n };
  return o.q;
};
const self = (a: number[]): number[] => {
  "use grad";
  a[0] = 5;
  return a;
};
const typed = (a: Float64Array): number => {
  "use grad";
  a[0] *= 3;
  return a[0];
};
const body = (): Body => ({ p: { x: 1, y: 2 }, v: { x: 3, y: 4 }, trace: [0] });
const args: any[] = [
  () => [[1, 2], [[3, 4], [5]]], () => [[body(), body()], 0.5], () => [{ q: { x: 2 }, n: 0, on: false }], () => [[1, 2]], () => [Float64Array.of(2)],
];
const outcome = (f: any, given: any[]) => {
  const [first] = given;
  const inner = first.q ?? first[0]?.p;
  const result = f(...given);
  return [result, result === first, inner === (first.q ?? first[0]?.p), given];
};
const compiled: any[] = [compile(lists), compile(bodies), compile(object), compile(self), compile(typed)];
console.log(JSON.stringify(compiled.map((f, i) => [outcome(f, args[i]()), outcome(f, args[i]())])));`,
    });
    const body = { p: { x: 4.5, y: 2 }, v: { x: 3.5, y: 4 }, trace: [4.5] };
    const o = { q: { x: 4 }, n: 4, on: true };
    const expected = [
      [
        3,
        false,
        true,
        [
          [2, 2, 5],
          [[7], [3, 4]],
        ],
      ],
      [4.5, false, false, [[body, body], 0.5]],
      [{ x: 4 }, false, false, [o]],
      [[5, 2], true, true, [[5, 2]]],
      [6, false, true, [{ 0: 6 }]],
    ].map((x) => [x, x]);
    for (const options of [{}, { precompile: true }, { precompile: { target: "wasm" } }] as const) {
      const { file } = await bundle("writes.ts", options);
      expect(await project.run(file)).toEqual(expected);
    }
  });

  test("the same list twice, where the function writes to it, is refused as at run time", async () => {
    await project.write({
      "shared.ts": `import { compile, grad, hvp, jvp } from "cotangent";
export function scale(a: number[], b: number[]): number {
  "use grad";
  a[0] = a[0]! * 2;
  return a[0]! * b[0]!;
}
export function read(a: Float64Array, b: Float64Array): number {
  "use grad";
  return a[0]! * b[0]!;
}
const outcome = (f: () => unknown): unknown => { try { return f(); } catch (error: any) { return error.code; } };
const x = [3];
const y = Float64Array.of(3);
function around(data: number[]) { return grad((v: number[]) => { v[0] = 5; return v[0]! * data[0]! * v[1]!; }); }
const all: any[] = [grad(scale), compile(scale), jvp(scale), hvp(scale)];
console.log(JSON.stringify([
  outcome(() => all[0](x, x)), outcome(() => all[1](x, x)), outcome(() => all[2]([x, x], [[1], [1]])), outcome(() => all[3]([x, x], [[1], [0]])),
  grad(scale)([3], [4]), hvp(scale)([[3], [4]], [[1], [0]]), grad(read)(y, y).map((g) => g[0]),
  outcome(() => { const data = [2, 3]; return around(data)(data); }), around([2])([4, 3]),
]));`,
    });
    const refused = "aliased-structure";
    const expected = [refused, refused, refused, refused, [[8], [6]], [[0], [2]], [3, 3], refused, [0, 10]];
    for (const options of [{}, { precompile: true }, { precompile: { target: "wasm" } }] as const) {
      const { file } = await bundle("shared.ts", options);
      expect(await project.run(file)).toEqual(expected);
    }
  });

  test("what goes wrong at run time says where in the source, and what is not there", async () => {
    await project.write({
      "errors.ts": `import { compile, grad, vjp } from "cotangent";
export function pick(x: number[], i: number): number {
  "use grad";
  if (x[i] < 0) throw new Error("negative");
  return x[i] ** 2;
}
const g: any = compile(grad(pick, { wrt: "x" }));
const cube: any = compile(grad((x: number) => x ** 3));
const both: any = grad((x: Float64Array, y: number) => x[0] * y);
const outcome = (f: () => unknown) => { try { return f(); } catch (error: any) { return [error.code, error.message.split("\\n")[0]]; } };
console.log(JSON.stringify([
  cube(2), [1, 2].map(cube), cube.into([0], 2), both(Float64Array.of(3), 2), both([3], 2), g([1, 2], 1), g.into([0, 0], [1, 2], 0), g.target, /function pick_grad\\(/.test(g.source), g.name, g.length,
  ...[
    () => g([1, 2], 2), () => g([1, 2], 0.5), () => g([-1, 2], 0), () => g([1, 2]), () => g("x", 1), () => g(["x"], 0),
    () => cube("2"), () => cube(), () => both(new Float64Array(0), 1), () => g.program, () => g.wasm, () => g.batch(2), () => g.into([0], [1, 2], 0), () => (grad as any)(g),
  ].map(outcome),
]));`,
    });
    const { file } = await bundle("errors.ts", { precompile: true });
    const absent = "grad(pick) was compiled when it was built;";
    expect(await project.run(file)).toEqual([
      12,
      [3, 12],
      [12],
      [{ 0: 2 }, 3],
      [{ 0: 2 }, 3],
      [0, 4],
      [2, 0],
      "js",
      true,
      "grad(pick)",
      2,
      ["index-out-of-range", "x[2] does not exist: its indices are 0 to 1 (errors.ts:4:7)."],
      ["not-an-index", "i is 0.5, but an integer of 32 bits is needed here (errors.ts:2:8)."],
      ["thrown", "negative (errors.ts:4:17)"],
      ["missing-argument", "grad(pick) takes 2 arguments, but was given 1."],
      ["wrong-structure", 'x is the string "x", but the function was compiled for an array.'],
      ["wrong-structure", 'x[0] is the string "x", but the function was compiled for a number.'],
      ["wrong-structure", 'x is the string "2", but the function was compiled for a number.'],
      ["missing-argument", "grad(anonymous) takes 1 argument, but was given 0."],
      ["index-out-of-range", "x[0] does not exist: it is empty (errors.ts:9:56)."],
      ["precompiled", `${absent} its program is not in the bundle.`],
      ["precompiled", `${absent} a module is not in the bundle.`],
      ["precompiled", `${absent} what maps it over batches is not in the bundle.`],
      ["wrong-structure", "into was given an array of 1, which does not have the structure of the result."],
      [
        "precompiled",
        `${absent} the program that another derivative would be made from is not in the bundle.`,
      ],
    ]);
  });

  test("primitives that Math lacks, and those of their derivatives", async () => {
    const functions = "sigmoid softplus relu erf lgamma digamma".split(" ");
    const plain = "tanh asin acos atan asinh acosh atanh log1p expm1 cbrt".split(" ");
    await project.write({
      "primitives.ts": `import { compile, grad, hessian, ${functions.join(", ")} } from "cotangent";
const js = (x: number, y: number): number => ${[
        ...functions.map((f) => `${f}(x)`),
        ...plain.map((f) => `Math.${f}(x${f === "acosh" ? " + 1" : ""})`),
        "Math.atan2(x, y)",
        "Math.hypot(x, y)",
        "x ** y",
        "Math.max(x, y)",
      ].join(" + ")};
console.log(JSON.stringify([0.3, 0.7].map((x) => [
  compile(js, { target: "js" })(x, 0.2), compile(grad(js), { target: "js" })(x, 0.2), compile(hessian(js), { target: "js" })(x, 0.2),
  compile(hessian(js), { target: "wasm" })(x, 0.2), compile(grad(js), { target: "wasm", math: "exact" })(x, 0.2),
])));`,
    });
    const [atRunTime, ahead] = [
      await bundle("primitives.ts", {}),
      await bundle("primitives.ts", { precompile: true }, true),
    ];
    expect(ahead.result.warnings).toEqual([]);
    const numbers = (await project.run(ahead.file)) as number[][];
    expect(numbers.flat(4).every(Number.isFinite)).toBe(true);
    expect(numbers).toEqual(await project.run(atRunTime.file));
    const text = await readFile(project.path(ahead.file), "utf8");
    expect(text).not.toMatch(/new Function|primitive\(/);
    expect(gzipSync(text).length).toBeLessThan(24 * 1024);
  });

  test("functions that take derivatives inside, called, differentiated and imported", async () => {
    await project.write({
      "inner.ts": `import { grad } from "cotangent";
export const spring = (x: number): number => 0.5 * x ** 2 + x ** 4;
export function work(x: number): number {
  "use grad";
  const force = (y: number): number => grad(spring)(y);
  return force(x) ** 2 + grad((y: number) => y * x)(x);
}
export const power = (x: number): number => { "use grad"; return work(x) * 2; };
export const here = [work(1), power(1)];`,
      "nested.ts": `import { compile, grad } from "cotangent";
import { here, power, work } from "./inner.ts";
console.log(JSON.stringify([here, work(1), work(2), power(2), compile(grad(work), { target: "js" })(1), grad(power)(1)]));`,
    });
    const [atRunTime, ahead] = [
      await bundle("nested.ts", {}),
      await bundle("nested.ts", { precompile: true }, true),
    ];
    expect(ahead.result.warnings).toEqual([]);
    // The force x + 4x³ at 1 and at 2; twice the force times 1 + 12x², and the slope of x.
    const [one, two] = [5 ** 2 + 1, 34 ** 2 + 2];
    const expected = [[one, 2 * one], one, two, 2 * two, 2 * 5 * 13 + 1, 2 * (2 * 5 * 13 + 1)];
    expect(await project.run(atRunTime.file)).toEqual(expected);
    expect(await project.run(ahead.file)).toEqual(expected);
    expect(await readFile(project.path(ahead.file), "utf8")).not.toMatch(/new Function|WebAssembly\.Module/);
  });
});
