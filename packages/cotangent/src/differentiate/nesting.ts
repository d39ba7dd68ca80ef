/** Derivatives in the structures of what they belong to: where rows begin, and matrices taken apart. */
import { add } from "../primitives/index.ts";
import type { Builder } from "../program/builder.ts";
import type { Value } from "../program/ir.ts";
import {
  arraysIn,
  children,
  elementsOf,
  leafTypes,
  offsetsOfArrays,
  offsetsOfOthers,
  stride,
} from "../program/structure.ts";
import type { Structure } from "../program/structure.ts";

/** `outer` with every number in it replaced by something of the structure `inner`: that of a Jacobian. */
export function product(outer: Structure, inner: Structure): Structure {
  switch (outer.kind) {
    case "number":
      return inner;
    case "array":
      return { kind: "array", element: product(outer.element, inner) };
    case "tuple":
      return { kind: "tuple", elements: outer.elements.map((e) => product(e, inner)) };
    case "object":
      return { kind: "object", fields: outer.fields.map(([key, e]) => [key, product(e, inner)] as const) };
    default:
      return outer;
  }
}

/**
 * What of the leaves of an argument says where arrays begin and how long they are, or is no number, to be written into
 * derivatives that have the same structure. It is copied now: the program may change it, and derivatives belong to what was there
 * before.
 */
export function skeleton(
  b: Builder,
  s: Structure,
  leaves: readonly Value[],
): (derivatives: readonly Value[]) => void {
  const copies = elementsOf(s).flatMap((element, k) => {
    const offsets = element === undefined ? [] : offsetsOfOthers(element);
    if (offsets.length === 0) return [];
    const copy = b.allocate(b.length(leaves[k]!));
    b.copy(copy, leaves[k]!);
    return [{ k, size: b.i32(stride(element!)), offsets, copy }];
  });
  return (derivatives) => {
    for (const { k, size, offsets, copy } of copies) {
      eachRecord(b, b.op("i32.div", b.length(copy), size), (record) => {
        const base = b.op("i32.mul", record, size);
        for (const offset of offsets) {
          const place = plus(b, base, offset);
          b.store(derivatives[k]!, place, b.load(copy, place));
        }
      });
    }
  };
}

/** The program throws unless arrays in `others` are as long as those in `leaves`, and have their rows where these have them. */
export function checkAlike(
  b: Builder,
  s: Structure,
  leaves: readonly Value[],
  others: readonly Value[],
  what: string,
): void {
  const differ = (): readonly Value[] => {
    b.fail({
      code: "mixed-structures",
      message: `${what} has not the structure of what it belongs to: an array in it has another length`,
      remedy: "Give it the same structure: the same keys, the same lengths.",
    });
    return [];
  };
  elementsOf(s).forEach((element, k) => {
    const [leaf, other] = [leaves[k]!, others[k]!];
    if (leaf.ty !== "array") return;
    b.if(b.op("i32.ne", b.length(leaf), b.length(other)), differ);
    if (element === undefined || arraysIn(element).length === 0) return;
    const size = b.i32(stride(element));
    eachRecord(b, b.op("i32.div", b.length(leaf), size), (record) => {
      const base = b.op("i32.mul", record, size);
      for (const offset of offsetsOfArrays(element)) {
        const length = plus(b, base, offset + 1);
        b.if(b.op("f64.ne", b.load(leaf, length), b.load(other, length)), differ);
      }
    });
  });
}

/** A matrix of derivatives, row after row, with what its rows and columns stand for. */
export interface Matrix {
  readonly elements: Value;
  readonly rows: Side;
  readonly columns: Side;
}

/** A value taken apart, and where the numbers of each of its leaves begin among all rows (or columns). */
export interface Side {
  readonly structure: Structure;
  readonly leaves: readonly Value[];
  readonly starts: readonly Value[];
  /** How many numbers there are. */
  readonly count: Value;
}

/** The leaves of `product(rows, columns)` that hold the matrix. */
export function nest(b: Builder, matrix: Matrix): readonly Value[] {
  return new Nesting(b, matrix).all();
}

