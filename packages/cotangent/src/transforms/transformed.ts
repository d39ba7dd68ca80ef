import { AdError } from "../errors.ts";
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
/** What compiles a captured plain function and its transforms, carried by it: the transforms themselves need no compiler. */
export const compiler: unique symbol = Symbol.for("cotangent.compiler") as never;

/** What compiles `f`, a captured function; undefined if it is none. */
export const compilerOf = (f: AnyFunction): ((g: AnyFunction, options?: object) => AnyFunction) | undefined =>
  (f as { [compiler]?: (g: AnyFunction, options?: object) => AnyFunction })[compiler];

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
  const compile = compilerOf(root);
  if (compile !== undefined) return compile(mark(run));
  checkBuilt(root);
  return mark(run);
}

/** `"use grad"` where a function's body begins, or a function's in it. */
const MARK = /[{;]\s*(["'])use grad\1/;
/** Functions that have been looked at. */
const built = new WeakSet<AnyFunction>();

/**
 * Refuses a function that is marked for the compiler of plain functions, but that nothing has compiled: run on variables instead
 * of numbers, it would not always say so.
 * @throws AdError `missing-plugin`
 */
export function checkBuilt(f: AnyFunction): void {
  if (built.has(f)) return;
  if (MARK.test(Function.prototype.toString.call(f))) {
    throw new AdError(
      "missing-plugin",
      `${f.name || "The function"} is marked "use grad", but nothing has compiled it: no plugin of cotangent-compiler is at work in this build.`,
      "Add cotangent-compiler/vite (/rollup, /rolldown, /webpack, /loader, /esbuild) to the build, or run node --import cotangent-compiler/register; without either, wrap the function: differentiable(f), from cotangent-compiler/parse.",
    );
  }
  built.add(f);
}

/** What `f` was made from by a transform; undefined if it was not. */
export const derivationOf = (f: AnyFunction): Derivation | undefined =>
  (f as { [derivation]?: Derivation })[derivation];
