/** Arguments and results as their users see them, and the numbers and arrays of numbers that programs see. */
import { children, leafTypes, stride } from "cotangent/program";
import type { Structure } from "cotangent/program";

import { singularOf } from "./naming.ts";
import { key } from "./types.ts";
import { product, quotient, sum } from "./text/algebra.ts";
import { textAt } from "./text/shapes.ts";
import { call, element, infix, member, num, text, use } from "./text/tree.ts";
import type { Expression, Statement, Variable } from "./text/tree.ts";

type ArrayStructure = Extract<Structure, { kind: "array" }>;

/** One leaf of an argument. */
export interface Leaf {
  readonly expression: Expression;
  /** An array whose elements are those that the user passed; otherwise a copy. */
  readonly passed: boolean;
}

/** Names that are given out while statements are written. */
export class Words {
  readonly #taken: Set<string>;
  readonly given: Variable[] = [];

  constructor(taken: Iterable<string>) {
    this.#taken = new Set(taken);
  }

  /** The same, to be given out from once more. */
  fork(taken: Iterable<string>): Words {
    return new Words([...this.#taken, ...taken]);
  }

  fresh(wanted: string): Variable {
    let name = wanted;
    for (let k = 2; this.#taken.has(name); k++) name = `${wanted}${k}`;
    this.#taken.add(name);
    const variable = { name };
    this.given.push(variable);
    return variable;
  }
}

const singular = (name: string): string => singularOf(name) ?? `${name}Item`;

const path = (object: Expression, at: string | number): Expression =>
  typeof at === "number"
    ? element(object, num(at), false)
    : key(at) === at
      ? member(object, at)
      : element(object, text(key(at)), false);

/** Whether an array is its own only leaf. */
const isFlat = (s: ArrayStructure): boolean => s.element.kind === "number";

/** A truth, or which of some texts x is. */
const placeOf = ({ of, at }: Extract<Structure, { kind: "boolean" }>, x: Expression): Expression =>
  of === undefined ? x : { kind: "place", of, isOpen: at !== undefined, value: x };

/** Whether there are numbers in something. */
const hasNumbers = (s: Structure): boolean =>
  s.kind === "number" ||
  (s.kind === "array" ? hasNumbers(s.element) : children(s).some(([, e]) => hasNumbers(e)));

/** Whether a derivative has parts, beside numbers, that are those of what it belongs to. */
const hasOthers = (s: Structure): boolean => children(s).some(([, e]) => !hasNumbers(e));

/** What has no derivative stays as it is. */
const kept = (s: Structure, x: Expression): Expression => (s.kind === "array" ? call(member(x, "slice")) : x);

const nothing = (s: Structure): Expression =>
  text(s.kind === "nothing" && s.is === "null" ? "null" : "undefined");

/** Whether an array was passed as one of integers or of single precision: what is written into such a one is converted. */
export const isConverting = (s: Structure): boolean =>
  s.kind === "array" && s.element.kind === "number" && s.element.as !== undefined;

/** The structures of the leaves. */
export const leavesOf = (s: Structure): readonly Structure[] =>
  s.kind === "tuple" || s.kind === "object"
    ? children(s).flatMap(([, e]) => leavesOf(e))
    : leafTypes(s).map(() => s);

/** An object, the parts of which that are no numbers are those of `whole`, if that is at hand. */
function objectOf(
  s: Extract<Structure, { kind: "object" }>,
  whole: Expression | undefined,
  make: (e: Structure, at: string) => Expression,
): Expression {
  const spread = whole !== undefined && hasOthers(s);
  const fields = s.fields.map(([name, e]) => [e, [key(name), make(e, name)]] as const);
  const written = spread ? fields.filter(([e]) => hasNumbers(e)) : fields;
  return {
    kind: "object",
    fields: [...(spread ? [["...", whole] as const] : []), ...written.map(([, field]) => field)],
  };
}

/** Takes an argument apart; statements that this needs are added to `out`. */
export function takeApart(s: Structure, x: Expression, name: string, words: Words, out: Statement[]): Leaf[] {
  switch (s.kind) {
    case "number":
      return [{ expression: x, passed: true }];
    case "boolean":
      return [{ expression: placeOf(s, x), passed: s.of === undefined }];
    case "nothing":
      return [];
    case "array":
      if (isFlat(s)) return [{ expression: x, passed: true }];
      return pack(s, x, name, words, out).map((v) => ({ expression: use(v), passed: false }));
    default:
      return children(s).flatMap(([at, e]) =>
        takeApart(e, path(x, at), typeof at === "number" ? name : at, words, out),
      );
  }
}

/** Copies the records of an array, and all arrays in them, each into one list. */
function pack(s: ArrayStructure, list: Expression, name: string, words: Words, out: Statement[]): Variable[] {
  const blocks: Variable[] = [];
  const declare = (t: ArrayStructure, word: string): void => {
    blocks.push(words.fresh(`${word}Flat`));
    const walk = (e: Structure, w: string): void => {
      if (e.kind === "array") declare(e, w);
      else for (const [at, c] of children(e)) walk(c, typeof at === "number" ? w : at);
    };
    walk(t.element, `${singular(word)}Row`);
  };
  declare(s, name);
  for (const block of blocks) {
    out.push({
      kind: "declare",
      keyword: "const",
      target: block,
      type: "number[]",
      value: { kind: "array", elements: [] },
    });
  }
  let next = 0;
  const write = (t: ArrayStructure, from: Expression, word: string, statements: Statement[]): void => {
    const block = blocks[next++]!;
    const item = words.fresh(singular(word));
    const body: Statement[] = [];
    const numbers: Expression[] = [];
    const later: (() => void)[] = [];
    // Blocks are in the order in which arrays are met, depth first.
    const walk = (e: Structure, x: Expression, w: string): void => {
      if (e.kind === "number") numbers.push(x);
      else if (e.kind === "boolean") numbers.push(e.of === undefined ? call("Number", x) : placeOf(e, x));
      else if (e.kind === "array") {
        const inner = blocks[next + pending]!;
        const size = stride(e.element);
        const length = member(use(inner), "length");
        numbers.push(
          size === 1 ? length : { kind: "infix", operator: "/", left: length, right: num(size) },
          member(x, "length"),
        );
        later.push(() => write(e, x, w, body));
        pending += blocksIn(e);
      } else for (const [at, c] of children(e)) walk(c, path(x, at), typeof at === "number" ? w : at);
    };
    let pending = 0;
    walk(t.element, use(item), `${singular(word)}Row`);
    body.push({ kind: "evaluate", value: call(member(use(block), "push"), ...numbers) });
    for (const run of later) run();
    statements.push({ kind: "of", item, list: from, body });
  };
  write(s, list, name, out);
  return blocks;
}

/** How many blocks an array needs. */
function blocksIn(s: Structure): number {
  if (s.kind === "array") return 1 + blocksIn(s.element);
  return children(s).reduce((n, [, e]) => n + blocksIn(e), 0);
}

/** A leaf of a result. */
export interface Part {
  readonly read: () => Expression;
  /** A `number[]`, as far as it is an array. */
  readonly plain: boolean;
  /** Of what is no number: whether it is true or false. */
  readonly isTruth?: boolean;
  /** An element, if it is not that of an array. */
  readonly at?: (index: Expression) => Expression;
}

/**
 * Something of the same structure, with its leaves: it tells where arrays begin and how long they are, and is what a truth is
 * taken from.
 */
interface Like {
  /** Undefined where it is not at hand as a whole. */
  readonly whole: Expression | undefined;
  readonly leaves: Iterator<Expression>;
  readonly words: Words;
}

/** Puts leaves together. Without `like`, records tell themselves where the arrays in them begin. */
export function putTogether(s: Structure, parts: Iterator<Part>, like?: Like): Expression {
  const next = (): Part => parts.next().value as Part;
  const within = (at: string | number): Like | undefined =>
    like && { ...like, whole: like.whole && path(like.whole, at) };
  if (like?.whole !== undefined && !hasNumbers(s)) {
    for (const _ of leafTypes(s)) {
      next();
      like.leaves.next();
    }
    return kept(s, like.whole);
  }
  switch (s.kind) {
    case "number":
      like?.leaves.next();
      return next().read();
    case "boolean": {
      like?.leaves.next();
      const { read, isTruth } = next();
      return s.of === undefined ? read() : textAt(s.of, read(), isTruth === true);
    }
    case "nothing":
      return nothing(s);
    case "array": {
      const part = next();
      const block = like?.leaves.next().value as Expression | undefined;
      if (part.at !== undefined && s.element.kind === "number") {
        const item = like!.words.fresh("i").name;
        const body: Expression = { kind: "arrow", params: ["_", item], body: part.at(text(item)) };
        const whole = like!.whole;
        if (whole === undefined) {
          const fields = [["length", member(block!, "length")] as const];
          return call("Array.from", { kind: "object", fields }, body);
        }
        const isTyped = s.typed === true || isConverting(s);
        return isTyped ? call("Array.from", whole, body) : call(member(whole, "map"), body);
      }
      if (s.element.kind === "number") {
        const wanted = s.typed !== true;
        if (wanted === part.plain) return part.read();
        return call(wanted ? "Array.from" : "Float64Array.from", part.read());
      }
      if (like?.whole !== undefined) {
        return new Rows(parts, like.leaves, like.words).of(s, part, block!, undefined, like.whole);
      }
      return new Rows(parts, like?.leaves, like?.words ?? new Words([])).alone(
        s,
        part,
        block,
        num(0),
        undefined,
      );
    }
    case "tuple":
      return { kind: "array", elements: s.elements.map((e, i) => putTogether(e, parts, within(i))) };
    default:
      return objectOf(s, like?.whole, (e, name) => putTogether(e, parts, within(name)));
  }
}

/** Writes the records of arrays out as the tuples, objects and arrays that they are. */
class Rows {
  readonly #parts: Iterator<Part>;
  readonly #leaves: Iterator<Expression> | undefined;
  readonly #words: Words;

  constructor(parts: Iterator<Part>, leaves: Iterator<Expression> | undefined, words: Words) {
    this.#parts = parts;
    this.#leaves = leaves;
    this.#words = words;
  }

  /** `points.map((_, i) => [dPoints[2 * i]!, dPoints[2 * i + 1]!])` */
  of(
    s: ArrayStructure,
    part: Part,
    likeBlock: Expression,
    begin: Expression | undefined,
    like: Expression,
  ): Expression {
    const item = this.#words.fresh("row").name;
    const index = this.#words.fresh("i").name;
    const record = begin === undefined ? text(index) : sum(begin, text(index));
    let usesItem = false;
    const inner = (e: ArrayStructure, x: Expression, first: () => Expression): Expression => {
      usesItem = true;
      const next = this.#parts.next().value as Part;
      const nextLike = this.#leaves!.next().value as Expression;
      return this.of(e, next, nextLike, first(), x);
    };
    const uses = (): void => void (usesItem = true);
    const body = this.#record(s.element, text(item), part, () => likeBlock, record, inner, uses);
    const arrow: Expression = { kind: "arrow", params: [usesItem ? item : "_", index], body };
    const isTyped = isConverting(s) || (s.typed === true && part.at !== undefined);
    return isTyped ? call("Array.from", like, arrow) : call(member(like, "map"), arrow);
  }

  /** `Array.from({ length: n }, (_, i) => [points[2 * i]!, points[2 * i + 1]!])` */
  alone(
    s: ArrayStructure,
    part: Part,
    like: Expression | undefined,
    begin: Expression,
    length: Expression | undefined,
  ): Expression {
    const size = stride(s.element);
    const block = like === undefined ? part.read : () => like;
    const index = this.#words.fresh("i").name;
    const own = length ?? quotient(member(block(), "length"), num(size));
    const n = size === 1 && length === undefined ? member(block(), "length") : own;
    const record = begin.kind === "number" ? text(index) : sum(begin, text(index));
    const inner = (
      e: ArrayStructure,
      _: Expression,
      first: () => Expression,
      count: () => Expression,
    ): Expression => {
      const next = this.#parts.next().value as Part;
      const nextLike = this.#leaves?.next().value as Expression | undefined;
      const list = this.alone(e, next, nextLike, first(), count());
      return e.typed === true ? call("Float64Array.from", list) : list;
    };
    const body = this.#record(s.element, undefined, part, block, record, inner);
    return call(
      "Array.from",
      { kind: "object", fields: [["length", n]] },
      { kind: "arrow", params: ["_", index], body },
    );
  }

  /** @param uses is called where something of `item` stays as it is */
  #record(
    s: Structure,
    item: Expression | undefined,
    part: Part,
    likeBlock: () => Expression,
    record: Expression,
    inner: (e: ArrayStructure, x: Expression, first: () => Expression, count: () => Expression) => Expression,
    uses?: () => void,
  ): Expression {
    const size = stride(s);
    const base = size === 1 ? record : product(num(size), record);
    const place = (offset: number): Expression => (offset === 0 ? base : sum(base, num(offset)));
    const at = (of: Expression, offset: number): Expression => element(of, place(offset));
    const number = (offset: number): Expression => part.at?.(place(offset)) ?? at(part.read(), offset);
    let next = 0;
    const make = (e: Structure, x: Expression | undefined): Expression => {
      const offset = next;
      if (x !== undefined && !hasNumbers(e)) {
        next += stride(e);
        for (let k = arrayLeaves(e); k > 0; k--) {
          this.#parts.next();
          this.#leaves?.next();
        }
        uses?.();
        return kept(e, x);
      }
      switch (e.kind) {
        case "number":
          next++;
          return number(offset);
        case "boolean": {
          next++;
          const own = at(likeBlock(), offset);
          return e.of === undefined ? infix("!==", own, num(0)) : textAt(e.of, own, false);
        }
        case "nothing":
          return nothing(e);
        case "array":
          next += 2;
          return inner(
            e,
            x ?? num(0),
            () => at(likeBlock(), offset),
            () => at(likeBlock(), offset + 1),
          );
        case "tuple":
          return { kind: "array", elements: e.elements.map((c, i) => make(c, x && path(x, i))) };
        default:
          if (hasOthers(e)) uses?.();
          return objectOf(e, x, (c, name) => make(c, x && path(x, name)));
      }
    };
    return make(s, item);
  }
}

/** How many leaves the arrays in a record have. */
const arrayLeaves = (s: Structure): number =>
  s.kind === "array" ? leafTypes(s).length : children(s).reduce((n, [, e]) => n + arrayLeaves(e), 0);
