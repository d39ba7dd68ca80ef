import { afterEach, describe, expect, it } from "vitest";
import {
  add,
  backpropagate,
  centralDifference,
  constant,
  derivativeCheck,
  exp,
  grad,
  lt,
  mul,
  noGrad,
  Scalar,
  sin,
  stopGradient,
  sum,
  topologicalSort,
  value,
  where,
} from "../../src/index.ts";
import type { Real } from "../../src/index.ts";

describe("a leaf", () => {
  it("has a value, no derivative yet, and a rising id that is its name", () => {
    const [a, b] = [new Scalar(3), new Scalar(4, { name: "b" })];
    expect([a.data, a.derivative, a.name, b.name]).toEqual([3, null, String(a.uniqueId), "b"]);
    expect(b.uniqueId).toBeGreaterThan(a.uniqueId);
    expect([a.isLeaf(), a.isConstant(), a.parents]).toEqual([true, false, []]);
    expect(a.history).toEqual({ lastFn: undefined, ctx: undefined, inputs: [] });
    expect(`${a}`).toBe("Scalar(3)");
  });

  it("accumulates, until it is set to zero", () => {
    const x = new Scalar(3);
    const y = x.mul(x);
    y.backward();
    y.backward(0.5);
    expect(x.derivative).toBe(9);
    x.zeroDerivative();
    expect(x.derivative).toBe(0);
    x.accumulateDerivative(2);
    expect(x.derivative).toBe(2);
  });

  it("as the output receives dOut itself", () => {
    const x = new Scalar(3);
    x.backward();
    expect(x.derivative).toBe(1);
    x.backward(2);
    expect(x.derivative).toBe(3);
  });

  it("is reached even where the derivative is zero, and only if it is used", () => {
    const [x, unused] = [new Scalar(3), new Scalar(4)];
    x.mul(0).backward();
    expect([x.derivative, unused.derivative]).toEqual([0, null]);
  });
});

describe("a computed variable", () => {
  it("knows function and inputs; constants among these are plain numbers", () => {
    const x = new Scalar(3);
    const y = mul(x, 2);
    const z = add(constant(5), y);
    expect(z.history?.lastFn).toBe(add);
    expect(z.history?.inputs).toEqual([5, y]);
    expect(z.history?.inputs[1]).toBe(y);
    expect(y.parents[0]).toBe(x);
    expect([z.isLeaf(), z.isConstant(), z.derivative]).toEqual([false, false, null]);
  });

  it("takes one step of the chain rule, without constants", () => {
    const [x, y] = [new Scalar(3), new Scalar(2)];
    const z = mul(x, y);
    expect(z.chainRule(5)).toEqual([
      [x, 10],
      [y, 15],
    ]);
    expect(mul(x, 2).chainRule(5)).toEqual([[x, 10]]);
    expect(x.chainRule(1)).toEqual([]);
  });

  it("keeps no derivative of its own", () => {
    const x = new Scalar(3);
    const y = x.mul(2);
    y.mul(3).backward();
    expect([y.derivative, x.derivative]).toEqual([null, 6]);
  });

  it("can be detached, and named", () => {
    const x = new Scalar(3);
    const y = x.mul(2);
    y.name = "y";
    expect(y.name).toBe("y");
    const z = mul(y.detach(), x);
    z.backward();
    expect([y.detach().isConstant(), x.derivative]).toEqual([true, 6]);
  });
});

describe("numbers beside variables", () => {
  it("are constants on either side, as functions and as methods", () => {
    const x = new Scalar(3);
    expect([mul(2, 3), value(mul(2, x)), value(mul(x, 2)), x.mul(2).data]).toEqual([6, 6, 6, 6]);
    x.sub(1).div(2).pow(3).backward();
    expect(x.derivative).toBe(1.5);
  });

  it("stay plain numbers if there is no variable", () => {
    expect(mul(2, 3)).toBe(6);
    expect(sum([1, 2, 3])).toBe(6);
  });
});

