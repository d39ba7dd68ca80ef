import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { execute } from "../../src/compile/execute.ts";
import { emitJs } from "../../src/compile/js/emit.ts";
import { emitWasm } from "../../src/compile/wasm/emit.ts";
import { reverse } from "../../src/differentiate/reverse.ts";
import { add, exp, lt, max, min, mul, relu, sin, sub, table, where } from "./primitives.ts";
import { Builder, buildFunction } from "../../src/program/builder.ts";
import type { Program, Value } from "../../src/program/ir.ts";
import { optimise } from "../../src/program/optimise/index.ts";
import { programs } from "../program/random.ts";
import { exact, interpreted, outcome } from "./targets.ts";

const validate = (bytes: Uint8Array): boolean =>
  (globalThis as unknown as { WebAssembly: { validate(b: Uint8Array): boolean } }).WebAssembly.validate(
    bytes,
  );

/** A random program that breaks its own rules is the generator's fault. */
const isLegal = (wanted: unknown): boolean => !String(wanted).startsWith("Illegal program");

describe("random programs", () => {
  test("give the same bits interpreted, as JavaScript and as WebAssembly", () => {
    fc.assert(
      fc.property(programs(), ({ program, args }) => {
        const wanted = outcome(program, interpreted, args());
        fc.pre(isLegal(wanted));
        for (const options of exact)
          expect([options.target, outcome(program, options, args())]).toEqual([options.target, wanted]);
      }),
      { numRuns: 250, seed: 3 },
    );
  });

  test("so do their optimised versions", () => {
    fc.assert(
      fc.property(programs({ size: 60 }), ({ program, args }) => {
        const optimised = optimise(program);
        const wanted = outcome(optimised, interpreted, args());
        fc.pre(isLegal(wanted));
        for (const options of exact)
          expect([options.target, outcome(optimised, options, args())]).toEqual([options.target, wanted]);
      }),
      { numRuns: 150, seed: 4 },
    );
  });

  test("so do their reverse derivatives, with all their tapes", () => {
    fc.assert(
      fc.property(programs({ kinks: false }), ({ program, args }) => {
        const { program: derivative, adjointParameters } = reverse(program, { seeds: "one" });
        const all = (): (number | Float64Array)[] => {
          const list = args();
          return [
            ...list,
            ...adjointParameters.map((i) => new Float64Array((list[i] as Float64Array).length)),
          ];
        };
        const wanted = outcome(derivative, interpreted, all());
        fc.pre(isLegal(wanted));
        for (const options of exact)
          expect([options.target, outcome(derivative, options, all())]).toEqual([options.target, wanted]);
      }),
      { numRuns: 150, seed: 5 },
    );
  });

  test("with the module's own functions they differ by rounding only, and import nothing", () => {
    fc.assert(
      fc.property(programs({ kinks: false, branches: false }), ({ program, args }) => {
        const wanted = outcome(program, interpreted, args());
        fc.pre(typeof wanted !== "string");
        const got = outcome(program, { target: "wasm", math: "fast" }, args());
        expect(got).toHaveLength(wanted.length);
        const far = (wanted as number[]).filter(
          (x, i) => Number.isFinite(x) && Math.abs((got as number[])[i]! - x) > 1e-9 * (1 + Math.abs(x)),
        );
        expect(far).toEqual([]);
      }),
      { numRuns: 200, seed: 6 },
    );
  });

  test("every module is valid, in both modes", () => {
    fc.assert(
      fc.property(programs(), ({ program }) => {
        expect(validate(emitWasm(program, { math: "exact" }).bytes)).toBe(true);
        expect(validate(emitWasm(program, { math: "fast" }).bytes)).toBe(true);
      }),
      { numRuns: 100, seed: 7 },
    );
  });
});

describe("every primitive, compiled", () => {
  test.each([...table])("%s", (_, { primitive, domain }) => {
    const f = buildFunction(
      "f",
      domain.map((_, k) => ({ name: `x${k + 1}`, ty: "f64" as const })),
      (b, args) => [b.primitive(primitive, ...args)],
    );
    const program = { functions: [f] };
    const points = [0, 0.25, 0.5, 0.75, 1].map((t) => domain.map(([low, high]) => low + t * (high - low)));
    // The order of a polygamma function is a small integer.
    const special = primitive.id === "polygamma" ? [] : [0, -0, NaN, Infinity];
    for (const x of [...points, ...special.map((value) => domain.map(() => value))]) {
      const wanted = outcome(program, interpreted, x) as number[];
      for (const options of exact)
        expect([options.target, x, outcome(program, options, x)]).toEqual([options.target, x, wanted]);
      const [fast] = outcome(program, { target: "wasm", math: "fast" }, x) as number[];
      const [value] = wanted as [number];
      const isNear = Object.is(fast, value) || Math.abs(fast! - value) <= 1e-12 * (1 + Math.abs(value));
      expect([x, fast, isNear]).toEqual([x, fast, true]);
    }
  });
});

