import { neumaierSum } from "../numeric/sum.ts";
import { listPrimitive, primitive } from "../real/primitive.ts";
import type { ListPrimitive } from "../real/primitive.ts";
import type { Binary, Partial, Primitive, Unary } from "../real/real.ts";
import {
  argument,
  binding,
  call,
  command,
  fixed,
  fraction,
  frame,
  infix,
  latexInfix,
  latexMinus,
  latexPower,
  notation,
  prefix,
} from "./notation.ts";
import type { Form, Notation } from "./notation.ts";

/** x + y. Partials: 1, 1. */
export const add: Binary = primitive("add", (x, y) => x + y, [() => 1, () => 1]);
export const addNotation: Notation = /* @__PURE__ */ notation(add, () => ({
  js: infix("+", binding.sum),
  latex: latexInfix("+", binding.sum),
  domain: [
    [-3, 3],
    [-3, 3],
  ],
}));

/** x − y. Partials: 1, −1. */
export const sub: Binary = primitive("sub", (x, y) => x - y, [() => 1, () => -1]);
export const subNotation: Notation = /* @__PURE__ */ notation(sub, () => ({
  js: infix("-", binding.sum),
  latex: latexInfix("-", binding.sum),
  domain: [
    [-3, 3],
    [-3, 3],
  ],
}));

/** x·y. Partials: y, x. */
export const mul: Binary = primitive("mul", (x, y) => x * y, [(_x, y) => y, (x) => x]);
export const mulNotation: Notation = /* @__PURE__ */ notation(mul, () => ({
  js: infix("*", binding.product),
  latex: latexInfix("\\cdot", binding.product),
  domain: [
    [-3, 3],
    [-3, 3],
  ],
}));

/** x/y. Partials: 1/y, −(x/y)/y: divided twice, because y² would overflow or vanish long before the result does. */
export const div: Binary = primitive("div", (x, y) => x / y, [
  (_x, y) => inv(y),
  (_x, y, out) => neg(div(out, y)),
]);
export const divNotation: Notation = /* @__PURE__ */ notation(div, () => ({
  js: infix("/", binding.product),
  latex: fraction(argument(0), argument(1)),
  domain: [
    [-3, 3],
    [0.3, 3],
  ],
}));

/** −x. Partial: −1. */
export const neg: Unary = primitive("neg", (x) => -x, [() => -1]);
export const negNotation: Notation = /* @__PURE__ */ notation(neg, () => ({
  js: prefix("-"),
  latex: latexMinus,
  domain: [[-3, 3]],
}));

/** 1/x. Partial: −(1/x)². */
export const inv: Unary = primitive("inv", (x) => 1 / x, [(_x, out) => neg(square(out))]);
export const invNotation: Notation = /* @__PURE__ */ notation(inv, () => ({
  js: (x) => infix("/", binding.product)({ text: "1", binding: binding.atom }, x),
  latex: fraction(fixed("1"), argument(0)),
  domain: [[0.3, 3]],
}));

/** x². Partial: 2x. */
export const square: Unary = primitive("square", (x) => x * x, [(x) => mul(2, x)]);
export const squareNotation: Notation = /* @__PURE__ */ notation(square, () => ({
  // Only a name is written twice: a longer expression would be computed twice.
  js: (x) => (/^\w+$/.test(x.text) ? infix("*", binding.product)(x, x) : call("square")(x)),
  latex: latexPower(argument(0), fixed("2")),
  domain: [[-3, 3]],
}));

/** |x|. Partial: sign(x), which is 0 at 0. */
export const abs: Unary = primitive("abs", Math.abs, [(x) => sign(x)]);
export const absNotation: Notation = /* @__PURE__ */ notation(abs, () => ({
  js: call("Math.abs"),
  latex: frame`\left|${0}\right|`,
  domain: [[0.3, 3]],
}));

/** −1, 0 or 1. Its derivative counts as 0 everywhere. */
export const sign: Unary = primitive("sign", Math.sign, "flat");
export const signNotation: Notation = /* @__PURE__ */ notation(sign, () => ({
  js: call("Math.sign"),
  latex: command("\\operatorname{sign}"),
  domain: [[0.3, 3]],
}));

/** ∂max/∂x: 1 where x is the greater, ½ at a tie. */
const greater: Partial<[number, number]> = (x, y) => add(gt(x, y), mul(0.5, eq(x, y)));
/** ∂min/∂x: 1 where x is the smaller, ½ at a tie. */
const smaller: Partial<[number, number]> = (x, y, out) => greater(y, x, out);