describe("constants", () => {
  it("give constants, and take no derivative", () => {
    const c = constant(3);
    const d = c.mul(2);
    expect([d.isConstant(), d.data, d.history, d.parents]).toEqual([true, 6, undefined, []]);
    expect(topologicalSort(d)).toEqual([]);
  });

  it("include the results of comparisons", () => {
    const x = new Scalar(3);
    const less = lt(x, 4);
    expect([less.data, less.isConstant()]).toEqual([1, true]);
    const y = where(less, x.mul(2), x.mul(7));
    y.backward();
    expect(x.derivative).toBe(2);
  });

  it("include everything computed under noGrad", () => {
    const x = new Scalar(3);
    const y = noGrad(() => x.mul(x).add(1));
    expect([y.data, y.isConstant()]).toEqual([10, true]);
    expect(() =>
      noGrad(() => {
        throw new Error("mine");
      }),
    ).toThrow("mine");
    expect(x.mul(2).isConstant()).toBe(false);
  });

  it("include what stopGradient lets through", () => {
    const x = new Scalar(3);
    mul(x, stopGradient(x)).backward();
    expect(x.derivative).toBe(3);
  });
});

describe("comparisons for if", () => {
  it("are booleans", () => {
    const x = new Scalar(3);
    expect([x.lessThan(4), x.greaterThan(4), x.equals(3), x.lessThan(new Scalar(3))]).toEqual([
      true,
      false,
      true,
      false,
    ]);
  });
});

describe("topologicalSort", () => {
  it("puts every variable before its inputs, each once, constants left out", () => {
    const [x, y] = [new Scalar(3), new Scalar(2)];
    const a = x.mul(y);
    const b = a.add(x);
    const c = b.mul(a).mul(4);
    const sorted = topologicalSort(c);
    expect(sorted[0]).toBe(c);
    expect(new Set(sorted)).toEqual(new Set([c, ...c.parents, b, a, x, y]));
    expect(sorted.length).toBe(6);
    for (const [i, v] of sorted.entries()) {
      for (const parent of v.parents) expect(sorted.indexOf(parent)).toBeGreaterThan(i);
    }
  });
});

describe("the course's checks", () => {
  it("centralDifference takes any argument and step", () => {
    const f = (x: Real, y: Real): Real => mul(mul(x, x), y);
    expect(centralDifference(f, [3, 2])).toBeCloseTo(12, 6);
    expect(centralDifference(f, [3, 2], { arg: 1, epsilon: 1e-3 })).toBeCloseTo(9, 9);
  });

  it("derivativeCheck leaves the given scalars alone, and passes", () => {
    const x = new Scalar(1);
    x.mul(1000).backward();
    derivativeCheck((a: Real) => exp(sin(a)), x);
    expect(x.derivative).toBe(1000);
  });

  it("an unused input counts as zero", () => {
    expect(() =>
      derivativeCheck((a: Real, _b: Real) => mul(a, a), new Scalar(1), new Scalar(2)),
    ).not.toThrow();
  });
});

describe("grad", () => {
  it("touches nobody's derivative", () => {
    const w = new Scalar(2);
    const g = grad((x: Real) => mul(w, mul(x, x)))(3);
    expect([value(g), w.derivative]).toEqual([12, null]);
    backpropagate(g as unknown as Scalar);
    expect(w.derivative).toBe(6);
  });
});

describe("memory", () => {
  const kept: unknown[] = [];
  afterEach(() => kept.splice(0));

  it("handles the same variable as the same object, and makes long gone ones anew", () => {
    const x = new Scalar(1);
    const early = x.mul(2);
    let y = early;
    for (let i = 0; i < 40_000; i++) y = y.add(1);
    let z: Scalar = y;
    for (let i = 0; i < 40_000; i++) z = z.parents[0]!;
    expect(z.uniqueId).toBe(early.uniqueId);
    expect(z.parents[0]).toBe(x);
  });
});
