/** What a compiled plain function returns is the caller's: it is copied out of the module once, and no later call changes it. */
import { compile, grad } from "cotangent";
import { expect, test } from "vitest";
import { differentiable } from "cotangent-compiler/parse";

interface Parts {
  readonly all: Float64Array;
  readonly list: number[];
  readonly rows: Float64Array[];
}

const parts = differentiable((x: Float64Array, scale: number): Parts => {
  const n = x.length;
  const all = new Float64Array(n);
  const list: number[] = [];
  for (let i = 0; i < n; i++) {
    all[i] = scale * x[i]!;
    list.push(scale + x[i]!);
  }
  const rows = [new Float64Array(2), new Float64Array(3)];
  rows[1]![2] = scale;
  return { all, list, rows };
});
const wanted = (x: Float64Array, scale: number): Parts => ({
  all: x.map((xi) => scale * xi),
  list: Array.from(x, (xi) => scale + xi),
  rows: [new Float64Array(2), Float64Array.of(0, 0, scale)],
});

const x = Float64Array.from({ length: 40 }, (_, i) => Math.sin(i));

test.each(["wasm", "js", "interpreter"] as const)(
  "results stay what they are after another call, in %s",
  (target) => {
    const compiled = compile(parts, { target });
    const [first, second] = [compiled(x, 2), compiled(x, 3)];
    expect([first, second]).toEqual([wanted(x, 2), wanted(x, 3)]);
    const out = {
      all: new Float64Array(40),
      list: Array.from(x),
      rows: [new Float64Array(2), new Float64Array(3)],
    };
    const { all, rows } = out;
    compiled.into(out, x, 5);
    compiled(x, 7);
    expect(out).toEqual(wanted(x, 5));
    expect([out.all, ...out.rows]).toEqual([all, ...rows]);
    expect(out.all).toBe(all);
    expect(out.rows[1]).toBe(rows[1]);
    expect([first, second]).toEqual([wanted(x, 2), wanted(x, 3)]);
  },
);

test.each(["wasm", "js", "interpreter"] as const)("a result may go where an argument is, in %s", (target) => {
  const squares = differentiable((v: Float64Array): number => {
    let sum = 0;
    for (const vi of v) sum += vi * vi * vi;
    return sum;
  });
  const g = compile(grad(squares), { target });
  const v = x.slice();
  expect(g.into(v, v)).toBe(v);
  expect(v).toEqual(g(x));
});

test.each(["wasm", "js", "interpreter"] as const)(
  "into a flat array, all numbers one after another, in %s",
  (target) => {
    const compiled = compile(parts, { target });
    const { all, list, rows } = wanted(x, 2);
    const flat = Float64Array.from([...all, ...list, ...rows[0]!, ...rows[1]!]);
    const out: Float64Array = new Float64Array(85);
    expect(compiled.into(out as never, x, 2)).toBe(out);
    expect(out).toEqual(flat);
    expect(() => compiled.into(new Float64Array(84) as never, x, 2)).toThrow("[wrong-structure]");
  },
);
