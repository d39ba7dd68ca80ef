/** Options that nobody knows, and values that they cannot have, are refused: by name, with what there is instead. */
import { describe, expect, it } from "vitest";
import {
  centralDifference,
  checkDerivatives,
  compile,
  grad,
  hessian,
  jacobian,
  mul,
  square,
  valueAndGrad,
} from "../../src/index.ts";
import type { Real } from "../../src/index.ts";
import { Adam, dataSet, SGD, train, Trainer } from "../../src/nn/index.ts";
import { leastSquares, minimize, minimizeSteps, root } from "../../src/optimize/index.ts";
import { any, refusal } from "../support/refusal.ts";

const f = (x: Real): Real => square(x);
const two = (x: Real, y: Real): Real => mul(x, y);
const data = dataSet("xor", 10);

/** Everything that takes options, called with these; nothing is computed before they are looked at. */
const TAKERS: Readonly<Record<string, (options: unknown) => unknown>> = {
  grad: (options) => grad(f, any(options)),
  valueAndGrad: (options) => valueAndGrad(f, any(options)),
  jacobian: (options) => jacobian(f, any(options)),
  hessian: (options) => hessian(f, any(options)),
  compile: (options) => compile(f, any(options)),
  checkDerivatives: (options) => checkDerivatives(f, [1], any(options)),
  centralDifference: (options) => centralDifference(f, [1], any(options)),
  minimize: (options) => minimize(f, 1, any(options)),
  leastSquares: (options) => leastSquares((x: Real) => [f(x)], 1, any(options)),
  root: (options) => root(f, 1, any(options)),
  train: (options) => train(data, any(options)),
  "The trainer": (options) => new Trainer(data, any(options)),
  Adam: (options) => new Adam([], any(options)),
};

describe.each(Object.entries(TAKERS))("%s", (name, call) => {
  it("says that it has no such option, and which it has", () => {
    const { code, message, remedy } = refusal(() => call({ "no such": 1 }));
    expect([code, message]).toEqual([
      "wrong-option",
      expect.stringContaining(`${name} was given an option no such, which it does not have.`) as unknown,
    ]);
    expect(remedy).toMatch(/^Its options are \w+(?:, \w+)*\.$/);
    // What every object has is no option either.
    expect(refusal(() => call({ toString: 1 })).code).toBe("wrong-option");
  });

  it.each([1, "fast", null, true, [0]])("refuses %j in the place of options", (options) => {
    const { code, message } = refusal(() => call(options));
    expect(code).toBe("wrong-option");
    expect(message).toContain(`${name} was given `);
  });
});

const WRONG: readonly (readonly [what: string, says: RegExp, run: () => unknown])[] = [
  [
    "a target",
    /the string "wsm" as target\.[^]*"wasm", "js", "interpreter"/,
    () => compile(f, { target: any("wsm") }),
  ],
  ["a target that is none", /null as target/, () => compile(grad(f), { target: any(null) })],
  ["math", /the string "Exact" as math\.[^]*"fast", "exact"/, () => compile(f, { math: any("Exact") })],
  ["steps as a text", /the string "1e6" as steps/, () => compile(f, { steps: any("1e6") })],
  ["no steps", /the number 0 as steps/, () => compile(f, { steps: 0 })],
  ["wrt", /grad was given the boolean true as wrt/, () => grad(two, { wrt: any(true) })],
  ["wrt with something else in it", /an array of 2 as wrt/, () => grad(two, { wrt: any([0, null]) })],
  ["wrt of a hessian", /hessian was given a Set as wrt/, () => hessian(two, { wrt: any(new Set([0])) })],
  ["an order", /the string "2" as order[^]*Give 1 or 2/, () => checkDerivatives(f, [1], { order: any("2") })],
  ["throws", /the string "no" as throws/, () => checkDerivatives(f, [1], { throws: any("no") })],
  ["epsilon", /the number 0 as epsilon/, () => centralDifference(f, [1], { epsilon: 0 })],
  [
    "a method",
    /the string "simplex" as method[^]*"lbfgs", "newton"/,
    () => minimize(f, 1, { method: any("simplex") }),
  ],
  [
    "another method's option",
    /minimize, with method "newton", was given an option rate/,
    () => minimize(f, 1, any({ method: "newton", rate: 1 })),
  ],
  ["a step's listener", /the number 3 as onStep/, () => minimize(f, 1, { onStep: any(3) })],
  ["a compiler", /true as compile/, () => root(f, 1, { compile: any(true) })],
  [
    "a signal",
    /a AbortController as signal/,
    () => leastSquares(any(f), 1, { signal: any(new AbortController()) }),
  ],
  ["step by step", /maxIter, which/, () => minimizeSteps(f, 1, any({ maxIter: 3 })).next()],
  ["noise", /the string "known" as noise/, () => leastSquares(any(f), 1, { noise: any("known") })],
  ["epochs", /the string "ten" as epochs/, () => train(data, { epochs: any("ten") })],
  ["beta1", /the string "a" as beta1/, () => new Adam([], { beta1: any("a") })],
  ["a rate", /SGD was given the number -1 as rate/, () => new SGD([], -1)],
];

it.each(WRONG)("a value that an option cannot have: %s", (_, says, run) => {
  const error = refusal(run);
  expect(error.code).toBe("wrong-option");
  expect(error.message).toMatch(says);
});

it("what is undefined counts as not given", () => {
  expect(grad(two, any({ wrt: undefined }))(2, 3)).toEqual([3, 2]);
  expect(compile(f, any({ target: undefined, math: undefined, steps: undefined }))(3)).toBe(9);
  expect(minimize(f, 1, any({ compile: undefined, maxIterations: undefined })).converged).toBe(true);
});
