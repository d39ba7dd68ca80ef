/** What derivative programs look like: what is recorded, what is repeated, and what is left out. */
import { describe, expect, test } from "vitest";
import { forward } from "../../src/differentiate/forward.ts";
import { hvp } from "../../src/differentiate/hessian.ts";
import { reverse } from "../../src/differentiate/reverse.ts";
import { print } from "../../src/program/print.ts";
import type { Op, Program, Region } from "../../src/program/ir.ts";
import { define, textbook } from "./textbook.ts";

const operations = (region: Region): Op[] =>
  region.ops.flatMap((op) => [op, ...op.regions.flatMap(operations)]);
const count = (program: Program, kind: Op["kind"]): number =>
  program.functions.flatMap((f) => operations(f.body)).filter((op) => op.kind === kind).length;
const gradient = (name: string, wrt?: readonly number[]): Program =>
  reverse(textbook[name]!.program, { seeds: "one", ...(wrt === undefined ? {} : { wrt }) }).program;

describe("prints", () => {
  test("a product, forwards", () => {
    const f: Program = { functions: [define("f", "x: f64, y: f64", (p, x, y) => [p.mul(x, p.mul(y, y))])] };
    expect(print(forward(f).program)).toMatchInlineSnapshot(`
      "function f_forward(x: f64 noalias, y: f64 noalias, xDot: f64 noalias, yDot: f64 noalias): f64, f64 {
        v0 = mul(y, y)
        v1 = mul(yDot, y)
        v2 = mul(yDot, y)
        v3 = add(v1, v2)
        v4 = mul(x, v0)
        v5 = mul(xDot, v0)
        v6 = mul(v3, x)
        v7 = add(v5, v6)
        return v4, v7
      }
      "
    `);
  });

  test("a dot product, in one loop", () => {
    expect(print(gradient("dot"))).toMatchInlineSnapshot(`
      "function dot_reverse(x: array noalias, y: array noalias, dX: array noalias, dY: array noalias): f64 {
        v0 = f64 0
        fill(dX, v0)
        v1 = f64 0
        fill(dY, v1)
        v2 = i32 0
        v3 = f64 1
        v4 = length(x)
        v5 = i32 0
        v6 = f64 0
        v7 = for v8 = v5 to v4 (v9 = v6) {
          v10 = load(x, v8)
          v11 = load(y, v8)
          v12 = mul(v10, v11)
          v13 = add(v9, v12)
          v14 = i32 0
          v15 = mul(v3, v11)
          v16 = mul(v3, v10)
          accumulate(dY, v8, v16)
          accumulate(dX, v8, v15)
          yield v13
        }
        v17 = i32 0
        v18 = f64 1
        return v7
      }
      "
    `);
  });

  // cos(v11) and sin(v12) come with sin(v11) and cos(v12); to load them takes 0.6 of what it takes to compute them again, in a long loop 0.45.
  test("a recurrence, with a tape", () => {
    expect(print(gradient("recurrence"))).toMatchInlineSnapshot(`
      "function recurrence_reverse(x: f64 noalias, y: f64 noalias, n: i32 noalias): f64, f64, f64, f64 {
        v0 = i32 0
        v1 = f64 1
        v2 = f64 1
        v3 = i32 0
        v4 = i32 0
        v5 = i32.sub(n, v3)
        v6 = i32.max(v4, v5)
        v7 = tape.allocate(v6) [f64, f64, f64, f64]
        v8, v9 = for v10 = v3 to n (v11 = x, v12 = y) {
          v13 = mul(v11, v12)
          v14 = sin(v11)
          v15 = add(v13, v14)
          v16 = cos(v12)
          v17 = f64.fromI32(v10)
          v18 = f64 2
          v19 = add(v18, v17)
          v20 = f64 1
          v21 = div(v20, v19)
          v22 = mul(v11, v21)
          v23 = sub(v16, v22)
          v24 = sin(v12)
          v25 = cos(v11)
          v26 = i32.sub(v10, v3)
          tape.store(v7, v26, v24) slot 0
          tape.store(v7, v26, v25) slot 1
          tape.store(v7, v26, v12) slot 2
          tape.store(v7, v26, v11) slot 3
          yield v15, v23
        }
        v27 = i32 0
        v28 = f64 1
        v29 = f64 1
        v30 = i32 1
        v31 = i32.sub(n, v30)
        v32 = i32.sub(v3, v30)
        dX, dY = for v33 = v31 to v32 step -1 (v34 = v28, v35 = v29) {
          v36 = i32.sub(v33, v3)
          v37 = f64 1
          v38 = f64 2
          v39 = f64.fromI32(v33)
          v40 = add(v38, v39)
          v41 = div(v37, v40)
          v42 = tape.load(v7, v36) slot 0: f64
          v43 = tape.load(v7, v36) slot 1: f64
          v44 = tape.load(v7, v36) slot 2: f64
          v45 = tape.load(v7, v36) slot 3: f64
          v46 = neg(v35)
          v47 = mul(v46, v41)
          v48 = f64 0
          v49 = f64.eq(v46, v48)
          v50 = f64.ne(v47, v47)
          v51 = i32.and(v50, v49)
          v52 = f64 0
          v53 = select(v51, v52, v47)
          v54 = neg(v42)
          v55 = mul(v35, v54)
          v56 = f64 0
          v57 = f64.eq(v35, v56)
          v58 = f64.ne(v55, v55)
          v59 = i32.and(v58, v57)
          v60 = f64 0
          v61 = select(v59, v60, v55)
          v62 = mul(v34, v43)
          v63 = f64 0
          v64 = f64.eq(v34, v63)
          v65 = f64.ne(v62, v62)
          v66 = i32.and(v65, v64)
          v67 = f64 0
          v68 = select(v66, v67, v62)
          v69 = add(v53, v68)
          v70 = mul(v34, v44)
          v71 = f64 0
          v72 = f64.eq(v34, v71)
          v73 = f64.ne(v70, v70)
          v74 = i32.and(v73, v72)
          v75 = f64 0
          v76 = select(v74, v75, v70)
          v77 = add(v69, v76)
          v78 = mul(v34, v45)
          v79 = f64 0
          v80 = f64.eq(v34, v79)
          v81 = f64.ne(v78, v78)
          v82 = i32.and(v81, v80)
          v83 = f64 0
          v84 = select(v82, v83, v78)
          v85 = add(v61, v84)
          yield v77, v85
        }
        return v8, v9, dX, dY
      }
      "
    `);
  });
});

