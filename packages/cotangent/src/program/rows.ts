/** Arrays in arrays that are all of one length: where they begin is computed, and not looked up. */
import { Copy } from "./copy.ts";
import { buildFunction } from "./builder.ts";
import type * as captured from "./captured.ts";
import { someOp } from "./ir.ts";
import type { Op, Program, Value } from "./ir.ts";
import { constantOf, definedBy } from "./optimise/analysis.ts";
import { children, elementsOf, leafTypes, offsetsOfArrays, partOf, stride } from "./structure.ts";
import type { Structure } from "./structure.ts";

type List = { readonly length?: unknown; readonly [i: number]: unknown } | null | undefined;
type Read = (x: unknown) => unknown;

/** Of more arrays of arrays than this, the others count as any. */
const MOST = 8;

export const rows: captured.Rows = (of) => {
  let leaf = 0;
  const all = [...of.params, ...of.outside].flatMap(({ structure }, i) => {
    const first = leaf;
    leaf += leafTypes(structure).length;
    return rowsIn(structure, first, (inputs) => (inputs as readonly unknown[])[i]);
  });
  const found = all.filter((r) => areLookedUp(of.program, r)).slice(0, MOST);
  return {
    areEqual: found.map((r) => r.areEqual),
    program: (program, equal) =>
      withEqualRows(
        program,
        found.filter((_, k) => equal[k]),
      ),
  };
};

/** The arrays in the records of a leaf, one in each record. */
interface Rows {
  /** The leaf with the records, and the one with the elements of all these arrays. */
  readonly records: number;
  readonly elements: number;
  /** Of a record; where in it an array's beginning and its length stand; of an element. */
  readonly size: number;
  readonly offset: number;
  readonly step: number;
  /** Whether there are some for these inputs, all equally long. */
  readonly areEqual: (inputs: readonly unknown[]) => boolean;
}

/** The arrays in the records of arrays: directly in parameters, and in objects and tuples. */
function rowsIn(s: Structure, first: number, read: Read): Rows[] {
  if (s.kind !== "array") {
    return children(s).flatMap(([key, e]) => {
      const leaf = first;
      first += leafTypes(e).length;
      return rowsIn(e, leaf, (x) => partOf(read(x), key));
    });
  }
  const { element } = s;
  const offsets = offsetsOfArrays(element);
  const elements = elementsOf(s);
  let leaf = first + 1;
  return pathsIn(element).map(([row, of], k): Rows => {
    const rows = leaf;
    leaf += leafTypes(of).length;
    return {
      records: first,
      elements: rows,
      size: stride(element),
      offset: offsets[k]!,
      step: stride(elements[rows - first]!),
      areEqual: (inputs) => {
        const list = read(inputs) as List;
        const length = lengthOf(row(list?.[0]));
        if (!(Number(length) >= 0)) return false;
        for (let i = 1; i < Number(list!.length); i++) if (lengthOf(row(list![i])) !== length) return false;
        return true;
      },
    };
  });
}

const lengthOf = (x: unknown): unknown => (x as List)?.length;

/** How the arrays in a record are found. */
function pathsIn(s: Structure): (readonly [Read, Structure])[] {
  if (s.kind === "array") return [[(x) => x, s]];
  return children(s).flatMap(([key, e]) =>
    pathsIn(e).map(([read, found]) => [(x: unknown) => read(partOf(x, key)), found] as const),
  );
}

/** Whether a program looks up where these arrays begin, and never changes it. */
function areLookedUp({ functions }: Program, { records }: Rows): boolean {
  const { body } = functions[0]!;
  const table = body.args[records]!;
  const reads = (op: Op): boolean => op.kind === "load" && op.args[0] === table;
  return (
    someOp(body, reads) &&
    !someOp(
      body,
      (op) => !(reads(op) || op.kind === "length" || op.kind === "bound") && op.args.includes(table),
    )
  );
}

/** The program for arrays of equal length; and what its values were. */
function withEqualRows(
  { functions }: Program,
  rows: readonly Rows[],
): { readonly program: Program; readonly values: ReadonlyMap<Value, Value> } {
  const [entry, ...others] = functions;
  let copy: Copy | undefined;
  const func = buildFunction(
    entry!.name,
    entry!.params,
    (b, args) => {
      const computed = rows.map((r): Computed => {
        const count = b.op("i32.div", b.length(args[r.records]!), b.i32(r.size));
        const length = b.op("i32.div", b.length(args[r.elements]!), b.op("i32.mul", count, b.i32(r.step)));
        const numbers = b.op("i32.mul", length, b.i32(r.step));
        const all = args[r.elements]!;
        return {
          ...r,
          table: entry!.body.args[r.records]!,
          length,
          numbers,
          first: b.subarray(all, b.i32(0), numbers),
          all,
        };
      });
      copy = new EqualRows(b, computed);
      return copy.region(entry!.body, args);
    },
    { pullback: entry!.pullback },
  );
  return { program: { functions: [func, ...others] }, values: copy!.values };
}

