import type { Value } from "../ir.ts";

/** What the optimiser may do. */
export interface OptimiseOptions {
  /**
   * `primal`: the program will be differentiated. Branches stay branches, so that nothing flows back through what was not
   * taken, and functions with a derivative of their own stay functions. `final`: it goes to a back end.
   */
  readonly stage?: "primal" | "final";
  /**
   * Allows identities that hold for real numbers but not for every f64: x + 0 = x, x·0 = 0, x - x = 0, x³ = x·x·x, x⁻¹ = 1/x, x/c =
   * x·(1/c). Results may then differ in the last digits, in the sign of zero, and where infinities or NaN occur.
   */
  readonly fast?: boolean;
  /**
   * For output that people read: loops stay loops however short, and checks of indices are left out, as in the plain function.
   */
  readonly readable?: boolean;
  /** Values of the entry, f64, that are integers up to LARGEST_INTEGER (and not -0) whenever the program is called. */
  readonly integers?: ReadonlySet<Value>;
}
