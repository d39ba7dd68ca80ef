/** Lists that change while a method goes through them, comparisons that give NaN, and what is asked of what may not be there. */
import { compile } from "cotangent";
import { describe, expect, test } from "vitest";

import { differentiable } from "../src/parse.ts";

// oxlint-disable-next-line no-explicit-any -- functions of all kinds
type Any = any;

/** What the compiled function gives in both languages that the plain one does not. */
function wrong(f: Any, ...args: readonly unknown[]): readonly unknown[] {
  const wanted: unknown = f(...structuredClone(args));
  return (["js", "wasm"] as const)
    .map((target): unknown => compile(differentiable(f), { target, math: "exact" })(...structuredClone(args)))
    .filter((got) => !Object.is(got, wanted));
}

const v = [3, 1, 2, 5, 4.5];

describe("callbacks that change the list: they are called for what was there at first", () => {
  test.each<[string, (v: number[]) => number]>([
    [
      "forEach, which does not visit what was taken off",
      (v) => {
        const a = v.slice();
        let s = 0;
        a.forEach((x, i) => {
          if (i < 2) a.pop();
          s += x * (i + 1);
        });
        return s + 100 * a.length;
      },
    ],
    [
      "forEach that pushes",
      (v) => {
        const a = v.slice();
        let s = 0;
        a.forEach((x, i) => {
          a.push(x * 2);
          s += x * i;
        });
        return s + a.length;
      },
    ],
    [
      "reduce that pushes",
      (v) => {
        const a = v.slice();
        const s = a.reduce((t, x) => {
          a.push(x);
          return t + x;
        }, 0);
        return s + a.length;
      },
    ],
    [
      "filter that pushes, and writes to the element that it is given",
      (v) => {
        const a = v.slice();
        const b = a.filter((x, i) => {
          a.push(x + 1);
          a[i] = 100;
          return x > 2.5;
        });
        return b.reduce((s, x) => s + x, 0) * 100 + a.length;
      },
    ],
    [
      "find that writes to the element that it is given",
      (v) => {
        const a = v.slice();
        const x = a.find((y, i) => {
          a[i] = 100;
          return y > 4.6;
        });
        return x! + a[0]!;
      },
    ],
    [
      "findIndex, some and every that push",
      (v) => {
        const a = v.slice();
        const grows = (x: number): boolean => {
          a.push(x + 1);
          return x > 8;
        };
        const at = a.findIndex(grows);
        const some = a.some(grows);
        const every = a.every((x) => !grows(x - 100));
        return at + 10 * (some ? 1 : 2) + 100 * (every ? 1 : 2) + 1000 * a.length;
      },
    ],
  ])("%s", (_, f) => expect(wrong(f, v)).toEqual([]));

  test("map, whose result has no number for what was taken off, says so", () => {
    const f = differentiable((v: number[]): number => {
      const a = v.slice();
      return a.map((x) => (a.pop(), x)).length;
    });
    expect(() => (compile(f) as Any)([1, 2, 3])).toThrow("index-out-of-range");
  });
});

test("a comparison that gives NaN, of infinities, says that both are alike", () => {
  const f = (v: number[]): number =>
    v
      .map((d, i) => ({ d, i }))
      .sort((p, q) => p.d - q.d)
      .reduce((s, p, k) => s + p.i * 10 ** k, 0);
  expect(wrong(f, [Infinity, 1, Infinity, -Infinity, 2, Infinity, -Infinity])).toEqual([]);
});

describe("what may not be there is undefined where that is asked", () => {
  test.each<[string, (v: number[], i: number) => number]>([
    [
      "while ((x = list.pop()) !== undefined)",
      (v) => {
        const a = v.slice();
        let [s, k] = [0, 0];
        let x: number | undefined;
        while ((x = a.pop()) !== undefined) s += x * ++k;
        return s;
      },
    ],
    [
      "a queue, until it is empty",
      (v) => {
        const queue = v.slice();
        let [s, k] = [0, 0];
        for (let x = queue.shift(); x !== undefined; x = queue.shift()) s += x * ++k;
        return s;
      },
    ],
    [
      "pop and shift with ??",
      (v) => v.slice(0, 1).pop()! + (v.slice(9).pop() ?? 7) + (v.slice(9).shift() ?? 70),
    ],
    [
      "an element, asked for further down",
      (v, i) => {
        const x = v[i];
        if (x === undefined) return -1;
        return x * x;
      },
    ],
    [
      "an element, asked for inside a function",
      (v, i) => {
        const x = v[i];
        const g = (): number => x ?? 9;
        return g() * 2;
      },
    ],
    [".at", (v, i) => (v.at(i) ?? 8) + (v.at(-i) ?? 9) * 10 + (v.at(-1) ?? 0) * 100],
    [
      "fields that an object was not made with",
      (v, i) => {
        interface Options {
          gain?: number;
          f?: (x: number) => number;
          inner?: { z: number };
        }
        const g = (x: number, o: Options = {}): number => {
          const { gain } = o;
          const inner = o.inner;
          const more = (o.f ? o.f(x) : 1) + (o.f?.(2) ?? 4) + (o.inner?.z ?? 7) + (!o.inner ? 1 : o.inner.z);
          return (
            (gain ?? 3) * x + more + (o.gain === undefined ? 1 : o.gain) + (inner === undefined ? 5 : inner.z)
          );
        };
        return g(v[0]!) + g(1, { gain: i }) + g(2, { f: (t) => t * i }) + g(3, { inner: { z: i } });
      },
    ],
    [
      "a[i++] ??= x evaluates its index once",
      (v) => {
        const a = v.slice();
        let i = 0;
        a[i++] ??= 5;
        a[i++] ||= 7;
        a[i++] &&= 9;
        return a[0]! + a[1]! * 10 + a[2]! * 100 + i;
      },
    ],
  ])("%s", (_, f) => {
    for (const i of [0, 3, 5, 9]) expect(wrong(f, v, i)).toEqual([]);
  });

  test("after a throw nobody asks again", () => {
    const f = (v: number[], i: number): number => {
      const x = v[i];
      if (x === undefined) throw new RangeError("none");
      return x * x;
    };
    expect(wrong(f, v, 2)).toEqual([]);
    expect(() => (compile(differentiable(f)) as Any)(v, 7)).toThrow("none");
  });
});
