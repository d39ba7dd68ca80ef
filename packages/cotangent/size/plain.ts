// A plain function as a build without `precompile` leaves it, and its gradient.
import { grad } from "cotangent";
import { lowered } from "cotangent/program";

const number = { kind: "number" } as const;
const square = lowered((x: number): number => x * x, {
  version: 2,
  name: "square",
  variants: [
    {
      params: [{ name: "x", structure: number }],
      outside: [],
      result: number,
      program: "function square(x: f64): f64 {\ny = square(x)\nreturn y\n}",
    },
  ],
});
console.log(grad(square)(3));
