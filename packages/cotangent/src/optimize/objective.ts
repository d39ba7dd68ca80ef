import { AdError, hessian, valueAndGrad } from "../index.ts";
import type { Real } from "../index.ts";
import { asItIs } from "./options.ts";
import type { Compiler } from "./options.ts";
import type { Space } from "./space.ts";
import { isFinite, maxNorm } from "./vectors.ts";
import type { Vector } from "./vectors.ts";

/** A place in the space of parameters, and what the function does there. */
export interface Point {
  readonly x: Vector;
  readonly value: number;
  readonly gradient: Vector;
}

/** How often the function was asked, and for what. */
export interface Evaluations {
  /** Values, each with its gradient. */
  readonly gradients: number;
  readonly hessians: number;
}

/** A function to be minimized, on lists of numbers. It counts what it is asked. */
export class Objective {
  readonly #space: Space;
  readonly #gradient: (p: unknown) => { readonly value: Real; readonly grad: unknown };
  readonly #hessian: (p: unknown) => unknown;
  #gradients = 0;
  #hessians = 0;

  constructor(space: Space, f: (p: never) => Real, compile: Compiler = asItIs) {
    const erased = f as (p: unknown) => Real;
    this.#space = space;
    this.#gradient = compile(valueAndGrad(erased)) as never;
    this.#hessian = compile(hessian(erased));
  }

  get evaluations(): Evaluations {
    return { gradients: this.#gradients, hessians: this.#hessians };
  }

  /** The first point. @throws AdError `bad-start` where value or gradient are not finite */
  begin(): Point {
    const point = this.at(this.#space.start);
    if (isUsable(point)) return point;
    const what = Number.isFinite(point.value)
      ? "the gradient at the start is not finite"
      : `the value at the start is ${point.value}`;
    throw new AdError(
      "bad-start",
      `minimize: ${what}.`,
      "Start where the function and its derivatives are defined.",
    );
  }

  at(x: Vector): Point {
    // A step may lead beyond all doubles, and ∞ - ∞ from there.
    if (!isFinite(x)) return { x, value: Number.NaN, gradient: x.map(() => Number.NaN) };
    this.#gradients++;
    const { value, grad } = this.#gradient(this.#space.build(x));
    return {
      x,
      value: this.#space.plain(value, "the value"),
      gradient: this.#space.numbers(grad, "the gradient"),
    };
  }

  /** All second derivatives at x, row by row. */
  hessianAt(x: Vector): Vector {
    this.#hessians++;
    return this.#space.numbers(this.#hessian(this.#space.build(x)), "the Hessian");
  }
}

/** Whether a point may be stepped to. */
export const isUsable = (point: Point): boolean => Number.isFinite(point.value) && isFinite(point.gradient);

/** The size of the gradient: its largest component. */
export const steepness = (point: Point): number => maxNorm(point.gradient);
