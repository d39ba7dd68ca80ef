/** Whatever goes wrong is an AdError with a code, a message that says what happened, and a remedy. */
import { describe, expect, it } from "vitest";
import {
  add,
  backpropagate,
  centralDifference,
  checkDerivatives,
  constant,
  Context,
  derivative,
  derivativeCheck,
  grad,
  hessian,
  hvp,
  jacobian,
  jvp,
  mul,
  pow,
  Scalar,
  ScalarFunction,
  sin,
  sum,
  value,
  vjp,
} from "../../src/index.ts";
import type { ErrorCode, Real } from "../../src/index.ts";
import { any, refusal } from "../support/refusal.ts";

const x = (): Scalar => new Scalar(3);
const id = (a: Real): Real => a;
const two = (a: Real, b: Real): Real => add(a, b);

class Few extends ScalarFunction {
  static forward(_ctx: Context<[]>, a: Real, b: Real): Real {
    return add(a, b);
  }
  static backward(_ctx: Context<[]>, dOut: Real): [Real, Real] {
    return any([dOut]);
  }
}
class Many extends ScalarFunction {
  static forward(_ctx: Context<[]>, a: Real): Real {
    return a;
  }
  static backward(_ctx: Context<[]>, dOut: Real): Real {
    return any([dOut, dOut, dOut]);
  }
}
class NotANumber extends ScalarFunction {
  static forward(_ctx: Context<[]>, _a: Real): Real {
    return any("7");
  }
  static backward(_ctx: Context<[]>, dOut: Real): Real {
    return dOut;
  }
}
class BadDerivative extends ScalarFunction {
  static forward(_ctx: Context<[]>, a: Real): Real {
    return a;
  }
  static backward(_ctx: Context<[]>, _dOut: Real): Real {
    return any("7");
  }
}
const cyclic: unknown[] = [1];
cyclic.push(cyclic);
let escaped: Real = 0;