/** The smaller of x and y. Partials: 1 for the smaller argument, 0 for the other; ½ each at a tie. */
export const min: Binary = primitive("min", Math.min, [smaller, greater]);
export const minNotation: Notation = /* @__PURE__ */ notation(min, () => ({
  js: call("Math.min"),
  latex: frame`\min\left(${0}, ${1}\right)`,
  domain: [
    [-3, 0],
    [0.3, 3],
  ],
}));

/** The greater of x and y. Partials: 1 for the greater argument, 0 for the other; ½ each at a tie. */
export const max: Binary = primitive("max", Math.max, [greater, smaller]);
export const maxNotation: Notation = /* @__PURE__ */ notation(max, () => ({
  js: call("Math.max"),
  latex: frame`\max\left(${0}, ${1}\right)`,
  domain: [
    [-3, 0],
    [0.3, 3],
  ],
}));

/** x/√(x² + y²), also for infinite x; 0 at the origin. */
const cosineOf = (x: number, y: number): number => {
  const r = Math.hypot(x, y);
  return Math.abs(x) === r ? Math.sign(x) : x / r;
};

const latexSquare: Form = (x) => latexPower(argument(0), fixed("2"))(x);
const latexHypot: Form = (x, y) =>
  frame`\sqrt{${0}}`(latexInfix("+", binding.sum)(latexSquare(x), latexSquare(y)));

/** √(x² + y²), without overflow. Partials: x/h, y/h, where h is the result; 0, 0 at the origin. */
export const hypot: Binary = primitive("hypot", Math.hypot, [(x, y) => cosine(x, y), (x, y) => cosine(y, x)]);
export const hypotNotation: Notation = /* @__PURE__ */ notation(hypot, () => ({
  js: call("Math.hypot"),
  latex: latexHypot,
  domain: [
    [0.3, 3],
    [-3, 3],
  ],
}));

/**
 * x/r, r = √(x² + y²): the cosine of the angle of the point (x, y); 0 at the origin. A primitive of its own, because
 * differentiating the quotient would subtract nearly equal numbers where y is small.
 * Partials: (y/r)(y/r²), −(x/r)(y/r²).
 */
export const cosine: Binary = primitive("cosine", cosineOf, [
  (x, y) => mul(cosine(y, x), inversion(y, x)),
  (x, y, out) => neg(mul(out, inversion(y, x))),
]);
export const cosineNotation: Notation = /* @__PURE__ */ notation(cosine, () => ({
  js: call("cosine"),
  latex: fraction(argument(0), latexHypot),
  domain: [
    [0.3, 3],
    [-3, 3],
  ],
}));

/**
 * x/(x² + y²): where the inversion in the unit circle takes the point (x, y); the real part of 1/(x + iy); 0 at
 * the origin. No square is formed, which
 * would overflow or vanish. With z = y/(x² + y²), its partials are z² − out², −2·out·z.
 */
export const inversion: Binary = primitive(
  "inversion",
  (x, y) => {
    const r = Math.hypot(x, y);
    return x === 0 ? 0 : (Math.abs(x) === r ? Math.sign(x) : x / r) / r;
  },
  [
    (x, y, out) => differenceOfSquares(inversion(y, x), out),
    (x, y, out) => mul(-2, mul(out, inversion(y, x))),
  ],
);
export const inversionNotation: Notation = /* @__PURE__ */ notation(inversion, () => ({
  js: call("inversion"),
  latex: fraction(argument(0), (x, y) => latexInfix("+", binding.sum)(latexSquare(x), latexSquare(y))),
  domain: [
    [0.3, 3],
    [-3, 3],
  ],
}));

/**
 * a² − b², computed as (a − b)(a + b) so as not to lose digits where they are close. Partials: 2a, −2b. A primitive of its
 * own, because the derivatives of that product would lose digits where a and b are far apart.
 */
export const differenceOfSquares: Primitive<[a: number, b: number]> = primitive(
  "differenceOfSquares",
  (a, b) => (a - b) * (a + b),
  [(a) => mul(2, a), (_a, b) => mul(-2, b)],
);
export const differenceOfSquaresNotation: Notation = /* @__PURE__ */ notation(differenceOfSquares, () => ({
  js: call("differenceOfSquares"),
  latex: (a, b) => latexInfix("-", binding.sum)(latexSquare(a), latexSquare(b)),
  domain: [
    [-3, 3],
    [-3, 3],
  ],
}));

/** The sum of a list, as if rounded once (Neumaier's compensated summation). Partial by each element: 1. */
export const sum: ListPrimitive = listPrimitive("sum", neumaierSum, () => 1);
export const sumNotation: Notation = /* @__PURE__ */ notation(sum, () => ({
  js: (...args) => call("sum")({ text: `[${args.map((x) => x.text).join(", ")}]`, binding: binding.atom }),
  latex: (...args) =>
    args.length === 0 ? fixed("0")() : args.reduce((x, y) => latexInfix("+", binding.sum)(x, y)),
  domain: [
    [-3, 3],
    [-3, 3],
    [-3, 3],
  ],
}));

