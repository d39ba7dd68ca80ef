/** What all transforms do with the function and the arguments they are given. */
import { AdError, describe, missingArgument } from "../errors.ts";
import { checkOptions } from "../options.ts";
import { Traced } from "../real/real.ts";
import type { Real } from "../real/real.ts";
import { flatten } from "./structure.ts";
import type { Tree } from "./structure.ts";

// oxlint-disable-next-line no-explicit-any -- erasure: inside, a function is a function
export type AnyFunction = (...args: any[]) => unknown;

/**
 * Which arguments to differentiate by: one (its derivative comes bare), or several (a tuple). Counted from zero, or by name, which
 * is known of plain functions.
 */
export type Wrt = number | string | readonly (number | string)[] | undefined;

/** @throws AdError `not-a-function` */
export function checkFunction(transform: string, f: unknown): asserts f is AnyFunction {
  if (typeof f === "function") return;
  throw new AdError(
    "not-a-function",
    `${transform} was given ${describe(f)} instead of a function.`,
    `Pass the function itself: ${transform}(f), not ${transform}(f(x)).`,
  );
}

/**
 * Checks the options of a transform. Which arguments there are to choose from, the call tells.
 * @throws AdError `wrong-option`
 */
export function checkWrt(transform: string, options: { readonly wrt?: Wrt } | undefined): void {
  const names = (x: unknown): boolean => typeof x === "number" || typeof x === "string";
  checkOptions(transform, options, {
    wrt: [
      (x) => (Array.isArray(x) ? x.every(names) : names(x)),
      "Give the position of an argument, of a plain function's its name, or a list of these.",
    ],
  });
}

/** @throws AdError `missing-argument` */
export function checkCount(f: AnyFunction, args: readonly unknown[]): void {
  const wanted = Math.max(1, f.length);
  if (args.length >= wanted) return;
  throw missingArgument(f.name, wanted, args.length);
}

/** Whether f was called by `xs.map(grad(f))`, which passes the index and the array as well. */
export const isMapped = (f: AnyFunction, [x, i, list, ...more]: readonly unknown[]): boolean =>
  f.length <= 1 && more.length === 0 && Array.isArray(list) && typeof i === "number" && Object.is(list[i], x);

/** The arguments that are differentiated, taken apart. */
export class Chosen {
  readonly indices: readonly number[];
  readonly trees: readonly Tree[];
  /** All numbers in the chosen arguments, in order. */
  readonly leaves: readonly Real[];
  readonly #args: readonly unknown[];
  readonly #bare: boolean;

  /** @throws AdError `missing-argument`, `wrong-option`, and those of `flatten` */
  constructor(f: AnyFunction, given: readonly unknown[], wrt?: Wrt) {
    checkCount(f, given);
    const args = isMapped(f, given) ? given.slice(0, 1) : given;
    this.#args = args;
    this.#bare = wrt === undefined ? args.length === 1 : !Array.isArray(wrt);
    this.indices =
      wrt === undefined ? args.map((_, i) => i) : ((Array.isArray(wrt) ? wrt : [wrt]) as number[]);
    for (const i of this.indices) {
      if (Number.isInteger(i) && i >= 0 && i < args.length) continue;
      throw new AdError(
        "wrong-option",
        typeof i === "string"
          ? `wrt names ${JSON.stringify(i)}, but parameters are known by name only of plain functions that are compiled.`
          : `wrt names argument ${String(i)}, but there are ${args.length}, counted from 0.`,
        "Give the position of an argument, or a list of positions.",
      );
    }
    if (new Set(this.indices).size < this.indices.length) {
      throw new AdError(
        "wrong-option",
        `wrt names an argument twice: ${this.indices.join(", ")}.`,
        "Name each argument once.",
      );
    }
    this.trees = this.indices.map((i) => flatten(args[i], `argument ${i + 1}`));
    this.leaves = this.trees.length === 1 ? this.trees[0]!.leaves : this.trees.flatMap((tree) => tree.leaves);
  }

  /** The whole argument list, with others in place of the chosen numbers: watched ones. */
  replace(leaves: readonly unknown[]): unknown[] {
    const args = [...this.#args];
    this.#each(leaves, (tree, own, k) => (args[this.indices[k]!] = tree.rebuild(own, true)));
    return args;
  }

  /** Results for all chosen numbers, in the structure of the arguments: bare for one argument, a tuple for several. */
  pack(leaves: readonly unknown[]): unknown {
    const list: unknown[] = [];
    this.#each(leaves, (tree, own) => list.push(tree.rebuild(own)));
    return this.#bare ? list[0] : list;
  }

  /** As `pack`, for results that are themselves packed. */
  nest(packed: readonly unknown[]): unknown {
    const list: unknown[] = [];
    this.#each(packed, (tree, own) => list.push(tree.rebuild(own, true)));
    return this.#bare ? list[0] : list;
  }

  #each(leaves: readonly unknown[], use: (tree: Tree, own: readonly unknown[], k: number) => void): void {
    let start = 0;
    this.trees.forEach((tree, k) => use(tree, leaves.slice(start, (start += tree.leaves.length)), k));
  }
}

/** @throws AdError `result-not-scalar`, `result-not-a-number` */
export function checkScalar(transform: string, f: AnyFunction, out: unknown): asserts out is Real {
  if (typeof out === "number" || out instanceof Traced) return;
  const name = f.name || "the function";
  if (typeof out !== "object" || out === null || out instanceof Promise) {
    throw new AdError(
      "result-not-a-number",
      `${transform}: ${name} returned ${describe(out)}.`,
      out === undefined
        ? "Return a number: between braces, an arrow function needs a return, too."
        : `Return a number${out instanceof Promise ? ": await what it needs before" : ""}.`,
    );
  }
  throw new AdError(
    "result-not-scalar",
    `${transform}: ${name} returned ${describe(out)}; a gradient exists only of a single number.`,
    "Use jacobian(f) for the derivatives of several results, or return their sum.",
  );
}
