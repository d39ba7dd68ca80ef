/** Arguments and results: numbers, arrays, Float64Arrays and objects of these, nested as one likes. */
import { AdError, describe } from "../errors.ts";
import { Traced } from "../real/real.ts";
import type { Real } from "../real/real.ts";

/** A function in a structure, such as a method of a class: kept as it is. */
type Method = (...args: never[]) => unknown;

/** What may be passed for a parameter of type `T`. */
export type Input<T> = unknown extends T
  ? unknown
  : [T] extends [number]
    ? number
    : T extends Real
      ? Real
      : T extends Float64Array | Method
        ? T
        : T extends readonly unknown[]
          ? number extends T["length"]
            ? readonly Input<T[number]>[] | (Real extends T[number] ? Float64Array : never)
            : { readonly [K in keyof T]: Input<T[K]> }
          : T extends ArrayLike<infer E>
            ? T extends string
              ? never
              : readonly Input<E>[] | (Real extends E ? Float64Array : never)
            : T extends object
              ? { readonly [K in keyof T]: Input<T[K]> }
              : never;

/** The arguments for parameters `A`; those that are not differentiated may be anything that the function takes. */
export type Inputs<A extends readonly unknown[], W = undefined> = {
  [K in keyof A]: W extends undefined
    ? Input<A[K]>
    : K extends Selected<W>
      ? Input<A[K]>
      : A[K] | Input<A[K]>;
};
type Selected<W> = W extends number
  ? `${W}`
  : W extends readonly unknown[]
    ? `${Extract<W[number], number>}`
    : never;

/** The type of a derivative by something of type `X`: the same structure, of plain numbers if X is. */
export type Cotangent<X> = X extends number
  ? number
  : X extends Traced
    ? Real
    : X extends Float64Array
      ? Float64Array
      : X extends Method
        ? X
        : { -readonly [K in keyof X]: Cotangent<X[K]> };

/** The variables somewhere in X. */
type Watched<X> = X extends Traced
  ? X
  : X extends readonly (infer E)[]
    ? Watched<E>
    : X extends Float64Array | Method
      ? never
      : X extends object
        ? { [K in keyof X]: Watched<X[K]> }[keyof X]
        : never;

/** What a number computed from arguments `X` is: plain, unless there are variables among them. */
export type Value<X> = [Watched<X>] extends [never] ? number : Real;

/** The result `R` of a function when called with `X`. */
export type Result<R, X> = R extends Real
  ? Value<X>
  : R extends Float64Array
    ? R
    : { -readonly [K in keyof R]: Result<R[K], X> };

/** One argument: its derivative. Several: a tuple. By name: that of some argument, since names are no part of types. */
export type CotangentOf<X extends readonly unknown[], W = undefined> = W extends number | string
  ? ByName<X, W>
  : W extends readonly (number | string)[]
    ? { -readonly [K in keyof W]: ByName<X, W[K]> }
    : X extends readonly [infer Only]
      ? Cotangent<Only>
      : { -readonly [K in keyof X]: Cotangent<X[K]> };
type ByName<X extends readonly unknown[], W> = W extends number
  ? Cotangent<X[W]>
  : Cotangent<Exclude<X[number], string | boolean | bigint | symbol | null | undefined>>;

/** What options with `wrt: W` must be for a function of `A`: names are only for a plain function, whose parameters take no variables. */
export type Permitted<A extends readonly unknown[], W> = [
  Extract<W | (W extends readonly (infer E)[] ? E : never), string>,
] extends [never]
  ? unknown
  : 0 extends 1 & A[number]
    ? unknown
    : [Watched<A[number]>] extends [never]
      ? unknown
      : { readonly wrt: number | readonly number[] };

/** `Outer`, with every number replaced by a derivative by `Inner`: the type of a Jacobian. */
export type Product<Outer, Inner> = Outer extends Real
  ? Inner
  : Outer extends Float64Array
    ? Inner[]
    : Outer extends readonly unknown[]
      ? { -readonly [K in keyof Outer]: Product<Outer[K], Inner> }
      : { -readonly [K in keyof Outer]: Product<Outer[K], Inner> };

/** A nested structure, taken apart into its numbers. */
export interface Tree {
  readonly leaves: readonly Real[];
  /** Where each leaf is, for messages. */
  readonly places: readonly Place[];
  /**
   * The same structure of other things. Float64Arrays become Float64Arrays again where these are plain numbers and `watched`
   * is not set, and ordinary arrays otherwise.
   */
  rebuild(leaves: readonly unknown[], watched?: boolean): unknown;
}

/**
 * Takes `x` apart.
 * @param what names x in messages
 * @throws AdError `not-a-number`, `nan-input`, `cyclic-structure`
 */
