/** The methods of arrays and tuples. */
import type { Structure, Value } from "cotangent/program";

import type { Node } from "../ast.ts";
import { getField, inMemory, learn } from "./access.ts";
import { copyOf, elementAt, fill, pop, push, setElement, view } from "./arrays.ts";
import { handle, lengthOf, newArray, NUMBER } from "./blocks.ts";
import { elementUnchecked, initialise, structureOf, takenAt } from "./records.ts";
import type { Context } from "./context.ts";
import { branch, choose, countedLoop } from "./control.ts";
import { elementIfAny } from "./expressions.ts";
import { sameStructure } from "./merge.ts";
import { isRun, joined, runs, spread, tupleOf } from "./literals.ts";
import { operate, toBool, toNumber } from "./operators.ts";
import type { Run } from "./literals.ts";
import { add, compare, extreme, index, round } from "./numbers.ts";
import { NO_TEXTS } from "./outside.ts";
import { METHODS_IN_WORDS, PUSH_ALL, SORTS } from "./prelude.ts";
import { bool, Cell, constant, FALSE, I32_MAX, integer, NOTHING, TRUE } from "./values.ts";
import type { Bool, Env, Num, Obj, Val, Vec } from "./values.ts";

export const hasSpread = (node: Node): boolean =>
  (node.arguments as readonly (Node | null)[]).some((argument) => argument?.type === "SpreadElement");

export function pushAll(cx: Context, a: Vec, node: Node, env: Env): Val {
  // What is spread is looked at before anything is pushed.
  const parts = runs(cx, node.arguments, env);
  const [only] = parts;
  const list = parts.length === 1 && isRun(only!) ? only.list : joined(cx, parts, node);
  cx.parts.call(cx.parts.prelude(node, "push", PUSH_ALL), [a, list], node);
  return lengthOf(cx, a);
}

/** A new array of n elements. */
export function generate(
  cx: Context,
  n: Num,
  element: (i: Num) => Val,
  node: Node,
  name: string | undefined,
  typed = false,
  known?: Structure,
): Vec {
  const site = cx.knowledge.site(node);
  const bounds = (i: Value): Num => integer(i, 0, Math.min(I32_MAX, Math.max(0, n.hi - 1)));
  // What the elements are is seen on trial.
  if (known !== undefined) site.element ??= known;
  site.element ??= cx.trial(["i32"], (i) => {
    let s = NUMBER;
    cx.collect(() => (s = structureOf(cx, element(bounds(i)), node)));
    return s;
  });
  const a = newArray(cx, site.element, n, node, { growable: site.growable === true, typed, name });
  countedLoop(cx, cx.b.i32(0), index(cx, lengthOf(cx, a), "length"), 1, (i) => {
    initialise(cx, a, i, element(bounds(i)), node);
  });
  return a;
}

export function mapped(
  cx: Context,
  a: Vec,
  f: Val,
  node: Node,
  name: string | undefined,
  typed: boolean = a.typed,
  elements: Structure | undefined = typed ? a.store.element : undefined,
): Vec {
  return generate(
    cx,
    lengthOf(cx, a),
    (i) => {
      const x = a.growable ? elementAt(cx, a, i, node) : elementUnchecked(cx, a, index(cx, i, "i"));
      return cx.parts.apply(f, [x, i, a], node);
    },
    node,
    name,
    typed,
    elements,
  );
}

/** A position as slice and subarray take it: negative ones count from the end, all are brought into the array. */
function position(cx: Context, x: Val | undefined, n: Num, missing: Num, node: Node): Num {
  if (x === undefined || x.t === "nothing") return missing;
  const at = toNumber(cx, x, node);
  const whole =
    at.int || at.i !== undefined ? at : integer(index(cx, round(cx, "Math.trunc", at), "position"));
  const i: Num = whole.int ? { ...whole, f: undefined } : integer(index(cx, whole, "position"));
  const limit: Num = { ...n, f: undefined };
  if (i.lo >= 0) return extreme(cx, "min", i, limit);
  const fromEnd = integer(cx.b.op("i32.add", index(cx, i, "position"), index(cx, limit, "length")));
  const negative = compare(cx, "<", i, constant(0));
  if (negative.k === true) return extreme(cx, "max", fromEnd, constant(0));
  const chosen = integer(
    cx.b.select(
      negative.v!,
      index(cx, extreme(cx, "max", fromEnd, constant(0)), "i"),
      index(cx, extreme(cx, "min", i, limit), "i"),
    ),
    0,
    limit.hi,
  );
  return chosen;
}

