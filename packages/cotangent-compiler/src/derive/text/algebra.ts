/**
 * Sums and products as people write them: constants in front and multiplied out, signs where they are read, division instead
 * of multiplication by an inverse. Products are regrouped only to bring constants and signs together, so that results change by
 * a rounding error at most; sums are never regrouped.
 */
import { position } from "./shapes.ts";
import { conditional, infix, num, text } from "./tree.ts";
import type { Expression } from "./tree.ts";

/** coefficient · numerator / denominator */
interface Factors {
  readonly coefficient: number;
  readonly numerator: readonly Expression[];
  readonly denominator: readonly Expression[];
}

function factors(e: Expression): Factors {
  if (e.kind === "number") return { coefficient: e.value, numerator: [], denominator: [] };
  if (e.kind === "prefix" && e.operator === "-") {
    const inner = factors(e.argument);
    return { ...inner, coefficient: -inner.coefficient };
  }
  if (e.kind === "infix" && e.operator === "*") {
    const [a, b] = [factors(e.left), factors(e.right)];
    return {
      coefficient: a.coefficient * b.coefficient,
      numerator: [...a.numerator, ...b.numerator],
      denominator: [...a.denominator, ...b.denominator],
    };
  }
  if (e.kind === "infix" && e.operator === "/") {
    const a = factors(e.left);
    return { ...a, denominator: [...a.denominator, e.right] };
  }
  return { coefficient: 1, numerator: [e], denominator: [] };
}

const multiply = (list: readonly Expression[]): Expression =>
  list.slice(1).reduce((a, b) => infix("*", a, b), list[0]!);

/** Whether a number is short enough to be read. */
const isShort = (x: number): boolean => String(Math.abs(x)).length <= 8;

/** x as p / q, where that is shorter than its digits. */
function fraction(x: number): readonly [p: number, q: number] | undefined {
  if (isShort(x) || !Number.isFinite(x)) return undefined;
  for (let q = 2; q <= 1000; q++) {
    const p = Math.round(x * q);
    if (p !== 0 && Math.abs(p) <= 1000 && p / q === x) return [p, q];
  }
  return undefined;
}

function written({ coefficient, numerator, denominator }: Factors): Expression {
  const parts = fraction(coefficient);
  const [p, q] = parts ?? [coefficient, 1];
  const below = q === 1 ? denominator : [...denominator, num(q)];
  let above: Expression;
  if (numerator.length === 0) above = num(p);
  else if (p === 1) above = multiply(numerator);
  else if (p === -1)
    above = multiply([{ kind: "prefix", operator: "-", argument: numerator[0]! }, ...numerator.slice(1)]);
  else above = multiply([num(p), ...numerator]);
  return below.length === 0 ? above : infix("/", above, multiply(below));
}

const isNumber = (e: Expression): boolean => e.kind === "number";
const isProduct = (e: Expression): boolean =>
  e.kind === "infix" && (e.operator === "*" || e.operator === "/");

export function product(a: Expression, b: Expression): Expression {
  const [left, right] = [factors(a), factors(b)];
  if (
    right.coefficient === 0 ||
    left.coefficient === 0 ||
    !Number.isFinite(left.coefficient * right.coefficient)
  ) {
    return infix("*", a, b);
  }
  const inverse = (f: Factors): boolean => f.numerator.length === 0 && f.denominator.length > 0;
  if (inverse(right) && Math.abs(right.coefficient) === 1) {
    return written({
      coefficient: left.coefficient * right.coefficient,
      numerator: left.numerator,
      denominator: [...left.denominator, ...right.denominator],
    });
  }
  if (inverse(left) && Math.abs(left.coefficient) === 1) return product(b, a);
  const merges =
    (isNumber(a) && isProduct(b)) ||
    right.coefficient !== 1 ||
    (left.coefficient !== 1 && isProduct(a) && left.denominator.length === 0);
  // Nothing divides yet: else `a / b * c` would be read twice.
  if (!merges || left.denominator.length > 0 || right.denominator.length > 0) {
    if (isNumber(b) && !isNumber(a)) return left.denominator.length > 0 ? infix("*", b, a) : product(b, a);
    return infix("*", a, b);
  }
  return written({
    coefficient: left.coefficient * right.coefficient,
    numerator: [...left.numerator, ...right.numerator],
    denominator: [],
  });
}

export function quotient(a: Expression, b: Expression): Expression {
  if (b.kind === "prefix" && b.operator === "-") return quotient(negative(a), b.argument);
  return infix("/", a, b);
}

