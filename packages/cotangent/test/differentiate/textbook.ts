/** Programs as one writes them: the loops of textbooks, each with arguments at which it is smooth. */
import {
  add,
  cos,
  div,
  exp,
  log,
  max,
  mul,
  neg,
  sin,
  sqrt,
  square,
  sub,
  tanh,
} from "../../src/primitives/index.ts";
import { buildFunction } from "../../src/program/builder.ts";
import type { Builder, ParameterSpec } from "../../src/program/builder.ts";
import type { Program, Value } from "../../src/program/ir.ts";
import type { PrimitiveBase } from "../../src/real/real.ts";
import type { Argument } from "./support.ts";

export interface Example {
  readonly program: Program;
  readonly args: readonly Argument[];
}

type N = Value | number;

/** A builder that takes plain numbers for constants. */
export class Pen {
  readonly b: Builder;
  constructor(b: Builder) {
    this.b = b;
  }
  f = (x: N): Value => (typeof x === "number" ? this.b.f64(x) : x);
  i = (n: N): Value => (typeof n === "number" ? this.b.i32(n) : n);
  apply = (f: PrimitiveBase, ...args: N[]): Value => this.b.primitive(f, ...args.map(this.f));
  add = (x: N, y: N): Value => this.apply(add, x, y);
  sub = (x: N, y: N): Value => this.apply(sub, x, y);
  mul = (x: N, y: N): Value => this.apply(mul, x, y);
  div = (x: N, y: N): Value => this.apply(div, x, y);
  plus = (n: N, m: N): Value => this.b.op("i32.add", this.i(n), this.i(m));
  minus = (n: N, m: N): Value => this.b.op("i32.sub", this.i(n), this.i(m));
  times = (n: N, m: N): Value => this.b.op("i32.mul", this.i(n), this.i(m));
  load = (a: Value, i: N): Value => this.b.load(a, this.i(i));
  store = (a: Value, i: N, x: N): void => this.b.store(a, this.i(i), this.f(x));
  allocate = (n: N): Value => this.b.allocate(this.i(n));
  for = (
    lo: N,
    hi: N,
    inits: N[],
    body: (i: Value, ...carries: Value[]) => N[] | void,
    step = 1,
  ): Value[] => [
    ...this.b.for(
      this.i(lo),
      this.i(hi),
      inits.map(this.f),
      (i, carries) => (body(i, ...carries) ?? []).map(this.f),
      { step },
    ),
  ];
}

const parameters = (text: string): ParameterSpec[] =>
  text.split(", ").map((p) => {
    const [name, ty] = p.split(": ") as [string, "f64" | "i32" | "array"];
    return { name, ty, noalias: true };
  });

/** A function: `parameters` as `x: f64, n: i32, a: array`. */
export const define = (
  name: string,
  params: string,
  write: (p: Pen, ...args: Value[]) => N[],
): Program["functions"][number] =>
  buildFunction(name, parameters(params), (b, args) => {
    const p = new Pen(b);
    return write(p, ...args).map(p.f);
  });

const example = (
  name: string,
  params: string,
  args: readonly (number | readonly number[])[],
  write: (p: Pen, ...args: Value[]) => N[],
  ...helpers: Program["functions"]
): Example => ({
  program: { functions: [define(name, params, write), ...helpers] },
  args: args.map((x) => (typeof x === "number" ? x : Float64Array.from(x))),
});

const power = define("power", "x: f64, n: i32", (p, x, n) => [
  p.b.if(
    p.b.op("i32.gt", n, p.i(0)),
    () => [p.mul(x, p.apply(sin, p.b.call("power", [x, p.minus(n, 1)], ["f64"])[0]!))],
    () => [p.f(1)],
  )[0]!,
]);

/** sum(a, lo, hi) = sum of both halves; at one element its square, which it also writes back. */
const halves = define("halves", "a: array, lo: i32, hi: i32", (p, a, lo, hi) => {
  const { b } = p;
  const n = p.minus(hi, lo);
  return [
    b.if(
      b.op("i32.lt", n, p.i(2)),
      () => {
        const x = p.load(a, lo);
        p.store(a, lo, p.mul(x, x));
        return [p.apply(exp, p.load(a, lo))];
      },
      () => {
        const middle = p.plus(lo, b.op("i32.div", n, p.i(2)));
        const [left] = b.call("halves", [a, lo, middle], ["f64"]);
        const [right] = b.call("halves", [a, middle, hi], ["f64"]);
        return [p.mul(left!, p.apply(tanh, right!))];
      },
    )[0]!,
  ];
});

