/** What holds for every primitive, whatever it computes. A new one is tested the moment it is declared. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { AdError, Traced } from "../../src/index.ts";
import type { Real } from "../../src/index.ts";
import * as activation from "../../src/primitives/activation.ts";
import * as arithmetic from "../../src/primitives/arithmetic.ts";
import * as hyperbolic from "../../src/primitives/hyperbolic.ts";
import * as offered from "../../src/primitives/index.ts";
import { binding } from "../../src/primitives/notation.ts";
import type { Binding } from "../../src/primitives/notation.ts";
import * as powers from "../../src/primitives/powers.ts";
import * as special from "../../src/primitives/special.ts";
import * as parts from "../../src/primitives/parts.ts";
import { table } from "../../src/primitives/table.ts";
import * as trigonometry from "../../src/primitives/trigonometry.ts";
import { ridders } from "./differences.ts";
import { applyTo, modes } from "./modes.ts";
import type { Multivariate } from "./modes.ts";

const SEED = 19840405;
const RUNS = 40;

const entries = [...table.values()].map((notation) => ({
  name: notation.primitive.id,
  primitive: notation.primitive,
  domain: notation.domain,
  f: ((...x) => applyTo(notation.primitive, x)) as Multivariate,
  /** The places of the arguments that vary; an argument whose domain is one point is a parameter. */
  varying: notation.domain.flatMap(([low, high], i) => (low < high ? [i] : [])),
  point: fc.tuple(...notation.domain.map(([low, high]) => inside(low, high))),
}));
const smooth = entries.filter(({ primitive }) => !primitive.flat);

/** Numbers between `low` and `high`, with a preference for the ends, and for 0 and its neighbours. */
function inside(low: number, high: number): fc.Arbitrary<number> {
  return low < high
    ? fc.oneof(
        fc.double({ min: low, max: high, noNaN: true }),
        fc.integer({ min: 0, max: 2 ** 30 }).map((i) => low + (high - low) * (i / 2 ** 30)),
      )
    : fc.constant(low);
}

/** Runs a property at seeded random points; a failure prints the point and the seed. */
function everywhere(point: fc.Arbitrary<number[]>, property: (x: number[]) => void): void {
  fc.assert(fc.property(point, property), { seed: SEED, numRuns: RUNS });
}

/** Expects |a − b| ≤ tolerance · max(1, |a|, |b|, |scale|). */
function expectClose(a: number, b: number, tolerance: number, what: string, scale = 0): void {
  const size = Math.max(1, Math.abs(a), Math.abs(b), Math.abs(scale));
  expect(Math.abs(a - b) / size, `${what}: ${a} and ${b}`).toBeLessThanOrEqual(tolerance);
}

const replaced = (x: readonly number[], i: number, xi: number): number[] =>
  x.map((xk, k) => (k === i ? xi : xk));

const groups = { activation, arithmetic, hyperbolic, parts, powers, special, trigonometry };

describe("every declaration", () => {
  const declared = Object.values(groups).flatMap((group) => Object.entries<object>(group));

  test.each(declared.filter(([, value]) => "partials" in value).map(([name, value]) => ({ name, value })))(
    "$name is named like its id, and has a notation beside it",
    ({ name, value }) => {
      expect((value as { id: string }).id).toBe(name);
      expect(table.get(name)?.primitive).toBe(value);
      expect(new Map(declared).get(`${name}Notation`)).toBe(table.get(name));
    },
  );

  test("the table holds nothing else", () => {
    expect(table.size).toBe(declared.filter(([, value]) => "partials" in value).length);
  });

  test("all and only primitives are offered", () => {
    for (const [name, f] of Object.entries(offered)) expect(table.get(name)?.primitive).toBe(f);
    expect(Object.keys(offered).sort().join(" ")).toBe(
      "abs acos acosh add asin asinh atan atan2 atanh cbrt ceil cos cosh digamma div eq erf exp expm1 floor gt hypot inv lgamma log " +
        "log10 log1p log2 lt max min mul neg pow relu round sigmoid sign sin sinh softplus sqrt square stopGradient sub sum tan tanh " +
        "trunc where",
    );
  });
});