interface Computed extends Rows {
  /** In the original. */
  readonly table: Value;
  readonly all: Value;
  /** Of each, counted in elements, and in numbers. */
  readonly length: Value;
  readonly numbers: Value;
  /** The first one: what it has, all have. */
  readonly first: Value;
}

class EqualRows extends Copy {
  readonly #rows: readonly Computed[];
  /** Views of single rows: of which rows, and where they begin. */
  readonly #views = new Map<Value, { readonly of: Computed; readonly lo: Value }>();

  constructor(b: Copy["b"], rows: readonly Computed[]) {
    super(b);
    this.#rows = rows;
  }

  protected override op(op: Op): void {
    const { b } = this;
    const [a, i, x] = op.args as [Value, Value, Value];
    if (op.kind === "load") {
      const entry = this.#entry(op.results[0]!);
      if (entry !== undefined) {
        const { of, record, isLength } = entry;
        const found = isLength ? of.length : b.op("i32.mul", this.#record(record), of.length);
        return this.bind(op.results[0]!, b.op("f64.fromI32", found));
      }
    }
    const view = this.#views.get(op.kind === "bound" ? i : a);
    if (view !== undefined) {
      const { of, lo } = view;
      const at = (): Value => b.op("i32.add", lo, this.values.get(i)!);
      if (op.kind === "load") return this.bind(op.results[0]!, b.load(of.all, at()));
      if (op.kind === "store") return b.store(of.all, at(), this.values.get(x)!);
      if (op.kind === "accumulate") return b.accumulate(of.all, at(), this.values.get(x)!);
      if (op.kind === "length") return this.bind(op.results[0]!, of.numbers);
      if (op.kind === "bound") return b.bound(this.values.get(a)!, of.first, op.attr.name);
    }
    this.plain(op);
    if (op.kind !== "subarray") return;
    const of = this.#rowOf(i, x);
    if (of !== undefined && this.values.get(a) === of.all)
      this.#views.set(op.results[0]!, { of, lo: this.values.get(i)! });
  }

  #record([v, n]: Nth): Value {
    const { b } = this;
    const constant = b.i32(n);
    return v === null ? constant : b.op("i32.add", this.values.get(v)!, constant);
  }

  /** What v looks up, if that is where rows begin, or how long they are. */
  #entry(v: Value): Entry | undefined {
    const op = definedBy(v, "load");
    for (const of of this.#rows) {
      if (op === undefined || op.args[0] !== of.table) continue;
      const place = placeIn(op.args[1]!, of.size);
      const part = place && place.part - of.offset;
      if (part === 0 || part === 1) return { of, record: place!.record, isLength: part === 1 };
    }
    return undefined;
  }

  /** The rows of which `lo` to `hi` is one. */
  #rowOf(lo: Value, hi: Value): Computed | undefined {
    const [from, to] = [scaled(lo), scaled(hi)];
    const sum = definedBy(to.v, "i32.add");
    const [begin, length] = [from.v, sum?.args[1]].map((v) => {
      const found = definedBy(v, "f64.toInt32")?.args[0];
      return found && this.#entry(found);
    });
    if (begin === undefined || length === undefined || sum?.args[0] !== from.v) return undefined;
    if (begin.isLength || !length.isLength || begin.of !== length.of) return undefined;
    if (from.by !== begin.of.step || to.by !== begin.of.step) return undefined;
    return begin.record.every((x, k) => x === length.record[k]) ? begin.of : undefined;
  }
}

/** Where record `record` begins, or how long it is. */
interface Entry {
  readonly of: Computed;
  readonly record: Nth;
  readonly isLength: boolean;
}

/** A value (or 0) plus a constant. */
type Nth = readonly [v: Value | null, n: number];

/** Which record an index into records of this size is in, and where in it. */
function placeIn(i: Value, size: number): { readonly record: Nth; readonly part: number } | undefined {
  const sum = definedBy(i, "i32.add");
  const constant = constantOf(i) ?? constantOf(sum?.args[1]) ?? 0;
  const [record, part] = [Math.floor(constant / size), ((constant % size) + size) % size];
  if (constantOf(i) !== undefined) return { record: [null, record], part };
  const product = definedBy(constant === 0 ? i : sum!.args[0], "i32.mul");
  return product !== undefined && constantOf(product.args[1]) === size
    ? { record: [product.args[0]!, record], part }
    : undefined;
}

/** A value, and the constant that it is multiplied by. */
function scaled(v: Value): { readonly v: Value; readonly by: number } {
  const product = definedBy(v, "i32.mul");
  const by = constantOf(product?.args[1]);
  return by === undefined ? { v, by: 1 } : { v: product!.args[0]!, by };
}