function part(cx: Context, a: Vec, args: readonly Val[], node: Node): Vec {
  const n = lengthOf(cx, a);
  const lo = index(cx, position(cx, args[0], n, constant(0), node), "begin");
  const hi = index(cx, position(cx, args[1], n, n, node), "end");
  return view(cx, a, lo, cx.b.op("i32.max", lo, hi));
}

/** By which an argument of unknown shape turns out to be an array. */
export const METHODS: ReadonlySet<string> = new Set([
  ..."push pop shift unshift splice slice subarray set fill map forEach reduce reduceRight some every".split(
    " ",
  ),
  ..."find findIndex findLast findLastIndex indexOf lastIndexOf includes filter flat flatMap concat at with".split(
    " ",
  ),
  ..."reverse toReversed toSpliced sort toSorted copyWithin keys values entries".split(" "),
]);

export function arrayMethod(
  cx: Context,
  a: Vec,
  key: string,
  args: readonly Val[],
  node: Node,
  name: string | undefined,
): Val {
  const n = (): Num => lengthOf(cx, a);
  const count = (): Value => index(cx, n(), "length");
  const inside = (i: Value): Num => integer(i, 0, Math.max(0, n().hi - 1));
  const argument = (i: number): Val => args[i] ?? NOTHING;
  switch (key) {
    case "push":
      for (const x of args) push(cx, a, x, node);
      a.store.sharing.grow();
      return n();
    case "pop":
    case "shift": {
      const take = (): Val => (key === "pop" ? pop(cx, a, node) : inWords(cx, a, key, args, node));
      return cx.asked.has(node) ? unlessEmpty(cx, a, take) : take();
    }
    case "slice":
      return copyOf(cx, args.length === 0 ? a : part(cx, a, args, node), node, name);
    case "subarray":
      return part(cx, a, args, node);
    case "fill": {
      const x = argument(0);
      if (x.t === "obj" || x.t === "vec") {
        const s = structureOf(cx, x, node);
        if (a.site !== undefined && a.store.element.kind === "number") {
          cx.knowledge.site(a.site).element =
            x.t === "obj" && x.tuple ? { kind: "array", element: NUMBER } : s;
          cx.knowledge.restart();
        }
      }
      if (x.t === "bool" && a.store.element.kind === "number" && a.site !== undefined) {
        cx.knowledge.site(a.site).element = { kind: "boolean" };
        cx.knowledge.restart();
      }
      fill(cx, args.length > 1 ? part(cx, a, args.slice(1), node) : a, x, node, args.length === 1);
      return a;
    }
    case "set":
      return set(cx, a, argument(0), argument(1), node);
    case "map":
      return mapped(cx, a, argument(0), node, name);
    case "at": {
      const at = toNumber(cx, argument(0), node);
      const read = cx.asked.has(node) ? elementIfAny : elementAt;
      if (at.k !== undefined) return read(cx, a, at.k < 0 ? add(cx, n(), at) : at, node);
      if (cx.asked.has(node)) {
        const last = choose(
          cx,
          compare(cx, "<", at, constant(0)),
          () => add(cx, n(), at),
          () => at,
          new Cell(NOTHING),
        );
        return elementIfAny(cx, a, toNumber(cx, last, node), node);
      }
      return inWords(cx, a, key, args, node);
    }
    case "concat": {
      const parts = args.flatMap((x, i) => partsOf(cx, x, node.arguments[i] ?? node));
      return joined(cx, [{ list: a, node }, ...parts], node);
    }
    case "flat": {
      const depth = args.length === 0 ? constant(1) : toNumber(cx, argument(0), node);
      if (depth.k === undefined) return cx.unsupportedCall(".flat to a computed depth", node);
      let flat: Val = a;
      for (let k = 0; k < depth.k && flat.t === "vec" && isNested(flat); k++)
        flat = cx.parts.call(cx.parts.prelude(node, `flat ${k}`, METHODS_IN_WORDS["flat"]!), [flat], node);
      return flat === a ? copyOf(cx, a, node, name) : flat;
    }
    case "values":
      return a;
    case "toSorted":
      return inWords(cx, copyOf(cx, a, node, name), "sort", args, node);
    case "unshift":
      return inWords(cx, a, key, [tupleOf(args, node)], node);
    case "splice":
    case "toSpliced":
      return inWords(cx, a, key, [argument(0), argument(1), tupleOf(args.slice(2), node)], node);
    case "forEach":
      countedLoop(cx, cx.b.i32(0), count(), 1, (i) => {
        const visit = (): void =>
          void cx.parts.apply(
            argument(0),
            [takenAt(cx, elementUnchecked(cx, a, i), {}, node), inside(i), a],
            node,
          );
        // What a callback takes off the end is not visited any more.
        if (a.growable) branch(cx, compare(cx, "<", inside(i), n()), visit, () => undefined);
        else visit();
      });
      return NOTHING;
    default:
      return inWords(cx, a, key, args, node);
  }
}