class Nesting {
  readonly #b: Builder;
  readonly #matrix: Matrix;
  readonly #columns: readonly (Structure | undefined)[];

  constructor(b: Builder, matrix: Matrix) {
    this.#b = b;
    this.#matrix = matrix;
    this.#columns = elementsOf(matrix.columns.structure);
  }

  all(): readonly Value[] {
    const { structure } = this.#matrix.rows;
    let leaf = 0;
    const visit = (s: Structure): readonly Value[] => {
      switch (s.kind) {
        case "number":
          return this.#one(this.#matrix.rows.starts[leaf++]!);
        case "boolean":
          return [this.#matrix.rows.leaves[leaf++]!];
        case "array": {
          const first = leaf;
          leaf += leafTypes(s).length;
          return this.#array(s.element, first);
        }
        default:
          return children(s).flatMap(([, e]) => visit(e));
      }
    };
    return visit(structure);
  }

  /** One row, as the leaves of the columns' structure. */
  #one(row: Value): readonly Value[] {
    const b = this.#b;
    const { leaves } = this.#matrix.columns;
    return leaves.map((leaf, k) => {
      if (leaf.ty === "i32") return leaf;
      if (leaf.ty === "f64") return b.load(this.#matrix.elements, this.#place(row, k));
      const out = b.allocate(b.length(leaf));
      this.#copyRow(out, b.i32(0), row, k);
      this.#describeRows(out, b.i32(0), b.i32(0), k);
      return out;
    });
  }

  /** Records of an array, each number of which becomes a row. `leaf`: that of the records. */
  #array(element: Structure, leaf: number): readonly Value[] {
    const b = this.#b;
    const records = this.#matrix.rows.leaves[leaf]!;
    const start = this.#matrix.rows.starts[leaf]!;
    const size = stride(element);
    const made = product(element, this.#matrix.columns.structure);
    const count = size === 0 ? b.i32(0) : b.op("i32.div", b.length(records), b.i32(size));
    const width = b.i32(stride(made));
    const out = b.allocate(b.op("i32.mul", count, width));
    const below: Value[] = [];
    let next = leaf + 1;
    let from = 0;
    let to = 0;
    const visit = (s: Structure): void => {
      switch (s.kind) {
        case "number": {
          const offset = from++;
          const row = (i: Value): Value =>
            b.op("i32.add", start, plus(b, b.op("i32.mul", i, b.i32(size)), offset));
          const place = to;
          below.push(
            ...this.#stack(count, row, (i, at, x) =>
              b.store(out, plus(b, b.op("i32.mul", i, width), place + at), x),
            ),
          );
          to += stride(this.#matrix.columns.structure);
          return;
        }
        case "boolean": {
          const [offset, place] = [from++, to++];
          this.#move(records, size, offset, out, width, place, count);
          return;
        }
        case "array": {
          for (const k of [0, 1]) this.#move(records, size, from + k, out, width, to + k, count);
          from += 2;
          to += 2;
          below.push(...this.#array(s.element, next));
          next += leafTypes(s).length;
          return;
        }
        default:
          for (const [, e] of children(s)) visit(e);
      }
    };
    visit(element);
    return [out, ...below];
  }

  /** Copies a field of all records. */
  #move(
    from: Value,
    size: number,
    offset: number,
    to: Value,
    width: Value,
    place: number,
    count: Value,
  ): void {
    const b = this.#b;
    eachRecord(b, count, (i) => {
      const x = b.load(from, plus(b, b.op("i32.mul", i, b.i32(size)), offset));
      b.store(to, plus(b, b.op("i32.mul", i, width), place), x);
    });
  }

  /**
   * Several rows as records of the columns' structure, one after the other. `put` writes a field of record i.
   * @returns the blocks of the arrays in these records
   */
  #stack(
    count: Value,
    rowOf: (i: Value) => Value,
    put: (i: Value, at: number, x: Value) => void,
  ): readonly Value[] {
    const b = this.#b;
    const { structure } = this.#matrix.columns;
    const blocks: Value[] = [];
    let leaf = 0;
    let at = 0;
    const visit = (s: Structure): void => {
      switch (s.kind) {
        case "number": {
          const [k, place] = [leaf++, at++];
          eachRecord(b, count, (i) => put(i, place, b.load(this.#matrix.elements, this.#place(rowOf(i), k))));
          return;
        }
        case "boolean": {
          const [x, place] = [b.op("f64.fromI32", this.#matrix.columns.leaves[leaf++]!), at++];
          eachRecord(b, count, (i) => put(i, place, x));
          return;
        }
        case "array": {
          const [first, place] = [leaf, at];
          leaf += leafTypes(s).length;
          at += 2;
          for (let k = first; k < leaf; k++) blocks.push(this.#repeated(count, rowOf, k));
          const length = this.#recordsIn(first);
          eachRecord(b, count, (i) => {
            put(i, place, b.op("f64.fromI32", b.op("i32.mul", i, length)));
            put(i, place + 1, b.op("f64.fromI32", length));
          });
          return;
        }
        default:
          for (const [, e] of children(s)) visit(e);
      }
    };
    visit(structure);
    return blocks;
  }

  /** An array of the columns once for each row, one behind the other. */
  #repeated(count: Value, rowOf: (i: Value) => Value, k: number): Value {
    const b = this.#b;
    const length = b.length(this.#matrix.columns.leaves[k]!);
    const block = b.allocate(b.op("i32.mul", count, length));
    eachRecord(b, count, (i) => {
      const begin = b.op("i32.mul", i, length);
      this.#copyRow(block, begin, rowOf(i), k);
      this.#describeRows(block, begin, i, k);
    });
    return block;
  }

  /** The part of a row that belongs to leaf k of the columns. */
  #copyRow(to: Value, begin: Value, row: Value, k: number): void {
    const b = this.#b;
    const length = b.length(this.#matrix.columns.leaves[k]!);
    const place = this.#place(row, k);
    const source = b.subarray(this.#matrix.elements, place, b.op("i32.add", place, length));
    b.copy(b.subarray(to, begin, b.op("i32.add", begin, length)), source);
  }

  /** What is no number in the records of leaf k, and where the arrays in them begin, of the n-th copy of everything. */
  #describeRows(block: Value, begin: Value, n: Value, k: number): void {
    const element = this.#columns[k];
    if (element === undefined) return;
    const others = offsetsOfOthers(element);
    if (others.length === 0) return;
    const b = this.#b;
    const primal = this.#matrix.columns.leaves[k]!;
    const size = b.i32(stride(element));
    let below = k + 1;
    const inner = arraysIn(element).map((s) => {
      const shift = b.op("i32.mul", n, this.#recordsIn(below));
      below += leafTypes(s).length;
      return b.op("f64.fromI32", shift);
    });
    eachRecord(b, b.op("i32.div", b.length(primal), size), (r) => {
      const from = b.op("i32.mul", r, size);
      const to = b.op("i32.add", begin, from);
      const arrays = offsetsOfArrays(element);
      for (const offset of others) {
        const old = b.load(primal, plus(b, from, offset));
        const i = arrays.indexOf(offset);
        b.store(block, plus(b, to, offset), i < 0 ? old : b.primitive(add, old, inner[i]!));
      }
    });
  }

  /** How many records an array of the columns has. */
  #recordsIn(k: number): Value {
    const b = this.#b;
    const size = stride(this.#columns[k]!);
    const length = b.length(this.#matrix.columns.leaves[k]!);
    return size === 1 ? length : b.op("i32.div", length, b.i32(Math.max(1, size)));
  }

  /** Where in the matrix the numbers of leaf k of the columns begin in a row. */
  #place(row: Value, k: number): Value {
    const b = this.#b;
    const { starts, count } = this.#matrix.columns;
    return b.op("i32.add", b.op("i32.mul", row, count), starts[k]!);
  }
}

const plus = (b: Builder, v: Value, n: number): Value => (n === 0 ? v : b.op("i32.add", v, b.i32(n)));

function eachRecord(b: Builder, count: Value, body: (i: Value) => void): void {
  b.for(b.i32(0), count, [], (i) => {
    body(i);
    return [];
  });
}