test.each([
  ["min", min],
  ["max", max],
])("%s of numbers, -0, infinities and NaN: one by one, in pairs, and as the best of many", (_, best) => {
  const numbers = [0, -0, 1, -1, 2 ** -1074, Infinity, -Infinity, NaN];
  const x = numbers.flatMap((xi) => numbers.map(() => xi));
  const y = numbers.flatMap(() => numbers);
  const params = ["x", "y", "out"].map((name) => ({ name, ty: "array" as const, noalias: true }));
  const f = buildFunction("f", params, (b, [xs, ys, out]) => {
    const n = b.length(xs!);
    b.for(b.i32(0), n, [], (i) => {
      b.store(out!, i, b.primitive(best, b.load(xs!, i), b.load(ys!, i)));
      return [];
    });
    // What is told apart by its sign stays apart when it is kept.
    return b.for(b.i32(0), n, [b.load(xs!, b.i32(0)), b.f64(0)], (i, [kept, inverse]) => {
      const alone = b.primitive(best, b.load(ys!, i), b.load(out!, i));
      const [sum] = b.for(b.i32(0), b.i32(2), [b.f64(-0)], (_, [s]) => [
        b.primitive(add, s!, b.load(ys!, i)),
      ]);
      const after = b.primitive(best, sum!, alone);
      return [b.primitive(best, kept!, after), b.primitive(add, inverse!, b.primitive(relu, after))];
    });
  });
  for (const from of x.keys()) {
    const args = (): Float64Array[] => [
      Float64Array.from(x.slice(from, from + 9)),
      Float64Array.from(y.slice(from, from + 9)),
      new Float64Array(9),
    ];
    const wanted = outcome({ functions: [f] }, interpreted, args());
    for (const options of exact) expect(outcome({ functions: [f] }, options, args())).toEqual(wanted);
  }
});

/** A loop over arrays x and y that the vectoriser takes; `body` works on x[i] and x[i + 1]. */
const loop = (
  body: (b: Builder, i: Value, x: Value, y: Value, sum: Value) => Value,
  noalias = true,
): Program => ({
  functions: [
    buildFunction(
      "loop",
      [
        { name: "x", ty: "array", noalias },
        { name: "y", ty: "array", noalias },
      ],
      (b, [x, y]) =>
        b.for(b.i32(0), b.op("i32.sub", b.length(x!), b.i32(1)), [b.f64(0)], (i, [s]) => [
          body(b, i, x!, y!, s!),
        ]),
    ),
  ],
});

describe("loops two iterations at a time", () => {
  const next = (b: Builder, i: Value): Value => b.op("i32.add", i, b.i32(1));
  const shapes: readonly (readonly [string, Program])[] = [
    [
      "sums, conditions and checks",
      loop((b, i, x, y, s) => {
        b.bound(i, x, "x");
        const xi = b.load(x, i);
        const t = b.primitive(mul, b.primitive(sin, xi), b.primitive(exp, b.load(x, next(b, i))));
        const w = b.primitive(where, b.primitive(lt, xi, t), t, b.primitive(sub, t, xi));
        const v = b.select(b.op("f64.lt", xi, b.f64(0.5)), w, b.op("f64.fromI32", next(b, i)));
        b.store(y, i, v);
        return b.primitive(add, s, v);
      }),
    ],
    [
      "adding to neighbours",
      loop((b, i, x, y, s) => {
        b.accumulate(y, i, b.load(x, i));
        b.accumulate(y, next(b, i), b.primitive(mul, b.load(x, i), b.f64(3)));
        return b.primitive(sub, s, b.load(x, i));
      }),
    ],
    [
      "a recurrence, which cannot be",
      loop((b, i, x, y, s) => {
        b.store(y, next(b, i), b.primitive(add, b.load(y, i), b.load(x, i)));
        return b.primitive(add, s, b.load(y, next(b, i)));
      }),
    ],
    [
      "reading what the next iteration overwrites",
      loop((b, i, x, _, s) => {
        const later = b.load(x, next(b, i));
        b.store(x, i, b.primitive(mul, later, b.f64(2)));
        return b.primitive(add, s, later);
      }),
    ],
    [
      "reading what this iteration has overwritten, one further",
      loop((b, i, x, _, s) => {
        b.store(x, next(b, i), b.f64(7));
        return b.primitive(add, s, b.load(x, i));
      }),
    ],
    [
      "arrays that may overlap",
      loop((b, i, x, y, s) => {
        b.store(y, i, b.load(x, i));
        return s;
      }, false),
    ],
  ];

  test.each(shapes)("%s", (_, program) => {
    for (const n of [1, 2, 3, 4, 5, 6, 7, 8, 33, 100]) {
      const args = (): Float64Array[] => [
        Float64Array.from({ length: n }, (_, i) => Math.sin(3 * i)),
        new Float64Array(n + 1).fill(0.5),
      ];
      const wanted = outcome(program, interpreted, args()) as number[];
      for (const options of exact)
        expect([options.target, n, outcome(program, options, args())]).toEqual([options.target, n, wanted]);
      const fast = outcome(program, { target: "wasm", math: "fast" }, args()) as number[];
      fast.forEach((y, i) =>
        expect(Math.abs(y - wanted[i]!)).toBeLessThanOrEqual(1e-12 * (1 + Math.abs(wanted[i]!))),
      );
    }
  });

  test("an index out of range is reported by the iteration that meets it", () => {
    const program = loop((b, i, x, y, s) => {
      b.bound(i, y, "y");
      b.store(y, i, b.load(x, i));
      return s;
    });
    const none = execute(program, { target: "wasm", math: "fast" });
    expect(none.call(new Float64Array(3), new Float64Array(5))).toBe(0);
    for (const target of ["interpreter", "js", "wasm"] as const) {
      const y = new Float64Array(5);
      expect(() => execute(program, { target, math: "fast" }).call(new Float64Array(9).fill(1), y)).toThrow(
        "y[5] does not exist",
      );
    }
  });
});

