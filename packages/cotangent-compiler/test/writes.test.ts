/** What a function writes to its arguments, the caller has afterwards, as after a plain call; or there is an error. */
import { AdError, compile, grad } from "cotangent";
import { expect, test } from "vitest";

import { differentiable } from "../src/parse.ts";

// oxlint-disable-next-line no-explicit-any -- functions of many types, called with what fits each
type Any = any;
type Point = { x: number; y: number };
interface Body {
  p: Point;
  v: Point;
  m: number;
}

interface Written {
  readonly name: string;
  readonly f: (...args: Any[]) => unknown;
  /** New at each call. */
  readonly args: () => readonly unknown[];
}

const of = <const A extends readonly unknown[]>(
  name: string,
  f: (...args: Any[]) => unknown,
  args: () => A,
): Written => ({
  name,
  f: differentiable(f),
  args,
});
const bodies = (): readonly [Body[]] => [
  [
    { p: { x: 1, y: 2 }, v: { x: 3, y: 4 }, m: 5 },
    { p: { x: 6, y: 7 }, v: { x: 8, y: 9 }, m: 10 },
  ],
];

const CASES: readonly Written[] = [
  of(
    "an element of a list",
    (a: number[]) => (a[0] = 7) + a[1]!,
    () => [[1, 2]],
  ),
  of(
    "an element of a Float64Array",
    (a: Float64Array) => (a[0] = 7) + a[1]!,
    () => [Float64Array.of(1, 2)],
  ),
  of(
    "a negative zero",
    (a: number[]) => (a[0] = -0),
    () => [[0]],
  ),
  of(
    "booleans",
    (a: boolean[]) => {
      a[0] = !a[0]!;
      return a[0] ? 1 : 2;
    },
    () => [[false, true]],
  ),
  of(
    "whatever a branch wrote",
    (a: number[], x: number) => {
      if (x > 0) a[0] = x;
      else a[1] = x;
      return a[0]! + a[1]!;
    },
    () => [[1, 2], -3],
  ),
  of(
    "all elements",
    (a: number[]) => {
      for (let i = 0; i < a.length; i++) a[i]! *= 2;
      return a[0]!;
    },
    () => [Array.from({ length: 50 }, (_, i) => i)],
  ),
  of(
    "sort",
    (a: number[]) => a.sort((x, y) => x - y)[0]!,
    () => [[3, 1, 2]],
  ),
  of(
    "reverse",
    (a: number[]) => {
      a.reverse();
      return a[0]!;
    },
    () => [[3, 1, 2]],
  ),
  of(
    "fill",
    (a: number[]) => {
      a.fill(4);
      return a[0]!;
    },
    () => [[3, 1, 2]],
  ),
  of(
    "push",
    (a: number[]) => {
      for (let i = 0; i < 20; i++) a.push(i * a[0]!);
      return a.length;
    },
    () => [[1, 2]],
  ),
  of(
    "push in a branch",
    (a: number[], x: number) => {
      if (x > 0) a.push(x);
      return a.length;
    },
    () => [[1, 2], -1],
  ),
  of(
    "pop",
    (a: number[]) => a.pop()! * a.length,
    () => [[1, 2, 3]],
  ),
  of(
    "pop and push",
    (a: number[]) => {
      const x = a.pop()!;
      a.push(x * 2);
      a[0] = 9;
      return a[1]!;
    },
    () => [[1, 2]],
  ),
  of(
    "shift",
    (a: number[]) => a.shift()!,
    () => [[3, 1, 2]],
  ),
  of(
    "splice",
    (a: number[]) => {
      a.splice(1, 1);
      return a[1]!;
    },
    () => [[3, 1, 2]],
  ),
  of(
    "a length",
    (a: number[]) => {
      a.length = 1;
      return a[0]!;
    },
    () => [[1, 2]],
  ),
  of(
    "push to a list in an object",
    (p: { a: number[]; b: number }) => {
      p.a.push(p.b);
      p.b = p.a.length;
      return p.b;
    },
    () => [{ a: [1], b: 5 }],
  ),
  of(
    "push of an object",
    (ps: Point[]) => {
      ps.push({ x: 1, y: ps[0]!.x });
      return ps.length;
    },
    () => [[{ x: 4, y: 5 }]],
  ),
  of(
    "pop of a row",
    (m: number[][]) => {
      m[0]![1] = 8;
      m.pop();
      return m.length;
    },
    () => [[[1, 2], [3], []]],
  ),
  of(
    "elements of rows",
    (m: number[][]) => {
      for (let i = 0; i < m.length; i++) for (let j = 0; j < m[i]!.length; j++) m[i]![j]! += i;
      return m[1]![1]!;
    },
    () => [[[1, 2], [3, 4, 5], [], [6]]],
  ),
  of(
    "rows that change places",
    (m: number[][]) => {
      const t = m[0]!;
      m[0] = m[2]!;
      m[2] = t;
      m[0][0] = 10;
      return m[2][1]!;
    },
    () => [
      [
        [1, 2],
        [3, 4],
        [5, 6, 7],
      ],
    ],
  ),
  of(
    "one row in two places",
    (m: number[][]) => {
      m[0] = m[1]!;
      return m[0][0]!;
    },
    () => [
      [
        [1, 2],
        [3, 4],
      ],
    ],
  ),
  of(
    "deeper rows",
    (t: number[][][]) => {
      t[1]![0]![0] = 9;
      const u = t[0]![0]!;
      t[0]![0] = t[0]![1]!;
      t[0]![1] = u;
      return t[0]![0][0]!;
    },
    () => [[[[1], [2, 3]], [[4]]]],
  ),
  of(
    "Float64Arrays in a list",
    (m: Float64Array[]) => (m[1]![0] = m[0]![1]!),
    () => [[Float64Array.of(1, 2), Float64Array.of(3)]],
  ),
  of(
    "a field",
    (p: Point) => (p.x = 5) * p.y,
    () => [{ x: 1, y: 2 }],
  ),
  of(
    "a field, in a loop",
    (p: Point) => {
      for (let i = 0; i < 3; i++) p.x += p.y;
      return p.x;
    },
    () => [{ x: 1, y: 2 }],
  ),
  of(
    "a field, before an early return",
    (p: Point, n: number) => {
      p.x = 5;
      if (n > 0) return p.y;
      p.y = 6;
      return p.x;
    },
    () => [{ x: 1, y: 2 }, 1],
  ),
  of(
    "a field, by a helper",
    (p: Point) => {
      const move = (q: Point, d: number): void => {
        q.x += d;
      };
      move(p, 2);
      move(p, p.y);
      return p.x;
    },
    () => [{ x: 1, y: 2 }],
  ),
  of(
    "a boolean field",
    (p: { on: boolean; x: number }) => {
      p.on = p.x > 1;
      return p.x;
    },
    () => [{ on: false, x: 2 }],
  ),
  of(
    "a new object in a field",
    (p: { q: Point; r: number }) => {
      p.q = { x: p.r, y: 3 };
      return p.q.x * p.r;
    },
    () => [{ q: { x: 3, y: 4 }, r: 2 }],
  ),
  of(
    "a new list in a field",
    (p: { a: number[]; y: number }) => {
      p.a = [1, p.y, 3];
      return p.a[1]!;
    },
    () => [{ a: [1], y: 2 }],
  ),
  of(
    "fields that change places",
    (p: { a: Point; b: Point }) => {
      const t = p.a;
      p.a = p.b;
      p.b = t;
      p.a.x = 10;
      return p.b.x;
    },
    () => [{ a: { x: 1, y: 2 }, b: { x: 3, y: 4 } }],
  ),
  of(
    "a part of a tuple",
    (p: [number, number, Point]) => {
      p[0] = 5;
      p[2].y = p[1];
      return p[0] * p[1];
    },
    () => [[1, 2, { x: 3, y: 4 }]],
  ),
  of(
    "fields of objects in a list",
    (ps: Point[]) => {
      for (const p of ps) p.x += p.y;
      return ps[0]!.x;
    },
    () => [
      [
        { x: 1, y: 2 },
        { x: 3, y: 4 },
      ],
    ],
  ),
  of(
    "objects in a list",
    (ps: Point[]) => {
      for (let i = 1; i < ps.length; i++) ps[i] = { x: ps[i - 1]!.y, y: i };
      return ps[1]!.x;
    },
    () => [
      [
        { x: 1, y: 2 },
        { x: 3, y: 4 },
        { x: 5, y: 6 },
      ],
    ],
  ),
  of(
    "objects in objects in a list",
    (bs: Body[]) => {
      for (const b of bs) {
        b.p = { x: b.p.x + b.v.x, y: b.p.y + b.v.y };
        b.m *= 2;
      }
      return bs[0]!.p.x;
    },
    bodies,
  ),
  of(
    "fields of objects in objects in a list",
    (bs: Body[]) => {
      for (const b of bs) b.p.x += b.v.x;
      return bs[0]!.p.x;
    },
    bodies,
  ),
  of(
    "tuples in a list",
    (ps: [number, number][]) => {
      ps[0]![0] = 9;
      return ps[1]![1];
    },
    () => [
      [
        [1, 2],
        [3, 4],
      ],
    ],
  ),
  of(
    "lists in objects in a list",
    (ps: { a: number[]; b: number }[]) => {
      for (const p of ps) {
        p.b = p.a.length;
        for (let j = 0; j < p.a.length; j++) p.a[j]! += p.b;
      }
      return ps[2]!.a[0]!;
    },
    () => [
      [
        { a: [1], b: 2 },
        { a: [], b: 3 },
        { a: [4, 5], b: 6 },
      ],
    ],
  ),
  of(
    "what comes back",
    (a: number[]) => {
      a[0] = 5;
      return a;
    },
    () => [[1, 2]],
  ),
  of(
    "an object that comes back",
    (p: Point) => {
      p.x = 5;
      return p;
    },
    () => [{ x: 1, y: 2 }],
  ),
  of(
    "a recursive helper that writes",
    (a: number[], n: number) => {
      const go = (b: number[], k: number): number => {
        if (k < 0) return 0;
        b[k]! *= 2;
        return b[k]! + go(b, k - 1);
      };
      return go(a, n);
    },
    () => [[1, 2, 3], 2],
  ),
];