export function flatten(x: unknown, what: string, nan: "refuse" | "allow" = "refuse"): Tree {
  const leaves: Real[] = [];
  const places: Place[] = [];
  const above = new Set<unknown>();

  // `within` and `step` say where y is; they become text only when somebody asks.
  const visit = (y: unknown, within: Stem | undefined, step: Step): Node => {
    if (typeof y === "number" || y instanceof Traced) {
      if (Number.isNaN(y) && nan === "refuse") throw isNaN_(what + textOf({ within, step }));
      leaves.push(y);
      places.push({ within, step });
      return leaf;
    }
    const stem = { within, step };
    if (above.has(y)) {
      throw new AdError(
        "cyclic-structure",
        `${what}${textOf(stem)} contains itself.`,
        "Pass arrays and objects without cycles.",
      );
    }
    if (y instanceof Float64Array) {
      for (let i = 0; i < y.length; i++) visit(y[i], stem, i);
      return (next, watched) => {
        const list = Array.from(y, () => next());
        return watched || list.some((v) => typeof v !== "number")
          ? list
          : Float64Array.from(list as number[]);
      };
    }
    above.add(y);
    let node: Node;
    if (Array.isArray(y)) {
      const nodes = Array.from(y, (element: unknown, i) => visit(element, stem, i));
      node = (next, watched) => nodes.map((n) => n(next, watched));
    } else if (Object.prototype.toString.call(y) === "[object Object]") {
      const nodes = Object.entries(y as object).map(([key, v]) => [key, visit(v, stem, key)] as const);
      node = (next, watched) => {
        const made = Object.create(Object.getPrototypeOf(y) as object | null) as Record<string, unknown>;
        for (const [key, n] of nodes) {
          const own = n(next, watched);
          // What the prototype has under this name (an accessor, __proto__) must not swallow it.
          if (key in made)
            Object.defineProperty(made, key, {
              value: own,
              writable: true,
              enumerable: true,
              configurable: true,
            });
          else made[key] = own;
        }
        return made;
      };
    } else {
      throw new AdError(
        "not-a-number",
        `${what}${textOf(stem)} is ${describe(y)}, which is neither a number nor made of numbers.`,
        "Use numbers, arrays, plain objects and Float64Array; keep anything else outside the function, or in an argument that { wrt } leaves out.",
      );
    }
    above.delete(y);
    return node;
  };

  const root = visit(x, undefined, "");
  return {
    leaves,
    places,
    rebuild: (others, watched = false) => {
      let i = 0;
      return root(() => others[i++], watched);
    },
  };
}

type Step = string | number;

/** Where something is: a key or an index, of what is elsewhere. */
export interface Place {
  readonly within: Stem | undefined;
  readonly step: Step;
}
type Stem = Place;

/** `.layers[2].w` */
export function textOf({ within, step }: Place): string {
  const own = step === "" && within === undefined ? "" : typeof step === "number" ? `[${step}]` : `.${step}`;
  return within === undefined ? own : textOf(within) + own;
}

const isSame = (a: Place | undefined, b: Place | undefined): boolean =>
  a === b || (a !== undefined && b !== undefined && a.step === b.step && isSame(a.within, b.within));

type Node = (next: () => unknown, watched: boolean) => unknown;
const leaf: Node = (next) => next();

const isNaN_ = (where: string): AdError =>
  new AdError(
    "nan-input",
    `${where} is NaN.`,
    "Find out where the NaN comes from; no derivative exists there.",
  );

/**
 * The leaves of `x`, which must have the structure of `like`.
 * @throws AdError `mixed-structures`
 */
export function leavesLike(like: Tree, x: unknown, what: string): readonly Real[] {
  const tree = flatten(x, what);
  // Neighbours are in the same array: that two arrays are in the same place need not be found out for every element.
  let known: readonly [Stem | undefined, Stem | undefined] = [undefined, undefined];
  const at = tree.places.findIndex((mine, i) => {
    const its = like.places[i];
    if (its === undefined || mine.step !== its.step) return true;
    if (mine.within === known[0] && its.within === known[1]) return false;
    known = [mine.within, its.within];
    return !isSame(mine.within, its.within);
  });
  if (at < 0 && tree.places.length === like.places.length) return tree.leaves;
  const [got, wanted] =
    at < 0 ? [undefined, like.places[tree.places.length]] : [tree.places[at], like.places[at]];
  throw new AdError(
    "mixed-structures",
    `${what} has ${got === undefined ? "nothing" : `a number at ${whereIs(got)}`} where ${wanted === undefined ? "nothing" : `a number at ${whereIs(wanted)}`} is expected.`,
    "Give it the same structure: the same keys, the same lengths.",
  );
}

const whereIs = (place: Place): string => textOf(place) || "the top";