describe("values", () => {
  test.each(entries)("$name of plain numbers is a plain number", ({ f, primitive, point }) => {
    everywhere(point, (x) => {
      const value = f(...x);
      expect(value).toBeTypeOf("number");
      expect(value).not.toBeNaN();
      const { evaluate } = primitive as unknown as { evaluate: (...args: unknown[]) => number };
      expect(primitive.arity === undefined ? evaluate(x) : evaluate(...x)).toBe(value);
    });
  });

  test.each(entries)("$name of variables has the same value, to the bit", ({ f, point }) => {
    everywhere(point, (x) => {
      const seen: unknown[] = [];
      for (const mode of Object.values(modes)) {
        // The innermost variable is looked into by the derivative of a function that returns it unchanged.
        mode((...v) => {
          const out = f(...v);
          seen.push(out instanceof Traced ? out.primal : out);
          return out;
        }, 0)(...x);
      }
      expect(seen).toEqual([f(...x), f(...x)]);
    });
  });

  test.each(smooth.filter(({ name }) => name !== "where"))(
    "$name of NaN is NaN",
    ({ f, name, varying, point }) => {
      everywhere(point, (x) => {
        fc.pre(!(name === "pow" && x[1] === 0)); // NaN⁰ is 1
        for (const i of varying) expect(f(...replaced(x, i, NaN))).toBeNaN();
      });
    },
  );

  test.each(entries)("$name refuses the wrong number of arguments", ({ f, name, primitive, domain }) => {
    const call = primitive as unknown as (...x: unknown[]) => unknown;
    const arity = domain.length;
    const counts = primitive.arity === undefined ? [] : [0, arity - 1, arity + 1];
    const inputs = (count: number): Real[] => Array.from({ length: count }, (_, i) => domain[i % arity]![0]);
    for (const count of counts) {
      const attempts: (() => unknown)[] = [() => call(...inputs(count))];
      if (count > 0) {
        for (const mode of Object.values(modes))
          attempts.push(() => mode((...v) => f(...v), 0)(...(inputs(count) as number[])));
      }
      for (const attempt of attempts) {
        expect(attempt).toThrow(AdError);
        expect(attempt).toThrow(
          new RegExp(`${name} takes ${arity} argument.*${count}.*\\[wrong-number-of-arguments\\]`, "s"),
        );
      }
    }
  });

  test("sum refuses anything but one list", () => {
    const call = offered.sum as unknown as (...x: unknown[]) => unknown;
    expect(() => call(1, 2, 3)).toThrow(/\[not-a-number\]/);
    expect(() => call()).toThrow(/\[not-a-number\]/);
    expect(() => call([1, "2"])).toThrow(/\[not-a-number\]/);
  });
});

