/** Hessians and Jacobians in the structure of arguments and results: a row for each number of one, with the structure of the other. */
import { leafTypes } from "cotangent/program";
import type { Structure } from "cotangent/program";

import type { Origin, Shape } from "./shape.ts";
import { putTogether } from "./structures.ts";
import type { Leaf, Part, Words } from "./structures.ts";
import { product, sum } from "./text/algebra.ts";
import { call, element, member, num, text, use } from "./text/tree.ts";
import type { Expression, Statement, Variable } from "./text/tree.ts";
import { fieldOf, listOf, typeOf } from "./types.ts";

type Read = () => Expression;

/** Something of a structure that holds a number in each place, or as many as an array has elements. */
interface Stretch {
  /** Its first place. */
  readonly from: Expression;
  /** Undefined for a single number. */
  readonly length: Expression | undefined;
}

const plus = (a: Expression, b: Expression): Expression =>
  a.kind === "number" && b.kind === "number"
    ? num(a.value + b.value)
    : a.kind === "number" && a.value === 0
      ? b
      : b.kind === "number" && b.value === 0
        ? a
        : sum(a, b);

interface Layout {
  readonly stretches: readonly Stretch[];
  readonly total: Expression;
}

/** Where each leaf begins, if they follow each other, and how many numbers there are in all; `settle` names what is longer. */
function layOut(
  lengths: readonly (Expression | undefined)[],
  settle: (place: Expression, k: number) => Expression,
): Layout {
  let total: Expression = num(0);
  const stretches = lengths.map((length, k) => {
    if (k > 0 && total.kind === "infix") total = settle(total, k);
    const stretch = { from: total, length };
    total = plus(total, length ?? num(1));
    return stretch;
  });
  return { stretches, total };
}

export class Matrix {
  readonly #shape: Shape;
  readonly #origin: Origin;
  readonly #values: readonly Read[];
  readonly #parameters: readonly Variable[];
  readonly #leaves: readonly (readonly Leaf[])[];
  readonly #words: Words;
  readonly #out: Statement[];
  readonly #isTruth: (k: number) => boolean;

  /** @param isTruth whether a value is true or false, rather than a number */
  constructor(
    shape: Shape,
    origin: Origin,
    values: readonly Read[],
    isTruth: (k: number) => boolean,
    parameters: readonly Variable[],
    leaves: readonly (readonly Leaf[])[],
    words: Words,
    out: Statement[],
  ) {
    this.#shape = shape;
    this.#origin = origin;
    this.#values = values;
    this.#isTruth = isTruth;
    this.#parameters = parameters;
    this.#leaves = leaves;
    this.#words = words;
    this.#out = out;
  }

