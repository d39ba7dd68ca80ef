import { describe, expect, test } from "vitest";
import { hessian, hvp } from "../../src/differentiate/hessian.ts";
import { jacobian } from "../../src/differentiate/jacobian.ts";
import { reverse } from "../../src/differentiate/reverse.ts";
import type { Program } from "../../src/program/ir.ts";
import { close, legal, pushforward, randomFrom, run } from "./support.ts";
import type { Argument } from "./support.ts";
import { textbook } from "./textbook.ts";

const numbers = (x: Argument): number[] => (typeof x === "number" ? [x] : [...x]);

/** The positions of f64 and array parameters. */
const inputs = (program: Program): number[] =>
  program.functions[0]!.params.flatMap((p, i) => (p.ty === "f64" || p.ty === "array" ? [i] : []));
const arrays = (program: Program): number[] =>
  program.functions[0]!.params.flatMap((p, i) => (p.ty === "array" ? [i] : []));

/** The matrix that a program writes into its last parameter, an array of this many numbers. */
const matrix = (program: Program, args: readonly Argument[], size: number): Float64Array => {
  const after = run(legal(program), [...args, new Float64Array(size).fill(Number.NaN)]);
  return after.args.at(-1) as Float64Array;
};

const expectClose = (got: ArrayLike<number>, wanted: ArrayLike<number>): void => {
  expect(got.length).toBe(wanted.length);
  for (let k = 0; k < got.length; k++) {
    expect(close(got[k]!, wanted[k]!, 1e-9), `number ${k}: ${got[k]}, wanted ${wanted[k]}`).toBe(true);
  }
};

/** What is 1 in place j of the inputs, and 0 elsewhere. */
const unit = (program: Program, args: readonly Argument[], j: number): Argument[] => {
  let place = 0;
  const wrt = inputs(program);
  return args.map((x, i) => {
    if (!wrt.includes(i)) return 0;
    return typeof x === "number" ? Number(place++ === j) : Float64Array.from(x, () => Number(place++ === j));
  });
};

describe.each(Object.entries(textbook))("%s", (_, { program, args }) => {
  const n = inputs(program).flatMap((i) => numbers(args[i]!)).length;
  const outParameters = arrays(program);
  const m = run(program, args).results.length + outParameters.flatMap((i) => numbers(args[i]!)).length;

  test("the Jacobian by columns and by rows is what forward mode gives", () => {
    const byColumns = matrix(jacobian(program, { mode: "forward", outParameters }), args, m * n);
    const byRows = matrix(jacobian(program, { mode: "reverse", outParameters }), args, m * n);
    expectClose(byRows, byColumns);
    for (let j = 0; j < n; j++) {
      const column = pushforward(program, args, unit(program, args, j)).tangent.flatMap(numbers);
      expectClose(
        byColumns.filter((_, k) => k % n === j),
        column,
      );
    }
  });

  test("the Hessian is symmetric, and times a vector what hvp and the gradient's derivative give", () => {
    const h = matrix(hessian(program), args, n * n);
    const transposed = h.map((_, k) => h[(k % n) * n + Math.floor(k / n)]!);
    expectClose(h, transposed);

    const random = randomFrom(3);
    const wrt = inputs(program);
    const vector = args.map((x): Argument =>
      typeof x === "number" ? random() : Float64Array.from(x, random),
    );
    const v = wrt.flatMap((i) => numbers(vector[i]!));
    const wanted = v.map((_, i) => v.reduce((sum, vj, j) => sum + h[i * n + j]! * vj, 0));

    const product = legal(hvp(program));
    const into = outParameters.map((i) => Float64Array.from(args[i] as Float64Array, () => Number.NaN));
    const after = run(product, [...args, ...wrt.map((i) => vector[i]!), ...into]);
    const scalars = after.results.slice(program.functions[0]!.results.length) as number[];
    const outs = after.args.slice(-into.length || after.args.length);
    expectClose(
      wrt.flatMap((i) => numbers(typeof args[i] === "number" ? scalars.shift()! : outs.shift()!)),
      wanted,
    );

    const gradient = reverse(program, { of: [0], seeds: "one" });
    const zeros = gradient.adjointParameters.map((i) =>
      Float64Array.from(args[i] as Float64Array, () => Number.NaN),
    );
    const directions = [
      ...args.map((_, i) => (wrt.includes(i) ? vector[i]! : 0)),
      ...zeros.map((z) => z.slice()),
    ];
    const { tangent } = pushforward(gradient.program, [...args, ...zeros], directions);
    const gradients = [
      ...gradient.adjointResults.map((_, k) => tangent[run(program, args).results.length + k]!),
      ...tangent.slice(tangent.length - zeros.length),
    ];
    const order = [...gradient.adjointResults, ...gradient.adjointParameters];
    expectClose(
      wrt.flatMap((i) => numbers(gradients[order.indexOf(i)]!)),
      wanted,
    );
  });
});