/** What is taken from a list, or undefined if it is empty. */
function unlessEmpty(cx: Context, a: Vec, take: () => Val): Val {
  const some = compare(cx, ">", lengthOf(cx, a), constant(0));
  return choose(cx, some, take, () => NOTHING, new Cell(NOTHING));
}

/** a.set(source, offset) */
function set(cx: Context, a: Vec, source: Val, offset: Val, node: Node): Val {
  const from = offset.t === "nothing" ? constant(0) : toNumber(cx, offset, node);
  const items =
    source.t === "obj" && source.tuple ? [...source.fields.values()].map((c) => cx.read(c)) : undefined;
  if (items !== undefined) {
    items.forEach((x, i) => setElement(cx, a, add(cx, from, constant(i)), x, node));
    return NOTHING;
  }
  if (source.t !== "vec")
    return source.t === "unknown"
      ? learn(cx, source.path, "array")
      : cx.unsupportedCall(".set of this", node);
  const lo = index(cx, from, "offset");
  const hi = cx.b.op("i32.add", lo, index(cx, lengthOf(cx, source), "length"));
  const tooLong = cx.b.op(
    "i32.or",
    cx.b.op("i32.lt", lo, cx.b.i32(0)),
    cx.b.op("i32.gt", hi, index(cx, lengthOf(cx, a), "length")),
  );
  cx.impure = true;
  cx.b.if(tooLong, () => {
    cx.b.fail(
      {
        code: "index-out-of-range",
        message: `The elements {0} to {1} cannot be set: the array is shorter`,
        remedy: "Check the offset and the lengths of both arrays.",
      },
      lo,
      hi,
    );
    return [];
  });
  const target = view(cx, a, lo, hi);
  if (sameStructure(a.store.element, source.store.element)) cx.b.copy(handle(cx, target), handle(cx, source));
  else {
    // What another kind of array holds is converted; a copy, because both may share their memory.
    const copy = copyOf(cx, source, node);
    countedLoop(cx, cx.b.i32(0), index(cx, lengthOf(cx, copy), "length"), 1, (i) =>
      initialise(cx, target, i, elementUnchecked(cx, copy, i), node),
    );
  }
  return NOTHING;
}

/** Methods that make texts. */
const TEXTS: ReadonlySet<string> = new Set(["join", "toString", "toLocaleString"]);

/** A method that is written in the language itself. */
function inWords(cx: Context, a: Vec, key: string, args: readonly Val[], node: Node): Val {
  const text = Object.hasOwn(METHODS_IN_WORDS, key) ? METHODS_IN_WORDS[key] : undefined;
  if (text === undefined)
    return cx.unsupportedCall(`.${key} of an array`, node, TEXTS.has(key) ? NO_TEXTS : undefined);
  const { element, sub } = a.store;
  if (key === "sort" && args.length === 0 && !(a.typed && element.kind === "number")) {
    return cx.unsupportedCall(
      ".sort without a comparison",
      node,
      "Say how: .sort((x, y) => x - y). Without, JavaScript sorts numbers as texts, 10 before 9.",
    );
  }
  if (key === "sort" && element.kind !== "number") {
    const how = element.kind === "array" ? "rows" : sub.length === 0 ? "records" : undefined;
    if (how === undefined) return cx.unsupportedCall(".sort of objects with arrays in them", node);
    return cx.parts.call(cx.parts.prelude(node, `sort ${how}`, SORTS[how]), [a, ...args], node);
  }
  const compareNumbers =
    args.length === 0 && key === "sort" ? [cx.parts.prelude(node, "ascending", "(x, y) => x - y")] : args;
  return cx.parts.call(cx.parts.prelude(node, key, text), [a, ...compareNumbers], node);
}