/** Whether it is written with a minus in front. */
function leadsWithMinus(e: Expression): boolean {
  if (e.kind === "number") return e.value < 0;
  if (e.kind === "prefix") return e.operator === "-";
  return isProduct(e) && leadsWithMinus((e as Extract<Expression, { kind: "infix" }>).left);
}

export function negative(e: Expression): Expression {
  // People write 0 for both zeros.
  if (e.kind === "number") return num(e.value === 0 ? 0 : -e.value);
  if (e.kind === "prefix" && e.operator === "-") return e.argument;
  if (e.kind === "infix" && e.operator === "-") return infix("-", e.right, e.left);
  if (e.kind === "infix" && isProduct(e)) return { ...e, left: negative(e.left) };
  if (e.kind === "conditional" && (isNumber(e.yes) || isNumber(e.no))) {
    return conditional(e.test, negative(e.yes), negative(e.no));
  }
  return { kind: "prefix", operator: "-", argument: e };
}

export function sum(a: Expression, b: Expression): Expression {
  if (leadsWithMinus(b)) return infix("-", a, negative(b));
  if (leadsWithMinus(a) && !isNumber(a)) return infix("-", b, negative(a));
  return infix("+", a, b);
}

export function difference(a: Expression, b: Expression): Expression {
  return leadsWithMinus(b) ? infix("+", a, negative(b)) : infix("-", a, b);
}

export function squared(e: Expression): Expression {
  const short = e.kind === "variable" || e.kind === "text" || e.kind === "member";
  return short ? infix("*", e, e) : infix("**", e, num(2));
}

/** Named numbers, and small multiples of them. */
const NAMED: readonly (readonly [number, Expression])[] = [
  [Math.PI, text("Math.PI")],
  [
    Math.sqrt(2 * Math.PI),
    { kind: "call", callee: text("Math.sqrt"), args: [infix("*", num(2), text("Math.PI"))] },
  ],
  [Math.sqrt(Math.PI), { kind: "call", callee: text("Math.sqrt"), args: [text("Math.PI")] }],
  [
    Math.sqrt(2 / Math.PI),
    { kind: "call", callee: text("Math.sqrt"), args: [infix("/", num(2), text("Math.PI"))] },
  ],
  [Math.log(Math.PI), { kind: "call", callee: text("Math.log"), args: [text("Math.PI")] }],
  [Math.E, text("Math.E")],
  [Math.LN2, text("Math.LN2")],
  [Math.LN10, text("Math.LN10")],
  [Math.LOG2E, text("Math.LOG2E")],
  [Math.LOG10E, text("Math.LOG10E")],
  [Math.SQRT2, text("Math.SQRT2")],
  [Math.SQRT1_2, text("Math.SQRT1_2")],
];

/** A number as a person would write it, to the same bits. */
function readable(x: number): Expression {
  if (Number.isNaN(x)) return text("NaN");
  if (isShort(x) || !Number.isFinite(x)) return num(x);
  for (const [value, name] of NAMED) {
    if (x === value) return name;
    if (x === -value) return { kind: "prefix", operator: "-", argument: name };
    for (let k = 2; k <= 8; k++) {
      if (x === k * value) return infix("*", num(k), name);
      if (x === value / k) return infix("/", name, num(k));
    }
  }
  const parts = fraction(x);
  return parts === undefined ? num(x) : infix("/", num(parts[0]), num(parts[1]));
}

/** The expression with all its numbers made readable, and positions of texts written out. */
export function withReadableNumbers(e: Expression): Expression {
  const inner = withReadableNumbers;
  switch (e.kind) {
    case "number":
      return readable(e.value);
    case "member":
      return { ...e, object: inner(e.object) };
    case "index":
      return { ...e, object: inner(e.object), index: inner(e.index) };
    case "call":
    case "new":
      return { ...e, args: e.args.map(inner) };
    case "infix":
      return { ...e, left: inner(e.left), right: inner(e.right) };
    case "prefix":
      return { ...e, argument: inner(e.argument) };
    case "conditional":
      return { ...e, test: inner(e.test), yes: inner(e.yes), no: inner(e.no) };
    case "array":
      return { ...e, elements: e.elements.map(inner) };
    case "object":
      return { ...e, fields: e.fields.map(([name, x]) => [name, inner(x)] as const) };
    case "arrow":
      return { ...e, body: inner(e.body) };
    case "as":
      return { ...e, value: inner(e.value) };
    case "place":
      return inner(position(e));
    default:
      return e;
  }
}