/** a[0] += sin(x), n times over, by calling itself. */
const stir = define("stir", "x: f64, n: i32, a: array", (p, x, n, a) => {
  const { b } = p;
  return b.if(
    b.op("i32.gt", n, p.i(0)),
    () => {
      b.accumulate(a, p.i(0), p.apply(sin, x));
      return b.call("stir", [p.load(a, 0), p.minus(n, 1), a], ["f64"]);
    },
    () => [p.mul(x, x)],
  ) as Value[];
});

const MATRIX = [2.1, 0.3, -0.4, 0.3, 1.7, 0.2, -0.4, 0.2, 1.9];

export const textbook: Readonly<Record<string, Example>> = {
  polynomial: example("polynomial", "x: f64, y: f64", [1.3, -0.7], (p, x, y) => [
    p.add(p.mul(p.mul(x, x), y), p.div(p.apply(sin, x), p.add(2, p.apply(square, y)))),
  ]),

  dot: example(
    "dot",
    "x: array, y: array",
    [
      [1, 2, 3, 4],
      [0.5, -1, 2, 0.25],
    ],
    (p, x, y) => p.for(0, p.b.length(x), [0], (i, s) => [p.add(s, p.mul(p.load(x, i), p.load(y, i)))]),
  ),

  logSumExp: example("logSumExp", "x: array", [[0.3, -1.2, 2.5, 0.9]], (p, x) => {
    const n = p.b.length(x);
    const [m] = p.for(1, n, [p.load(x, 0)], (i, m) => [p.apply(max, m, p.load(x, i))]);
    const [s] = p.for(0, n, [0], (i, s) => [p.add(s, p.apply(exp, p.sub(p.load(x, i), m!)))]);
    return [p.add(m!, p.apply(log, s!))];
  }),

  prefixProducts: example("prefixProducts", "a: array", [[1.1, 0.9, -1.3, 0.7, 1.2]], (p, a) => {
    const n = p.b.length(a);
    p.for(1, n, [], (i) => p.store(a, i, p.mul(p.load(a, p.minus(i, 1)), p.load(a, i))));
    return [p.load(a, p.minus(n, 1))];
  }),

  recurrence: example("recurrence", "x: f64, y: f64, n: i32", [0.4, 0.8, 7], (p, x, y, n) =>
    p.for(0, n, [x, y], (i, u, v) => [
      p.add(p.mul(u, v), p.apply(sin, u)),
      p.sub(p.apply(cos, v), p.mul(u, p.div(1, p.add(2, p.b.op("f64.fromI32", i))))),
    ]),
  ),

  backwardsByTwo: example("backwardsByTwo", "a: array", [[0.5, 1.5, -0.5, 0.25, 2]], (p, a) =>
    p.for(p.minus(p.b.length(a), 1), -1, [1], (i, s) => [p.mul(p.apply(sin, s), p.load(a, i))], -2),
  ),

  triangle: example("triangle", "a: array", [[0.5, 1.2, -0.3, 0.8]], (p, a) => {
    const n = p.b.length(a);
    return p.for(0, n, [0], (i, s) => {
      const [t] = p.for(0, i, [p.load(a, i)], (j, t) => [p.apply(sin, p.mul(t, p.load(a, j)))]);
      return [p.add(s, p.mul(t!, t!))];
    });
  }),

  newton: example("newton", "a: f64", [7.3], (p, a) => {
    const { b } = p;
    const [root] = b.while(
      [a],
      ([x]) => b.op("f64.gt", p.apply(square, p.sub(p.mul(x!, x!), a)), b.f64(1e-20)),
      ([x]) => [p.mul(0.5, p.add(x!, p.div(a, x!)))],
    );
    return [root!];
  }),

  matrixProduct: example(
    "matrixProduct",
    "a: array, x: array, c: array, n: i32",
    [MATRIX, [...MATRIX].reverse(), Array.from({ length: 9 }, () => 0), 3],
    (p, a, x, c, n) => {
      p.for(0, n, [], (i) => {
        p.for(0, n, [], (j) => {
          const at = p.plus(p.times(i, n), j);
          p.for(0, n, [], (k) => {
            const [aik, xkj] = [p.load(a, p.plus(p.times(i, n), k)), p.load(x, p.plus(p.times(k, n), j))];
            p.b.accumulate(c, at, p.mul(aik, xkj));
          });
        });
      });
      return p.for(0, p.times(n, n), [0], (i, s) => [p.add(s, p.apply(sin, p.load(c, i)))]);
    },
  ),

  cholesky: example("cholesky", "a: array, n: i32", [MATRIX, 3], (p, a, n) => {
    const { b } = p;
    const at = (i: Value, j: Value): Value => p.plus(p.times(i, n), j);
    p.for(0, n, [], (i) => {
      p.for(0, p.plus(i, 1), [], (j) => {
        const [s] = p.for(0, j, [p.load(a, at(i, j))], (k, s) => [
          p.sub(s, p.mul(p.load(a, at(i, k)), p.load(a, at(j, k)))),
        ]);
        b.if(
          b.op("i32.eq", i, j),
          () => (p.store(a, at(i, i), p.apply(sqrt, s!)), []),
          () => (p.store(a, at(i, j), p.div(s!, p.load(a, at(j, j)))), []),
        );
      });
    });
    return p.for(0, n, [0], (i, s) => [p.add(s, p.apply(log, p.load(a, at(i, i))))]);
  }),

  bubbleSort: example("bubbleSort", "a: array", [[0.9, -0.4, 1.7, 0.1, 0.6]], (p, a) => {
    const { b } = p;
    const n = b.length(a);
    p.for(0, n, [], (i) => {
      p.for(0, p.minus(p.minus(n, 1), i), [], (j) => {
        const [x, y] = [p.load(a, j), p.load(a, p.plus(j, 1))];
        b.if(b.op("f64.gt", x, y), () => (p.store(a, j, y), p.store(a, p.plus(j, 1), x), []));
      });
    });
    return p.for(0, n, [0], (i, s) => [p.add(p.mul(s, 1.5), p.apply(sin, p.load(a, i)))]);
  }),

  // for (...) { s += a[i] * s; if (s > 3) break; }
  earlyExit: example("earlyExit", "a: array, s: f64", [[0.5, 1.5, 0.7, 2, 4], 0.9], (p, a, s) => {
    const { b } = p;
    const results = b.while(
      [b.i32(0), b.i32(1), s],
      ([i, go]) => b.op("i32.and", go!, b.op("i32.lt", i!, b.length(a))),
      ([i, , s]) => {
        const next = p.add(s!, p.mul(p.load(a, i!), s!));
        return [p.plus(i!, 1), b.op("f64.le", next, b.f64(3)), next];
      },
    );
    return [p.mul(results[2]!, results[2]!)];
  }),

  // while ((a[0] *= x) > 0.1) s += sin(a[0]);
  writingCondition: example("writingCondition", "a: array, x: f64", [[2, 1], 0.6], (p, a, x) => {
    const { b } = p;
    const [s] = b.while(
      [p.f(0)],
      () => {
        p.store(a, 0, p.mul(p.load(a, 0), x));
        return b.op("f64.gt", p.load(a, 0), p.f(0.1));
      },
      ([s]) => [p.add(s!, p.apply(sin, p.load(a, 0)))],
    );
    return [p.mul(s!, p.load(a, 0))];
  }),

  recursion: example(
    "recursion",
    "x: f64, n: i32",
    [0.8, 4],
    (p, x, n) => [p.mul(p.b.call("power", [x, n], ["f64"])[0]!, x)],
    power,
  ),

  divideAndConquer: example(
    "divideAndConquer",
    "a: array",
    [[0.5, 1.1, -0.7, 0.9, 0.3]],
    (p, a) => [p.b.call("halves", [a, p.i(0), p.b.length(a)], ["f64"])[0]!],
    halves,
  ),

  // Whose array the callee changes is decided at run time, and it is overwritten after each call.
  choiceOfArrays: example(
    "choiceOfArrays",
    "a: array, c: array, x: f64, n: i32",
    [[1, 2], [3, 4], 0.7, 3],
    (p, a, c, x, n) => {
      const { b } = p;
      const chosen = b.select(b.op("i32.gt", n, p.i(2)), a, c);
      return p.for(0, n, [x], (_, s) => {
        p.store(chosen, 0, p.mul(s, x));
        const [t] = b.call("stir", [s, p.i(2), chosen], ["f64"]);
        return [p.apply(tanh, p.add(t!, p.load(chosen, 0)))];
      });
    },
    stir,
  ),

  // Each step computes the next row from the last, and the two change places.
  heat: example("heat", "u: array, steps: i32", [[0, 1, 0.5, -0.5, 0.2, 0], 5], (p, u, steps) => {
    const { b } = p;
    const n = b.length(u);
    const results = b.for(p.i(0), steps, [u, b.allocate(n)], (_, [now, next]) => {
      p.for(1, p.minus(n, 1), [], (i) => {
        const [l, c, r] = [p.load(now!, p.minus(i, 1)), p.load(now!, i), p.load(now!, p.plus(i, 1))];
        p.store(next!, i, p.add(c, p.mul(0.2, p.sub(p.add(l, r), p.mul(2, p.apply(sin, c))))));
      });
      return [next!, now!];
    });
    return p.for(0, n, [0], (i, s) => [p.add(s, p.apply(square, p.load(results[0]!, i)))]);
  }),

  views: example("views", "a: array", [[0.5, 1.2, -0.3, 0.8, 1.1, 0.4]], (p, a) => {
    const { b } = p;
    const front = b.subarray(a, p.i(0), p.i(4));
    const back = b.subarray(a, p.i(2), p.i(6));
    p.for(0, 4, [], (i) => p.store(back, i, p.mul(p.load(front, i), p.load(back, i))));
    b.copy(front, back);
    b.fill(b.subarray(a, p.i(5), p.i(6)), p.load(a, 0));
    return p.for(0, 6, [1], (i, s) => [p.mul(s, p.add(1, p.apply(tanh, p.load(a, i))))]);
  }),

  // A buffer of its own for every row.
  buffers: example(
    "buffers",
    "a: array, w: array",
    [
      [0.5, 1.2, -0.3],
      [0.8, 1.1],
    ],
    (p, a, w) => {
      const { b } = p;
      return p.for(0, b.length(a), [0], (i, s) => {
        const row = p.allocate(b.length(w));
        p.for(0, b.length(w), [], (j) => p.store(row, j, p.apply(tanh, p.mul(p.load(a, i), p.load(w, j)))));
        const [t] = p.for(0, b.length(w), [1], (j, t) => [p.mul(t, p.apply(square, p.load(row, j)))]);
        return [p.add(s, t!)];
      });
    },
  ),

  // One buffer for all rows, allocated outside, and another inside a nested loop.
  workSpace: example(
    "workSpace",
    "a: array, w: array",
    [
      [0.5, 1.2, -0.3],
      [0.8, 1.1],
    ],
    (p, a, w) => {
      const { b } = p;
      const m = b.length(w);
      const [row, cell] = [b.allocate(m), p.allocate(2)];
      return p.for(0, b.length(a), [0], (i, s) => {
        p.for(0, m, [], (j) => {
          b.fill(cell, p.load(a, i));
          b.accumulate(cell, p.i(1), p.load(w, j));
          p.store(row, j, p.apply(tanh, p.mul(p.load(cell, 0), p.load(cell, 1))));
        });
        b.accumulate(row, p.i(0), p.f(0.25));
        const [t] = p.for(0, m, [1], (j, t) => [p.mul(t, p.apply(square, p.load(row, j)))]);
        return [p.add(s, t!)];
      });
    },
  ),

  // The same, but what is left from the iteration before is read.
  carriedBuffer: example("carriedBuffer", "a: array", [[0.5, 1.2, -0.3]], (p, a) => {
    const row = p.allocate(2);
    return p.for(0, p.b.length(a), [0], (i, s) => {
      p.store(row, 0, p.add(p.load(row, 1), p.load(a, i)));
      p.store(row, 1, p.apply(sin, p.load(row, 0)));
      return [p.add(s, p.mul(p.load(row, 0), p.load(row, 1)))];
    });
  }),

  // n steps of a pendulum by the leapfrog method; long enough for checkpoints.
  pendulum: example("pendulum", "q: f64, p: f64, h: f64, n: i32", [0.7, -0.2, 0.05, 40], (p, q, v, h, n) => {
    const results = p.b.for(
      p.i(0),
      n,
      [q, v],
      (_, [q, v]) => {
        const half = p.sub(v!, p.mul(p.mul(0.5, h), p.apply(sin, q!)));
        const next = p.add(q!, p.mul(h, half));
        return [next, p.sub(half, p.mul(p.mul(0.5, h), p.apply(sin, next)))];
      },
      { step: 1, checkpoint: true },
    );
    return [...results];
  }),

  // A chain of springs, its state in arrays, changed in place.
  springs: example(
    "springs",
    "q: array, v: array, k: f64, n: i32",
    [[0, 0.3, -0.1, 0.2], [1, 0, -0.5, 0.1], 0.9, 23],
    (p, q, v, k, n) => {
      const { b } = p;
      b.for(
        p.i(0),
        n,
        [],
        () => {
          p.for(1, b.length(q), [], (i) => {
            const force = p.mul(k, p.apply(sin, p.sub(p.load(q, i), p.load(q, p.minus(i, 1)))));
            b.accumulate(v, i, p.mul(-0.1, force));
            b.accumulate(v, p.minus(i, 1), p.mul(0.1, force));
          });
          p.for(0, b.length(q), [], (i) => b.accumulate(q, i, p.mul(0.1, p.load(v, i))));
          return [];
        },
        { step: 1, checkpoint: true },
      );
      return p.for(0, b.length(q), [0], (i, s) => [
        p.add(s, p.mul(p.load(q, i), p.apply(neg, p.load(v, i)))),
      ]);
    },
  ),
};