describe("long functions", () => {
  test("are written in pieces that share what they need", () => {
    const f = buildFunction(
      "long",
      [
        { name: "x", ty: "array" },
        { name: "y", ty: "f64" },
      ],
      (b, [x, y]) => {
        let s = y!;
        const early = b.load(x!, b.i32(0));
        for (let k = 0; k < 9000; k++)
          s = b.primitive(add, b.primitive(sin, s), k % 3 === 0 ? early : b.load(x!, b.i32(k % 4)));
        const [t] = b.if(
          b.op("f64.lt", s, b.f64(0)),
          () => [early],
          () => [b.primitive(sub, s, early)],
        );
        return [s, t!, x!];
      },
    );
    const program = { functions: [f] };
    const { bytes } = emitWasm(program, { math: "exact" });
    expect(validate(bytes)).toBe(true);
    const args = (): [Float64Array, number] => [Float64Array.of(0.1, 0.2, 0.3, 0.4), 1];
    expect(outcome(program, { target: "wasm", math: "exact" }, args())).toEqual(
      outcome(program, interpreted, args()),
    );
  });
});

test("constant arrays are made once", () => {
  const elements = Float64Array.of(2, -0, NaN);
  const program = {
    functions: [
      buildFunction("f", [{ name: "data", ty: "i32" }], (b, [i]) => {
        const [first, second] = [b.data(elements), b.data(elements)];
        return [b.primitive(add, b.load(first, i!), b.load(second, b.i32(0)))];
      }),
    ],
  };
  expect(emitJs(program).source).toMatch(
    /^const data = Float64Array\.of\(2, -0, NaN\);\n\nfunction f\(data_2\)/,
  );
  for (const options of exact) {
    for (const i of [0, 1, 2])
      expect(outcome(program, options, [i])).toEqual(outcome(program, interpreted, [i]));
  }
});

test("JavaScript is written to be read", () => {
  const program = {
    functions: [
      buildFunction(
        "dot",
        [
          { name: "x", ty: "array" },
          { name: "y", ty: "array" },
        ],
        (b, [x, y]) => {
          const start = b.f64(0);
          return b.for(b.i32(0), b.length(x!), [start], (i, [s]) => {
            i.name = "i";
            s!.name = "sum";
            b.bound(i, y!, "y");
            const [xi, yi] = [b.load(x!, i), b.load(y!, i)];
            xi.name = "xi";
            yi.name = "yi";
            return [b.primitive(add, s!, b.primitive(mul, xi, yi))];
          });
        },
      ),
    ],
  };
  expect(emitJs(program).source).toBe(`function dot(x, y) {
  let sum = 0;
  for (let i = 0; i < x.length; i++) {
    if (i >>> 0 >= y.length) fault(0, i, y.length);
    const xi = x[i];
    const yi = y[i];
    const t = sum + xi * yi;
    sum = t;
  }
  return sum;
}`);
});
