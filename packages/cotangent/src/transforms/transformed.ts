import type { AnyFunction } from "./arguments.ts";

/** The transforms by name. */
export type TransformName =
  | "grad"
  | "valueAndGrad"
  | "jvp"
  | "vjp"
  | "jacobian"
  | "hessian"
  | "hvp"
  | "derivative";

/** What a transformed function was made from, so that a compiler can differentiate the program instead of the call. */
export interface Derivation {
  readonly transform: TransformName;
  readonly f: AnyFunction;
  readonly options: unknown;
}

const derivation: unique symbol = Symbol.for("cotangent.derivation") as never;
/** What compiles a captured plain function, carried by it: the transforms themselves need no compiler. */
export const compiler: unique symbol = Symbol.for("cotangent.compiler") as never;

/** Marks `run` as transform `name` of f; of a captured plain function, compiled. */
export function transformed(
  name: TransformName,
  f: AnyFunction,
  options: unknown,
  run: AnyFunction,
): AnyFunction {
  const made: Derivation = { transform: name, f, options };
  const mark = (g: AnyFunction): AnyFunction =>
    Object.defineProperty(g, derivation, { value: made, configurable: true });
  let root = f;
  for (let from = derivationOf(root); from !== undefined; from = derivationOf(root)) root = from.f;
  const compile = (root as { [compiler]?: (g: AnyFunction) => AnyFunction })[compiler];
  return compile === undefined ? mark(run) : mark(compile(mark(run)));
}

/** What `f` was made from by a transform; undefined if it was not. */
export const derivationOf = (f: AnyFunction): Derivation | undefined =>
  (f as { [derivation]?: Derivation })[derivation];
