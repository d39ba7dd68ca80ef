/** What derivatives are called: `dX` belongs to `x`. */
import type { Value } from "../program/ir.ts";

/** The name of the derivative of, or by, what is called `name`. */
export const derivativeName = (name: string): string => `d${name.charAt(0).toUpperCase()}${name.slice(1)}`;

/** Names a derivative after what it belongs to, if that has a name and this has none. */
export function nameAfter(derivative: Value, v: Value): void {
  if (v.name !== undefined) derivative.name ??= derivativeName(v.name);
}