  /** The expression of the whole; what it needs before goes to `out`. */
  write(): Expression {
    const { lowered } = this.#origin;
    const columns = layOut(this.#lengths(), (place, k) => this.#declare(`start${k + 1}`, place));
    const row = this.#shape.fixed === true ? this.#fixedRow() : this.#row(columns);
    if (this.#shape.kind === "hessian") {
      return this.#byParameters(columns.stretches.map((s) => this.#part(s, row)));
    }
    const types = leafTypes(lowered.result);
    const first =
      this.#shape.fixed === true ? types.filter((ty) => ty !== "i32").length * this.#shape.leaves!.length : 1;
    const value = (k: number): Expression => this.#values[first + k]!();
    const { stretches } = layOut(
      types.flatMap((ty, k) =>
        ty === "i32" ? [] : [ty === "array" ? member(value(k), "length") : undefined],
      ),
      (place, k) => this.#declare(`row${k + 1}`, place),
    );
    let next = 0;
    const parts = types.map((ty, k): Part =>
      ty === "i32"
        ? { read: () => value(k), plain: false, isTruth: this.#isTruth(first + k) }
        : this.#part(stretches[next++]!, row),
    );
    const likes = types.map((ty, k) => (ty === "array" ? value(k) : num(0)));
    return putTogether(lowered.result, parts.values(), {
      whole: undefined,
      leaves: likes.values(),
      words: this.#words,
    });
  }

  /** How many elements the leaves have by which is differentiated. */
  #lengths(): (Expression | undefined)[] {
    const { lowered, wrt } = this.#origin;
    return wrt.flatMap((i) =>
      leafTypes(lowered.params[i]!.structure).flatMap((ty, k) => {
        if (ty === "i32") return [];
        return [ty === "array" ? member(this.#leaves[i]![k]!.expression, "length") : undefined];
      }),
    );
  }

  #part({ from, length }: Stretch, row: (place: Expression) => Expression): Part {
    return length === undefined
      ? { read: () => row(from), plain: false }
      : { read: () => row(from), plain: true, at: (index) => row(plus(from, index)) };
  }

  /** Parts, one for each leaf by which is differentiated, in the structure of the parameters. */
  #byParameters(parts: readonly Part[]): Expression {
    const { lowered, wrt } = this.#origin;
    let next = 0;
    const each = wrt.map((i) => {
      const { structure } = lowered.params[i]!;
      const own = leafTypes(structure).map((ty): Part =>
        ty === "i32" ? { read: () => text("false"), plain: false } : parts[next++]!,
      );
      const leaves = this.#leaves[i]!.map((l) => l.expression).values();
      return putTogether(structure, own.values(), {
        whole: use(this.#parameters[i]!),
        leaves,
        words: this.#words,
      });
    });
    return lowered.params.length === 1 && each.length === 1 ? each[0]! : { kind: "array", elements: each };
  }

  /** Rows whose numbers are values of their own. */
  #fixedRow(): (place: Expression) => Expression {
    const width = this.#shape.leaves!.length;
    return (place) => {
      const r = (place as Extract<Expression, { kind: "number" }>).value;
      return this.#byParameters(
        Array.from({ length: width }, (_, c): Part => ({ read: this.#values[r * width + c]!, plain: false })),
      );
    };
  }

  #declare(name: string, value: Expression): Expression {
    const variable = this.#words.fresh(name);
    this.#out.push({ kind: "declare", keyword: "const", target: variable, type: undefined, value });
    return use(variable);
  }

  /** A function that takes a row out of the matrix. */
  #row({ stretches, total }: Layout): (place: Expression) => Expression {
    const matrix = this.#values[0]!();
    const width = total.kind === "infix" ? this.#declare("width", total) : total;
    const r = text("r");
    const start = product(r, width);
    const parts = stretches.map(({ from, length }): Part => {
      const first = plus(start, from);
      if (length === undefined) return { read: () => element(matrix, first), plain: false };
      const last = stretches.length === 1 ? product(sum(r, num(1)), width) : plus(first, length);
      return {
        read: () => call(member(matrix, "slice"), first, last),
        plain: false,
        at: (index) => element(matrix, plus(first, index)),
      };
    });
    const body = this.#byParameters(parts.map(withoutElements(this.#structures())));
    const row = this.#declare("row", {
      kind: "arrow",
      params: ["r: number"],
      result: ROW,
      body,
    });
    return (place) => call(row, place);
  }

  /** For each leaf by which is differentiated: whether it is an array of numbers. */
  #structures(): boolean[] {
    const { lowered, wrt } = this.#origin;
    const flat = (s: Structure): boolean[] => {
      if (s.kind === "array") return s.element.kind === "number" ? [true] : leafTypes(s).map(() => false);
      if (s.kind === "tuple") return s.elements.flatMap(flat);
      if (s.kind === "object") return s.fields.flatMap(([, e]) => flat(e));
      return s.kind === "number" ? [false] : [];
    };
    return wrt.flatMap((i) => flat(lowered.params[i]!.structure));
  }
}

/** Arrays of numbers are taken out of a row as they are, not element by element. */
const withoutElements =
  (flat: readonly boolean[]) =>
  (part: Part, k: number): Part =>
    flat[k] === true ? { read: part.read, plain: part.plain } : part;

/** One type per parameter by which is differentiated; bare, if there is but one parameter. */
const byParameter = ({ lowered }: Origin, types: readonly string[]): string =>
  lowered.params.length === 1 && types.length === 1 ? types[0]! : `[${types.join(", ")}]`;

/** What rows of a matrix are called that is not returned number by number. */
const ROW = "Row";

export const rowType = (origin: Origin): string =>
  byParameter(
    origin,
    origin.wrt.map((i) => typeOf(origin.lowered.params[i]!.structure)),
  );

/** The type of a matrix. */
export function matrixType(origin: Origin, kind: "hessian" | "jacobian", fixed: boolean): string {
  const { lowered, wrt } = origin;
  const row = fixed ? rowType(origin) : ROW;
  if (kind === "jacobian") return nested(lowered.result, row);
  return byParameter(
    origin,
    wrt.map((i) => nested(lowered.params[i]!.structure, row)),
  );
}

/** The type of a structure with rows in the place of numbers. */
function nested(s: Structure, row: string): string {
  switch (s.kind) {
    case "number":
      return row;
    case "array":
      return listOf(nested(s.element, row));
    case "tuple":
      return `[${s.elements.map((e) => nested(e, row)).join(", ")}]`;
    case "object":
      return `{ ${s.fields.map(([name, e]) => fieldOf(name, e, nested(e, row))).join("; ")} }`;
    default:
      return typeOf(s);
  }
}
