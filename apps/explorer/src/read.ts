/** Making something valid of what stood in a link. */

export const isRecord = (x: unknown): x is Readonly<Record<string, unknown>> =>
  typeof x === "object" && x !== null && !Array.isArray(x);

/** A field that is one of a few words. */
export const oneOf = <T extends string>(x: unknown, words: readonly T[], otherwise: T): T =>
  words.includes(x as T) ? (x as T) : otherwise;

/** A finite number in a range. */
export const numberIn = (x: unknown, low: number, high: number, otherwise: number): number =>
  typeof x === "number" && Number.isFinite(x) ? Math.min(high, Math.max(low, x)) : otherwise;

/** A text up to a length. */
export const textUpTo = (x: unknown, length: number, otherwise: string): string =>
  typeof x === "string" && x.length <= length ? x : otherwise;
