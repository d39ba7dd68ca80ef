import { describe, expect, test } from "vitest";
import { hessian } from "../../src/differentiate/hessian.ts";
import { jacobian } from "../../src/differentiate/jacobian.ts";
import { reverse } from "../../src/differentiate/reverse.ts";
import { sparseJacobian } from "../../src/differentiate/sparse.ts";
import { colour, sparsity } from "../../src/differentiate/sparsity.ts";
import { sin, square, where } from "../../src/primitives/index.ts";
import type { Program } from "../../src/program/ir.ts";
import { close, legal, randomFrom, run } from "./support.ts";
import type { Argument } from "./support.ts";
import { define } from "./textbook.ts";

const matrix = (program: Program, args: readonly Argument[], size: number): Float64Array =>
  run(legal(program), [...args, new Float64Array(size)]).args.at(-1) as Float64Array;

const numbers = (n: number): Float64Array => Float64Array.from({ length: n }, randomFrom(n));

/** out[i] = sin(x[i-1])·x[i] + x[i+1]²: three diagonals. */
const tridiagonal: Program = {
  functions: [
    define("tridiagonal", "x: array, out: array", (p, x, out) => {
      const n = p.b.length(x);
      p.store(out, 0, p.load(x, 0));
      p.store(out, p.minus(n, 1), p.apply(sin, p.load(x, p.minus(n, 1))));
      p.for(1, p.minus(n, 1), [], (i) => {
        const [a, b, c] = [p.load(x, p.minus(i, 1)), p.load(x, i), p.load(x, p.plus(i, 1))];
        p.store(out, i, p.add(p.mul(p.apply(sin, a), b), p.mul(c, c)));
      });
      return [];
    }),
  ],
};

/** A chain of Rosenbrock's valleys. */
const rosenbrock: Program = {
  functions: [
    define("rosenbrock", "x: array", (p, x) =>
      p.for(1, p.b.length(x), [0], (i, s) => {
        const [a, b] = [p.load(x, p.minus(i, 1)), p.load(x, i)];
        const valley = p.sub(b, p.mul(a, a));
        return [p.add(s, p.add(p.mul(100, p.apply(square, valley)), p.apply(square, p.sub(1, a))))];
      }),
    ),
  ],
};

const expectEntries = (
  sparse: NonNullable<ReturnType<typeof sparseJacobian>>,
  got: Float64Array,
  dense: Float64Array,
): void => {
  const { rows, columns } = sparse.pattern;
  let k = 0;
  const rebuilt = new Float64Array(rows.length * columns);
  rows.forEach((row, i) => row.forEach((j) => (rebuilt[i * columns + j] = got[k++]!)));
  expect(k).toBe(got.length);
  rebuilt.forEach((x, i) => expect(close(x, dense[i]!, 1e-12), `entry ${i}: ${x}, ${dense[i]}`).toBe(true));
};

describe("patterns", () => {
  test("of three diagonals take three passes, however long", () => {
    const n = 40;
    const args = [numbers(n), new Float64Array(n)];
    const settled = { wrt: [0], of: [], outParameters: [1] };
    const sparse = sparseJacobian(tridiagonal, args, settled)!;
    expect(sparse.colours).toBe(3);
    expect(sparse.pattern.rows[5]).toEqual([4, 5, 6]);
    const count = sparse.pattern.rows.flat().length;
    expectEntries(
      sparse,
      matrix(sparse.program, args, count),
      matrix(jacobian(tridiagonal, settled), args, n * n),
    );
  });

  test("of Hessians are found in the gradient's program", () => {
    const n = 30;
    const x = numbers(n);
    const gradient = reverse(rosenbrock, { seeds: "one" });
    const args = [x, new Float64Array(n)];
    const sparse = sparseJacobian(gradient.program, args, { wrt: [0], of: [], outParameters: [1] })!;
    expect(sparse.colours).toBe(3);
    const count = sparse.pattern.rows.flat().length;
    expect(count).toBe(3 * n - 2);
    expectEntries(sparse, matrix(sparse.program, args, count), matrix(hessian(rosenbrock), [x], n * n));
  });

  test("of blocks take as many passes as a block is wide", () => {
    const blocks: Program = {
      functions: [
        define("blocks", "x: array, out: array", (p, x, out) => {
          p.for(0, p.b.length(x), [], (i) => {
            const first = p.times(p.b.op("i32.div", i, p.i(4)), 4);
            const [s] = p.for(0, 4, [1], (j, s) => [p.mul(s, p.load(x, p.plus(first, j)))]);
            p.store(out, i, p.apply(sin, s!));
          });
          return [];
        }),
      ],
    };
    const args = [numbers(20), new Float64Array(20)];
    const sparse = sparseJacobian(blocks, args, { wrt: [0], of: [], outParameters: [1] })!;
    expect(sparse.colours).toBe(4);
    const dense = matrix(jacobian(blocks, { wrt: [0], of: [], outParameters: [1] }), args, 400);
    expectEntries(sparse, matrix(sparse.program, args, 80), dense);
  });

  test("know what does not depend on what is differentiated by, and take both sides of what does", () => {
    const program: Program = {
      functions: [
        define("choices", "x: f64, y: f64, z: f64, n: i32", (p, x, y, z, n) => {
          const { b } = p;
          const [fixed] = b.if(
            b.op("i32.gt", n, p.i(0)),
            () => [x],
            () => [y],
          );
          const [either] = b.if(
            b.op("f64.gt", x, y),
            () => [p.mul(y, y)],
            () => [z],
          );
          return [fixed!, either!, b.select(b.op("f64.lt", x, z), x, z), p.apply(where, x, y, 3)];
        }),
      ],
    };
    const pattern = sparsity(program, [0, 0, 0, 1], { wrt: [0, 1, 2], of: [0, 1, 2, 3], outParameters: [] })!;
    expect(pattern.rows).toEqual([[0], [1, 2], [0, 2], [1]]);
  });

  test("are not claimed where the course of the program depends on its inputs", () => {
    const program: Program = {
      functions: [
        define("search", "x: array, out: array", (p, x, out) => {
          p.b.if(p.b.op("f64.gt", p.load(x, 0), p.f(0)), () => (p.store(out, 0, p.load(x, 1)), []));
          return [];
        }),
      ],
    };
    const args = [numbers(3), new Float64Array(3)];
    expect(sparsity(program, args, { wrt: [0], of: [], outParameters: [1] })).toBeUndefined();
    expect(sparseJacobian(program, args, { wrt: [0], of: [], outParameters: [1] })).toBeUndefined();
  });
});

test("colours keep columns apart that share a row", () => {
  const rows = [
    [0, 1],
    [2, 3],
    [1, 2],
  ];
  const { colours, count } = colour({ columns: 4, rows });
  expect(count).toBe(2);
  for (const row of rows) expect(new Set(row.map((j) => colours[j])).size).toBe(row.length);
});
