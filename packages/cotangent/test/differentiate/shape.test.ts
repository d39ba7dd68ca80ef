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
        v7 = tape.allocate(v6) [f64, f64]
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
          v24 = i32.sub(v10, v3)
          tape.store(v7, v24, v12) slot 0
          tape.store(v7, v24, v11) slot 1
          yield v15, v23
        }
        v25 = i32 0
        v26 = f64 1
        v27 = f64 1
        v28 = i32 1
        v29 = i32.sub(n, v28)
        v30 = i32.sub(v3, v28)
        dX, dY = for v31 = v29 to v30 step -1 (v32 = v26, v33 = v27) {
          v34 = i32.sub(v31, v3)
          v35 = f64 1
          v36 = f64 2
          v37 = f64.fromI32(v31)
          v38 = add(v36, v37)
          v39 = div(v35, v38)
          v40 = tape.load(v7, v34) slot 0: f64
          v41 = tape.load(v7, v34) slot 1: f64
          v42 = neg(v33)
          v43 = mul(v42, v39)
          v44 = f64 0
          v45 = f64.eq(v42, v44)
          v46 = f64.ne(v43, v43)
          v47 = i32.and(v46, v45)
          v48 = f64 0
          v49 = select(v47, v48, v43)
          v50 = sin(v40)
          v51 = neg(v50)
          v52 = mul(v33, v51)
          v53 = f64 0
          v54 = f64.eq(v33, v53)
          v55 = f64.ne(v52, v52)
          v56 = i32.and(v55, v54)
          v57 = f64 0
          v58 = select(v56, v57, v52)
          v59 = cos(v41)
          v60 = mul(v32, v59)
          v61 = f64 0
          v62 = f64.eq(v32, v61)
          v63 = f64.ne(v60, v60)
          v64 = i32.and(v63, v62)
          v65 = f64 0
          v66 = select(v64, v65, v60)
          v67 = add(v49, v66)
          v68 = mul(v32, v40)
          v69 = f64 0
          v70 = f64.eq(v32, v69)
          v71 = f64.ne(v68, v68)
          v72 = i32.and(v71, v70)
          v73 = f64 0
          v74 = select(v72, v73, v68)
          v75 = add(v67, v74)
          v76 = mul(v32, v41)
          v77 = f64 0
          v78 = f64.eq(v32, v77)
          v79 = f64.ne(v76, v76)
          v80 = i32.and(v79, v78)
          v81 = f64 0
          v82 = select(v80, v81, v76)
          v83 = add(v58, v82)
          yield v75, v83
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
