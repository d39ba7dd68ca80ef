/** Functions to start from. */
import type { Data } from "../language/values.ts";

export interface Example {
  readonly title: string;
  readonly source: string;
  /** Which function, if there are several. */
  readonly name?: string;
  readonly inputs?: Readonly<Record<string, Data>>;
  readonly ranges?: Readonly<Record<string, readonly [number, number]>>;
}

export const examples: readonly Example[] = [];
