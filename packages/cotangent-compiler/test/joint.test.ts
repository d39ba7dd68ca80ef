/** Calls, branches and loops that go both ways at once: what they compute, and that they leave no tape. */
import * as ad from "cotangent";
import { print } from "cotangent/program";
import type { Program } from "cotangent/program";
import { describe, expect, test } from "vitest";

import { differentiable } from "../src/parse.ts";

// The types of the transforms are those of functions of Reals.
// oxlint-disable-next-line no-explicit-any -- what plain functions are to the transforms is for the build to say
type Any = any;
type Numbers = readonly number[];

const gradOf = (f: Any): Any => ad.grad(f);
const programOf = (f: Any, ...args: readonly unknown[]): string => {
  const compiled = ad.compile(gradOf(f));
  compiled(...args);
  return print(compiled.program as Program);
};

/** Central differences of a function of a list of numbers. */
const differences = (f: (x: number[]) => number, x: Numbers): number[] =>
  x.map((_, i) => {
    const at = (h: number): number => f(x.map((v, j) => (i === j ? v + h : v)));
    return (at(1e-4) - at(-1e-4)) / 2e-4;
  });

function expectRight(f: (x: number[]) => number, x: Numbers): void {
  const captured: Any = differentiable(f);
  const wanted = differences(f, x);
  const found = Array.from(gradOf(captured)([...x]) as ArrayLike<number>);
  found.forEach((g, i) => expect(g).toBeCloseTo(wanted[i]!, 6));
  // Reverse mode against forward mode, to the last digits.
  x.forEach((_, i) => {
    const along = x.map((_, j) => (i === j ? 1 : 0));
    const { tangent } = (ad as Any).jvp(captured)([[...x]], [along]);
    expect(found[i]!).toBeCloseTo(tangent as number, 11);
  });
}

const X = [0.7, -0.4, 1.3, 0.2, -0.9];

describe("a function that calls itself", () => {
  function tree(x: number[]): number {
    const sum = (from: number, to: number, scale: number): number => {
      if (to - from === 1) return scale * x[from]! * x[from]!;
      const middle = Math.floor((from + to) / 2);
      return scale * x[middle]! + 2 * sum(from, middle, scale * 1.5) - sum(middle, to, scale + x[from]!);
    };
    return sum(0, x.length, 1);
  }

  test("whose adjoint is known before leaves no tape", () => {
    expectRight(tree, X);
    expect(programOf(differentiable(tree), [...X])).not.toContain("tape");
  });

  test("whose value decides what else is multiplied by it has one", () => {
    const f = (x: number[]): number => {
      const power = (k: number): number => (k === 0 ? 1 : Math.sin(power(k - 1)) * x[k - 1]! + x[0]!);
      return power(x.length);
    };
    expectRight(f, X);
    expect(programOf(differentiable(f), [...X])).toContain("tape");
  });

  test("a factor that comes after the call", () => {
    expectRight((x) => {
      const fold = (k: number): number => {
        let sum = 0;
        for (let i = k; i < x.length; i++) sum += fold(i + 1) * x[i]! * x[k]!;
        return sum + 1;
      };
      return fold(0);
    }, X);
  });

  test("what it reads is overwritten after it", () => {
    expectRight((x) => {
      const y = x.slice();
      const product = (k: number): number => (k === y.length ? 1 : y[k]! * product(k + 1));
      let total = 0;
      for (let i = 0; i < 3; i++) {
        total += product(i);
        y[i + 1]! *= 1.5 * y[i]!;
      }
      return total + y[2]! * y[3]!;
    }, X);
  });

  test("it writes what it reads", () => {
    expectRight((x) => {
      const y = x.slice();
      const walk = (k: number): number => {
        if (k + 1 >= y.length) return y[k]!;
        y[k + 1]! += y[k]! * y[k + 1]!;
        return 2 * walk(k + 1) + y[k]! * y[k]!;
      };
      return walk(0) + y[1]!;
    }, X);
  });

  test("in both branches, one of which has another", () => {
    expectRight((x) => {
      const choose = (k: number, w: number): number => {
        if (k === x.length) return w * w;
        let value: number;
        if (x[k]! > 0) value = 3 * choose(k + 1, w * x[k]!) + x[k]!;
        else if (k % 2 === 0) value = choose(k + 1, w - x[k]!);
        else value = -choose(k + 1, 2 * w);
        return value * 0.5;
      };
      return choose(0, 1.1);
    }, X);
  });
});

describe("a loop of which nobody knows how long it runs", () => {
  test("adds up without a tape", () => {
    const f = (x: number[]): number => {
      let [sum, i, step] = [0, 0, 1];
      while (i < x.length && step < 8) {
        sum += Math.exp(x[i]!) * x[0]!;
        step *= 2;
        i += step > 3 ? 2 : 1;
      }
      return 2 * sum - 1;
    };
    expectRight(f, X);
    expect(programOf(differentiable(f), [...X])).not.toContain("tape");
  });

  test("has one where what it adds up decides when it ends", () => {
    const f = (x: number[]): number => {
      let [sum, i] = [0, 0];
      while (i < x.length && sum < 2) {
        sum += x[i]! * x[i]!;
        i++;
      }
      return 3 * sum;
    };
    expectRight(f, X);
  });
});

test("the first iteration of a loop is apart where it decides, and may be missing", () => {
  const f = (x: number[]): number => {
    const y = x.map((v, i) => (i === 0 ? v * v : v * x[i - 1]!));
    let total = 0;
    for (let i = 0; i < y.length; i++) {
      if (i >= 1) total += y[i]! * y[i - 1]!;
      else total -= Math.sin(y[0]!);
    }
    return total;
  };
  for (const n of [0, 1, 2, 5]) {
    const x = X.slice(0, n);
    expect(ad.compile(differentiable(f), { math: "exact" })([...x])).toBe(f([...x]));
    expectRight(f, x);
  }
});