const cases: [what: string, code: ErrorCode, says: RegExp, run: () => unknown][] = [
  [
    "a Scalar times a number by operator",
    "implicit-conversion",
    /Scalar\(3\).*\*.*derivative would be lost/,
    () => any(x()) * 2,
  ],
  ["a Scalar plus a Scalar by operator", "implicit-conversion", /plain number/, () => any(x()) + any(x())],
  ["a Scalar compared by <", "implicit-conversion", /lt\(x, y\)/, () => any(x()) < 4],
  ["a Scalar in Math.sin", "implicit-conversion", /Math\.sin/, () => Math.sin(any(x()))],
  ["a Scalar as an index", "implicit-conversion", /./, () => [1, 2][any(x()) - 2]],
  [
    "a plain function in grad",
    "implicit-conversion",
    /use grad/,
    () => grad((a: Real) => any(a) * any(a))(3),
  ],
  [
    "a plain function in jvp",
    "implicit-conversion",
    /use grad/,
    () => jvp((a: Real) => any(a) ** 2)([3], [1]),
  ],
  [
    "grad of a list",
    "result-not-scalar",
    /returned an array of 2.*\n.*jacobian/,
    () => grad(any((a: Real) => [a, a]))(3),
  ],
  ["hessian of an object", "result-not-scalar", /jacobian/, () => hessian(any((a: Real) => ({ a })))(3)],
  [
    "grad of nothing",
    "result-not-a-number",
    /returned undefined\.\n.*return, too/,
    () => grad(any(() => undefined))(3),
  ],
  [
    "grad of an async function",
    "result-not-a-number",
    /returned a Promise\.\n.*await what it needs before/,
    () => grad(any(async (a: Real) => mul(a, a)))(3),
  ],
  ["grad of an async function", "result-not-a-number", /Promise/, () => grad(any(async (a: Real) => a))(3)],
  ["jvp of a string", "not-a-number", /the result of .*"a"/, () => jvp(any(() => "a"))([3], [1])],
  ["NaN to grad", "nan-input", /argument 1 is NaN/, () => grad(id)(Number.NaN)],
  [
    "NaN deep in a structure",
    "nan-input",
    /argument 1\.w\[1\]/,
    () => grad((p: { w: Real[] }) => sum(p.w))({ w: [1, Number.NaN] }),
  ],
  ["NaN as a variable", "nan-input", /NaN/, () => new Scalar(Number.NaN)],
  ["NaN as a constant", "nan-input", /NaN/, () => constant(Number.NaN)],
  ["NaN as dOut", "nan-input", /dOut/, () => x().mul(2).backward(Number.NaN)],
  ["a string as a variable", "not-a-number", /the string "3"/, () => new Scalar(any("3"))],
  ["nothing as a variable", "not-a-number", /undefined/, () => new Scalar(any(undefined))],
  ["a string to a primitive", "not-a-number", /Argument 2 of mul is the string/, () => mul(3, any("2"))],
  ["a string beside a variable", "not-a-number", /Argument 1 of mul/, () => mul(any("2"), x())],
  ["an array to a primitive", "not-a-number", /an array of 2/, () => sin(any([1, 2]))],
  [
    "nothing to a method",
    "wrong-number-of-arguments",
    /mul takes 2 argument.*but was given 1/,
    () => any(x()).mul(),
  ],
  [
    "a number to sum",
    "not-a-number",
    /sum takes one array; what it was given is the number 3/,
    () => sum(any(3)),
  ],
  ["a string to grad", "not-a-number", /argument 1 is the string/, () => grad(id)(any("a"))],
  ["a Map to grad", "not-a-number", /Map/, () => grad(any(id))(new Map())],
  ["a Float32Array to grad", "not-a-number", /Float32Array/, () => grad(any(id))(new Float32Array(2))],
  [
    "a boolean deep inside",
    "not-a-number",
    /argument 2\.on is the boolean/,
    () => grad(any(two))(1, { on: true }),
  ],
  ["a string to value", "not-a-number", /argument of value is the string/, () => value(any("3"))],
  [
    "a variable after its transform",
    "escaped-variable",
    /outside/,
    () => (grad((a: Real) => (escaped = a))(1), mul(escaped, 2)),
  ],
  [
    "the same in forward mode",
    "escaped-variable",
    /outside/,
    () => (jvp((a: Real) => (escaped = a))([1], [1]), mul(2, escaped)),
  ],
  [
    "backward inside grad",
    "escaped-variable",
    /./,
    () => grad((a: Real) => (any(mul(a, a)).backward(), a))(1),
  ],
  [
    "an array inside itself",
    "cyclic-structure",
    /argument 1\[1\] contains itself/,
    () => grad(any(id))(cyclic),
  ],
  [
    "too few arguments to a primitive",
    "wrong-number-of-arguments",
    /mul takes 2 argument.*but was given 1/,
    () => any(mul)(3),
  ],
  ["too many", "wrong-number-of-arguments", /pow takes 2 argument.*but was given 3/, () => any(pow)(1, 2, 3)],
  ["none", "wrong-number-of-arguments", /sin takes 1 argument.*but was given 0/, () => any(sin)()],
  [
    "too few arguments to a user's function",
    "wrong-number-of-arguments",
    /Few takes 2.*given 1/,
    () => any(Few).apply(x()),
  ],
  ["too many to it", "wrong-number-of-arguments", /Few takes 2.*given 3/, () => any(Few).apply(x(), 1, 2)],
  [
    "too few derivatives",
    "wrong-number-of-derivatives",
    /Few was given 2 arguments.*1 derivative/,
    () => Few.apply(x(), 1).backward(),
  ],
  [
    "too many derivatives",
    "wrong-number-of-derivatives",
    /Many was given 1 argument,.*3 derivatives/,
    () => grad((a: Real) => Many.apply(a))(1),
  ],
  [
    "a forward that returns a string",
    "result-not-a-number",
    /NotANumber\.forward returned the string/,
    () => NotANumber.apply(1),
  ],
  [
    "a backward that returns a string",
    "result-not-a-number",
    /BadDerivative\.backward/,
    () => BadDerivative.apply(x()).backward(),
  ],
  ["backward on a constant", "backward-on-constant", /depends on no variable/, () => constant(3).backward()],
  ["backpropagate on a number", "backward-on-constant", /./, () => backpropagate(any(3))],
  [
    "accumulating into a computed variable",
    "not-a-variable",
    /is no leaf/,
    () => x().mul(2).accumulateDerivative(1),
  ],
  ["nothing saved", "nothing-saved", /Did you forget to save values/, () => new Context().savedValues],
  [
    "a missing argument",
    "missing-argument",
    /two takes 2 arguments, but was given 1/,
    () => any(grad(two))(1),
  ],
  ["no argument at all", "missing-argument", /./, () => any(grad(id))()],
  ["a missing primal", "missing-argument", /two takes 2/, () => any(jvp(two))([1], [1])],
  ["a number for the list of primals", "mixed-structures", /list of arguments/, () => any(jvp(id))(3, 1)],
  [
    "tangents of another length",
    "mixed-structures",
    /tangent 1/,
    () => jvp((p: readonly Real[]) => sum(p))([[1, 2]], [[1]]),
  ],
  [
    "tangents with other keys",
    "mixed-structures",
    /\.b.*\.a/,
    () => any(jvp(any((p: { a: Real }) => p.a)))([{ a: 1 }], [{ b: 1 }]),
  ],
  [
    "a cotangent of another structure",
    "mixed-structures",
    /the cotangent/,
    () => any(vjp((a: Real) => [a, a])(1)).pullback([1, 2, 3]),
  ],
  ["a vector of another structure", "mixed-structures", /vector 1/, () => any(hvp(id))([1], [[1]])],
  ["something else than a function", "not-a-function", /grad was given the number 3/, () => grad(any(3))],
  ["jacobian of undefined", "not-a-function", /jacobian/, () => jacobian(any(undefined))],
  [
    "wrt by name",
    "wrong-option",
    /wrt names "a", but parameters are known by name only of plain functions/,
    () => grad(any(two), { wrt: "a" })(1, 2),
  ],
  ["wrt out of range", "wrong-option", /wrt names argument 2/, () => grad(any(two), { wrt: 2 })(1, 2)],
  ["wrt not whole", "wrong-option", /0\.5/, () => grad(any(two), { wrt: 0.5 })(1, 2)],
  ["a negative order", "wrong-option", /order -1/, () => derivative(id, -1)],
  [
    "a difference by no argument",
    "wrong-option",
    /arg is 3/,
    () => centralDifference(two, [1, 2], { arg: 3 }),
  ],
  [
    "a wrong backward, course check",
    "wrong-derivative",
    /argument 1.*5.*differences give (1|0\.99)/,
    () => derivativeCheck((a: Real) => Wrong.apply(a), 1),
  ],
  [
    "a wrong backward, strict check",
    "wrong-derivative",
    /got 5; expected 1/,
    () => checkDerivatives((a: Real) => Wrong.apply(a), [1]),
  ],
];
class Wrong extends ScalarFunction {
  static forward(_ctx: Context<[]>, a: Real): Real {
    return mul(a, 1);
  }
  static backward(_ctx: Context<[]>, dOut: Real): Real {
    return mul(5, dOut);
  }
}

describe("refusals", () => {
  it.each(cases)("%s: %s", (_what, code, says, run) => {
    const error = refusal(run);
    expect(error.code).toBe(code);
    expect(error.message).toMatch(says);
    expect(error.message).toContain(`[${code}]`);
    expect(error.remedy.length).toBeGreaterThan(10);
    expect(error.name).toBe("AdError");
  });

  it("errors of the user's own function pass through as they are", () => {
    const mine = new TypeError("mine");
    const f = (): Real => {
      throw mine;
    };
    for (const run of [() => grad(f as (a: Real) => Real)(1), () => jvp(f as (a: Real) => Real)([1], [1])]) {
      expect(run).toThrow(mine);
    }
  });
});

describe("printing is allowed", () => {
  it("as text, and in strings", () => {
    expect(`${x()} ${String(x().mul(2))}`).toBe("Scalar(3) Scalar(6)");
    let seen = "";
    jvp((a: Real) => ((seen = `${a}`), a))([2], [1]);
    expect(seen).toBe("Dual(2, 1)");
  });
});
