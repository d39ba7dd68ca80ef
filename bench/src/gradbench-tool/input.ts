/** Reading what an eval sends: each reader says what it expected, and where. */

export class InputError extends Error {
  override readonly name = "InputError";
}

export type Fields = Readonly<Record<string, unknown>>;

export function fields(x: unknown, what: string): Fields {
  if (typeof x === "object" && x !== null && !Array.isArray(x)) return x as Fields;
  throw new InputError(`${what} must be an object, not ${describe(x)}.`);
}

export function number(x: unknown, what: string): number {
  if (typeof x === "number") return x;
  throw new InputError(`${what} must be a number, not ${describe(x)}.`);
}

/** A whole number, of at least `least`. */
export function count(x: unknown, what: string, least = 1): number {
  if (typeof x === "number" && Number.isInteger(x) && x >= least) return x;
  throw new InputError(`${what} must be a whole number from ${least}, not ${describe(x)}.`);
}

/** A list of numbers; of this length, if it is given. */
export function vector(x: unknown, what: string, length?: number): Float64Array {
  if (!Array.isArray(x)) throw new InputError(`${what} must be a list of numbers, not ${describe(x)}.`);
  if (length !== undefined && x.length !== length) {
    throw new InputError(`${what} must have ${length} numbers, not ${x.length}.`);
  }
  return Float64Array.from(x as unknown[], (each, i) => number(each, `${what}[${i}]`));
}

/** A list of whole numbers, of at least `least` and below `below`; of this length, if it is given. */
export function indices(
  x: unknown,
  what: string,
  below: number,
  { least = 0, length }: { readonly least?: number; readonly length?: number } = {},
): Float64Array {
  const list = vector(x, what, length);
  const wrong = list.findIndex((each) => !Number.isInteger(each) || each < least || each >= below);
  if (wrong < 0) return list;
  throw new InputError(
    `${what}[${wrong}] must be a whole number from ${least} to ${below - 1}, not ${list[wrong]}.`,
  );
}

export function boolean(x: unknown, what: string): boolean {
  if (typeof x === "boolean") return x;
  throw new InputError(`${what} must be true or false, not ${describe(x)}.`);
}

export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  /** Row after row. */
  readonly values: Float64Array;
}

/** A list of rows of equal length; of this shape, where it is given. */
export function matrix(
  x: unknown,
  what: string,
  shape: { readonly rows?: number; readonly columns?: number } = {},
): Matrix {
  if (!Array.isArray(x) || x.length === 0) {
    if (Array.isArray(x) && shape.rows === 0)
      return { rows: 0, columns: shape.columns ?? 0, values: vector([], what) };
    throw new InputError(`${what} must be a list of rows, not ${describe(x)}.`);
  }
  const { length } = x;
  if (shape.rows !== undefined && length !== shape.rows) {
    throw new InputError(`${what} must have ${shape.rows} rows, not ${length}.`);
  }
  const columns = shape.columns ?? vector(x[0], `${what}[0]`).length;
  const values = new Float64Array(length * columns);
  x.forEach((row: unknown, i) => values.set(vector(row, `${what}[${i}]`, columns), i * columns));
  return { rows: length, columns, values };
}

/** A list of matrices of the same shape, one after another, row after row. */
export function matrices(
  x: unknown,
  what: string,
  count: number,
  shape: { readonly rows: number; readonly columns: number },
): Float64Array {
  if (!Array.isArray(x) || x.length !== count) {
    throw new InputError(
      `${what} must be a list of ${count} matrices, not ${Array.isArray(x) ? `of ${x.length}` : describe(x)}.`,
    );
  }
  const size = shape.rows * shape.columns;
  const values = new Float64Array(count * size);
  x.forEach((each: unknown, i) => values.set(matrix(each, `${what}[${i}]`, shape).values, i * size));
  return values;
}

function describe(x: unknown): string {
  if (x === undefined) return "missing";
  if (Array.isArray(x)) return x.length === 0 ? "an empty list" : "a list";
  if (x === null) return "null";
  return typeof x === "object" ? "an object" : JSON.stringify(x);
}