/** What comes of a call: the result, whether it is an argument, what the arguments are then, and which of their parts are the same as before. */
function outcome(f: (...args: Any[]) => unknown, { args }: Written): unknown {
  const given = args();
  const before = partsOf(given);
  const result = f(...given);
  const after = partsOf(given);
  return { result, returned: given.indexOf(result), given, same: after.map((x) => before.indexOf(x)) };
}

/** All objects and arrays in something. */
const partsOf = (x: unknown): readonly unknown[] =>
  typeof x === "object" && x !== null ? [x, ...Object.values(x).flatMap(partsOf)] : [];

for (const target of ["wasm", "js", "interpreter"] as const) {
  test.each(CASES)(`${target}: $name`, (written) => {
    const compiled = compile(written.f, { target });
    const expected = outcome(written.f, written);
    // The second call finds its memory as the first left it.
    for (let n = 0; n < 2; n++) expect(outcome(compiled, written)).toEqual(expected);
  });
}

test("derivatives leave arguments as they are", () => {
  const f = differentiable((p: { a: number[]; b: Point }) => {
    p.a.push(p.b.x);
    p.b.x = p.a[0]! * p.a[1]!;
    return p.b.x ** 2;
  });
  const p = { a: [2], b: { x: 3, y: 4 } };
  expect(grad(f)(p)).toEqual({ a: [2 * 6 * 3], b: { x: 2 * 6 * 2, y: 0 } });
  expect(p).toEqual({ a: [2], b: { x: 3, y: 4 } });
});

