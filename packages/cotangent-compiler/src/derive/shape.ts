import type { Program } from "cotangent/program";

import type { Node } from "../ast.ts";
import type { Lowered } from "../lower/lower.ts";
import type { Module } from "../lower/module.ts";

/** A derivative before it is written. */
export interface Shape {
  readonly name: string;
  /** Its entry takes the original's leaves, then those of `seeds`; it returns leaves. */
  readonly program: Program;
  readonly kind: "gradient" | "pullback" | "tangent" | "hvp" | "hessian" | "jacobian";
  /** Leaves of the result (pullback) or of the parameters, for which something more is passed. */
  readonly seeds: readonly number[];
  /** Whether the leaves of the value come first. */
  readonly value: boolean;
  readonly title: string;
  /** Of a matrix: the leaves by which is differentiated. */
  readonly leaves?: readonly number[];
  /** Of a matrix: whether its numbers are returned one by one, because there are as many for all arguments. */
  readonly fixed?: boolean;
}

export interface Origin {
  readonly lowered: Lowered;
  readonly module: Module;
  readonly node: Node;
  readonly name: string;
  readonly file: string | undefined;
  /** The parameters that are differentiated, by position. */
  readonly wrt: readonly number[];
}
