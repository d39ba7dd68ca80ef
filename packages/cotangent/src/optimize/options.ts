import { AdError } from "../index.ts";

/** Something that says when to stop: an `AbortSignal`, or any object whose `aborted` turns true. */
export interface StopSignal {
  readonly aborted: boolean;
}

/** @throws AdError `wrong-option` */
export function checkPositive(name: string, x: number): number {
  if (typeof x === "number" && x > 0) return x;
  throw new AdError("wrong-option", `${name} is ${String(x)}.`, "Give a number greater than 0.");
}

/** @throws AdError `wrong-option` */
export function checkFrom0(name: string, x: number): number {
  if (typeof x === "number" && x >= 0) return x;
  throw new AdError("wrong-option", `${name} is ${String(x)}.`, "Give a number from 0.");
}