/** Methods of a tuple: one after the other, without a loop. */
export function tupleMethod(
  cx: Context,
  tuple: Val,
  key: string,
  node: Node,
  env: Env,
  name: string | undefined,
): Val {
  if (key === "push" && tuple.t === "obj" && hasSpread(node)) {
    willGrow(cx, tuple);
    return pushAll(cx, inMemory(cx, tuple, node), node, env);
  }
  const args = spread(cx, node.arguments, env);
  const items =
    tuple.t === "obj"
      ? [...tuple.fields.values()].map((c) => cx.read(c))
      : (tuple as Extract<Val, { t: "place" }>).structure.kind === "tuple"
        ? spreadPlace(cx, tuple, node)
        : [];
  const f = args[0] ?? NOTHING;
  const apply = (x: Val, i: number): Val => cx.parts.apply(f, [x, constant(i), tuple], node);
  const list = (values: readonly Val[]): Obj => tupleOf(values, node);
  switch (key) {
    case "map":
      return list(items.map(apply));
    case "forEach":
      items.forEach(apply);
      return NOTHING;
    case "reduce": {
      const [first, ...rest] = args.length > 1 ? [args[1]!, ...items] : items;
      if (first === undefined) return cx.unsupportedCall(".reduce of nothing", node);
      const shift = args.length > 1 ? 0 : 1;
      return rest.reduce((acc, x, i) => cx.parts.apply(f, [acc, x, constant(i + shift), tuple], node), first);
    }
    case "some":
    case "every": {
      const result = new Cell(key === "some" ? FALSE : TRUE);
      items.forEach((x, i) =>
        branch(
          cx,
          cx.read(result) as Bool,
          () => (key === "every" ? cx.write(result, toBool(cx, apply(x, i), node)) : undefined),
          () => (key === "some" ? cx.write(result, toBool(cx, apply(x, i), node)) : undefined),
        ),
      );
      return cx.read(result);
    }
    case "includes":
      return items.reduce<Val>(
        (found, x) => either(cx, found as Bool, operate(cx, "===", x, f, node) as Bool),
        FALSE,
      );
    case "slice": {
      const [lo, hi] = [args[0], args[1]].map((x) => (x?.t === "num" ? x.k : undefined));
      if ((args.length > 0 && lo === undefined) || (args.length > 1 && hi === undefined)) break;
      return list(items.slice(lo, hi));
    }
    case "concat":
    case "flat": {
      if (key === "flat" && args.length > 0) break;
      const parts =
        key === "flat"
          ? items.flatMap((x) => partsOf(cx, x, node))
          : [...items, ...args.flatMap((x, i) => partsOf(cx, x, node.arguments[i] ?? node))];
      return parts.some(isRun) ? joined(cx, parts, node) : list(parts as readonly Val[]);
    }
    case "values":
      return tuple;
    case "keys":
      return list(items.map((_, i) => constant(i)));
    case "entries":
      return list(items.map((x, i) => list([constant(i), x])));
    default:
  }
  if (tuple.t !== "obj") return cx.unsupportedCall(`.${key} of a tuple in an array`, node);
  if (GROWING.has(key)) willGrow(cx, tuple);
  return arrayMethod(cx, inMemory(cx, tuple, node), key, args, node, name);
}

/** What an argument of `concat` adds: the elements of a list, or itself. */
function partsOf(cx: Context, x: Val, node: Node): readonly (Val | Run)[] {
  if (x.t === "vec") return [{ list: x, node }];
  if (x.t === "unknown") return learn(cx, x.path, "array");
  if (x.t === "obj" && x.tuple) return [...x.fields.values()].map((cell) => cx.read(cell));
  return x.t === "place" && x.structure.kind === "tuple" ? spreadPlace(cx, x, node) : [x];
}

const isNested = (a: Vec): boolean => a.store.element.kind === "array" || a.store.element.kind === "tuple";

const GROWING: ReadonlySet<string> = new Set(["push", "pop", "shift", "unshift", "splice"]);

function willGrow(cx: Context, { site, merged }: Obj): void {
  if (site !== undefined && !merged) Object.assign(cx.knowledge.site(site), { growable: true });
}

function either(cx: Context, x: Bool, y: Bool): Bool {
  if (x.k !== undefined) return x.k ? TRUE : y;
  if (y.k !== undefined) return y.k ? TRUE : x;
  return bool(cx.b.op("i32.or", x.v!, y.v!));
}

const spreadPlace = (cx: Context, tuple: Val, node: Node): readonly Val[] => {
  const s = (tuple as Extract<Val, { t: "place" }>).structure;
  return s.kind === "tuple" ? s.elements.map((_, i) => getField(cx, tuple, String(i), node)) : [];
};