test("what is frozen and not changed is left alone; what is changed throws as in a plain call", () => {
  const f = differentiable((a: number[], x: number) => {
    if (x > 0) a[0] = x;
    return a[0]! * x;
  });
  const frozen = Object.freeze([1, 2]) as number[];
  expect(compile(f)(frozen, -1)).toBe(-1);
  expect(() => f(frozen, 3)).toThrow(TypeError);
  expect(() => compile(f)(frozen, 3)).toThrow(TypeError);
  expect(grad(f)(frozen, 3)).toEqual([[0, 0], 6]);
  const point = Object.freeze({ x: 1, y: 2 });
  expect(compile(differentiable((p: Point) => p.x * p.y))(point)).toBe(2);
});

test("the same object twice, written to", () => {
  const moves = differentiable((p: Point, q: Point) => {
    p.x = 5;
    return p.x * q.x;
  });
  const p = { x: 3, y: 4 };
  const message = "What was passed for p and q is the same, and the function writes to it.";
  for (const target of ["wasm", "js", "interpreter"] as const)
    expect(() => compile(moves, { target })(p, p)).toThrow(message);
  expect(() => grad(moves)(p, p)).toThrow(message);
  expect(p.x).toBe(3);
  const inside = differentiable((o: { a: Point; b: Point }) => {
    o.a.x = 5;
    return o.b.x;
  });
  expect(() => compile(inside)({ a: p, b: p })).toThrow("What was passed for o.a and o.b is the same");
  const reads = differentiable((a: Point, b: Point) => a.x * b.y);
  expect(compile(reads)(p, p)).toBe(12);
  expect(grad(reads)(p, p)).toEqual([
    { x: 4, y: 0 },
    { x: 0, y: 3 },
  ]);
});

