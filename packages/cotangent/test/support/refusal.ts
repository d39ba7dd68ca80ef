/** What tests of refusals share. */
import { AdError } from "../../src/errors.ts";

// Users of plain JavaScript, or of casts, can pass anything: here everything is let through the types.
// oxlint-disable-next-line no-explicit-any -- the refusals of the types are tested in types.test-d.ts
export type Anything = any;
export const any = (x: unknown): Anything => x;

/** The error with which `run` is refused; any other error is passed on. */
export function refusal(run: () => unknown): AdError {
  try {
    run();
  } catch (error) {
    if (error instanceof AdError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}
