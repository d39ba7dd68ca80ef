/** Define-by-run Scalars, forward and backward, beside an object tape and a gradient written by hand. */
import { add, grad, mul, Scalar, sin } from "cotangent";
import type { Real } from "cotangent";
import type { Row } from "../row.ts";
import { Value } from "./tape.ts";

/** So many inputs. */
const INPUTS = 100;
/** mul, sin and two adds: what one term of the sum consists of. */
const NODES_PER_TERM = 4;

const inputs = Array.from({ length: INPUTS }, (_, i) => 0.5 + i / INPUTS);
const total = (xs: ArrayLike<number>): number => Array.from(xs).reduce((sum, x) => sum + x, 0);

/** Σₖ xᵢ·xᵢ₊₁ + sin xᵢ, where i runs through the inputs again and again. */
function onReals(xs: readonly Real[], terms: number): Real {
  let sum: Real = 0;
  for (let k = 0; k < terms; k++) {
    const x = xs[k % INPUTS]!;
    sum = add(sum, add(mul(x, xs[(k + 1) % INPUTS]!), sin(x)));
  }
  return sum;
}

function onScalars(terms: number): number {
  const xs = inputs.map((x) => new Scalar(x));
  let sum = new Scalar(0);
  for (let k = 0; k < terms; k++) {
    const x = xs[k % INPUTS]!;
    sum = sum.add(x.mul(xs[(k + 1) % INPUTS]!).add(x.sin()));
  }
  sum.backward();
  return total(xs.map((x) => x.derivative ?? 0));
}

function onObjects(terms: number): number {
  const xs = inputs.map((x) => new Value(x));
  let sum = new Value(0);
  for (let k = 0; k < terms; k++) {
    const x = xs[k % INPUTS]!;
    sum = sum.add(x.mul(xs[(k + 1) % INPUTS]!).add(x.sin()));
  }
  sum.backward();
  return total(xs.map((x) => x.grad));
}

/** The value as well, as everybody else computes it. */
function byHand(xs: Float64Array, out: Float64Array, terms: number): number {
  let sum = 0;
  out.fill(0);
  for (let k = 0; k < terms; k++) {
    const [i, j] = [k % INPUTS, (k + 1) % INPUTS];
    const [x, y] = [xs[i]!, xs[j]!];
    sum += x * y + Math.sin(x);
    out[i] = out[i]! + y + Math.cos(x);
    out[j] = out[j]! + x;
  }
  return sum;
}

const rowOf = (nodes: number): Row => {
  const terms = nodes / NODES_PER_TERM;
  return {
    name: `scalars-${nodes}`,
    title: `value and gradient of a sum of ${nodes} operations, define by run`,
    parts: { count: nodes, name: "node" },
    contenders: [
      {
        name: "by hand",
        prepare: () => {
          const [xs, out] = [Float64Array.from(inputs), new Float64Array(INPUTS)];
          return {
            run: () => {
              byHand(xs, out, terms);
              return total(out);
            },
          };
        },
      },
      { name: "Scalars", prepare: () => ({ run: () => onScalars(terms) }) },
      {
        name: "grad(f)",
        prepare: () => {
          const g = grad((xs: readonly Real[]) => onReals(xs, terms));
          return { run: () => total(g(inputs)) };
        },
      },
      { name: "object tape", prepare: () => ({ run: () => onObjects(terms) }) },
    ],
  };
};

export const heart: readonly Row[] = [rowOf(1000), rowOf(10_000), rowOf(1_000_000)];
