/** Parts of calls that take any number of arguments. Scalars do without. */
import { primitive } from "../real/primitive.ts";
import { cosine, hypot, hypotNotation } from "./arithmetic.ts";
import { notation } from "./notation.ts";
import type { Notation } from "./notation.ts";

/**
 * {@link hypot} of the first arguments of a call of `Math.hypot` that has more of them: so that with `math: "exact"` it is known what was one
 * call (see compile/exact.ts).
 */
export const hypotSoFar: typeof hypot = primitive("hypotSoFar", Math.hypot, [
  (x, y) => cosine(x, y),
  (x, y) => cosine(y, x),
]);
export const hypotSoFarNotation: Notation = /* @__PURE__ */ notation(hypotSoFar, () => ({
  js: hypotNotation.js,
  latex: hypotNotation.latex,
  domain: [
    [0.3, 3],
    [-3, 3],
  ],
}));
