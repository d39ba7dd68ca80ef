/** Plain functions without a build step: their text is parsed when they are first differentiated. */
import { capture } from "./capture.ts";
import type { AnyFunction, Scope } from "./capture.ts";

export { CompileError } from "./errors.ts";
export type { Span } from "./errors.ts";

export interface DifferentiableOptions {
  /** What the function refers to outside itself: helpers, numbers, arrays and objects of numbers. */
  readonly scope?: Scope;
}

/**
 * Makes a plain function differentiable: `grad`, `jacobian`, `compile` and the others then take it as it is.
 *
 *     const K = 3;
 *     const f = differentiable((x) => K * x ** 2, { scope: { K } });
 *     grad(f)(2); // 12
 *
 * Arrays and objects in the scope are looked at anew at each call; numbers and functions are taken as they are now.
 *
 * @returns the function itself; in the place of one that takes derivatives inside (`grad(loss)(x)`), its program, called alike
 * @throws CompileError `no-source`, `syntax-error`; when it is first differentiated, `unsupported-syntax`, `unknown-name`
 * and whatever else is outside the language, with the place in the function's text
 */
export function differentiable<F extends AnyFunction>(f: F, options: DifferentiableOptions = {}): F {
  return capture(f, options.scope ?? {});
}