describe("what costs nothing", () => {
  test("data by which is not differentiated has no shadow and no adjoint", () => {
    const text = print(gradient("dot", [0]));
    expect(text).not.toContain("dy");
    expect(text.match(/accumulate/g)).toHaveLength(1);
  });

  test("a function of nothing asked for is left as it is", () => {
    const derivative = reverse(textbook["recursion"]!.program, { wrt: [], seeds: "one" });
    expect(derivative.program.functions.map((f) => f.name)).toEqual(["recursion_reverse", "power"]);
  });

  test("elements that nobody overwrites are loaded again, not recorded", () => {
    expect(count(gradient("dot"), "tape.allocate")).toBe(0);
    expect(count(gradient("logSumExp"), "tape.load")).toBe(2);
  });

  test("a matrix product needs no tape", () => {
    const { program } = textbook["matrixProduct"]!;
    const [tapes, loads] = [count(gradient("matrixProduct"), "tape.allocate"), count(program, "load")];
    expect(tapes).toBe(0);
    expect(loads).toBe(3);
  });

  test("a factorisation records what it overwrites, not what it reads", () => {
    const text = print(gradient("cholesky"));
    // The innermost loops, where all the reading is, have no tape.
    const innermost = text.match(/for v\d+ = v\d+ to v\d+[^{]*\{[^{}]*\}/g)!;
    expect(innermost.length).toBeGreaterThan(1);
    for (const loop of innermost) expect(loop).not.toContain("tape");
  });

  test("work space is private to each iteration, whose way back follows at once", () => {
    const text = print(gradient("workSpace"));
    expect(text).toContain("mark()");
    // The blocks outside are not used any more.
    const [row] = /v\d+ = allocate/.exec(text)!;
    expect(text.split(`(${row.split(" ")[0]},`)).toHaveLength(1);
    expect(print(gradient("carriedBuffer"))).not.toContain("mark()");
  });
});

describe("checkpoints", () => {
  test("the state is kept once per segment, and a segment's records are given back", () => {
    const program = gradient("pendulum");
    expect(program.functions.map((f) => f.name)).toEqual([
      "pendulum_reverse",
      "pendulum_segment_forth",
      "pendulum_segment_back",
      "pendulum_segment",
    ]);
    const [main] = program.functions;
    const loops = main!.body.ops.filter((op) => op.kind === "for");
    // There and back over the segments; how many there are is a root of how many iterations there are.
    expect(loops).toHaveLength(2);
    expect(print(program)).toContain("sqrt");
    const resets = loops.map(
      (loop) => operations(loop.regions[0]!).filter((op) => op.kind === "reset").length,
    );
    expect(resets).toEqual([1, 1]);
  });
});

test("second derivatives are programs of the same kind", () => {
  expect(hvp(textbook["polynomial"]!.program).functions.map((f) => f.name)).toEqual([
    "polynomial_hvp",
    "polynomial_reverse_forward",
  ]);
});
