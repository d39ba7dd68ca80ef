/**
 * How fast an enzyme works, by the concentration of what it works on: the Michaelis-Menten model fitted to measurements
 * with cells treated with puromycin (M. A. Treloar, Effects of puromycin on galactosyltransferase in Golgi membranes,
 * University of Toronto 1974; in D. M. Bates, D. G. Watts, Nonlinear Regression Analysis and Its Applications, 1988, A1.3).
 */
import { add, div, mul, sub } from "cotangent";
import type { Real } from "cotangent";
import { leastSquares } from "cotangent/optimize";

/** Concentrations in ppm, rates in counts/min². */
export const measurements: readonly (readonly [concentration: number, rate: number])[] = [
  [0.02, 76],
  [0.02, 47],
  [0.06, 97],
  [0.06, 107],
  [0.11, 123],
  [0.11, 139],
  [0.22, 159],
  [0.22, 152],
  [0.56, 191],
  [0.56, 201],
  [1.1, 207],
  [1.1, 200],
];

/** `Vm`: the rate that is never quite reached; `K`: the concentration at which half of it is. */
export interface Parameters {
  readonly Vm: Real;
  readonly K: Real;
}

/** v = Vm·c / (K + c) */
export const rate = ({ Vm, K }: Parameters, c: number): Real => div(mul(Vm, c), add(K, c));

const residuals = (p: Parameters): Real[] => measurements.map(([c, v]) => sub(rate(p, c), v));

/** The parameters that fit best, with their standard errors. */
export const fit = (): ReturnType<typeof fitFrom> => fitFrom({ Vm: 150, K: 0.1 });

const fitFrom = (start: { Vm: number; K: number }) => leastSquares(residuals, start);