/** LaTeX: Iverson's bracket, 1 where the comparison holds and 0 elsewhere. */
const iverson =
  (operator: string): Form =>
  (x, y) =>
    frame`\left[${0}\right]`(latexInfix(operator, binding.relation)(x, y));
/** JavaScript: `Number(x < y)` */
const comparison =
  (operator: string): Form =>
  (x, y) =>
    call("Number")(infix(operator, binding.relation)(x, y));

/** 1 where x < y, else 0 (also where either is NaN). Its derivatives count as 0. */
export const lt: Binary = primitive("lt", (x, y) => Number(x < y), "flat");
export const ltNotation: Notation = /* @__PURE__ */ notation(lt, () => ({
  js: comparison("<"),
  latex: iverson("<"),
  domain: [
    [-3, 0],
    [0.3, 3],
  ],
}));

/** 1 where x > y, else 0 (also where either is NaN). Its derivatives count as 0. */
export const gt: Binary = primitive("gt", (x, y) => Number(x > y), "flat");
export const gtNotation: Notation = /* @__PURE__ */ notation(gt, () => ({
  js: comparison(">"),
  latex: iverson(">"),
  domain: [
    [-3, 0],
    [0.3, 3],
  ],
}));

/** 1 where x = y, else 0 (also where either is NaN). Its derivatives count as 0. */
export const eq: Binary = primitive("eq", (x, y) => Number(x === y), "flat");
export const eqNotation: Notation = /* @__PURE__ */ notation(eq, () => ({
  js: comparison("==="),
  latex: iverson("="),
  domain: [
    [-3, 0],
    [0.3, 3],
  ],
}));

/**
 * a where the condition is not 0, else b. Partials: 0 by the condition; 1 by the one that is taken, 0 by the other, so
 * that a branch not taken contributes nothing, not even where its own derivative is infinite or NaN.
 */
export const where: Primitive<[condition: number, a: number, b: number]> = primitive(
  "where",
  (condition, a, b) => (condition ? a : b),
  [() => 0, (condition) => where(condition, 1, 0), (condition) => where(condition, 0, 1)],
);
export const whereNotation: Notation = /* @__PURE__ */ notation(where, () => ({
  js: (c, a, b) => ({ text: `(${c.text} ? ${a.text} : ${b.text})`, binding: binding.atom }),
  latex: frame`\begin{cases} ${1} & \text{if } ${0} \\ ${2} & \text{otherwise} \end{cases}`,
  domain: [
    [1, 2],
    [-3, 3],
    [-3, 3],
  ],
}));

/** The greatest integer not above x. Its derivative counts as 0 everywhere. */
export const floor: Unary = primitive("floor", Math.floor, "flat");
export const floorNotation: Notation = /* @__PURE__ */ notation(floor, () => ({
  js: call("Math.floor"),
  latex: frame`\lfloor ${0} \rfloor`,
  domain: [[1.1, 1.4]],
}));

/** The least integer not below x. Its derivative counts as 0 everywhere. */
export const ceil: Unary = primitive("ceil", Math.ceil, "flat");
export const ceilNotation: Notation = /* @__PURE__ */ notation(ceil, () => ({
  js: call("Math.ceil"),
  latex: frame`\lceil ${0} \rceil`,
  domain: [[1.1, 1.4]],
}));

/** The nearest integer; halfway between two, the greater one, as `Math.round`. Its derivative counts as 0 everywhere. */
export const round: Unary = primitive("round", Math.round, "flat");
export const roundNotation: Notation = /* @__PURE__ */ notation(round, () => ({
  js: call("Math.round"),
  latex: command("\\operatorname{round}"),
  domain: [[1.1, 1.4]],
}));

/** x without its fractional part. Its derivative counts as 0 everywhere. */
export const trunc: Unary = primitive("trunc", Math.trunc, "flat");
export const truncNotation: Notation = /* @__PURE__ */ notation(trunc, () => ({
  js: call("Math.trunc"),
  latex: command("\\operatorname{trunc}"),
  domain: [[1.1, 1.4]],
}));

/** x, counted as a constant: no derivative flows through. */
export const stopGradient: Unary = primitive("stopGradient", (x) => x, "flat");
export const stopGradientNotation: Notation = /* @__PURE__ */ notation(stopGradient, () => ({
  js: (x) => x,
  latex: (x) => x,
  domain: [[-3, 3]],
}));
