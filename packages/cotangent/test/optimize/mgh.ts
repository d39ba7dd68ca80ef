/**
 * Functions to be minimized: J. J. Moré, B. S. Garbow, K. E. Hillstrom, Testing unconstrained optimization software, ACM
 * Transactions on Mathematical Software 7 (1981), 17-41; numbered as there. Each is a sum of squares.
 */
import { add, atan2, div, exp, mul, pow, square, sub, sum } from "../../src/index.ts";
import type { Real } from "../../src/index.ts";

export interface TestFunction {
  readonly name: string;
  readonly residuals: (x: readonly Real[]) => Real[];
  readonly start: readonly number[];
  /** The least value: any of these (local minima are named in the paper too). */
  readonly minima: readonly number[];
}

export const value =
  ({ residuals }: TestFunction) =>
  (x: readonly Real[]): Real =>
    sum(residuals(x).map((r) => square(r)));

const times = (n: number, what: (i: number) => Real): Real[] =>
  Array.from({ length: n }, (_, i) => what(i + 1));

export const functions: readonly TestFunction[] = [
  {
    name: "(1) Rosenbrock",
    residuals: ([x, y]) => [mul(10, sub(y!, square(x!))), sub(1, x!)],
    start: [-1.2, 1],
    minima: [0],
  },
  {
    name: "(2) Freudenstein and Roth",
    residuals: ([x, y]) => [
      add(sub(x!, 13), mul(sub(mul(sub(5, y!), y!), 2), y!)),
      add(sub(x!, 29), mul(sub(mul(add(y!, 1), y!), 14), y!)),
    ],
    start: [0.5, -2],
    minima: [0, 48.98425],
  },
  {
    name: "(3) Powell, badly scaled",
    residuals: ([x, y]) => [
      sub(mul(1e4, mul(x!, y!)), 1),
      sub(add(exp(mul(-1, x!)), exp(mul(-1, y!))), 1.0001),
    ],
    start: [0, 1],
    minima: [0],
  },
  {
    name: "(4) Brown, badly scaled",
    residuals: ([x, y]) => [sub(x!, 1e6), sub(y!, 2e-6), sub(mul(x!, y!), 2)],
    start: [1, 1],
    minima: [0],
  },
  {
    name: "(5) Beale",
    residuals: ([x, y]) => [1.5, 2.25, 2.625].map((c, i) => sub(c, mul(x!, sub(1, pow(y!, i + 1))))),
    start: [1, 1],
    minima: [0],
  },
  {
    name: "(7) helical valley",
    // θ is arctan(y/x)/2π where x > 0, and half a turn more where x < 0: from -1/4 to 3/4.
    residuals: ([x, y, z]) => {
      const turned = div(atan2(mul(-1, x!), y!), 2 * Math.PI);
      const theta = add(turned, 0.25);
      return [mul(10, sub(z!, mul(10, theta))), mul(10, sub(pow(add(square(x!), square(y!)), 0.5), 1)), z!];
    },
    start: [-1, 0, 0],
    minima: [0],
  },
  {
    name: "(13) Powell, singular",
    residuals: ([a, b, c, d]) => [
      add(a!, mul(10, b!)),
      mul(Math.sqrt(5), sub(c!, d!)),
      square(sub(b!, mul(2, c!))),
      mul(Math.sqrt(10), square(sub(a!, d!))),
    ],
    start: [3, -1, 0, 1],
    minima: [0],
  },
  {
    name: "(14) Wood",
    residuals: ([a, b, c, d]) => [
      mul(10, sub(b!, square(a!))),
      sub(1, a!),
      mul(Math.sqrt(90), sub(d!, square(c!))),
      sub(1, c!),
      mul(Math.sqrt(10), sub(add(b!, d!), 2)),
      div(sub(b!, d!), Math.sqrt(10)),
    ],
    start: [-3, -1, -3, -1],
    minima: [0],
  },
  {
    name: "(16) Brown and Dennis",
    residuals: ([a, b, c, d]) =>
      times(20, (i) => {
        const t = i / 5;
        return add(
          square(sub(add(a!, mul(t, b!)), Math.exp(t))),
          square(sub(add(c!, mul(Math.sin(t), d!)), Math.cos(t))),
        );
      }),
    start: [25, 5, -5, -1],
    minima: [85822.2],
  },
  {
    name: "(18) Biggs EXP6",
    residuals: ([a, b, c, d, e, f]) =>
      times(13, (i) => {
        const t = i / 10;
        const y = Math.exp(-t) - 5 * Math.exp(-10 * t) + 3 * Math.exp(-4 * t);
        const decay = (rate: Real): Real => exp(mul(-t, rate));
        return sub(add(sub(mul(c!, decay(a!)), mul(d!, decay(b!))), mul(f!, decay(e!))), y);
      }),
    start: [1, 2, 1, 1, 1, 1],
    minima: [0, 5.65565e-3],
  },
  {
    name: "(21) Rosenbrock, extended to 20",
    residuals: (x) =>
      times(20, (i) => (i % 2 === 1 ? mul(10, sub(x[i]!, square(x[i - 1]!))) : sub(1, x[i - 2]!))),
    start: Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? -1.2 : 1)),
    minima: [0],
  },
  {
    name: "(25) variably dimensioned, 10",
    residuals: (x) => {
      const all = sum(x.map((xj, j) => mul(j + 1, sub(xj, 1))));
      return [...x.map((xi) => sub(xi, 1)), all, square(all)];
    },
    start: Array.from({ length: 10 }, (_, j) => 1 - (j + 1) / 10),
    minima: [0],
  },
];