test("the same array twice, only read, by a helper that calls itself", () => {
  const dot = differentiable((a: number[], b: number[]) => {
    const go = (u: number[], v: number[], k: number): number => (k < 0 ? 0 : u[k]! * v[k]! + go(u, v, k - 1));
    return go(a, b, a.length - 1);
  });
  const xs = [1, 2, 3];
  for (const target of ["wasm", "js", "interpreter"] as const) {
    expect(compile(dot, { target })(xs, xs)).toBe(14);
    expect(compile(grad(dot), { target })(xs, xs)).toEqual([
      [1, 2, 3],
      [1, 2, 3],
    ]);
  }
  const typed = differentiable((a: Float64Array, b: Float64Array) => {
    const go = (u: Float64Array, v: Float64Array, k: number): number =>
      k < 0 ? 0 : u[k]! * v[k]! + go(u, v, k - 1);
    return go(a, b, a.length - 1);
  });
  const fs = Float64Array.of(1, 2, 3);
  for (const target of ["wasm", "js", "interpreter"] as const)
    expect(compile(typed, { target })(fs, fs)).toBe(14);
});

test("what rounds, or has its length, is not written to", () => {
  const doubles = differentiable((a: number[]) => (a[0]! *= 1.5));
  const ints = Int32Array.of(1, 2) as unknown as number[];
  expect(() => compile(doubles)(ints)).toThrow("[wrong-structure]");
  expect(() => grad(doubles)(ints)).toThrow("[wrong-structure]");
  const reads = differentiable((a: number[]) => a[0]! * a[1]!);
  expect(compile(reads)(ints)).toBe(2);
  const grows = differentiable((a: number[]) => a.push(3));
  const list: (a: unknown) => unknown = compile(grows) as Any;
  expect(list([1])).toBe(2);
});

test("objects in a list that are replaced here and written to there: which is which is not known afterwards", () => {
  const f = differentiable((ps: Point[]) => {
    ps[0] = { x: 1, y: 2 };
    ps[1]!.x = 3;
    return ps[0].x * ps[1]!.x;
  });
  expect(() =>
    compile(f)([
      { x: 0, y: 0 },
      { x: 0, y: 0 },
    ]),
  ).toThrow(AdError);
  expect(() =>
    compile(f)([
      { x: 0, y: 0 },
      { x: 0, y: 0 },
    ]),
  ).toThrow("[aliased-structure]");
  expect(
    grad(f)([
      { x: 0, y: 0 },
      { x: 0, y: 0 },
    ]),
  ).toEqual([
    { x: 0, y: 0 },
    { x: 0, y: 0 },
  ]);
});
