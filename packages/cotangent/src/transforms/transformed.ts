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

/**
 * What a build tool attaches to a plain function that it has lowered to a program: it knows how to derive it. Attached under
 * {@link captured}, so that the transforms need not know any compiler.
 */
export interface Captured {
  transform(name: TransformName, options: unknown): AnyFunction;
}

export const derivation: unique symbol = Symbol.for("cotangent.derivation") as never;
export const captured: unique symbol = Symbol.for("cotangent.captured") as never;

/** Marks `run` as transform `name` of f; of a captured function, the compiled transform takes its place. */
export function transformed(
  name: TransformName,
  f: AnyFunction,
  options: unknown,
  run: AnyFunction,
): AnyFunction {
  const lowered = (f as { [captured]?: Captured })[captured];
  const made: Derivation = { transform: name, f, options };
  return Object.defineProperty(lowered?.transform(name, options) ?? run, derivation, {
    value: made,
    configurable: true,
  });
}

/** What `f` was made from by a transform; undefined if it was not. */
export const derivationOf = (f: AnyFunction): Derivation | undefined =>
  (f as { [derivation]?: Derivation })[derivation];
