/**
 * Arrays of which each element is a formula of its place: where the rows of a matrix begin, how long they are. Where an element is
 * known to have been stored, it is not read: it is computed from its place, so that nobody need wait for it, or keep it.
 */
import { isOp } from "../ir.ts";
import type { OpOf, Region, Value } from "../ir.ts";
import { constantOf, definedBy } from "./analysis.ts";
import type { Block, Blocks } from "./blocks.ts";
import type { Folder } from "./folder.ts";
import { affine } from "./memory.ts";

/** What is computed again has at most so many operations. */
const LONGEST = 8;

/** A loop that is being written, or has been. */
interface Written {
  readonly index: Value;
  readonly hi: Value;
  isOver: boolean;
}

/** What has been stored at `stride * index + offset` by a loop's iterations. */
interface Formula {
  readonly loop: Written;
  readonly stride: number;
  /** By the offset. */
  readonly elements: Map<number, Value>;
}

export class Formulas {
  readonly #b: Folder;
  readonly #blocks: Blocks;
  readonly #loops = new Map<OpOf<"for">, Written>();
  readonly #known = new Map<Value, Formula>();

  constructor(b: Folder, blocks: Blocks) {
    this.#b = b;
    this.#blocks = blocks;
  }

  /** Says that the body of a loop is being written. */
  begin(op: OpOf<"for">, index: Value, hi: Value): void {
    this.#loops.set(op, { index, hi, isOver: false });
  }

  end(op: OpOf<"for">): void {
    this.#loops.get(op)!.isOver = true;
  }

  /** Takes notice of x being stored; `index` as it was, and as it is. */
  store(array: Value, index: Value, x: Value): void {
    const found = storedIn(this.#blocks.own(array));
    const loop = found && this.#loops.get(found.loop);
    if (loop === undefined || loop.isOver || !this.#isFormula(x, loop.index)) return;
    const [base, offset] = affine(index);
    if (base === null) return;
    let formula = this.#known.get(array);
    if (formula === undefined)
      this.#known.set(array, (formula = { loop, stride: found!.stride, elements: new Map<number, Value>() }));
    formula.elements.set(offset, x);
  }

  /** What an element is, at an index as it is now, if it has been stored for certain. */
  load(array: Value, index: Value): Value | undefined {
    const formula = this.#known.get(array);
    if (formula === undefined) return undefined;
    const { loop, stride, elements } = formula;
    const [at, offset] = stride === 1 ? [index, 0] : multipleOf(index, stride);
    const x = elements.get(offset);
    if (at === undefined || x === undefined || this.#b.rangeOf(at)[0] < 0) return undefined;
    const isStored = loop.isOver ? this.#b.isLess(at, loop.hi) : this.#b.isLess(at, loop.index, -1);
    return isStored ? this.#at(x, loop.index, at) : undefined;
  }

  /** Whether x is an integer of the loop's index and of what is older, or older itself. */
  #isFormula(x: Value, index: Value): boolean {
    let left = LONGEST;
    const visit = (v: Value): boolean => {
      if (v.id <= index.id) return true;
      if (!isOp(v.def) || left-- === 0) return false;
      const { kind, args } = v.def;
      return (kind === "constant" || INTEGER.has(kind)) && args.every(visit);
    };
    return (
      x.id < index.id ||
      constantOf(x) !== undefined ||
      (definedBy(x, "f64.fromI32") !== undefined && visit(x))
    );
  }

  /** The formula x of a loop's index where that is `at`. */
  #at(x: Value, index: Value, at: Value): Value {
    if (x === index) return at;
    if (x.id < index.id || !isOp(x.def)) return x;
    const { kind, args, attr } = x.def;
    if (kind === "constant") return x;
    return this.#b.emit(
      kind,
      args.map((v) => this.#at(v, index, at)),
      attr,
      [x.ty],
    )[0]!;
  }
}

const INTEGER: ReadonlySet<string> = /* @__PURE__ */ new Set([
  "f64.fromI32",
  "i32.add",
  "i32.sub",
  "i32.mul",
]);

/** What is multiplied by the stride, and what is added to that. */
function multipleOf(index: Value, stride: number): readonly [Value | undefined, number] {
  const [base, offset] = affine(index);
  const product = base === null ? undefined : definedBy(base, "i32.mul");
  return [constantOf(product?.args[1]) === stride ? product!.args[0] : undefined, offset];
}

/**
 * The loop that stores all that is ever written to a block, if it runs once for the block: at its index times a stride, plus offsets
 * below the stride, so that no iteration writes what another has written.
 */
function storedIn(
  block: Block | undefined,
): { readonly loop: OpOf<"for">; readonly stride: number } | undefined {
  const writes = block?.touches.filter(({ op, reads }) => !reads || op?.kind === "accumulate");
  const loop = writes?.[0]?.region.parent;
  if (loop?.kind !== "for" || loop.attr.step !== 1 || constantOf(loop.args[0]) !== 0) return undefined;
  if (loop.parent !== block!.allocation.parent) return undefined;
  const [body] = loop.regions as [Region];
  const index = body.args[0]!;
  const offsets = new Set<number>();
  let stride: number | undefined;
  for (const { op, region, index: at } of writes!) {
    if (op?.kind !== "store" || region !== body || at === undefined) return undefined;
    const [base, offset] = affine(at);
    const product = base === null ? undefined : definedBy(base, "i32.mul");
    const by = base === index ? 1 : product?.args[0] === index ? constantOf(product.args[1]) : undefined;
    if (by === undefined || (stride ??= by) !== by || !(offset >= 0 && offset < by)) return undefined;
    if (offsets.has(offset)) return undefined;
    offsets.add(offset);
  }
  return { loop, stride: stride! };
}