describe("derivatives", () => {
  test.each(smooth)("$name: the rule agrees with differences", ({ f, primitive, varying, point }) => {
    everywhere(point, (x) => {
      const out = f(...x);
      for (const i of varying) {
        const rule =
          primitive.arity === undefined ? primitive.partials[0]!() : primitive.partials[i]!(...x, out);
        const difference = ridders((xi) => f(...replaced(x, i, xi)) as number, x[i]!);
        expectClose(rule as number, difference, 1e-9, `∂${i} at ${x.join(", ")}`, out as number);
      }
    });
  });

  test.each(smooth)(
    "$name: the rule's derivative agrees with differences of the rule",
    ({ f, varying, point }) => {
      everywhere(point, (x) => {
        for (const i of varying) {
          const partial = modes.forward(f, i);
          for (const j of varying) {
            const second = modes.forward(partial, j)(...x) as number;
            const difference = ridders((xj) => partial(...replaced(x, j, xj)) as number, x[j]!);
            expectClose(second, difference, 1e-9, `∂${j}∂${i} at ${x.join(", ")}`, partial(...x) as number);
          }
        }
      });
    },
  );

  test.each(smooth)("$name: so does the third", ({ f, varying, point }) => {
    everywhere(point, (x) => {
      for (const i of varying) {
        const second = modes.forward(modes.forward(f, i), i);
        const third = modes.reverse(second, i)(...x) as number;
        const difference = ridders((xi) => second(...replaced(x, i, xi)) as number, x[i]!);
        expectClose(third, difference, 1e-8, `∂${i}³ at ${x.join(", ")}`, second(...x) as number);
      }
    });
  });

  test.each(entries)("$name: forward and reverse mode are the same to the bit", ({ f, varying, point }) => {
    everywhere(point, (x) => {
      for (const i of varying) expect(modes.forward(f, i)(...x)).toBe(modes.reverse(f, i)(...x));
    });
  });

  test.each(smooth)(
    "$name: all orders and modes give the same second derivatives",
    ({ f, varying, point }) => {
      everywhere(point, (x) => {
        const all = Object.values(modes);
        for (const i of varying) {
          for (const j of varying) {
            const seconds = all.flatMap((outer) =>
              all.flatMap((inner) => [outer(inner(f, i), j)(...x), outer(inner(f, j), i)(...x)] as number[]),
            );
            const scale = f(...x) as number;
            for (const second of seconds)
              expectClose(second, seconds[0]!, 1e-13, `∂${i}∂${j} at ${x.join(", ")}`, scale);
          }
        }
      });
    },
  );

  test.each(entries.filter(({ primitive }) => primitive.flat))(
    "$name is flat: no derivative, anywhere",
    ({ f, varying }) => {
      const anything = fc.tuple(...varying.map(() => fc.double()));
      everywhere(
        anything.filter((x) => !x.some(Number.isNaN)),
        (x) => {
          for (const i of varying) {
            for (const mode of Object.values(modes)) expect(mode(f, i)(...x)).toBe(0);
          }
        },
      );
    },
  );
});

describe("JavaScript", () => {
  const ids = [...table.keys()];
  const functions = [...table.values()].map(({ primitive }) => primitive);
  const atoms = ["x", "y", "z"];
  /** An expression in x, y, z, as a JavaScript engine understands it. */
  const compiled = (expression: string): ((...xyz: readonly number[]) => unknown) =>
    // oxlint-disable-next-line typescript/no-implied-eval -- that the text is JavaScript is what is tested
    new Function(...ids, `return (${atoms.join(", ")}) => ${expression};`)(...functions);

  test.each(entries)("$name is written as what it computes", ({ f, name, domain, point }) => {
    const { js } = table.get(name)!;
    const { text } = js(...domain.map((_, i) => ({ text: atoms[i]!, binding: binding.atom })));
    const run = compiled(text);
    everywhere(point, (x) => {
      expect(run(...x)).toBe(f(...x));
    });
  });

  type Expression = {
    readonly value: (x: readonly number[]) => number;
    readonly text: string;
    readonly binding: Binding;
  };
  const atom = fc
    .constantFrom(0, 1, 2)
    .map((i): Expression => ({ value: (x) => x[i]!, text: atoms[i]!, binding: binding.atom }));
  const expressions = fc.letrec<{ expression: Expression }>((tie) => ({
    expression: fc.oneof(
      { maxDepth: 5, withCrossShrink: true },
      atom,
      fc
        .constantFrom(...entries.filter(({ varying, domain }) => varying.length === domain.length))
        .chain(({ f, name, domain }) =>
          fc.tuple(...domain.map(() => tie("expression"))).map((args): Expression => {
            const value = (x: readonly number[]): number => f(...args.map((a) => a.value(x))) as number;
            const { text, binding } = table.get(name)!.js(...args);
            return { value, text, binding };
          }),
        ),
    ),
  }));

  test("nested expressions have their parentheses where they must", () => {
    const point = fc.tuple(...[0, 1, 2].map(() => inside(-2, 3)));
    fc.assert(
      fc.property(expressions.expression, point, ({ text, value }, x) => {
        expect([text, compiled(text)(...x)]).toEqual([text, value(x)]);
      }),
      { seed: SEED, numRuns: 1000 },
    );
  });
});
